"""`vmlint diff`: what an edit does to the running cluster."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vmlint.cli.arguments import Parser, add_color, comma_separated, one_of
from vmlint.cli.exits import Exit
from vmlint.cli.options import Target, add_options, add_output, targets_of
from vmlint.cli.output import encoding, uses_color, width, write, write_file
from vmlint.cli.progress import Progress
from vmlint.cli.reading import add_cluster, config_of, rules_of
from vmlint.errors import UsageError
from vmlint.record import Record

if TYPE_CHECKING:
    from vmlint.config.config import Config
    from vmlint.impact.model import Impact
    from vmlint.kubevirt.releases import Release

__all__ = ["make_parser", "run"]

_FORMATS = ("text", "json", "markdown", "github", "html")

_DESCRIPTION = (
    "Compares two states of a repository, and shows what happens to the VMs and disks of a cluster that runs the first "
    "when the second is applied: what is refused, which guests must be restarted, what changes while they run, what "
    "waits for the next start, and what is deleted with its data. Without a revision, the last commit is compared with "
    "the working tree; in a pull request's build, the commit where the branch began."
)

_EXAMPLES = (
    ("vmlint diff", "what no commit has yet"),
    ("vmlint diff origin/main", "a branch, since it left `main`"),
    ("vmlint diff v1.4 v1.5 apps/", "two revisions, one folder"),
    ("vmlint diff old/ new/", "two folders"),
    ("vmlint diff --target 1.7..1.9 apps/", "what an upgrade of KubeVirt means"),
    ("vmlint diff --fail-on data-loss,refused", "for a build that must not pass"),
    ("vmlint diff origin/main --format markdown", "a comment for the pull request"),
)

FAILURES = {
    "data-loss": ("data loss",),
    "refused": ("refused",),
    "stuck": ("trouble",),
    "deleted": ("data loss", "deleted"),
    "restart": ("restart",),
    "undecided": ("undecided",),
    "run": ("run",),
    "live": ("live",),
    "next-start": ("next start",),
    "suspended": ("suspended",),
}
"""What `--fail-on` takes, and the groups of changes that each word means."""

_EXITS = {
    Exit.CLEAN: "done; nothing of --fail-on happens",
    Exit.FINDINGS: "something of --fail-on happens",
    **{exit: exit.meaning for exit in (Exit.USAGE, Exit.NOTHING_READ, Exit.INTERNAL, Exit.INTERRUPTED)},
}


def make_parser() -> Parser:
    parser = Parser("diff", _DESCRIPTION, _EXAMPLES, _EXITS)
    read = parser.add_argument_group("what is compared")
    read.add_argument(
        "words",
        nargs="*",
        metavar="[BEFORE [AFTER]] [PATH…]",
        help="one or two revisions of git and the paths to compare, or two folders (default: the last commit and the "
        "working tree)",
    )
    add_options(read, "--config", "--exclude", "--context", "--crds")
    add_cluster(parser.add_argument_group("for which cluster"))
    shown = parser.add_argument_group("what is shown")
    add_output(shown, _FORMATS, "text (the default), json, markdown, github, html", "markdown=comment.md")
    shown.add_argument(
        "--fail-on",
        metavar="WHAT",
        type=_failures,
        default=[],
        help=f"exit with 1 for any of {', '.join(FAILURES)}, with commas (default: never)",
    )
    shown.add_argument("-q", "--quiet", action="store_true", help="list only changes that reach something")
    add_color(shown)
    add_options(shown, "--help")
    parser.set_defaults(rules=[], no_plugins=False, render=None)
    return parser


def _failures(text: str) -> list[str]:
    return [one_of(*FAILURES)(word) for word in comma_separated(text)]


class _Compared(Record):
    """What the command line compares: revisions or folders, and the paths."""

    before: str = ""
    after: str = ""
    paths: tuple[str, ...] = ()
    folders: bool = False


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    targets = targets_of(arguments)
    releases = _releases(arguments.target)
    if releases is not None:
        arguments.target = None
    compared = _Compared(paths=tuple(arguments.words)) if releases else _compared(arguments.words)
    arguments.paths = [compared.after] if compared.folders else list(compared.paths)
    config = config_of(arguments, known_rules=rules_of(arguments))
    if releases is not None:
        impact = _upgrade(arguments.paths, config, releases, quiet=arguments.quiet)
    else:
        impact = _impact(compared, config, quiet=arguments.quiet)
    for target in targets:
        _deliver(impact, target, arguments)
    failing = {group for word in arguments.fail_on for group in FAILURES[word]}
    return Exit.FINDINGS if any(change.group in failing for change in impact.changes) else Exit.CLEAN


def _releases(target: str | None) -> tuple[Release, Release] | None:
    """The two releases of `--target 1.7..1.9`; None where no more than one is named."""
    from vmlint.kubevirt.releases import Release

    if target is None or ".." not in target:
        return None
    before, after = (Release.parse(part) for part in target.split("..", 1))
    if before is None or after is None:
        raise UsageError(f"`--target {target}`: name two releases, such as `1.7..1.9`")
    return before, after


def _upgrade(paths: Sequence[str], config: Config, releases: tuple[Release, Release], *, quiet: bool) -> Impact:
    """The repository on two releases."""
    from vmlint.engine.request import RunRequest
    from vmlint.engine.workspace import snapshot_of
    from vmlint.impact.releases import compare_releases

    with Progress(sys.stderr, wanted=not quiet) as progress:
        before, after = (
            snapshot_of(RunRequest(tuple(paths), config.replace(target_kubevirt=str(release)), progress=progress))
            for release in releases
        )
        return compare_releases(before, after, releases)


def _compared(words: Sequence[str]) -> _Compared:
    """What the words mean: revisions first, then paths; two paths alone are two folders."""
    from vmlint.source.commits import knows

    folder = next((_folder(word) for word in words if _exists(word)), ".")
    revisions: list[str] = []
    for word in words[:2]:
        if _exists(word):
            break
        if not knows(word, folder):
            raise UsageError(f"`{word}` is neither a path nor a revision that this clone has (`git fetch` gets others)")
        revisions.append(word)
    paths = tuple(words[len(revisions) :])
    for path in paths:
        if not _exists(path):
            raise UsageError(f"no file or folder `{path}`")
    if len(revisions) == 2:
        return _Compared(revisions[0], revisions[1], paths)
    if revisions:
        return _Compared(revisions[0], "", paths)
    if len(paths) == 2:
        return _Compared(paths[0], paths[1], folders=True)
    if len(paths) > 2:
        raise UsageError(f"write the revision to compare with before the paths: `vmlint diff HEAD {' '.join(paths)}`")
    return _Compared(_default_revision(), "", paths)


def _folder(word: str) -> str:
    return word if Path(word).is_dir() else str(Path(word).parent)


def _exists(word: str) -> bool:
    try:
        return Path(word).exists()
    except OSError:
        return False


_BASES: Sequence[tuple[str, Callable[[str], str]]] = (
    ("GITHUB_BASE_REF", lambda name: f"origin/{name}"),
    ("CI_MERGE_REQUEST_DIFF_BASE_SHA", str),
    ("BITBUCKET_PR_DESTINATION_BRANCH", lambda name: f"origin/{name}"),
    ("CHANGE_TARGET", lambda name: f"origin/{name}"),
    ("SYSTEM_PULLREQUEST_TARGETBRANCH", lambda name: f"origin/{name.removeprefix('refs/heads/')}"),
)
"""Where build services name the branch that a pull request goes to: GitHub, GitLab, Bitbucket, Jenkins, Azure."""


def _default_revision() -> str:
    for variable, revision in _BASES:
        if value := os.environ.get(variable):
            return revision(value)
    return "HEAD"


def _impact(compared: _Compared, config: Config, *, quiet: bool) -> Impact:
    from vmlint.engine.request import RunRequest
    from vmlint.engine.states import commits, folders, since
    from vmlint.impact.compare import compare

    with Progress(sys.stderr, wanted=not quiet) as progress:
        request = RunRequest(compared.paths, config, progress=progress)
        if compared.folders:
            states = folders([compared.before], [compared.after], request)
            return compare(states.before, states.after, (compared.before, compared.after))
        if compared.after:
            states = commits(compared.before, compared.after, request)
            return compare(states.before, states.after, (compared.before, compared.after))
        states = since(compared.before, request)
        name = compared.before if compared.before == "HEAD" else f"{compared.before} ({states.commit[:12]})"
        return compare(states.before, states.after, (name, "the working tree"))


def _deliver(impact: Impact, target: Target, arguments: Namespace) -> None:
    stdout = target.file is None
    coded = encoding(sys.stdout) if stdout else "utf-8"
    if target.format == "json":
        from vmlint.report.impact.json_ import render as render_json

        text = render_json(impact)
    elif target.format == "markdown":
        from vmlint.report.impact.markdown import render as render_markdown

        text = render_markdown(impact)
    elif target.format == "github":
        from vmlint.report.impact.github import render as render_github

        text = render_github(impact, encoding=coded)
    elif target.format == "html":
        from vmlint.report.impact.html import render as render_html

        text = render_html(impact)
    else:
        from vmlint.report.impact.text import render as render_text

        color = stdout and uses_color(arguments.color, sys.stdout)
        columns = width(sys.stdout) if stdout else None
        text = render_text(impact, color=color, width=columns, encoding=coded, quiet=arguments.quiet)
    if target.file is None:
        write(text)
    else:
        write_file(target.file, text)
