"""What earlier runs know: the report of files that are read again, byte for byte as they were, under the same settings;
and where some have changed, which objects these can't matter to.

Reports with and without it are the same. It is never asked whether a file is newer, only what is in it; so runs in
other folders and on other branches share what they have in common.
"""

from __future__ import annotations

import datetime
import posixpath
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vmlint.engine.analysis import Analysis
from vmlint.engine.workspace import Workspace
from vmlint.errors import VmlintError
from vmlint.findings.finding import Report
from vmlint.runtime.profiling import stage
from vmlint.source.discover import KUSTOMIZATION_FILES

if TYPE_CHECKING:
    from vmlint.cache.applied.before import AppliedBefore
    from vmlint.cache.keys import Contents
    from vmlint.cache.memory import Memory
    from vmlint.cache.store import Store
    from vmlint.engine.reuse import Reuse

__all__ = ["Cache"]

_Run = Callable[["Reuse | None"], tuple[Analysis, Report]]

_LEAST_BYTES = 256 * 1024
"""The size of the manifests below which nothing is kept: judging them takes no longer than asking."""


class Cache:
    """The cache in a folder; by default the one that `store.default_folder` names.

    A report that comes out of it has no `suppressions`, which hold places in documents that were not decoded.
    """

    def __init__(self, folder: Path | None = None, *, least_bytes: int = _LEAST_BYTES) -> None:
        self._folder = folder
        self._least_bytes = least_bytes
        self._store: Store | None = None

    @property
    def trouble(self) -> str:
        """Why the cache could not be written in the last run; "" where it could, or was not needed."""
        return self._store.trouble if self._store else ""

    @property
    def refused(self) -> str:
        """Why the folder of the cache was not used in the last run; "" where it was, or was not needed."""
        return self._store.refused if self._store else ""

    def report(self, workspace: Workspace, run: _Run) -> Report:
        """The report of what was read: the one that is known, else the one that is made now, which is kept."""
        size = sum(len(raw.data) for group in workspace.files[:3] for raw in group)
        if size < self._least_bytes or workspace.difference is not None or workspace.settings.render:
            return run(None)[1]  # a commit, or another program, has its say too

        from vmlint.cache.keys import build_id, contents_of, run_key, scope_of
        from vmlint.cache.reports import packed, unpacked
        from vmlint.cache.store import Store, default_folder

        folder = self._folder or default_folder()
        if folder is None:
            return run(None)[1]

        self._store = store = Store(folder)
        settings = workspace.settings
        with stage("cache"):
            scope = scope_of(settings, workspace.paths, build_id(store), datetime.date.today())
            contents = contents_of(workspace)
            key = run_key(scope, workspace, contents) if scope is not None else ""
            if key and (entry := store.get("run", key)) and (known := unpacked(entry, settings.all_rules())):
                return known._replace(strict=settings.strict)
        if scope is None:
            return run(None)[1]

        kept: _Plain | _Applied = _Plain(store, scope, workspace, contents)
        if any(posixpath.basename(raw.name) in KUSTOMIZATION_FILES for raw in workspace.files.files):
            kept = _Applied(store, scope, workspace, contents)
        with stage("cache"):
            previous = kept.previous()
        found = _with_memory(run, previous) if previous else None
        analysis, report = found or run(None)
        if not report.crashes and report.stopped is None:
            with stage("cache"):
                store.put("run", key, packed(report))
                kept.keep(analysis, reused=found is not None)
        return report


class _Plain:
    """What is kept of files that are applied as they are."""

    def __init__(self, store: Store, scope: bytes, workspace: Workspace, contents: Contents) -> None:
        from vmlint.cache.keys import folder_key

        self._store = store
        self._files = workspace.files.files
        self._contents = contents[0]
        self._key = folder_key(scope, workspace, contents)
        self._memory: Memory | None = None

    def previous(self) -> Reuse | None:
        """What an earlier run knows of most files, None where none does."""
        from vmlint.cache.memory import recalled
        from vmlint.cache.previous import PreviousRun

        entry = self._store.get("memory", self._key)
        self._memory = recalled(entry) if entry else None
        previous = PreviousRun(self._memory, self._files, self._contents) if self._memory else None
        return previous if previous and previous.knows_most else None

    def keep(self, analysis: Analysis, *, reused: bool) -> None:
        from vmlint.cache.memory import can_remember, learned, written

        if can_remember(analysis.snapshot):
            self._store.put("memory", self._key, written(learned(analysis, self._contents, self._memory)))


class _Applied:
    """What is kept of files that kustomizations apply."""

    def __init__(self, store: Store, scope: bytes, workspace: Workspace, contents: Contents) -> None:
        from vmlint.cache.keys import content_of, folder_key

        self._store = store
        self._files = workspace.files.files
        texts = {f"text {file}": content_of(data).hex() for file, data in workspace.files.beside.contents.items()}
        self._contents = contents[0] | texts
        self._key = folder_key(scope, workspace, contents[:3])  # what lies beside shows in what is built
        self._previous: AppliedBefore | None = None

    def previous(self) -> Reuse | None:
        from vmlint.cache.applied.before import AppliedBefore
        from vmlint.cache.applied.entry import recalled

        entry = self._store.get("applied", self._key)
        memory = recalled(entry) if entry else None
        previous = AppliedBefore(memory, self._files, self._contents) if memory else None
        self._previous = previous if previous and previous.knows_most else None
        return self._previous

    def keep(self, analysis: Analysis, *, reused: bool) -> None:
        from vmlint.cache.applied.entry import written
        from vmlint.cache.applied.learning import learned

        before = self._previous if reused else None
        if before and before.knows_enough(analysis.snapshot):
            return
        if not any(rule.pack for rule in analysis.snapshot.settings.all_rules()):
            self._store.put("applied", self._key, written(learned(analysis, self._contents, before)))


def _with_memory(run: _Run, previous: Reuse) -> tuple[Analysis, Report] | None:
    """A run with what is known of an earlier one, None where that breaks it: whatever is in the entry, a run without
    it has the last word, and breaks again where the fault is another one."""
    try:
        found = run(previous)
    except (VmlintError, KeyboardInterrupt):
        raise
    except Exception:
        return None
    return None if found[1].crashes else found
