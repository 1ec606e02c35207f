"""A client that talks to `vmlint server` over its standard input and output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

__all__ = ["Client", "connected"]

_MOST_SECONDS = 60.0
"""The longest that anything may take, however busy the machine is."""


class Client(LanguageClient):
    """Keeps what the server sends."""

    def __init__(self, configuration: Any) -> None:
        super().__init__("test", "1")
        self.configuration = configuration
        self.diagnostics: dict[str, list[types.Diagnostic]] = {}
        self.published = 0
        self.messages: list[str] = []
        self.stages: list[str] = []
        self.registered: list[types.Registration] = []
        self.capabilities: types.ServerCapabilities
        self.changed = asyncio.Condition()

    def codes(self, path: Path) -> list[object]:
        return [one.code for one in self.diagnostics.get(path.as_uri(), ())]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds that the server brings about."""
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(holds), _MOST_SECONDS)

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def open(self, path: Path, text: str | None = None) -> None:
        text = path.read_text("utf-8") if text is None else text
        item = types.TextDocumentItem(path.as_uri(), "yaml", 1, text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def edit(self, path: Path, text: str, version: int = 2) -> None:
        document = types.VersionedTextDocumentIdentifier(version, path.as_uri())
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def touch(self, *paths: Path) -> None:
        changes = [types.FileEvent(path.as_uri(), types.FileChangeType.Changed) for path in paths]
        self.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))


@asynccontextmanager
async def connected(*folders: Path, configuration: Any = None, watches: bool = True) -> AsyncIterator[Client]:
    """A client with some folders open."""
    client = Client(configuration)

    async def published(params: types.PublishDiagnosticsParams) -> None:
        client.diagnostics[params.uri] = list(params.diagnostics)
        client.published += 1
        await client._notify()

    async def shown(params: types.ShowMessageParams) -> None:
        client.messages.append(params.message)
        await client._notify()

    def created(params: types.WorkDoneProgressCreateParams) -> None:
        return None

    async def progressed(params: types.ProgressParams) -> None:
        client.stages.append((params.value or {})["kind"])
        await client._notify()

    def registered(params: types.RegistrationParams) -> None:
        client.registered += params.registrations

    def configured(params: types.ConfigurationParams) -> list[Any]:
        return [client.configuration for _ in params.items]

    handlers: dict[str, Callable[[Any], Any]] = {
        types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: published,
        types.WINDOW_SHOW_MESSAGE: shown,
        types.WINDOW_WORK_DONE_PROGRESS_CREATE: created,
        types.PROGRESS: progressed,
        types.CLIENT_REGISTER_CAPABILITY: registered,
        types.WORKSPACE_CONFIGURATION: configured,
    }
    for name, handler in handlers.items():
        client.feature(name)(handler)
    await client.start_io(sys.executable, "-m", "vmlint", "server")
    capabilities = types.ClientCapabilities(
        window=types.WindowClientCapabilities(work_done_progress=True),
        workspace=types.WorkspaceClientCapabilities(
            configuration=True,
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=watches),
        ),
    )
    opened = [types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders]
    root = folders[0].as_uri() if folders else None
    answer = await client.initialize_async(
        types.InitializeParams(capabilities=capabilities, root_uri=root, workspace_folders=opened)
    )
    client.capabilities = answer.capabilities
    client.initialized(types.InitializedParams())
    try:
        yield client
    finally:
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()  # type: ignore[no-untyped-call]
