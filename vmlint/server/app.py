"""What the editor reports and asks, as calls of the other modules: which folder it is about, when it is checked.

One thread works, in the order in which messages came in; the loop only reads and writes. So a request is answered for
the text that was there when it was sent, and nothing is ever shared between threads.
"""

from __future__ import annotations

import asyncio
import logging
import os
import traceback
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException
from pygls.lsp.server import LanguageServer

from vmlint.runtime.gc_control import settle, tidy
from vmlint.server.completion import completions
from vmlint.server.items import Taking, completion_items
from vmlint.server.options import Options
from vmlint.server.positions import Encoding, Text
from vmlint.server.progress import begun
from vmlint.server.project import Project, Shown
from vmlint.server.protocol import Protocol
from vmlint.server.session import Checked, Folder, Stopped, is_setting, within
from vmlint.server.uris import name_in, path_of_uri, repository_of
from vmlint.server.view import View
from vmlint.version import VERSION

__all__ = ["Server"]

_T = TypeVar("_T")
_PAUSE = 0.03
"""Seconds without a change after which a text is checked: people type no faster, and programs do."""
_IDLE = 2.0
"""Seconds without a check after which memory is tidied up thoroughly."""
_OFTEN = 200
"""After how many checks that happens again."""
_WATCHING = 3.0
"""Seconds between two looks for changes on disk."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Document:
    """A file that is open in the editor, with its project (None where it is in no folder) and its name there."""

    uri: str
    text: Text
    version: int
    project: Project | None = None
    name: str = ""


class Server(LanguageServer):
    """The server of one editor."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("vmlint", VERSION, types.TextDocumentSyncKind.Incremental, protocol_cls=Protocol)
        self.options = Options()
        self.taking = Taking(types.ClientCapabilities(), None)
        self._projects: dict[Path, Project] = {}
        self._documents: dict[str, _Document] = {}
        self._worker = ThreadPoolExecutor(1, "vmlint")
        self._told: set[str] = set()
        self._watching = False
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
        """The editor has opened a folder."""
        known = self._projects.get(path)
        if not os.path.isdir(path) or (known is not None and known.is_asked_for):  # noqa: PTH112 - long names
            return
        if known is not None:
            self._drop(known)
        self._projects[path] = Project(Folder(path, self.options.overrides), is_asked_for=True)
        self._sort()

    def remove_folder(self, path: Path) -> None:
        """The editor has closed a folder; files of it may be open still."""
        if (known := self._projects.get(path)) is not None:
            self._drop(known)
            self._sort()

    def _sort(self) -> None:
        """Give each open file to the project that it is in now, and check all projects."""
        for document in self._documents.values():
            path = path_of_uri(document.uri)
            if path is not None and self._project_of(path) is not document.project:
                self._leave(document)
                self._enter(document)
        for project in self._projects.values():
            self.want_check(project)

    def _enter(self, document: _Document) -> None:
        """Give a file to the project that it is in. One outside of all folders is in a project by itself."""
        path = path_of_uri(document.uri)
        if path is None or not path.name or not os.path.isdir(path.parent):  # noqa: PTH112 - long names
            return
        project = self._project_of(path)
        if project is None:
            root = repository_of(path)
            folder = Folder(root or path.parent, self.options.overrides, only_open=root is None)
            project = self._projects[folder.root] = Project(folder, is_asked_for=False)
        document.project, document.name = project, name_in(project.folder.root, path)
        project.uris[document.name] = document.uri
        self._changed(document)

    def _leave(self, document: _Document) -> None:
        """Take a file away from its project, and the project, where it is there for such files only."""
        project, name = document.project, document.name
        document.project = None
        if project is None or project.uris.get(name) != document.uri:
            return
        del project.uris[name]
        if project.is_asked_for or project.uris:
            self._do(project.folder.closed, name)
            self.want_check(project)
        else:
            self._drop(project)

    def _drop(self, project: Project) -> None:
        if self._projects.get(project.folder.root) is project:
            del self._projects[project.folder.root]
            project.give_up()
            for uri in list(project.published):
                self._publish(project, uri, [])

    def _project_of(self, path: Path) -> Project | None:
        """The innermost project that a path is in, of folders that the editor has opened before others."""
        around = self._around(path)
        return max(around, key=lambda one: (one.is_asked_for, len(one.folder.root.parts)), default=None)

    def _around(self, path: Path) -> Iterator[Project]:
        return (project for root, project in self._projects.items() if path.is_relative_to(root))

    @property
    def projects(self) -> tuple[Project, ...]:
        """All projects."""
        return tuple(self._projects.values())

    # What the editor reports

    def opened(self, uri: str, content: str, version: int) -> None:
        self.closed(uri)
        self._documents[uri] = _Document(uri, Text(content, self.encoding), version)
        self._enter(self._documents[uri])

    def edited(self, uri: str, changes: Iterable[types.TextDocumentContentChangeEvent], version: int) -> None:
        document = self._documents.get(uri)
        if document is None:
            return
        for change in changes:
            document.text = document.text.changed(getattr(change, "range", None), change.text)
        document.version = version
        self._changed(document)

    def _changed(self, document: _Document) -> None:
        project = document.project
        if project is not None and project.uris.get(document.name) == document.uri:
            self._do(project.folder.opened, document.name, document.text.content)
            self.want_check(project)

    def closed(self, uri: str) -> None:
        if (document := self._documents.pop(uri, None)) is not None:
            self._leave(document)

    def touched(self, uris: Iterable[str]) -> None:
        """Files or folders have changed on disk."""
        changed: dict[Project, list[str]] = {}
        for path in filter(None, map(path_of_uri, uris)):
            for project in self._around(path):
                changed.setdefault(project, []).append(name_in(project.folder.root, path))
        for project, names in changed.items():
            self._changed_on_disk(project, names)

    def _changed_on_disk(self, project: Project, names: Sequence[str]) -> None:
        self._do(project.folder.touched, names)
        if any(map(is_setting, names)):
            self._do(project.forget_first)
        self.want_check(project)

    async def watch(self) -> None:
        """Look for changes on disk from time to time: for an editor that does not report them."""
        self._watching = True
        while True:
            await asyncio.sleep(_WATCHING)
            for project in self.projects:
                if project.watch is not None and (changed := await self.work(project.watch.changed)):
                    self._changed_on_disk(project, sorted(changed))

    def stop(self) -> None:
        """Give up what runs and waits: the editor ends."""
        for project in self.projects:
            project.give_up()
        if self._settling is not None:
            self._settling.cancel()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def shutdown(self) -> None:
        """The connection is closed, in order or not."""
        self.stop()
        super().shutdown()  # type: ignore[no-untyped-call]

    def configure(self, options: Options) -> None:
        """Settings of the client that count from now on."""
        for mistake in options.mistakes:
            self.tell(mistake, types.MessageType.Warning)
        before, self.options = self.options, options
        if before == options:
            return
        for project in self.projects:
            self._do(project.folder.configure, options.overrides)
            self.want_check(project)

    # What the editor is told

    def tell(self, message: str, kind: types.MessageType = types.MessageType.Error) -> None:
        """Show a message, once."""
        if message not in self._told:
            self._told.add(message)
            self.window_show_message(types.ShowMessageParams(kind, f"vmlint: {message}"))

    def _tell_crash(self, error: BaseException) -> None:
        """Say that vmlint failed, and go on."""
        _log.error("%s", "".join(traceback.format_exception(error)))
        self.tell(f"internal error: {type(error).__name__}: {error}. This is a fault in vmlint.")

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Say what failed where no answer of a request says so."""
        if source is JsonRpcException:
            self.protocol.refuse_unreadable()
        elif source is not FeatureRequestError:
            self._tell_crash(error)

    # Work

    async def work(self, job: Callable[..., _T], *words: Any) -> _T:
        """What a function returns that needs the folders, in its turn."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, job, *words)

    def _do(self, job: Callable[..., object], *words: Any) -> None:
        """Do something that needs the folders, in its turn."""
        loop = asyncio.get_running_loop()

        def done(future: Future[object]) -> None:
            if not future.cancelled() and (error := future.exception()) is not None:
                loop.call_soon_threadsafe(self._tell_crash, error)

        self._worker.submit(job, *words).add_done_callback(done)

    def background(self, job: Coroutine[Any, Any, None]) -> None:
        """Do something beside everything else."""
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def want_check(self, project: Project) -> None:
        """Check a project when nothing has changed for a moment; a check that runs is given up."""
        project.give_up()
        loop = asyncio.get_running_loop()
        project.timer = loop.call_later(_PAUSE, lambda: self.background(self._check(project)))

    async def _check(self, project: Project) -> None:
        folder, number = project.folder, project.wanted
        shown = None
        if project.checked is None:
            shown = await begun(self, f"vmlint-{id(project)}-{number}", folder.root.name)

        def still_wanted() -> None:
            if project.wanted != number:
                raise Stopped

        def progress(stage: str, done: int, total: int) -> None:
            still_wanted()
            if shown is not None:
                shown.report(stage, done, total)

        def checked() -> tuple[Checked, Shown]:
            found = project.diagnosed(self.encoding, progress, all_files=self.options.all_files)
            if self._watching:
                project.watched()
            return found

        try:
            still_wanted()
            found, diagnostics = await self.work(checked)
        except Stopped:
            return
        except Exception as error:
            self._tell_crash(error)
            return
        finally:
            if shown is not None:
                shown.end()
        if project.wanted == number:
            project.checked = found
            self._show(project, diagnostics)
            self._tidy()

    def _tidy(self) -> None:
        """Tidy up after an answer, and thoroughly when nobody types: after the first checks, then from time to time."""
        self._checks += 1
        self._do(tidy, self._checks)
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        if self._checks <= 2 or self._checks >= self._settled_at + _OFTEN:
            self._settling = asyncio.get_running_loop().call_later(_IDLE, self._settle)

    def _settle(self) -> None:
        self._settled_at = self._checks
        self._do(settle)

    # What is asked for

    async def complete(self, uri: str, position: types.Position) -> types.CompletionList | None:
        """What may be written at a place: by the text as it is now, and the repository as it was last checked."""
        document = self._documents.get(uri)
        if document is None:
            return None
        project, text = document.project, document.text
        snapshot = project.checked.snapshot if project is not None and project.checked is not None else None
        found = await self.work(completions, snapshot, text.content, text.offset(position), document.name)
        return completion_items(found, text, self.taking)

    async def ask(self, uri: str, question: Callable[[View, str], _T], default: _T) -> _T:
        """What a function answers about a file, with all changes that came before; `default` where nothing is known."""
        path = path_of_uri(uri)
        project = self._project_of(path) if path is not None else None
        if path is None or project is None:
            return default

        def answer() -> _T:
            view = project.view(self.encoding)
            if view is None:
                return default
            with within(project.folder.root):
                return question(view, name_in(project.folder.root, path))

        return await self.work(answer)

    # What is shown

    def _show(self, project: Project, diagnostics: Shown) -> None:
        checked, root = project.checked, project.folder.root
        assert checked is not None
        for mistake in checked.trouble:
            self.tell(mistake)
        for crash in checked.report.crashes:
            self.tell(f"internal error: {crash}. This is a fault in vmlint.")
        own = {
            project.uri(name): found
            for name, found in diagnostics.items()
            if self._project_of(Path(os.path.normpath(root / name))) in (project, None)
        }
        if not checked.trouble:  # else the findings stay what they were
            own |= {uri: [] for uri in project.published if uri not in own}
        for uri, found in own.items():
            self._publish(project, uri, found)

    def _publish(self, project: Project, uri: str, found: list[types.Diagnostic]) -> None:
        if project.published.get(uri, []) == found:
            return
        if found:
            project.published[uri] = found
        else:
            project.published.pop(uri, None)
        document = self._documents.get(uri)
        version = document.version if document is not None else None
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version=version))
