"""What becomes of a spec that KubeVirt decodes and writes again.

The mutating webhook replaces a VM's `/spec` with what its Go types make of it: empty maps and lists, zero numbers,
`false` and "" vanish where the type omits them, structs that stand by value appear, pointers survive however empty,
quantities take their canonical form, and unknown fields are gone (the API server has pruned them before).

The types are data, `catalog/wire.json`, made by `tools/wire.py`. Source: KubeVirt `staging/src/kubevirt.io/api`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from vmlint.kubevirt.values import clone
from vmlint.model.quantity import Quantity

__all__ = ["decode_instancetype", "decode_preference", "normal_template", "normal_vm_spec"]

_VM = "VirtualMachineSpec"
_TEMPLATE = "VirtualMachineInstanceTemplateSpec"
_INSTANCETYPE = "v1beta1.VirtualMachineInstancetypeSpec"
_PREFERENCE = "v1beta1.VirtualMachinePreferenceSpec"

# Fields that only the design proposals know; they are kept where no release is named.
_PROPOSED: Mapping[str, Mapping[str, str]] = {
    "CPU": {"guest": "omit"},
    _VM: {"volumeClaimTemplates": "any"},
}

_ABSENT = object()
_NUMBERS = frozenset(("option", "port", "start", "end", "weight", "maxSkew", "guest"))
"""The fields of kind `keep` that are numbers; the others are text."""


def normal_vm_spec(spec: Any, *, proposals: bool = False) -> dict[str, Any]:
    """A VM's `spec` as the mutating webhook writes it back; nothing is shared with the argument.

    Values of the wrong type stay as they are: the API refuses them, and a variable may stand for anything.
    """
    return _whole(spec, _VM, proposals, omit=True)


def normal_template(template: Any, *, proposals: bool = False) -> dict[str, Any]:
    """A VM's `spec.template`, likewise."""
    return _whole(template, _TEMPLATE, proposals, omit=True)


def decode_instancetype(spec: Any) -> dict[str, Any]:
    """An instancetype's `spec` as KubeVirt reads it: without unknown fields and nulls, zero values in place."""
    return _whole(spec, _INSTANCETYPE, False, omit=False)


def decode_preference(spec: Any) -> dict[str, Any]:
    """A preference's `spec` as KubeVirt reads it, likewise."""
    return _whole(spec, _PREFERENCE, False, omit=False)


def _whole(value: Any, type_name: str, proposals: bool, *, omit: bool) -> dict[str, Any]:
    return _Writer(_types(proposals), omit).struct(type_name, value if isinstance(value, dict) else {})


class _Type(NamedTuple):
    """The fields of a Go type with what each is, and the fields that are written even where absent."""

    fields: Mapping[str, str]
    always: tuple[tuple[str, str], ...]


@lru_cache(maxsize=2)
def _types(proposals: bool) -> Mapping[str, _Type]:
    table = json.loads(files("vmlint.catalog").joinpath("wire.json").read_bytes())
    out = {}
    for name, groups in table.items():
        fields = {field: kind for kind, names in groups.items() for field in names.split()}
        if proposals:
            fields.update(_PROPOSED.get(name, {}))
        out[name] = _Type(
            fields, tuple((field, kind) for field, kind in fields.items() if kind in ("qty", "keep") or kind in table)
        )
    return out


class _Writer:
    """Writes values of one table of types; `omit` says whether zero values vanish or stay."""

    def __init__(self, types: Mapping[str, _Type], omit: bool) -> None:
        self._types = types
        self._omit = omit

    def struct(self, type_name: str, data: Mapping[str, Any]) -> dict[str, Any]:
        fields, always = self._types[type_name]
        out = {}
        for key, value in data.items():
            kind = fields.get(key)
            if kind is not None and value is not None and (written := self._write(kind, value)) is not _ABSENT:
                out[key] = written
        if self._omit:
            for key, kind in always:
                if key not in out:
                    out[key] = self._zero(key, kind)
        return out

    def _zero(self, key: str, kind: str) -> Any:
        if kind == "keep":
            return 0 if key in _NUMBERS else ""
        return "0" if kind == "qty" else self.struct(kind, {})

    def _write(self, kind: str, value: Any) -> Any:
        plain = _PLAIN.get(kind)
        if plain is not None:
            vanishes = self._omit and kind in _VANISHING and not value
            return _ABSENT if vanishes else plain(value)
        if kind.startswith("[]"):
            if not isinstance(value, list):
                return value
            element = kind.lstrip("[]!")
            if self._omit and not value and not kind.startswith("[]!"):
                return _ABSENT
            return [self.struct(element, entry) if isinstance(entry, dict) else clone(entry) for entry in value]
        return self.struct(kind.removeprefix("*"), value) if isinstance(value, dict) else clone(value)


def _quantity(value: Any) -> Any:
    amount = Quantity.try_parse(value)
    return clone(value) if amount is None else str(amount)


def _quantities(value: Any) -> Any:
    if not isinstance(value, dict):
        return clone(value)
    return {key: _quantity(amount) for key, amount in value.items() if amount is not None}


_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "omit": clone,
    "keep": clone,
    "ptr": clone,
    "any": clone,
    "list": clone,
    "list!": clone,
    "map": clone,
    "mapqty": _quantities,
    "qty": _quantity,
    "*qty": _quantity,
}
_VANISHING = frozenset(("omit", "list", "map", "mapqty"))
