"""What becomes of a spec that KubeVirt decodes and writes again.

The mutating webhook replaces a VM's `/spec` with what its Go types make of it: empty maps and lists, zero numbers,
`false` and "" vanish where the type omits them, structs that stand by value appear, pointers survive however empty,
quantities take their canonical form, and unknown fields are gone (the API server has pruned them before). Most of
a manifest is as KubeVirt would write it: that is taken as it is, so nobody may change what these functions return.

The types are data, `catalog/wire.json`, made by `tools/wire.py`; `catalog/wire-since.json`, made by
`tools/wire_since.py`, has the fields that older releases do not know. Source: KubeVirt
`staging/src/kubevirt.io/api`.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Mapping
from functools import cache
from operator import is_
from typing import Any, Protocol

from vmlint.catalog import data
from vmlint.kubevirt.releases import NEWEST, Release
from vmlint.model.quantity import Quantity
from vmlint.runtime.cached import cached_property

__all__ = [
    "COMMON",
    "WITH_AMOUNTS",
    "decode_instancetype",
    "decode_preference",
    "normal_template",
    "normal_vm_spec",
]

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
COMMON = frozenset(
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
_MOST_KNOWN = 4096
"""Of each such type. Most of these values stay as they are, and only their texts are kept."""

# Types whose values hold maps of quantities. Besides, values by value are written where there are none: hardly any
# manifest has them.
WITH_AMOUNTS = frozenset(
    (
        "DataVolumeTemplateSpec",
        "DomainSpec",
        "ResourceRequirements",
        _TEMPLATE,
        _VM,
        "VirtualMachineInstanceSpec",
        "cdiv1.DataVolumeSpec",
        "cdiv1.StorageSpec",
        "k8sv1.PersistentVolumeClaimSpec",
        "k8sv1.VolumeResourceRequirements",
    )
)

_Line = tuple[int, ...]
_NEWEST_LINE: _Line = NEWEST[:2]
_ABSENT: Any = object()
_NOTHING: Mapping[str, Any] = {}
_NUMBERS = frozenset(("option", "port", "start", "end", "weight", "maxSkew", "guest"))
"""The fields of kind `keep` that are numbers; the others are text."""


def normal_vm_spec(spec: Any, release: Release | None = NEWEST) -> dict[str, Any]:
    """A VM's `spec` as the mutating webhook of a release writes it back; without one, with what proposals bring.

    Values of the wrong type stay as they are: the API refuses them, and a variable may stand for anything.
    """
    return _whole(spec, _VM, release and release[:2], omit=True)


def normal_template(
    template: Any, release: Release | None = NEWEST, *, before: Mapping[str, Any] = _NOTHING
) -> dict[str, Any]:
    """A VM's `spec.template`, likewise. `before` is a normal template that this one was made of: what both share is
    normal, and not looked at again."""
    return _whole(template, _TEMPLATE, release and release[:2], omit=True, before=before)


def decode_instancetype(spec: Any) -> dict[str, Any]:
    """An instancetype's `spec` as KubeVirt reads it: without unknown fields and nulls, zero values in place."""
    return _whole(spec, _INSTANCETYPE, _NEWEST_LINE, omit=False)


def decode_preference(spec: Any) -> dict[str, Any]:
    """A preference's `spec` as KubeVirt reads it, likewise."""
    return _whole(spec, _PREFERENCE, _NEWEST_LINE, omit=False)


def _whole(
    value: Any, type_name: str, line: _Line | None, *, omit: bool, before: Mapping[str, Any] = _NOTHING
) -> dict[str, Any]:
    written: dict[str, Any] = _types(line, omit).of(type_name).write(value if isinstance(value, dict) else {}, before)
    return written


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    """The kind of each field of each Go type."""
    table = json.loads(data("wire.json"))
    return {
        name: {field: kind for kind, names in groups.items() for field in names.split()}
        for name, groups in table.items()
    }


@cache
def _later() -> Mapping[str, Mapping[str, _Line]]:
    """The fields of each type that not all lines have, with the first that has them."""
    table = json.loads(data("wire-since.json"))
    return {
        name: {field: tuple(map(int, line.split("."))) for field, line in fields.items()}
        for name, fields in table.items()
    }


@cache
def _types(line: _Line | None, omit: bool) -> _Types:
    return _Types(line, omit)


class _Form(Protocol):
    """How the value of a field is written."""

    settled: bool
    """Whether a value that is written stays as it is when it is written again."""

    def write(self, value: Any, was: Any = None) -> Any:
        """A value that is not null as KubeVirt writes it, _ABSENT where the field vanishes: the same object where
        nothing about it changes. What it shares with the normal value that it was stays."""


class _Types:
    """How values of each Go type are written by a release line, None for the proposals; `omit` is whether zero values
    vanish or stay."""

    def __init__(self, line: _Line | None, omit: bool) -> None:
        self._line = line
        self._known: dict[str, _Type] = {}
        self._omit = omit

    def of(self, name: str) -> _Type:
        if name not in self._known:
            kinds = self._kinds(name)
            flat = all(kind in _COPIED for kind in kinds.values())
            made = _CommonType if name in COMMON else _FlatType if flat else _Type
            self._known[name] = made(kinds, self, _DEFAULTS.get(name, {}), settled=name not in WITH_AMOUNTS)
        return self._known[name]

    def _kinds(self, name: str) -> Mapping[str, str]:
        """The kinds of a type's fields, as far as the line has them."""
        kinds = _table()[name]
        if self._line is None:
            return {**kinds, **_PROPOSED.get(name, {})}
        later = _later().get(name, {})
        return {field: kind for field, kind in kinds.items() if later.get(field, self._line) <= self._line}

    def form(self, kind: str) -> _Form:
        """How a field of some kind is written."""
        if kind in _COPIED:
            return _FULL if self._omit and kind in _VANISHING else _KEPT
        if kind in ("qty", "*qty"):
            return _AMOUNT
        if kind == "mapqty":
            return _Amounts(self._omit)
        if kind.startswith("[]"):
            return _List(self.of(kind.lstrip("[]!")), self._omit and not kind.startswith("[]!"))
        return self.of(kind.removeprefix("*"))

    def zeros(self, kinds: Mapping[str, str]) -> dict[str, Any]:
        """What is written where a field is absent that is always written."""
        by_value = (pair for pair in kinds.items() if pair[1] in ("qty", "keep") or pair[1] in _table())
        return {field: self._zero(field, kind) for field, kind in by_value} if self._omit else {}

    def _zero(self, field: str, kind: str) -> Any:
        if kind == "keep":
            return 0 if field in _NUMBERS else ""
        return "0" if kind == "qty" else self.of(kind).write({})


class _Copied:
    """A field that is taken as it is, unless an empty one vanishes."""

    settled = True

    def __init__(self, vanishes: bool) -> None:
        self._vanishes = vanishes

    def write(self, value: Any, was: Any = None) -> Any:
        return _ABSENT if self._vanishes and not value else value


class _Amount:
    """A quantity, which takes its canonical form."""

    settled = True

    def write(self, value: Any, was: Any = None) -> Any:
        amount = Quantity.try_parse(value)
        return value if amount is None or value == (written := str(amount)) else written


class _Amounts:
    """A map of quantities. One that held only nulls is empty when it is written, and vanishes only then."""

    settled = False

    def __init__(self, vanishes: bool) -> None:
        self._vanishes = vanishes

    def write(self, value: Any, was: Any = None) -> Any:
        if not value and self._vanishes:
            return _ABSENT
        if not isinstance(value, dict):
            return value
        written = {key: _AMOUNT.write(amount) for key, amount in value.items() if amount is not None}
        return value if len(written) == len(value) and all(map(is_, written.values(), value.values())) else written


class _Type:
    """One Go type. Hardly any VM has values of all types, so the fields are looked at when the first value comes."""

    def __init__(self, kinds: Mapping[str, str], types: _Types, defaults: Mapping[str, Any], *, settled: bool) -> None:
        self._kinds = kinds
        self._types = types
        self._defaults = defaults
        self.settled = settled

    @cached_property
    def _fields(self) -> Mapping[str, _Form]:
        return {field: self._types.form(kind) for field, kind in self._kinds.items()}

    @cached_property
    def _always(self) -> Mapping[str, Any]:
        """The fields that are there even where they are absent, with their values."""
        return {**self._types.zeros(self._kinds), **self._defaults}

    def write(self, value: Any, was: Any = None) -> Any:
        if not isinstance(value, dict) or (value is was and self.settled):
            return value
        before = was if isinstance(was, dict) else _NOTHING
        fields = self._fields
        out = value  # until something about it changes, then a copy
        for key, inner in value.items():
            if (field := fields.get(key)) is None or inner is None:
                written = _ABSENT
            elif field is _KEPT or (field is _FULL and inner):
                continue
            else:
                inner_was = before.get(key) if before else None
                if inner is inner_was and field.settled:
                    continue
                if (written := field.write(inner, inner_was)) is inner:
                    continue
            if out is value:
                out = dict(value)
            if written is _ABSENT:
                del out[key]
            else:
                out[key] = written
        always = self._always
        if not always.keys() <= out.keys():
            out = dict(value) if out is value else out
            for key, inner in always.items():
                out.setdefault(key, inner)
        return out


class _FlatType(_Type):
    """A Go type that holds no other: a value of its fields alone, none of which is empty, stays as it is."""

    def write(self, value: Any, was: Any = None) -> Any:
        if not isinstance(value, dict):
            return value
        keys = value.keys()
        if keys <= self._kinds.keys() and self._always.keys() <= keys and all(value.values()):
            return value
        return super().write(value)


class _CommonType(_Type):
    """A Go type of whose values most are like earlier ones: those are written once."""

    def __init__(self, kinds: Mapping[str, str], types: _Types, defaults: Mapping[str, Any], *, settled: bool) -> None:
        super().__init__(kinds, types, defaults, settled=settled)
        self._known: dict[bytes, dict[str, Any] | None] = {}

    def write(self, value: Any, was: Any = None) -> Any:
        if not isinstance(value, dict) or value is was:
            return value
        key = marshal.dumps(value, 2)
        known = self._known.get(key, _ABSENT)
        if known is _ABSENT:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            written = super().write(value)
            known = self._known[key] = None if written is value else written
        return value if known is None else known


class _List:
    """A list of values of a Go type; an empty one vanishes where the type omits it."""

    def __init__(self, type_: _Type, vanishes: bool) -> None:
        self._type = type_
        self._vanishes = vanishes
        self.settled = type_.settled

    def write(self, value: Any, was: Any = None) -> Any:
        if not isinstance(value, list) or (value is was and self.settled):
            return value
        if not value and self._vanishes:
            return _ABSENT
        write = self._type.write
        if isinstance(was, list) and self.settled:
            if len(value) == len(was) and all(map(is_, value, was)):
                return value
            normal = set(map(id, was))
            written = [entry if id(entry) in normal else write(entry) for entry in value]
        else:
            written = [write(entry) for entry in value]
        return value if all(map(is_, written, value)) else written


_KEPT, _FULL, _AMOUNT = _Copied(False), _Copied(True), _Amount()
_COPIED = frozenset(("omit", "keep", "ptr", "any", "list", "list!", "map"))
_VANISHING = frozenset(("omit", "list", "map"))
