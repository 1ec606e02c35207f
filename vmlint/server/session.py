"""The folders of an editor: their files with unsaved text, what these describe, and what the rules report of that.

Nothing here knows the protocol. A folder is brought up to date when it is asked for something: changes are noted, and
cost nothing until then. Names of files are those of findings, which start at the folder: work is done in it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from vmlint import registry
from vmlint.cache.earlier import EarlierAnalysis
from vmlint.config.config import Config
from vmlint.config.file import NAMES, load_for
from vmlint.engine.analysis import Analysis, analyse
from vmlint.engine.files import Gathered, gather
from vmlint.engine.reporting import report_of
from vmlint.engine.request import RunRequest
from vmlint.engine.reuse import Reuse
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.workspace import Workspace
from vmlint.errors import NothingToRead, VmlintError
from vmlint.findings.finding import Finding, Report
from vmlint.model.effect import Effect
from vmlint.runtime.gc_control import no_garbage
from vmlint.server.standin import StandIn, is_readable, stand_in
from vmlint.source.discover import ENDINGS, KUSTOMIZATION_FILES
from vmlint.source.read import DEFAULT_MAX_BYTES, Raw, raw_of
from vmlint.source.stream import text_of
from vmlint.version import VERSION

__all__ = ["READ", "Checked", "Folder", "Stopped", "is_read", "is_setting", "within"]

Progress = Callable[[str, int, int], None]

_SETTINGS = (*NAMES, "pyproject.toml", ".gitignore", ".ignore", "Chart.yaml")
"""Files that change how others are read or judged, by their names."""


class Stopped(Exception):  # noqa: N818 - nothing failed
    """The check is not wanted any more: the text has changed meanwhile."""


@contextmanager
def within(root: Path) -> Iterator[None]:
    """Work in a folder: findings name files from there. Only one thread of a process may do this."""
    try:
        before = Path.cwd()
    except OSError:  # somebody has removed it
        before = root
    os.chdir(root)
    try:
        yield
    finally:
        with suppress(OSError):
            os.chdir(before)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check has found: the findings by their files, in places of the text that the editor shows.

    `snapshot` is None where there is nothing to read. `trouble` is why there is no check, one line for each mistake.
    """

    report: Report
    findings: Mapping[str, tuple[Finding, ...]]
    snapshot: Snapshot | None = None
    trouble: tuple[str, ...] = ()


_EMPTY = StandIn("")


@dataclass(slots=True)
class _Open:
    """A file that is open in the editor: its text, the last one that could be read, and what is analysed of it."""

    text: str
    good: str | None = None
    analysed: StandIn = _EMPTY


class Folder:
    """A folder that the editor has open; with `only_open` nothing of it but the files that are open.

    `overrides` are settings of the editor, by the names of `Config`.
    """

    def __init__(self, root: Path, overrides: Mapping[str, Any] | None = None, *, only_open: bool = False) -> None:
        self.root = root
        self.only_open = only_open
        self.overrides = dict(overrides or {})
        self.trouble: tuple[str, ...] = ()
        self.edits = 0
        """How often anything has changed."""
        self._open: dict[str, _Open] = {}
        self._changed: dict[str, None] = {}
        self._workspace: Workspace | None = None
        self._index: tuple[Workspace | None, dict[str, Raw]] = None, {}
        self._anew = True
        self._snapshot: Snapshot | None = None
        self._analysis: Analysis | None = None
        self._checked: Checked | None = None
        self._committed: tuple[str, Config, Snapshot] | None = None

    # What the editor reports

    def opened(self, name: str, text: str) -> None:
        """A file is open in the editor, with this text."""
        if (known := self._open.get(name)) is None:
            saved = self._text_on_disk(name)
            good = saved if saved is not None and is_readable(saved, name) else None
            self._open[name] = _Open(text, good)
            self._anew |= self.only_open
        else:
            known.text = text
        self.edits += 1
        self._changed[name] = None

    def closed(self, name: str) -> None:
        """A file is not open any more: what is on disk counts."""
        self.edits += 1
        if self._open.pop(name, None) is not None:
            self._changed[name] = None
            self._anew |= self.only_open

    def touched(self, names: Iterable[str]) -> None:
        """Files or folders were changed, added or removed on disk."""
        self.edits += 1
        names, read = list(names), self._read()
        changed = [name for name in names if (is_read(name) or name in read) and name not in self._open]
        if len(changed) > _MANY or any(map(is_setting, names)) or self._is_more(names):
            self._anew = True
        self._changed.update(dict.fromkeys(changed))

    def _is_more(self, names: Iterable[str]) -> bool:
        """Whether one of some names means more than a file: a folder that is or was there, or a pack of rules."""
        folders = {parent for file in self._read() for parent in PurePosixPath(file).parents}
        packs = [self.root / pack for pack in self._workspace.settings.rules] if self._workspace else []
        return any(
            PurePosixPath(name) in folders
            or os.path.isdir(self.root / name)  # noqa: PTH112 - a name may be too long
            or any((self.root / name).is_relative_to(pack) for pack in packs)
            for name in names
        )

    def _read(self) -> dict[str, Raw]:
        """The files that were read, by their names."""
        if self._index[0] is not self._workspace:
            groups = self._workspace.files[:3] if self._workspace else ()
            self._index = self._workspace, {raw.name: raw for group in groups for raw in group}
        return self._index[1]

    @property
    def read_names(self) -> tuple[str, ...]:
        """The names of all files that were read, and of those that say how."""
        return (*self._read(), *_SETTINGS)

    def configure(self, overrides: Mapping[str, Any]) -> None:
        """Settings of the editor that count from now on."""
        if dict(overrides) != self.overrides:
            self.overrides = dict(overrides)
            self._anew = True

    # What it is

    @property
    def open_names(self) -> tuple[str, ...]:
        """The names of the files that are open in the editor."""
        return tuple(self._open)

    def text(self, name: str) -> str | None:
        """The text of a file as the editor shows it, else as it was read; None for one that is not there."""
        if (known := self._open.get(name)) is not None:
            return known.text
        raw = self._read().get(name)
        return text_of(raw.data) if raw is not None else self._text_on_disk(name)

    def analysed(self, name: str) -> StandIn | None:
        """What is analysed of a file that is open in the editor; None for any other, which is analysed as it is."""
        known = self._open.get(name)
        return known.analysed if known is not None else None

    def snapshot(self) -> Snapshot | None:
        """What the files describe now; None where there is nothing to read, or `trouble` says why not."""
        if not self.root.is_dir():
            return None
        with within(self.root), no_garbage():
            self._update()
            return self._snapshot

    def committed(self) -> Snapshot | None:
        """What the files of the last commit describe; None where the folder can't be read.

        Raises VmlintError where there is no last commit.
        """
        from vmlint.engine.states import last_commit
        from vmlint.source.commits import head

        with within(self.root), no_garbage():
            self._update()
            if self._workspace is None:
                return None
            state = head(), self._workspace.settings
            if self._committed is None or self._committed[0] != state[0] or self._committed[1] is not state[1]:
                self._committed = (*state, last_commit(self._workspace, self._open))
            return self._committed[2]

    def check(self, progress: Progress | None = None) -> Checked:
        """What the rules report of the files now. `progress` may raise Stopped."""
        if not self.root.is_dir():  # somebody has removed it
            return Checked(_NOTHING, {})
        with within(self.root), no_garbage():
            self._update()
            if self._snapshot is None or self._workspace is None:
                return Checked(_NOTHING, {}, trouble=self.trouble)
            if self._checked is not None and self._checked.snapshot is self._snapshot:
                return self._checked
            analysis = analyse(self._snapshot, EarlierAnalysis(self._analysis), progress=progress)
            self._analysis = analysis
            try:
                report = report_of(analysis)
            except VmlintError as error:  # the baseline can't be read
                return Checked(_NOTHING, {}, trouble=(str(error),))
            self._checked = Checked(report, self._by_file(report), self._snapshot)
            return self._checked

    def what_if(self, name: str, text: str) -> Report:
        """What the rules would report if a file had another text."""
        with within(self.root), no_garbage():
            self._update()
            if self._workspace is None:
                return _NOTHING
            snapshot = self._workspace.update(name, text.encode("utf-8", "surrogatepass")).snapshot()
            return report_of(analyse(snapshot, EarlierAnalysis(self._analysis)))

    # How it is brought up to date

    def _update(self) -> None:
        if self._anew:
            self._reopen()
        elif self._changed and self._workspace is not None:
            workspace = self._workspace
            for name in list(self._changed):
                workspace = workspace.update(name, self._content(name))
            self._workspace = workspace
        elif not self._changed:
            return
        self._changed.clear()
        self._snapshot = None
        if self._workspace is not None:
            try:
                self._snapshot = self._workspace.snapshot()
            except NothingToRead:
                pass
            except VmlintError as error:
                self.trouble = (str(error),)

    def _reopen(self) -> None:
        self._anew = False
        try:
            config = load_for((), known_rules=registry.known())
            overlay = {name: content for name in self._open if (content := self._content(name)) is not None}
            request = RunRequest((), config, overrides=self.overrides, overlay=overlay)
            self._workspace = self._of_open(request) if self.only_open else Workspace.open(request)
        except VmlintError as error:
            mistakes = getattr(error, "mistakes", None)
            self.trouble = tuple(mistakes or (str(error),))
            self._workspace = self._snapshot = None
            return
        self.trouble = ()
        for name, content in overlay.items():
            if name not in self._read():  # it is not on disk yet
                self._workspace = self._workspace.update(name, content)

    def _of_open(self, request: RunRequest) -> Workspace:
        """The files that are open, on disk or not, and what the configuration adds to them."""
        assert request.config is not None
        settings = request.config.replace(**request.overrides)
        files = [(name, self.root / name, content) for name, content in sorted(request.overlay.items())]
        gathered = gather((), settings, request)._replace(files=tuple(raw_of(files, settings.max_file_size)))
        return Workspace(request, settings, tuple(request.overlay), gathered)

    def _content(self, name: str) -> bytes | None:
        """What counts as the content of a file: of an open one what stands for its text, else what is on disk."""
        if (known := self._open.get(name)) is not None:
            known.analysed = stand_in(known.text, name, known.good)
            if not known.analysed.broken:
                known.good = known.text
            return known.analysed.text.encode("utf-8", "surrogatepass")
        return self._on_disk(name)

    def _on_disk(self, name: str) -> bytes | None:
        """What a regular file of the folder holds, one byte more than is read at most; None for anything else.

        As for a whole run: nobody waits for a pipe, and no link leads out of the folder.
        """
        path = self.root / name
        most = self._workspace.settings.max_file_size if self._workspace else DEFAULT_MAX_BYTES
        try:
            if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.root)):
                return None
            with open(os.open(path, _READ), "rb") as file:  # noqa: PTH123 - of a descriptor
                return file.read(most + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
        except (OSError, ValueError):
            return None

    def _text_on_disk(self, name: str) -> str | None:
        data = self._on_disk(name)
        return None if data is None else text_of(data)

    # What is shown of it

    def _by_file(self, report: Report) -> dict[str, tuple[Finding, ...]]:
        """The findings by their files, with those of the text that can't be read."""
        found: dict[str, list[Finding]] = {}
        for finding in report.findings:
            found.setdefault(finding.file, []).append(finding)
        for name, known in self._open.items():
            if known.analysed.broken and known.analysed.shift is not None:
                found.setdefault(name, [])[:0] = self._unreadable(name, known.text)
        return {name: tuple(findings) for name, findings in found.items()}

    def _unreadable(self, name: str, text: str) -> list[Finding]:
        """What is reported of the documents of a file that can't be read."""
        workspace = self._workspace
        if workspace is None:
            return []
        data = text.encode("utf-8", "surrogatepass")
        raws = raw_of([(name, self.root / name, data)], workspace.settings.max_file_size)
        alone = Workspace(workspace.request, workspace.settings, workspace.paths, Gathered(tuple(raws), (), ()))
        report = report_of(analyse(alone.snapshot(), Reuse()))
        return [finding for finding in report.findings if finding.effect is Effect.UNREADABLE]


_NOTHING = Report(VERSION)
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_MANY = 50
"""The number of changed files above which the repository is read again: another branch, most of the time."""


READ = (
    *(f"*{ending}" for ending in ENDINGS),
    *(name for name in (*KUSTOMIZATION_FILES, *_SETTINGS) if not name.endswith(ENDINGS)),
)
"""The files that may be read, as patterns of their names."""


def is_read(name: str) -> bool:
    """Whether a file with this name may be read."""
    base = name.rpartition("/")[2]
    return base.lower().endswith(ENDINGS) or base in KUSTOMIZATION_FILES or base in _SETTINGS


def is_setting(name: str) -> bool:
    """Whether a file says what is read and how it is judged."""
    return name.rpartition("/")[2] in _SETTINGS
