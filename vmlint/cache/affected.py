"""Which objects a change of some files can matter to.

What is said of an object depends on itself, on what it names, on what that names in turn, and on who else names the
same claims or has the same addresses. So where the objects of all changed files act through their names alone, a change
matters to those that mention one of these names, and to those that mention one of them. A word in the text is a
mention, wherever it stands: more objects are judged again than need be, never fewer.

What acts on objects that don't name it (a storage class, a KubeVirt, a namespace, a role) has no facts: where one
changes, all are judged again. An object of which a reference leads nowhere always is, see `quiet.lacks_nothing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vmlint.cache.memory import Memory, Remembered
from vmlint.cache.mentions import NAME, words
from vmlint.engine.summaries import Facts
from vmlint.graph.cluster import makes
from vmlint.model.resource import Resource

__all__ = ["affected"]


def affected(
    memory: Memory,
    files: Mapping[str, bytes],
    changed: Mapping[str, Facts | None],
    objects: Mapping[str, Iterable[Resource]],
) -> set[str] | None:
    """The files whose objects have to be judged again, None where all have to be.

    `files` are the bytes of all files there are, `changed` the facts of those that are not what the memory has, and
    `objects` the objects of those that have no facts.
    """
    gone = [one for name, one in memory.files.items() if name in changed or name not in files]
    facts = [*changed.values(), *(one.facts for one in gone)]
    known = [fact for one in facts if one is not None for fact in one]
    hot = {name for fact in known for name in fact.names}
    # A name that is filled in later, or is none, may be meant by any word.
    if None in facts or not all(NAME.fullmatch(name) for name in hot | {fact.namespace or "-" for fact in known}):
        return None
    addresses = {mac for fact in known for mac, *_ in fact.addresses}
    same = {name: memory.files[name] for name in files if name not in changed}
    return {*changed, *_reached(hot, addresses, same, files, objects)}


def _reached(
    hot: set[str],
    addresses: set[str],
    same: Mapping[str, Remembered],
    files: Mapping[str, bytes],
    objects: Mapping[str, Iterable[Resource]],
) -> set[str]:
    """The files that mention a name, or have an address, and all that mention them."""
    own = {name: [_bytes(word) for word in _own(one, objects.get(name, ()))] for name, one in same.items()}
    waiting = [_bytes(name) for name in hot]
    known = {*waiting, *(word for names in own.values() for word in names)}
    mentioned: dict[bytes, list[str]] = {}
    reached: set[str] = set()
    alone: set[str] = set()
    """Files that are judged again, on which nothing depends that has not changed."""
    for name, one in same.items():
        found = words(files[name])
        if found is None or (addresses and _has(one, addresses)):
            reached.add(name)
            waiting += own[name]
        elif one.facts is None:  # a Service selects guests by their labels
            alone.add(name)
        for word in known.intersection(own[name] if found is None else found + own[name]):
            mentioned.setdefault(word, []).append(name)
    while waiting:
        for name in mentioned.pop(waiting.pop(), ()):
            if name not in reached:
                reached.add(name)
                waiting += own[name]
    return reached | alone


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _has(one: Remembered, addresses: set[str]) -> bool:
    """Whether an object of a file has one of some MAC addresses."""
    return any(mac in addresses for fact in one.facts or () for mac, *_ in fact.addresses)


def _own(one: Remembered, objects: Iterable[Resource]) -> list[str]:
    """The names under which the objects of a file are found, and what they make."""
    if one.facts is not None:
        return [name for fact in one.facts for name in fact.own_names]
    return [name for found in objects for name in (found.name, *(ref.name for ref, _ in found.once(makes)))]
