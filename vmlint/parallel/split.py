"""One run by several processes: each decodes a share of the files, and looks at the objects that stand in it.

What the others' files hold, a process knows from facts, and decodes when it comes to matter. Of the objects a worker
tells those of which there is nothing to say; all others are looked at again by the process that asked, so that what it
reports is what it would have found alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from vmlint.engine.analysis import silent_check, subjects_in
from vmlint.engine.files import KnownFiles
from vmlint.engine.repository import waits
from vmlint.engine.reuse import Reuse
from vmlint.engine.silent import Ends
from vmlint.engine.subjects import Subject
from vmlint.engine.summaries import Facts, facts_of, packed, unpacked
from vmlint.engine.workspace import Workspace
from vmlint.graph.build import objects, resource
from vmlint.model.resource import Resource
from vmlint.parallel.team import Team, Worker, available, can_copy
from vmlint.runtime.profiling import stage
from vmlint.source.document import Document, SourceFile
from vmlint.source.read import Raw, decoded
from vmlint.world.change import Change

__all__ = ["Workers", "workers"]

_WORTH = 1024 * 1024
"""How many bytes of manifests for KubeVirt and CDI make a worker worth its start."""
_HINT = b"kubevirt.io/v"
_BLOCKS = 8
"""Of how many blocks the files of a process consist. Files that stand together are often alike, and go to one; files
that cost much often stand together too."""
_PART = 256
"""How many subjects a worker looks at before it tells."""
_TRIED = 2 * _PART
_MOST_LOUD = 0.4
"""A worker that finds more than this share of its first subjects to be spoken of ends: two would do the same work."""


class Workers(Reuse):
    """Other processes that look at a part of the subjects, as the process that asks sees them."""

    is_shared = True

    def __init__(self, team: Team, others: frozenset[str], files: KnownFiles) -> None:
        self._team = team
        self._others = others
        self.files = files

    def is_own(self, subject: Subject) -> bool:
        return _file(subject) not in self._others

    def results(self, *, wait: bool) -> Iterator[tuple[int, Mapping[int, Ends]]]:
        return self._team.heard(wait=wait)


@contextmanager
def workers(workspace: Workspace, jobs: int | None) -> Iterator[Reuse]:
    """The workers of a run, which may be none. `jobs` is how many processes may work, None for as many as are worth
    it."""
    files = workspace.files.files
    size = _worthwhile(files) if jobs is None else min(jobs, available())
    if size < 2 or not can_copy() or workspace.settings.render:
        yield Reuse()
        return
    shares = _shares(files, size)
    team = Team(size - 1, lambda worker: _work(worker, shares[worker.number], workspace))
    try:
        with stage("decode"):
            own = _decoded(shares[0], workspace)
            traded = team.trade(_packed(own.facts))
        others = [shares[number] for number, facts in enumerate(traded) if number and facts is not None]
        yield Workers(team, frozenset(raw.name for share in others for raw in share), _joined(own, traded))
    finally:
        team.close()


def _worthwhile(files: Sequence[Raw]) -> int:
    size = sum(len(raw.data) for raw in files if _HINT in raw.data)
    return max(min(available(), size // _WORTH), 1)


def _shares(files: Sequence[Raw], size: int) -> list[list[Raw]]:
    """The files of each process, in blocks that are dealt out in turn."""
    length = -(-len(files) // (size * _BLOCKS)) or 1
    blocks = [files[start : start + length] for start in range(0, len(files), length)]
    return [[raw for block in blocks[number::size] for raw in block] for number in range(size)]


def _decoded(share: Sequence[Raw], workspace: Workspace) -> KnownFiles:
    """The files of a share that have facts, with their documents."""
    default = workspace.settings.default_namespace

    objects_of: dict[str, list[Resource]] = {}

    def held(document: Document) -> Sequence[Resource]:
        made = (resource(document, path, data, default_namespace=default) for path, data in objects(document.data))
        found = [one for one in made if one is not None]
        objects_of.setdefault(document.file, []).extend(found)
        return found

    files: dict[str, SourceFile] = {}
    facts: dict[str, Facts] = {}
    for file in decoded(share, waits(workspace.settings)):
        with suppress(Exception):  # who builds its objects again says where that fails
            if known := facts_of(file, held):
                files[file.file], facts[file.file] = file, known
    return KnownFiles(facts, files, objects_of)


def _packed(facts: Mapping[str, Facts]) -> dict[str, list[tuple[Any, ...]]]:
    return {file: packed(one) for file, one in facts.items()}


def _joined(own: KnownFiles, traded: Sequence[Mapping[str, list[tuple[Any, ...]]] | None]) -> KnownFiles:
    """What is known of all files."""
    others = {
        file: unpacked(rows) for facts in traded if facts for file, rows in facts.items() if file not in own.facts
    }
    return own._replace(facts={**own.facts, **others})


def _file(subject: Subject) -> str | None:
    """The file of a subject; None of one that is not looked at by the process that has the file."""
    if isinstance(subject, Change):
        return None
    document = subject if isinstance(subject, Document) else getattr(subject, "document", None)
    return document.file if document is not None else None


def _work(worker: Worker, share: Sequence[Raw], workspace: Workspace) -> None:
    """What a worker does."""
    own = _decoded(share, workspace)
    reuse = Reuse(_joined(own, worker.trade(_packed(own.facts))))
    snapshot = workspace.without_comparison().snapshot(reuse)
    subjects = subjects_in(snapshot)
    check = silent_check(snapshot, subjects)
    files = {raw.name for raw in share}
    mine = [index for index, (_, subject) in enumerate(subjects) if _file(subject) in files]
    mine.sort(key=lambda index: isinstance(subjects[index][1], Document))  # which seldom have findings
    done = loud = 0
    for start in range(0, len(mine), _PART):
        part = mine[start : start + _PART]
        found = {index: where for index in part if (where := check(index)) is not None}
        worker.tell((len(part), found))
        done += len(part)
        loud += len(part) - len(found)
        if done >= _TRIED and loud > _MOST_LOUD * done:
            break
