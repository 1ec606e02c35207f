"""From the bytes of files to a repository: its documents, its objects, and what was counted on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from vmlint.config.config import Config
from vmlint.engine.files import NOTHING, Built, Gathered, KnownFiles
from vmlint.engine.request import Progress
from vmlint.engine.summaries import Facts
from vmlint.findings.finding import Counts, KindCount
from vmlint.gitops.deployment import Deployment
from vmlint.gitops.deployments import plan
from vmlint.gitops.embedded import embedded
from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.gitops.tree import NOTHING_BESIDE, Beside
from vmlint.gitops.uses import NO_USES, Uses
from vmlint.graph.build import Defined, defined, is_definition, objects, resource, untyped_objects
from vmlint.graph.cluster import makes
from vmlint.graph.relevance import may_wait, woken
from vmlint.model.access import text
from vmlint.model.crash import Crash, crash
from vmlint.model.field import Path
from vmlint.model.kinds import Kind
from vmlint.model.resource import Resource
from vmlint.record import Record
from vmlint.runtime.profiling import stage
from vmlint.source.document import Document, Skipped, SourceFile
from vmlint.source.read import decoded
from vmlint.source.waiting import MayWait

__all__ = ["FilesBefore", "Repository", "Versions", "assemble", "waits"]

FilesBefore = Callable[[Sequence[SourceFile]], Sequence[SourceFile]]
"""From the files that were read to the same files as they were at a commit."""


class Repository(Record):
    """What was read. `documents` are those that rules look at: unreadable ones, and ones that hold an object.

    `resources` are the objects as the files have them, `deployments` the same as they are applied, `around` what is
    known of the cluster beside them, and `problems` what can't be built or changes nothing. `commented` are the
    documents of the linted files in which vmlint is named, whatever else they hold. `crashes` are files and deployments
    at which vmlint itself failed. `files` are the linted files, and `facts` what was known of some before. `built` are
    the objects of each file, for a snapshot that has the same file, `custom` the kinds that the files define, and
    `woken` the kinds of documents that were decoded for others that name such objects. `effort` is how much was done
    of what builds of kustomizations may do, where 1 is all, `uses` how kustomizations use the files, and
    `failed` the names of the deployments that a tool refuses, those without any object too.
    """

    documents: tuple[Document, ...]
    resources: tuple[Resource, ...]
    skipped: tuple[Skipped, ...]
    counts: Counts
    deployments: tuple[Deployment, ...] = ()
    around: tuple[Resource, ...] = ()
    problems: tuple[BuildProblem, ...] = ()
    commented: tuple[Document, ...] = ()
    versions: Versions | None = None
    crashes: tuple[Crash, ...] = ()
    files: tuple[SourceFile, ...] = ()
    facts: Mapping[str, Facts] = {}
    built: Mapping[str, Built] = {}
    custom: Mapping[tuple[str, str], Kind] = {}
    woken: Mapping[Document, str] = {}
    effort: float = 0
    uses: Uses = NO_USES
    failed: tuple[str, ...] = ()


class Versions(Record):
    """What the files held at a commit, and what they hold now, both without a tool that builds kustomizations."""

    before: Repository
    after: Repository


def assemble(
    gathered: Gathered,
    config: Config,
    *,
    progress: Progress | None,
    before: FilesBefore | None = None,
    known: KnownFiles = NOTHING,
    beyond: Beside = NOTHING_BESIDE,
    reuse: bool = True,
) -> Repository:
    """What the files hold; with `before`, the repository has two versions. Without `reuse` none waits to be decoded."""
    files: list[SourceFile] = []
    with stage("decode"):
        for file in decoded(gathered.files, waits(config) if reuse else None, known.of):
            files.append(file)
            if progress:
                progress("decoding", len(files), len(gathered.files))
        beside, definitions = (list(decoded(raws)) for raws in (gathered.context, gathered.crds))
    with stage("objects"):
        repository = _assembled(files, beside, definitions, config, known, gathered.beside, reuse)
    if before is None:
        return repository
    plain = config._replace(render=False)
    now = (
        _assembled(files, beside, definitions, plain, beyond=gathered.beside, reuse=reuse)
        if config.render
        else repository
    )
    then = before(files)
    return repository._replace(
        versions=Versions(_assembled(then, beside, definitions, plain, known.of_same(files, then), reuse=reuse), now)
    )


def waits(config: Config) -> MayWait | None:
    """Which documents may wait to be decoded; a rule of somebody else's may speak of any object."""
    return None if any(rule.pack for rule in config.all_rules()) else may_wait


def _assembled(
    files: Sequence[SourceFile],
    beside: Sequence[SourceFile],
    definitions: Sequence[SourceFile],
    config: Config,
    known: KnownFiles = NOTHING,
    beyond: Beside = NOTHING_BESIDE,
    reuse: bool = True,
) -> Repository:
    """The repository that some files make. Without `reuse`, documents that would wait are decoded already."""
    others = [*(file for file in files if file.file not in known.facts), *beside, *definitions]
    before = known.woken
    idle = {one: kind for file in others for one in file.documents if (kind := one.waiting or before.get(one, ""))}
    if not reuse and (rest := waits(config)):
        idle = {one: kind for file in files for one in file.documents if (kind := _would_wait(one, rest))}
    custom = _defined(others, idle)
    asleep = dict(idle)
    if idle:
        decided = [one for file in files for one in file.documents if one not in idle]
        called = [*woken(idle, decided, {kind for _, kind in custom})]
        for document in called:
            if document.waiting:  # else an earlier snapshot has decoded it
                document.decode()
            del idle[document]
        if called:
            custom = _defined(others, idle)
    documents, resources, irrelevant, failed, built = _relevant(
        files, config, custom, linted=True, known=known, idle=idle
    )
    context = _relevant(beside, config, custom, linted=False)
    defining = _relevant(definitions, config, custom, linted=False)
    planned = plan(
        files, resources, config.default_namespace, render=config.render, known=beyond, before=known.deployments
    )
    broken = _broken(planned.problems, idle)
    documents += broken
    counts = Counts(
        files=len(files),
        documents=sum(len(file.documents) for file in files),
        objects=len(resources),
        irrelevant=irrelevant - len(broken),
        kinds=tuple(KindCount(*row) for row in sorted(Counter(one.kind.name for one in resources).items())),
    )
    deployments = planned.deployments
    skipped = {left for file in files for left in file.skipped} | {left for one in deployments for left in one.left_out}
    skipped |= {
        *planned.charts,
        *(left for file in others for one in file.documents if not one.waiting for left in embedded(one)),
    }
    crashes = [
        Crash("reading", "", "", document, None, document.problem.reason, document.problem.trace)
        for document in documents
        if not document.waiting and document.problem and document.problem.trace
    ]
    commented = tuple(one for file in files for one in _commented(file, known))
    around = (*context.resources, *filter(is_definition, defining.resources))
    return Repository(
        tuple(documents),
        (*resources, *around),
        tuple(sorted(skipped)),
        counts,
        deployments,
        around,
        planned.problems,
        commented,
        crashes=(*crashes, *failed, *context.crashes, *defining.crashes, *planned.crashes),
        files=tuple(files),
        facts=known.facts,
        built=built,
        custom=custom,
        woken={one: kind for one, kind in asleep.items() if not one.waiting},
        effort=planned.effort,
        uses=planned.uses,
        failed=planned.failed,
    )


def _would_wait(document: Document, may_wait: MayWait) -> str:
    """The kind of a decoded document's object, where the document would wait in other runs."""
    kind = may_wait(document.text)
    return kind if kind and (document.problem or text(document.data, "kind") == kind) else ""


def _broken(problems: Iterable[BuildProblem], idle: Container[Document]) -> list[Document]:
    """The documents that nobody would look at, and that can't be read where a kustomization does."""
    found = {
        problem.at.document: None
        for problem in problems
        if problem.code is BuildCode.KEY_TWICE
        or (problem.code is BuildCode.OBJECT_INVALID and problem.at.document.problem)
    }
    return [document for document in found if document in idle]


def _defined(files: Sequence[SourceFile], idle: Container[Document]) -> Defined:
    """The kinds that some files define, but for documents that are idle."""
    may_define = (
        one
        for file in files
        for one in file.documents
        if not one.waiting and one not in idle and ("Definition" in one.text or "\\" in one.text)
    )
    return defined(held for document in may_define for held in _held(document))


def _held(document: Document) -> Iterator[tuple[Path, dict[str, Any]]]:
    with suppress(Exception):  # what builds the objects says where that fails
        yield from objects(document.data)


def _commented(file: SourceFile, known: KnownFiles) -> Iterable[Document]:
    """The documents of a file in which vmlint is named. None of those waits, but where somebody else has decoded it."""
    if file.remarks or file.file in known.facts:
        return (one for one in (*file.documents, *file.remarks) if "vmlint" in one.text)
    return [one for one in file.documents if not one.waiting and "vmlint" in one.text]


class _Relevant(Record):
    """The documents that rules look at, the objects in them, how many documents are of no interest, the crashes, and
    the objects by their files."""

    documents: list[Document]
    resources: list[Resource]
    irrelevant: int
    crashes: list[Crash]
    built: dict[str, Built]


def _relevant(
    files: Sequence[SourceFile],
    config: Config,
    custom: Defined,
    *,
    linted: bool,
    known: KnownFiles = NOTHING,
    idle: Collection[Document] = (),
) -> _Relevant:
    documents: list[Document] = []
    resources: list[Resource] = []
    crashes: list[Crash] = []
    irrelevant = 0
    built: dict[str, Built] = {}
    before = known.built if known.custom == custom else {}
    for file in files:
        if (objects_there := known.objects_of(file)) is not None:
            documents += file.documents
            resources += objects_there
            continue
        waiting = sum([document in idle for document in file.documents]) if idle else 0
        one = before.get(file.file)
        if one is None or one.file is not file or one.waiting != waiting:
            one = _built(file, waiting, config, custom, crashes, linted=linted, idle=idle)
        if not crashes or crashes[-1].document.file != file.file:
            built[file.file] = one
        documents += one.documents
        resources += one.resources
        irrelevant += one.irrelevant
    return _Relevant(documents, resources, irrelevant, crashes, built)


def _built(
    file: SourceFile,
    waiting: int,
    config: Config,
    custom: Defined,
    crashes: list[Crash],
    *,
    linted: bool,
    idle: Container[Document],
) -> Built:
    """The objects of a file; where vmlint fails is added to the crashes."""
    if waiting == len(file.documents):
        return Built(file, waiting, (), (), waiting)
    documents: list[Document] = []
    resources: list[Resource] = []
    irrelevant = 0
    for document in file.documents:
        if document in idle:
            irrelevant += 1
            continue
        try:
            held, own = _objects(document, config, custom, linted=linted)
        except MemoryError:
            raise
        except Exception as error:
            documents.append(document)
            crashes.append(crash(error, "reading the objects", document))
            continue
        unreadable = document.problem is not None and not document.stray
        if held or unreadable or any(untyped_objects(document.data)):
            documents.append(document)
        if not own and not unreadable:
            irrelevant += 1
        resources += own
    return Built(file, waiting, documents, resources, irrelevant)


def _objects(document: Document, config: Config, custom: Defined, *, linted: bool) -> tuple[int, list[Resource]]:
    """How many objects a document holds, and those of interest."""
    held = list(objects(document.data))
    default = config.default_namespace
    made = (resource(document, at, data, default_namespace=default, custom=custom, linted=linted) for at, data in held)
    own = [one for one in made if one is not None]
    for one in own:
        one.once(makes)  # where it fails, it takes no other object with it
    return len(held), own
