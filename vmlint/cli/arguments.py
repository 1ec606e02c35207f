"""The command line's parser: argparse, with errors that are one clear line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

from vmlint.cli.exits import Exit
from vmlint.errors import UsageError
from vmlint.model.spelling import nearest

__all__ = ["OneOf", "Parser", "add_color", "comma_separated", "one_of"]

vars(argparse)["_"] = str
"""What argparse asks for translations of its messages. Those of vmlint are in English, and rely on what argparse says;
to look for other languages takes longer than to read the command line."""

# Messages of argparse, and what is reported instead.
_MESSAGES = (
    (r"argument (?:\S+/)?(?P<option>-\S+): expected one argument", "`{option}` needs a value"),
    (r"argument (?:\S+/)?(?P<option>-\S+): ignored explicit argument .*", "`{option}` takes no value"),
    (
        r"argument (?:\S+/)?(?P<option>-\S+): not allowed with argument (?:\S+/)?(?P<other>-\S+)",
        "`{option}` and `{other}` exclude each other",
    ),
    (r"argument (?:\S+/)?(?P<option>-\S+): (?P<rest>.*)", "`{option}`: {rest}"),
    (r"argument \S+: (?P<rest>.*)", "the argument {rest}"),
    (r"the following arguments are required: (?P<rest>.*)", "{rest} is missing"),
)


class Parser(argparse.ArgumentParser):
    """The parser of one command. `read` raises UsageError for what makes no sense.

    `examples` are command lines with what they do, `exits` the exit codes with what they mean for this command.
    """

    def __init__(
        self, command: str, description: str, examples: Sequence[tuple[str, str]], exits: Mapping[Exit, str]
    ) -> None:
        self.examples = examples
        self.exits = exits
        self.optional: Sequence[str] = ()
        """The arguments that a command can do without; of all others it reports itself what is missing."""
        super().__init__(
            prog=f"vmlint {command}",
            description=description,
            formatter_class=_Unshown,
            allow_abbrev=False,
            add_help=False,
        )
        self._positionals.title = "arguments"

    def format_help(self) -> str:
        self.formatter_class = _Help
        codes = [(f"{exit:>3}", meaning) for exit, meaning in self.exits.items()]
        self.epilog = "\n".join(["examples:", *_columns(self.examples), "", "exit codes:", *_columns(codes)])
        return self._with_needed(super().format_help())

    def format_usage(self) -> str:
        return self._with_needed(super().format_usage())

    def _with_needed(self, text: str) -> str:
        """The text without brackets around what a command needs."""
        for action in self._get_positional_actions():
            if action.dest not in self.optional:
                text = text.replace(f"[{action.metavar}]", str(action.metavar), 1)
        return text

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The arguments. Options and paths may stand in any order; behind `--` are paths alone."""
        if any(map(_may_ask_help, words)):  # which holds the usage as it is now
            self.formatter_class = _Help
        else:
            self.usage = ""
        found, unknown = self.parse_known_intermixed_args(_safe(words))
        if unknown:
            self.error(self._unknown(unknown[0]))
        return found

    def _unknown(self, word: str) -> str:
        if not word.startswith("-"):
            return f"one argument too many: `{word}`"
        option = word.partition("=")[0]
        names = [known.removeprefix("--") for known in self._option_string_actions if known.startswith("--")]
        return f"unknown option `{option}`{nearest(option.lstrip('-'), names, '--')}"

    def error(self, message: str) -> NoReturn:
        for pattern, wording in _MESSAGES:
            if found := re.fullmatch(pattern, message, re.DOTALL):
                message = wording.format(**found.groupdict())
        raise UsageError(f"{message} (see `{self.prog} --help`)")


def _may_ask_help(word: str) -> bool:
    return word == "--help" or (word[:1] == "-" != word[1:2] and "h" in word)


def _safe(words: Sequence[str]) -> Sequence[str]:
    """The words, with paths behind `--` that can't be taken for options: argparse passes over a line twice, and heeds
    `--` only once."""
    if "--" not in words:
        return words
    paths = words.index("--") + 1
    return [*words[:paths], *(f"./{word}" if word[:1] == "-" != word else word for word in words[paths:])]


_LEAST = 24
"""The columns that an explanation needs beside what it explains."""


class _Unshown(argparse.HelpFormatter):
    """What argparse asks whenever an option is added, though few runs show a help text. It needs no terminal."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=80)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Fills the description, and keeps the lines of the epilog."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        from textwrap import fill

        return text if "\n" in text else fill(text, min(width, 80))

    def _split_lines(self, text: str, width: int) -> list[str]:
        from textwrap import wrap

        return wrap(text, width, break_on_hyphens=False)  # a file's name stays in one piece


def _columns(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Two columns; the second is under the first where the terminal is too narrow for both."""
    from shutil import get_terminal_size
    from textwrap import fill

    columns = get_terminal_size().columns
    first = max(len(left) for left, _ in rows)
    beside = columns - first - 4 >= _LEAST
    hang = " " * (first + 4 if beside else 6)
    for left, right in rows:
        wrapped = fill(right, max(columns, _LEAST), initial_indent=hang, subsequent_indent=hang)
        yield f"  {left:<{first}}{wrapped[first + 2 :]}" if beside else f"  {left}\n{wrapped}"


class OneOf:
    """The type of an option that takes one of some words."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words

    def __call__(self, text: str) -> str:
        if text not in self.words:
            listed = f"{', '.join(self.words[:-1])} or {self.words[-1]}"
            raise argparse.ArgumentTypeError(f"must be {listed}, not `{text}`{nearest(text, self.words)}")
        return text


def one_of(*words: str) -> OneOf:
    """The type of an option that takes one of the words."""
    return OneOf(words)


def comma_separated(text: str) -> list[str]:
    """The type of an option that takes several names at once."""
    return [name for part in text.split(",") if (name := part.strip())]


def add_color(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        "--color",
        type=one_of("auto", "always", "never"),
        default="auto",
        metavar="WHEN",
        help="colour: auto (on a terminal, unless NO_COLOR is set), always or never",
    )
