"""Why a DataVolume, or a template of one in a virtual machine, is refused.

Sources: CDI `pkg/apiserver/webhooks/datavolume-{mutate,validate}.go` and the API's `authorize.go`; KubeVirt
`pkg/storage/admitters/data-volume-template.go`. The checks run in the cluster's order and end at the first refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vmlint.cdi.check import Check, check_name
from vmlint.cdi.sources import DATA_VOLUME_MEMBERS, check_content_type, check_count, check_source
from vmlint.cdi.storageworld import Gap, Lookup, Reason, Undecided
from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.quantity import Quantity
from vmlint.model.refusal import Refusal, Refuser
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
) -> tuple[Refusal, ...]:
    """Why the cluster refuses to create a DataVolume; nothing where it accepts it or the files don't tell.

    `existing_claim` is a claim of the same name that no DataVolume made; `claim_adoption` is CDI's feature gate.
    """
    if refusals := check_name(data):
        return refusals
    rights = check_clone_rights(data, namespace, data_source, namespace_exists)
    if isinstance(rights, Refusal):
        return (rights,)
    if existing_claim is not None and not claim_may_exist(data, existing_claim, claim_adoption):
        return (
            Refusal(
                Check.CLAIM_EXISTS,
                ("metadata", "name"),
                {"namespace": namespace, "name": text(data, "metadata", "name")},
            ),
        )
    return check_spec(mapping(data, "spec"))


def check_clone_rights(
    data: Mapping[str, Any],
    namespace: str,
    data_source: Lookup,
    namespace_exists: Callable[[str], bool | None] = lambda name: None,
) -> Refusal | Undecided | None:
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
            return Undecided("spec.sourceRef", Reason(Gap.VARIABLE_IN_SOURCE_REFERENCE))
        found = data_source(own, name) if name else None
        if isinstance(found, Undecided):
            return found
        if found is None:
            return Refusal(Check.SOURCE_REF_NOT_FOUND, path, {"name": name}, by=Refuser.MUTATING_WEBHOOK)
        over_reference = isinstance(get(found, "spec", "source", "dataSource"), dict)
        source = mapping(found, "status" if over_reference else "spec", "source")
    for member in ("pvc", "snapshot"):
        if isinstance(copied := get(source, member), dict):
            own = text(copied, "namespace") or namespace
            if not is_unknown(own) and namespace_exists(own) is False:
                field = (*path, member, "namespace") if path[-1] == "source" else path
                return Refusal(Check.SOURCE_NAMESPACE_NOT_FOUND, field, {"namespace": own}, by=Refuser.MUTATING_WEBHOOK)
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


def check_spec(spec: Mapping[str, Any], path: Path = ("spec",)) -> tuple[Refusal, ...]:
    """The validating webhook on a DataVolume's spec, which is at `path`."""
    if any(_is_odd(spec.get(field)) for field in ("pvc", "storage", "source", "sourceRef")):
        # The API server refuses the type before the webhook is asked.
        return ()
    for check_part in (_one_storage, _size, _class_name, _access_modes, _population):
        if refusals := tuple(check_part(spec, path)):
            return refusals
    if _is_external(spec) or spec.get("sourceRef") is not None:
        return ()
    return (
        check_count(spec, path, DATA_VOLUME_MEMBERS, "DataVolume")
        or check_content_type(spec, path)
        or check_source(spec, path)
    )


def _is_odd(value: Any) -> bool:
    return value is not None and not isinstance(value, dict)


def _one_storage(spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    if spec.get("pvc") is None and spec.get("storage") is None:
        yield Refusal(Check.STORAGE_MISSING, (*path, "pvc"))
    elif spec.get("pvc") is not None and spec.get("storage") is not None:
        yield Refusal(Check.STORAGE_TWICE, (*path, "storage"))


def _section(spec: Mapping[str, Any]) -> str:
    return "storage" if spec.get("pvc") is None else "pvc"


def _size(spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    section = _section(spec)
    field = (*path, section, "resources", "requests", "storage")
    written = get(spec, section, "resources", "requests", "storage")
    if written is None:
        if section == "pvc" or not _copies(spec):
            yield Refusal(Check.SIZE_MISSING, field)
        return
    size = Quantity.try_parse(written)
    if size is None:
        return
    if size.sign <= 0:
        yield Refusal(Check.SIZE_NOT_POSITIVE, field)
    elif size.value() < _MIB:
        yield Refusal(Check.SIZE_TOO_SMALL, field)


def _copies(spec: Mapping[str, Any]) -> bool:
    members = (get(spec, "sourceRef"), get(spec, "source", "pvc"), get(spec, "source", "snapshot"))
    return any(member is not None for member in members)


def _class_name(spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    section = _section(spec)
    name = text(spec, section, "storageClassName")
    if len(name.encode(errors="replace")) > _MAX_CLASS_NAME and not is_unknown(name):
        yield Refusal(Check.CLASS_NAME_TOO_LONG, (*path, section, "storageClassName"), {"longest": _MAX_CLASS_NAME})


def _access_modes(spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    section = _section(spec)
    field = (*path, section, "accessModes")
    if _is_odd_list(get(spec, section, "accessModes")):
        return
    modes = sequence(spec, section, "accessModes")
    if section == "pvc" and not modes:
        yield Refusal(Check.ACCESS_MODE_MISSING, field)
    elif section == "pvc" and len(modes) > 1:
        yield Refusal(Check.ACCESS_MODES_SEVERAL, field)
    else:
        for index, mode in enumerate(modes):
            if isinstance(mode, str) and mode not in _MODES and not is_unknown(mode):
                yield Refusal(Check.ACCESS_MODE_UNKNOWN, (*field, index), {"mode": mode, "known": _MODES})
                return


def _is_odd_list(value: Any) -> bool:
    return value is not None and not isinstance(value, list)


def _is_external(spec: Mapping[str, Any]) -> bool:
    section = _section(spec)
    return any(get(spec, section, field) is not None for field in ("dataSource", "dataSourceRef"))


def _population(spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    """Where the content comes from: an outside populator, a source or a reference; never two of them."""
    source, reference = spec.get("source") is not None, spec.get("sourceRef") is not None
    if _is_external(spec):
        yield from _external(spec, path, source or reference)
    elif source == reference:
        yield Refusal(Check.SOURCE_CHOICE, (*path, "source"))
    elif reference:
        yield from _source_ref(spec, path)


def _external(spec: Mapping[str, Any], path: Path, has_source: bool) -> Iterator[Refusal]:
    section = _section(spec)
    if has_source:
        member = "source" if spec.get("source") is not None else "sourceRef"
        yield Refusal(Check.EXTERNAL_WITH_SOURCE, (*path, member))
    if all(get(spec, section, field) is not None for field in ("dataSource", "dataSourceRef")):
        # CDI compares two different types here, which are never equal.
        yield Refusal(Check.EXTERNAL_TWICE, (*path, section, "dataSourceRef"))
    for field in ("dataSource", "dataSourceRef"):
        if isinstance(value := get(spec, section, field), dict):
            yield from _external_reference(value, (*path, section, field))


def _external_reference(value: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    if path[-1] == "dataSourceRef" and text(value, "namespace"):
        yield Refusal(Check.EXTERNAL_NAMESPACE, (*path, "namespace"))
    for field in ("name", "kind"):
        if not text(value, field):
            yield Refusal(Check.EXTERNAL_INCOMPLETE, (*path, field))
    kind = text(value, "kind")
    if not text(value, "apiGroup") and kind != "PersistentVolumeClaim" and not is_unknown(kind):
        yield Refusal(Check.EXTERNAL_INCOMPLETE, (*path, "apiGroup"))


def _source_ref(spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    kind = text(spec, "sourceRef", "kind")
    if not kind or (kind != "DataSource" and not is_unknown(kind)):
        yield Refusal(Check.SOURCE_REF_INVALID, (*path, "sourceRef", "kind"), {"kind": kind})
    elif not text(spec, "sourceRef", "name"):
        yield Refusal(Check.SOURCE_REF_INVALID, (*path, "sourceRef", "name"))


def check_template(template: Mapping[str, Any], path: Path, namespace: str, volumes: Any) -> tuple[Refusal, ...]:
    """KubeVirt's checks of a DataVolume template, which are weaker than CDI's.

    `path` leads to the template, `namespace` is the virtual machine's, `volumes` is the list of its VMI. CDI refuses
    later, when the controller makes the DataVolume: see `check_spec`.
    """
    spec = mapping(template, "spec")
    name = text(template, "metadata", "name")
    return (tuple(_template_shape(name, spec, path)) or tuple(_template_use(name, path, volumes))) + tuple(
        _template_namespace(template, path, namespace)
    )


def _template_shape(name: str, spec: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    inner = (*path, "spec")
    pvc, storage, source = spec.get("pvc"), spec.get("storage"), spec.get("source")
    has_source = source is not None or spec.get("sourceRef") is not None
    if not name:
        yield Refusal(Check.NAME_MISSING, (*path, "metadata", "name"))
    elif pvc is None and storage is None:
        yield Refusal(Check.STORAGE_MISSING, (*inner, "storage"))
    elif pvc is not None and storage is not None:
        yield Refusal(Check.STORAGE_TWICE, (*inner, "storage"))
    elif _is_external(spec) and has_source:
        yield Refusal(Check.EXTERNAL_WITH_SOURCE, (*inner, "source"))
    elif not _is_external(spec) and not has_source:
        yield Refusal(Check.SOURCE_CHOICE, (*inner, "sourceRef"))
    elif isinstance(source, dict):
        yield from check_count(spec, inner, DATA_VOLUME_MEMBERS, "VirtualMachine")


def _template_use(name: str, path: Path, volumes: Any) -> Iterator[Refusal]:
    candidates = [volumes, *sequence(volumes)]
    candidates += [get(volume, source) for volume in sequence(volumes) for source in _TEMPLATE_USES]
    used = [get(volume, *place) for volume in sequence(volumes) for place in _TEMPLATE_USES.items()]
    if name not in used and not is_unknown(name) and not any(is_unknown(value) for value in (*candidates, *used)):
        yield Refusal(Check.TEMPLATE_UNUSED, (*path, "metadata", "name"))


def _template_namespace(template: Mapping[str, Any], path: Path, namespace: str) -> Iterator[Refusal]:
    own = text(template, "metadata", "namespace")
    if own and own != namespace and not is_unknown(own) and not is_unknown(namespace):
        yield Refusal(
            Check.TEMPLATE_NAMESPACE, (*path, "metadata", "namespace"), {"namespace": own, "of_vm": namespace}
        )
