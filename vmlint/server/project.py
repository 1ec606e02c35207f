"""A folder as the server of one editor has it: what it found there last, and what the editor has open and shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from lsprotocol import types

from vmlint.findings.finding import Finding
from vmlint.server.diagnostics import diagnostic, mistakes
from vmlint.server.positions import Encoding
from vmlint.server.session import Checked, Folder
from vmlint.server.texts import Texts
from vmlint.server.uris import uri_of
from vmlint.server.view import View
from vmlint.server.watching import Watch

__all__ = ["Project", "Shown"]

Shown = dict[str, list[types.Diagnostic]]
"""The diagnostics of files, by their names in findings."""


class Project:
    """A folder that the editor has opened, or (`is_asked_for` is false) the place of files that it has opened alone.

    `uris` are the addresses of open files by their names in findings, as the editor writes them. `wanted` is the number
    of the check that is wanted, `timer` starts it. `published` are the diagnostics that the editor shows, by addresses.
    """

    def __init__(self, folder: Folder, *, is_asked_for: bool) -> None:
        self.folder = folder
        self.is_asked_for = is_asked_for
        self.uris: dict[str, str] = {}
        self.published: dict[str, list[types.Diagnostic]] = {}
        self.checked: Checked | None = None
        self.wanted = 0
        self.timer: asyncio.TimerHandle | None = None
        self.watch: Watch | None = None
        self._first: frozenset[tuple[object, ...]] | None = None
        self._view: View | None = None

    def uri(self, name: str) -> str:
        """The address of a file."""
        return self.uris.get(name) or uri_of(self.folder.root, name)

    def forget_first(self) -> None:
        """Take the next check for the first one: the settings have changed."""
        self._first = None

    def give_up(self) -> None:
        """Have no check run or start any more."""
        self.wanted += 1
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    # Only for the thread that works

    def view(self, encoding: Encoding) -> View | None:
        """The folder as it is now; None where there is nothing to read."""
        snapshot = self.folder.snapshot()
        if snapshot is None:
            return None
        if self._view is None or self._view.snapshot is not snapshot or self._view.texts_are_stale:
            self._view = View(self.folder, snapshot, encoding)
        return self._view

    def diagnosed(
        self, encoding: Encoding, progress: Callable[[str, int, int], None], *, all_files: bool
    ) -> tuple[Checked, Shown]:
        """Check the folder: what was found, and the diagnostics of each file.

        Files that are not open have those that came after the first check, unless `all_files` is set.
        """
        checked = self.folder.check(progress)
        texts = Texts(self.folder, encoding)
        if checked.trouble:
            return checked, mistakes(checked.trouble, texts)
        if self._first is None:
            self._first = frozenset(_key(finding) for found in checked.findings.values() for finding in found)
        shown: Shown = {}
        for name, findings in checked.findings.items():
            everything = all_files or name in self.folder.open_names
            wanted = findings if everything else [one for one in findings if _key(one) not in self._first]
            if wanted and texts(name) is not None:
                shown[name] = [diagnostic(one, texts) for one in wanted]
        return checked, shown

    def watched(self) -> None:
        """Watch the files that are read now."""
        if self.watch is None or not self.watch.has(self.folder.read_names):
            self.watch = Watch(self.folder.root, self.folder.read_names)


def _key(finding: Finding) -> tuple[Any, ...]:
    return finding.rule, finding.file, finding.resource, finding.field, finding.message
