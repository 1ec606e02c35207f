"""What the rules on refused DataVolumes share: the words for each check, and the faults made of them.

The cluster's messages name Go fields that no manifest has; these say the same of the manifest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from vmlint.cdi.cause import Check
from vmlint.model.access import text
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
from vmlint.world.storage import Refusal

__all__ = ["SUBJECTS", "refused"]

SUBJECTS = (DataVolume, VirtualMachine, DataImportCron, VolumeImportSource, VolumeUploadSource)


class _Words(NamedTuple):
    wrong: str
    fix: str


_NAME = "use lower-case letters, digits, `-` and `.`, at most 253 characters"
_MODES = "write one of ReadWriteOnce, ReadWriteMany, ReadOnlyMany, ReadWriteOncePod"
_ONE_SOURCE = "keep exactly one member of `source`"
_EXTERNAL = "name an object of the same namespace: `name`, `kind`, and `apiGroup` unless it is a claim"

_WORDS: dict[Check, _Words] = {
    Check.NAME_MISSING: _Words("it has no name", "name it"),
    Check.NAME_INVALID: _Words("its name is no DNS name", _NAME),
    Check.NAME_TOO_LONG: _Words("its name is too long", "shorten the name"),
    Check.CLASS_NAME_TOO_LONG: _Words("the name of its storage class is too long", "shorten the name"),
    Check.SOURCE_REF_NOT_FOUND: _Words("its DataSource does not exist", "add the DataSource, or name another"),
    Check.SOURCE_NAMESPACE_NOT_FOUND: _Words(
        "the namespace that it copies from does not exist", "add the namespace, or name another"
    ),
    Check.CLAIM_EXISTS: _Words(
        "a claim of its name exists, and CDI does not take over what it has not made",
        "rename one of the two, or let CDI adopt the claim with the annotation `cdi.kubevirt.io/allowClaimAdoption`",
    ),
    Check.STORAGE_MISSING: _Words("it has neither `storage` nor `pvc`", "add `storage` with a size"),
    Check.STORAGE_TWICE: _Words("it has both `storage` and `pvc`, which exclude each other", "remove one of the two"),
    Check.SIZE_NOT_POSITIVE: _Words("its size is not above zero", "give a size, for instance `10Gi`"),
    Check.SIZE_TOO_SMALL: _Words("its size is under 1Mi", "give at least `1Mi`: `10M` and `10m` differ by far"),
    Check.SIZE_MISSING: _Words(
        "it has no size, and only `storage` that copies a claim, a snapshot or a DataSource can do without",
        "set `resources.requests.storage`",
    ),
    Check.ACCESS_MODE_MISSING: _Words(
        "`pvc` has no access mode", "add `accessModes`, or use `storage`, which takes it from the storage profile"
    ),
    Check.ACCESS_MODES_SEVERAL: _Words("`pvc` has several access modes, and CDI takes exactly one", "keep one"),
    Check.ACCESS_MODE_UNKNOWN: _Words("it has an unknown access mode", _MODES),
    Check.EXTERNAL_WITH_SOURCE: _Words(
        "it has a source and a data source of its claim, which exclude each other", "remove one of the two"
    ),
    Check.EXTERNAL_TWICE: _Words("it has `dataSource` and `dataSourceRef`", "keep `dataSourceRef`"),
    Check.EXTERNAL_INCOMPLETE: _Words("the reference to its content is incomplete", _EXTERNAL),
    Check.EXTERNAL_NAMESPACE: _Words("its `dataSourceRef` leads to another namespace", _EXTERNAL),
    Check.SOURCE_CHOICE: _Words(
        "it needs exactly one of `source` and `sourceRef`, or a `dataSourceRef` of its claim",
        "say once where the content comes from; an empty disk is `source: {blank: {}}`",
    ),
    Check.SOURCE_REF_INVALID: _Words(
        "its `sourceRef` names no DataSource", "write `kind: DataSource` and the DataSource's name"
    ),
    Check.SOURCE_MISSING: _Words("its `source` is empty or unknown", _ONE_SOURCE),
    Check.SOURCES_SEVERAL: _Words("it has several sources", _ONE_SOURCE),
    Check.CONTENT_TYPE_UNKNOWN: _Words("its `contentType` is unknown", "write `kubevirt` or `archive`"),
    Check.CONTENT_TYPE_UNFIT: _Words("its `contentType` does not go with its source", "remove `contentType`"),
    Check.URL_INVALID: _Words("its URL is no address that CDI imports from", "write a whole http, https or gs URL"),
    Check.CHECKSUM_INVALID: _Words(
        "its checksum is malformed", "write `sha256:` (or md5, sha1, sha512) and the digest"
    ),
    Check.REGISTRY_CHOICE: _Words("it needs exactly one of `url` and `imageStream`", "keep one of the two"),
    Check.REGISTRY_URL_INVALID: _Words(
        "its registry URL is no image address", "write `docker://registry/image:tag` or `oci-archive:path`"
    ),
    Check.REGISTRY_PULL_METHOD: _Words("its `pullMethod` is unknown", "write `pod` or `node`"),
    Check.REGISTRY_IMAGE_STREAM: _Words(
        "an `imageStream` needs a name and `pullMethod: node`", "set `pullMethod: node`, or use `url`"
    ),
    Check.IMAGEIO_INCOMPLETE: _Words(
        "its imageio source is incomplete", "set `secretRef`, `diskId`, and `certConfigMap` or `insecureSkipVerify`"
    ),
    Check.VDDK_INCOMPLETE: _Words(
        "its VDDK source is incomplete", "set `secretRef`, `uuid`, `backingFile` and `thumbprint`"
    ),
    Check.CLONE_SOURCE_INCOMPLETE: _Words(
        "what it copies has no name or no namespace", "write both: the namespace is not filled in"
    ),
    Check.TEMPLATE_NAMESPACE: _Words("its namespace is not the VM's", "remove the namespace"),
    Check.TEMPLATE_UNUSED: _Words(
        "no volume of the VM uses it", "add a volume with `dataVolume: {name: …}`, or remove the template"
    ),
    Check.CRON_SOURCE_MISSING: _Words("its template has neither a `registry` nor a `pvc` source", "add one"),
    Check.CRON_FIELD_FORBIDDEN: _Words("its template sets a field that CDI sets itself", "remove the field"),
    Check.CRON_SCHEDULE: _Words(
        "its schedule is no cron schedule", "write five fields, `0 3 * * *` say, or a word such as `@daily`"
    ),
    Check.CRON_IMPORTS_TO_KEEP: _Words("it keeps a negative number of imports", "write zero or more"),
    Check.CRON_GARBAGE_COLLECT: _Words("its `garbageCollect` is unknown", "write `Outdated` or `Never`"),
    Check.CRON_MANAGED_DATA_SOURCE: _Words(
        "it names no DataSource to manage, or one with over 63 characters", "set `managedDataSource`"
    ),
    Check.TARGET_CLAIM_MISSING: _Words("an import in stages needs the claim that it fills", "set `targetClaim`"),
    Check.POPULATOR_SOURCE_UNSUPPORTED: _Words(
        "CDI copies no such object", "name a PersistentVolumeClaim or a VolumeSnapshot"
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
                f"{_what(refusal, subject)}: {words.wrong}.{_after(refusal)}",
                fix=words.fix,
                effect=refusal.effect,
            )


def _what(refusal: Refusal, subject: Resource) -> str:
    disk = refusal.disk
    if disk is not None and disk.is_template:
        return f"DataVolume template `{text(disk.body, 'metadata', 'name')}`"
    return f"{subject.ref.kind} `{subject.name}`"


def _after(refusal: Refusal) -> str:
    if refusal.effect is not Effect.STUCK:
        return ""
    if refusal.cause.check is Check.TEMPLATE_NAMESPACE:
        return " KubeVirt accepts the pool, and refuses each of its VMs."
    return " KubeVirt accepts the VM, and CDI refuses the DataVolume: the VM never starts."
