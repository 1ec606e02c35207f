"""`vmlint audit`: check many repositories, query what was found, report it."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vmlint.cli.arguments import Parser, one_of
from vmlint.cli.exits import Exit
from vmlint.cli.output import check_writable, say, write, write_file
from vmlint.cli.progress import Progress
from vmlint.errors import UsageError

if TYPE_CHECKING:
    from vmlint.audit.folder import OutFolder

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "`run` checks every repository of an audit file that has changed, on this machine or on a Dask cluster, and adds "
    "a run to the tables in the out folder. `query` prints the rows of a SELECT over these tables. `report` shows the "
    "last run: trends, the worst repositories, rules, instancetypes, upgrades, and what is new and fixed. Needs the "
    "extra `audit`."
)

_EXAMPLES = (
    ("vmlint audit run AUDIT.yaml --out audit", "check what has changed, and add a run"),
    ("vmlint audit run AUDIT.yaml --scheduler tcp://dask:8786", "on a cluster that exists"),
    ('vmlint audit query "SELECT * FROM rule_counts"', "rules by the number of their findings"),
    ('vmlint audit query "SELECT * FROM new_findings" --format csv', "findings that the run before did not have"),
    ("vmlint audit report --format html --output audit.html", "one page for everybody"),
)

_EXITS = {
    Exit.CLEAN: "done; findings do not change the exit code",
    Exit.FINDINGS: "done, and some repository has no result: its row shows the reason",
    Exit.USAGE: Exit.USAGE.meaning,
    Exit.NOTHING_READ: "the audit file names no repository, or the out folder has no run",
    **{exit: exit.meaning for exit in (Exit.INTERNAL, Exit.INTERRUPTED)},
}

_OUT = "audit"
_REPORTS = ("html", "markdown", "json")
_ROWS = ("table", "csv", "json")


def make_parser() -> Parser:
    parser = Parser("audit", _DESCRIPTION, _EXAMPLES, _EXITS)
    parser.add_argument(
        "action",
        metavar="run|query|report",
        nargs="?",
        type=one_of("run", "query", "report"),
        help="check repositories, query the tables, or show the last run",
    )
    parser.optional = ("subject",)
    parser.add_argument(
        "subject", metavar="AUDIT.yaml|SQL", nargs="?", help="the audit file of run, the SELECT of query"
    )
    parser.add_argument("--out", metavar="FOLDER", default=_OUT, help=f"the folder of the tables (default: {_OUT})")
    work = parser.add_argument_group("run")
    work.add_argument("--scheduler", metavar="ADDRESS", help="the scheduler of a Dask cluster, as tcp://host:8786")
    work.add_argument(
        "--workers",
        metavar="N",
        type=_number,
        help="repositories checked at once on this machine (default: processors)",
    )
    work.add_argument(
        "--processes", action="store_true", help="a Dask process for each local worker (default: threads of this one)"
    )
    shown = parser.add_argument_group("output")
    shown.add_argument(
        "--format",
        metavar="FORMAT",
        type=one_of(*_REPORTS, *_ROWS[:2]),
        help="of report: html (the default), markdown, json; of query: table (the default), csv, json",
    )
    shown.add_argument("--output", metavar="FILE", help="write to a file instead of standard output")
    shown.add_argument("-q", "--quiet", action="store_true", help="print no progress and no summary")
    shown.add_argument("-h", "--help", action="help", help="show this help")
    return parser


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1024:
        raise ArgumentTypeError(f"`{text}` is not a valid number of workers: use 1 to 1024")
    return int(text)


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    if arguments.action is None:
        raise UsageError('name an action: `vmlint audit run AUDIT.yaml`, `query "SELECT …"` or `report`')
    _check_options(arguments)
    try:
        return _ACTIONS[arguments.action](arguments)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise UsageError(f"`{error.name}` is not installed: install vmlint with its extra `audit`") from error


_EXTRA = ("dask", "distributed", "duckdb", "pyarrow")
_ONLY_RUN = ("scheduler", "workers", "processes", "quiet")


def _check_options(arguments: Namespace) -> None:
    action = arguments.action
    if action == "run":
        wrong = [name for name in ("format", "output") if getattr(arguments, name) is not None]
    else:
        wrong = [name for name in _ONLY_RUN if getattr(arguments, name)]
        known = _REPORTS if action == "report" else _ROWS
        if arguments.format is not None and arguments.format not in known:
            raise UsageError(f"`--format` of `{action}` must be {', '.join(known[:-1])} or {known[-1]}")
    if wrong:
        raise UsageError(f"`--{wrong[0]}` does not apply to `vmlint audit {action}`")
    if action == "report" and arguments.subject is not None:
        raise UsageError(f"`report` takes no `{arguments.subject}`: `--out` names the folder of the tables")
    if action != "report" and not arguments.subject:
        what = "the audit file" if action == "run" else "a SELECT in quotes"
        raise UsageError(f"`vmlint audit {action}` needs {what}")
    if arguments.scheduler and (arguments.workers or arguments.processes):
        raise UsageError("`--workers` and `--processes` are for this machine, and `--scheduler` names a cluster")
    if arguments.output is not None:
        check_writable(arguments.output)


def _run(arguments: Namespace) -> Exit:
    from vmlint.audit.cluster import connected
    from vmlint.audit.file import read
    from vmlint.audit.run import run as run_audit
    from vmlint.errors import NothingToRead

    audit = read(Path(arguments.subject))
    if not audit.tasks:
        raise NothingToRead(f"`{audit.file}` names no repository")
    out = _out(arguments)
    try:
        with Progress(sys.stderr, wanted=not arguments.quiet) as progress:
            summary = run_audit(
                audit,
                out,
                lambda: connected(arguments.scheduler, arguments.workers, processes=arguments.processes),
                progress,
            )
    except KeyboardInterrupt:
        say(f"vmlint audit: stopped with Ctrl-C: `{out.root}` keeps what is done, and the next run goes on from there")
        return Exit.INTERRUPTED
    if not arguments.quiet:
        statuses = ", ".join(f"{number} {status}" for status, number in sorted(summary.statuses.items()))
        how = f"{summary.checked} new and {summary.reused} kept results, in {summary.seconds:.1f} s"
        say(f"run {summary.run}: {statuses}; {how}")
    return Exit.FINDINGS if summary.statuses.get("failed") else Exit.CLEAN


def _query(arguments: Namespace) -> Exit:
    from vmlint.audit.query import ask, opened
    from vmlint.audit.rows import render

    result = ask(opened(_out(arguments)), arguments.subject)
    _deliver(render(arguments.format or "table", result), arguments)
    return Exit.CLEAN


def _report(arguments: Namespace) -> Exit:
    from vmlint.audit.overview import overview
    from vmlint.audit.rendering import render

    _deliver(render(arguments.format or "html", overview(_out(arguments))), arguments)
    return Exit.CLEAN


_ACTIONS = {"run": _run, "query": _query, "report": _report}


def _out(arguments: Namespace) -> OutFolder:
    from vmlint.audit.folder import OutFolder

    if not arguments.out:
        raise UsageError("`--out` needs the name of a folder")
    return OutFolder(Path(arguments.out))


def _deliver(text: str, arguments: Namespace) -> None:
    if arguments.output is None:
        write(text)
    else:
        write_file(arguments.output, text)
