"""`vmlint rules`: list the rules."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from vmlint.cli.arguments import Parser, add_color, one_of
from vmlint.cli.exits import PLAIN_EXITS, Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import encoding, uses_color, width, write
from vmlint.cli.reading import add_config, add_packs, all_rules

if TYPE_CHECKING:
    from vmlint.report.layout import Line
    from vmlint.rule import Rule

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "Lists every rule: number, name, effect, level, the kind of fix that vmlint can make, title, and the pack of "
    "custom "
    "rules."
)
_EXAMPLES = (
    ("vmlint rules", "the table, by family"),
    ("vmlint rules --rules policies/", "with custom rules"),
    ("vmlint rules --format json", "the same for programs"),
)


def make_parser() -> Parser:
    parser = Parser("rules", _DESCRIPTION, _EXAMPLES, PLAIN_EXITS)
    add_packs(parser)
    add_config(parser)
    parser.add_argument(
        "--format", metavar="FORMAT", type=one_of("text", "json"), default="text", help="text (the default) or json"
    )
    add_color(parser)
    add_options(parser, "--help")
    return parser


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)

    rules = all_rules(arguments)
    if arguments.format == "json":
        write(json.dumps([_row(rule) for rule in rules], indent=2, ensure_ascii=False) + "\n")
    else:
        write(_text(rules, width(sys.stdout), encoding(sys.stdout), uses_color(arguments.color, sys.stdout)))
    return Exit.CLEAN


def _row(rule: Rule) -> dict[str, str]:
    return {
        "id": rule.id,
        "slug": rule.slug,
        "family": rule.family,
        "effect": rule.meta.effect.value,
        "level": rule.level.value,
        "fix": rule.meta.fix.value if rule.meta.fix else "",
        "since": rule.meta.since,
        "title": rule.title,
        "pack": rule.pack,
    }


def _text(rules: Sequence[Rule], width: int | None, encoding: str, color: bool) -> str:
    """A block a family. Titles stand beside the other columns, or under them where there is no room."""
    from vmlint.report.layout import paint

    return paint(_lines(rules, width, encoding), color=color)


_LEAST = 30
"""The cells that a title needs beside the other columns."""


def _lines(rules: Sequence[Rule], width: int | None, encoding: str) -> Iterator[Line]:
    from vmlint.report.layout import Page, Segment, wrap

    page = Page(width, encoding)
    table = {
        rule.id: (
            rule.id,
            rule.slug,
            rule.meta.effect.value,
            rule.level.value,
            f"{rule.meta.fix} fix" if rule.meta.fix else "",
        )
        for rule in rules
    }
    sizes = [max(map(len, column)) for column in zip(*table.values(), strict=True)]
    start = 2 + sum(size + 2 for size in sizes if size)
    beside = width is None or width - start >= _LEAST
    for (pack, family), group in groupby(rules, key=lambda rule: (rule.pack, rule.family)):
        yield (Segment(page.show(family), "strong"), *([Segment(page.show(f" · {pack}"), "quiet")] if pack else ()))
        for rule in group:
            cells = table[rule.id]
            row = tuple(
                part
                for cell, size, style in zip(cells, sizes, ("", "strong", "", cells[3], "quiet"), strict=True)
                if size
                for part in (Segment("  "), Segment(cell, style), Segment(" " * (size - len(cell))))
            )
            title = Segment(page.show(rule.title))
            if beside:
                yield from wrap((*row, Segment("  "), title), width, start)
            else:
                yield row
                yield from wrap((Segment("    "), title), width, 4)
        yield ()
    yield from wrap((Segment("vmlint explain RULE", "strong"), Segment(" shows a rule's documentation.")), width, 0)
