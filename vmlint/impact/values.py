"""The effective values of a guest that an edit changes, each in one line and with who gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from vmlint.impact.model import ValueChange
from vmlint.kubevirt.apply import Origin
from vmlint.kubevirt.update.differences import changed_paths
from vmlint.kubevirt.update.outcome import UpdateReason
from vmlint.model.access import get, text
from vmlint.model.field import Path, render
from vmlint.model.matcher import Matcher
from vmlint.world.update import Updated, VmUpdate

__all__ = ["differing", "effective_values", "matches", "shown"]

_VMI: Path = ("spec", "template", "spec")
_LACKING = (UpdateReason.INSTANCETYPE_MISSING, UpdateReason.PREFERENCE_MISSING, UpdateReason.REVISION_MISSING)
"""Without these there is no guest to compare with."""


def effective_values(result: Updated, work: VmUpdate) -> Iterator[ValueChange]:
    """The effective values that differ: of the guest as it was started, and as it would be started now."""
    old, new, failure = result.old_guest, result.new_guest, result.synced.failure
    if old is None or new is None or (failure is not None and failure.why in _LACKING):
        return
    computed = old.computed | new.computed
    giver = _givers(work)
    for path in changed_paths(old.spec, new.spec):
        if path in computed:
            continue
        yield from differing(path, get(old.spec, *path), get(new.spec, *path), giver(path))
    for part in ("labels", "annotations"):
        for path in changed_paths(old.metadata.get(part), new.metadata.get(part), ("metadata", part)):
            before, after = (get({"metadata": guest.metadata}, *path) for guest in (old, new))
            yield ValueChange(render(path), shown(before), shown(after))


def differing(path: Path, before: Any, after: Any, giver: str = "") -> Iterator[ValueChange]:
    """What differs in a value: of a list whose entries have names, those entries; else the whole value."""
    lists = [value for value in (before, after) if value]
    if lists and all(isinstance(value, list) and _all_named(value) for value in lists):
        yield from _entries(path, before or [], after or [])
    else:
        yield ValueChange(render(path), shown(before), shown(after), giver)


def _all_named(entries: Sequence[Any]) -> bool:
    names = [_name(entry) for entry in entries]
    return all(names) and len(set(names)) == len(names)


def _name(entry: Any) -> str:
    return text(entry, "name") or text(entry, "metadata", "name")


def _entries(
    path: Path, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[ValueChange]:
    """The entries of a list by their names, and its order where nothing else changes."""
    old, new = ({_name(entry): entry for entry in entries} for entries in (before, after))
    changed = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    for name in changed:
        entry = f"{render(path)}[{name}]"
        inner = list(changed_paths(old.get(name), new.get(name))) if name in old and name in new else []
        if not inner:
            yield ValueChange(entry, shown(old.get(name)), shown(new.get(name)))
        for below in inner:
            yield ValueChange(f"{entry}.{render(below)}", shown(get(old[name], *below)), shown(get(new[name], *below)))
    if not changed:
        yield ValueChange(render(path), ", ".join(old), ", ".join(new), "order")


def _givers(work: VmUpdate) -> Callable[[Path], str]:
    """Who gives a value of the new guest's spec, where that is not the VM; with the names of what gave it before and
    gives it now."""
    names = {
        matcher.noun: now if was == now else f"{was or 'none'} → {now or 'none'}"
        for matcher, (was, now) in matches(work).items()
    }
    origins = work.worlds[1].vms.started(work.new).origin

    def giver(path: Path) -> str:
        origin = origins.get(("spec", *path), Origin.VM)
        if get(work.new.data, *_VMI, *path) is not None or origin is Origin.VM:
            return ""
        return "default" if origin is Origin.DEFAULT else f"{origin} {names.get(origin, '')}".strip()

    return giver


_LONGEST = 60


def shown(value: Any) -> str:
    """A value in one line: "" for none, and the first words of a long one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        line = ", ".join(f"{key}: {shown(entry)}" if not _is_empty(entry) else str(key) for key, entry in value.items())
        line = f"{{{line}}}"
    elif isinstance(value, list):
        line = f"[{', '.join(map(shown, value))}]"
    else:
        line = str(value)
    line = line.partition("\n")[0]
    return line if len(line) <= _LONGEST and "\n" not in str(value) else f"{line[: _LONGEST - 1]}…"


def _is_empty(value: Any) -> bool:
    return value is None or value in ({}, [])


def matches(work: VmUpdate) -> Mapping[Matcher, tuple[str, str]]:
    """The names of what a VM gets of its matchers, before and after; "" for none."""
    before, after = work.worlds
    found = {matcher: (before.vms.match(work.old, matcher), after.vms.match(work.new, matcher)) for matcher in Matcher}
    return {matcher: (was.name if was else "", now.name if now else "") for matcher, (was, now) in found.items()}
