"""What the rules on updates say alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vmlint.kubevirt.matching import MatchOutcome
from vmlint.model.effect import Effect
from vmlint.model.field import Path, render
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Place
from vmlint.model.subjects import VirtualMachine, VirtualMachinePool
from vmlint.rule import Change
from vmlint.schema.differences import Difference
from vmlint.world import World
from vmlint.world.edited import edited_path
from vmlint.world.update import Updated, VmUpdate, update

__all__ = ["describe", "edited", "shown", "update_of"]

_VMI: Path = ("spec", "template", "spec")


def edited(change: Change, fields: Sequence[Path], entry: str = "") -> Place:
    """Where an edit of a VM is written: the first of some fields of the guest that differs in the manifest, or the
    list's entry of that name; else the matcher or whatever else differs first."""
    places = [field if field[:1] == ("spec",) else (*_VMI, *field) for field in fields]
    places += [("spec", matcher.noun) for matcher in Matcher]
    return change.new.at(*edited_path(change.old.data, change.new.data, places, entry))


def describe(differences: Sequence[Difference]) -> str:
    """What changed, in words: the first field, and how many more there are."""
    path, old, new = differences[0]
    field = f"`{render(path)}`"
    if old is None:
        message = f"{field} is new"
    elif new is None:
        message = f"{field} is gone"
    else:
        message = f"{field} was {shown(old)}"
    more = len(differences) - 1
    return f"{message}, and {more} more field{'s differ' if more > 1 else ' differs'}" if more else message


def shown(value: Any) -> str:
    """An old value in a sentence; one of several lines is omitted."""
    if value == "":
        return "empty"
    if isinstance(value, list) and not any(isinstance(value, dict | list) for value in value):
        return f"`[{', '.join(map(_word, value))}]`"
    return "another" if isinstance(value, dict | list) or "\n" in str(value) else f"`{_word(value)}`"


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def update_of(change: Change, world: World) -> Updated | None:
    """What the controller makes of an edited VM; None for another object, and for a VM that KubeVirt refuses."""
    old, new = change.old, change.new
    if not isinstance(old, VirtualMachine) or not isinstance(new, VirtualMachine) or not change.is_update:
        return None
    if isinstance(new, VirtualMachinePool) or not (_is_admitted(new, world) and _is_admitted(old, change.before)):
        return None
    return world.memo.once(("update", id(old)), new, lambda: update(VmUpdate(old, new, change.before, world)))


def _is_admitted(vm: VirtualMachine, world: World) -> bool:
    if any(found.effect is Effect.REJECTED for found in world.machine.admission(vm)) or world.vms.conflicts(vm):
        return False
    matches = [world.vms.match(vm, matcher) for matcher in Matcher]
    return not any(found is not None and found.outcome is MatchOutcome.REFUSED for found in matches)
