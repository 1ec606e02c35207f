"""What earlier runs know: the report of files that are read again, byte for byte as they were, under the same settings;
and where some have changed, which objects these can't matter to.

Reports with and without it are the same. It is never asked whether a file is newer, only what is in it; so runs in
other folders and on other branches share what they have in common.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vmlint.engine.analysis import Analysis
from vmlint.engine.workspace import Workspace
from vmlint.errors import VmlintError
from vmlint.findings.finding import Report
from vmlint.runtime.profiling import stage

if TYPE_CHECKING:
    from vmlint.cache.previous import PreviousRun
    from vmlint.cache.store import Store

__all__ = ["Cache"]

_Run = Callable[["PreviousRun | None"], tuple[Analysis, Report]]

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

        from vmlint.cache.keys import build_id, contents_of, folder_key, run_key, scope_of
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
                return known
        if scope is None:
            return run(None)[1]

        from vmlint.cache.memory import can_remember, learned, recalled, written
        from vmlint.cache.previous import PreviousRun

        with stage("cache"):
            place = folder_key(scope, workspace, contents)
            memory = recalled(entry) if (entry := store.get("memory", place)) else None
            previous = PreviousRun(memory, workspace.files.files, contents[0]) if memory else None
        found = _with_memory(run, previous) if previous and previous.knows_most else None
        analysis, report = found or run(None)
        if not report.crashes and report.stopped is None:
            with stage("cache"):
                store.put("run", key, packed(report))
                if can_remember(analysis.snapshot):
                    store.put("memory", place, written(learned(analysis, contents[0], memory)))
        return report


def _with_memory(run: _Run, previous: PreviousRun) -> tuple[Analysis, Report] | None:
    """A run with what is known of an earlier one, None where that breaks it: whatever is in the entry, a run without
    it has the last word, and breaks again where the fault is another one."""
    try:
        found = run(previous)
    except (VmlintError, KeyboardInterrupt):
        raise
    except Exception:
        return None
    return None if found[1].crashes else found
