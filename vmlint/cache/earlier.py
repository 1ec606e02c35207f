"""What an analysis of the files before an update says of them after it: the answer of an editor to a keystroke.

What is found in an object depends on itself, on what it names, on what that names in turn, and on who else names the
same claims or has the same addresses. So a change matters to the objects that mention a name of what has changed, and
to those that mention one of these. A word in any text of an object is a mention: more objects are judged again than
need be, never fewer.

What acts on objects that do not name it (a storage class, a KubeVirt, a patch) matters to all: where one changes, all
are judged again. It is judged again itself whatever changes. An object of which a reference leads nowhere is judged
again where any name comes or goes: what may be meant by it is one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from vmlint.cache.mentions import (
    NAME,
    acts_by_name,
    looked_for,
    macs_of,
    mentions,
    names_of,
    reached_from,
)
from vmlint.engine.analysis import Analysis
from vmlint.engine.reuse import Judged, Reuse
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.subjects import NumberedSubject, Subject
from vmlint.graph.build import untyped_objects
from vmlint.graph.cluster import makes
from vmlint.model.access import text
from vmlint.model.resource import Place, Resource
from vmlint.rule import Doubt, Fault, Spot
from vmlint.source.document import Document
from vmlint.world.names import MOST_COMPARED

__all__ = ["MOST_SURE", "EarlierAnalysis", "face_of"]


class EarlierAnalysis(Reuse):
    """An analysis of the same workspace before some of its files changed."""

    keeps = True

    def __init__(self, analysis: Analysis | None) -> None:
        self._before = analysis

    def judged(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Mapping[int, Judged]:
        """What was found in the subjects that no change can matter to."""
        before = self._before
        if before is None or before.stopped is not None or not _comparable(before.snapshot, snapshot):
            return {}
        change = _Change(before.snapshot, snapshot)
        if change.matters_to_all:
            return {}
        known = {(number, id(subject)): index for index, (number, subject) in enumerate(before.subjects)}
        there = _Documents(snapshot)
        found = {}
        for index, (number, subject) in enumerate(subjects):
            was = known.get((number, change.earlier(number, subject)))
            if was is None or (judged := before.judged.get(was)) is None or change.matters_to(subject, judged):
                continue
            if there.has_places_of(judged):
                found[index] = judged
        return found


def _comparable(before: Snapshot, after: Snapshot) -> bool:
    """Whether two snapshots are of one workspace, with the same deployments, and vmlint's own rules are alone."""
    if before.settings is not after.settings or before.comparison or after.comparison:
        return False
    if any(rule.pack for rule in after.settings.all_rules()):
        return False  # nobody knows what these look at
    return [face_of(one) for one in before.repository.deployments] == [
        face_of(one) for one in after.repository.deployments
    ] and [one.cluster.namespaces for one in before.worlds] == [one.cluster.namespaces for one in after.worlds]


def face_of(deployment: Any) -> tuple[object, ...]:
    """What is known of a deployment beside its objects."""
    return deployment.name, deployment.tool, [one.reason for one in (*deployment.unread, *deployment.unclear)]


_Item = tuple[int, Resource]
"""An object with the number of its world."""


class _Change:
    """What differs between the objects of two snapshots, and which objects that can matter to."""

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        old, new = ([*_items(one)] for one in (before, after))
        self._earlier = _twins(old, new)
        kept = set(self._earlier.values())
        gone = [item for item in old if (item[0], id(item[1])) not in kept]
        come = [item for item in new if (item[0], id(item[1])) not in self._earlier]
        changed = [*_unequal(gone, come), *_unequal(come, gone)]
        names = {name for one in changed for name in names_of(one)}
        self.matters_to_all = not all(map(acts_by_name, changed)) or not all(map(NAME.fullmatch, names))
        if self.matters_to_all:
            return
        addresses = {mac for one in changed for mac in macs_of(one)}
        self._again = reached_from(names, addresses, [one for _, one in new], _mentioned) if changed else set()
        self._names_differ = (
            _identities(gone) != _identities(come)
            or _lost(gone, old, self._earlier, self._again, before, after, come)
            or before.world.cluster.whole.compared > MOST_SURE
        )

    def earlier(self, number: int, subject: Subject) -> int:
        """The id of the same subject in the snapshot before."""
        return self._earlier.get((number, id(subject)), (number, id(subject)))[1]

    def matters_to(self, subject: Subject, judged: Judged) -> bool:
        """Whether a subject that is there in both may be judged in another way."""
        if isinstance(subject, Document):  # which tool reads it, and as what, is known only now
            return not subject.waiting and bool(subject.duplicates or any(untyped_objects(subject.data)))
        if not isinstance(subject, Resource):
            return True
        if id(subject) in self._again or not acts_by_name(subject):
            return True
        return self._names_differ and not judged.complete


MOST_SURE = MOST_COMPARED // 2
"""How much of the names may be compared for the answer to be the same whatever else is compared before."""


def _items(snapshot: Snapshot) -> Iterator[_Item]:
    """The objects of all worlds."""
    return ((number, one) for number, world in enumerate(snapshot.worlds) for one in world.cluster.resources)


def _twins(old: Sequence[_Item], new: Sequence[_Item]) -> dict[tuple[int, int], tuple[int, int]]:
    """For each object, by its world and id, the same one of the snapshot before: itself, or one that was built of the
    same documents and came out the same."""
    there = {(number, id(one)) for number, one in old}
    found = {(number, id(one)): (number, id(one)) for number, one in new if (number, id(one)) in there}
    left: dict[object, list[Resource]] = {}
    for number, one in old:
        if (number, id(one)) not in found:
            left.setdefault((number, *_key(one), id(one.document), one.prefix), []).append(one)
    for number, one in new if left else ():
        if (number, id(one)) in found:
            continue
        same = left.get((number, *_key(one), id(one.document), one.prefix), [])
        twin = next((other for other in same if _is_same(one, other) and _parts(one) == _parts(other)), None)
        if twin is not None:
            same.remove(twin)
            found[number, id(one)] = number, id(twin)
    return found


def _parts(one: Resource) -> object:
    """Which documents write which fields of an object."""
    renamed = one.renamed
    by = renamed and (renamed.ref, id(renamed.by.document), renamed.by.path)
    return by, {at: (id(part.document), part.path) for at, part in (one.parts or {}).items()}


def _unequal(some: Iterable[_Item], others: Iterable[_Item]) -> list[Resource]:
    """The objects that are not among others with the same content."""
    there: dict[object, list[Resource]] = {}
    for number, one in others:
        there.setdefault((number, *_key(one)), []).append(one)
    return [
        one for number, one in some if not any(_is_same(one, other) for other in there.get((number, *_key(one)), ()))
    ]


def _key(one: Resource) -> tuple[object, ...]:
    return type(one), one.ref, one.api_version


def _is_same(one: Resource, other: Resource) -> bool:
    """Whether two objects differ in nothing but their places in the text."""
    return (
        one.fragment == other.fragment
        and one.patched == other.patched
        and one.linted == other.linted
        and one.document.file == other.document.file
        and (one.renamed is None) == (other.renamed is None)
        and one.data == other.data
    )


def _identities(some: Iterable[_Item]) -> Counter[object]:
    """The names that objects give to themselves and to what they make, and whether they write their namespace."""
    return Counter(
        (number, ref, bool(text(one.data, "metadata", "namespace")))
        for number, one in some
        for ref in (one.ref, *(made for made, _ in one.once(makes)))
    )


def _lost(
    gone: Sequence[_Item],
    old: Sequence[_Item],
    earlier: Mapping[tuple[int, int], tuple[int, int]],
    again: Set[int],
    before: Snapshot,
    after: Snapshot,
    come: Sequence[_Item],
) -> bool:
    """Whether inferences of VMs look in vain for other objects than before: of those that changed, and of those that
    the change can matter to."""
    reached = {pair for (number, one), pair in earlier.items() if one in again}
    was = {
        ref
        for number, one in (*gone, *(item for item in old if (item[0], id(item[1])) in reached))
        for ref in looked_for(one, before, number)
    }
    new = [item for item in _items(after) if id(item[1]) in again]
    now = {ref for number, one in (*come, *new) for ref in looked_for(one, after, number)}
    return was != now


def _mentioned(names: Set[str]) -> Callable[[Resource], Iterable[str]]:
    return lambda one: mentions(one) & names


class _Documents:
    """The documents of a snapshot: a finding that leads into one that is gone has lost its place."""

    def __init__(self, snapshot: Snapshot) -> None:
        repository = snapshot.repository
        files = [one for file in repository.files for one in (*file.documents, *file.remarks)]
        self._there = {id(one) for one in files}
        self._there |= {id(one.document) for one in repository.around}

    def has_places_of(self, judged: Judged) -> bool:
        """Whether all places are there that the answer names."""
        answers: list[Fault | Doubt] = [fault for _, fault in judged.faults]
        answers += [doubt for _, doubt in judged.doubts]
        return not judged.crashes and not judged.truncated and all(map(self._has, answers))

    def _has(self, answer: Fault | Doubt) -> bool:
        places = [answer.place, *(hop.place for hop in answer.chain if hop.place is not None)]
        return all(self._is_there(place) for place in places)

    def _is_there(self, place: Place | Spot) -> bool:
        document = place.document if isinstance(place, Spot) else place.resource.written(place.path).document
        return not document.text or id(document) in self._there
