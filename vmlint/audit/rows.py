"""The rows of a query as text: a table for people, CSV and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from vmlint.audit.query import Result
from vmlint.report.untrusted import json_text, visible

__all__ = ["FORMATS", "render"]

_WIDEST = 60
"""The characters of a cell in a table."""


def render(format: str, result: Result) -> str:
    """The rows in one of FORMATS."""
    return FORMATS[format](result)


def _table(result: Result) -> str:
    lines = [list(result.columns), *([_cell(value) for value in row] for row in result.rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(result.columns))]
    numeric = [any(isinstance(row[index], int | float) for row in result.rows) for index in range(len(result.columns))]

    def shown(line: list[str]) -> str:
        cells = (
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(line, widths, numeric, strict=True)
        )
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([shown(lines[0]), rule, *map(shown, lines[1:])]) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = visible(value if isinstance(value, str) else _text(value))
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_text(entry)}" for key, entry in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _csv(result: Result) -> str:
    """CSV with a heading. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(result.columns)
    for row in result.rows:
        writer.writerow([_plain(value) for value in row])
    return text.getvalue()


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = visible(_text(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _json(result: Result) -> str:
    return json_text([_known(row) for row in result.mappings()])


def _known(value: Any) -> Any:
    """A value as JSON has it; of types that it does not have, such as times, the text."""
    if isinstance(value, Mapping):
        return {str(key): _known(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_known(entry) for entry in value]
    try:
        json.dumps(value)
    except TypeError:
        return str(value)
    return value


FORMATS = {"table": _table, "csv": _csv, "json": _json}
"""The formats of rows by name."""
