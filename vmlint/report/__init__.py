"""A report in the formats that people and machines read: one file a format.

Every format is a function `render(report, **options) -> str` whose text ends with a line break, or is empty. The same
report gives the same text.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from vmlint.errors import UsageError
from vmlint.findings.finding import Report

__all__ = ["FORMATS", "render"]

FORMATS = {
    "text": "vmlint.report.text",
    "concise": "vmlint.report.concise",
    "json": "vmlint.report.json_",
    "sarif": "vmlint.report.sarif",
    "github": "vmlint.report.github",
    "gitlab": "vmlint.report.gitlab",
    "junit": "vmlint.report.junit",
    "markdown": "vmlint.report.markdown",
}
"""The module of each format, loaded when the format is asked for."""


def render(name: str, report: Report, **options: Any) -> str:
    """The report in the named format; the options are those of that format's own `render`.

    Raises UsageError for a name that is not in FORMATS.
    """
    if name not in FORMATS:
        raise UsageError(f"no output format is called {name!r}: choose one of {', '.join(FORMATS)}")
    text: str = import_module(FORMATS[name]).render(report, **options)
    return text
