"""Whether a text is a schedule, as CDI's cron library reads it.

Source: `github.com/robfig/cron/v3` (ParseStandard), Go `time` (ParseDuration, LoadLocation).
"""

from __future__ import annotations

import re

from vmlint.record import Record

__all__ = ["is_schedule"]


class _Field(Record):
    """The bounds of one of the five fields, and the names that stand for its numbers."""

    least: int
    most: int
    names: dict[str, int]


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = (
    _Field(0, 59, {}),
    _Field(0, 23, {}),
    _Field(1, 31, {}),
    _Field(1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _Field(0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_DESCRIPTORS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_NUMBER = re.compile(r"\+?0*([0-9]{1,18})")
_DURATION = re.compile(r"[+-]?(?:0|(?:(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:ns|us|µs|μs|ms|s|m|h))++)")
_PART = re.compile(r"([0-9.]+)(ns|us|µs|μs|ms|s|m|h)")
_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}


def is_schedule(text: str) -> bool:
    """Whether a DataImportCron may have this schedule. A time zone is taken on trust: the cluster's list decides."""
    if text.startswith(("TZ=", "CRON_TZ=")):
        zone, space, text = text.partition(" ")
        zone = zone.partition("=")[2]
        if not space or ".." in zone or zone.startswith(("/", "\\")):
            return False
        text = text.strip()
    if text.startswith("@"):
        return text in _DESCRIPTORS or (text.startswith("@every ") and _is_duration(text.removeprefix("@every ")))
    parts = text.split()
    return len(parts) == len(_FIELDS) and all(
        _is_range(part, field)
        for parts_of_field, field in zip(parts, _FIELDS, strict=True)
        for part in parts_of_field.split(",")
        if part
    )


def _is_range(part: str, field: _Field) -> bool:
    span, *steps = part.split("/")
    low, *highs = span.split("-")
    if len(steps) > 1 or (steps and not _number(steps[0])):
        return False
    if low in ("*", "?"):
        return True
    first = _value(low, field)
    if first is None or len(highs) > 1:
        return False
    last: int | None = first
    if highs:
        last = _value(highs[0], field)
    elif steps:
        last = field.most
    return last is not None and field.least <= first <= last <= field.most


def _value(text: str, field: _Field) -> int | None:
    named = field.names.get(text.lower())
    return _number(text) if named is None else named


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    return int(found[1]) if found else None


def _is_duration(text: str) -> bool:
    if not _DURATION.fullmatch(text) or len(text) > 100:
        return False
    from fractions import Fraction

    total = sum(Fraction(number.rstrip(".")) * _NANOSECONDS[unit] for number, unit in _PART.findall(text))
    return total < 2**63
