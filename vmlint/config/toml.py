"""The table `[tool.vmlint]` of a pyproject.toml, with the lines of its keys."""

from __future__ import annotations

import re
from typing import Any

from vmlint.errors import ConfigError
from vmlint.runtime.pattern import late
from vmlint.source.authored import Mistake, Written

__all__ = ["has_table", "read_toml"]

_TABLE = late(r"^\s*\[+\s*tool\s*\.\s*vmlint\s*[].]", re.MULTILINE)


def has_table(text: str) -> bool:
    """Whether a pyproject.toml configures vmlint. Invalid TOML does where it has the head of the table."""
    if "vmlint" not in text:
        return False

    import tomllib

    try:
        return _table(tomllib.loads(text)) is not None
    except (tomllib.TOMLDecodeError, RecursionError):
        return _TABLE.search(text) is not None


def read_toml(shown: str, text: str) -> Written:
    """The table of a text. `shown` names the file. ConfigError where the text is not valid TOML, or has no table."""
    import tomllib

    try:
        data = tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError([f"{shown}: the file can't be read: it is nested too deeply"]) from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        reason = str(error).partition(" (at ")[0]
        where = f":{place[1]}" if place else ""
        raise ConfigError([f"{shown}{where}: the file is not valid TOML: {reason}"]) from error
    if (table := _table(data)) is None:
        raise ConfigError([f"{shown}: the table `[tool.vmlint]` is missing: add it, or name another file"])
    lines = _lines(text)

    def line(mistake: Mistake) -> int:
        path = ("tool", "vmlint", *mistake.path)
        return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 0)

    return Written(table, [], line)


def _table(data: dict[str, Any]) -> Any:
    tool = data.get("tool")
    return tool.get("vmlint") if isinstance(tool, dict) else None


_KEY = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEAD = late(rf"\s*(\[\[?)\s*({_KEYS})\s*\]")
_PAIR = late(rf"\s*({_KEYS})\s*=")


def _lines(text: str) -> dict[tuple[str | int, ...], int]:
    """The line of each table and key that is first on its line. A search of the text: tomllib gives no places."""
    lines: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    for number, content in enumerate(text.splitlines(), 1):
        if head := _HEAD.match(content):
            table = _path(head[2])
            if head[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            lines.setdefault(table, number)
        elif pair := _PAIR.match(content):
            path = (*table, *_path(pair[1]))
            for end in range(len(table) + 1, len(path) + 1):
                lines.setdefault(path[:end], number)
    return lines


def _path(keys: str) -> tuple[str, ...]:
    return tuple(key.strip("\"'") for key in re.findall(_KEY, keys))
