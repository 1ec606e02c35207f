"""What is different for some files or objects: `overrides` and `ignores`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vmlint.config.cluster import OBJECT
from vmlint.config.levels import LEVELS, NO_LEVELS, Levels
from vmlint.config.names import IGNORE, RULE, SELECT
from vmlint.config.paths import GLOB, globs
from vmlint.config.shape import TEXT, Shape, records, text_then
from vmlint.record import Record
from vmlint.source.authored import At, wrong

if TYPE_CHECKING:
    import datetime

__all__ = ["IGNORES", "OVERRIDES", "Ignore", "Override"]


class Override(Record):
    """What is different for the findings in some files. It can only narrow: a rule that is not chosen stays off.

    `paths` are patterns as in a .gitignore. `select` keeps only these rules (none named: all of them), `ignore`
    takes rules away, `levels` changes levels. Of several overrides that fit a file, each narrows further and the last
    level applies.
    """

    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    levels: Levels = NO_LEVELS


_OVERRIDE: Mapping[str, Shape] = {
    "paths": globs("paths: [legacy/]"),
    "select": SELECT,
    "ignore": IGNORE,
    "levels": LEVELS,
}

OVERRIDES = records(
    "overrides",
    Override,
    _OVERRIDE,
    "paths",
    example="{paths: [legacy/], ignore: [hygiene]}",
    entry="paths: [legacy/]",
)


class Ignore(Record):
    """Findings that are not wanted: those of a rule, on the objects and in the files that the patterns mean.

    An empty pattern means all. `until` is the last day on which this applies; `line` is its line in the configuration
    file, 0 where there is none.
    """

    rule: str = ""
    object: str = ""
    path: str = ""
    reason: str = ""
    until: datetime.date | None = None
    line: int = 0


def _day(value: Any, at: At) -> datetime.date | None:
    import datetime

    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):  # TOML has dates
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            at.report(f"`{value}` is not a date of the calendar")
            return None
    wrong(at, "a date", f"{at.name}: 2030-12-31", value)
    return None


_IGNORE: Mapping[str, Shape] = {
    "rule": text_then(RULE),
    "object": text_then(OBJECT),
    "path": text_then(GLOB),
    "reason": TEXT,
    "until": Shape(_day, lambda: {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
}

IGNORES = records(
    "ignores",
    Ignore,
    _IGNORE,
    "rule",
    example="{rule: infer-label-missing, path: legacy/}",
    entry="rule: infer-label-missing",
)
