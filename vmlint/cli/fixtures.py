"""The fixtures of rules: small repositories under `fixtures/<slug>/`, and whether a run reports what it should.

`bad*` holds the fault, `good*` is silent under all rules, and in `outside*` objects that live outside the repository
matter. What is expected of a bad or outside case is beside it, whole: `fixtures/<slug>/<case>.json`. A case of an
update has two folders: `after` is the repository, and `before` is what it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

from vmlint.api import check
from vmlint.config.config import Config
from vmlint.config.file import find_in, load
from vmlint.errors import VmlintError
from vmlint.record import Record
from vmlint.report import json_
from vmlint.rule import Rule
from vmlint.source.git import Difference

__all__ = ["Verdict", "cases", "expectation", "judged", "run", "unmatched", "written"]

_KINDS = ("bad", "good", "outside")
_CASE = re.compile(rf"({'|'.join(_KINDS)})(-[a-z0-9-]+)?")


def cases(fixtures: Path, *kinds: str) -> list[Path]:
    """The folders of all cases, or of those whose names begin so."""
    named = ((case, _CASE.fullmatch(case.name)) for case in fixtures.glob("*/*/"))
    return sorted(case for case, name in named if name and name[1] in (kinds or _KINDS))


def expectation(case: Path) -> Path:
    """The file with what is expected of a case; there is none of a good one."""
    return case.parent / f"{case.name}.json"


def written(said: Mapping[str, Any]) -> str:
    """An expectation as its file holds it."""
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def run(case: Path, rules: Sequence[Rule]) -> dict[str, Any]:
    """The JSON report of the case, with paths from the case's folder: all its findings, and what was skipped.

    Of an outside case also what is undecided. Of configurations only that of the case itself holds.
    """
    before = (case / "before").absolute()
    with chdir(case / "after" if before.is_dir() else case):
        file = find_in(Path.cwd())
        config = Config(known_rules=tuple(rules)) if file is None else load(file, known_rules=rules)
        changed = _Folders.of(before, Path.cwd()) if before.is_dir() else None
        report = json.loads(json_.render(check((), config, changed=changed)))
    parts = ["findings", "undecided"] if case.name.startswith("outside") else ["findings"]
    return {part: report[part] for part in (*parts, "skipped") if report[part] or part == "findings"}


class _Folders(Difference):
    """A folder compared with another one, which takes the place of a commit."""

    __slots__ = ()

    @classmethod
    def of(cls, before: Path, after: Path) -> _Folders:
        then, now = (_contents(folder) for folder in (before, after))
        changed = frozenset(path for path in {*then, *now} if then.get(path) != now.get(path))
        old = {path: str(before / path) for path in changed if path in then}
        return cls("before", str(after), "before", old, changed, frozenset(now), frozenset())

    def contents(self, paths: Iterable[str], most: int) -> dict[str, bytes]:
        return {path: Path(self.old[path]).read_bytes() for path in paths}


def _contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


class Verdict(Record):
    """What a run reports for a case, None if it fails; and what is wrong with that, nothing if all is well."""

    case: Path
    said: dict[str, Any] | None
    wrong: tuple[str, ...]


def judged(case: Path, rules: Sequence[Rule]) -> Verdict:
    """Whether a case is as it should be: a bad one gives the findings that are expected, all of its own rule; a good
    one gives none; an outside one gives what is expected, and nothing of other rules."""
    try:
        said = run(case, rules)
    except VmlintError as error:
        return Verdict(case, None, tuple(str(error).splitlines()))
    return Verdict(case, said, tuple(_wrong(case, said)))


def _wrong(case: Path, said: dict[str, Any]) -> Iterator[str]:
    if case.name.startswith("good"):
        yield from _differences({}, said)
        return
    slug = case.parent.name
    expected, problem = _expected(expectation(case))
    yield from [problem] if problem else _differences(expected, said)
    for finding in expected.get("findings", ()):
        if finding.get("slug") != slug and finding in said["findings"]:
            yield f"a finding of another rule than `{slug}`: {_finding(finding)}"
    if case.name.startswith("bad") and not said["findings"]:
        yield f"`{slug}` finds nothing"


def _expected(file: Path) -> tuple[dict[str, list[dict[str, Any]]], str]:
    """What is expected of a case; or why it can't be read."""
    try:
        stored = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}, f"the expectation is missing: `--update` writes `{file.name}`; then read it"
    except ValueError:
        stored = None
    parts = [stored.get(part, []) for part in _SHOWN] if isinstance(stored, dict) else [None]
    if all(isinstance(part, list) and all(isinstance(entry, dict) for entry in part) for part in parts):
        return stored, ""
    return {}, f"`{file.name}` can't be read: `--update` writes a new one"


def unmatched(fixtures: Path, rules: Sequence[Rule], *, whole: bool = True) -> list[str]:
    """What there is too little or too much of: rules without cases, cases without a rule, folders that are no case,
    expectations without a case. Unless the rules are the whole of a pack, other rules may have fixtures there too."""
    slugs = sorted(rule.slug for rule in rules)
    found = set(cases(fixtures))
    names = {slug: {case.name for case in found if case.parent.name == slug} for slug in slugs}
    strange = sorted({case.parent.name for case in found} - set(slugs)) if whole else []
    folders = {folder for slug in slugs for folder in (fixtures / slug).glob("*/")}
    files = {file for slug in slugs for file in (fixtures / slug).glob("*.json")}
    expected = {expectation(case) for case in found if not case.name.startswith("good")}
    return [
        *(f"rule `{slug}` has no {kind} case" for slug in slugs for kind in _lacking(names[slug])),
        *(f"`{slug}/` belongs to no rule of the pack" for slug in strange),
        *(
            f"`{_below(fixtures, folder)}/` is not a case: name it `bad`, `good` or `outside`, or `bad-…`"
            for folder in sorted(folders - found)
        ),
        *(f"`{_below(fixtures, file)}` does not belong to any case" for file in sorted(files - expected)),
    ]


def _below(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _lacking(names: Collection[str]) -> Iterator[str]:
    for kind in ("bad", "good"):
        if not any(name.startswith(kind) for name in names):
            yield kind


# What differs


def _differences(expected: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    """Everything in which two reports differ, a line each; what is at one place is compared key by key."""
    for part, shown in _SHOWN.items():
        left = list(expected.get(part, ()))
        kind = "" if part == "findings" else f"{part} "
        for one in said.get(part, ()):
            if one in left:
                left.remove(one)
            elif other := next((other for other in left if _place(other) == _place(one)), None):
                left.remove(other)
                for key in sorted({*one, *other}, key=[*one, *other].index):
                    if one.get(key) != other.get(key):
                        yield f"{shown(one)}\n{key} expected: {_value(other, key)}\n{key} found: {_value(one, key)}"
            else:
                yield f"{kind}not expected: {shown(one)}"
        yield from (f"{kind}expected, and not there: {shown(one)}" for one in left)


def _place(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(entry.get(key) for key in ("rule", "file", "line", "column"))


def _value(entry: Mapping[str, Any], key: str) -> str:
    return json.dumps(entry[key], ensure_ascii=False) if key in entry else "nothing"


def _finding(entry: Mapping[str, Any]) -> str:
    file, line, column, level, rule, slug, message = (entry.get(key, "?") for key in _TOLD)
    return f"{file}:{line}:{column}  {level}  {rule} {slug}: {message}"


_TOLD = ("file", "line", "column", "level", "rule", "slug", "message")


def _reason(entry: Mapping[str, Any]) -> str:
    return f"{entry.get('file', '?')}:{entry.get('line', '?')}  {entry.get('reason', '?')}"


_SHOWN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "findings": _finding,
    "undecided": _reason,
    "skipped": _reason,
}
"""The parts of an expectation, and how a line shows an entry of each."""
