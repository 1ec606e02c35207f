"""Mends findings in the files: plans the edits, and judges the files with them before anything is written.

The edits of a round are made together and the repository is judged anew, as if they stood in the files: what that
uncovers is mended in the next round. An edit that brings a graver fault than it mends is taken back. When nothing more
can be mended, the edits that were taken back or did not fit are tried again in the files as they are then, so that a
second run finds nothing to do.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from vmlint.findings.finding import Finding, Mend, Report
from vmlint.fix.rewriting import Rewrite, unwritable
from vmlint.rule import Fix
from vmlint.source.decode import decode
from vmlint.source.discover import path_of
from vmlint.source.edits import Unfit, edited
from vmlint.source.rewrite import plain_text, rewritten

__all__ = ["Fixing", "Judge", "Left", "fix"]

Judge = Callable[[Mapping[str, bytes]], Report]
"""What the rules say where some files have other contents than on disk."""

_ROUNDS = 20
"""How often what a round uncovers is mended in its turn. Each round mends something, so a repository ends sooner."""

_SUSPECTS = 8
"""How many edits are tried by themselves where one of them brings a graver fault."""

_Key = tuple[str, str, str, str]


class Left(NamedTuple):
    """A finding that is not mended though its rule has edits, and why, as a clause."""

    finding: Finding
    reason: str


class Fixing(NamedTuple):
    """What would be written, which findings that mends, which it leaves, and what the rules say of the rest."""

    rewrites: tuple[Rewrite, ...]
    done: tuple[Finding, ...]
    left: tuple[Left, ...]
    report: Report


def fix(judge: Judge, *, unsafe: bool = False) -> Fixing:
    """Plan to mend all that can be mended in the files that are linted; nothing is written.

    `unsafe` makes the edits that are guesses too.
    """
    work = _Work(unsafe)
    report = judge({})
    for _ in range(_ROUNDS):
        before = len(work.done)
        work.left.clear()
        report = _as_far_as_possible(work, judge, report)
        if len(work.done) == before:
            break
    still = {_key(finding) for finding in report.findings}
    left = tuple(one for key, one in work.left.items() if key in still)
    return Fixing(work.rewrites(), tuple(work.done), left, report)


def _as_far_as_possible(work: _Work, judge: Judge, report: Report) -> Report:
    """Round by round, what can be mended in files of which there is a report; the report of what comes out."""
    for _ in range(_ROUNDS):
        plan = work.plan(report.findings)
        while plan.done:
            after = judge({**work.contents, **plan.contents})
            worse = _worse(report.findings, after.findings, plan.done)
            if not worse:
                break
            work.leave(_guilty(worse, work, judge, report))
            plan = work.plan(report.findings)
        if not plan.done:
            break
        work.take(plan)
        report = after
    return report


def _guilty(worse: Sequence[Left], work: _Work, judge: Judge, report: Report) -> Sequence[Left]:
    """Of several edits that may have brought a graver fault, those that do so by themselves; all where none does."""
    if not 1 < len(worse) <= _SUSPECTS:
        return worse
    guilty = []
    for one in worse:
        alone = work.plan([one.finding])
        after = judge({**work.contents, **alone.contents})
        guilty += _worse(report.findings, after.findings, alone.done)
    return guilty or worse


class _Plan(NamedTuple):
    """The edits of a round: new contents of files, and the findings that they mend."""

    contents: dict[str, bytes]
    done: list[Finding]


class _Work:
    def __init__(self, unsafe: bool) -> None:
        self.contents: dict[str, bytes] = {}
        self.done: list[Finding] = []
        self.left: dict[_Key, Left] = {}
        self._old: dict[str, bytes] = {}
        self._unsafe = unsafe

    def leave(self, left: Iterable[Left]) -> None:
        self.left |= {_key(one.finding): one for one in left}

    def take(self, plan: _Plan) -> None:
        self.contents |= plan.contents
        self.done += plan.done

    def rewrites(self) -> tuple[Rewrite, ...]:
        return tuple(Rewrite(file, self._old[file], self.contents[file]) for file in sorted(self.contents))

    def plan(self, findings: Iterable[Finding]) -> _Plan:
        """The edits that can be made now; what can't be is left, unless an edit of the same round is in its way."""
        by_file: dict[str, list[tuple[Finding, Mend]]] = defaultdict(list)
        for finding in findings:
            mend = finding.mend
            if mend is None or (mend.how is Fix.UNSAFE and not self._unsafe) or _key(finding) in self.left:
                continue
            if mend.obstacle:
                self.leave([Left(finding, mend.obstacle)])
            else:
                by_file[mend.file].append((finding, mend))
        plan = _Plan({}, [])
        for file, wanted in by_file.items():
            if reason := unwritable(file):
                self.leave(Left(finding, reason) for finding, _ in wanted)
            else:
                self._plan_file(file, wanted, plan)
        return plan

    def _plan_file(self, file: str, wanted: Sequence[tuple[Finding, Mend]], plan: _Plan) -> None:
        data = self._content(file)
        documents = decode(data, file).documents
        texts: dict[int, str] = {}
        done: list[Finding] = []
        for finding, mend in wanted:
            document = documents[mend.document]
            before = texts.get(mend.document)
            try:
                texts[mend.document] = edited(
                    before if before is not None else plain_text(document),
                    mend.edits,
                    json=document.json,
                    keep_comments=mend.how is Fix.SAFE,
                )
                done.append(finding)
            except Unfit as reason:
                if before is None:
                    self.leave([Left(finding, str(reason))])
        if not done:
            return
        try:
            plan.contents[file] = rewritten(data, file, texts)
            plan.done.extend(done)
        except Unfit as reason:
            self.leave(Left(finding, str(reason)) for finding in done)

    def _content(self, file: str) -> bytes:
        if file not in self._old:
            self._old[file] = Path(path_of(file)).read_bytes()
        return self.contents.get(file, self._old[file])


def _key(finding: Finding) -> _Key:
    return finding.rule, finding.file, str(finding.resource or ""), finding.field


def _worse(before: Iterable[Finding], after: Iterable[Finding], done: Sequence[Finding]) -> list[Left]:
    """The mended findings whose edits may have brought a graver one, each once."""
    had = Counter(map(_key, before))
    found: dict[int, Left] = {}
    for new in after:
        key = _key(new)
        had[key] -= 1
        if had[key] >= 0:
            continue
        lighter = [one for one in done if one.level.weight < new.level.weight]
        near = [one for one in done if _concerns(one, new)]
        blamed = [one for one in near if one in lighter] if near else lighter
        reason = f"it would cause {new.slug} in {new.resource or new.file}: {new.message.rstrip('.')}"
        found |= {id(one): Left(one, reason) for one in blamed if id(one) not in found}
    return list(found.values())


def _concerns(mended: Finding, new: Finding) -> bool:
    """Whether a new finding is about what an edit changes."""
    if new.resource is not None and mended.resource is not None:
        return new.resource[1:] == mended.resource[1:]
    return mended.mend is not None and mended.mend.file == new.file
