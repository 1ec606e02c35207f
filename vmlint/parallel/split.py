"""One run by several processes: the process that asks hands out the subjects in portions, and judges some itself.

A copied process has all that was decoded and built before it started. One that is spawned reads the files for itself:
it asks for work when it has built the same worlds. A worker tells what it finds, with files and lines.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from vmlint.engine.analysis import rules_of, subject_check, subjects_in
from vmlint.engine.reuse import NO_FINDING, Judged, Reuse
from vmlint.engine.silent import Ends
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.subjects import NumberedSubject
from vmlint.engine.workspace import Workspace
from vmlint.parallel.codec import Codec
from vmlint.parallel.team import Team, Worker
from vmlint.rule import Change
from vmlint.world.names import MOST_COMPARED

__all__ = ["Workers", "shared"]

_PORTION = 64
"""How many subjects a process takes at a time. Files that stand together are often alike: they had better go to one."""
_AHEAD = 2
"""How many portions a worker has at a time, so that it has another while its message waits to be heard."""


class Workers(Reuse):
    """Other processes that judge a part of the subjects, as the process that asks sees them.

    They take them from the end of the list. Of changes, and of what is new in objects that change, spawned ones know
    nothing.
    """

    def __init__(self, team: Team) -> None:
        self._team = team
        self._start = self._end = 0
        self._open: Counter[int] = Counter()
        """How many portions each worker has."""
        self._compared: dict[int, int] = {}
        """How much each worker has compared to find names that may be meant."""

    def portions(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Iterator[Sequence[int]]:
        self._codec = Codec(snapshot, rules_of(snapshot.settings, about_changes=False))
        self._end = sum(not isinstance(subject, Change) for _, subject in subjects)
        changes = range(self._end, len(subjects))
        self._team.start(partial(_judge, snapshot=snapshot, subjects=subjects))
        while self._start < self._end:
            portion = range(self._start, min(self._start + _PORTION, self._end))
            self._start = portion.stop
            yield portion
        yield changes

    def results(self, *, wait: bool) -> Iterator[tuple[int, Mapping[int, tuple[Judged, Ends]]]]:
        while messages := self._team.heard(wait=wait and any(self._open[number] for number in self._team.numbers)):
            for number, (compared, count, silent, judged) in messages:
                self._compared[number] = compared
                self._hand_out(number, done=bool(count))
                results = {index: (NO_FINDING, where) for index, where in silent.items()}
                with suppress(Exception):  # what can't be read is judged here
                    results |= {index: self._codec.unpacked(data) for index, data in judged.items()}
                yield count, results

    def _hand_out(self, number: int, *, done: bool) -> None:
        """Give a worker further portions, if there are any."""
        self._open[number] -= done
        while self._open[number] < _AHEAD and self._start < self._end:
            portion = range(max(self._end - _PORTION, self._start), self._end)
            self._end = portion.start
            self._open[number] += 1
            self._team.give(number, (portion.start, portion.stop))

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether all processes together have compared so few names that the order of these does not matter."""
        return snapshot.world.cluster.compared + sum(self._compared.values()) <= MOST_COMPARED


@contextmanager
def shared(workspace: Workspace, size: int, method: str) -> Iterator[Reuse]:
    """The workers of a run by so many processes, which start in that way."""
    team = Team(size - 1, method)
    try:
        if method == "spawn":
            team.start(partial(_judge_anew, workspace=_without_hooks(workspace)))
        yield Workers(team)
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
    worker.tell((0, 0, {}, {}))
    while portion := worker.taken():
        silent: dict[int, Ends] = {}
        judged: dict[int, bytes] = {}
        for index in range(*portion):
            found = check(index)
            if found is not None and found[0] == NO_FINDING:
                silent[index] = found[1]
            elif found is not None and (data := codec.packed(found)) is not None:
                judged[index] = data
        worker.tell((snapshot.world.cluster.compared, len(range(*portion)), silent, judged))
