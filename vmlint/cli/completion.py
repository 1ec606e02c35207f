"""`vmlint completion`: what a shell needs to complete command lines, and the answers when it asks."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from vmlint.cli.arguments import OneOf, Parser, one_of
from vmlint.cli.exits import PLAIN_EXITS, Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import write
from vmlint.errors import UsageError

__all__ = ["complete", "make_parser", "run"]

_DESCRIPTION = (
    "Prints the script with which a shell completes commands, options, formats and the names of rules. The shell asks "
    "vmlint itself, so that the script need not change with it."
)
_EXAMPLES = (
    ('eval "$(vmlint completion bash)"', "for this bash, or in ~/.bashrc for all"),
    ('eval "$(vmlint completion zsh)"', "in ~/.zshrc, below compinit"),
    ("vmlint completion fish > ~/.config/fish/completions/vmlint.fish", "once"),
)


def make_parser() -> Parser:
    parser = Parser("completion", _DESCRIPTION, _EXAMPLES, PLAIN_EXITS)
    parser.add_argument(
        "shell", metavar="bash|zsh|fish", nargs="?", type=one_of("bash", "zsh", "fish"), help="the shell"
    )
    add_options(parser, "--help")
    return parser


def run(words: Sequence[str]) -> Exit:
    shell = make_parser().read(words).shell
    if shell is None:
        raise UsageError("name a shell: `vmlint completion bash`, `zsh` or `fish`")

    from argcomplete.shell_integration import shellcode

    write(shellcode(["vmlint"], shell=shell))
    return Exit.CLEAN


# Answering


def complete(commands: Mapping[str, str]) -> int:
    """Answers the shell, whose question is in the environment, and ends the process.

    Only the parsers of commands that stand in the line are made. Source: argcomplete's protocol.
    """
    import argcomplete

    parser = argparse.ArgumentParser("vmlint", add_help=False)
    for option in ("--help", "--version"):
        parser.add_argument(option, action="store_true")
    added = parser.add_subparsers()
    asked = os.environ.get("COMP_LINE", "").split()
    for name, what in commands.items():
        added.add_parser(name, help=what, add_help=False)
        if name in asked:
            added.choices[name] = _with_answers(import_module(f"vmlint.cli.{name.replace('-', '_')}").make_parser())
    argcomplete.autocomplete(parser, always_complete_options="long")
    return Exit.CLEAN


def _with_answers(parser: Parser) -> Parser:
    """The parser, with what each of its values may be; a value that names a file needs nothing."""
    for action in parser._actions:
        if isinstance(action.type, OneOf):
            words = action.type.words
            action.completer = lambda words=words, **_: list(words)  # type: ignore[attr-defined]
        elif known := _ANSWERS.get(action.dest) or _ANSWERS.get(str(action.metavar)):
            action.completer = known  # type: ignore[attr-defined]
    return parser


def _rules(prefix: str = "", **_: object) -> dict[str, str]:
    """Rules and families, with what they are about."""
    from vmlint.registry import rules

    known = {rule.family: "a family of rules" for rule in rules()}
    for rule in rules():
        known |= {rule.slug: rule.title, rule.id: rule.title}
    return known


def _listed_rules(prefix: str = "", **_: object) -> dict[str, str]:
    """The same behind the rules that stand in the list already."""
    before = prefix.rpartition(",")[0]
    return {f"{before},{name}" if before else name: title for name, title in _rules().items()}


def _releases(**_: object) -> list[str]:
    from vmlint.kubevirt.releases import NEWEST

    return [f"{NEWEST.major}.{minor}" for minor in range(NEWEST.minor, -1, -1)]


def _reports(prefix: str = "", **_: object) -> list[str]:
    """A format, and the files that it may go to."""
    from argcomplete.completers import FilesCompleter

    from vmlint.report import FORMATS

    format, equals, file = prefix.partition("=")
    if equals:
        return [f"{format}={found}" for found in FilesCompleter()(file)]
    return [f"{format}=" for format in FORMATS]


def _originals(**_: object) -> list[str]:
    from vmlint.catalog.instancetypes import catalog, newest

    known = catalog(newest())
    kinds = ("VirtualMachineClusterInstancetype", "VirtualMachineClusterPreference")
    return [name for kind in kinds for name in known.names(kind)]


def _sources(**_: object) -> list[str]:
    from vmlint.cli.create_pvc import GROUPS

    return list(GROUPS)


_ANSWERS: dict[str, Callable[..., Sequence[str] | dict[str, str]]] = {
    "RULE": _rules,
    "RULES": _listed_rules,
    "RELEASE": _releases,
    "FORMAT=FILE": _reports,
    "original": _originals,
    "data_source_ref_kind": _sources,
}
"""What an option takes, by its own name or by that of its value."""
