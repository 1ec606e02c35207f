"""The words for each check of a DataVolume, and the faults made of them.

The cluster's own messages name Go fields; these name the fields of the manifest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from vmlint.cdi.check import Check
from vmlint.model.access import get, text
from vmlint.model.refusal import Refusal
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    DataImportCron,
    DataVolume,
    VirtualMachine,
    VolumeImportSource,
    VolumeUploadSource,
)
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.storage import DiskVerdict

from .._values import shown
from .._wording import Words, in_words

__all__ = ["SUBJECTS", "WORDS", "refused"]

SUBJECTS = (DataVolume, VirtualMachine, DataImportCron, VolumeImportSource, VolumeUploadSource)


_NAME = "use lower-case letters, digits, `-` and `.`, at most 253 characters"
_MODES = "use `ReadWriteOnce`, `ReadWriteMany`, `ReadOnlyMany` or `ReadWriteOncePod`"
_ONE_SOURCE = "keep exactly one source under `source`"
_EXTERNAL = "set `name`, `kind` and, unless it is a claim, `apiGroup` of an object in the same namespace"

WORDS: Mapping[Check, Words] = {
    Check.NAME_MISSING: Words("has no name", "set `metadata.name`"),
    Check.NAME_INVALID: Words("has a name that is not a valid DNS name", _NAME),
    Check.NAME_TOO_LONG: Words("has a name that is too long", "shorten the name"),
    Check.CLASS_NAME_TOO_LONG: Words("names a storage class whose name is too long", "shorten the name"),
    Check.SOURCE_REF_NOT_FOUND: Words(
        "copies DataSource `{value}`, which does not exist", "add the DataSource, or name another one"
    ),
    Check.SOURCE_NAMESPACE_NOT_FOUND: Words(
        "copies from namespace `{value}`, which does not exist", "add the namespace, or name another one"
    ),
    Check.CLAIM_EXISTS: Words(
        "has the name of a claim that exists, and CDI does not take over claims of others",
        "rename one of the two, or let CDI adopt the claim with the annotation `cdi.kubevirt.io/allowClaimAdoption`",
    ),
    Check.STORAGE_MISSING: Words("has neither `storage` nor `pvc`", "add `storage` with a size"),
    Check.STORAGE_TWICE: Words("has both `storage` and `pvc`, which exclude each other", "remove one of the two"),
    Check.SIZE_NOT_POSITIVE: Words("has the size `{value}`; it must be more than zero", "set a size, such as `10Gi`"),
    Check.SIZE_TOO_SMALL: Words(
        "has the size `{value}`; it must be at least `1Mi`", "set a larger size; `M` is mega, and `m` is a thousandth"
    ),
    Check.SIZE_MISSING: Words(
        "has no size; only `storage` with a claim, snapshot or DataSource as its source can omit it",
        "set `resources.requests.storage`",
    ),
    Check.ACCESS_MODE_MISSING: Words(
        "has no access mode in `pvc`", "add `accessModes`, or use `storage`, which takes it from the storage profile"
    ),
    Check.ACCESS_MODES_SEVERAL: Words("has several access modes in `pvc`; CDI accepts exactly one", "keep one"),
    Check.ACCESS_MODE_UNKNOWN: Words("has the access mode `{value}`, which does not exist", _MODES),
    Check.EXTERNAL_WITH_SOURCE: Words(
        "has a source of its own and a data source in its claim, which exclude each other", "remove one of the two"
    ),
    Check.EXTERNAL_TWICE: Words("has different values for `dataSource` and `dataSourceRef`", "keep `dataSourceRef`"),
    Check.EXTERNAL_INCOMPLETE: Words("has an incomplete data source", _EXTERNAL),
    Check.EXTERNAL_NAMESPACE: Words("has a `dataSourceRef` to another namespace, `{value}`", _EXTERNAL),
    Check.SOURCE_CHOICE: Words(
        "must have exactly one of `source`, `sourceRef` and a `dataSourceRef` in its claim",
        "set one of them; an empty disk is `source: {{blank: {{}}}}`",
    ),
    Check.SOURCE_REF_INVALID: Words(
        "has a `sourceRef` that is not a DataSource with a name", "set `kind: DataSource` and its `name`"
    ),
    Check.SOURCE_MISSING: Words("has an empty or unknown `source`", _ONE_SOURCE),
    Check.SOURCES_SEVERAL: Words("has several sources; it must have exactly one", _ONE_SOURCE),
    Check.CONTENT_TYPE_UNKNOWN: Words(
        "has the `contentType` `{value}`; it must be `kubevirt` or `archive`", "use `kubevirt` or `archive`"
    ),
    Check.CONTENT_TYPE_UNFIT: Words("has a `contentType` that its source does not support", "remove `contentType`"),
    Check.URL_INVALID: Words(
        "has the URL `{value}`, which CDI can't import from", "write a full http, https or gs URL"
    ),
    Check.CHECKSUM_INVALID: Words(
        "has the checksum `{value}`, which is not valid", "write `sha256:` (or md5, sha1, sha512) and the digest"
    ),
    Check.REGISTRY_CHOICE: Words("must have exactly one of `url` and `imageStream`", "keep one of the two"),
    Check.REGISTRY_URL_INVALID: Words(
        "has the registry URL `{value}`, which is not a valid image address",
        "write `docker://registry/image:tag` or `oci-archive:path`",
    ),
    Check.REGISTRY_PULL_METHOD: Words(
        "has the `pullMethod` `{value}`; it must be `pod` or `node`", "use `pod` or `node`"
    ),
    Check.REGISTRY_IMAGE_STREAM: Words(
        "has an `imageStream` without a name or without `pullMethod: node`", "set `pullMethod: node`, or use `url`"
    ),
    Check.IMAGEIO_INCOMPLETE: Words(
        "has an incomplete `imageio` source", "set `secretRef`, `diskId`, and `certConfigMap` or `insecureSkipVerify`"
    ),
    Check.VDDK_INCOMPLETE: Words(
        "has an incomplete `vddk` source", "set `secretRef`, `uuid`, `backingFile` and `thumbprint`"
    ),
    Check.CLONE_SOURCE_INCOMPLETE: Words(
        "copies an object without a name or namespace", "set both: CDI does not fill in the namespace"
    ),
    Check.TEMPLATE_NAMESPACE: Words("has the namespace `{value}`; it must be the VM's", "remove the namespace"),
    Check.TEMPLATE_UNUSED: Words(
        "is not used by any volume of the VM", "add a volume with `dataVolume: {{name: …}}`, or remove the template"
    ),
    Check.CRON_SOURCE_MISSING: Words("has neither a `registry` nor a `pvc` source in its template", "add one"),
    Check.CRON_FIELD_FORBIDDEN: Words("sets a field in its template that only CDI may set", "remove the field"),
    Check.CRON_SCHEDULE: Words(
        "has the schedule `{value}`, which is not a valid cron schedule",
        "write five fields, such as `0 3 * * *`, or a word such as `@daily`",
    ),
    Check.CRON_IMPORTS_TO_KEEP: Words("has `importsToKeep: {value}`; it must not be negative", "use zero or more"),
    Check.CRON_GARBAGE_COLLECT: Words(
        "has `garbageCollect: {value}`; it must be `Outdated` or `Never`", "use `Outdated` or `Never`"
    ),
    Check.CRON_MANAGED_DATA_SOURCE: Words(
        "has no valid `managedDataSource`; it must have 1 to 63 characters", "set `managedDataSource`"
    ),
    Check.TARGET_CLAIM_MISSING: Words("imports in stages and has no `targetClaim`", "set `targetClaim`"),
    Check.POPULATOR_SOURCE_UNSUPPORTED: Words(
        "has a source that CDI can't copy", "name a PersistentVolumeClaim or a VolumeSnapshot"
    ),
}
"""What is wrong follows the object's name; `{value}` is the value of the field."""


def refused(meta: Meta, subject: Resource, world: World, checks: Collection[Check]) -> Iterator[Fault]:
    """The faults of a subject that are of these checks."""
    for verdict in world.storage.refusals(subject):
        refusal = verdict.refusal
        if refusal.code in checks:
            words = in_words(WORDS, refusal._replace(values={"value": _value(subject, refusal)}))
            yield meta.at(
                subject.at(*refusal.path),
                f"{_what(verdict, subject)} {words.wrong}.{_after(verdict)}",
                fix=words.fix,
                effect=verdict.effect,
            )


def _what(verdict: DiskVerdict, subject: Resource) -> str:
    disk = verdict.disk
    if disk is not None and disk.is_template:
        return f"DataVolume template `{text(disk.body, 'metadata', 'name')}`"
    return f"{subject.ref.kind} `{subject.name}`"


def _value(subject: Resource, refusal: Refusal) -> str:
    """The value that is written: that of a stand-in may be another one."""
    value = get(subject.data, *refusal.path)
    return shown(str(value)) if isinstance(value, str | int | float) else ""


def _after(verdict: DiskVerdict) -> str:
    if verdict.effect is not Effect.STUCK:
        return ""
    if verdict.refusal.code is Check.TEMPLATE_NAMESPACE:
        return " KubeVirt accepts the pool and refuses each of its VMs."
    return " KubeVirt accepts the VM, CDI refuses the DataVolume, and the VM never starts."
