"""A report of an audit as JSON, as Markdown, and as a page of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vmlint.report.page import page
from vmlint.report.untrusted import json_text, visible

__all__ = ["FORMATS", "render"]

Overview = Mapping[str, Any]

_MOST_ROWS = 20
"""The rows of each table in Markdown."""


def render(format: str, overview: Overview) -> str:
    """The report in one of FORMATS."""
    return FORMATS[format](overview)


def _json(overview: Overview) -> str:
    return json_text(dict(overview))


# The page


def _html(overview: Overview) -> str:
    return page(__package__, _columnar(overview))


def _columnar(overview: Overview) -> dict[str, Any]:
    """The same with each list of rows as names and values, which is a third of the size."""
    found: dict[str, Any] = {}
    for name, value in overview.items():
        if isinstance(value, list):
            names = list(value[0]) if value else []
            found[name] = {"columns": names, "rows": [[row[column] for column in names] for row in value]}
        else:
            found[name] = value
    return found


# Markdown


def _markdown(overview: Overview) -> str:
    return "\n".join(_sections(overview)) + "\n"


def _sections(overview: Overview) -> Iterator[str]:
    totals = overview["totals"]
    yield f"# Audit of {totals['repositories']:,} repositories\n"
    yield (
        f"{totals['vms']:,} VMs, {totals['errors']:,} errors, {totals['warnings']:,} warnings, {totals['notes']:,} "
        f"notes, {totals['undecided']:,} undecided questions. Run `{overview['run']}`, vmlint {overview['version']}.\n"
    )
    if overview["previous"]:
        yield f"Since `{overview['previous']}`: {totals['new']:,} new findings, {totals['fixed']:,} fixed.\n"
    failed = [row for row in overview["repositories"] if row["status"] == "failed"]
    if failed:
        yield f"## Without a result ({len(failed):,})\n"
        yield from _table(("repository", "team", "reason"), failed)
    with_findings = [row for row in overview["repositories"] if row["errors"] or row["warnings"]]
    yield f"## Repositories with findings ({len(with_findings):,})\n"
    yield from _table(("repository", "team", "vms", "errors", "warnings", "new", "fixed"), with_findings)
    yield "## Rules\n"
    yield from _table(("rule", "slug", "level", "findings", "repositories"), overview["rules"])
    if overview["upgrades"]:
        yield "## Upgrades of KubeVirt\n"
        columns = ("before", "after", "repositories", "ready", "refused", "stuck", "next_start", "deprecated")
        yield from _table(columns, overview["upgrades"])
    if overview["instancetypes"]:
        yield "## Instancetypes\n"
        yield from _table(("instancetype", "vms", "repositories", "teams"), overview["instancetypes"])
    if overview["new"]:
        yield f"## New findings ({totals['new']:,})\n"
        yield from _table(("repository", "level", "slug", "message", "file", "line"), overview["new"])
    if len(overview["trend"]) > 1:
        yield "## Runs\n"
        yield from _table(
            ("run", "repositories", "vms", "errors", "warnings", "failed"), overview["trend"][-_MOST_ROWS:]
        )


def _table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"| {' | '.join(column.replace('_', ' ') for column in columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows[:_MOST_ROWS]:
        yield f"| {' | '.join(_cell(row[column]) for column in columns)} |"
    if len(rows) > _MOST_ROWS:
        yield f"\n{len(rows) - _MOST_ROWS:,} more: `vmlint audit query` lists them."
    yield ""


_MARKED = re.compile(r"([\\`*_{}\[\]<>#|~])")


def _cell(value: Any) -> str:
    """A value that no cell of a table is left by."""
    if isinstance(value, str):
        return _MARKED.sub(r"\\\1", visible(value))
    if isinstance(value, Iterable):
        return ", ".join(map(_cell, value))
    return "" if value is None else f"{value:,}"


FORMATS = {"html": _html, "markdown": _markdown, "json": _json}
"""The formats of a report by name."""
