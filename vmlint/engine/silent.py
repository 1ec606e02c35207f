"""Objects of which nothing is to be said, whoever found that out: where their references end is all that is kept."""

from __future__ import annotations

from vmlint.graph.links import links
from vmlint.graph.resolution import Resolution, State
from vmlint.model.field import Path
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.world import World

__all__ = ["Ends", "ends", "is_complete", "is_open", "lacks_nothing"]

Ends = tuple[tuple[str, int, Path, str], ...]
"""References of an object that lead outside, or that nobody can follow: the file, the document's number in it, the
field, and the state. Each place is counted once, however many objects it makes."""

_COUNTED = (State.OUTSIDE, State.UNKNOWN)


def is_open(resolution: Resolution) -> bool:
    """Whether a reference leads outside, or nobody can follow it."""
    return resolution.state in _COUNTED


def ends(resource: Resource, world: World) -> Ends:
    found = []
    for link in links(resource):
        if (state := world.cluster.follow(link).state) in _COUNTED:
            document, path = resource.written(link.path)
            found.append((document.file, document.index, path, state.value))
    return tuple(found)


def lacks_nothing(resource: Resource, world: World) -> bool:
    """Whether everything is there that an object names, and that its inferences look for.

    What is to be said of a reference that leads nowhere may depend on objects that its own does not name: one with a
    name much like it, or a VM that infers through it.
    """
    follow = world.cluster.follow
    for link in links(resource):
        if follow(link).state is State.MISSING:
            return False
    return not isinstance(resource, VirtualMachine) or not any(True for _ in world.vms.lacks(resource))


def is_complete(subject: object, world: World) -> bool:
    """The same of whatever rules look at. Where vmlint fails, the check itself says so."""
    if not isinstance(subject, Resource):
        return True
    try:
        return lacks_nothing(subject, world)
    except Exception:
        return False
