"""The protocol: messages of an editor to calls of the other modules, and their answers back. Nothing is decided here.

One thread works, in the order in which messages came in; the loop only reads and writes. So a request is answered for
the text that was there when it was sent, and nothing is ever shared between threads.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from vmlint.runtime.gc_control import settle
from vmlint.server.completion import completions
from vmlint.server.diagnostics import diagnostic, trouble
from vmlint.server.items import Taking, completion_items
from vmlint.server.options import Options
from vmlint.server.positions import Encoding, Text
from vmlint.server.session import Checked, Folder, Stopped, is_setting, within
from vmlint.server.standin import Shift
from vmlint.server.uris import name_in, path_of_uri, uri_of
from vmlint.server.view import View
from vmlint.server.watching import Watch
from vmlint.version import VERSION

__all__ = ["Server"]

_T = TypeVar("_T")
_PAUSE = 0.03
"""Seconds without a change after which a text is checked: people type no faster, and programs do."""
_IDLE = 2.0
"""Seconds without a check after which memory is tidied up."""
_OFTEN = 200
"""After how many checks memory is tidied up again."""
_WATCHING = 3.0
"""Seconds between two looks for changes on disk."""
_LEAST_SHOWN = 0.5
"""Seconds between two reports of progress."""

_Shown = dict[str, list[types.Diagnostic]]
"""The diagnostics of files, by their names in findings."""

_log = logging.getLogger(__name__)


class Server(LanguageServer):
    """The server of one editor."""

    def __init__(self) -> None:
        super().__init__("vmlint", VERSION, text_document_sync_kind=types.TextDocumentSyncKind.Incremental)
        self.options = Options()
        self.taking = Taking(types.ClientCapabilities(), None)
        self._folders: dict[Path, Folder] = {}
        self._texts: dict[str, Text] = {}
        self._versions: dict[str, int] = {}
        self._worker = ThreadPoolExecutor(1, "vmlint")
        self._waiting: dict[Path, asyncio.TimerHandle] = {}
        self._wanted: dict[Path, int] = {}
        self._checked: dict[Path, Checked] = {}
        self._first: dict[Path, frozenset[tuple[object, ...]]] = {}
        self._published: dict[str, list[types.Diagnostic]] = {}
        self._told: set[str] = set()
        self._views: dict[Path, View] = {}
        self._watching = False
        self._watches: dict[Path, Watch] = {}
        self._checks = 0
        self._settled_at = 0
        self._settling: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def encoding(self) -> Encoding:
        """The encoding of columns that was negotiated."""
        return Encoding(self.server_capabilities.position_encoding or Encoding.Utf16)

    # Folders and files

    def add_folder(self, path: Path) -> None:
        """A folder that the editor has open."""
        if path.is_dir() and path not in self._folders:
            self._folders[path] = Folder(path, overrides=self.options.overrides)
            for uri, text in self._texts.items():
                self.changed(uri, text)
            self.want_check(self._folders[path])

    def remove_folder(self, path: Path) -> None:
        folder = self._folders.pop(path, None)
        if folder is not None:
            self._wanted[path] = self._wanted.get(path, 0) + 1  # a check that runs is not wanted any more
            self._checked.pop(path, None)
            self._views.pop(path, None)
            self._first.pop(path, None)
            for uri in [one for one in self._published if self._holder(one) is None]:
                self._publish(uri, [])

    def holder(self, uri: str) -> tuple[Folder, str] | None:
        """The folder that a file is in, and its name there. A file outside all folders is one by itself."""
        if (found := self._holder(uri)) is not None:
            return found
        path = path_of_uri(uri)
        if path is None or not path.parent.is_dir():
            return None
        root = _root_of(path)
        paths = [path.name] if root is None else []
        root = root or path.parent
        self._folders[root] = Folder(root, paths, self.options.overrides)
        return self._holder(uri)

    def _holder(self, uri: str) -> tuple[Folder, str] | None:
        path = path_of_uri(uri)
        if path is None:
            return None
        roots = [root for root in self._folders if path.is_relative_to(root)]
        if not roots:
            return None
        folder = self._folders[max(roots, key=lambda root: len(root.parts))]
        return folder, name_in(folder.root, path)

    # What the editor reports

    def opened(self, uri: str, content: str, version: int) -> None:
        self._versions[uri] = version
        self.changed(uri, Text(content, self.encoding))

    def edited(self, uri: str, changes: Iterable[types.TextDocumentContentChangeEvent], version: int) -> None:
        text = self._texts.get(uri)
        if text is None:
            return
        for change in changes:
            text = text.changed(getattr(change, "range", None), change.text)
        self._versions[uri] = version
        self.changed(uri, text)

    def changed(self, uri: str, text: Text) -> None:
        self._texts[uri] = text
        if (held := self.holder(uri)) is not None:
            folder, name = held
            self._worker.submit(folder.opened, name, text.content, self._versions.get(uri))
            self.want_check(folder)

    def closed(self, uri: str) -> None:
        self._texts.pop(uri, None)
        self._versions.pop(uri, None)
        if (held := self._holder(uri)) is not None:
            folder, name = held
            self._worker.submit(folder.closed, name)
            self.want_check(folder)

    def touched(self, uris: Iterable[str]) -> None:
        """Files have changed on disk."""
        by_folder: dict[Path, list[str]] = {}
        for uri in uris:
            if (held := self._holder(uri)) is not None:
                by_folder.setdefault(held[0].root, []).append(held[1])
        for root, names in by_folder.items():
            self._changed_on_disk(self._folders[root], names)

    def _changed_on_disk(self, folder: Folder, names: Sequence[str]) -> None:
        self._worker.submit(folder.touched, names)
        self.want_check(folder)
        if any(is_setting(name) for name in names):
            self._first.pop(folder.root, None)

    async def watch(self) -> None:
        """Look for changes on disk from time to time: for an editor that does not report them."""
        self._watching = True
        while True:
            await asyncio.sleep(_WATCHING)
            for root, watch in list(self._watches.items()):
                folder = self._folders.get(root)
                if folder is None:
                    del self._watches[root]
                elif changed := await self.work(watch.changed):
                    self._changed_on_disk(folder, sorted(changed))

    def stop(self) -> None:
        """Give up what runs and waits: the editor ends."""
        for root in self._folders:
            self._wanted[root] = self._wanted.get(root, 0) + 1
        self._worker.shutdown(wait=False, cancel_futures=True)

    def configure(self, options: Options) -> None:
        """Settings of the client that count from now on."""
        for mistake in options.mistakes:
            self.tell(mistake, types.MessageType.Warning)
        before, self.options = self.options, options
        if before == options:
            return
        for folder in self._folders.values():
            self._worker.submit(folder.configure, options.overrides)
            self.want_check(folder)

    def tell(self, message: str, kind: types.MessageType = types.MessageType.Error) -> None:
        """Show a message, once."""
        if message not in self._told:
            self._told.add(message)
            self.window_show_message(types.ShowMessageParams(kind, f"vmlint: {message}"))

    # Work

    async def work(self, job: Callable[..., _T], *words: Any) -> _T:
        """What a function returns that needs the folders, in its turn."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, job, *words)

    def want_check(self, folder: Folder) -> None:
        """Check a folder when nothing has changed for a moment; a check that runs is given up."""
        root = folder.root
        self._wanted[root] = self._wanted.get(root, 0) + 1
        if (waiting := self._waiting.pop(root, None)) is not None:
            waiting.cancel()
        loop = asyncio.get_running_loop()
        self._waiting[root] = loop.call_later(_PAUSE, self._start_check, folder)

    def _start_check(self, folder: Folder) -> None:
        self._waiting.pop(folder.root, None)
        self.background(self._check(folder))

    async def _check(self, folder: Folder) -> None:
        root, number = folder.root, self._wanted.get(folder.root, 0)
        shown = await self._progress(folder) if root not in self._checked else None

        def progress(stage: str, done: int, total: int) -> None:
            if self._wanted.get(root) != number:
                raise Stopped
            if shown is not None:
                shown(stage, done, total)

        try:
            checked, shown_now = await self.work(self._diagnosed, folder, progress)
        except Stopped:
            return
        except Exception as error:  # the server goes on, and says what failed
            _log.error("%s", "".join(traceback.format_exception(error)))
            self.tell(f"internal error: {type(error).__name__}: {error}. This is a fault in vmlint.")
            return
        finally:
            if shown is not None:
                shown("", 0, 0)
        if self._folders.get(root) is folder and self._wanted.get(root) == number:
            self._checked[root] = checked
            self._show(folder, checked, shown_now)
            self._settle_later()

    def background(self, job: Coroutine[Any, Any, None]) -> None:
        """Do something beside everything else."""
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _settle_later(self) -> None:
        """Tidy up when nobody types: after the first checks, and then from time to time."""
        self._checks += 1
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        if self._checks <= 2 or self._checks >= self._settled_at + _OFTEN:
            self._settling = asyncio.get_running_loop().call_later(_IDLE, self._settle)

    def _settle(self) -> None:
        self._settled_at = self._checks
        self._worker.submit(settle)

    async def _progress(self, folder: Folder) -> Callable[[str, int, int], None] | None:
        """Where the progress of a first check is reported, None where the client shows none."""
        window = self.client_capabilities.window
        if window is None or not window.work_done_progress:
            return None
        token = f"vmlint-{id(folder)}-{self._wanted.get(folder.root)}"
        try:
            await self.work_done_progress.create_async(token)
        except Exception:  # the client may refuse
            return None
        self.work_done_progress.begin(token, types.WorkDoneProgressBegin(title="vmlint", message=folder.root.name))
        loop = asyncio.get_running_loop()
        last = [0.0]

        def shown(stage: str, done: int, total: int) -> None:
            if not stage:
                self.work_done_progress.end(token, types.WorkDoneProgressEnd())
            elif loop.time() - last[0] > _LEAST_SHOWN:
                last[0] = loop.time()
                percentage = done * 100 // total if total else None
                report = types.WorkDoneProgressReport(message=f"{stage} {done:,}", percentage=percentage)
                loop.call_soon_threadsafe(self.work_done_progress.report, token, report)

        return shown

    # What is asked for

    async def complete(self, uri: str, position: types.Position) -> types.CompletionList | None:
        """What may be written at a place: by the text as it is now, and the repository as it was last checked."""
        text, held = self._texts.get(uri), self._holder(uri)
        if text is None:
            return None
        checked = self._checked.get(held[0].root) if held else None
        snapshot = checked.snapshot if checked else None
        found = await self.work(completions, snapshot, text.content, text.offset(position), held[1] if held else "")
        return completion_items(found, text, self.taking)

    async def ask(self, uri: str, question: Callable[[View, str], _T], default: _T) -> _T:
        """What a function answers about a file, with all changes that came before; `default` where nothing is known."""
        held = self.holder(uri)
        if held is None:
            return default

        def answer() -> _T:
            folder, name = held
            view = self.view(folder)
            if view is None:
                return default
            with within(folder.root):
                return question(view, name)

        return await self.work(answer)

    def view(self, folder: Folder) -> View | None:
        """A folder as it is now; None where there is nothing to read. Only for work."""
        snapshot = folder.snapshot()
        if snapshot is None:
            return None
        known = self._views.get(folder.root)
        if known is None or known.snapshot is not snapshot or known.texts_are_stale:
            known = self._views[folder.root] = View(folder, snapshot, self.encoding)
        return known

    def checked(self, folder: Folder) -> Checked | None:
        """What the last check of a folder has found."""
        return self._checked.get(folder.root)

    @property
    def folders(self) -> tuple[Folder, ...]:
        """All folders."""
        return tuple(self._folders.values())

    # What is shown

    def _diagnosed(self, folder: Folder, progress: Callable[[str, int, int], None]) -> tuple[Checked, _Shown]:
        """Check a folder: what was found, and the diagnostics of each file."""
        checked = folder.check(progress)
        if self._watching and (
            folder.root not in self._watches or not self._watches[folder.root].has(folder.read_names)
        ):
            self._watches[folder.root] = Watch(folder.root, folder.read_names)
        texts = _Texts(folder, self.encoding)
        if checked.trouble:
            return checked, _of_trouble(checked, texts)
        keys = frozenset(_key(finding) for found in checked.findings.values() for finding in found)
        first = self._first.setdefault(folder.root, keys)
        shown: _Shown = {}
        for name, findings in checked.findings.items():
            everything = self.options.all_files or name in folder.open_names
            wanted = findings if everything else [one for one in findings if _key(one) not in first]
            if wanted and (text := texts(name)) is not None:
                shown[name] = [diagnostic(one, text, folder.root, texts, texts.shift) for one in wanted]
        return checked, shown

    def _show(self, folder: Folder, checked: Checked, shown: _Shown) -> None:
        for mistake in checked.trouble:
            self.tell(mistake)
        for crash in checked.report.crashes:
            self.tell(f"internal error: {crash}. This is a fault in vmlint.")
        by_uri = {uri_of(folder.root, name): found for name, found in shown.items()}
        if not checked.trouble:  # else the findings stay what they were
            by_uri |= {uri: [] for uri in self._published if uri not in by_uri}
        for uri, found in by_uri.items():
            if (held := self._holder(uri)) is not None and held[0] is folder:
                self._publish(uri, found)

    def _publish(self, uri: str, found: list[types.Diagnostic]) -> None:
        if self._published.get(uri, []) == found:
            return
        if found:
            self._published[uri] = found
        else:
            self._published.pop(uri, None)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, found, version=self._versions.get(uri))
        )


class _Texts:
    """The texts of a folder's files as the editor shows them, by their names in findings."""

    def __init__(self, folder: Folder, encoding: Encoding) -> None:
        self._folder = folder
        self._encoding = encoding
        self._known: dict[str, Text | None] = {}

    def __call__(self, name: str) -> Text | None:
        if name not in self._known:
            content = self._folder.text(name)
            self._known[name] = None if content is None else Text(content, self._encoding)
        return self._known[name]

    def shift(self, name: str) -> Shift | None:
        """Where the lines that were analysed are in the text."""
        return self._folder.analysed(name).shift


def _of_trouble(checked: Checked, texts: _Texts) -> _Shown:
    """The mistakes of the configuration, each in its file."""
    shown: _Shown = {}
    for mistake in checked.trouble:
        file, _, rest = mistake.partition(":")
        line, _, message = rest.partition(": ")
        if line.isdecimal() and (text := texts(file)) is not None:
            shown.setdefault(file, []).append(trouble(message, text, int(line)))
    return shown


def _key(finding: Any) -> tuple[object, ...]:
    return finding.rule, finding.file, finding.resource, finding.field, finding.message


def _root_of(path: Path) -> Path | None:
    """The repository that a file is in."""
    return next((folder for folder in path.parents if (folder / ".git").exists()), None)
