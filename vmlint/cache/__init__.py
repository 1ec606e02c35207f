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

from vmlint.engine.judged import Judged
from vmlint.engine.workspace import Gathering
from vmlint.errors import VmlintError
from vmlint.findings.finding import Report
from vmlint.runtime.profiling import stage

if TYPE_CHECKING:
    from vmlint.cache.earlier import Earlier
    from vmlint.cache.store import Store

__all__ = ["Cache"]

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

    def report(self, gathering: Gathering, judged: Callable[[Earlier | None], Judged]) -> Report:
        """The report of what was read: the one that is known, else the one that is made now, which is kept."""
        size = sum(len(raw.data) for group in gathering.files for raw in group)
        if size < self._least_bytes or gathering.difference is not None or gathering.settings.render:
            return judged(None).report  # a commit, or another program, has its say too

        from vmlint.cache.keys import build_id, contents_of, folder_key, run_key, scope_of
        from vmlint.cache.reports import packed, unpacked
        from vmlint.cache.store import Store, default_folder

        folder = self._folder or default_folder()
        if folder is None:
            return judged(None).report

        self._store = store = Store(folder)
        settings = gathering.settings
        with stage("cache"):
            scope = scope_of(settings, gathering.paths, build_id(store), datetime.date.today())
            contents = contents_of(gathering)
            key = run_key(scope, gathering, contents) if scope is not None else ""
            if key and (held := store.get("run", key)) and (known := unpacked(held, settings.all_rules())):
                return known
        if scope is None:
            return judged(None).report

        from vmlint.cache.earlier import Earlier
        from vmlint.cache.memory import can_remember, learned, recalled, written

        with stage("cache"):
            place = folder_key(scope, gathering, contents)
            memory = recalled(held) if (held := store.get("memory", place)) else None
            earlier = Earlier(memory, gathering.files.files, contents[0]) if memory else None
        made = _with_memory(judged, earlier) if earlier and earlier.knows_most else None
        made = made or judged(None)
        if not made.report.crashes and made.report.stopped is None:
            with stage("cache"):
                store.put("run", key, packed(made.report))
                if can_remember(made.opened):
                    store.put("memory", place, written(learned(made, contents[0], memory)))
        return made.report


def _with_memory(judged: Callable[[Earlier | None], Judged], earlier: Earlier) -> Judged | None:
    """A run with what is known of an earlier one, None where that breaks it: whatever stood in the entry, a run without
    it has the last word, and breaks again where the fault is another one."""
    try:
        made = judged(earlier)
    except (VmlintError, KeyboardInterrupt):
        raise
    except Exception:
        return None
    return None if made.report.crashes else made
