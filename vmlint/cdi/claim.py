"""Why the API server refuses a PersistentVolumeClaim.

Source: Kubernetes `pkg/apis/core/validation/validation.go` (ValidatePersistentVolumeClaimSpec).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.cdi.cause import Cause, Check, check_name
from vmlint.model.access import get, mapping, text
from vmlint.model.quantity import Quantity
from vmlint.model.unknown import is_unknown
from vmlint.source.span import Path

__all__ = ["check"]

_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_ALONE = "ReadWriteOncePod"
_VOLUME_MODES = ("Block", "Filesystem")
_SPEC: Path = ("spec",)
_SIZE: Path = (*_SPEC, "resources", "requests", "storage")


def check(data: Mapping[str, Any], *, rendered: bool = False) -> tuple[Cause, ...]:
    """Every reason; the server tells them all. CDI fills a `rendered` claim in before: absent fields are no fault."""
    spec = mapping(data, *_SPEC)
    return (
        *check_name(data),
        *_access_modes(spec, rendered),
        *_size(spec, rendered),
        *_volume_mode(spec, rendered),
        *_sources(spec),
    )


def _access_modes(spec: Mapping[str, Any], rendered: bool) -> Iterator[Cause]:
    path = (*_SPEC, "accessModes")
    modes = spec.get("accessModes")
    if modes is None or modes == []:
        if not rendered:
            yield Cause(path, "Required value: at least 1 access mode is required", Check.ACCESS_MODE_MISSING)
        return
    if not isinstance(modes, list):
        return
    for index, mode in enumerate(modes):
        if isinstance(mode, str) and mode not in _MODES and not is_unknown(mode):
            yield Cause((*path, index), f'Unsupported value: "{mode}"', Check.ACCESS_MODE_UNKNOWN)
    if _ALONE in modes and len(modes) > 1:
        message = f"Forbidden: may not use {_ALONE} with other access modes"
        yield Cause(path, message, Check.ACCESS_MODES_SEVERAL)


def _size(spec: Mapping[str, Any], rendered: bool) -> Iterator[Cause]:
    written = get(spec, *_SIZE[1:])
    if written is None:
        if not rendered:
            yield Cause(_SIZE, "Required value", Check.SIZE_MISSING)
        return
    size = Quantity.try_parse(written)
    if size is not None and size.sign <= 0 and not rendered:
        yield Cause(_SIZE, "Invalid value: must be greater than zero", Check.SIZE_NOT_POSITIVE)


def _volume_mode(spec: Mapping[str, Any], rendered: bool) -> Iterator[Cause]:
    mode = spec.get("volumeMode")
    allowed = (*_VOLUME_MODES, "FromStorageProfile") if rendered else _VOLUME_MODES
    if isinstance(mode, str) and mode and mode not in allowed and not is_unknown(mode):
        yield Cause((*_SPEC, "volumeMode"), f'Unsupported value: "{mode}"', Check.VOLUME_MODE_UNKNOWN)


def _sources(spec: Mapping[str, Any]) -> Iterator[Cause]:
    for field in ("dataSource", "dataSourceRef"):
        if isinstance(reference := spec.get(field), dict):
            yield from _source(reference, (*_SPEC, field))


def _source(reference: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    for field in ("name", "kind"):
        if not text(reference, field):
            yield Cause((*path, field), "Required value", Check.EXTERNAL_INCOMPLETE)
    kind = text(reference, "kind")
    if kind and kind != "PersistentVolumeClaim" and not text(reference, "apiGroup") and not is_unknown(kind):
        message = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
        yield Cause((*path, "apiGroup"), message, Check.EXTERNAL_INCOMPLETE)
