"""The words for each check of a DataVolume, and the faults made of them.

The cluster's own messages name Go fields; these name the fields of the manifest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from vmlint.cdi.cause import Check
from vmlint.model.access import get, text
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    DataImportCron,
    DataVolume,
    VirtualMachine,
    VolumeImportSource,
    VolumeUploadSource,
)
from vmlint.rule import Effect, Fault, Meta
from vmlint.schema.words import shown
from vmlint.world import World
from vmlint.world.storage import Refusal

__all__ = ["SUBJECTS", "refused"]

SUBJECTS = (DataVolume, VirtualMachine, DataImportCron, VolumeImportSource, VolumeUploadSource)


class _Words(NamedTuple):
    wrong: str
    """What follows the object's name; `{value}` is the value of the field."""
    fix: str


_NAME = "use lower-case letters, digits, `-` and `.`, at most 253 characters"
_MODES = "use `ReadWriteOnce`, `ReadWriteMany`, `ReadOnlyMany` or `ReadWriteOncePod`"
_ONE_SOURCE = "keep exactly one source under `source`"
_EXTERNAL = "set `name`, `kind` and, unless it is a claim, `apiGroup` of an object in the same namespace"

_WORDS: dict[Check, _Words] = {
    Check.NAME_MISSING: _Words("has no name", "set `metadata.name`"),
    Check.NAME_INVALID: _Words("has a name that is not a valid DNS name", _NAME),
    Check.NAME_TOO_LONG: _Words("has a name that is too long", "shorten the name"),
    Check.CLASS_NAME_TOO_LONG: _Words("names a storage class whose name is too long", "shorten the name"),
    Check.SOURCE_REF_NOT_FOUND: _Words(
        "copies DataSource `{value}`, which does not exist", "add the DataSource, or name another one"
    ),
    Check.SOURCE_NAMESPACE_NOT_FOUND: _Words(
        "copies from namespace `{value}`, which does not exist", "add the namespace, or name another one"
    ),
    Check.CLAIM_EXISTS: _Words(
        "has the name of a claim that exists, and CDI does not take over claims of others",
        "rename one of the two, or let CDI adopt the claim with the annotation `cdi.kubevirt.io/allowClaimAdoption`",
    ),
    Check.STORAGE_MISSING: _Words("has neither `storage` nor `pvc`", "add `storage` with a size"),
    Check.STORAGE_TWICE: _Words("has both `storage` and `pvc`, which exclude each other", "remove one of the two"),
    Check.SIZE_NOT_POSITIVE: _Words("has the size `{value}`; it must be more than zero", "set a size, such as `10Gi`"),
    Check.SIZE_TOO_SMALL: _Words(
        "has the size `{value}`; it must be at least `1Mi`", "set a larger size; `M` is mega, and `m` is a thousandth"
    ),
    Check.SIZE_MISSING: _Words(
        "has no size; only `storage` with a claim, snapshot or DataSource as its source can omit it",
        "set `resources.requests.storage`",
    ),
    Check.ACCESS_MODE_MISSING: _Words(
        "has no access mode in `pvc`", "add `accessModes`, or use `storage`, which takes it from the storage profile"
    ),
    Check.ACCESS_MODES_SEVERAL: _Words("has several access modes in `pvc`; CDI accepts exactly one", "keep one"),
    Check.ACCESS_MODE_UNKNOWN: _Words("has the access mode `{value}`, which does not exist", _MODES),
    Check.EXTERNAL_WITH_SOURCE: _Words(
        "has a source of its own and a data source in its claim, which exclude each other", "remove one of the two"
    ),
    Check.EXTERNAL_TWICE: _Words("has different values for `dataSource` and `dataSourceRef`", "keep `dataSourceRef`"),
    Check.EXTERNAL_INCOMPLETE: _Words("has an incomplete data source", _EXTERNAL),
    Check.EXTERNAL_NAMESPACE: _Words("has a `dataSourceRef` to another namespace, `{value}`", _EXTERNAL),
    Check.SOURCE_CHOICE: _Words(
        "must have exactly one of `source`, `sourceRef` and a `dataSourceRef` in its claim",
        "set one of them; an empty disk is `source: {blank: {}}`",
    ),
    Check.SOURCE_REF_INVALID: _Words(
        "has a `sourceRef` that is not a DataSource with a name", "set `kind: DataSource` and its `name`"
    ),
    Check.SOURCE_MISSING: _Words("has an empty or unknown `source`", _ONE_SOURCE),
    Check.SOURCES_SEVERAL: _Words("has several sources; it must have exactly one", _ONE_SOURCE),
    Check.CONTENT_TYPE_UNKNOWN: _Words(
        "has the `contentType` `{value}`; it must be `kubevirt` or `archive`", "use `kubevirt` or `archive`"
    ),
    Check.CONTENT_TYPE_UNFIT: _Words("has a `contentType` that its source does not support", "remove `contentType`"),
    Check.URL_INVALID: _Words(
        "has the URL `{value}`, which CDI can't import from", "write a full http, https or gs URL"
    ),
    Check.CHECKSUM_INVALID: _Words(
        "has the checksum `{value}`, which is not valid", "write `sha256:` (or md5, sha1, sha512) and the digest"
    ),
    Check.REGISTRY_CHOICE: _Words("must have exactly one of `url` and `imageStream`", "keep one of the two"),
    Check.REGISTRY_URL_INVALID: _Words(
        "has the registry URL `{value}`, which is not a valid image address",
        "write `docker://registry/image:tag` or `oci-archive:path`",
    ),
    Check.REGISTRY_PULL_METHOD: _Words(
        "has the `pullMethod` `{value}`; it must be `pod` or `node`", "use `pod` or `node`"
    ),
    Check.REGISTRY_IMAGE_STREAM: _Words(
        "has an `imageStream` without a name or without `pullMethod: node`", "set `pullMethod: node`, or use `url`"
    ),
    Check.IMAGEIO_INCOMPLETE: _Words(
        "has an incomplete `imageio` source", "set `secretRef`, `diskId`, and `certConfigMap` or `insecureSkipVerify`"
    ),
    Check.VDDK_INCOMPLETE: _Words(
        "has an incomplete `vddk` source", "set `secretRef`, `uuid`, `backingFile` and `thumbprint`"
    ),
    Check.CLONE_SOURCE_INCOMPLETE: _Words(
        "copies an object without a name or namespace", "set both: CDI does not fill in the namespace"
    ),
    Check.TEMPLATE_NAMESPACE: _Words("has the namespace `{value}`; it must be the VM's", "remove the namespace"),
    Check.TEMPLATE_UNUSED: _Words(
        "is not used by any volume of the VM", "add a volume with `dataVolume: {name: …}`, or remove the template"
    ),
    Check.CRON_SOURCE_MISSING: _Words("has neither a `registry` nor a `pvc` source in its template", "add one"),
    Check.CRON_FIELD_FORBIDDEN: _Words("sets a field in its template that only CDI may set", "remove the field"),
    Check.CRON_SCHEDULE: _Words(
        "has the schedule `{value}`, which is not a valid cron schedule",
        "write five fields, such as `0 3 * * *`, or a word such as `@daily`",
    ),
    Check.CRON_IMPORTS_TO_KEEP: _Words("has `importsToKeep: {value}`; it must not be negative", "use zero or more"),
    Check.CRON_GARBAGE_COLLECT: _Words(
        "has `garbageCollect: {value}`; it must be `Outdated` or `Never`", "use `Outdated` or `Never`"
    ),
    Check.CRON_MANAGED_DATA_SOURCE: _Words(
        "has no valid `managedDataSource`; it must have 1 to 63 characters", "set `managedDataSource`"
    ),
    Check.TARGET_CLAIM_MISSING: _Words("imports in stages and has no `targetClaim`", "set `targetClaim`"),
    Check.POPULATOR_SOURCE_UNSUPPORTED: _Words(
        "has a source that CDI can't copy", "name a PersistentVolumeClaim or a VolumeSnapshot"
    ),
}


def refused(meta: Meta, subject: Resource, world: World, checks: Collection[Check]) -> Iterator[Fault]:
    """The faults of a subject that are of these checks."""
    for refusal in world.storage.refusals(subject):
        check = refusal.cause.check
        if check in checks:
            words = _WORDS[check]
            yield meta.at(
                subject.at(*refusal.cause.path),
                f"{_what(refusal, subject)} {_wrong(words.wrong, refusal, subject)}.{_after(refusal)}",
                fix=words.fix,
                effect=refusal.effect,
            )


def _what(refusal: Refusal, subject: Resource) -> str:
    disk = refusal.disk
    if disk is not None and disk.is_template:
        return f"DataVolume template `{text(disk.body, 'metadata', 'name')}`"
    return f"{subject.ref.kind} `{subject.name}`"


def _wrong(wrong: str, refusal: Refusal, subject: Resource) -> str:
    value = get(subject.data, *refusal.cause.path)
    return wrong.format(value=shown(str(value)) if isinstance(value, str | int | float) else "")


def _after(refusal: Refusal) -> str:
    if refusal.effect is not Effect.STUCK:
        return ""
    if refusal.cause.check is Check.TEMPLATE_NAMESPACE:
        return " KubeVirt accepts the pool and refuses each of its VMs."
    return " KubeVirt accepts the VM, CDI refuses the DataVolume, and the VM never starts."
