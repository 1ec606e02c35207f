"""`vmlint baseline`: write down the findings that are there, or compare with those that were."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from vmlint.cli.arguments import Parser, add_color, one_of
from vmlint.cli.exits import Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import check_writable, encoding, say, uses_color, width, write, write_file
from vmlint.cli.progress import Progress
from vmlint.cli.reading import add_cluster, add_files, add_packs, config_of, paths_of, rules_of, say_crashes, stdin_of
from vmlint.errors import UsageError

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "`write` records the current findings in a file, so that `vmlint check --baseline` reports only new ones. `check` "
    "lists findings that are new, and entries of fixed findings, which should be removed. Findings are compared by "
    "rule, object and field, so lines may move."
)
_EXAMPLES = (
    ("vmlint baseline write", "write .vmlint-baseline.json"),
    ("vmlint baseline check", "compare it with the manifests"),
    ("vmlint check --baseline .vmlint-baseline.json", "show what is new"),
)
_EXITS = {
    Exit.CLEAN: "the file is written; or nothing is new and no entry is stale",
    Exit.FINDINGS: "findings are new, or entries are stale",
    **{exit: exit.meaning for exit in (Exit.USAGE, Exit.NOTHING_READ, Exit.INTERNAL, Exit.INTERRUPTED)},
}


def make_parser() -> Parser:
    parser = Parser("baseline", _DESCRIPTION, _EXAMPLES, _EXITS)
    done = parser.add_argument_group("what is done")
    done.add_argument(
        "action", nargs="?", metavar="write|check", type=one_of("write", "check"), help="write the file, or compare"
    )
    read = parser.add_argument_group("what is read")
    add_files(read)
    read.add_argument("--file", metavar="FILE", help="the baseline (default: `baseline`, else .vmlint-baseline.json)")
    judged = parser.add_argument_group("how it is judged")
    add_packs(judged)
    add_cluster(judged)
    shown = parser.add_argument_group("what is shown")
    add_color(shown)
    add_options(shown, "--help")
    return parser


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    if arguments.action is None:
        raise UsageError("name an action: `vmlint baseline write` or `vmlint baseline check`")

    from vmlint.findings.baseline import DEFAULT_FILE, Baseline
    from vmlint.source.write import check_place

    config = config_of(arguments, known_rules=rules_of(arguments))
    file = arguments.file or config.baseline or DEFAULT_FILE
    writes = arguments.action == "write"
    if writes:
        check_writable(file)
    elif arguments.file is None:
        check_place(file, "read")
    if arguments.file is None and Path(file).exists() and not Path(file).is_file():  # a pipe, which nobody ever fills
        raise UsageError(f"`{file}` is not a regular file: remove it, or name another baseline")
    config = config.replace(baseline=file)
    if writes:
        config = config.without_baseline()

    from vmlint.api import check

    paths = paths_of(arguments, config)
    with Progress(sys.stderr) as progress:
        report = check(paths, config, stdin=stdin_of(paths), progress=progress)
    if report.crashes:
        say_crashes(report.crashes)
        return Exit.INTERNAL
    if writes:
        baseline = Baseline.from_findings(report.findings, file)
        write_file(file, baseline.text())
        number = len(baseline)
        findings = f"{number} finding{'' if number == 1 else 's'}"
        say(f"{findings} recorded in `{file}`; `vmlint check --baseline {file}` reports only new ones")
        return Exit.CLEAN

    from vmlint.report.text import render

    stream = sys.stdout
    color, encoded = uses_color(arguments.color, stream), encoding(stream)
    write(render(report, color=color, width=width(stream), encoding=encoded, verbose=True))
    return Exit.FINDINGS if report.findings or report.stale else Exit.CLEAN
