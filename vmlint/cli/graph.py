"""`vmlint graph`: draw who refers to whom."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vmlint.cli.arguments import Parser, one_of
from vmlint.cli.exits import Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import check_writable, say, write, write_file
from vmlint.cli.progress import Progress
from vmlint.cli.reading import add_cluster, add_files, add_packs, opened, rules_of, say_crashes, say_unread
from vmlint.errors import UsageError
from vmlint.report.graph import FORMATS, SUFFIXES, render
from vmlint.report.sources import SourceUrl

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "Draws who refers to whom across all files, from VMs to storage, with the findings of `vmlint check` marked: "
    "objects in the files, what controllers make of them, and what they refer to that is elsewhere or nowhere."
)

_EXAMPLES = (
    ("vmlint graph --output graph.html", "a page to look around in, one file without anything to load"),
    ("vmlint graph --output graph.svg", "a picture"),
    ("vmlint graph --focus shop/web", "what one object needs, and what needs it, as DOT"),
    ("vmlint graph --unresolved --format mermaid", "references that lead nowhere, for a page in Markdown"),
    ("vmlint graph apps/ --format json", "for programs"),
)

_EXITS = {
    Exit.CLEAN: "the graph is written",
    Exit.FINDINGS: "it is written, but some document can't be read",
    **{exit: exit.meaning for exit in (Exit.USAGE, Exit.NOTHING_READ, Exit.INTERNAL, Exit.INTERRUPTED)},
}


def make_parser() -> Parser:
    parser = Parser("graph", _DESCRIPTION, _EXAMPLES, _EXITS)
    add_files(parser.add_argument_group("what is read"))
    judged = parser.add_argument_group("how it is judged")
    add_packs(judged)
    add_cluster(judged)
    shown = parser.add_argument_group("what is shown")
    shown.add_argument(
        "--focus",
        metavar="NS/NAME",
        help="only one object, what it needs, and what needs it; kind and namespace are optional",
    )
    shown.add_argument("--depth", metavar="N", type=_depth, help="how many references away from it (default: all)")
    shown.add_argument(
        "--unresolved", action="store_true", help="only references that lead nowhere or can't be decided"
    )
    shown.add_argument(
        "--format",
        metavar="FORMAT",
        type=one_of(*FORMATS),
        help=f"{', '.join(FORMATS)} (default: by the file's name, else dot)",
    )
    shown.add_argument(
        "--source-url",
        metavar="URL",
        help="link the page to the files on the web, as in 'https://example.com/vms/blob/main/{path}#L{line}'",
    )
    add_options(shown, "--output")
    add_options(shown, "--help")
    return parser


def _depth(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"must be a number from 0, not `{text}`")
    return int(text)


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    if arguments.depth is not None and arguments.focus is None:
        raise UsageError("`--depth` counts from the object of `--focus`, which is missing")
    file = None if arguments.output == "-" else arguments.output
    format = _format(arguments)
    sources = _sources(arguments, format)
    if file is not None:
        check_writable(file)
    files = opened(arguments, known_rules=rules_of(arguments))

    from vmlint.api import judge
    from vmlint.graph.export import focus, unresolved
    from vmlint.report.graph.picture import picture

    with Progress(sys.stderr) as progress:
        report = judge(files, progress)
    graph, about = picture(files, report)
    if arguments.focus is not None:
        graph, about = focus(graph, arguments.focus, arguments.depth), about._replace(elsewhere=())
    if arguments.unresolved:
        graph, about = unresolved(graph), about._replace(elsewhere=())
    text = render(format, graph, about, sources)
    if file is None:
        write(text)
    else:
        write_file(file, text)
    if format == "mermaid":
        _say_limit(graph)
    if not graph:
        say("no reference is unresolved" if arguments.unresolved else "the files contain no object")
    if report.crashes:
        say_crashes(report.crashes)
        return Exit.INTERNAL
    return Exit.FINDINGS if say_unread(files) else Exit.CLEAN


def _say_limit(graph: Graph) -> None:
    from vmlint.graph.export import edges
    from vmlint.report.graph.lanes import wires
    from vmlint.report.graph.mermaid import MOST_EDGES

    if (number := len(wires(edges(graph)))) > MOST_EDGES:
        most = f"Mermaid draws {MOST_EDGES} links at most, and these are {number}"
        say(f"{most}: narrow them with --focus, or raise `maxEdges`")


def _sources(arguments: Namespace, format: str) -> SourceUrl | None:
    if arguments.source_url is None:
        return None
    if format != "html":
        raise UsageError(f"`--source-url` is for the page: add `--format html`, or remove it for {format}")
    return SourceUrl.of(arguments.source_url)


def _format(arguments: Namespace) -> str:
    if arguments.format is not None:
        chosen: str = arguments.format
        return chosen
    suffix = Path(arguments.output or "").suffix.lower()
    if suffix and suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UsageError(
            f"no format is written to `{suffix}` files: end the name with one of {known}, or add `--format`"
        )
    return SUFFIXES.get(suffix, "dot")
