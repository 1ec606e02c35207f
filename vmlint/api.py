"""The public functions: each a few lines over `engine`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from vmlint import registry
from vmlint.config.config import Config
from vmlint.config.file import load_for
from vmlint.engine.analysis import Analysis, analyse
from vmlint.engine.reporting import report_of
from vmlint.engine.request import Progress, RunRequest
from vmlint.engine.reuse import Reuse
from vmlint.engine.snapshot import Comparison, Snapshot
from vmlint.engine.workspace import Workspace
from vmlint.findings.finding import Report
from vmlint.parallel.processes import workers
from vmlint.rule import Change
from vmlint.runtime.gc_control import lasting, no_garbage
from vmlint.runtime.profiling import stage

if TYPE_CHECKING:
    import datetime

    from vmlint.cache import Cache
    from vmlint.impact.model import Impact
    from vmlint.impact.touched import Touched
    from vmlint.source.git import Difference

__all__ = ["check", "diff", "judge"]


def check(
    paths: Iterable[str | Path] = (),
    config: Config | None = None,
    *,
    rules: Iterable[str] = (),
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
    changed: str | Difference | None = None,
    overlay: Mapping[str, bytes] | None = None,
    partial: bool = False,
    cache: Cache | None = None,
    jobs: int | None = 1,
    reuse: bool = True,
    references: bool = False,
    **overrides: Any,
) -> Report:
    """The report on the manifests under `paths`. `-` is standard input; without a path, the paths of the configuration
    are checked, or `.` if it has none.

    Without `config`, the configuration that is found above the first path applies. Keywords override single settings,
    by the names of `Config`. `rules` are packs of rules (paths, or names of modules) in addition to those of the
    configuration and to installed ones. `changed` is a revision of git: only findings that the changes since the last
    common commit affect are reported. `overlay` maps file names, as findings have them, to bytes that replace the
    content on disk. With `partial`, Ctrl-C stops the rules, and the report shows how far they came. `cache` reuses the
    results of earlier runs. `jobs` is the number of processes, None for a number that fits the work. Without `reuse`
    there is no cache and one process, and each object is checked by itself; the report is the same. With `references`,
    the report lists external references. `stdin` is read for `-`, and `progress` is called while the run goes on.

    Raises UsageError for an invalid argument or path, ConfigError for an invalid configuration, PackError for an
    invalid pack, and NothingToRead if there is no manifest. A file that can't be read is a finding, not an error.
    """
    paths = list(paths)
    config = load_for(paths, known_rules=registry.known(rules)) if config is None else config.knowing(rules)
    request = RunRequest.of(
        paths,
        config,
        overrides=overrides,
        revision=changed,
        overlay=overlay or {},
        stdin=stdin,
        progress=progress,
        reuse=reuse,
    )
    if not reuse:
        cache, jobs = None, 1
    with no_garbage():
        workspace = Workspace.open(request)
        snapshots: list[Snapshot] = []

        def run(previous: Reuse | None) -> tuple[Analysis, Report]:
            with workers(workspace, 1 if previous else jobs) as team:
                reuse = previous or team
                snapshot = lasting(lambda: workspace.snapshot(reuse))
                if references:
                    snapshots.append(snapshot)
                found = _judged(snapshot, reuse, progress=progress, partial=partial)
                if reuse.holds(snapshot):
                    return found
            return _judged(workspace.anew().snapshot(), Reuse(), progress=progress, partial=partial)

        report = cache.report(workspace, run) if cache else run(None)[1]
        if references:
            from vmlint.engine.references import open_references

            snapshot = snapshots[-1] if snapshots else workspace.snapshot(Reuse())
            report = report._replace(references=open_references(snapshot))
        return report


def diff(
    before: Iterable[str | Path],
    after: Iterable[str | Path] = (),
    config: Config | None = None,
    *,
    progress: Progress | None = None,
    **overrides: Any,
) -> Impact:
    """What an edit of manifests does to the cluster that runs them.

    `before` are the paths of the manifests that are applied, `after` those of the edited ones. The configuration and
    the keywords are those of `check`. Raises UsageError for an invalid argument or path, ConfigError for an invalid
    configuration, PackError for an invalid pack, and NothingToRead if there is no manifest.
    """
    from vmlint.engine.states import folders
    from vmlint.impact.compare import compare

    old, new = list(before), list(after)
    chosen = load_for(new) if config is None else config
    request = RunRequest(config=chosen, overrides=overrides, progress=progress)
    with no_garbage():
        states = lasting(lambda: folders(old, new, request))
        return compare(states.before, states.after, (", ".join(map(str, old)), ", ".join(map(str, new))))


def judge(
    snapshot: Snapshot, progress: Progress | None = None, *, partial: bool = False, today: datetime.date | None = None
) -> Report:
    """What the rules report of a snapshot that is there already. `today` decides which suppressions have expired.

    Where a rule failed is in the report's `crashes`, and is a finding that nothing suppresses.
    """
    return _judged(snapshot, Reuse(), progress=progress, partial=partial, today=today)[1]


def _judged(
    snapshot: Snapshot,
    reuse: Reuse,
    *,
    progress: Progress | None,
    partial: bool,
    today: datetime.date | None = None,
) -> tuple[Analysis, Report]:
    touched = _touched(snapshot, snapshot.comparison) if snapshot.comparison else None
    changes = list(touched.changes) if touched else None
    if changes:
        snapshot = snapshot.with_updates((number, change.new) for number, change in changes)
    with stage("judge"):
        analysis = analyse(snapshot, reuse, changes=changes, partial=partial, progress=progress)
        if changes:
            _judge_refused(analysis, changes)
    with stage("sum up"):
        return analysis, report_of(analysis, today=today, scope=touched)


def _judge_refused(analysis: Analysis, changes: Sequence[tuple[int, Change]]) -> None:
    from vmlint.impact.refused_updates import judge_refused_updates

    judge_refused_updates(analysis, changes)


def _touched(snapshot: Snapshot, comparison: Comparison) -> Touched:
    from vmlint.impact.touched import Touched

    return Touched(snapshot, comparison)
