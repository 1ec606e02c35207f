"""What the cluster answers to a DataVolume that it refuses, in its own words: they name Go fields, as CDI does.

Sources: CDI `pkg/apiserver/webhooks/datavolume-{mutate,validate}.go`, `util.go`, `pkg/util/checksum`; KubeVirt
`pkg/storage/admitters/data-volume-template.go`; Kubernetes `apimachinery/pkg/api/validation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vmlint.cdi.check import Check
from vmlint.cdi.sources import ChecksumFlaw
from vmlint.model.refusal import Refusal, Refuser

__all__ = ["MESSAGES", "message_of"]


def message_of(refusal: Refusal) -> str:
    """The cluster's message for the refusal of a DataVolume or of a template of one."""
    message = MESSAGES[refusal.code]
    return message.format(**refusal.values) if isinstance(message, str) else message(refusal)


def _name_missing(refusal: Refusal) -> str:
    if refusal.by is Refuser.API_SERVER:
        return "Required value: name or generateName is required"
    return "'name' field must not be empty for DataVolumeTemplate entry"


def _name_too_long(refusal: Refusal) -> str:
    longest = refusal.values["longest"]
    if refusal.by is Refuser.API_SERVER:
        return f"must be no more than {longest} characters"
    return f"Name cannot be longer than {longest} characters"


def _storage_missing(refusal: Refusal) -> str:
    return f"Missing Data volume PVC{' or Storage' if refusal.path[-1] == 'storage' else ''}"


def _section(refusal: Refusal) -> str:
    return "PVC" if refusal.path[-4] == "pvc" else "Storage"


def _mode_unknown(refusal: Refusal) -> str:
    known = ", ".join(f'"{mode}"' for mode in refusal.values["known"])
    return f'Unsupported value: "{refusal.values["mode"]}": supported values: {known}'


def _external_incomplete(refusal: Refusal) -> str:
    _, reference, field = (*refusal.path,)[-3:]
    noun = "DataSourceRef" if reference == "dataSourceRef" else "DataSource"
    condition = " when kind is not 'PersistentVolumeClaim'" if field == "apiGroup" else ""
    return f"Required value: {noun} {field}{condition}"


def _source_choice(refusal: Refusal) -> str:
    members = "Source, SourceRef," if refusal.path[-1] == "sourceRef" else "Source or SourceRef,"
    return f"Data volume should have either {members} or be externally populated"


def _source_ref_invalid(refusal: Refusal) -> str:
    kind = refusal.values.get("kind")
    if kind:
        return f"Unsupported sourceRef kind {kind}, currently only DataSource is supported"
    return f"Missing sourceRef {refusal.path[-1]}"


_SOURCE_MISSING = {
    "DataVolume": "Missing Data volume source",
    "VolumeImportSource": "Missing VolumeImport source",
    "VirtualMachine": "Missing dataVolume valid source",
}
_SOURCES_SEVERAL = {
    "DataVolume": "Multiple Data volume sources",
    "VolumeImportSource": "Multiple VolumeImport sources",
    "VirtualMachine": "Multiple dataVolume sources",
}
_CONTENT_TYPE_UNFIT = {
    "blank": "SourceType cannot be blank and the contentType be archive",
    "registry": "ContentType must be kubevirt when Source is Registry",
}
_CHECKSUM_FLAWS = {
    ChecksumFlaw.NO_ALGORITHM: "invalid checksum format: expected 'algorithm:hash', got '{checksum}'",
    ChecksumFlaw.EMPTY: "checksum hash value cannot be empty",
    ChecksumFlaw.UNKNOWN_ALGORITHM: "unsupported hash algorithm '{algorithm}': supported algorithms are: {listed}",
    ChecksumFlaw.WRONG_LENGTH: "invalid {algorithm} hash length: expected {length} hex characters, got {count}",
    ChecksumFlaw.NOT_HEXADECIMAL: "checksum hash is not valid hexadecimal",
}


def _url_invalid(refusal: Refusal) -> str:
    url, scheme = refusal.values["url"], refusal.values["scheme"]
    if not url:
        return "spec.source source URL is empty"
    return f"spec.source Invalid source URL{'' if scheme is None else ' scheme'}: {url}"


def _checksum_invalid(refusal: Refusal) -> str:
    listed = ", ".join(refusal.values.get("known", ()))
    flaw = _CHECKSUM_FLAWS[refusal.values["flaw"]].format(listed=listed, **refusal.values)
    return f"Invalid checksum format: {flaw}"


def _registry_url_invalid(refusal: Refusal) -> str:
    noun = "URL" if refusal.values["scheme"] is None else "URL scheme"
    return f"Illegal registry source {noun} {refusal.values['url']}"


def _image_stream_invalid(refusal: Refusal) -> str:
    if refusal.path[-1] == "pullMethod":
        return "Source registry ImageStream is supported only with node pull import method"
    return "Source registry ImageStream is not valid"


def _imageio_incomplete(refusal: Refusal) -> str:
    if refusal.path[-1] == "certConfigMap":
        return "spec.source.Imageio source Imageio requires CertConfigMap or InsecureSkipVerify"
    return "spec.source.Imageio source Imageio is not valid"


def _clone_source_incomplete(refusal: Refusal) -> str:
    member, noun = ("PVC", "PVC") if refusal.path[-2] == "pvc" else ("Snapshot", "snapshot")
    return f"spec.source.{member} source {noun} is not valid"


MESSAGES: Mapping[object, str | Callable[[Refusal], str]] = {
    Check.NAME_MISSING: _name_missing,
    Check.NAME_INVALID: (
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
        "and must start and end with an alphanumeric character"
    ),
    Check.NAME_TOO_LONG: _name_too_long,
    Check.SOURCE_REF_NOT_FOUND: 'datasources.cdi.kubevirt.io "{name}" not found',
    Check.SOURCE_NAMESPACE_NOT_FOUND: 'namespaces "{namespace}" not found',
    Check.CLAIM_EXISTS: "Destination PVC {namespace}/{name} already exists",
    Check.STORAGE_MISSING: _storage_missing,
    Check.STORAGE_TWICE: "Duplicate storage definition, both target storage and target pvc defined",
    Check.SIZE_NOT_POSITIVE: lambda refusal: f"{_section(refusal)} size can't be equal or less than zero",
    Check.SIZE_TOO_SMALL: lambda refusal: f"{_section(refusal)} size should be at least 1MiB",
    Check.SIZE_MISSING: lambda refusal: f"{_section(refusal)} size is missing",
    Check.CLASS_NAME_TOO_LONG: "Name cannot be longer than {longest} characters",
    Check.ACCESS_MODE_MISSING: "Required value: at least 1 access mode is required",
    Check.ACCESS_MODES_SEVERAL: "PVC multiple accessModes",
    Check.ACCESS_MODE_UNKNOWN: _mode_unknown,
    Check.EXTERNAL_WITH_SOURCE: "External population is incompatible with Source and SourceRef",
    Check.EXTERNAL_TWICE: "DataSourceRef and DataSource must match",
    Check.EXTERNAL_INCOMPLETE: _external_incomplete,
    Check.EXTERNAL_NAMESPACE: "Invalid value: DataSourceRef namespace not supported",
    Check.SOURCE_CHOICE: _source_choice,
    Check.SOURCE_REF_INVALID: _source_ref_invalid,
    Check.SOURCE_MISSING: lambda refusal: _SOURCE_MISSING[refusal.values["of"]],
    Check.SOURCES_SEVERAL: lambda refusal: _SOURCES_SEVERAL[refusal.values["of"]],
    Check.CONTENT_TYPE_UNKNOWN: "ContentType not one of: kubevirt, archive",
    Check.CONTENT_TYPE_UNFIT: lambda refusal: _CONTENT_TYPE_UNFIT[refusal.values["source"]],
    Check.URL_INVALID: _url_invalid,
    Check.CHECKSUM_INVALID: _checksum_invalid,
    Check.REGISTRY_CHOICE: "Source registry should have either URL or ImageStream",
    Check.REGISTRY_URL_INVALID: _registry_url_invalid,
    Check.REGISTRY_PULL_METHOD: 'ImportMethod {method} is neither pod, node or ""',
    Check.REGISTRY_IMAGE_STREAM: _image_stream_invalid,
    Check.IMAGEIO_INCOMPLETE: _imageio_incomplete,
    Check.VDDK_INCOMPLETE: "spec.source.VDDK source VDDK is not valid",
    Check.CLONE_SOURCE_INCOMPLETE: _clone_source_incomplete,
    Check.TEMPLATE_NAMESPACE: "Embedded DataVolume namespace {namespace} differs from VM namespace {of_vm}",
    Check.TEMPLATE_UNUSED: "DataVolumeTemplate entry must be referenced in the VMI template's 'volumes' list",
}
"""For each check of a DataVolume or of a template: the message as it is, as a template, or who makes it."""
