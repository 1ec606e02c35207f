"""`vmlint explain`: show a rule's documentation."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vmlint.cli.arguments import Parser, add_color
from vmlint.cli.exits import PLAIN_EXITS, Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import uses_color, width, write
from vmlint.cli.reading import add_config, add_packs, all_rules
from vmlint.errors import UsageError

if TYPE_CHECKING:
    from vmlint.rule import Rule

__all__ = ["make_parser", "run"]

_WIDEST = 100
"""The columns that a page takes at most: longer lines are hard to read."""


def make_parser() -> Parser:
    from vmlint import registry

    first = registry.rules()[0]
    examples = [(f"vmlint explain {first.id}", "by number"), (f"vmlint explain {first.slug}", "by name")]
    parser = Parser(
        "explain",
        "Shows a rule's documentation: what it finds, why, and how to fix it.",
        examples,
        PLAIN_EXITS,
    )
    parser.add_argument("rule", metavar="RULE", nargs="?", help="its number or its name")
    add_packs(parser)
    add_config(parser)
    add_color(parser)
    add_options(parser, "--help")
    return parser


def run(words: Sequence[str]) -> Exit:
    from vmlint import registry

    arguments = make_parser().read(words)
    if arguments.rule is None:
        first = registry.rules()[0]
        raise UsageError(f"name a rule, such as `vmlint explain {first.id}`; `vmlint rules` lists them")
    rule = _find(arguments.rule, all_rules(arguments))
    room = width(sys.stdout)
    columns = min(room, _WIDEST) if room else None
    write(_styled(rule, columns or _WIDEST) if uses_color(arguments.color, sys.stdout) else _plain(rule, columns))
    return Exit.CLEAN


def _find(name: str, rules: Sequence[Rule]) -> Rule:
    from vmlint.config.names import means, unknown_name

    if wrong := unknown_name(name, rules):
        raise UsageError(wrong)
    found = [rule for rule in rules if means(name, rule)]
    exact = [rule for rule in found if name == rule.slug or name.upper() == rule.id] or found
    if len(exact) > 1:
        raise UsageError(f"`{name}` names {len(exact)} rules: name one, such as `{exact[0].id}` or `{exact[0].slug}`")
    return exact[0]


def _heading(rule: Rule) -> str:
    return f"{rule.id} {rule.slug}: {rule.title}"


def _effect(rule: Rule) -> str:
    from vmlint.report.wording import fix_offered

    effect = rule.meta.effect
    pack = f"\n\nfrom the pack {rule.pack}" if rule.pack else ""
    fix = f"\n\n{fix_offered(rule.meta.fix)}" if rule.meta.fix else ""
    return f"{effect.value} ({rule.level.value}): {effect.meaning}{fix}{pack}"


def _plain(rule: Rule, columns: int | None) -> str:
    """The page as Markdown; its sentences are wrapped where there is a terminal, its examples never."""
    from vmlint.report.rule_page import documentation

    paragraphs = f"# {_heading(rule)}\n\n{_effect(rule)}\n\n{documentation(rule)}".rstrip().split("\n\n")
    return "\n\n".join(_wrapped(paragraph, columns) for paragraph in paragraphs) + "\n"


def _wrapped(paragraph: str, columns: int | None) -> str:
    """The lines of a paragraph below its heading, filled; a list and an example stay as they are."""
    heading, line_break, rest = paragraph.partition("\n") if paragraph.startswith("#") else ("", "", paragraph)
    if columns is None or rest.startswith((" ", "- ", "* ")):
        return paragraph
    return heading + line_break + textwrap.fill(rest, columns, break_long_words=False, break_on_hyphens=False)


# Colours that can be read on a light and on a dark ground.
_LOOKS = {"markdown.code": "cyan", "markdown.code_block": "none", "markdown.h2": "bold", "markdown.h3": "bold"}


def _styled(rule: Rule, columns: int) -> str:
    """The page with its Markdown drawn."""
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown
    from rich.text import Text
    from rich.theme import Theme

    from vmlint.report.rule_page import documentation

    out = StringIO()
    console = Console(
        file=out,
        width=columns,
        force_terminal=True,
        color_system="standard",
        theme=Theme(_LOOKS),
    )
    console.print(Text(_heading(rule), "bold"))
    console.print(Text(f"{_effect(rule)}\n"))
    console.print(Markdown(documentation(rule), code_theme="ansi_light", hyperlinks=False))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
