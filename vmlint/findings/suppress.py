"""Suppressions: finds those of the files and the configuration, and removes the findings that they name."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from vmlint.config.config import Config
from vmlint.config.names import means, unknown_name
from vmlint.config.paths import ignore_spec
from vmlint.findings.finding import Finding, ObjectId, Suppressed
from vmlint.findings.location import document_of, object_id, reach
from vmlint.model.field import Path
from vmlint.model.resource import Place, Resource
from vmlint.model.suppression import ANNOTATION, Mark, Source, Suppression, SuppressionState
from vmlint.record import Record
from vmlint.rule import Change, Doubt, Effect, Fault, Rule, Spot
from vmlint.runtime.cached import cached_property
from vmlint.runtime.pattern import late
from vmlint.source.document import Document
from vmlint.source.ignore import matches
from vmlint.source.span import Span

if TYPE_CHECKING:
    import datetime

__all__ = ["ReportedFault", "Silence", "marks"]

_COMMENT = late(r"(?P<what>ignore(?:-file)?)[ \t]*\[(?P<names>[^\]]*)\][ \t]*(?P<reason>.*)")
_SOURCES = {"ignore": Source.COMMENT, "ignore-file": Source.FILE}
_MOST_COMMENTS = 1000
"""The most comments to vmlint that are read of a document."""

_MOST_NAMES = 50
_TOO_MANY = f"a suppression may name at most {_MOST_NAMES} rules: name their family"
_DOMAIN = ANNOTATION.partition("/")[0] + "/"


class ReportedFault(Record):
    """A fault with its finding."""

    rule: Rule
    fault: Fault
    finding: Finding


_Use = tuple[Mark, str]
"""A mark, and the name in it that means a finding's rule."""


_Seen = dict[str, dict[str, list[ObjectId]]]
"""The objects that were checked, by their files and by the file of the configuration that applies; "" has all."""


# Finding them


def marks(commented: Sequence[Document], resources: Iterable[Resource], config: Config) -> list[Mark]:
    """Every suppression of the linted files and of the configuration, whether it can be read or not.

    `commented` are the documents in which vmlint is named, `resources` the objects as the files have them.
    """
    found = [mark for document in commented for mark in _comments(document)]
    named = {id(document) for document in commented}
    if named:
        for resource in resources:
            if resource.linted and id(resource.document) in named and _DOMAIN in resource.document.text:
                found += _annotations(resource)
    return found + list(_configured(config))


def _comments(document: Document) -> Iterator[Mark]:
    from vmlint.source.comments import CALL, comments

    if CALL not in document.text:
        return
    for number, comment in enumerate(comments(document)):
        place = Spot(document, comment.span)
        matched = _COMMENT.fullmatch(comment.said)
        names = _names(matched["names"]) if matched else ()
        if number >= _MOST_COMMENTS:
            yield Mark(
                Source.COMMENT, place, problem=f"vmlint reads only the first {_MOST_COMMENTS:,} comments of a file"
            )
            return
        if len(names) > _MOST_NAMES:
            yield Mark(Source.COMMENT, place, problem=_TOO_MANY)
        elif matched and names:
            yield Mark(_SOURCES[matched["what"]], place, names, matched["reason"].lstrip("-: \t"), comment.below)
        else:
            yield Mark(Source.COMMENT, place, problem="a vmlint comment has the form `# vmlint: ignore[RULE] reason`")


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def _annotations(resource: Resource) -> Iterator[Mark]:
    for path, value in _ours(resource.data, ()):
        place = Place(resource, path, key=True)
        if path[:-1] != ("metadata", "annotations"):
            where = "only in `metadata.annotations` of an object" if path[-1] == ANNOTATION else "nowhere"
            yield Mark(Source.ANNOTATION, place, problem=f"`{path[-1]}` is read {where}", astray=True)
        elif path[-1] != ANNOTATION:
            yield Mark(
                Source.ANNOTATION,
                place,
                problem=f"the annotation `{path[-1]}` does not exist: its name is `{ANNOTATION}`",
            )
        elif isinstance(value, str) and len(names := _names(value)) > _MOST_NAMES:
            yield Mark(Source.ANNOTATION, place, problem=_TOO_MANY)
        elif isinstance(value, str) and names:
            yield Mark(Source.ANNOTATION, place, names)
        else:
            yield Mark(Source.ANNOTATION, place, problem="the annotation must be a string with the names of rules")


def _ours(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """The keys of vmlint's domain, at any depth."""
    waiting: list[tuple[Path, Any]] = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            for key, inner in value.items():
                if isinstance(key, str) and key.startswith(_DOMAIN):
                    yield (*path, key), inner
                else:
                    waiting.append(((*path, key), inner))
        elif isinstance(value, list):
            waiting += [((*path, index), inner) for index, inner in enumerate(value)]


def _configured(config: Config) -> Iterator[Mark]:
    # What comes from no file applies in every folder, and is reported once.
    folders = () if "ignores" in config.given else config.folders
    ignores = [(owner.file, ignore) for owner in (config, *folders) for ignore in owner.ignores]
    for file, ignore in ignores:
        line = ignore.line
        place = Spot(Document(file if line else "", 0, line, ""), Span(line, 1, line, 1))
        yield Mark(
            Source.CONFIGURATION,
            place,
            (ignore.rule,),
            ignore.reason,
            until=ignore.until,
            object=ignore.object,
            path=ignore.path,
        )


# Matching them


class Silence:
    """The suppressions of a run, and what they are used for. `known` are all rules, `running` those that run."""

    def __init__(
        self,
        found: Sequence[Mark],
        config: Config,
        *,
        known: Sequence[Rule],
        running: Collection[Rule],
        today: datetime.date | None,
    ) -> None:
        self._marks = tuple(found)
        self._configured: dict[str, list[Mark]] = {}
        self._by_file: dict[str, list[Mark]] = {}
        for mark in found:
            if mark.source is Source.CONFIGURATION:
                self._configured.setdefault(document_of(mark.place).file, []).append(mark)
            if mark.source.in_manifest:
                self._by_file.setdefault(document_of(mark.place).file, []).append(mark)
        self._meaning: dict[tuple[str, str], _Near] = {}
        self._asking: dict[tuple[str, str], list[_Use]] = {}
        self._owners: dict[str, Config] = {}
        self._config = config
        self._known = tuple(known)
        self._running = {rule.id for rule in running}
        self._asked_for = today
        self._used: set[tuple[Mark, str]] = set()
        self._unresolved: set[str] = set()

    @cached_property
    def _today(self) -> datetime.date:
        from datetime import date

        return self._asked_for or date.today()

    def split(self, reported: Iterable[ReportedFault]) -> tuple[list[ReportedFault], list[Suppressed]]:
        """What is still to be shown, and what is suppressed."""
        if not self._marks:
            return list(reported), []
        kept: list[ReportedFault] = []
        suppressed: list[Suppressed] = []
        for entry in reported:
            if entry.finding.effect is Effect.UNRESOLVED:
                self._unresolved.add(entry.finding.file)
            uses = self._uses(entry)
            self._used.update(uses)
            if uses:
                mark = uses[0][0]
                file, line = _place(mark)
                suppressed.append(Suppressed(entry.finding, mark.source, mark.reason, file, line))
            else:
                kept.append(entry)
        return kept, suppressed

    def _uses(self, reported: ReportedFault) -> list[_Use]:
        """The marks that silence a finding, each with the name that means it: those of its files, then those of the
        configuration."""
        files = dict.fromkeys((reported.finding.file, document_of(reported.fault.place).file))
        uses = [use for file in files for use in self._near(file, reported.rule).uses(reported)]
        return [
            *uses,
            *(use for use in self._configured_for(reported) if self._names(use[0], reported.finding.resource)),
        ]

    def _near(self, file: str, rule: Rule) -> _Near:
        key = (file, rule.id)
        if (known := self._meaning.get(key)) is None:
            known = self._meaning[key] = _Near(file, self._meant(self._by_file.get(file, ()), rule))
        return known

    def _configured_for(self, reported: ReportedFault) -> list[_Use]:
        """The entries of configurations that mean the rule and the file of a finding."""
        key = (reported.finding.file, reported.rule.id)
        if (known := self._asking.get(key)) is None:
            uses = self._meant(self._entries(reported.finding.file), reported.rule)
            known = self._asking[key] = [use for use in uses if self._reaches(use[0], reported.finding.file)]
        return known

    def _meant(self, marks: Iterable[Mark], rule: Rule) -> Iterator[_Use]:
        for mark in marks:
            if mark.until is None or self._today <= mark.until:
                yield from ((mark, name) for name in mark.names if means(name, rule))

    def _entries(self, file: str) -> Iterator[Mark]:
        """The entries of the configuration that holds for a file, and those that no file gave."""
        for said in dict.fromkeys(("", self._owner(file).file)):
            yield from self._configured.get(said, ())

    def _owner(self, file: str) -> Config:
        if (known := self._owners.get(file)) is None:
            known = self._owners[file] = self._config.for_file(file)
        return known

    def _reaches(self, mark: Mark, file: str) -> bool:
        """Whether an entry of the configuration that holds for a file is about it."""
        owner = self._owner(file) if document_of(mark.place).file else self._config
        return not mark.path or matches(ignore_spec((mark.path,)), owner.path_of(file))

    def _names(self, mark: Mark, resource: ObjectId | None) -> bool:
        """Whether an entry of a configuration is about an object."""
        if not mark.object:
            return True
        kind, _, name = mark.object.partition(" ")
        if resource is None:
            return False
        short = f"{resource.namespace}/{resource.name}" if resource.namespace else resource.name
        return fnmatchcase(resource.kind, kind) and fnmatchcase(short, name)

    # Judging them

    def judged(
        self, shown: Sequence[ReportedFault], doubts: Sequence[Doubt], resources: Sequence[Resource]
    ) -> list[Suppression]:
        """What became of each name: after `split`, whose rest is `shown`. `resources` are all that were looked at.

        Of a file in which a question is open, or an object is missing that may live elsewhere, nothing is sure.
        """
        if not self._marks:
            return []
        undecided = {document_of(doubt.place).file for doubt in doubts} | self._unresolved
        seen: _Seen = {}
        for one in resources if self._configured else ():
            if one.linted:
                file = one.document.file
                for owner in {"", self._owner(file).file}:
                    seen.setdefault(owner, {}).setdefault(file, []).append(object_id(one))
        beside = _Beside(shown)
        return [self._fate(mark, name, beside, undecided, seen) for mark in self._marks for name in mark.names or ("",)]

    def _fate(self, mark: Mark, name: str, beside: _Beside, undecided: set[str], seen: _Seen) -> Suppression:
        if not name:
            return Suppression(
                mark, "", SuppressionState.MISPLACED if mark.astray else SuppressionState.UNKNOWN, mark.problem
            )
        if mark.source is Source.CONFIGURATION and not _line(mark):
            return Suppression(mark, name, SuppressionState.OPEN)  # no file holds it
        if wrong := unknown_name(name, self._known):
            return Suppression(mark, name, SuppressionState.UNKNOWN, wrong)
        if mark.until is not None and self._today > mark.until:
            return Suppression(mark, name, SuppressionState.EXPIRED, mark.until.isoformat())
        if (mark, name) in self._used:
            return Suppression(mark, name, SuppressionState.USED)
        meant = [rule for rule in self._known if means(name, rule) and not self._is_apart(rule)]
        file = document_of(mark.place).file
        if mark.source is Source.CONFIGURATION:
            objects = seen.get(file, {})
            decided = not undecided and any(
                self._names(mark, what) for where in objects if self._reaches(mark, where) for what in objects[where]
            )
        else:
            decided = file not in undecided
        if not decided or not meant or not all(self._ran(rule, file) for rule in meant):
            return Suppression(mark, name, SuppressionState.OPEN)
        if (nearest := beside.nearest(mark, name)) is not None:
            return Suppression(mark, name, SuppressionState.MISPLACED, f"the finding is in line {nearest}")
        return Suppression(mark, name, SuppressionState.UNUSED)

    def _is_apart(self, rule: Rule) -> bool:
        """Whether a rule is not about objects as they are: a name that means other rules too is judged by those."""
        return _judges_suppressions(rule) or (rule.meta.subject is Change and rule.id not in self._running)

    def _ran(self, rule: Rule, file: str) -> bool:
        """Whether the rule ran on the file."""
        return rule.id in self._running and self._config.level(rule, rule.meta.effect, file) is not None


def _judges_suppressions(rule: Rule) -> bool:
    return rule.meta.subject is Suppression


class _Near:
    """The marks of a file that mean a rule, by what they silence."""

    def __init__(self, file: str, meant: Iterable[_Use]) -> None:
        self._file = file
        self._whole: list[tuple[int, _Use]] = []
        self._lines: list[tuple[int, int, _Use]] = []
        self._below: dict[int, list[tuple[int, _Use]]] = {}
        self._objects: dict[tuple[int, Path], list[tuple[int, _Use]]] = {}
        for order, use in enumerate(meant):
            mark = use[0]
            if mark.source is Source.FILE:
                self._whole.append((order, use))
            elif mark.source is Source.ANNOTATION:
                self._objects.setdefault(_object(mark.place), []).append((order, use))
            else:
                self._lines.append((_line(mark), order, use))
                self._below.setdefault(mark.below, []).append((order, use))
        self._lines.sort(key=_line_and_order)

    def uses(self, reported: ReportedFault) -> list[_Use]:
        """Those that silence a finding, in their order. Of those for the whole file only the first, once all have
        been reported: they silence whatever the first finding was silenced by."""
        found: list[tuple[int, _Use]] = []
        if reported.finding.file == self._file:
            found += self._whole
            self._whole = self._whole[:1]
        place = reported.fault.place
        if isinstance(place, Place):
            found += self._objects.get(_object(place), ())
        if self._lines:
            document, first, last = reach(place)
            if document.file == self._file:
                start, end = (bisect_left(self._lines, line, key=_line_of) for line in (first, last + 1))
                found += (one[1:] for one in self._lines[start:end])
                found += self._below.get(first, ())
        return list(dict(sorted(found, key=_order_of)).values())


_line_of = itemgetter(0)
_line_and_order = itemgetter(0, 1)
_order_of = itemgetter(0)


class _Beside:
    """The findings that are shown, by the documents in which comments may mean them."""

    def __init__(self, shown: Iterable[ReportedFault]) -> None:
        self._of_document: dict[int, list[ReportedFault]] = {}
        self._of_file: dict[str, list[ReportedFault]] = {}
        for reported in shown:
            document = document_of(reported.fault.place)
            self._of_document.setdefault(id(document), []).append(reported)
            self._of_file.setdefault(document.file, []).append(reported)
        self._lines: dict[tuple[int | str, str], list[int]] = {}

    def nearest(self, mark: Mark, name: str) -> int | None:
        """The line of the nearest finding in the document of a comment that the name means; a document of comments
        alone is beside all of its file."""
        if mark.source is not Source.COMMENT:
            return None
        document = document_of(mark.place)
        where: int | str = document.file if document.data is None else id(document)
        if (where, name) not in self._lines:
            near = self._of_file.get(where, ()) if isinstance(where, str) else self._of_document.get(where, ())
            self._lines[where, name] = sorted({one.finding.line for one in near if means(name, one.rule)})
        lines = self._lines[where, name]
        at = bisect_left(lines, _line(mark))
        return min(lines[max(at - 1, 0) : at + 1], key=lambda line: (abs(line - _line(mark)), line), default=None)


def _line(mark: Mark) -> int:
    return mark.place.span.line if isinstance(mark.place, Spot) else 0


def _object(place: Place | Spot) -> tuple[int, Path]:
    """Which object of which document it is."""
    return (id(place.resource.document), place.resource.prefix) if isinstance(place, Place) else (0, ())


def _place(mark: Mark) -> tuple[str, int]:
    document, line, _ = reach(mark.place)
    return document.file, line
