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
from vmlint.record import Record
from vmlint.source.span import Path

__all__ = ["check", "check_clone_rights", "check_spec", "check_template", "claim_may_exist"]

_MIB = 1024 * 1024
_SIZE = ("resources", "requests", "storage")
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
    pvc, storage, source, reference = map(spec.get, _PARTS)
    if _is_odd(pvc) or _is_odd(storage) or _is_odd(source) or _is_odd(reference):
        # The API server refuses the type before the webhook is asked.
        return ()
    if (pvc is None) == (storage is None):
        if pvc is None:
            return (Refusal(Check.STORAGE_MISSING, (*path, "pvc")),)
        return (Refusal(Check.STORAGE_TWICE, (*path, "storage")),)
    form = _section(spec)
    claim = _Claim(mapping(spec, form), form, path)
    for check_part in (_size, _class_name, _access_modes, _population):
        if refusal := check_part(claim, spec):
            return refusal
    if reference is not None or _is_external(claim.spec):
        return ()
    return (
        check_count(spec, path, DATA_VOLUME_MEMBERS, "DataVolume")
        or check_content_type(spec, path)
        or check_source(spec, path)
    )


_PARTS = ("pvc", "storage", "source", "sourceRef")


class _Claim(Record):
    """The part of a DataVolume's spec that describes its claim: `storage`, or `pvc`. `path` is that of the spec."""

    spec: Mapping[str, Any]
    form: str
    path: Path

    def at(self, *path: str | int) -> Path:
        return (*self.path, self.form, *path)


def _is_odd(value: Any) -> bool:
    return value is not None and not isinstance(value, dict)


def _size(claim: _Claim, spec: Mapping[str, Any]) -> tuple[Refusal, ...]:
    written = get(claim.spec, *_SIZE)
    if written is None:
        return (Refusal(Check.SIZE_MISSING, claim.at(*_SIZE)),) if claim.form == "pvc" or not _copies(spec) else ()
    size = Quantity.try_parse(written)
    if size is None:
        return ()
    if size.sign <= 0:
        return (Refusal(Check.SIZE_NOT_POSITIVE, claim.at(*_SIZE)),)
    return (Refusal(Check.SIZE_TOO_SMALL, claim.at(*_SIZE)),) if size.value() < _MIB else ()


def _copies(spec: Mapping[str, Any]) -> bool:
    members = (get(spec, "sourceRef"), get(spec, "source", "pvc"), get(spec, "source", "snapshot"))
    return any(member is not None for member in members)


def _class_name(claim: _Claim, spec: Mapping[str, Any]) -> tuple[Refusal, ...]:
    name = text(claim.spec, "storageClassName")
    if len(name.encode(errors="replace")) > _MAX_CLASS_NAME and not is_unknown(name):
        return (Refusal(Check.CLASS_NAME_TOO_LONG, claim.at("storageClassName"), {"longest": _MAX_CLASS_NAME}),)
    return ()


def _access_modes(claim: _Claim, spec: Mapping[str, Any]) -> tuple[Refusal, ...]:
    written = claim.spec.get("accessModes")
    if not isinstance(written, list | None):
        return ()
    modes = written or ()
    if claim.form == "pvc" and not modes:
        return (Refusal(Check.ACCESS_MODE_MISSING, claim.at("accessModes")),)
    if claim.form == "pvc" and len(modes) > 1:
        return (Refusal(Check.ACCESS_MODES_SEVERAL, claim.at("accessModes")),)
    for index, mode in enumerate(modes):
        if isinstance(mode, str) and mode not in _MODES and not is_unknown(mode):
            return (
                Refusal(Check.ACCESS_MODE_UNKNOWN, claim.at("accessModes", index), {"mode": mode, "known": _MODES}),
            )
    return ()


def _is_external(claim: Any) -> bool:
    """Whether a populator of somebody else fills a claim."""
    return get(claim, "dataSource") is not None or get(claim, "dataSourceRef") is not None


def _population(claim: _Claim, spec: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """Where the content comes from: an outside populator, a source or a reference; never two of them."""
    source, reference = spec.get("source") is not None, spec.get("sourceRef") is not None
    if _is_external(claim.spec):
        return tuple(_external(spec, claim.path, source or reference))
    if source == reference:
        return (Refusal(Check.SOURCE_CHOICE, (*claim.path, "source")),)
    return tuple(_source_ref(spec, claim.path)) if reference else ()


def _section(spec: Mapping[str, Any]) -> str:
    return "storage" if spec.get("pvc") is None else "pvc"


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
    is_external = _is_external(storage if pvc is None else pvc)
    if not name:
        yield Refusal(Check.NAME_MISSING, (*path, "metadata", "name"))
    elif pvc is None and storage is None:
        yield Refusal(Check.STORAGE_MISSING, (*inner, "storage"))
    elif pvc is not None and storage is not None:
        yield Refusal(Check.STORAGE_TWICE, (*inner, "storage"))
    elif is_external and has_source:
        yield Refusal(Check.EXTERNAL_WITH_SOURCE, (*inner, "source"))
    elif not is_external and not has_source:
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
