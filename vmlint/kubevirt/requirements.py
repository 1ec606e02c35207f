"""What a preference asks of a VM: vCPUs, memory, architecture.

Source: KubeVirt `pkg/instancetype/preference/requirements/*.go`. The webhook checks its own copy of the VM, after
the defaults (`apply.review`), and names the first failure only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from vmlint.kubevirt.applying import Applying
from vmlint.kubevirt.releases import Release
from vmlint.kubevirt.topology import ACROSS, preferred, spread
from vmlint.kubevirt.values import whole
from vmlint.model.access import get, mapping
from vmlint.model.field import Path
from vmlint.model.quantity import Quantity
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown

__all__ = ["unmet"]

_SPEC = ("spec", "template", "spec")
_CPU = (*_SPEC, "domain", "cpu")
_MEMORY = (*_SPEC, "domain", "memory")
_INSTANCETYPE = ("spec", "instancetype")
_ANY = ("cores", "sockets", "threads")
_SINCE = {"cpu": (1, 0), "memory": (1, 0), "architecture": (1, 7)}


def unmet(
    template: Mapping[str, Any],
    instancetype: Mapping[str, Any] | None,
    preference: Mapping[str, Any] | None,
    release: Release | None = None,
) -> Refusal | None:
    """The first requirement of a preference's `spec` that a VM does not meet, or None.

    `template` is that of the webhook's copy, `instancetype` a `spec`. A variable meets everything. The path leads from
    the VM's root to the field that falls short: the instancetype's matcher where that gives the amount. The value
    `resource` is `cpu`, `memory` or `architecture`.
    """
    wanted = mapping(preference, "requirements")
    for resource, check in _CHECKS.items():
        required = wanted.get(resource)
        if required is None or not (release is None or release.serves(_SINCE[resource])):
            continue
        for failure in check(required, template, instancetype, preference):
            return failure
    return None


def _cpu(
    required: Any,
    template: Mapping[str, Any],
    instancetype: Mapping[str, Any] | None,
    preference: Mapping[str, Any] | None,
) -> Iterator[Refusal]:
    needs = whole(get(required, "guest"))
    if needs is None:
        return
    if instancetype is not None and get(instancetype, "cpu", "guest") is not None:
        provided = whole(get(instancetype, "cpu", "guest"))
        if provided is not None and provided < needs:
            yield _too_few(Applying.VCPUS_OF_INSTANCETYPE, provided, needs, _INSTANCETYPE)
        return
    parts = _ANY if instancetype is not None else _counted(preference)
    if not parts:
        if needs > 0 and instancetype is None and _counts_nothing(preference):
            yield _too_few(Applying.VCPUS_UNCOUNTED, 0, needs, _SPREAD_BY)
        return
    cpu = mapping(template, "spec", "domain", "cpu")
    numbers = [whole(cpu.get(part, 0)) for part in parts]
    # KubeVirt multiplies 32-bit numbers.
    provided = None if None in numbers else prod(number for number in numbers if number is not None) & 0xFFFFFFFF
    if provided is not None and provided < needs:
        yield _too_few(Applying.VCPUS_OF_VM, provided, needs, (*_CPU, parts[0]), parts)


def _counted(preference: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The fields of `domain.cpu` whose product counts, none where nothing is checked."""
    name = preferred(preference)
    if name == "any":
        return _ANY
    if name == "spread":
        return ACROSS.get(spread(preference).across or "", ())
    return (name,) if name in _ANY else ()


def _counts_nothing(preference: Mapping[str, Any] | None) -> bool:
    """Whether vCPUs are to be spread across a level that KubeVirt does not know: then it counts none."""
    across = spread(preference).across
    return preferred(preference) == "spread" and across is not None and across not in ACROSS


def _too_few(code: Applying, provided: int, needs: int, path: Path, parts: tuple[str, ...] = ()) -> Refusal:
    return Refusal(code, path, {"resource": "cpu", "provided": str(provided), "required": str(needs), "parts": parts})


def _memory(
    required: Any,
    template: Mapping[str, Any],
    instancetype: Mapping[str, Any] | None,
    preference: Mapping[str, Any] | None,
) -> Iterator[Refusal]:
    needs = Quantity.try_parse(get(required, "guest"))
    guest = get(template, "spec", "domain", "memory", "guest")
    theirs = get(instancetype, "memory", "guest")
    provided = Quantity.try_parse("0" if guest is None and theirs is None else theirs if guest is None else guest)
    if needs is None or provided is None or provided >= needs:
        return
    by_instancetype = theirs is not None
    code = Applying.MEMORY_OF_INSTANCETYPE if by_instancetype else Applying.MEMORY_OF_VM
    path = _INSTANCETYPE if by_instancetype else _MEMORY
    yield Refusal(code, path, {"resource": "memory", "provided": str(provided), "required": str(needs)})


def _architecture(
    required: Any,
    template: Mapping[str, Any],
    instancetype: Mapping[str, Any] | None,
    preference: Mapping[str, Any] | None,
) -> Iterator[Refusal]:
    provided = get(template, "spec", "architecture")
    if not isinstance(required, str) or provided == required or is_unknown(required) or is_unknown(provided):
        return
    provided = provided if isinstance(provided, str) else ""
    values = {"resource": "architecture", "provided": provided, "required": required}
    yield Refusal(Applying.ARCHITECTURE, (*_SPEC, "architecture"), values)


_SPREAD_BY: Path = ("spec", "preference")
_CHECKS = {"cpu": _cpu, "memory": _memory, "architecture": _architecture}
