"""What differs between the objects of an entry and those of a run, and which objects that can matter to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, partial

from vmlint.cache.applied.entry import Contents, Memory, Seen
from vmlint.cache.applied.marks import digests, identities, lacks_of
from vmlint.cache.mentions import NAME, acts_by_name, macs_of, mentions, names_of, reached_from, words
from vmlint.engine.applied import applied_fact
from vmlint.engine.snapshot import Snapshot
from vmlint.model.resource import Resource

__all__ = ["Change"]

_Now = tuple[int, Resource]
"""An object of a world, with the number of this."""
_Was = tuple[int, Seen]
"""An object of a world as an entry has it, with the number of this."""


class Change:
    """What differs between the objects of an entry and those of a snapshot, and which objects that can matter to.

    `data` are the bytes of the files, and `unbuilt` the objects that were not built, by their ids.
    """

    def __init__(
        self,
        memory: Memory,
        snapshot: Snapshot,
        contents: Contents,
        data: Mapping[str, bytes],
        unbuilt: Mapping[int, Seen],
    ) -> None:
        new = [(number, one) for number, world in enumerate(snapshot.worlds) for one in world.cluster.resources]
        compared = _Compared(new, memory, contents, unbuilt)
        self.twins = compared.twins
        """The objects that are what they were, each with its row of the entry."""
        old_changed, new_changed = compared.changed()
        names = {name for seen in old_changed for name in seen.names}
        names |= {name for one in new_changed for name in names_of(one)}
        self.matters_to_all = not (
            all(seen.by_name for seen in old_changed)
            and all(map(acts_by_name, new_changed))
            and all(map(NAME.fullmatch, names))
        )
        if self.matters_to_all:
            return
        self._again: Set[int] = set()
        if old_changed or new_changed:
            macs = {mac for seen in old_changed for mac in seen.addresses}
            macs |= {mac for one in new_changed for mac in macs_of(one)}
            mentioned_of = partial(_mentioned, compared.undecoded, data)
            self._again = reached_from(names, macs, [one for _, one in new], mentioned_of)
        again = [(now, was) for now, was in self.twins if id(now[1]) in self._again]
        self.count = len(compared.come) + len(again)
        was = [*compared.gone, *(was for _, was in again)]
        now = [*compared.come, *(now for now, _ in again)]
        self._names_differ = compared.names_differ() or (
            {(number, *ref) for number, seen in was for ref in seen.lacks}
            != {(number, *ref) for number, one in now for ref in lacks_of(one, snapshot, number)}
        )

    def matters_to(self, one: Resource, seen: Seen) -> bool:
        """Whether an object that is what it was may be judged in another way."""
        return id(one) in self._again or not seen.by_name or (self._names_differ and not seen.complete)


class _Compared:
    """The objects of a snapshot beside those of an entry: which are the same, which have come, and which are gone."""

    def __init__(self, new: Sequence[_Now], memory: Memory, contents: Contents, unbuilt: Mapping[int, Seen]) -> None:
        self.twins: list[tuple[_Now, _Was]] = list(_undecoded(new, memory, unbuilt))
        self.undecoded = {id(one): seen for (_, one), (_, seen) in self.twins}
        """Those that are known to be the same without a look at them, by the ids of the new ones."""
        self.come: list[_Now] = []
        self._content_of: dict[int, str] = {}
        known = {id(seen) for seen in self.undecoded.values()}
        left: dict[tuple[int, str, str], list[Seen]] = {}
        for number, world in enumerate(memory.worlds):
            for seen in world.objects:
                if id(seen) not in known:
                    left.setdefault((number, seen.content, seen.place), []).append(seen)
        for number, one in new:
            if id(one) in self.undecoded:
                continue
            content, place = digests(one, contents)
            if content and (same := left.get((number, content, place))):
                self.twins.append(((number, one), (number, same.pop())))
            else:
                self.come.append((number, one))
                self._content_of[id(one)] = content
        self.gone = [(number, seen) for (number, _, _), rows in left.items() for seen in rows]

    def changed(self) -> tuple[list[Seen], list[Resource]]:
        """Those that are gone and those that have come, but for those that were only written at another place."""
        was = Counter((number, seen.content) for number, seen in self.gone)
        now = Counter((number, self._content_of[id(one)]) for number, one in self.come)
        moved = {key for key, count in was.items() if key[1] and now[key] == count}
        return (
            [seen for number, seen in self.gone if (number, seen.content) not in moved],
            [one for number, one in self.come if (number, self._content_of[id(one)]) not in moved],
        )

    def names_differ(self) -> bool:
        """Whether other names are given than before."""
        was = Counter((number, *row) for number, seen in self.gone for row in identities(seen.fact.fact))
        return was != Counter((number, *row) for number, one in self.come for row in identities(applied_fact(one).fact))


def _undecoded(new: Iterable[_Now], memory: Memory, unbuilt: Mapping[int, Seen]) -> Iterator[tuple[_Now, _Was]]:
    """The objects that nobody had to decode or to build so far, which are what they were."""
    loose = {
        (number, seen.fact.key, seen.fact.patched, seen.fact.fragment): seen
        for number, world in enumerate(memory.worlds)
        for seen in (world.objects if world.recipe is None else ())
    }
    for number, one in new:
        seen = unbuilt.get(id(one))
        if seen is None and one.is_undecoded:
            seen = loose.pop((number, _key(one), one.patched, one.fragment), None)
        if seen is not None:
            yield (number, one), (number, seen)


def _key(one: Resource) -> tuple[object, ...]:
    ref = one.ref
    return one.document.file, one.document.index, one.prefix, one.api_version, ref.kind, ref.namespace, ref.name


def _mentioned(
    known: Mapping[int, Seen], data: Mapping[str, bytes], names: Set[str]
) -> Callable[[Resource], Iterable[str] | None]:
    """What gives those of some names that an object mentions: as one of its words, or as one of the files that write
    it; None where these may have it in other words."""

    wanted = {name.encode("ascii") for name in names if name.isascii()}

    @cache
    def in_file(file: str) -> frozenset[str] | None:
        found = words(data[file])
        return None if found is None else frozenset([word.decode("ascii") for word in wanted.intersection(found)])

    def mentioned(one: Resource) -> Iterable[str] | None:
        if (seen := known.get(id(one))) is None:
            return mentions(one) & names
        found = [word for word in (*seen.names, *seen.words.split()) if word in names]
        for file in seen.files:
            if (inside := in_file(file)) is None:
                return None
            found += inside
        return found

    return mentioned
