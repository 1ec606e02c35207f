"""A server in this process, to which messages come as an editor writes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pygls.exceptions import JsonRpcException

from vmlint.server.serving import make_server

__all__ = ["Inside", "inside"]

_MOST_SECONDS = 60.0
"""The longest that anything may take, however busy the machine is."""


class Inside:
    """What the server has answered and sent, and the editor's side of the connection."""

    def __init__(self) -> None:
        self.server = make_server()
        self.server.protocol.set_writer(self)
        self.answers: dict[Any, dict[str, Any]] = {}
        self.diagnostics: dict[str, list[Any]] = {}
        self.messages: list[str] = []
        self.registered: list[Any] = []
        self._changed = asyncio.Event()
        self._number = 0

    def write(self, data: bytes) -> None:
        message = json.loads(data.partition(b"\r\n\r\n")[2])
        assert message["jsonrpc"] == "2.0"
        match message.get("method"):
            case None:
                assert "id" in message and ("result" in message) != ("error" in message)
                self.answers[message["id"]] = message
            case "textDocument/publishDiagnostics":
                self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
            case "window/showMessage":
                self.messages.append(message["params"]["message"])
            case "client/registerCapability":
                self.registered += message["params"]["registrations"]
        self._changed.set()
        if "method" in message and "id" in message:
            answer = {"jsonrpc": "2.0", "id": message["id"], "result": None}
            asyncio.get_running_loop().call_soon(self.send, answer)

    def close(self) -> None:
        """A writer is closed at the end."""

    def send(self, message: Any) -> None:
        """Send a message, or bytes that may be none."""
        body = message if isinstance(message, bytes) else json.dumps(message)
        protocol = self.server.protocol
        try:
            protocol.handle_message(json.loads(body, object_hook=protocol.structure_message))
        except Exception as error:  # as in `run_async` of pygls
            self.server.report_server_error(error, JsonRpcException)

    def notify(self, method: str, params: Any) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def ask(self, method: str, params: Any) -> dict[str, Any]:
        """The answer to a request."""
        self._number += 1
        number = self._number
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        await self.until(lambda: number in self.answers)
        return self.answers[number]

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds that the server brings about."""
        async with asyncio.timeout(_MOST_SECONDS):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def begin(self, *roots: Path, **parameters: Any) -> dict[str, Any]:
        folders = [{"uri": root.as_uri(), "name": root.name} for root in roots]
        watched = {"didChangeWatchedFiles": {"dynamicRegistration": True}}
        given = {
            "processId": None,
            "rootUri": None,
            "workspaceFolders": folders,
            "capabilities": {"workspace": watched},
        }
        answer = await self.ask("initialize", {**given, **parameters})
        self.notify("initialized", {})
        return answer

    def open(self, uri: str, text: str, version: int = 1) -> None:
        item = {"uri": uri, "languageId": "yaml", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, *changes: Any, version: int = 2) -> None:
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    def close_file(self, uri: str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def codes(self, uri: str) -> list[str]:
        return [one["code"] for one in self.diagnostics.get(uri, ())]


@asynccontextmanager
async def inside(*roots: Path, **parameters: Any) -> AsyncIterator[Inside]:
    """A server with some folders open."""
    client = Inside()
    await client.begin(*roots, **parameters)
    try:
        yield client
    finally:
        client.server.shutdown()
