"""One fault, one finding: of several faults of an object, those that follow from another one are counted under it.

Three things make faults follow:

    an object that is refused before anything else is looked at (a version that no cluster serves)
    fields of one mapping that are all in the wrong place: one slip of the indentation
    a field whose right name or place is known: what is no longer wrong once it is there, followed from it

The last is found out, not guessed: the rules judge the object again with the field in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

from vmlint.model.chain import Hop
from vmlint.model.effect import Effect
from vmlint.model.field import Path, render
from vmlint.model.resource import Place, Resource
from vmlint.record import Record
from vmlint.rule import Fault, Rule
from vmlint.source.edit import Move

__all__ = ["Faults", "Judge", "first_causes"]

Faults = Sequence[tuple[Rule, Fault]]

_Key = tuple[str, Path]
"""A fault of an object: its rule's number, and its field."""

Judge = Callable[[Resource, Set[str]], Set[_Key]]
"""What rules, by their numbers, report of an object that takes another one's place."""

_MOST_NAMED = 5
_MOST_JUDGED = 8
"""How many faults of an object are tried out. Where more fields are unknown, they are of another kind of object."""

_WEIGHT = {Effect.REJECTED: 3, Effect.STUCK: 2, Effect.UNREADABLE: 2}


class _Group(Record):
    """A fault that others follow from, by its index, with all moves that fix them together."""

    first: int
    members: tuple[int, ...]
    moves: tuple[Move, ...]


def first_causes(resource: Resource, faults: Faults, judge: Judge) -> Faults:
    """The faults of an object without those that follow from others, which say how many there are.

    A fault that others follow from has the gravest effect of them all.
    """
    if len(faults) < 2:
        return faults
    final = next((i for i, (rule, fault) in enumerate(faults) if rule.meta.final and _refuses(fault)), None)
    if final is not None:
        return _folded(faults, {i: final for i in range(len(faults)) if i != final})
    groups = list(_groups(faults))
    under = {member: group.first for group in groups for member in group.members}
    if groups and len(under) + len(groups) < len(faults) and len(groups) <= _MOST_JUDGED:
        under |= dict(_vanishing(resource, faults, groups, under, judge))
    moves = {group.first: group.moves for group in groups if len(group.moves) > 1}
    return _folded(faults, under, moves) if under else faults


def _refuses(fault: Fault) -> bool:
    return fault.effect is Effect.REJECTED


def _groups(faults: Faults) -> Iterator[_Group]:
    """The faults of fields that belong elsewhere; those of one mapping with one destination are one slip."""
    slips: dict[tuple[Path, Path], list[int]] = {}
    for index, (rule, fault) in enumerate(faults):
        if (move := _move_of(rule, fault)) is not None:
            own = () if move.path[:-1] != move.to[:-1] else (str(index),)  # a new name is a fault of its own
            slips.setdefault((move.path[:-1], (*move.to[:-1], *own)), []).append(index)
    claimed: set[int] = set()
    for (mapping_path, target), indexes in slips.items():
        moves = tuple(move for i in indexes if (move := _move_of(*faults[i])) is not None)
        lost = (
            [] if target[:-1] == mapping_path else [i for i in _lost_beside(mapping_path, faults) if i not in claimed]
        )
        claimed.update(lost)
        yield _Group(indexes[0], (*indexes[1:], *lost), moves)


def _move_of(rule: Rule, fault: Fault) -> Move | None:
    """The move that fixes a fault of an unknown field."""
    if rule.meta.rank < 1 or len(fault.edits) != 1:
        return None
    edit = fault.edits[0]
    return edit if isinstance(edit, Move) else None


def _lost_beside(mapping_path: Path, faults: Faults) -> Iterator[int]:
    """The fields of a mapping of which nobody knows where they belong: the slip took them along."""
    for index, (rule, fault) in enumerate(faults):
        place = fault.place
        if rule.meta.rank < 1 or fault.effect is not Effect.IGNORED or fault.edits or not isinstance(place, Place):
            continue
        if place.key and place.path[:-1] == mapping_path:
            yield index


def _vanishing(
    resource: Resource, faults: Faults, groups: Sequence[_Group], under: Mapping[int, int], judge: Judge
) -> Iterator[tuple[int, int]]:
    """The other faults that are gone once the fields of a group are in their places."""
    grouped = {*under, *(group.first for group in groups)}
    open_faults = {
        index: key for index, (rule, fault) in enumerate(faults) if index not in grouped and (key := _key(rule, fault))
    }
    rules = frozenset(rule for rule, _ in open_faults.values())
    stable: Set[_Key] | None = None
    for group in groups:
        if not open_faults:
            return
        left = judge(_like(resource, _moved(resource.data, group.moves)), rules)
        for index, key in list(open_faults.items()):
            if key in left:
                continue
            if stable is None:
                stable = judge(_like(resource, resource.data), rules)
            if key in stable:
                del open_faults[index]
                yield index, group.first


def _key(rule: Rule, fault: Fault) -> _Key | None:
    return (rule.id, fault.place.path) if isinstance(fault.place, Place) else None


def _like(resource: Resource, data: dict[str, Any]) -> Resource:
    """The object with other data."""
    return type(resource)(
        resource.kind,
        resource.ref,
        data,
        resource.document,
        prefix=resource.prefix,
        fragment=resource.fragment,
        patched=resource.patched,
        linted=resource.linted,
    )


def _moved(data: dict[str, Any], moves: Sequence[Move]) -> dict[str, Any]:
    """A copy of some data with fields in other places; a field that is there already keeps its value."""
    changed: Any = _copy(data)
    for move in moves:
        holder = _at(changed, move.path[:-1])
        target = _at(changed, move.to[:-1], make=True)
        if isinstance(holder, dict) and isinstance(target, dict) and move.path[-1] in holder:
            target.setdefault(move.to[-1], holder.pop(move.path[-1]))
    result: dict[str, Any] = changed
    return result


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


def _at(data: Any, path: Path, *, make: bool = False) -> Any:
    for step in path:
        if isinstance(data, dict):
            if make and data.get(step) is None:
                data[step] = {}
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def _folded(faults: Faults, under: Mapping[int, int], moves: Mapping[int, tuple[Move, ...]] | None = None) -> Faults:
    """The faults that nothing stands over, each with a note of those under it."""
    below: dict[int, list[tuple[Rule, Fault]]] = {}
    for index, first in sorted(under.items()):
        below.setdefault(first, []).append(faults[index])
    kept: list[tuple[Rule, Fault]] = []
    for index, (rule, fault) in enumerate(faults):
        if index in under:
            continue
        if others := below.get(index):
            effect = max((fault.effect, *(other.effect for _, other in others)), key=lambda one: _WEIGHT.get(one, 0))
            fault = fault._replace(effect=effect, chain=(*fault.chain, Hop(_note(others), None)))
            if moves and index in moves:
                fault = fault._replace(edits=moves[index], fix=_fix(moves[index]))
        kept.append((rule, fault))
    return kept


def _fix(moves: Sequence[Move]) -> str:
    """What to do about a slip."""
    names = [f"`{move.path[-1]}`" for move in moves]
    where = render(moves[0].to[:-1])
    return f"move {', '.join(names[:-1])} and {names[-1]} " + (f"into `{where}`" if where else "to the top")


def _note(others: Sequence[tuple[Rule, Fault]]) -> str:
    named = [f"{rule.slug}{_where(fault)}" for rule, fault in others[:_MOST_NAMED]]
    more = len(others) - len(named)
    listed = ", ".join(named) + (f", and {more} more" if more else "")
    return f"{len(others)} finding{'s' if len(others) > 1 else ''} with the same cause: {listed}"


def _where(fault: Fault) -> str:
    return f" ({render(fault.place.path)})" if isinstance(fault.place, Place) and fault.place.path else ""
