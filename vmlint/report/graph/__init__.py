"""The graph of a repository's references in the formats that programs and people read: one file a format.

Every format is a function `render(graph) -> str` whose text ends with a line break. The same graph gives the same text.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from vmlint.errors import UsageError

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

__all__ = ["FORMATS", "SUFFIXES", "render"]

FORMATS = {
    "dot": "vmlint.report.graph.dot",
    "mermaid": "vmlint.report.graph.mermaid",
    "json": "vmlint.report.graph.json_",
    "graphml": "vmlint.report.graph.graphml",
    "svg": "vmlint.report.graph.svg",
    "html": "vmlint.report.graph.html",
}
"""The module of each format, loaded when the format is asked for."""

SUFFIXES = {
    ".txt": "dot",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".json": "json",
    ".graphml": "graphml",
    ".svg": "svg",
    ".html": "html",
    ".htm": "html",
}
"""The format that the name of a file asks for."""


def render(name: str, graph: Graph) -> str:
    """The graph in the named format. Raises UsageError for a name that is not in FORMATS."""
    if name not in FORMATS:
        raise UsageError(f"there is no graph format {name!r}: choose one of {', '.join(FORMATS)}")
    text: str = import_module(FORMATS[name]).render(graph)
    return text
