"""The graph of a repository's references in the formats that programs and people read: one file a format.

Every format is a function `render(graph) -> str` whose text ends with a line break. The same graph gives the same text.
The page also takes what the report has to say about the whole, and where the sources of files are on the web.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from vmlint.errors import UsageError

if TYPE_CHECKING:
    from vmlint.graph.export import Graph
    from vmlint.report.graph.picture import About
    from vmlint.report.sources import SourceUrl

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


def render(name: str, graph: Graph, about: About | None = None, sources: SourceUrl | None = None) -> str:
    """The graph in the named format; `about` and `sources` are for the page. UsageError for a name not in FORMATS."""
    if name not in FORMATS:
        raise UsageError(f"no graph format is called {name!r}: choose one of {', '.join(FORMATS)}")
    more = (about, sources) if name == "html" else ()
    text: str = import_module(FORMATS[name]).render(graph, *more)
    return text
