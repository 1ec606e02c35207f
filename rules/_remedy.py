"""What to do about a name that leads nowhere: the words of all rules on missing objects."""

from __future__ import annotations

from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.world import World
from vmlint.world.settings import Absence

__all__ = ["absence", "declare", "or_else", "remedy"]

_ABSENT = {
    Absence.DELETED: ("is deleted by this edit", "keep the {noun}, or remove the reference to it"),
    Absence.REFUSED: ("is refused by the cluster", "fix the {noun}"),
    Absence.SUSPENDED: ("is not applied, because its tool is suspended", "resume the tool"),
}
"""What is wrong with an object that an edit leaves out of the cluster, and what to do."""


def absence(ref: Ref, world: World, where: str = "the repository") -> str:
    """What is wrong with a missing object, as the end of a relative clause: "which {absence}"."""
    why = world.settings.absent.get(ref)
    return _ABSENT[why][0] if why else f"is not in {where}"


def remedy(ref: Ref, noun: str, world: World, *, crosses: bool = False, near: bool = True) -> str:
    """What to do about a missing object: include the file that has it, correct its name, add it, or declare it.

    `crosses` means that the field can name an object of another namespace. Without `near` no other name is proposed.
    """
    if why := world.settings.absent.get(ref):
        return _ABSENT[why][1].format(noun=noun)
    if file := world.left_out(ref):
        return f"include `{file}`, which has it: no kustomization includes that file"
    otherwise = f"or declare it if the cluster has it: {declare(ref)}"
    name = world.suggest(ref) if near else ""
    if name and name.rpartition("/")[2] == ref.name and not (crosses and "/" in name):
        where = f" to namespace `{ref.namespace}`" if ref.namespace else ""
        other = "is in another namespace" if "/" in name else "has no namespace"
        return f"add the {noun}{where}, as `{name}` {other}; {otherwise}"
    return or_else(name, f"add the {noun}, {otherwise}")


def or_else(name: str, otherwise: str) -> str:
    """The name that may be meant, "" for none, and what to do where it is not."""
    return f"did you mean `{name}`? If not, {otherwise}" if name else otherwise


def declare(ref: Ref) -> str:
    """The setting which declares that an object is in the cluster."""
    kind = BY_GROUP_KIND.get((ref.group, ref.kind))
    name = f"*/{ref.name}" if kind is not None and kind.namespaced and not ref.namespace else ref.short
    return f"`outside: [{ref.kind} {name}]` in the configuration"
