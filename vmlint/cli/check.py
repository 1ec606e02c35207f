"""`vmlint check`: lint manifests."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from vmlint.cli.arguments import Parser, add_color, one_of
from vmlint.cli.exits import Exit
from vmlint.cli.options import Target, add_options, add_output, targets_of
from vmlint.cli.output import encoding, say, uses_color, uses_links, width, write, write_file
from vmlint.cli.progress import Progress
from vmlint.cli.reading import (
    add_cache,
    add_files,
    add_judging,
    cache_of,
    judged_config,
    paths_of,
    say_crashes,
    stdin_of,
)
from vmlint.errors import UsageError
from vmlint.runtime.profiling import stage

if TYPE_CHECKING:
    from vmlint.cache import Cache
    from vmlint.config.config import Config
    from vmlint.findings.finding import Finding, Report
    from vmlint.fix.fixing import Fixing
    from vmlint.fix.rewriting import Rewrite
    from vmlint.runtime.profiling import Profile

__all__ = ["make_parser", "run"]

_FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")
_COUNTED = ("text", "json")

_DESCRIPTION = (
    "Reads all manifests under the paths as one cluster, and reports what KubeVirt and CDI would do with each of them. "
    "Settings without an option come from `.vmlint.yaml` or `[tool.vmlint]` in pyproject.toml, found upward from "
    "the first path."
)

_EXAMPLES = (
    ("vmlint check", "all manifests under the working directory"),
    ("vmlint check apps/ infra/", "two folders, as one cluster"),
    ("vmlint check --closed-world", "treat objects outside the files as missing"),
    ("vmlint check --context cluster/", "objects that exist already"),
    ("vmlint check --select storage", "one family of rules"),
    ("vmlint check --changed=origin/main", "what a branch affects"),
    ("vmlint check --rules policies/", "with custom rules"),
    ("vmlint check --report sarif=out.sarif", "text here, SARIF in a file"),
    ("vmlint check --no-cache", "as if it were the first run"),
    ("kustomize build . | vmlint check -", "what another program renders"),
)


def make_parser() -> Parser:
    parser = Parser("check", _DESCRIPTION, _EXAMPLES, {exit: exit.meaning for exit in Exit})
    read = parser.add_argument_group("input")
    add_files(read)

    judged = parser.add_argument_group("rules and cluster")
    add_judging(judged)
    judged.add_argument(
        "--changed",
        metavar="REF",
        nargs="?",
        const="HEAD",
        help="report only what uncommitted changes affect, or in the CI of a pull request the changes since its "
        "base; with =REF, the changes since the merge base with that revision",
    )

    speed = parser.add_argument_group("performance")
    speed.add_argument(
        "--jobs",
        metavar="N",
        type=_jobs,
        help="the number of processes, at most one per processor (default: chosen by the number of files)",
    )
    add_cache(speed)
    speed.add_argument(
        "--reuse",
        metavar="MODE",
        type=one_of("all", "none"),
        default="all",
        help="save work (all, the default) or do all of it for debugging (none): no cache, one process, every document "
        "decoded, every object judged by itself; the report is the same",
    )
    speed.add_argument(
        "--profile",
        action="store_true",
        help="print to standard error how long each stage and rule takes, in one process",
    )

    fixed = parser.add_argument_group("fixes")
    fixed.add_argument("--fix", action="store_true", help="apply safe fixes to the files")
    fixed.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help=("with --fix or --diff: include fixes that are a guess or a decision"),
    )
    fixed.add_argument(
        "--fix-suppressions",
        action="store_true",
        help="remove unused suppression comments and annotations from the files",
    )
    fixed.add_argument(
        "--diff",
        action="store_true",
        help="show the fixes as a patch without writing them; exit with 1 if there are any",
    )

    shown = parser.add_argument_group("output")
    add_output(
        shown,
        _FORMATS,
        "text (the default), concise (one line a finding), json, sarif, github, gitlab, junit, markdown",
        "json=report.json",
    )
    shown.add_argument(
        "--statistics",
        action="store_true",
        help="count the findings by rule, kind and file; text shows the counts instead of the list",
    )
    shown.add_argument(
        "--show-suppressed", action="store_true", help=("list suppressed findings and their reasons (text)")
    )
    volume = shown.add_mutually_exclusive_group()
    volume.add_argument("-q", "--quiet", action="store_true", help="print only findings, without summary and progress")
    volume.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="show each finding by itself, and list all that is skipped or undecided, and external references",
    )
    add_color(shown)
    add_options(shown, "--help")
    return parser


def _jobs(text: str) -> int:
    from argparse import ArgumentTypeError

    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"`{text}` is not a valid number of processes: use 1 or more")
    return int(text)


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    if not arguments.profile:
        return _run(arguments)
    from vmlint.runtime.profiling import profiled

    with profiled() as profile:
        exit = _run(arguments)
    say("\n".join(_table(profile)))
    return exit


_MOST_RULES = 20
"""How many rules a profile names; the others are summed up."""


def _table(profile: Profile) -> Iterator[str]:
    """Where the time went, the longest first."""
    whole = sum(share.seconds for share in profile.stages.values()) or 1.0
    yield f"{'stage':<40} {'seconds':>9} {'share':>6}"
    for name, share in sorted(profile.stages.items(), key=lambda row: -row[1].seconds):
        yield f"{name:<40} {share.seconds:9.3f} {share.seconds / whole:6.0%}"
    if not profile.rules:
        return
    rows = [(slug, share.calls, share.seconds) for slug, share in profile.rules.items() if share.calls]
    rows.sort(key=lambda row: -row[2])
    rest = rows[_MOST_RULES:]
    if rest:
        about = f"{len(rest)} more rules"
        rows[_MOST_RULES:] = [(about, sum(calls for _, calls, _ in rest), sum(seconds for *_, seconds in rest))]
    yield ""
    yield f"{'rule':<40} {'seconds':>9} {'calls':>9} {'µs a call':>10}"
    for slug, calls, seconds in rows:
        yield f"{slug:<40} {seconds:9.3f} {calls:9} {seconds / calls * 1e6:10.1f}"


def _run(arguments: Namespace) -> Exit:
    fixes = arguments.fix or (arguments.diff and not arguments.fix_suppressions)
    edits = fixes or arguments.fix_suppressions
    if arguments.unsafe_fixes and not fixes:
        raise UsageError("`--unsafe-fixes` adds to `--fix` or `--diff`: write one of them too")
    if edits and "-" in arguments.paths:
        raise UsageError("standard input can't be fixed: name files or folders")
    targets = _targets(arguments)
    if arguments.changed == "HEAD":
        from vmlint.cli.pull_request import base_of

        arguments.changed = base_of(os.environ) or "HEAD"
    config = judged_config(arguments)
    paths = paths_of(arguments, config)
    rewrites = _rewrites(paths, config, arguments, fixes=fixes) if edits else []
    if edits and arguments.diff:
        _show_patch("".join(rewrite.diff() for rewrite in rewrites))
        return Exit.FINDINGS if rewrites else Exit.CLEAN
    if edits:
        from vmlint.fix.rewriting import write_all

        write_all(rewrites)
    report = _reported(paths, config, arguments, references=any(target.format == "text" for target in targets))
    with stage("report"):
        for target in targets:
            _deliver(report, target, arguments)
    if _compared_nothing(report):
        say("nothing was compared: the checkout is the commit itself; name the base, as `--changed=origin/main`")
    if report.crashes:
        say_crashes(report.crashes, verbose=arguments.verbose)
    return _exit_of(report, config)


def _reported(paths: Sequence[str], config: Config, arguments: Namespace, *, references: bool) -> Report:
    """The report of the run; with what the cache knows, unless the arguments refuse that."""
    cache = cache_of(arguments) if arguments.reuse == "all" else None
    listed = references and arguments.verbose
    report = _check(paths, config, arguments, partial=True, cache=cache, references=listed)
    if cache is not None and cache.refused:
        say(f"{cache.refused}. The result is the same, and takes longer")
    if arguments.verbose and cache is not None and cache.trouble:
        say(f"{cache.trouble}: nothing is kept for the next run")
    return report


def _exit_of(report: Report, config: Config) -> Exit:
    if report.crashes:
        return Exit.INTERNAL
    if report.stopped is not None:
        return Exit.INTERRUPTED
    unanswered = report.strict and report.unanswered > 0
    failed = config.fail_on != "never" and (unanswered or report.at_least(config.fail_on) > 0)
    return Exit.FINDINGS if failed else Exit.CLEAN


def _compared_nothing(report: Report) -> bool:
    """Whether CI compares a commit with itself: its working tree has no changes that are not committed."""
    changed = report.changed
    if changed is None or changed.since != "HEAD" or changed.objects:
        return False

    from vmlint.cli.pull_request import is_ci

    return is_ci(os.environ)


def _show_patch(patch: str) -> None:
    from vmlint.report.untrusted import patch_text

    shown, escaped = patch_text(patch)
    write(shown)
    if escaped:
        lines = "1 line is" if escaped == 1 else f"{escaped} lines are"
        say(f"{lines} shown with escapes and would not apply as a patch: `--fix` makes the edits")


def _check(
    paths: Sequence[str],
    config: Config,
    arguments: Namespace,
    *,
    partial: bool = False,
    overlay: Mapping[str, bytes] | None = None,
    cache: Cache | None = None,
    references: bool = False,
) -> Report:
    from vmlint.api import check

    with Progress(sys.stderr, wanted=not arguments.quiet) as progress:
        return check(
            paths,
            config,
            stdin=stdin_of(paths),
            progress=progress,
            changed=arguments.changed,
            overlay=overlay,
            partial=partial,
            cache=cache,
            jobs=1 if arguments.profile else arguments.jobs,
            reuse=arguments.reuse == "all",
            references=references,
        )


def _rewrites(paths: Sequence[str], config: Config, arguments: Namespace, *, fixes: bool) -> list[Rewrite]:
    """What is to be written: findings are fixed first, then suppressions are pruned of what is unused after that."""
    from vmlint.fix.prune import prune

    fixed: list[Rewrite] = _fixed(paths, config, arguments) if fixes else []
    if not arguments.fix_suppressions:
        return fixed
    contents = {rewrite.file: rewrite.new for rewrite in fixed}
    pruning = prune(_check(paths, config, arguments, overlay=contents).suppressions, contents)
    done = [] if arguments.diff else [f"{one} removed" for one in pruning.done]
    for message in (*pruning.left, *done):
        say(message)
    after = {rewrite.file: rewrite for rewrite in fixed}
    for rewrite in pruning.rewrites:
        before = after.get(rewrite.file, rewrite)
        after[rewrite.file] = before._replace(new=rewrite.new)
    return [after[file] for file in sorted(after)]


def _fixed(paths: Sequence[str], config: Config, arguments: Namespace) -> list[Rewrite]:
    from vmlint.fix.fixing import fix

    # An installed kustomize reads what is on disk, so that the files with their edits are built here.
    plain = config.replace(render=False)
    fixing = fix(
        lambda contents: _check(paths, plain, arguments, overlay=contents), unsafe=bool(arguments.unsafe_fixes)
    )
    for finding, reason in fixing.unfixed:
        say(f"{finding.file}:{finding.line}: {finding.slug} is not fixed: {reason}")
    if not arguments.quiet:
        for message in _no_patch(fixing) if arguments.diff else _counts_by_file(fixing.fixed):
            say(message)
    return list(fixing.rewrites)


def _no_patch(fixing: Fixing) -> list[str]:
    """Why the patch is empty, if it is."""
    from vmlint.report.wording import counted
    from vmlint.rule import Fix

    if fixing.rewrites or fixing.unfixed:
        return []
    unsafe = sum(
        finding.file_fix is not None and finding.file_fix.how is Fix.UNSAFE for finding in fixing.report.findings
    )
    return [f"no safe fixes; `--unsafe-fixes` shows {counted(unsafe, 'other')}" if unsafe else "no fixes"]


def _counts_by_file(done: Sequence[Finding]) -> list[str]:
    """A line for each file with what was fixed in it."""
    by_file: dict[str, Counter[str]] = {}
    for finding in done:
        if finding.file_fix is not None:
            by_file.setdefault(finding.file_fix.file, Counter())[finding.slug] += 1
    return [
        f"{file}: fixed {', '.join(slug if number == 1 else f'{slug} ({number})' for slug, number in counts.items())}"
        for file, counts in sorted(by_file.items())
    ]


def _targets(arguments: Namespace) -> list[Target]:
    """Where the report goes, checked before anything is read."""
    formats = [arguments.format, *(target.format for target in arguments.report)]
    if arguments.statistics and not set(formats) & set(_COUNTED):
        raise UsageError("`--statistics` counts in text and json, and neither is written")
    return targets_of(arguments)


def _deliver(report: Report, target: Target, arguments: Namespace) -> None:
    from vmlint.report import render

    stream = sys.stdout if target.file is None else None
    text = render(target.format, report, **_options(target, stream, arguments))
    if target.file is None:
        write(text)
    else:
        write_file(target.file, text)


def _options(target: Target, stream: TextIO | None, arguments: Namespace) -> dict[str, Any]:
    counted = {"statistics": arguments.statistics} if target.format in _COUNTED else {}
    if target.format not in ("text", "concise", "github"):
        return counted
    options: dict[str, Any] = {"quiet": arguments.quiet, "encoding": encoding(stream), **counted}
    if target.format in ("text", "concise"):
        options |= {"color": uses_color(arguments.color, stream), "links": uses_links(arguments.color, stream)}
    if target.format == "text":
        options |= {
            "width": width(stream),
            "verbose": arguments.verbose,
            "show_suppressed": arguments.show_suppressed,
        }
    return options
