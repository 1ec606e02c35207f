"""A large repository, checked by several tasks: each looks at the objects of some deployments.

A part reports the subjects that have no findings and no questions; the task that makes the report checks all others
again. So its report is what one task alone would make.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.audit.judge import configuration
from vmlint.engine.analysis import subject_check, subjects_in
from vmlint.engine.request import RunRequest
from vmlint.engine.reuse import NO_FINDING, Reuse
from vmlint.engine.silent import Ends
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.subjects import NumberedSubject
from vmlint.engine.workspace import snapshot_of

__all__ = ["Parts", "silent_part"]

_BLOCK = 64
"""The subjects of one block, where a repository is one deployment."""

Silent = dict[str, list[list[Any]]]
"""The subjects without findings by their numbers, each with where its references end, as JSON can hold them."""


class Parts(Reuse):
    """What the parts have found."""

    def __init__(self, silent: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        self._silent = silent

    def silent(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Mapping[int, Ends]:
        return {int(number): tuple(map(_end, ends)) for number, ends in self._silent.items()}


def _end(written: Sequence[Any]) -> tuple[str, int, tuple[str | int, ...], str]:
    file, index, path, state = written
    return file, index, tuple(path), state


def silent_part(paths: Sequence[str], settings: Mapping[str, Any], part: int, parts: int) -> Silent:
    """The subjects of one of several parts that have no findings, in the working directory."""
    snapshot = snapshot_of(RunRequest.of(paths, configuration(paths, settings)))
    subjects = subjects_in(snapshot)
    check = subject_check(snapshot, subjects)
    found: Silent = {}
    for index in _of_part(subjects, len(snapshot.worlds), part, parts):
        if (judged := check(index)) is not None and judged[0] == NO_FINDING:
            found[str(index)] = [[file, number, list(path), state] for file, number, path, state in judged[1]]
    return found


def _of_part(subjects: Sequence[NumberedSubject], worlds: int, part: int, parts: int) -> Iterator[int]:
    """The numbers of a part's subjects: those of every so many deployments, or blocks of a single one."""
    for index, (world, _) in enumerate(subjects):
        number = world if worlds >= parts else index // _BLOCK
        if number % parts == part:
            yield index
