"""What becomes of a spec that KubeVirt decodes and writes again.

The mutating webhook replaces a VM's `/spec` with what its Go types make of it: empty maps and lists, zero numbers,
`false` and "" vanish where the type omits them, structs that stand by value appear, pointers survive however empty,
quantities take their canonical form, and unknown fields are gone (the API server has pruned them before). Most of
a manifest is as KubeVirt would write it: that is taken as it is, so nobody may change what these functions return.

The types are data, `catalog/wire.json`, made by `tools/wire.py`. Source: KubeVirt `staging/src/kubevirt.io/api`.
"""

from __future__ import annotations

import json
import marshal
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

# Types whose values are often equal, however unlike VMs are otherwise.
_COMMON = frozenset(
    (
        "Clock",
        "Disk",
        "Features",
        "Firmware",
        "Interface",
        "Network",
        "Probe",
        "k8sv1.Affinity",
        "k8sv1.PodDNSConfig",
        "k8sv1.TopologySpreadConstraint",
    )
)
_MOST_KNOWN = 1024

_ABSENT: Any = object()
_NOTHING: Mapping[str, Any] = {}
_NUMBERS = frozenset(("option", "port", "start", "end", "weight", "maxSkew", "guest"))
"""The fields of kind `keep` that are numbers; the others are text."""

_Write = Callable[[Any], Any]
"""Writes a value that is not null; the answer is _ABSENT where the field vanishes."""


def normal_vm_spec(spec: Any, *, proposals: bool = False) -> dict[str, Any]:
    """A VM's `spec` as the mutating webhook writes it back.

    Values of the wrong type stay as they are: the API refuses them, and a variable may stand for anything.
    """
    return _whole(spec, _VM, proposals, omit=True)


def normal_template(template: Any, *, proposals: bool = False, before: Mapping[str, Any] = _NOTHING) -> dict[str, Any]:
    """A VM's `spec.template`, likewise. `before` is a normal template that this one was made of: what both share is
    normal, and not looked at again."""
    return _whole(template, _TEMPLATE, proposals, omit=True, before=before)


def decode_instancetype(spec: Any) -> dict[str, Any]:
    """An instancetype's `spec` as KubeVirt reads it: without unknown fields and nulls, zero values in place."""
    return _whole(spec, _INSTANCETYPE, False, omit=False)


def decode_preference(spec: Any) -> dict[str, Any]:
    """A preference's `spec` as KubeVirt reads it, likewise."""
    return _whole(spec, _PREFERENCE, False, omit=False)


def _whole(
    value: Any, type_name: str, proposals: bool, *, omit: bool, before: Mapping[str, Any] = _NOTHING
) -> dict[str, Any]:
    return _types(proposals, omit).of(type_name).write(value if isinstance(value, dict) else {}, before)


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
            made = _CommonType if name in _COMMON else _Type
            self._known[name] = made(kinds, self, _DEFAULTS.get(name, {}))
        return self._known[name]

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
    def _lists(self) -> Mapping[str, _List]:
        """The fields that hold a list of such values."""
        types = self._types
        return {
            field: _List(types.of(kind.lstrip("[]!")), types.omit and not kind.startswith("[]!"))
            for field, kind in self._kinds.items()
            if kind.startswith("[]")
        }

    @cached_property
    def _amounts(self) -> Mapping[str, _Write]:
        """How the fields with quantities are written."""
        omit = self._types.omit
        return {
            field: _unless_empty(_AMOUNTS[kind]) if omit and kind in _VANISHING else _AMOUNTS[kind]
            for field, kind in self._kinds.items()
            if kind in _AMOUNTS
        }

    @cached_property
    def _always(self) -> Mapping[str, Any]:
        """The fields that are there even where they are absent, with their values."""
        if not self._types.omit:
            return self._defaults
        by_value = {field: kind for field, kind in self._kinds.items() if kind in ("qty", "keep") or kind in _table()}
        return {**{field: self._types.zero(field, kind) for field, kind in by_value.items()}, **self._defaults}

    @cached_property
    def settled(self) -> bool:
        """Whether a normal value stays as it is when it is written again. A map of quantities that held only nulls is
        empty in it, and then vanishes."""
        return "mapqty" not in self._kinds.values() and all(struct.settled for struct in self._structs.values())

    def write(self, data: dict[str, Any], before: Mapping[str, Any] = _NOTHING) -> dict[str, Any]:
        """A value of the type: the same one where nothing about it changes. What it shares with the normal value that
        it was `before` stays."""
        keys = data.keys()
        complete = self._always.keys() <= keys
        if complete and keys <= self._plain and all(data.values()):
            return data
        copied, structs, lists = self._copied, self._structs, self._lists
        out = {}
        same = complete
        for key, value in data.items():
            if value is None:
                same = False
                continue
            if (vanishes := copied.get(key)) is not None:
                written = _ABSENT if vanishes and not value else value
            elif (struct := structs.get(key)) is not None:
                written = value
                if isinstance(value, dict):
                    was = before.get(key)
                    if value is not was or not struct.settled:
                        written = struct.write(value, was if isinstance(was, dict) else _NOTHING)
            elif (entries := lists.get(key)) is not None:
                written = entries.write(value, before.get(key))
            elif (write := self._amounts.get(key)) is not None:
                written = write(value)
            else:
                written = _ABSENT
            if written is _ABSENT:
                same = False
            else:
                out[key] = written
                same = same and written is value
        if same:
            return data
        for key, value in self._always.items():
            out.setdefault(key, value)
        return out


class _CommonType(_Type):
    """A Go type of whose values most are like earlier ones: those are written once."""

    def __init__(self, kinds: Mapping[str, str], types: _Types, defaults: Mapping[str, Any]) -> None:
        super().__init__(kinds, types, defaults)
        self._known: dict[bytes, dict[str, Any] | None] = {}

    def write(self, data: dict[str, Any], before: Mapping[str, Any] = _NOTHING) -> dict[str, Any]:
        key = marshal.dumps(data, 2)
        if key not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            written = super().write(data)
            self._known[key] = None if written is data else written
        known = self._known[key]
        return data if known is None else known


class _List:
    """A list of values of a Go type; an empty one vanishes where the type omits it."""

    def __init__(self, type_: _Type, vanishes: bool) -> None:
        self._type = type_
        self._vanishes = vanishes

    def write(self, value: Any, was: Any) -> Any:
        """The list; the entries that it shares with the normal list that it was stay."""
        if not isinstance(value, list) or (value is was and self._type.settled):
            return value
        if not value and self._vanishes:
            return _ABSENT
        normal = set(map(id, was)) if isinstance(was, list) and self._type.settled else ()
        write = self._type.write
        written = [write(entry) if isinstance(entry, dict) and id(entry) not in normal else entry for entry in value]
        return value if all(map(is_, written, value)) else written


def _is_struct(kind: str) -> bool:
    return kind not in _COPIED and kind not in _AMOUNTS and not kind.startswith("[]")


def _unless_empty(write: _Write) -> _Write:
    return lambda value: write(value) if value else _ABSENT


def _quantity(value: Any) -> Any:
    amount = Quantity.try_parse(value)
    return value if amount is None or value == (written := str(amount)) else written


def _quantities(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    written = {key: _quantity(amount) for key, amount in value.items() if amount is not None}
    return value if len(written) == len(value) and all(map(is_, written.values(), value.values())) else written


_COPIED = frozenset(("omit", "keep", "ptr", "any", "list", "list!", "map"))
_AMOUNTS: Mapping[str, _Write] = {"mapqty": _quantities, "qty": _quantity, "*qty": _quantity}
_VANISHING = frozenset(("omit", "list", "map", "mapqty"))
