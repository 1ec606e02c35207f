"""What a condition may want of a value: one row an operator."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from vmlint.model.quantity import Quantity
from vmlint.model.unknown import is_unknown
from vmlint.packs.patterns import BadPattern, Matches, glob, regular
from vmlint.source.authored import At, wrong

__all__ = ["COUNT", "OPERATORS", "Test", "comparison", "is_open"]

Test = Callable[[Any], bool | None]
"""Whether a value is what is wanted; None where a variable in it leaves that open."""


def is_open(value: Any) -> bool:
    """Whether a value is not in the file as the cluster gets it: it holds a variable, or SOPS encrypted it."""
    return isinstance(value, str) and (is_unknown(value) or value.startswith("ENC[AES256_GCM,"))


def _same(candidate: Any, other: Any) -> bool:
    """Equality as JSON has it: true is not 1, and 1 is 1.0."""
    if isinstance(candidate, bool) or isinstance(other, bool):
        return candidate is other
    if isinstance(candidate, dict) and isinstance(other, dict):
        return candidate.keys() == other.keys() and all(_same(value, other[key]) for key, value in candidate.items())
    if isinstance(candidate, list) and isinstance(other, list):
        return len(candidate) == len(other) and all(_same(*pair) for pair in zip(candidate, other, strict=True))
    return bool(candidate == other)


def _equals(wanted: Any, at: At) -> Test:
    if wanted is None:
        at.report("`null` counts as a missing value: write `exists: false`")
    return _open_or(lambda value: _same(value, wanted))


def _in(wanted: Any, at: At) -> Test | None:
    if not isinstance(wanted, list) or not wanted:
        wrong(at, "a list of values", "in: [u1.small, u1.medium]", wanted)
        return None
    return _open_or(lambda value: any(_same(value, candidate) for candidate in wanted))


def _contains(wanted: Any, _: At) -> Test:
    return _open_or(lambda value: isinstance(value, list) and any(_same(entry, wanted) for entry in value))


def _patterns(read: Callable[[str], Matches], what: str, wanted: Any, at: At) -> Test | None:
    """A test by one pattern, or by several of which one has to match."""
    texts = wanted if isinstance(wanted, list) and wanted else [wanted]
    found = []
    for index, text in enumerate(texts):
        place = at / index if isinstance(wanted, list) else at
        if not isinstance(text, str):
            wrong(place, f"{what} or a list of them", f"{at.name}: '{_EXAMPLES[what]}'", text)
            continue
        try:
            found.append(read(text))
        except BadPattern as error:
            place.report(f"`{text}` is not {what}: {error}")
    return _open_or(lambda value: isinstance(value, str) and any(matches(value) for matches in found))


_EXAMPLES = {"a glob": "*:latest", "a regular expression": "^registry/.+"}


def _open_or(test: Callable[[Any], bool]) -> Test:
    """A test that an open value leaves undecided, and one with an open value in it where it does not hold as it is."""
    return lambda value: None if is_open(value) else test(value) or (None if _holds_open(value) else False)


def _holds_open(value: Any) -> bool:
    stack = [value]
    while stack:
        value = stack.pop()
        if is_open(value):
            return True
        stack += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return False


# Comparisons

_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_COMPARED = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([^\s<>=!]+)\s*", re.ASCII)


def comparison(
    parse: Callable[[Any], Any], noun: str, example: str, wanted: Any, at: At
) -> Callable[[Any], bool] | None:
    """A comparison, or several with commas that have to hold together. `parse` gives None for what is no `noun`."""
    if not isinstance(wanted, str):
        wrong(at, "a comparison in quotes", f'{at.name}: "{example}"', wanted)
        return None
    limits: list[tuple[Callable[[Any, Any], bool], Any]] = []
    for part in wanted.split(","):
        found = _COMPARED.fullmatch(part)
        limit = parse(found[2]) if found else None
        if found is None or limit is None:
            at.report(f'`{part.strip()}` is not a comparison with a {noun}: write `{at.name}: "{example}"`')
            return None
        limits.append((_SIGNS[found[1]], limit))

    def test(value: Any) -> bool:
        amount = parse(value)
        return amount is not None and all(sign(amount, limit) for sign, limit in limits)

    return test


def _quantity(value: Any) -> Quantity | None:
    return None if isinstance(value, bool) else Quantity.try_parse(value)


_LONGEST_VERSION = 200


def _version(value: Any) -> Any:
    """A version as PEP 440 orders it, which the versions of products follow: `1.9.0-rc.1` comes before `1.9`."""
    from packaging.version import InvalidVersion, Version

    if not isinstance(value, str) or len(value) > _LONGEST_VERSION:
        return None
    try:
        return Version(value)
    except InvalidVersion:
        return None


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else None


def _compared(parse: Callable[[Any], Any], noun: str, example: str, wanted: Any, at: At) -> Test | None:
    test = comparison(parse, noun, example, wanted, at)
    return _open_or(test) if test else None


OPERATORS: Mapping[str, Callable[[Any, At], Test | None]] = {
    "equals": _equals,
    "in": _in,
    "contains": _contains,
    "matches": partial(_patterns, glob, "a glob"),
    "regex": partial(_patterns, regular, "a regular expression"),
    "quantity": partial(_compared, _quantity, "quantity", ">= 2Gi, <= 64Gi"),
    "version": partial(_compared, _version, "version", ">= 1.2"),
}
"""From an operator's name to the reader of what it wants; None after a mistake."""

COUNT = partial(comparison, _number, "number", ">= 1")
"""The reader of `count`."""
