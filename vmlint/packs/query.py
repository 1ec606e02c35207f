"""JSONPath, as jsonpath-ng writes it: where in an object a condition looks.

A path of names, indexes and `[*]` is compiled once to direct access; one with filters, slices, lists or `..` is left to
jsonpath-ng. A pack may come from anybody, so what could cost more than the object's size is refused when the
path is read: a second `..`, `$` or `..` inside, and jsonpath-ng's operators that work with text or sort.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from vmlint.model.field import Path
from vmlint.packs.patterns import BadPattern, regular
from vmlint.record import Record

if TYPE_CHECKING:
    from jsonpath_ng import DatumInContext, JSONPath

__all__ = ["BadPath", "Match", "Query", "TooLarge"]

_LONGEST = 500
_DEEPEST = 64
_MOST = 100_000


class BadPath(ValueError):  # noqa: N818 - reads as the fact that it is
    """A text that is no path, or one that packs don't take; the message is why and in which column."""


class TooLarge(Exception):  # noqa: N818 - reads as the fact that it is
    """An object in which a path would have to look at more values than are worth the time; the message says so."""

    def __init__(self) -> None:
        super().__init__(f"the object is too large for this path: more than {_MOST} values are below it")


class Match(Record):
    """A value that a path finds, and where it is."""

    path: Path
    value: Any


_Find = Callable[[Any], list[Match]]


class Query(Record):
    """A path that was read.

    `single` means that it finds one value or none. `stem` are its names and indexes up to the first step that may find
    several. `from_root` means that it begins with `$`: it then starts at the object wherever it is used.
    """

    text: str
    from_root: bool
    single: bool
    stem: Path
    find: _Find
    """All values that the path finds, in the order of the object; TooLarge where there are too many."""

    @classmethod
    def parse(cls, text: str) -> Query:
        """The path that a text writes. BadPath where it writes none."""
        return _parse(text)


@cache
def _parse(text: str) -> Query:
    if len(text) > _LONGEST:
        raise BadPath(f"it has {len(text)} characters; the maximum is {_LONGEST}")
    expression = _read(text)
    steps = list(_flat(expression))
    if len(steps) > _DEEPEST:
        raise BadPath(f"it has {len(steps)} steps; the maximum is {_DEEPEST}")
    from_root = bool(steps) and type(steps[0]).__name__ == "Root"
    _check(steps[1:] if from_root else steps)
    simple = [_simple(step) for step in steps[from_root:] if type(step).__name__ != "This"]
    plain = tuple(step for step in simple if step is not None)
    is_plain = len(plain) == len(simple)
    find = _direct(plain) if is_plain else _by_library(expression)
    return Query(text, from_root, is_plain and _ALL not in plain, tuple(_until_open(simple)), find)


# Reading

_AT = re.compile(r"(?:\b1:|col )(\d+)")


def _read(text: str) -> JSONPath:
    """The path as jsonpath-ng reads it; its complaints are told as ours."""
    from jsonpath_ng.exceptions import JSONPathError
    from jsonpath_ng.ext.parser import parse

    if not text.strip():
        raise BadPath("it is empty")
    if "\n" in text:
        raise BadPath("it has several lines")
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            return parse(text)
        except DeprecationWarning as error:
            bare = "operand" in str(error)
            raise BadPath(
                "write text in a filter in quotes: `[?(@.name == 'root')]`"
                if bare
                else "a path must not contain `|` or a single `&`"
            ) from error
        except JSONPathError as error:
            raise BadPath(_complaint(str(error), text)) from error
        except Exception as error:  # the library's own faults, on texts that nobody means
            raise BadPath(f"jsonpath-ng can't read it: {error}") from error


def _complaint(message: str, text: str) -> str:
    found = _AT.search(message)
    if "EOF in string" in message:
        return "a quote is never closed"
    if not found:
        return f"it ends too early, in column {len(text) + 1}"
    column = int(found[1])
    sign = text[column : column + 1]
    hint = "; write a key with other characters than letters, digits, `_` and `-` in quotes: `labels.'kubevirt.io/os'`"
    return f"`{sign}` is unexpected in column {column + 1}{hint if sign == '/' else ''}"


def _flat(node: JSONPath) -> Iterator[JSONPath]:
    """The steps of a path from left to right; a `..` is before what it looks for."""
    stack: list[Any] = [node]
    while stack:
        last = stack.pop()
        name = type(last).__name__
        if name == "Child":
            stack += [last.right, last.left]
        elif name == "Descendants":
            stack += [last.right, _Below(), last.left]
        else:
            yield last


class _Below:
    """Stands for `..` among the steps."""


def _simple(step: Any) -> str | int | None:
    """A step of direct access: a name, an index, or `_ALL`; None for any other."""
    name = type(step).__name__
    if name == "Fields" and len(step.fields) == 1:
        return str(step.fields[0])
    if name == "Index" and len(step.indices) == 1:
        return int(step.indices[0])
    return _ALL if name == "Wildcard" else None


_ALL = "\0*"
"""Each value of a list or mapping. No key of a manifest holds a NUL."""


def _until_open(steps: list[str | int | None]) -> Iterator[str | int]:
    for step in steps:
        if step is None or step == _ALL or (isinstance(step, int) and step < 0):
            return
        yield step


# What packs don't take

_PLAIN = ("Fields", "Index", "Wildcard", "This")


def _check(steps: list[Any]) -> None:
    below = 0
    for step in steps:
        name = type(step).__name__
        if name == "_Below":
            below += 1
            if below > 1:
                raise BadPath("a second `..` could look at every value again and again: write the names between")
        elif name == "Filter":
            for expression in step.expressions:
                _check_filter(expression)
        elif name == "Root":
            raise BadPath("`$` is allowed only at the beginning")
        elif name not in (*_PLAIN, "Slice"):
            raise BadPath(f"a path must not contain `{_WORDS.get(name, name.lower())}`")
        _check_distinct(step)


_WORDS = {
    "Where": "where",
    "WhereNot": "wherenot",
    "Parent": "parent",
    "_Union": "|",
    "_Intersect": "&",
    "Operation": "arithmetic",
    "SortedThis": "sorting",
    "Len": "len",
}


def _check_distinct(step: Any) -> None:
    """One value found several times in each of many steps would be as many as there are ways to it."""
    named: tuple[Any, ...] = getattr(step, "fields", ()) or getattr(step, "indices", ())
    if len(set(named)) < len(named) or (
        len(named) > 1 and any(isinstance(value, int) and value < 0 for value in named)
    ):
        raise BadPath("a list of names or indexes must not have duplicates or negative indexes")


def _check_filter(expression: Any) -> None:
    """The parts of a filter; one that searches by a regular expression gets RE2's, in place."""
    name = type(expression).__name__
    if name in ("And", "Or"):
        for operand in expression.operands:
            _check_filter(operand)
        return
    if name != "Expression":
        raise BadPath("a filter compares values: `[?(@.name == 'root')]`")
    for side in (expression.target, expression.value):
        steps = list(_flat(side)) if _is_path(side) else []
        root = bool(steps) and type(steps[0]).__name__ == "Root"
        for step in steps[root:]:
            kind = type(step).__name__
            if kind not in _PLAIN or (root and kind == "Wildcard"):
                raise BadPath("a filter may use only names and indexes below `@`, without another filter or `..`")
            _check_distinct(step)
    if expression.op == "=~":
        expression.target = _Searched(expression.target, str(expression.value))
        expression.op = expression.value = None


def _is_path(side: Any) -> bool:
    return hasattr(side, "find") and not isinstance(side, str)


class _Searched:
    """The values of a filter's path in which RE2 finds a pattern; jsonpath-ng itself would ask `re`."""

    def __init__(self, target: JSONPath, pattern: str) -> None:
        self._target = target
        try:
            self._matches = regular(pattern)
        except BadPattern as error:
            raise BadPath(f"`{pattern}` is not a regular expression: {error}") from error

    def find(self, datum: Any) -> list[DatumInContext]:
        return [
            found for found in self._target.find(datum) if isinstance(found.value, str) and self._matches(found.value)
        ]


# Finding


def _direct(steps: tuple[str | int, ...]) -> _Find:
    """Direct access; the same as jsonpath-ng's, and many times as fast."""
    if _ALL in steps:
        return lambda data: _spread(data, steps)

    def direct(data: Any) -> list[Match]:
        for step in steps:
            if isinstance(step, str):
                if not isinstance(data, dict) or step not in data:
                    return []
                data = data[step]
            elif isinstance(data, list) and -len(data) <= step < len(data):
                data = data[step]
            else:
                return []
        return [Match(steps, data)]

    if not any(isinstance(step, int) and step < 0 for step in steps):
        return direct
    return lambda data: _spread(data, steps)


def _spread(data: Any, steps: tuple[str | int, ...]) -> list[Match]:
    found = [Match((), data)]
    for step in steps:
        following: list[Match] = []
        for path, value in found:
            if isinstance(value, dict):
                if step == _ALL:
                    following += [Match((*path, key), inner) for key, inner in value.items()]
                elif step in value:
                    following.append(Match((*path, step), value[step]))
            elif isinstance(value, list):
                if step == _ALL:
                    following += [Match((*path, index), inner) for index, inner in enumerate(value)]
                elif isinstance(step, int) and -len(value) <= step < len(value):
                    index = step % len(value)
                    following.append(Match((*path, index), value[index]))
        if len(following) > _MOST:
            raise TooLarge
        found = following
    return found


def _by_library(expression: JSONPath) -> _Find:
    def find(data: Any) -> list[Match]:
        if _is_large(data):
            raise TooLarge
        return [Match(_path(datum), datum.value) for datum in expression.find(data)]

    return find


def _path(datum: DatumInContext) -> Path:
    steps: list[str | int] = []
    while datum.context is not None:
        step: Any = _simple(datum.path)
        if isinstance(step, int):
            step %= len(datum.context.value)
        if step is not None:
            steps.append(step)
        datum = datum.context
    return tuple(reversed(steps))


def _is_large(data: Any) -> bool:
    """Whether an object holds more values than a path may look at."""
    index = _MOST
    stack = [data]
    while stack:
        value = stack.pop()
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        index -= len(inner)
        if index < 0:
            return True
        stack += inner
    return False
