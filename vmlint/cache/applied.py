"""What a run leaves to the next one over the same files where kustomizations, or tools, apply them.

Everything is decoded and built again: objects are compared as they are applied. What rules found in one that came out
the same, of the same files, holds again unless a change can matter to it, as `earlier` has it for an editor.
"""

from __future__ import annotations

import json
import marshal
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.cache.earlier import MOST_SURE, NAME, acts_by_name, face_of, looked_for, macs_of, names_of, reached_from
from vmlint.cache.reports import MALFORMED, finding_of, row_of
from vmlint.cache.shape import fits
from vmlint.digest import blake2b
from vmlint.engine.analysis import Analysis
from vmlint.engine.reuse import Judged, Reuse
from vmlint.engine.silent import Ends, ends, is_complete
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.subjects import NumberedSubject
from vmlint.findings.finding import Finding
from vmlint.graph.cluster import makes, says_namespace
from vmlint.model.resource import Place, Resource, Written
from vmlint.record import Record
from vmlint.rule import Doubt, Fault, Rule
from vmlint.source.read import Raw

__all__ = ["AppliedBefore", "learned", "recalled"]

_Contents = Mapping[str, str]
"""What stands for the bytes of each file."""


class _Seen(Record):
    """An object of a world as an entry has it: what stands for it and for the places where it is written, its names and
    MAC addresses, whether it acts by these alone, the identities that it gives, what its inferences look for in vain,
    and what was found in it, None where nobody knows. `complete` says that it lacked nothing."""

    content: str
    place: str
    names: Sequence[str]
    addresses: Sequence[str]
    by_name: bool
    identities: Sequence[Sequence[object]]
    lacks: Sequence[Sequence[str]]
    complete: bool
    found: Sequence[Any] | None


class _Memory(Record):
    """The files of a run, what its worlds are beside their objects, how much it compared, and the objects of each."""

    files: _Contents
    face: Any
    compared: int
    worlds: Sequence[Sequence[_Seen]]


# What is kept


def learned(analysis: Analysis, contents: _Contents, before: AppliedBefore | None) -> bytes:
    """The entry of a run; `contents` stand for the bytes of its files."""
    snapshot = analysis.snapshot
    known = before.kept if before else {}
    index_of = {(number, id(subject)): index for index, (number, subject) in enumerate(analysis.subjects)}
    worlds = [
        [
            known.get((number, id(one))) or _seen(analysis, contents, number, one, index_of.get((number, id(one))))
            for one in world.cluster.resources
        ]
        for number, world in enumerate(snapshot.worlds)
    ]
    compared = snapshot.world.cluster.compared + (before.compared if before else 0)
    memory = _Memory(contents, _face(snapshot), compared, worlds)
    return json.dumps(memory, separators=(",", ":")).encode("ascii")


def _face(snapshot: Snapshot) -> Any:
    """What worlds are beside their objects, in values of JSON."""
    deployments = [face_of(one) for one in snapshot.repository.deployments]
    return json.loads(json.dumps([deployments, [sorted(one.cluster.namespaces) for one in snapshot.worlds]]))


def _seen(analysis: Analysis, contents: _Contents, number: int, one: Resource, index: int | None) -> _Seen:
    snapshot = analysis.snapshot
    complete = index is not None and is_complete(one, snapshot.worlds[number])
    return _Seen(
        *_digests(one, contents),
        list(names_of(one)),
        macs_of(one),
        acts_by_name(one),
        _identities(one),
        _looked_for(one, snapshot, number),
        complete,
        _found(analysis, index, one) if index is not None else None,
    )


def _digests(one: Resource, contents: _Contents) -> tuple[str, str]:
    """What stands for an object as it is applied, and for the places where it is written; "" where nothing does."""
    renamed = one.renamed
    flags = one.fragment, one.patched, one.linted, renamed is None
    own = _at(Written(one.document, one.prefix), contents)
    content: Any = type(one).__name__, *one.ref, one.api_version, flags, one.document.file, one.data
    by = renamed and (tuple(renamed.ref), *_at(renamed.by, contents))
    place: Any = own, by, [(path, *_at(part, contents)) for path, part in (one.parts or {}).items()]
    try:
        return _digest(content), _digest(place)
    except ValueError:  # not of plain values
        return "", ""


def _digest(value: Any) -> str:
    return blake2b(marshal.dumps(value, 2), digest_size=16).hexdigest()


def _at(written: Written, contents: _Contents) -> tuple[object, ...]:
    document = written.document
    return document.file, contents.get(document.file, ""), document.index, document.line, tuple(written.path)


def _found(analysis: Analysis, index: int, one: Resource) -> Sequence[Any] | None:
    """What was found in an object: where its references end, findings, questions, and the files that these lead to."""
    number, _ = analysis.subjects[index]
    where = analysis.reused.get(index)
    if where is None:
        where = ends(one, analysis.snapshot.worlds[number])
    judged = analysis.found.get(index)
    if judged is None:
        return [where, [], [], []]
    if judged.truncated or judged.crashes:
        return None
    files: set[str] = set()
    findings = []
    for rule, fault in judged.faults:
        finding, place = analysis.located.get(id(fault)), _own_place(fault, one, files)
        if finding is None or place is None:
            return None
        findings.append([rule.id, list(place.path), place.key, row_of(finding)])
    doubts = []
    for rule, doubt in judged.doubts:
        if (place := _own_place(doubt, one, files)) is None:
            return None
        doubts.append([rule.id, list(place.path), place.key, doubt.reason])
    return [where, findings, doubts, sorted(files)]


def _own_place(answer: Fault | Doubt, one: Resource, files: set[str]) -> Place | None:
    """The place of an answer in the object itself, None for any other; adds the files to which its chain leads."""
    for hop in answer.chain:
        if hop.place is not None:
            files.update((hop.place.resource.document.file, hop.place.resource.written(hop.place.path).document.file))
    place = answer.place
    return place if isinstance(place, Place) and place.resource is one else None


# What is known again


def recalled(entry: bytes) -> _Memory | None:
    """The memory of an entry, None where the entry is none."""
    try:
        files, face, compared, worlds = json.loads(entry)
        seen = [[_fitting(_Seen(*row)) for row in rows] for rows in worlds]
        if not isinstance(files, dict) or not isinstance(compared, int):
            return None
        return _Memory(files, face, compared, seen)
    except MALFORMED:
        return None


def _fitting(seen: _Seen) -> _Seen:
    lists = (seen.names, seen.addresses, seen.identities, seen.lacks)
    texts = (seen.content, seen.place, *seen.names, *seen.addresses)
    if not all(isinstance(one, list) for one in lists) or not all(isinstance(one, str) for one in texts):
        raise TypeError("no row of a memory")
    return seen


class AppliedBefore(Reuse):
    """The objects of a run, as far as what was found in them holds for files with these `contents`."""

    def __init__(self, memory: _Memory, files: Sequence[Raw], contents: _Contents) -> None:
        super().__init__()
        self._memory = memory
        self._contents = contents
        self.compared = memory.compared
        self.kept: dict[tuple[int, int], _Seen] = {}
        """What is known again, by the number of a world and the id of an object."""

    @property
    def knows_most(self) -> bool:
        """Whether more than half of the files are what they were, and little was compared so far: else the run is a new
        one."""
        was = self._memory.files
        if self._memory.compared > MOST_SURE:
            return False
        changed = sum(was.get(name) != content for name, content in self._contents.items())
        return 2 * changed < len(self._contents)

    def silent(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Mapping[int, Ends]:
        self.kept = dict(self._known(snapshot))
        return {
            index: _ends(seen.found[0])
            for index, seen in self._answered(subjects)
            if seen.found is not None and seen.complete and not seen.found[1] and not seen.found[2]
        }

    def judged(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Mapping[int, Judged]:
        rules = {rule.id: rule for rule in snapshot.settings.all_rules()}
        judged = {}
        for index, seen in self._answered(subjects):
            if seen.found is not None and not (seen.complete and not seen.found[1] and not seen.found[2]):
                judged[index] = _judged(seen, subjects[index][1], rules)
        return judged

    def _answered(self, subjects: Sequence[NumberedSubject]) -> Iterator[tuple[int, _Seen]]:
        for index, (number, subject) in enumerate(subjects):
            if (seen := self.kept.get((number, id(subject)))) is not None:
                yield index, seen

    def _known(self, snapshot: Snapshot) -> Iterator[tuple[tuple[int, int], _Seen]]:
        """The objects to which no change can matter."""
        memory = self._memory
        alone = not any(rule.pack for rule in snapshot.settings.all_rules())  # nobody knows what others look at
        if not alone or snapshot.comparison or memory.face != _face(snapshot):
            return
        change = _Change(memory, snapshot, self._contents)
        if change.matters_to_all:
            return
        for (number, one), seen in change.twins:
            if change.matters_to(one, seen) or seen.found is None:
                continue
            if all(memory.files.get(file) == self._contents.get(file) for file in seen.found[3]):
                yield (number, id(one)), seen


_Twins = tuple[tuple[int, Resource], _Seen]
"""An object of a world, by the number of this, and the same one as it was before."""


class _Change:
    """What differs between the objects of an entry and those of a snapshot, and which objects that can matter to."""

    def __init__(self, memory: _Memory, snapshot: Snapshot, contents: _Contents) -> None:
        left: dict[tuple[int, str, str], list[_Seen]] = {}
        for number, rows in enumerate(memory.worlds):
            for seen in rows:
                left.setdefault((number, seen.content, seen.place), []).append(seen)
        new = [(number, one) for number, world in enumerate(snapshot.worlds) for one in world.cluster.resources]
        self.twins: list[_Twins] = []
        come: list[tuple[int, Resource]] = []
        content_of: dict[int, str] = {}
        for number, one in new:
            content, place = _digests(one, contents)
            if content and (same := left.get((number, content, place))):
                self.twins.append(((number, one), same.pop()))
            else:
                come.append((number, one))
                content_of[id(one)] = content
        gone = [(number, seen) for (number, _, _), rows in left.items() for seen in rows]
        was = Counter((number, seen.content) for number, seen in gone)
        now = Counter((number, content_of[id(one)]) for number, one in come)
        moved = {key for key, count in was.items() if key[1] and now[key] == count}
        old_changed = [seen for number, seen in gone if (number, seen.content) not in moved]
        new_changed = [one for number, one in come if (number, content_of[id(one)]) not in moved]
        hot = {name for seen in old_changed for name in seen.names}
        hot |= {name for one in new_changed for name in names_of(one)}
        self.matters_to_all = not (
            all(seen.by_name for seen in old_changed)
            and all(map(acts_by_name, new_changed))
            and all(map(NAME.fullmatch, hot))
        )
        if self.matters_to_all:
            return
        macs = {mac for seen in old_changed for mac in seen.addresses}
        macs |= {mac for one in new_changed for mac in macs_of(one)}
        self._again = reached_from(hot, macs, [one for _, one in new]) if old_changed or new_changed else set()
        again = [(pair, seen) for pair, seen in self.twins if id(pair[1]) in self._again]
        self._names_differ = Counter((number, *row) for number, seen in gone for row in seen.identities) != Counter(
            (number, *row) for number, one in come for row in _identities(one)
        ) or {(number, *row) for number, seen in (*gone, *_old(again)) for row in seen.lacks} != {
            (number, *ref) for number, one in (*come, *_new(again)) for ref in _looked_for(one, snapshot, number)
        }

    def matters_to(self, one: Resource, seen: _Seen) -> bool:
        return id(one) in self._again or not acts_by_name(one) or (self._names_differ and not seen.complete)


def _old(twins: Sequence[_Twins]) -> Iterator[tuple[int, _Seen]]:
    return ((number, seen) for (number, _), seen in twins)


def _new(twins: Sequence[_Twins]) -> Iterator[tuple[int, Resource]]:
    return (pair for pair, _ in twins)


def _identities(one: Resource) -> list[list[object]]:
    """The names that an object gives to itself and to what it makes, and whether it writes its namespace."""
    given = (one.ref, *(made for made, _ in one.once(makes)))
    return [[*ref, one.once(says_namespace)] for ref in given]


def _looked_for(one: Resource, snapshot: Snapshot, number: int) -> list[list[str]]:
    """What the inferences of a VM look for in vain."""
    return [list(ref) for _, ref in looked_for(one, snapshot, number)]


def _ends(rows: Sequence[Any]) -> Ends:
    return tuple([(file, index, tuple(path), state) for file, index, path, state in rows])


def _judged(seen: _Seen, subject: object, rules: Mapping[str, Rule]) -> Judged:
    """What was found in an object, about the same one of this run. Of a fault nobody asks for more than its finding."""
    assert isinstance(subject, Resource)
    _, findings, doubts, _ = seen.found or ([], [], [], [])
    faults: list[tuple[Rule, Fault]] = []
    located: list[Finding] = []
    for name, path, key, row in findings:
        rule, finding = rules[name], fits(finding_of(row))
        place = Place(subject, tuple(path), bool(key))
        faults.append((rule, Fault(rule.meta, place, finding.message, finding.fix, finding.effect)))
        located.append(finding)
    asked = [
        (rules[name], Doubt(Place(subject, tuple(path), bool(key)), f"{reason}")) for name, path, key, reason in doubts
    ]
    return Judged(faults, (), asked, (), seen.complete, located)
