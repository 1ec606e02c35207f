"""The command line: one module a command. Only here does vmlint print or end the process."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from vmlint.cli.exits import Exit
from vmlint.cli.output import say, write
from vmlint.errors import ConfigError, NothingToRead, UsageError, described
from vmlint.model.spelling import nearest
from vmlint.runtime.gc_control import end, expect_end
from vmlint.runtime.limited import lacks_memory

__all__ = ["COMMANDS", "GROUPS", "main", "program"]

# A command is the module of its name, with `make_parser()` and `run(words)`; only the one asked for is imported.
GROUPS = {
    "find faults": {
        "check": "lint manifests, and fix what has one right answer",
        "diff": "show what an edit does to the running cluster",
        "baseline": "record the findings that exist, or compare with them",
    },
    "look at VMs": {
        "expand": "print VMs as KubeVirt would run them",
        "trace": "show how a VM gets its instancetype and preference",
        "graph": "draw which object refers to which",
    },
    "look at many repositories": {
        "audit": "check many repositories, and query and report the results",
    },
    "write manifests": {
        "customize": "make a custom instancetype or preference from another",
        "create-pvc": "print a claim with the best modes of its storage class",
    },
    "learn about rules": {
        "rules": "list the rules",
        "explain": "show the documentation of a rule",
    },
    "write custom rules": {
        "new": "begin a custom rule",
        "test": "run the fixtures of a pack of rules",
    },
    "set up": {
        "config": "show the configuration in effect, or its schema",
        "context": "print how to collect a cluster's objects",
        "cache": "show or clear the cache of earlier runs",
        "completion": "print what a shell needs to complete command lines",
        "server": "run the language server for an editor",
    },
}
"""The commands by what people want to do."""

COMMANDS = {name: what for group in GROUPS.values() for name, what in group.items()}


def _commands() -> str:
    widest = max(map(len, COMMANDS))
    return "\n\n".join(
        "\n".join((f"{title}:", *(f"  {name:<{widest}}  {what}" for name, what in group.items())))
        for title, group in GROUPS.items()
    )


_HELP = f"""\
usage: vmlint COMMAND …

Reports what KubeVirt and CDI would do with the manifests of a repository,
before anybody applies them. Nothing is read from a cluster or the network.

{_commands()}

options:
  --version  show the version
  --help     show this help; `vmlint COMMAND --help` shows its options

examples:
  vmlint check              lint all manifests under the working directory
  vmlint check manifests/   lint a folder
  vmlint diff origin/main   show what a branch does to the running cluster
  vmlint expand --vm web    show a VM as KubeVirt would run it
"""


def program() -> int:
    """The command line of this process, which ends after it: the exit code."""
    expect_end()
    try:
        return main()
    finally:
        end()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command line (without the program's name) and gives the exit code."""
    if "_ARGCOMPLETE" in os.environ:  # a shell asks how the line may go on
        from vmlint.cli.completion import complete

        return complete(COMMANDS)
    words = list(sys.argv[1:] if argv is None else argv)
    name = f"vmlint {words[0]}" if words and words[0] in COMMANDS else "vmlint"
    try:
        return _run(words)
    except SystemExit as exit:  # argparse has shown a help text
        return int(exit.code or 0)
    except UsageError as error:
        say(f"{name}: {error}")
        return Exit.USAGE
    except ConfigError as error:
        _trace(error)
        many = len(error.mistakes)
        for mistake in error.mistakes:
            say(mistake)
        say(f"{name}: {many} mistakes in {error.of}" if many > 1 else f"{name}: a mistake in {error.of}")
        return Exit.USAGE
    except NothingToRead as error:
        say(f"{name}: {error}")
        return Exit.NOTHING_READ
    except KeyboardInterrupt:
        say(f"{name}: stopped with Ctrl-C before the end, without a result")
        return Exit.INTERRUPTED
    except Exception as error:
        if lacks_memory(error):
            raise MemoryError from error  # `guarded` reports it
        say(_internal(name, error))
        return Exit.INTERNAL


def _run(words: list[str]) -> Exit:
    if not words:
        say(_HELP.rstrip("\n"))
        return Exit.USAGE
    command, *rest = words
    if command == "help" and rest and rest[0] in COMMANDS:
        command, rest = rest[0], ["--help"]
    if command in COMMANDS:
        exit: Exit = import_module(f"vmlint.cli.{command.replace('-', '_')}").run(rest)
        return exit
    if command in ("--help", "-h", "help"):
        write(_HELP)
    elif command in ("--version", "-V"):
        from vmlint import __version__

        write(f"vmlint {__version__}\n")
    else:
        raise UsageError(_unknown(command))
    return Exit.CLEAN


def _unknown(word: str) -> str:
    if word.startswith("-"):
        return f"unknown option `{word}`: a command comes first, such as `vmlint check` (see `vmlint --help`)"
    if os.path.exists(word):  # noqa: PTH110 - Path.exists raises for a name that is too long
        return f"unknown command `{word}`: to lint it, write `vmlint check {word}`"
    hint = nearest(word, list(COMMANDS)) or f": the commands are {', '.join(COMMANDS)}"
    return f"unknown command `{word}`{hint} (see `vmlint --help`)"


def _trace(error: Exception) -> None:
    """The way of an error through the code, for who asks."""
    if os.environ.get("VMLINT_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)


def _internal(name: str, error: Exception) -> str:
    _trace(error)
    return (
        f"{name}: internal error: {described(error)}. This is a fault in vmlint, not in your "
        "manifests, and nothing was decided about them. Please report it with the command line, the output of "
        "`vmlint --version`, and the smallest manifest that shows it; VMLINT_DEBUG=1 in the environment adds the "
        "traceback that belongs into the report."
    )
