"""One run by several processes: the process that asks hands out the subjects in portions, and judges some itself.

A copied process has all that was decoded and built before it started. One that is spawned reads the files for itself:
it asks for work when it has built the same worlds. A worker tells what it finds, with files and lines.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from vmlint.engine.analysis import rules_of, subject_check, subjects_in
from vmlint.engine.files import NOTHING, KnownFiles
from vmlint.engine.repository import waits
from vmlint.engine.reuse import NO_FINDING, Judged, Reuse
from vmlint.engine.silent import Ends
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.subjects import NumberedSubject
from vmlint.engine.workspace import Workspace
from vmlint.parallel.codec import Codec
from vmlint.parallel.decoding import decoded_together
from vmlint.parallel.portions import Portions, portions_of
from vmlint.parallel.team import Team, Worker
from vmlint.rule import Change
from vmlint.runtime.profiling import stage
from vmlint.world.names import MOST_COMPARED

__all__ = ["Workers", "shared"]

_PORTION = 64
"""How many subjects a process takes at a time."""


class Workers(Reuse):
    """Other processes that judge a part of the subjects, as the process that asks sees them.

    Of changes, and of what is new in objects that change, spawned ones know nothing.
    """

    def __init__(self, team: Team, files: KnownFiles = NOTHING) -> None:
        super().__init__(files)
        self._team = team
        self._compared: dict[int, int] = {}
        """How much each worker has compared to find names that may be meant."""

    def portions(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Iterator[Sequence[int]]:
        self._codec = Codec(snapshot, rules_of(snapshot.settings, about_changes=False))
        changes = [index for index, (_, subject) in enumerate(subjects) if isinstance(subject, Change)]
        self._portions = Portions(self._team, len(subjects) - len(changes), _PORTION)  # changes come last
        self._portions.start(partial(_judge, snapshot=snapshot, subjects=subjects))
        yield from self._portions.own()
        yield changes

    def results(self, *, wait: bool) -> Iterator[tuple[int, Mapping[int, tuple[Judged, Ends]]]]:
        for number, (compared, count, silent, judged) in self._portions.told(wait=wait):
            self._compared[number] = compared
            results = {index: (NO_FINDING, where) for index, where in silent.items()}
            with suppress(Exception):  # what can't be read is judged here
                results |= {index: self._codec.unpacked(data) for index, data in judged.items()}
            yield count, results

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether all processes together have compared so few names that the order of these does not matter."""
        return snapshot.world.cluster.compared + sum(self._compared.values()) <= MOST_COMPARED


@contextmanager
def shared(workspace: Workspace, size: int, method: str) -> Iterator[Reuse]:
    """The workers of a run by so many processes, which start in that way."""
    with _team(size, method) as team:
        files = NOTHING
        if method == "spawn":
            team.start(partial(_judge_anew, workspace=_without_hooks(workspace)))
        else:
            with stage("decode"), _team(size, method) as decoders:
                raws, may_wait = workspace.files.files, waits(workspace.settings)
                files = KnownFiles({}, files=decoded_together(raws, may_wait, decoders))
        yield Workers(team, files)


@contextmanager
def _team(size: int, method: str) -> Iterator[Team]:
    team = Team(size - 1, method)
    try:
        yield team
    finally:
        team.close()


def _without_hooks(workspace: Workspace) -> Workspace:
    """The files and settings as a worker needs them: nobody asks it how far it is."""
    request = workspace.request._replace(progress=None, stdin=None)
    settings = workspace.settings
    if not any(rule.pack for rule in settings.all_rules()):  # it finds vmlint's own by itself
        settings = settings.without_known_rules()
        request = request._replace(config=None)
    return Workspace(request, settings, workspace.paths, workspace.files, workspace.unread)


def _judge_anew(worker: Worker, workspace: Workspace) -> None:
    """What a spawned worker does."""
    gc.disable()  # as in the process that asked
    snapshot = workspace.snapshot()
    _judge(worker, snapshot, subjects_in(snapshot))


def _judge(worker: Worker, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> None:
    """What a worker does: judge portions of the subjects, and tell what it finds, as long as there are any."""
    check = subject_check(snapshot, subjects)
    codec = Codec(snapshot, rules_of(snapshot.settings, about_changes=False))
    for portion in portions_of(worker):
        silent: dict[int, Ends] = {}
        judged: dict[int, bytes] = {}
        for index in portion:
            found = check(index)
            if found is not None and found[0] == NO_FINDING:
                silent[index] = found[1]
            elif found is not None and (data := codec.packed(found)) is not None:
                judged[index] = data
        worker.tell((snapshot.world.cluster.compared, len(portion), silent, judged))
