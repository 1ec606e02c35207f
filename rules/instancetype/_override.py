"""What the rules on overridden fields share."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from vmlint.model.access import get, text
from vmlint.model.chain import Hop
from vmlint.model.field import Path, render
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Fault, Fix, Meta
from vmlint.source.edit import Remove
from vmlint.world import World

from .._effect import refusal

__all__ = ["overrides"]

_SIZED = "use an instancetype of the size you want"
_CHOICES = {"cpu": _SIZED, "memory": _SIZED, "annotations": "set it to the instancetype's value"}

_GUEST_CPU = ("spec", "domain", "cpu", "guest")  # known to the proposals alone, and judged by the sizing rules


def overrides(meta: Meta, vm: VirtualMachine, world: World, groups: Collection[str]) -> Iterator[Fault]:
    """One fault a field of these groups that the VM and its instancetype both set."""
    match = world.vms.match(vm, Matcher.INSTANCETYPE)
    if match is None or match.resolution is None:
        return
    owner = match.resolution.resource
    for conflict in world.vms.conflicts(vm):
        if conflict.group not in groups or conflict.path == _GUEST_CPU:
            continue
        path = (*vm.template_path, *conflict.path)
        name = text(match.object, "metadata", "name") or match.name
        field = render(conflict.path[1:] if conflict.path[0] == "spec" else conflict.path)
        value = get(match.object, "spec", *conflict.owner)
        theirs = f"`{render(('spec', *conflict.owner))}{_shown(value)}`"
        hops = list(match.chain.hops) if match.chain else []
        if owner is not None:
            copied = () if match.object is owner.data else ("data",)  # a ControllerRevision holds a copy
            origin = "" if owner.document.text else f", from {owner.document.file}"
            message = f"{owner.ref.kind} {owner.ref.short}: {theirs.strip('`')}{origin}"
            hops.append(Hop(message, owner.at(*copied, "spec", *conflict.owner)))
        yield (
            meta.at(
                vm.at(*path),
                f"`{field}` conflicts with instancetype `{name}`, which sets {theirs}; a VM can't override it.",
                fix=f"remove `{field}`, or {_CHOICES.get(conflict.group, 'use another instancetype')}",
                effect=refusal(vm),
            )
            .along(hops)
            .with_fix(Fix.UNSAFE, *_removal(path, len(vm.template_path)))
        )


_KEPT = (("spec", "domain", "devices"), ("spec", "domain"), ("spec",))
"""Parts of a template that stay when nothing is left in them."""


def _removal(path: Path, start: int) -> tuple[Remove, ...]:
    """The field, and the mappings around it that it leaves empty."""
    around = (path[:length] for length in range(len(path) - 1, start, -1))
    return (Remove(path), *(Remove(step, if_empty=True) for step in around if step[start:] not in _KEPT))


def _shown(value: Any) -> str:
    """A short value, to stand behind its field; nothing for a section."""
    return "" if value is None or isinstance(value, dict | list) else f": {value}"
