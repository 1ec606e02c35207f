"""What a run over kustomizations leaves to the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.cache.applied.before import AppliedBefore
from vmlint.cache.applied.entry import Contents, Memory, Seen, World
from vmlint.cache.applied.marks import digests, face, lacks_of
from vmlint.cache.mentions import acts_by_name, words_in
from vmlint.cache.reports import row_of
from vmlint.engine.analysis import Analysis
from vmlint.engine.applied import applied_fact
from vmlint.engine.silent import ends, is_complete
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.summaries import facts_of, packed
from vmlint.findings.location import undecided as as_reported
from vmlint.gitops.deployment import Deployment
from vmlint.graph.links import links
from vmlint.model.resource import Place, Resource
from vmlint.rule import Doubt, Fault
from vmlint.source.document import Document, SourceFile

__all__ = ["learned"]


def learned(analysis: Analysis, contents: Contents, before: AppliedBefore | None) -> Memory:
    """The memory of a run; `contents` stand for the bytes of its files."""
    snapshot = analysis.snapshot
    learning = _Learning(analysis, contents, before.kept if before else {})
    return Memory(
        contents,
        face(snapshot),
        snapshot.world.cluster.compared + (before.compared if before else 0),
        snapshot.repository.effort + (before.effort if before else 0),
        dict(_facts(snapshot)),
        [
            learning.world(number, deployment)
            for number, deployment in enumerate(snapshot.repository.deployments or [Deployment("", ())])
        ],
    )


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


class _Learning:
    """What there is to know of the objects of a run, but for those that are `known` already."""

    def __init__(self, analysis: Analysis, contents: Contents, known: Mapping[tuple[int, int], Seen]) -> None:
        self._analysis = analysis
        self._contents = contents
        self._known = known
        self._files = {file.file: file for file in analysis.snapshot.repository.files}
        self._index_of = {(number, id(subject)): index for index, (number, subject) in enumerate(analysis.subjects)}

    def world(self, number: int, deployment: Deployment) -> World:
        """A world as it is built of a deployment. It has a recipe only where the rows say all of its objects: each acts
        by its names alone, and lies in a document of a file."""
        recipe = deployment.recipe
        objects = self._analysis.snapshot.worlds[number].cluster.resources
        forms_names = recipe is not None and recipe.forms_names
        rows = [
            self._known.get((number, id(one))) or self._seen(number, one, forms_names=forms_names) for one in objects
        ]
        is_whole = all(seen.by_name and self._is_in_files(one) for one, seen in zip(objects, rows, strict=True))
        return World(deployment.name, recipe if is_whole else None, rows)

    def _is_in_files(self, one: Resource) -> bool:
        documents = (one.document, *([one.renamed.by.document] if one.renamed is not None else []))
        return all(_is_in_file(document, self._files) for document in documents)

    def _seen(self, number: int, one: Resource, *, forms_names: bool) -> Seen:
        snapshot = self._analysis.snapshot
        index = self._index_of.get((number, id(one)))
        return Seen(
            *digests(one, self._contents),
            applied_fact(one),
            acts_by_name(one),
            sorted({one.document.file, *(part.document.file for part in (one.parts or {}).values())}),
            " ".join(_words(one, forms_names=forms_names)),
            lacks_of(one, snapshot, number),
            index is not None and is_complete(one, snapshot.worlds[number]),
            self._found(index, one) if index is not None else None,
        )

    def _found(self, index: int, one: Resource) -> Sequence[Any] | None:
        """What was found in an object: where its references end, findings, questions, and the files that these lead
        to."""
        analysis = self._analysis
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
            if not _is_in_file(document, self._files):
                return None
            at = document.file, document.index, path
            shown = analysis.undecided.get(id(doubt)) or as_reported(doubt)
            doubts.append([rule.id, list(place.path), place.key, at, shown])
        return [where, findings, doubts, sorted(files)]


def _words(one: Resource, *, forms_names: bool) -> set[str]:
    """The words of an object that may be in none of the files that write it."""
    return {*(link.ref.name for link in links(one)), *(words_in(one.data) if forms_names else ())}


def _own_place(answer: Fault | Doubt, one: Resource, files: set[str]) -> Place | None:
    """The place of an answer in the object itself, None for any other; adds the files to which its chain leads."""
    for hop in answer.chain:
        if hop.place is not None:
            files.update((hop.place.resource.document.file, hop.place.resource.written(hop.place.path).document.file))
    place = answer.place
    return place if isinstance(place, Place) and place.resource is one else None


def _is_in_file(document: Document, files: Mapping[str, SourceFile]) -> bool:
    """Whether a document is one of a file, and not of a text in another one."""
    file = files.get(document.file)
    return file is not None and document in file.documents[document.index : document.index + 1]
