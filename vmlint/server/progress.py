"""How far the first check of a folder is, for clients that show it."""

from __future__ import annotations

import asyncio

from lsprotocol import types
from pygls.lsp.server import LanguageServer

__all__ = ["Progress", "begun"]

_LEAST_SHOWN = 0.5
"""Seconds between two reports."""


class Progress:
    """A progress that the client shows until it ends."""

    def __init__(self, server: LanguageServer, token: str) -> None:
        self._shown = server.work_done_progress
        self._token = token
        self._loop = asyncio.get_running_loop()
        self._last = 0.0

    def report(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is, from any thread."""
        if (now := self._loop.time()) > self._last + _LEAST_SHOWN:
            self._last = now
            percentage = done * 100 // total if total else None
            report = types.WorkDoneProgressReport(message=f"{stage} {done:,}", percentage=percentage)
            self._loop.call_soon_threadsafe(self._shown.report, self._token, report)

    def end(self) -> None:
        self._shown.end(self._token, types.WorkDoneProgressEnd())


async def begun(server: LanguageServer, token: str, message: str) -> Progress | None:
    """A progress that begins; None where the client shows none."""
    window = server.client_capabilities.window
    if window is None or not window.work_done_progress:
        return None
    try:
        await server.work_done_progress.create_async(token)
    except Exception:  # the client may refuse
        return None
    server.work_done_progress.begin(token, types.WorkDoneProgressBegin(title="vmlint", message=message))
    return Progress(server, token)
