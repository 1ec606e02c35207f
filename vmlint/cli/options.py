"""The options that several commands share: one table, so that each has one meaning and one text."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace, _ActionsContainer
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vmlint.cli.arguments import one_of
from vmlint.cli.output import check_writable
from vmlint.errors import UsageError
from vmlint.record import Record

__all__ = ["Target", "add_options", "add_output", "targets_of"]

_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "--config": {"metavar": "FILE", "help": "the configuration file, instead of the nearest"},
    "--exclude": {
        "metavar": "GLOB",
        "action": "append",
        "default": [],
        "help": "skip files, with patterns as in a .gitignore (repeatable)",
    },
    "--context": {
        "metavar": "PATH",
        "action": "append",
        "default": [],
        "help": "objects that exist in the cluster and are not linted (repeatable)",
    },
    "--crds": {
        "metavar": "PATH",
        "action": "append",
        "default": [],
        "help": "additional CustomResourceDefinitions to validate custom resources against (repeatable)",
    },
    "--render": {
        "action": "store_true",
        "default": None,
        "help": "build kustomizations with the installed kustomize or kubectl; nothing is fetched or run for it",
    },
    "--closed-world": {
        "action": "store_true",
        "default": None,
        "help": "treat objects outside the files as missing",
    },
    "--target": {"metavar": "RELEASE", "help": "the KubeVirt release of the cluster, such as 1.8, or main"},
    "--default-namespace": {"metavar": "NAME", "help": "the namespace of objects that name none"},
    "--output": {"metavar": "FILE", "help": "write to a file instead of standard output"},
    "--help": {"action": "help", "help": "show this help"},
}
_SHORT = {"--help": "-h"}


def add_options(group: _ActionsContainer, *names: str) -> None:
    """Adds options of the table, in the order of their names."""
    for name in names:
        flags = [_SHORT[name], name] if name in _SHORT else [name]
        group.add_argument(*flags, **_OPTIONS[name])


class Target(Record):
    """A format, and the file that it goes to: None for standard output."""

    format: str
    file: str | None


def add_output(group: _ActionsContainer, formats: Sequence[str], described: str, example: str) -> None:
    """`--format`, `--output` and `--report`. `described` lists the formats, the first one is the default; `example` is
    one of `--report`."""
    group.add_argument("--format", metavar="FORMAT", type=one_of(*formats), default=formats[0], help=described)
    add_options(group, "--output")
    group.add_argument(
        "--report",
        metavar="FORMAT=FILE",
        type=_target(formats, example),
        action="append",
        default=[],
        help="write a further report to a file (repeatable)",
    )


def _target(formats: Sequence[str], example: str) -> Callable[[str], Target]:
    def target(text: str) -> Target:
        format, equals, file = text.partition("=")
        if not equals or not file:
            raise ArgumentTypeError(f"`{text}` names no file: write `FORMAT=FILE`, such as `{example}`")
        return Target(one_of(*formats)(format), file)

    return target


def targets_of(arguments: Namespace) -> list[Target]:
    """The reports that are written, the main one first; `--output -` is standard output.

    UsageError where a file can't be written, or two reports go to one.
    """
    targets = [Target(arguments.format, None if arguments.output == "-" else arguments.output), *arguments.report]
    files = [target.file for target in targets if target.file is not None]
    for file in files:
        if files.count(file) > 1 and Path(file).name != "null":
            raise UsageError(f"two reports would go to `{file}`: name another file for one of them")
        check_writable(file)
    return targets
