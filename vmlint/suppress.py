"""Who asked for silence: finds suppressions in the files and the configuration, and takes away what they mean."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from vmlint.change import Change
from vmlint.config import Config
from vmlint.finding import Finding, ObjectId, Suppressed
from vmlint.load import Repository
from vmlint.model.field import Path
from vmlint.model.resource import Place, Resource
from vmlint.rule import Doubt, Effect, Fault, Rule, Spot
from vmlint.runner import object_id, reach
from vmlint.settings import ignore_spec, means, unknown_name
from vmlint.source.document import Document
from vmlint.source.span import Span
from vmlint.suppression import ANNOTATION, Fate, Mark, Source, Suppression

__all__ = ["Silence", "Told", "marks"]

_SAID = re.compile(r"(?P<what>ignore(?:-file)?)[ \t]*\[(?P<names>[^\]]*)\][ \t]*(?P<reason>.*)")
_SOURCES = {"ignore": Source.COMMENT, "ignore-file": Source.FILE}
_MOST_COMMENTS = 1000
"""The most comments to vmlint that are read of a document."""

_MOST_NAMES = 50
_TOO_MANY = f"one suppression names at most {_MOST_NAMES} rules: name their family"
_DOMAIN = ANNOTATION.partition("/")[0] + "/"


class Told(NamedTuple):
    """A fault with the finding that it makes."""

    rule: Rule
    fault: Fault
    finding: Finding


# Finding them


def marks(repository: Repository, config: Config) -> list[Mark]:
    """Every suppression of the linted files and of the configuration, whether it can be read or not."""
    found = [mark for document in repository.commented for mark in _comments(document)]
    named = {id(document) for document in repository.commented}
    if named:
        for resource in repository.resources:
            if resource.linted and id(resource.document) in named and _DOMAIN in resource.document.text:
                found += _annotations(resource)
    return found + list(_configured(config))


def _comments(document: Document) -> Iterator[Mark]:
    from vmlint.source.comments import CALL, comments

    if CALL not in document.text:
        return
    for number, comment in enumerate(comments(document)):
        place = Spot(document, comment.span)
        said = _SAID.fullmatch(comment.said)
        names = _names(said["names"]) if said else ()
        if number >= _MOST_COMMENTS:
            yield Mark(Source.COMMENT, place, problem=f"only the first {_MOST_COMMENTS:,} comments to vmlint are read")
            return
        if len(names) > _MOST_NAMES:
            yield Mark(Source.COMMENT, place, problem=_TOO_MANY)
        elif said and names:
            yield Mark(_SOURCES[said["what"]], place, names, said["reason"].lstrip("-: \t"), comment.below)
        else:
            yield Mark(
                Source.COMMENT, place, problem="a comment to vmlint has the form `# vmlint: ignore[RULE] reason`"
            )


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def _annotations(resource: Resource) -> Iterator[Mark]:
    for path, value in _ours(resource.data, ()):
        place = Place(resource, path, key=True)
        if path[:-1] != ("metadata", "annotations"):
            where = "in the `metadata.annotations` of an object itself" if path[-1] == ANNOTATION else "nowhere"
            yield Mark(Source.ANNOTATION, place, problem=f"`{path[-1]}` is read {where}", astray=True)
        elif path[-1] != ANNOTATION:
            yield Mark(
                Source.ANNOTATION, place, problem=f"there is no annotation `{path[-1]}`: it is called `{ANNOTATION}`"
            )
        elif isinstance(value, str) and len(names := _names(value)) > _MOST_NAMES:
            yield Mark(Source.ANNOTATION, place, problem=_TOO_MANY)
        elif isinstance(value, str) and names:
            yield Mark(Source.ANNOTATION, place, names)
        else:
            yield Mark(Source.ANNOTATION, place, problem="the annotation holds a text with the names of rules")


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
    # What no file gave holds in every folder, and is told once.
    folders = () if "ignores" in config.given else config.folders
    said = [(owner.file, ignore) for owner in (config, *folders) for ignore in owner.ignores]
    for file, ignore in said:
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
        today: datetime.date,
    ) -> None:
        self._marks = tuple(found)
        self._configured = [mark for mark in found if mark.source is Source.CONFIGURATION]
        self._by_file: dict[str, list[Mark]] = {}
        for mark in found:
            if mark.source.in_manifest:
                self._by_file.setdefault(_document(mark.place).file, []).append(mark)
        self._config = config
        self._known = tuple(known)
        self._running = {rule.id for rule in running}
        self._today = today
        self._used: set[tuple[Mark, str]] = set()
        self._unresolved: set[str] = set()

    def split(self, told: Iterable[Told]) -> tuple[list[Told], list[Suppressed]]:
        """What is still to be shown, and what is suppressed."""
        if not self._marks:
            return list(told), []
        kept: list[Told] = []
        suppressed: list[Suppressed] = []
        for one in told:
            if one.finding.effect is Effect.UNRESOLVED:
                self._unresolved.add(one.finding.file)
            uses = [(mark, name) for mark in self._near(one) for name in mark.names if self._silences(mark, name, one)]
            self._used.update(uses)
            if uses:
                mark = uses[0][0]
                file, line = _place(mark)
                suppressed.append(Suppressed(one.finding, mark.source, mark.reason, file, line))
            else:
                kept.append(one)
        return kept, suppressed

    def _near(self, told: Told) -> list[Mark]:
        """The marks that may mean a finding: those of its files, then those of the configuration."""
        files = dict.fromkeys((told.finding.file, _document(told.fault.place).file))
        return [*(mark for file in files for mark in self._by_file.get(file, ())), *self._configured]

    def _silences(self, mark: Mark, name: str, told: Told) -> bool:
        if not means(name, told.rule) or (mark.until is not None and self._today > mark.until):
            return False
        place = told.fault.place
        match mark.source:
            case Source.CONFIGURATION:
                return self._fits(mark, told.finding.file, told.finding.resource)
            case Source.ANNOTATION:
                return isinstance(place, Place) and _object(place) == _object(mark.place)
            case Source.FILE:
                return _document(mark.place).file == told.finding.file
        document, first, last = reach(place)
        if document.file != _document(mark.place).file:
            return False
        return first <= _line(mark) <= last or mark.below == first

    def _fits(self, mark: Mark, file: str, resource: ObjectId | None) -> bool:
        said = _document(mark.place).file
        owner = self._config.for_file(file) if said else self._config
        if said not in ("", owner.file):
            return False
        if mark.path and not ignore_spec((mark.path,)).match_file(owner.path_of(file)):
            return False
        if not mark.object:
            return True
        kind, _, name = mark.object.partition(" ")
        if resource is None:
            return False
        short = f"{resource.namespace}/{resource.name}" if resource.namespace else resource.name
        return fnmatchcase(resource.kind, kind) and fnmatchcase(short, name)

    # Judging them

    def judged(
        self, shown: Sequence[Told], doubts: Sequence[Doubt], resources: Sequence[Resource]
    ) -> list[Suppression]:
        """What became of each name: after `split`, whose rest is `shown`. `resources` are all that were looked at.

        Of a file in which a question is open, or an object is missing that may live elsewhere, nothing is sure.
        """
        undecided = {_document(doubt.place).file for doubt in doubts} | self._unresolved
        seen = [(one.document.file, object_id(one)) for one in resources if one.linted] if self._marks else []
        return [self._fate(mark, name, shown, undecided, seen) for mark in self._marks for name in mark.names or ("",)]

    def _fate(
        self, mark: Mark, name: str, shown: Sequence[Told], undecided: set[str], seen: list[tuple[str, ObjectId]]
    ) -> Suppression:
        if not name:
            return Suppression(mark, "", Fate.MISPLACED if mark.astray else Fate.UNKNOWN, mark.problem)
        if mark.source is Source.CONFIGURATION and not _line(mark):
            return Suppression(mark, name, Fate.OPEN)  # no file holds it
        if wrong := unknown_name(name, self._known):
            return Suppression(mark, name, Fate.UNKNOWN, wrong)
        if mark.until is not None and self._today > mark.until:
            return Suppression(mark, name, Fate.EXPIRED, mark.until.isoformat())
        if (mark, name) in self._used:
            return Suppression(mark, name, Fate.USED)
        meant = [rule for rule in self._known if means(name, rule) and not self._is_apart(rule)]
        file = _document(mark.place).file
        if mark.source is Source.CONFIGURATION:
            reached = any(self._fits(mark, where, what) for where, what in seen)
            decided = reached and not undecided
        else:
            decided = file not in undecided
        if not decided or not meant or not all(self._asked(rule, file) for rule in meant):
            return Suppression(mark, name, Fate.OPEN)
        if lines := [one.finding.line for one in shown if means(name, one.rule) and _beside(mark, one)]:
            nearest = min(lines, key=lambda line: (abs(line - _line(mark)), line))
            return Suppression(mark, name, Fate.MISPLACED, f"the finding stands in line {nearest}")
        return Suppression(mark, name, Fate.UNUSED)

    def _is_apart(self, rule: Rule) -> bool:
        """Whether a rule says nothing of objects as they are: a name that means others too is judged by those."""
        return _judges_suppressions(rule) or (rule.meta.subject is Change and rule.id not in self._running)

    def _asked(self, rule: Rule, file: str) -> bool:
        """Whether the rule had its say about the file."""
        return rule.id in self._running and self._config.level(rule, rule.meta.effect, file) is not None


def _judges_suppressions(rule: Rule) -> bool:
    return rule.meta.subject is Suppression


def _beside(mark: Mark, told: Told) -> bool:
    """Whether a finding stands in the document of a comment; one of comments alone is beside all of its file."""
    here, there = _document(mark.place), _document(told.fault.place)
    return mark.source is Source.COMMENT and (here is there or (here.data is None and here.file == there.file))


def _document(place: Place | Spot) -> Document:
    return place.document if isinstance(place, Spot) else place.resource.written(place.path).document


def _line(mark: Mark) -> int:
    return mark.place.span.line if isinstance(mark.place, Spot) else 0


def _object(place: Place | Spot) -> tuple[int, Path]:
    """Which object of which document it is."""
    return (id(place.resource.document), place.resource.prefix) if isinstance(place, Place) else (0, ())


def _place(mark: Mark) -> tuple[str, int]:
    document, line, _ = reach(mark.place)
    return document.file, line
