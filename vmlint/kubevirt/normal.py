"""What becomes of a spec that KubeVirt decodes and writes again.

The mutating webhook replaces a VM's `/spec` with what its Go types make of it: empty maps and lists, zero numbers,
`false` and "" vanish where the type omits them, structs that stand by value appear, pointers survive however empty,
quantities take their canonical form, and unknown fields are gone (the API server has pruned them before).

The types are data, `catalog/wire.json`, made by `tools/wire.py`. Source: KubeVirt `staging/src/kubevirt.io/api`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, cached_property, partial
from typing import Any

from vmlint.catalog import data
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

# Values that the CustomResourceDefinition fills in where a field is absent.
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {"ContainerPathVolumeSource": {"readOnly": True}}

_ABSENT = object()
_NESTED = (dict, list)
_NUMBERS = frozenset(("option", "port", "start", "end", "weight", "maxSkew", "guest"))
"""The fields of kind `keep` that are numbers; the others are text."""

_Write = Callable[[Any], Any]
"""Writes a value that is not null; the answer is _ABSENT where the field vanishes."""


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
    return _types(proposals, omit).of(type_name).write(value if isinstance(value, dict) else {})


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    """The kind of each field of each Go type."""
    table = json.loads(data("wire.json"))
    return {
        name: {field: kind for kind, names in groups.items() for field in names.split()}
        for name, groups in table.items()
    }


@cache
def _types(proposals: bool, omit: bool) -> _Types:
    return _Types(proposals, omit)


class _Types:
    """How values of each Go type are written; `omit` is whether zero values vanish or stay."""

    def __init__(self, proposals: bool, omit: bool) -> None:
        self._proposed = _PROPOSED if proposals else {}
        self._known: dict[str, _Type] = {}
        self.omit = omit

    def of(self, name: str) -> _Type:
        if name not in self._known:
            kinds = {**_table()[name], **self._proposed.get(name, {})}
            self._known[name] = _Type(kinds, self, _DEFAULTS.get(name, {}))
        return self._known[name]

    def writer(self, kind: str) -> _Write:
        """How a field of some kind is written."""
        plain = _PLAIN.get(kind)
        if plain is not None:
            return _unless_empty(plain) if self.omit and kind in _VANISHING else plain
        if kind.startswith("[]"):
            entries = _entries(self.of(kind.lstrip("[]!")))
            return _unless_empty_list(entries) if self.omit and not kind.startswith("[]!") else entries
        return _struct(self.of(kind.removeprefix("*")))

    def zero(self, field: str, kind: str) -> Callable[[], Any]:
        """What is written where a field is absent that is always written, made anew each time."""
        if kind == "keep":
            return int if field in _NUMBERS else str
        return (lambda: "0") if kind == "qty" else partial(self.of(kind).write, {})


class _Type:
    """One Go type. Hardly any VM has values of all types, so the fields are looked at when the first value comes."""

    def __init__(self, kinds: Mapping[str, str], types: _Types, defaults: Mapping[str, Any]) -> None:
        self._kinds = kinds
        self._types = types
        self._defaults = defaults

    @cached_property
    def _fields(self) -> Mapping[str, _Write]:
        """How the fields are written that are not copied as they are."""
        return {field: self._types.writer(kind) for field, kind in self._kinds.items() if kind not in _COPIED}

    @cached_property
    def _copied(self) -> Mapping[str, bool]:
        """The fields that are copied as they are, and whether an empty value of each vanishes."""
        omit = self._types.omit
        return {field: omit and kind in _VANISHING for field, kind in self._kinds.items() if kind in _COPIED}

    @cached_property
    def _always(self) -> tuple[tuple[str, Callable[[], Any]], ...]:
        """The fields that are written even where they are absent."""
        if not self._types.omit:
            return ()
        by_value = ((field, kind) for field, kind in self._kinds.items() if kind in ("qty", "keep") or kind in _table())
        return tuple((field, self._types.zero(field, kind)) for field, kind in by_value)

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A value of the type; nothing is shared with the argument."""
        copied, fields = self._copied, self._fields
        out = {}
        for key, value in data.items():
            if value is None:
                continue
            if (vanishes := copied.get(key)) is not None:
                if value or not vanishes:
                    out[key] = clone(value) if isinstance(value, _NESTED) else value
            elif (write := fields.get(key)) is not None and (written := write(value)) is not _ABSENT:
                out[key] = written
        for key, zero in self._always:
            if key not in out:
                out[key] = zero()
        for key, default in self._defaults.items():
            out.setdefault(key, default)
        return out


def _unless_empty(write: _Write) -> _Write:
    return lambda value: write(value) if value else _ABSENT


def _struct(type_: _Type) -> _Write:
    return lambda value: type_.write(value) if isinstance(value, dict) else clone(value)


def _entries(type_: _Type) -> _Write:
    def write(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [type_.write(entry) if isinstance(entry, dict) else clone(entry) for entry in value]

    return write


def _unless_empty_list(write: _Write) -> _Write:
    """A list that is empty vanishes; another empty value is of the wrong type, and stays."""
    return lambda value: _ABSENT if value == [] else write(value)


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
_COPIED = frozenset(kind for kind, write in _PLAIN.items() if write is clone)
_VANISHING = frozenset(("omit", "list", "map", "mapqty"))
