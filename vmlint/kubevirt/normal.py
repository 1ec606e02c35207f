"""What becomes of a spec that KubeVirt decodes and writes again.

The mutating webhook replaces a VM's `/spec` with what its Go types make of it: empty maps and lists, zero numbers,
`false` and "" vanish where the type omits them, structs that stand by value appear, pointers survive however empty,
quantities take their canonical form, and unknown fields are gone (the API server has pruned them before). Most of
a manifest is as KubeVirt would write it: that is taken as it is, so nobody may change what these functions return.

The types are data, `catalog/wire.json`, made by `tools/wire.py`. Source: KubeVirt `staging/src/kubevirt.io/api`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from operator import is_
from typing import Any

from vmlint.catalog import data
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
_NUMBERS = frozenset(("option", "port", "start", "end", "weight", "maxSkew", "guest"))
"""The fields of kind `keep` that are numbers; the others are text."""

_Write = Callable[[Any], Any]
"""Writes a value that is not null; the answer is _ABSENT where the field vanishes."""


def normal_vm_spec(spec: Any, *, proposals: bool = False) -> dict[str, Any]:
    """A VM's `spec` as the mutating webhook writes it back.

    Values of the wrong type stay as they are: the API refuses them, and a variable may stand for anything.
    """
    return _whole(spec, _VM, proposals, omit=True)


def normal_template(
    template: Any, *, proposals: bool = False, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A VM's `spec.template`, likewise. `before` is a normal template that this one was made of: what both share is
    normal, and not looked at again."""
    if before is not None:
        return _types(proposals, True).of(_TEMPLATE).write_again(template, before)
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
        """How a field is written that holds a list of structs or a quantity."""
        plain = _PLAIN.get(kind)
        if plain is not None:
            return _unless_empty(plain) if self.omit and kind in _VANISHING else plain
        entries = _entries(self.of(kind.lstrip("[]!")))
        return _unless_empty_list(entries) if self.omit and not kind.startswith("[]!") else entries

    def zero(self, field: str, kind: str) -> Any:
        """What is written where a field is absent that is always written."""
        if kind == "keep":
            return 0 if field in _NUMBERS else ""
        return "0" if kind == "qty" else self.of(kind).write({})


class _Type:
    """One Go type. Hardly any VM has values of all types, so the fields are looked at when the first value comes."""

    def __init__(self, kinds: Mapping[str, str], types: _Types, defaults: Mapping[str, Any]) -> None:
        self._kinds = kinds
        self._types = types
        self._defaults = defaults

    @cached_property
    def _copied(self) -> Mapping[str, bool]:
        """The fields that are taken as they are, and whether an empty value of each vanishes."""
        omit = self._types.omit
        return {field: omit and kind in _VANISHING for field, kind in self._kinds.items() if kind in _COPIED}

    @cached_property
    def _plain(self) -> frozenset[str]:
        """The same fields: a value that has no others, and no empty ones, is as KubeVirt would write it."""
        return frozenset(self._copied)

    @cached_property
    def _structs(self) -> Mapping[str, _Type]:
        """The fields that hold a value of another Go type."""
        return {
            field: self._types.of(kind.removeprefix("*")) for field, kind in self._kinds.items() if _is_struct(kind)
        }

    @cached_property
    def _fields(self) -> Mapping[str, _Write]:
        """How all other fields are written."""
        return {
            field: self._types.writer(kind)
            for field, kind in self._kinds.items()
            if kind not in _COPIED and not _is_struct(kind)
        }

    @cached_property
    def _always(self) -> Mapping[str, Any]:
        """The fields that are there even where they are absent, with their values."""
        if not self._types.omit:
            return self._defaults
        by_value = {field: kind for field, kind in self._kinds.items() if kind in ("qty", "keep") or kind in _table()}
        return {**{field: self._types.zero(field, kind) for field, kind in by_value.items()}, **self._defaults}

    def write(self, data: dict[str, Any]) -> dict[str, Any]:
        """A value of the type: the same one where nothing about it changes."""
        keys = data.keys()
        complete = self._always.keys() <= keys
        if complete and keys <= self._plain and all(data.values()):
            return data
        copied, structs, fields = self._copied, self._structs, self._fields
        out = {}
        same = complete
        for key, value in data.items():
            if value is None:
                same = False
                continue
            if (vanishes := copied.get(key)) is not None:
                if vanishes and not value:
                    same = False
                else:
                    out[key] = value
                continue
            if (struct := structs.get(key)) is not None:
                written = struct.write(value) if isinstance(value, dict) else value
            elif (write := fields.get(key)) is None or (written := write(value)) is _ABSENT:
                same = False
                continue
            out[key] = written
            same = same and written is value
        if same:
            return data
        for key, value in self._always.items():
            out.setdefault(key, value)
        return out

    @cached_property
    def _has_amounts(self) -> bool:
        """Whether a field is a map of quantities. One that held only nulls is empty in a normal value, and vanishes
        when that is written again; all else stays."""
        return "mapqty" in self._kinds.values()

    @cached_property
    def _settled(self) -> bool:
        """Whether a normal value stays as it is when it is written again."""
        return not self._has_amounts and all(struct._settled for struct in self._structs.values())

    def write_again(self, data: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
        """A value of the type that was made of a normal one: what is the same in both stays."""
        if self._has_amounts:
            return self.write(data)
        copied, structs, fields = self._copied, self._structs, self._fields
        out = {}
        for key, value in data.items():
            if value is None:
                continue
            was = before.get(key)
            if (struct := structs.get(key)) is not None:
                if (value is was and struct._settled) or not isinstance(value, dict):
                    out[key] = value
                else:
                    out[key] = struct.write_again(value, was) if isinstance(was, dict) else struct.write(value)
            elif value is was:
                out[key] = value
            elif (vanishes := copied.get(key)) is not None:
                if value or not vanishes:
                    out[key] = value
            elif (write := fields.get(key)) is not None and (written := write(value)) is not _ABSENT:
                out[key] = written
        for key, value in self._always.items():
            out.setdefault(key, value)
        return out


def _is_struct(kind: str) -> bool:
    return kind not in _PLAIN and not kind.startswith("[]")


def _unless_empty(write: _Write) -> _Write:
    return lambda value: write(value) if value else _ABSENT


def _entries(type_: _Type) -> _Write:
    def write(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        written = [type_.write(entry) if isinstance(entry, dict) else entry for entry in value]
        return value if all(map(is_, written, value)) else written

    return write


def _unless_empty_list(write: _Write) -> _Write:
    """A list that is empty vanishes; another empty value is of the wrong type, and stays."""
    return lambda value: _ABSENT if value == [] else write(value)


def _same(value: Any) -> Any:
    return value


def _quantity(value: Any) -> Any:
    amount = Quantity.try_parse(value)
    return value if amount is None or value == (written := str(amount)) else written


def _quantities(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    written = {key: _quantity(amount) for key, amount in value.items() if amount is not None}
    return value if len(written) == len(value) and all(map(is_, written.values(), value.values())) else written


_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "omit": _same,
    "keep": _same,
    "ptr": _same,
    "any": _same,
    "list": _same,
    "list!": _same,
    "map": _same,
    "mapqty": _quantities,
    "qty": _quantity,
    "*qty": _quantity,
}
_COPIED = frozenset(kind for kind, write in _PLAIN.items() if write is _same)
_VANISHING = frozenset(("omit", "list", "map", "mapqty"))
