"""What a run over kustomizations says of a later one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from vmlint.cache.applied.change import Change
from vmlint.cache.applied.entry import Contents, Memory, Seen
from vmlint.cache.applied.marks import face
from vmlint.cache.earlier import MOST_SURE
from vmlint.cache.reports import finding_of, undecided_of
from vmlint.cache.shape import fits
from vmlint.engine.applied import applied_resource
from vmlint.engine.files import KnownFiles
from vmlint.engine.reuse import Judged, Reuse
from vmlint.engine.silent import Ends
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.subjects import NumberedSubject
from vmlint.findings.finding import Finding, Undecided
from vmlint.gitops.deployment import BuiltBefore
from vmlint.model.resource import Place, Resource, Written
from vmlint.rule import Doubt, Fault, Rule
from vmlint.source.document import Document
from vmlint.source.read import Raw
from vmlint.world.names import MOST_COMPARED

__all__ = ["AppliedBefore"]


class AppliedBefore(Reuse):
    """The objects of a run, as far as what was found in them holds for files with these `contents`."""

    def __init__(self, memory: Memory, files: Sequence[Raw], contents: Contents) -> None:
        self._memory = memory
        self._contents = contents
        self._data = {raw.name: raw.data for raw in files}
        self.compared = memory.compared
        self.effort = memory.effort
        self.kept: dict[tuple[int, int], Seen] = {}
        """What is known again, by the number of a world and the id of an object."""
        self._changed = 0
        """How many objects are not what they were, or may be judged in another way than before."""
        self._unbuilt: dict[int, Seen] = {}
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
        rows: Sequence[Seen],
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

    def _answered(self, subjects: Sequence[NumberedSubject]) -> Iterator[tuple[int, Seen]]:
        for index, (number, subject) in enumerate(subjects):
            if (seen := self.kept.get((number, id(subject)))) is not None:
                yield index, seen

    def _known(self, snapshot: Snapshot) -> Iterator[tuple[tuple[int, int], Seen]]:
        """The objects to which no change can matter."""
        memory = self._memory
        alone = not any(rule.pack for rule in snapshot.settings.all_rules())  # nobody knows what others look at
        if not alone or snapshot.comparison or memory.face != face(snapshot):
            return
        change = Change(memory, snapshot, self._contents, self._data, self._unbuilt)
        if change.matters_to_all:
            return
        self._changed = change.count
        for (number, one), (_, seen) in change.twins:
            if change.matters_to(one, seen) or seen.found is None:
                continue
            if all(memory.files.get(file) == self._contents.get(file) for file in seen.found[3]):
                yield (number, id(one)), seen


_FEW = 50
"""One in how many objects may be judged again before an entry is written anew."""


def _at_place(whole: Callable[[], Sequence[Resource]], index: int) -> Resource:
    return whole()[index]


def _ends(rows: Sequence[Any]) -> Ends:
    return tuple([(file, index, tuple(path), state) for file, index, path, state in rows])


def _judged(
    seen: Seen, subject: object, rules: Mapping[str, Rule], documents: Mapping[str, Sequence[Document]]
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
