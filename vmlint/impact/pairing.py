"""Which object before an edit is which one after it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vmlint.engine.snapshot import Snapshot
from vmlint.model.access import mapping
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, VirtualMachine, VirtualMachinePool
from vmlint.record import Record
from vmlint.world import World

__all__ = ["Pair", "Side", "lost_in_part", "made_spec", "pairs", "told_apart", "without_number"]


_NUMBER = re.compile(r" \(\d+\)$")


class Side(Record):
    """An object in its world, and the name of the deployment that applies it. `maker` is the VM that made it from a
    DataVolume template, None for an object that is in the files."""

    resource: Resource
    world: World
    deployment: str
    maker: Resource | None = None

    @property
    def deployments(self) -> tuple[str, ...]:
        """The name of the deployment, where it has one."""
        return (self.deployment,) if self.deployment else ()


class Pair(Record):
    """An object before and after; None where it is not there."""

    before: Side | None
    after: Side | None

    @property
    def is_edit(self) -> bool:
        """Whether the object is there before and after, with other content."""
        return bool(self.before and self.after and self.before.resource.data != self.after.resource.data)


_Key = tuple[str, Ref]


def pairs(before: Snapshot, after: Snapshot) -> Iterator[Pair]:
    """Every object of two states of a repository, each once for each deployment that applies it.

    A deployment is known by its name. An object whose deployment has another name, or that moved to another one, is
    the same where its identity is found once among those that are left. A DataVolume that is new in the files may be
    there: a VM made it from its template.
    """
    yield from _paired(before, after)[0]


def lost_in_part(before: Snapshot, after: Snapshot) -> Sequence[Side]:
    """The objects before an edit that one deployment lost, while another one that had them too still applies them:
    probably to another cluster."""
    return _paired(before, after)[1]


def _paired(before: Snapshot, after: Snapshot) -> tuple[list[Pair], list[Side]]:
    old, new = _sides(before), _sides(after)
    found: list[Pair] = []
    made = _made(old.values())
    rest: dict[Ref, list[Side]] = defaultdict(list)
    for key, sides in old.items():
        for side in sides[len(new.get(key, ())) :]:
            rest[key[1]].append(side)
    for key, sides in new.items():
        known = old.get(key, [])
        for number, side in enumerate(sides):
            if number < len(known):
                found.append(Pair(known[number], side))
            else:
                found.append(Pair(rest[key[1]].pop(0) if rest.get(key[1]) else _as_made(side.resource, made), side))
    there = {ref for _, ref in new}
    lost: list[Side] = []
    for ref, sides in rest.items():
        if ref in there:
            lost += sides
        else:
            found += (Pair(side, None) for side in sides)
    return found, lost


_Made = Mapping[tuple[str, str], tuple[Side, Mapping[str, Any]]]
"""By namespace and name, the VMs that make DataVolumes, and the templates."""


def _made(before: Iterable[Sequence[Side]]) -> _Made:
    return {
        (side.resource.namespace, name): (side, template)
        for sides in before
        for side in sides
        if isinstance(side.resource, VirtualMachine) and not isinstance(side.resource, VirtualMachinePool)
        for _, name, template in side.resource.templates()
    }


def _as_made(new: Resource, made: _Made) -> Side | None:
    """The DataVolume that a VM made from a template; None where none did."""
    side, template = made.get((new.namespace, new.name), (None, {}))
    if side is None or not isinstance(new, DataVolume):
        return None
    vm = side.resource
    old = type(new)(
        new.kind, new.ref, {**new.data, "spec": made_spec(template)}, vm.document, prefix=vm.prefix, linted=False
    )
    return Side(old, side.world, side.deployment, vm)


def made_spec(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """The spec of the DataVolume that KubeVirt makes from a template: with the source that a `sourceRef` leads to.

    Source: KubeVirt `pkg/storage/types` (GenerateDataVolumeFromTemplate).
    """
    spec = mapping(template, "spec")
    if "sourceRef" not in spec:
        return spec
    return {key: value for key, value in spec.items() if key != "sourceRef"} | {"source": {}}


def _sides(opened: Snapshot) -> Mapping[_Key, Sequence[Side]]:
    found: dict[_Key, list[Side]] = defaultdict(list)
    for name, world in zip(told_apart(opened.names), opened.worlds, strict=True):
        for resource in world.cluster.resources:
            if resource.linted and not resource.fragment:
                found[opened.relative(name), resource.ref].append(Side(resource, world, name))
    return found


def told_apart(names: Iterable[str]) -> Iterator[str]:
    """The names, with a number where one comes again: each cluster may have a tool of the same name."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def without_number(name: str) -> str:
    """The name that `told_apart` gave a number."""
    return _NUMBER.sub("", name)
