"""Fixes findings in the files: plans the edits, and checks the files with them before anything is written.

The edits of a round are made together and the repository is checked again, as if they were in the files: what that
uncovers is fixed in the next round. An edit that brings a graver fault than it fixes is taken back. When nothing more
can be fixed, the edits that were taken back or did not fit are tried again in the files as they are then, so that a
second run finds nothing to do.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from vmlint.findings.finding import FileFix, Finding, Report
from vmlint.fix.rewriting import Rewrite, unwritable
from vmlint.record import Record
from vmlint.rule import Fix
from vmlint.source.decode import decode
from vmlint.source.discover import path_of
from vmlint.source.draft import EditGroup, edited_in_groups
from vmlint.source.nodes import Unfit
from vmlint.source.rewrite import plain_text, rewritten

__all__ = ["Fixing", "Judge", "Unfixed", "fix"]

Judge = Callable[[Mapping[str, bytes]], Report]
"""The report of the files where some have other contents than on disk."""

_ROUNDS = 20
"""How often what a round uncovers is fixed in its turn. Each round fixes something, so a repository ends sooner."""

_SUSPECTS = 8
"""How many edits are tried by themselves where one of them brings a graver fault."""

_Key = tuple[str, str, str, str]
_Fixable = tuple[Finding, FileFix]


class Unfixed(Record):
    """A finding that is not fixed though its rule has edits, and why, as a clause."""

    finding: Finding
    reason: str


class Fixing(Record):
    """What would be written, which findings that fixes, which it does not, and the report after it."""

    rewrites: tuple[Rewrite, ...]
    fixed: tuple[Finding, ...]
    unfixed: tuple[Unfixed, ...]
    report: Report


def fix(judge: Judge, *, unsafe: bool = False) -> Fixing:
    """Plans to fix all that can be fixed in the files that are linted; nothing is written.

    `unsafe` makes the edits that are guesses too.
    """
    work = _Work(unsafe)
    report = judge({})
    for _ in range(_ROUNDS):
        before = len(work.fixed)
        work.unfixed.clear()
        report = _as_far_as_possible(work, judge, report)
        if len(work.fixed) == before:
            break
    still = {_key(finding) for finding in report.findings}
    unfixed = tuple(entry for key, entry in work.unfixed.items() if key in still)
    return Fixing(work.rewrites(), tuple(work.fixed), unfixed, report)


def _as_far_as_possible(work: _Work, judge: Judge, report: Report) -> Report:
    """Round by round, what can be fixed in files of which there is a report; the report of what comes out."""
    for _ in range(_ROUNDS):
        plan = work.plan(report.findings)
        while plan.fixed:
            after = judge({**work.contents, **plan.contents})
            worse = _worse(report.findings, after.findings, plan.fixed)
            if not worse:
                break
            work.give_up(_guilty(worse, work, judge, report))
            plan = work.plan(report.findings)
        if not plan.fixed:
            break
        work.take(plan)
        report = after
    return report


def _guilty(worse: Sequence[Unfixed], work: _Work, judge: Judge, report: Report) -> Sequence[Unfixed]:
    """Of several edits that may have brought a graver fault, those that do so by themselves; all where none does."""
    if not 1 < len(worse) <= _SUSPECTS:
        return worse
    guilty = []
    for suspect in worse:
        alone = work.plan([suspect.finding])
        after = judge({**work.contents, **alone.contents})
        guilty += _worse(report.findings, after.findings, alone.fixed)
    return guilty or worse


class _Plan(Record):
    """The edits of a round: new contents of files, and the findings that they fix."""

    contents: dict[str, bytes]
    fixed: list[Finding]


class _Work:
    def __init__(self, unsafe: bool) -> None:
        self.contents: dict[str, bytes] = {}
        self.fixed: list[Finding] = []
        self.unfixed: dict[_Key, Unfixed] = {}
        self._old: dict[str, bytes] = {}
        self._unsafe = unsafe

    def give_up(self, unfixed: Iterable[Unfixed]) -> None:
        self.unfixed |= {_key(entry.finding): entry for entry in unfixed}

    def take(self, plan: _Plan) -> None:
        self.contents |= plan.contents
        self.fixed += plan.fixed

    def rewrites(self) -> tuple[Rewrite, ...]:
        return tuple(Rewrite(file, self._old[file], self.contents[file]) for file in sorted(self.contents))

    def plan(self, findings: Iterable[Finding]) -> _Plan:
        """The edits that can be made now; the others are given up, unless an edit of the same round is in their way."""
        by_file: dict[str, list[_Fixable]] = defaultdict(list)
        for finding in findings:
            file_fix = finding.file_fix
            if file_fix is None or (file_fix.how is Fix.UNSAFE and not self._unsafe) or _key(finding) in self.unfixed:
                continue
            if file_fix.obstacle:
                self.give_up([Unfixed(finding, file_fix.obstacle)])
            else:
                by_file[file_fix.file].append((finding, file_fix))
        plan = _Plan({}, [])
        for file, fixable in by_file.items():
            if reason := unwritable(file):
                self.give_up(Unfixed(finding, reason) for finding, _ in fixable)
            else:
                self._plan_file(file, fixable, plan)
        return plan

    def _plan_file(self, file: str, fixable: Sequence[_Fixable], plan: _Plan) -> None:
        data = self._content(file)
        documents = decode(data, file).documents
        by_document: dict[int, list[_Fixable]] = defaultdict(list)
        for finding, file_fix in fixable:
            by_document[file_fix.document].append((finding, file_fix))
        texts: dict[int, str] = {}
        fixed: set[int] = set()
        for index, group in by_document.items():
            document = documents[index]
            edits = [EditGroup(file_fix.edits, file_fix.how is Fix.SAFE) for _, file_fix in group]
            text, refusals = edited_in_groups(plain_text(document), edits, json=document.json)
            for (finding, _), refusal in zip(group, refusals, strict=True):
                if not refusal:
                    texts[index] = text
                    fixed.add(id(finding))
                elif index not in texts:
                    self.give_up([Unfixed(finding, refusal)])
        done = [finding for finding, _ in fixable if id(finding) in fixed]
        if not done:
            return
        try:
            plan.contents[file] = rewritten(data, file, texts)
            plan.fixed.extend(done)
        except Unfit as reason:
            self.give_up(Unfixed(finding, str(reason)) for finding in done)

    def _content(self, file: str) -> bytes:
        if file not in self._old:
            self._old[file] = Path(path_of(file)).read_bytes()
        return self.contents.get(file, self._old[file])


def _key(finding: Finding) -> _Key:
    return finding.rule, finding.file, str(finding.resource or ""), finding.field


def _worse(before: Iterable[Finding], after: Iterable[Finding], done: Sequence[Finding]) -> list[Unfixed]:
    """The fixed findings whose edits may have brought a graver one, each once, in the order of what they brought."""
    had = Counter(map(_key, before))
    near = _Near(done)
    blamed: dict[int, Unfixed] = {}
    for new in after:
        key = _key(new)
        had[key] -= 1
        if had[key] >= 0:
            continue
        reason = f"it would cause {new.slug} in {new.resource or new.file}: {new.message.rstrip('.')}"
        for finding in near.suspects(new):
            blamed.setdefault(id(finding), Unfixed(finding, reason))
    return list(blamed.values())


class _Near:
    """Fixed findings by what their edits change, so that a new finding is not compared with each of them."""

    def __init__(self, done: Sequence[Finding]) -> None:
        self._done = done
        self._by_object: dict[object, list[Finding]] = defaultdict(list)
        self._by_file: dict[str, list[Finding]] = defaultdict(list)
        self._without_object: dict[str, list[Finding]] = defaultdict(list)
        self._suspected: set[int] = set()
        for finding in done:
            file = finding.file_fix.file if finding.file_fix else ""
            self._by_file[file].append(finding)
            if finding.resource is None:
                self._without_object[file].append(finding)
            else:
                self._by_object[finding.resource[1:]].append(finding)

    def suspects(self, new: Finding) -> list[Finding]:
        """The fixed findings that may have brought a new one: those lighter than it, about what it is about, else
        anywhere. Those anywhere are returned once for each weight, as all of them are to blame from then on."""
        if new.resource is None:
            near = self._by_file[new.file]
        else:
            near = [*self._by_object[new.resource[1:]], *self._without_object[new.file]]
        if near:
            return [finding for finding in near if finding.level.weight < new.level.weight]
        if new.level.weight in self._suspected:
            return []
        self._suspected.add(new.level.weight)
        return [finding for finding in self._done if finding.level.weight < new.level.weight]
