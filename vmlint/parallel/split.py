"""One run by several processes: each decodes a share of the files, and looks at the objects that stand in it.

What the others' files hold, a process knows from facts, and decodes when it comes to matter. A worker tells what it
finds in its objects, with files and lines. Objects that miss something come last: what is to be said of them depends on
what all VMs look for in vain, which the processes tell each other before.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from vmlint.engine.analysis import rules_of, subject_check, subjects_in
from vmlint.engine.files import KnownFiles
from vmlint.engine.repository import waits
from vmlint.engine.reuse import NO_FINDING, Judged, Reuse
from vmlint.engine.silent import Ends, is_complete
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.subjects import Subject
from vmlint.engine.summaries import Facts, facts_of, packed, unpacked
from vmlint.engine.workspace import Workspace
from vmlint.graph.build import objects, resource
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.parallel.codec import Codec
from vmlint.parallel.team import Team, Worker
from vmlint.rule import Change, Rule
from vmlint.runtime.profiling import stage
from vmlint.source.document import Document, SourceFile
from vmlint.source.read import Raw, decoded
from vmlint.world.names import MOST_COMPARED

__all__ = ["Workers", "shared"]

_BLOCKS = 8
"""Of how many blocks the files of a process consist. Files that stand together are often alike, and go to one; files
that cost much often stand together too."""
_PART = 128
"""How many subjects a worker looks at before it tells."""


class Workers(Reuse):
    """Other processes that look at a part of the subjects, as the process that asks sees them."""

    is_shared = True

    def __init__(self, team: Team, others: frozenset[str], files: KnownFiles) -> None:
        self._team = team
        self._others = others
        self._codec: Codec | None = None
        self._compared: dict[int, int] = {}
        """How much each worker has compared to find names that may be meant."""
        self.files = files

    def is_own(self, subject: Subject) -> bool:
        return _file(subject) not in self._others

    def results(
        self, snapshot: Snapshot, rules: Sequence[Rule], *, wait: bool
    ) -> Iterator[tuple[int, Mapping[int, tuple[Judged, Ends]]]]:
        codec = self._codec = self._codec or Codec(snapshot, rules)
        for number, compared, count, silent, judged in self._team.heard(wait=wait):
            self._compared[number] = compared
            results = {index: (NO_FINDING, where) for index, where in silent.items()}
            with suppress(Exception):  # what can't be read is looked at here
                results |= {index: codec.unpacked(data) for index, data in judged.items()}
            yield count, results

    def share_missing(self, snapshot: Snapshot) -> None:
        _share_missing(snapshot, lambda vm: _file(vm) not in self._others, self._team.trade)

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether all processes together have compared so few names that the order of these does not matter."""
        return snapshot.world.cluster.compared + sum(self._compared.values()) <= MOST_COMPARED


@contextmanager
def shared(workspace: Workspace, size: int, method: str) -> Iterator[Reuse]:
    """The workers of a run by so many processes, which start in that way."""
    files = workspace.files.files
    shares = _shares(files, size)
    team = Team(size - 1, partial(_work, shares=shares, workspace=_without_hooks(workspace, method)), method)
    if not team.numbers:
        team.close()
        yield Reuse()
        return
    try:
        with stage("decode"):
            own = _decoded(shares[0], workspace)
            traded = team.trade(_packed(own.facts))
        others = [shares[number] for number, facts in enumerate(traded) if number and facts is not None]
        yield Workers(team, frozenset(raw.name for share in others for raw in share), _joined(own, traded))
    finally:
        team.close()


def _without_hooks(workspace: Workspace, method: str) -> Workspace:
    """The files and settings as a worker needs them: nobody asks it how far it is."""
    request = workspace.request._replace(progress=None, stdin=None)
    settings = workspace.settings
    if method == "spawn" and not any(rule.pack for rule in settings.all_rules()):  # it finds vmlint's own by itself
        settings = settings.without_known_rules()
        request = request._replace(config=None)
    return Workspace(request, settings, workspace.paths, workspace.files, workspace.unread)


def _shares(files: Sequence[Raw], size: int) -> list[list[Raw]]:
    """The files of each process, in blocks that are dealt out in turn."""
    length = -(-len(files) // (size * _BLOCKS)) or 1
    blocks = [files[start : start + length] for start in range(0, len(files), length)]
    return [[raw for block in blocks[number::size] for raw in block] for number in range(size)]


def _decoded(share: Sequence[Raw], workspace: Workspace) -> KnownFiles:
    """The files of a share with their documents, and the facts of those that have any."""
    default = workspace.settings.default_namespace

    objects_of: dict[str, list[Resource]] = {}

    def objects_in(document: Document) -> Sequence[Resource]:
        made = (resource(document, path, data, default_namespace=default) for path, data in objects(document.data))
        found = [one for one in made if one is not None]
        objects_of.setdefault(document.file, []).extend(found)
        return found

    files: dict[str, SourceFile] = {}
    facts: dict[str, Facts] = {}
    for file in decoded(share, waits(workspace.settings)):
        if not file.aliased:  # how much aliases may add depends on all files
            files[file.file] = file
        with suppress(Exception):  # who builds its objects again says where that fails
            if known := facts_of(file, objects_in):
                facts[file.file] = known
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


def _work(worker: Worker, shares: Sequence[Sequence[Raw]], workspace: Workspace) -> None:
    """What a worker does."""
    gc.disable()  # as in the process that asked
    share = shares[worker.number]
    own = _decoded(share, workspace)
    snapshot = workspace.snapshot(Reuse(_joined(own, worker.trade(_packed(own.facts)))))
    subjects = subjects_in(snapshot)
    check, worlds = subject_check(snapshot, subjects), snapshot.worlds
    codec = Codec(snapshot, rules_of(snapshot.settings, about_changes=False))
    files = {raw.name for raw in share}
    mine = [index for index, (_, subject) in enumerate(subjects) if _file(subject) in files]
    mine.sort(key=lambda index: isinstance(subjects[index][1], Document))  # which seldom have findings

    def told(indexes: Sequence[int], *, early: bool) -> list[int]:
        """Judge subjects and tell of them, but for those that depend on what is missing, where it is too early."""
        later: list[int] = []
        for start in range(0, len(indexes), _PART):
            part = indexes[start : start + _PART]
            silent: dict[int, Ends] = {}
            judged: dict[int, bytes] = {}
            late = len(later)
            for index in part:
                number, subject = subjects[index]
                if early and not is_complete(subject, worlds[number]):
                    later.append(index)
                    continue
                found = check(index)
                if worlds[number].vms.was_asked():
                    later.append(index)
                elif found is not None and found[0] == NO_FINDING:
                    silent[index] = found[1]
                elif found is not None and (data := codec.packed(found)) is not None:
                    judged[index] = data
            done = len(part) - (len(later) - late)
            worker.tell((worker.number, snapshot.world.cluster.compared, done, silent, judged))
        return later

    for world in worlds:
        world.vms.wait_for_missing()
    later = told(mine, early=True)
    _share_missing(snapshot, lambda vm: _file(vm) in files, worker.trade)
    told(later, early=False)


def _share_missing(
    snapshot: Snapshot, is_own: Callable[[VirtualMachine], bool], trade: Callable[[object], Sequence[Any]]
) -> None:
    """Have the worlds know what the inferences of all VMs look for in vain, of which each process has found a part.

    Where one has failed to, or has ended, each finds out by itself.
    """
    own = None
    with suppress(Exception):
        own = [[tuple(ref) for ref in world.vms.missed_by(is_own)] for world in snapshot.worlds]
    traded = trade(own)
    for number, world in enumerate(snapshot.worlds):
        world.vms.know_missing(None if None in traded else (Ref(*ref) for found in traded for ref in found[number]))
