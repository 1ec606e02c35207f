"""Why the API server refuses a PersistentVolumeClaim.

Source: Kubernetes `pkg/apis/core/validation/validation.go` (ValidatePersistentVolumeClaimSpec).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.cdi.check import Check, check_name
from vmlint.model.access import get, mapping, text
from vmlint.model.quantity import Quantity
from vmlint.model.refusal import Refusal, Refuser
from vmlint.model.unknown import is_unknown
from vmlint.source.span import Path

__all__ = ["check"]

_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_ALONE = "ReadWriteOncePod"
_OLD_KINDS = (("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot"))
_VOLUME_MODES = ("Block", "Filesystem")
_SPEC: Path = ("spec",)
_SIZE: Path = (*_SPEC, "resources", "requests", "storage")


def check(data: Mapping[str, Any], *, rendered: bool = False) -> tuple[Refusal, ...]:
    """Every reason; the server reports all. CDI fills a `rendered` claim in before: absent fields are no fault."""
    spec = mapping(data, *_SPEC)
    return (
        *check_name(data),
        *_access_modes(spec, rendered),
        *_size(spec, rendered),
        *_volume_mode(spec, rendered),
        *_sources(spec),
    )


def _access_modes(spec: Mapping[str, Any], rendered: bool) -> Iterator[Refusal]:
    path = (*_SPEC, "accessModes")
    modes = spec.get("accessModes")
    if modes is None or modes == []:
        if not rendered:
            yield Refusal(Check.ACCESS_MODE_MISSING, path, by=Refuser.API_SERVER)
        return
    if not isinstance(modes, list):
        return
    for index, mode in enumerate(modes):
        if isinstance(mode, str) and mode not in _MODES and not is_unknown(mode):
            yield Refusal(
                Check.ACCESS_MODE_UNKNOWN, (*path, index), {"mode": mode, "known": _MODES}, by=Refuser.API_SERVER
            )
    if _ALONE in modes and len(modes) > 1:
        yield Refusal(Check.ACCESS_MODES_SEVERAL, path, by=Refuser.API_SERVER)


def _size(spec: Mapping[str, Any], rendered: bool) -> Iterator[Refusal]:
    written = get(spec, *_SIZE[1:])
    if written is None:
        if not rendered:
            yield Refusal(Check.SIZE_MISSING, _SIZE, by=Refuser.API_SERVER)
        return
    size = Quantity.try_parse(written)
    if size is not None and size.sign <= 0 and not rendered:
        yield Refusal(Check.SIZE_NOT_POSITIVE, _SIZE, by=Refuser.API_SERVER)


def _volume_mode(spec: Mapping[str, Any], rendered: bool) -> Iterator[Refusal]:
    mode = spec.get("volumeMode")
    allowed = (*_VOLUME_MODES, "FromStorageProfile") if rendered else _VOLUME_MODES
    if isinstance(mode, str) and mode and mode not in allowed and not is_unknown(mode):
        yield Refusal(
            Check.VOLUME_MODE_UNKNOWN, (*_SPEC, "volumeMode"), {"mode": mode, "known": allowed}, by=Refuser.API_SERVER
        )


def _sources(spec: Mapping[str, Any]) -> Iterator[Refusal]:
    """Both fields mean the same source. The server drops a `dataSource` of another kind before it compares them."""
    old, new = spec.get("dataSource"), spec.get("dataSourceRef")
    if isinstance(old, dict) and isinstance(new, dict):
        first, second = _identity(old), _identity(new)
        if first[:2] in _OLD_KINDS and first != second and not any(map(is_unknown, (*first, *second))):
            yield Refusal(Check.EXTERNAL_TWICE, (*_SPEC, "dataSourceRef"), by=Refuser.API_SERVER)
    for field in ("dataSource", "dataSourceRef"):
        if isinstance(reference := spec.get(field), dict):
            yield from _source(reference, (*_SPEC, field))


def _identity(reference: Mapping[str, Any]) -> tuple[str, str, str]:
    return text(reference, "apiGroup"), text(reference, "kind"), text(reference, "name")


def _source(reference: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    for field in ("name", "kind"):
        if not text(reference, field):
            yield Refusal(Check.EXTERNAL_INCOMPLETE, (*path, field), by=Refuser.API_SERVER)
    kind = text(reference, "kind")
    if kind and kind != "PersistentVolumeClaim" and not text(reference, "apiGroup") and not is_unknown(kind):
        yield Refusal(Check.EXTERNAL_INCOMPLETE, (*path, "apiGroup"), by=Refuser.API_SERVER)
