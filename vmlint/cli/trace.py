"""`vmlint trace`: show how a VM comes to its instancetype and preference."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from vmlint.cli.arguments import Parser, add_color, one_of
from vmlint.cli.exits import Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import encoding, say, uses_color, width, write
from vmlint.cli.reading import add_cluster, add_files, opened, say_unread
from vmlint.cli.selection import add_vm, chosen

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "Shows how each VM gets its instancetype and its preference: by name, or by inference with every hop from the "
    "volume, its file and line; what the hops lead to, and the values that it sets in the VM; or the reason why "
    "inference fails, and the effect of the failure policy."
)

_EXAMPLES = (
    ("vmlint trace --vm shop/web", "one VM of the working directory"),
    ("vmlint trace manifests/", "every VM of a folder"),
    ("vmlint trace --vm shop/web --context cluster/", "with objects that exist already"),
    ("vmlint trace --vm shop/web --format json", "for programs"),
)

_EXITS = {
    Exit.CLEAN: "every instancetype and preference is found, or may be absent",
    Exit.FINDINGS: "one is missing, refused or undecided, or some document can't be read",
    **{exit: exit.meaning for exit in (Exit.USAGE, Exit.NOTHING_READ, Exit.INTERNAL, Exit.INTERRUPTED)},
}


def make_parser() -> Parser:
    parser = Parser("trace", _DESCRIPTION, _EXAMPLES, _EXITS)
    add_files(parser.add_argument_group("what is read"))
    add_cluster(parser.add_argument_group("for which cluster"))
    shown = parser.add_argument_group("what is shown")
    add_vm(shown)
    shown.add_argument(
        "--format", metavar="FORMAT", type=one_of("text", "json"), default="text", help="text (the default) or json"
    )
    add_color(shown)
    add_options(shown, "--help")
    return parser


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    files = opened(arguments)

    from vmlint.explain.expand import expanded
    from vmlint.explain.trace import trace
    from vmlint.report.trace import render, render_json

    names = files.names if len(files.worlds) > 1 else [""]
    places = list(zip(files.worlds, names, strict=True))
    owners = {id(vm): (vm, world, name) for world, name in places for vm in expanded(world)}
    vms = chosen([vm for vm, _, _ in owners.values()], arguments.vm)
    traces = [trace(*owners[id(vm)]) for vm in vms]
    if arguments.format == "json":
        write(render_json(traces))
    else:
        color = uses_color(arguments.color, sys.stdout)
        write(render(traces, color=color, width=width(sys.stdout), encoding=encoding(sys.stdout)))
    unread = say_unread(files)
    if not vms:
        say("the files contain no VM")
    failed = any(not way.result.ok for one in traces for way in one.ways) or (unread and arguments.vm is None)
    return Exit.FINDINGS if failed else Exit.CLEAN
