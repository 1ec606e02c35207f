"""Why a DataVolume, or a template of one in a virtual machine, is refused.

Sources: CDI `pkg/apiserver/webhooks/datavolume-{mutate,validate}.go` and the API's `authorize.go`; KubeVirt
`pkg/storage/admitters/data-volume-template.go`. The checks run in the cluster's order and end at the first refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vmlint.cdi.cause import Cause, Check, check_name
from vmlint.cdi.sources import DATA_VOLUME_MEMBERS, check_content_type, check_count, check_source
from vmlint.cdi.storageworld import Lookup, Undecided
from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.quantity import Quantity
from vmlint.model.unknown import is_unknown
from vmlint.source.span import Path

__all__ = ["check", "check_clone_rights", "check_spec", "check_template", "claim_may_exist"]

_MIB = 1024 * 1024
_MAX_CLASS_NAME = 253
_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_WITHOUT_TOKEN = ("cdi.kubevirt.io/storage.prePopulated", "cdi.kubevirt.io/storage.checkStaticVolume")
_TEMPLATE_USES = {"dataVolume": "name", "persistentVolumeClaim": "claimName"}
_POPULATED_FOR = "cdi.kubevirt.io/storage.populatedFor"
_ALLOW_ADOPTION = "cdi.kubevirt.io/allowClaimAdoption"
# Go's strconv.ParseBool.
_TRUE = ("1", "t", "T", "TRUE", "true", "True")


def check(
    data: Mapping[str, Any],
    namespace: str,
    data_source: Lookup,
    *,
    namespace_exists: Callable[[str], bool | None] = lambda name: None,
    existing_claim: Mapping[str, Any] | None = None,
    claim_adoption: bool = False,
) -> tuple[Cause, ...]:
    """Why the cluster refuses to create a DataVolume; nothing where it accepts it or the files don't tell.

    `existing_claim` is a claim of the same name that no DataVolume made; `claim_adoption` is CDI's feature gate.
    """
    if causes := check_name(data):
        return causes
    rights = check_clone_rights(data, namespace, data_source, namespace_exists)
    if isinstance(rights, Cause):
        return (rights,)
    if existing_claim is not None and not claim_may_exist(data, existing_claim, claim_adoption):
        message = f"Destination PVC {namespace}/{text(data, 'metadata', 'name')} already exists"
        return (Cause(("metadata", "name"), message, Check.CLAIM_EXISTS),)
    return check_spec(mapping(data, "spec"))


def check_clone_rights(
    data: Mapping[str, Any],
    namespace: str,
    data_source: Lookup,
    namespace_exists: Callable[[str], bool | None] = lambda name: None,
) -> Cause | Undecided | None:
    """The mutating webhook: the DataSource, and the namespace that is copied from, must exist.

    Whether the user may copy from another namespace is not in the files and not asked here.
    """
    if any(mark in mapping(data, "metadata", "annotations") for mark in _WITHOUT_TOKEN):
        return None
    source: Mapping[str, Any] | None = None
    path: Path = ("spec", "source")
    if get(data, "spec", "source") is not None:
        source = mapping(data, *path)
    elif text(data, "spec", "sourceRef", "kind") == "DataSource":
        name = text(data, "spec", "sourceRef", "name")
        own = text(data, "spec", "sourceRef", "namespace") or namespace
        path = ("spec", "sourceRef", "name")
        if is_unknown(name) or is_unknown(own):
            return Undecided("spec.sourceRef", "a variable stands in the source reference")
        found = data_source(own, name) if name else None
        if isinstance(found, Undecided):
            return found
        if found is None:
            return Cause(path, f'datasources.cdi.kubevirt.io "{name}" not found', Check.SOURCE_REF_NOT_FOUND)
        over_reference = isinstance(get(found, "spec", "source", "dataSource"), dict)
        source = mapping(found, "status" if over_reference else "spec", "source")
    for member in ("pvc", "snapshot"):
        if isinstance(copied := get(source, member), dict):
            own = text(copied, "namespace") or namespace
            if not is_unknown(own) and namespace_exists(own) is False:
                field = (*path, member, "namespace") if path[-1] == "source" else path
                return Cause(field, f'namespaces "{own}" not found', Check.SOURCE_NAMESPACE_NOT_FOUND)
            return None
    return None


def claim_may_exist(data: Mapping[str, Any], claim: Mapping[str, Any], claim_adoption: bool) -> bool:
    """Whether a claim of the DataVolume's name may be there before it."""
    name = text(data, "metadata", "name")
    if get(claim, "metadata", "annotations", _POPULATED_FOR) == name:
        return True
    wish = get(data, "metadata", "annotations", _ALLOW_ADOPTION)
    if is_unknown(wish) or is_unknown(name):
        return True
    if wish in _TRUE if isinstance(wish, str) else claim_adoption:
        return True
    owners = (owner for _, owner in each(claim, "metadata", "ownerReferences") if owner.get("controller") is True)
    return any(owner.get("kind") == "DataVolume" for owner in owners)  # CDI compares no group either


def check_spec(spec: Mapping[str, Any], path: Path = ("spec",)) -> tuple[Cause, ...]:
    """The validating webhook on a DataVolume's spec, which stands at `path`."""
    if any(_is_odd(spec.get(field)) for field in ("pvc", "storage", "source", "sourceRef")):
        # The API server refuses the type before the webhook is asked.
        return ()
    for check_part in (_one_storage, _size, _class_name, _access_modes, _population):
        if causes := tuple(check_part(spec, path)):
            return causes
    if _is_external(spec) or spec.get("sourceRef") is not None:
        return ()
    return (
        check_count(spec, path, DATA_VOLUME_MEMBERS, "Data volume")
        or check_content_type(spec, path)
        or check_source(spec, path)
    )


def _is_odd(value: Any) -> bool:
    return value is not None and not isinstance(value, dict)


def _one_storage(spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    if spec.get("pvc") is None and spec.get("storage") is None:
        yield Cause((*path, "pvc"), "Missing Data volume PVC", Check.STORAGE_MISSING)
    elif spec.get("pvc") is not None and spec.get("storage") is not None:
        message = "Duplicate storage definition, both target storage and target pvc defined"
        yield Cause((*path, "storage"), message, Check.STORAGE_TWICE)


def _section(spec: Mapping[str, Any]) -> str:
    return "storage" if spec.get("pvc") is None else "pvc"


def _size(spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    section = _section(spec)
    word = "PVC" if section == "pvc" else "Storage"
    field = (*path, section, "resources", "requests", "storage")
    written = get(spec, section, "resources", "requests", "storage")
    if written is None:
        if section == "pvc" or not _copies(spec):
            yield Cause(field, f"{word} size is missing", Check.SIZE_MISSING)
        return
    size = Quantity.try_parse(written)
    if size is None:
        return
    if size.sign <= 0:
        yield Cause(field, f"{word} size can't be equal or less than zero", Check.SIZE_NOT_POSITIVE)
    elif size.value() < _MIB:
        yield Cause(field, f"{word} size should be at least 1MiB", Check.SIZE_TOO_SMALL)


def _copies(spec: Mapping[str, Any]) -> bool:
    members = (get(spec, "sourceRef"), get(spec, "source", "pvc"), get(spec, "source", "snapshot"))
    return any(member is not None for member in members)


def _class_name(spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    section = _section(spec)
    name = text(spec, section, "storageClassName")
    if len(name.encode(errors="replace")) > _MAX_CLASS_NAME and not is_unknown(name):
        message = f"Name cannot be longer than {_MAX_CLASS_NAME} characters"
        yield Cause((*path, section, "storageClassName"), message, Check.CLASS_NAME_TOO_LONG)


def _access_modes(spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    section = _section(spec)
    field = (*path, section, "accessModes")
    if _is_odd_list(get(spec, section, "accessModes")):
        return
    modes = sequence(spec, section, "accessModes")
    if section == "pvc" and not modes:
        message = "Required value: at least 1 access mode is required"
        yield Cause(field, message, Check.ACCESS_MODE_MISSING)
    elif section == "pvc" and len(modes) > 1:
        yield Cause(field, "PVC multiple accessModes", Check.ACCESS_MODES_SEVERAL)
    else:
        for index, mode in enumerate(modes):
            if isinstance(mode, str) and mode not in _MODES and not is_unknown(mode):
                supported = ", ".join(f'"{known}"' for known in _MODES)
                message = f'Unsupported value: "{mode}": supported values: {supported}'
                yield Cause((*field, index), message, Check.ACCESS_MODE_UNKNOWN)
                return


def _is_odd_list(value: Any) -> bool:
    return value is not None and not isinstance(value, list)


def _is_external(spec: Mapping[str, Any]) -> bool:
    section = _section(spec)
    return any(get(spec, section, field) is not None for field in ("dataSource", "dataSourceRef"))


def _population(spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    """Where the content comes from: an outside populator, a source or a reference; never two of them."""
    source, reference = spec.get("source") is not None, spec.get("sourceRef") is not None
    if _is_external(spec):
        yield from _external(spec, path, source or reference)
    elif source == reference:
        message = "Data volume should have either Source or SourceRef, or be externally populated"
        yield Cause((*path, "source"), message, Check.SOURCE_CHOICE)
    elif reference:
        yield from _source_ref(spec, path)


def _external(spec: Mapping[str, Any], path: Path, has_source: bool) -> Iterator[Cause]:
    section = _section(spec)
    if has_source:
        member = "source" if spec.get("source") is not None else "sourceRef"
        message = "External population is incompatible with Source and SourceRef"
        yield Cause((*path, member), message, Check.EXTERNAL_WITH_SOURCE)
    if all(get(spec, section, field) is not None for field in ("dataSource", "dataSourceRef")):
        # CDI compares two different types here, which are never equal.
        message = "DataSourceRef and DataSource must match"
        yield Cause((*path, section, "dataSourceRef"), message, Check.EXTERNAL_TWICE)
    for field, word in (("dataSource", "DataSource"), ("dataSourceRef", "DataSourceRef")):
        if isinstance(value := get(spec, section, field), dict):
            yield from _external_reference(value, (*path, section, field), word)


def _external_reference(value: Mapping[str, Any], path: Path, word: str) -> Iterator[Cause]:
    if word == "DataSourceRef" and text(value, "namespace"):
        message = "Invalid value: DataSourceRef namespace not supported"
        yield Cause((*path, "namespace"), message, Check.EXTERNAL_NAMESPACE)
    for field in ("name", "kind"):
        if not text(value, field):
            yield Cause((*path, field), f"Required value: {word} {field}", Check.EXTERNAL_INCOMPLETE)
    kind = text(value, "kind")
    if not text(value, "apiGroup") and kind != "PersistentVolumeClaim" and not is_unknown(kind):
        message = f"Required value: {word} apiGroup when kind is not 'PersistentVolumeClaim'"
        yield Cause((*path, "apiGroup"), message, Check.EXTERNAL_INCOMPLETE)


def _source_ref(spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    kind = text(spec, "sourceRef", "kind")
    if not kind:
        yield Cause((*path, "sourceRef", "kind"), "Missing sourceRef kind", Check.SOURCE_REF_INVALID)
    elif kind != "DataSource" and not is_unknown(kind):
        message = f"Unsupported sourceRef kind {kind}, currently only DataSource is supported"
        yield Cause((*path, "sourceRef", "kind"), message, Check.SOURCE_REF_INVALID)
    elif not text(spec, "sourceRef", "name"):
        yield Cause((*path, "sourceRef", "name"), "Missing sourceRef name", Check.SOURCE_REF_INVALID)


def check_template(template: Mapping[str, Any], path: Path, namespace: str, volumes: Any) -> tuple[Cause, ...]:
    """KubeVirt's checks of a DataVolume template, which are weaker than CDI's.

    `path` leads to the template, `namespace` is the virtual machine's, `volumes` is the list of its VMI. CDI refuses
    later, when the controller makes the DataVolume: see `check_spec`.
    """
    spec = mapping(template, "spec")
    name = text(template, "metadata", "name")
    return (tuple(_template_shape(name, spec, path)) or tuple(_template_use(name, path, volumes))) + tuple(
        _template_namespace(template, path, namespace)
    )


def _template_shape(name: str, spec: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    inner = (*path, "spec")
    pvc, storage, source = spec.get("pvc"), spec.get("storage"), spec.get("source")
    has_source = source is not None or spec.get("sourceRef") is not None
    if not name:
        message = "'name' field must not be empty for DataVolumeTemplate entry"
        yield Cause((*path, "metadata", "name"), message, Check.NAME_MISSING)
    elif pvc is None and storage is None:
        yield Cause((*inner, "storage"), "Missing Data volume PVC or Storage", Check.STORAGE_MISSING)
    elif pvc is not None and storage is not None:
        message = "Duplicate storage definition, both target storage and target pvc defined"
        yield Cause((*inner, "storage"), message, Check.STORAGE_TWICE)
    elif _is_external(spec) and has_source:
        message = "External population is incompatible with Source and SourceRef"
        yield Cause((*inner, "source"), message, Check.EXTERNAL_WITH_SOURCE)
    elif not _is_external(spec) and not has_source:
        message = "Data volume should have either Source, SourceRef, or be externally populated"
        yield Cause((*inner, "sourceRef"), message, Check.SOURCE_CHOICE)
    elif isinstance(source, dict) and (causes := check_count(spec, inner, DATA_VOLUME_MEMBERS, "")):
        several = causes[0].check is Check.SOURCES_SEVERAL
        message = "Multiple dataVolume sources" if several else "Missing dataVolume valid source"
        yield causes[0]._replace(message=message)


def _template_use(name: str, path: Path, volumes: Any) -> Iterator[Cause]:
    held = [volumes, *sequence(volumes)]
    held += [get(volume, source) for volume in sequence(volumes) for source in _TEMPLATE_USES]
    used = [get(volume, *place) for volume in sequence(volumes) for place in _TEMPLATE_USES.items()]
    if name not in used and not is_unknown(name) and not any(is_unknown(one) for one in (*held, *used)):
        message = "DataVolumeTemplate entry must be referenced in the VMI template's 'volumes' list"
        yield Cause((*path, "metadata", "name"), message, Check.TEMPLATE_UNUSED)


def _template_namespace(template: Mapping[str, Any], path: Path, namespace: str) -> Iterator[Cause]:
    own = text(template, "metadata", "namespace")
    if own and own != namespace and not is_unknown(own) and not is_unknown(namespace):
        message = f"Embedded DataVolume namespace {own} differs from VM namespace {namespace}"
        yield Cause((*path, "metadata", "namespace"), message, Check.TEMPLATE_NAMESPACE)
