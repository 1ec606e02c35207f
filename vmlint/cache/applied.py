"""What a run leaves to the next one over the same files where kustomizations, or tools, apply them.

A kustomization whose files have not changed is not built again, nor are its files decoded: of its objects a few values
are known, see `engine.applied`. Others are compared as they are applied. What rules found in an object that came out
the same, of the same files, holds again unless a change can matter to it, as `earlier` has it for an editor.
"""

from __future__ import annotations

import json
import marshal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, partial
from typing import Any

from vmlint.cache.affected import words
from vmlint.cache.earlier import (
    MOST_SURE,
    NAME,
    acts_by_name,
    face_of,
    looked_for,
    macs_of,
    mentions,
    names_of,
    reached_from,
    words_in,
)
from vmlint.cache.reports import MALFORMED, finding_of, row_of, undecided_of
from vmlint.cache.shape import fits
from vmlint.digest import blake2b
from vmlint.engine.analysis import Analysis
from vmlint.engine.applied import AppliedFact, applied_fact, applied_resource
from vmlint.engine.files import KnownFiles
from vmlint.engine.reuse import Judged, Reuse
from vmlint.engine.silent import Ends, ends, is_complete
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.subjects import NumberedSubject
from vmlint.engine.summaries import Fact, Facts, facts_of, packed, unpacked
from vmlint.findings.finding import Finding, Undecided
from vmlint.findings.location import undecided as as_reported
from vmlint.gitops.deployment import BuiltBefore, Deployment, Recipe
from vmlint.graph.links import links
from vmlint.model.resource import Place, Resource, Written
from vmlint.record import Record
from vmlint.rule import Doubt, Fault, Rule
from vmlint.source.document import Document, SourceFile
from vmlint.source.read import Raw
from vmlint.world.names import MOST_COMPARED

__all__ = ["AppliedBefore", "learned", "recalled"]

_Contents = Mapping[str, str]
"""What stands for the bytes of each file: of manifests by their names, of texts in generated objects by `text NAME`."""


class _Seen(Record):
    """An object of a world as an entry has it: what stands for it and for the places where it is written, what is known
    of it without building it, whether it acts by its names and MAC addresses alone, the files that write it, the words
    in it that are in none of these, what its inferences look for in vain, and what was found in it, None where nobody
    knows. `complete` says that it lacked nothing."""

    content: str
    place: str
    fact: AppliedFact
    by_name: bool
    files: Sequence[str]
    words: str
    lacks: Sequence[Sequence[str]]
    complete: bool
    found: Sequence[Any] | None

    @property
    def names(self) -> Iterator[str]:
        yield from self.fact.fact.names
        if self.fact.renamed is not None:
            yield self.fact.renamed[3]

    @property
    def addresses(self) -> Iterator[str]:
        return (mac for mac, *_ in self.fact.fact.addresses)


class _World(Record):
    """A deployment: its name, how it is built, None where it is built anew in any case, and its objects."""

    name: str
    recipe: Recipe | None
    objects: Sequence[_Seen]


class _Memory(Record):
    """The files of a run, what its worlds are beside their objects, how much it compared and built, the facts of files
    that are decoded when somebody asks, and the worlds."""

    files: _Contents
    face: Any
    compared: int
    effort: float
    facts: Mapping[str, Facts]
    worlds: Sequence[_World]


# What is kept


def learned(analysis: Analysis, contents: _Contents, before: AppliedBefore | None) -> bytes:
    """The entry of a run; `contents` stand for the bytes of its files."""
    snapshot = analysis.snapshot
    known = before.kept if before else {}
    files = {file.file: file for file in snapshot.repository.files}
    index_of = {(number, id(subject)): index for index, (number, subject) in enumerate(analysis.subjects)}
    worlds = [
        [
            known.get((number, id(one)))
            or _seen(analysis, contents, files, number, one, index_of.get((number, id(one))))
            for one in world.cluster.resources
        ]
        for number, world in enumerate(snapshot.worlds)
    ]
    rows = [
        (
            one.name,
            _packed(one.recipe) if one.recipe and _is_whole(world.cluster.resources, seen, files) else None,
            seen,
        )
        for one, world, seen in zip(
            snapshot.repository.deployments or [Deployment("", ())], snapshot.worlds, worlds, strict=True
        )
    ]
    memory = (
        contents,
        _face(snapshot),
        snapshot.world.cluster.compared + (before.compared if before else 0),
        snapshot.repository.effort + (before.effort if before else 0),
        dict(_facts(snapshot)),
        rows,
    )
    return json.dumps(memory, separators=(",", ":")).encode("ascii")


def _face(snapshot: Snapshot) -> Any:
    """What worlds are beside their objects, in values of JSON."""
    deployments = [face_of(one) for one in snapshot.repository.deployments]
    return json.loads(json.dumps([deployments, sorted(snapshot.world.cluster.namespaces)]))


def _facts(snapshot: Snapshot) -> Iterator[tuple[str, Sequence[Any]]]:
    """The facts of files that may wait to be decoded. None of those that do not matter by themselves."""
    repository = snapshot.repository
    held: dict[int, list[Resource]] = {}
    for found in repository.resources:
        held.setdefault(id(found.document), []).append(found)
    for file in repository.files:
        facts = repository.facts.get(file.file)
        if facts is None and repository.woken.keys().isdisjoint(file.documents):
            facts = facts_of(file, lambda document: held.get(id(document), ()))
        if facts:
            yield file.file, packed(facts)


def _is_whole(objects: Sequence[Resource], rows: Sequence[_Seen], files: Mapping[str, SourceFile]) -> bool:
    """Whether all that is known of a deployment's objects is in their rows: each acts by its names alone, and lies in a
    document of a file."""

    return all(
        seen.by_name
        and _is_in_file(one.document, files)
        and (one.renamed is None or _is_in_file(one.renamed.by.document, files))
        for one, seen in zip(objects, rows, strict=True)
    )


def _is_in_file(document: Document, files: Mapping[str, SourceFile]) -> bool:
    """Whether a document is one of a file, and not of a text in another one."""
    file = files.get(document.file)
    return file is not None and document in file.documents[document.index : document.index + 1]


def _packed(recipe: Recipe) -> Sequence[Any]:
    return dict(recipe.files), sorted(recipe.names), recipe.is_step, recipe.forms_names


def _seen(
    analysis: Analysis,
    contents: _Contents,
    files: Mapping[str, SourceFile],
    number: int,
    one: Resource,
    index: int | None,
) -> _Seen:
    snapshot = analysis.snapshot
    deployments = snapshot.repository.deployments
    recipe = deployments[number].recipe if deployments else None
    complete = index is not None and is_complete(one, snapshot.worlds[number])
    return _Seen(
        *_digests(one, contents),
        applied_fact(one),
        acts_by_name(one),
        sorted({one.document.file, *(part.document.file for part in (one.parts or {}).values())}),
        " ".join(_words(one, forms_names=recipe is not None and recipe.forms_names)),
        _looked_for(one, snapshot, number),
        complete,
        _found(analysis, files, index, one) if index is not None else None,
    )


def _words(one: Resource, *, forms_names: bool) -> set[str]:
    """The words of an object that may be in none of the files that write it."""
    return {*(link.ref.name for link in links(one)), *(words_in(one.data) if forms_names else ())}


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


def _found(analysis: Analysis, there: Mapping[str, SourceFile], index: int, one: Resource) -> Sequence[Any] | None:
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
        document, path = one.written(place.path)
        if not _is_in_file(document, there):
            return None
        at = document.file, document.index, path
        shown = analysis.undecided.get(id(doubt)) or as_reported(doubt)
        doubts.append([rule.id, list(place.path), place.key, at, shown])
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
        files, face, compared, effort, facts, worlds = json.loads(entry)
        if not all(isinstance(one, dict) for one in (files, facts)) or not isinstance(compared + effort, float | int):
            return None
        known = {name: unpacked(rows) for name, rows in facts.items()}
        return _Memory(files, face, compared, effort, known, [_world(*row) for row in worlds])
    except MALFORMED:
        return None


def _world(name: str, recipe: Any, rows: Sequence[Any]) -> _World:
    if recipe is not None:
        files, names, is_step, forms_names = recipe
        recipe = Recipe(dict(files), {(kind, name) for kind, name in names}, bool(is_step), bool(forms_names))
    return _World(name, recipe, [_fitting(*row) for row in rows])


def _fitting(content: Any, place: Any, fact: Any, by_name: Any, files: Any, words: Any, *rest: Any) -> _Seen:
    first, *others = fact
    own = Fact(*first)
    texts = (content, place, words, *files, own.api_version, own.kind, own.namespace, own.name)
    if not all(isinstance(one, str) for one in texts):
        raise TypeError("no row of a memory")
    return _Seen(content, place, AppliedFact(own, *others), by_name, files, words, *rest)


class AppliedBefore(Reuse):
    """The objects of a run, as far as what was found in them holds for files with these `contents`."""

    def __init__(self, memory: _Memory, files: Sequence[Raw], contents: _Contents) -> None:
        self._memory = memory
        self._contents = contents
        self._data = {raw.name: raw.data for raw in files}
        self.compared = memory.compared
        self.effort = memory.effort
        self.kept: dict[tuple[int, int], _Seen] = {}
        """What is known again, by the number of a world and the id of an object."""
        self._changed = 0
        """How many objects are not what they were, or may be judged in another way than before."""
        self._unbuilt: dict[int, _Seen] = {}
        """The objects that were not built, by their ids."""
        self._same = {name for name, content in contents.items() if memory.files.get(name) == content}
        super().__init__(
            KnownFiles(
                {name: facts for name, facts in memory.facts.items() if name in self._same},
                deployments=dict(self._deployments()),
            )
        )

    def _deployments(self) -> Iterator[tuple[str, BuiltBefore]]:
        """The kustomizations of files that have not changed, by their folders."""
        was, now = self._memory.files, self._contents
        for world in self._memory.worlds:
            if world.recipe is not None and all(
                file in self._same and was.get(text := f"text {file}") == now.get(text) for file in world.recipe.files
            ):
                folder = "" if world.name == "." else world.name
                yield folder, BuiltBefore(world.recipe, partial(self._objects, world.objects))

    def _objects(
        self,
        rows: Sequence[_Seen],
        document_of: Callable[[str, int], Document],
        whole: Callable[[], Sequence[Resource]],
    ) -> Sequence[Resource]:
        objects = [
            applied_resource(seen.fact, document_of, partial(_at_place, whole, index))
            for index, seen in enumerate(rows)
        ]
        self._unbuilt.update(zip(map(id, objects), rows, strict=True))
        return objects

    @property
    def knows_most(self) -> bool:
        """Whether more than half of the files are what they were, and little was compared and built so far: else the
        run is a new one."""
        if self.compared > MOST_SURE or 2 * self.effort > 1:
            return False
        return 2 * len(self._same) > len(self._contents)

    def knows_enough(self, snapshot: Snapshot) -> bool:
        """Whether the entry may stay as it is: another run will judge the few objects again that it has not."""
        return bool(self.kept) and _FEW * self._changed < sum(len(one.cluster.resources) for one in snapshot.worlds)

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether all runs together have compared and built so little that no limit was in reach."""
        compared, effort = self.compared + snapshot.world.cluster.compared, self.effort + snapshot.repository.effort
        if compared <= MOST_COMPARED and effort <= 1:
            return True
        self.compared, self.effort = 0, 0
        self.kept.clear()
        return False

    def silent(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Mapping[int, Ends]:
        self.kept = dict(self._known(snapshot))
        documents: dict[int, Ends] = {
            index: ()
            for index, (_, subject) in enumerate(subjects)
            if isinstance(subject, Document) and subject.file in self.files.facts
        }
        return documents | {
            index: _ends(seen.found[0])
            for index, seen in self._answered(subjects)
            if seen.found is not None and seen.complete and not seen.found[1] and not seen.found[2]
        }

    def judged(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Mapping[int, Judged]:
        rules = {rule.id: rule for rule in snapshot.settings.all_rules()}
        documents = {file.file: file.documents for file in snapshot.repository.files}
        judged = {}
        for index, seen in self._answered(subjects):
            if seen.found is not None and not (seen.complete and not seen.found[1] and not seen.found[2]):
                judged[index] = _judged(seen, subjects[index][1], rules, documents)
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
        change = _Change(memory, snapshot, self._contents, self._data, self._unbuilt)
        if change.matters_to_all:
            return
        self._changed = change.count
        for (number, one), seen in change.twins:
            if change.matters_to(one, seen) or seen.found is None:
                continue
            if all(memory.files.get(file) == self._contents.get(file) for file in seen.found[3]):
                yield (number, id(one)), seen


_FEW = 50
"""One in how many objects may be judged again before an entry is written anew."""


def _at_place(whole: Callable[[], Sequence[Resource]], index: int) -> Resource:
    return whole()[index]


_Twins = tuple[tuple[int, Resource], _Seen]
"""An object of a world, by the number of this, and the same one as it was before."""


class _Change:
    """What differs between the objects of an entry and those of a snapshot, and which objects that can matter to.

    `data` are the bytes of the files, and `unbuilt` the objects that were not built, by their ids.
    """

    def __init__(
        self,
        memory: _Memory,
        snapshot: Snapshot,
        contents: _Contents,
        data: Mapping[str, bytes],
        unbuilt: Mapping[int, _Seen],
    ) -> None:
        new = [(number, one) for number, world in enumerate(snapshot.worlds) for one in world.cluster.resources]
        self.twins = list(_undecoded(new, memory, unbuilt))
        known = {id(one): seen for (_, one), seen in self.twins}
        old = {id(seen) for seen in known.values()}
        left: dict[tuple[int, str, str], list[_Seen]] = {}
        for number, world in enumerate(memory.worlds):
            for seen in world.objects:
                if id(seen) not in old:
                    left.setdefault((number, seen.content, seen.place), []).append(seen)
        come: list[tuple[int, Resource]] = []
        content_of: dict[int, str] = {}
        for number, one in new:
            if id(one) in known:
                continue
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
        self._again: Set[int] = set()
        if old_changed or new_changed:
            self._again = reached_from(hot, macs, [one for _, one in new], partial(_mentioned, known, data))
        again = [(pair, seen) for pair, seen in self.twins if id(pair[1]) in self._again]
        self.count = len(come) + len(again)
        self._names_differ = Counter(
            (number, *row) for number, seen in gone for row in _identities(seen.fact.fact)
        ) != Counter((number, *row) for number, one in come for row in _identities(applied_fact(one).fact)) or {
            (number, *ref) for number, seen in (*gone, *_old(again)) for ref in seen.lacks
        } != {(number, *ref) for number, one in (*come, *_new(again)) for ref in _looked_for(one, snapshot, number)}

    def matters_to(self, one: Resource, seen: _Seen) -> bool:
        return id(one) in self._again or not seen.by_name or (self._names_differ and not seen.complete)


def _undecoded(new: Iterable[tuple[int, Resource]], memory: _Memory, unbuilt: Mapping[int, _Seen]) -> Iterator[_Twins]:
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
            yield (number, one), seen


def _key(one: Resource) -> tuple[object, ...]:
    ref = one.ref
    return one.document.file, one.document.index, one.prefix, one.api_version, ref.kind, ref.namespace, ref.name


def _mentioned(
    known: Mapping[int, _Seen], data: Mapping[str, bytes], names: Set[str]
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


def _old(twins: Sequence[_Twins]) -> Iterator[tuple[int, _Seen]]:
    return ((number, seen) for (number, _), seen in twins)


def _new(twins: Sequence[_Twins]) -> Iterator[tuple[int, Resource]]:
    return (pair for pair, _ in twins)


def _identities(fact: Fact) -> Iterator[tuple[object, ...]]:
    """The names that an object gives to itself and to what it makes, and whether it writes its namespace."""
    yield fact.api_version.rpartition("/")[0], fact.kind, fact.namespace, fact.name, fact.placed
    for group, kind, name, _ in fact.makes:
        yield group, kind, fact.namespace, name, fact.placed


def _looked_for(one: Resource, snapshot: Snapshot, number: int) -> list[list[str]]:
    """What the inferences of a VM look for in vain."""
    return [list(ref) for _, ref in looked_for(one, snapshot, number)]


def _ends(rows: Sequence[Any]) -> Ends:
    return tuple([(file, index, tuple(path), state) for file, index, path, state in rows])


def _judged(
    seen: _Seen, subject: object, rules: Mapping[str, Rule], documents: Mapping[str, Sequence[Document]]
) -> Judged:
    """What was found in an object, about the same one of this run. Of a fault nobody asks for more than its finding."""
    assert isinstance(subject, Resource)
    where, findings, doubts, _ = seen.found or ([], [], [], [])
    faults: list[tuple[Rule, Fault]] = []
    located: list[Finding] = []
    for name, path, key, row in findings:
        rule, finding = rules[name], fits(finding_of(row))
        place = Place(subject, tuple(path), bool(key))
        faults.append((rule, Fault(rule.meta, place, finding.message, finding.fix, finding.effect)))
        located.append(finding)
    asked: list[tuple[Rule, Doubt]] = []
    undecided: list[tuple[Written, Undecided]] = []
    for name, path, key, (file, number, written), row in doubts:
        question = fits(undecided_of(row))
        asked.append((rules[name], Doubt(Place(subject, tuple(path), bool(key)), question.reason)))
        undecided.append((Written(documents[file][number], tuple(written)), question))
    return Judged(faults, (), asked, (), seen.complete, located, _ends(where), undecided)
