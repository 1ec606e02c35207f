"""The files of a run: their bytes, and what is known of some before they are decoded."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from vmlint.config.config import Config
from vmlint.engine.request import RunRequest
from vmlint.engine.summaries import Facts, kinds_of, resource_of
from vmlint.gitops.closure import Naming, closed, file_of, root_of
from vmlint.gitops.deployment import BuiltBefore
from vmlint.gitops.tree import NOTHING_BESIDE, Beside
from vmlint.model.kinds import Kind
from vmlint.model.resource import Resource
from vmlint.record import Record
from vmlint.source.discover import Found, discover
from vmlint.source.document import Document, Skipped, SourceFile
from vmlint.source.ignore import Excluded
from vmlint.source.read import Raw, read_raw

__all__ = ["NOTHING", "Built", "Gathered", "KnownFiles", "gather", "whole"]


class Built(Record):
    """The objects of a file as they were built before.

    `documents` are those of the file that rules look at, `irrelevant` is how many of its objects are of no interest,
    and `waiting` how many of its documents were not decoded.
    """

    file: SourceFile
    waiting: int
    documents: Sequence[Document]
    resources: Sequence[Resource]
    irrelevant: int


class KnownFiles(Record):
    """What is known of linted files before they are decoded, by their names: facts, and of some the documents.

    `built` are the objects of files in the snapshot before this one, made with the `custom` kinds. `woken` are the
    documents that were decoded there because others name objects of these kinds. `deployments` are the kustomizations,
    by their folders, that were built before of files that have not changed.
    """

    facts: Mapping[str, Facts]
    files: Mapping[str, SourceFile] = {}
    built: Mapping[str, Built] = {}
    custom: Mapping[tuple[str, str], Kind] = {}
    woken: Mapping[Document, str] = {}
    deployments: Mapping[str, BuiltBefore] = {}

    def of(self, name: str) -> SourceFile | Mapping[int, str] | None:
        """What `decoded` needs to know of a file."""
        facts = self.facts.get(name)
        return self.files.get(name) or (kinds_of(facts) if facts is not None else None)

    def of_same(self, files: Iterable[SourceFile], others: Iterable[SourceFile]) -> KnownFiles:
        """What is known of those of some files that are among others too, with objects of their own."""
        there = {id(file) for file in others}
        same = (file.file for file in files if id(file) in there)
        return KnownFiles({name: self.facts[name] for name in same if name in self.facts})

    def objects_of(self, file: SourceFile) -> Sequence[Resource] | None:
        """The objects of a file, None where nothing is known of it."""
        if (facts := self.facts.get(file.file)) is None:
            return None
        return [resource_of(document, fact) for document, fact in zip(file.documents, facts, strict=True)]


NOTHING = KnownFiles({})


class Gathered(Record):
    """The files of a run as they were read: those that are linted, those of the context, those with definitions.

    `beside` is what is known of other paths that kustomizations name, `naming` which paths each file names.
    """

    files: tuple[Raw, ...]
    context: tuple[Raw, ...]
    crds: tuple[Raw, ...]
    beside: Beside = NOTHING_BESIDE
    naming: Mapping[str, Naming] = {}


def gather(found: Iterable[Found | Skipped], config: Config, request: RunRequest) -> Gathered:
    """The bytes of the files that were found under the paths, of those that the configuration names beside them, and of
    those that kustomizations name inside the repository."""
    found = list(found)
    context = _beside(config.context, config, request)
    named_beside = {raw.name for raw in context}
    files: list[Raw] = []
    for raw in read_raw(found, max_bytes=config.max_file_size, stdin=request.stdin, overlay=request.overlay):
        if raw.name not in named_beside:
            files.append(raw)
        if request.progress:
            request.progress("reading", len(files), 0)
    named = [one.name for one in found if isinstance(one, Found) and one.named and one.path]
    return whole(Gathered(tuple(files), context, _beside(config.crds, config, request)), config, request, named=named)


def whole(
    gathered: Gathered, config: Config, request: RunRequest, *, named: Sequence[str] = (), gone: Sequence[str] = ()
) -> Gathered:
    """The files together with those that their kustomizations name inside the repository.

    `named` are files that were named one by one, `gone` are files that count as deleted.
    """
    paths = request.paths or config.paths or ["."]
    root = root_of(paths, posixpath.dirname(config.file) or "." if config.file else "")
    read = partial(file_of, max_bytes=config.max_file_size, overlay=request.overlay, gone=gone)
    excluded = Excluded(config.exclude, config.root)
    made = closed(gathered.files, root, read, named=named, excluded=excluded, before=gathered.naming)
    return gathered._replace(files=made.files, beside=made.beside, naming=made.naming)


def _beside(paths: Sequence[str], config: Config, request: RunRequest) -> tuple[Raw, ...]:
    if not paths:
        return ()
    return tuple(read_raw(discover(paths), max_bytes=config.max_file_size, overlay=request.overlay))
