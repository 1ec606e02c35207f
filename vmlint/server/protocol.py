"""The life of a connection, and messages that can't be read: each request has an answer.

pygls leaves a request without one whose parameters are invalid, answers requests before `initialize`, and drops those
after `shutdown`. Source: Language Server Protocol 3.17, "Base Protocol" and "Server lifecycle".
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcParseError,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol

__all__ = ["Protocol"]

_OWN = (types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CHANGE, types.TEXT_DOCUMENT_DID_CLOSE)
"""What pygls does not see: it would keep each text a second time, and split it into lines at each key."""

_UNREADABLE = object()


class Protocol(LanguageServerProtocol):
    """The protocol of one connection."""

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        for method in _OWN:
            self.fm.builtin_features.pop(method, None)
        self._is_initialized = False

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message as a value of its type. A request with invalid parameters is answered here."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if "method" in data and isinstance(data.get("id"), int | str):
                self._send_response(data["id"], error=JsonRpcInvalidParams().to_response_error())
            return _UNREADABLE

    def handle_message(self, message: Any) -> None:
        """Handle a message in its turn of the connection's life."""
        if message is _UNREADABLE:
            return
        if not hasattr(message, "jsonrpc"):
            self.refuse(JsonRpcInvalidRequest())
            return
        method = getattr(message, "method", "")
        refusal = self._refusal(method) if method else None
        if refusal is None:
            super().handle_message(message)
        elif hasattr(message, "id"):
            self.refuse(refusal, message.id)

    def refuse_unreadable(self) -> None:
        """Answer a message that is no JSON."""
        self.refuse(JsonRpcParseError())

    def refuse(self, error: JsonRpcException, number: int | str | None = None) -> None:
        """Answer a request with an error; None where its number can't be read."""
        self._send_data({"jsonrpc": self.VERSION, "id": number, "error": error.to_response_error()})

    def _refusal(self, method: str) -> JsonRpcException | None:
        """Why a message is out of turn, None for one that is not."""
        if method == types.EXIT:
            return None
        if self._shutdown:
            return JsonRpcInvalidRequest("the server is shut down")
        if method != types.INITIALIZE:
            return None if self._is_initialized else JsonRpcServerNotInitialized("the first request is `initialize`")
        if self._is_initialized:
            return JsonRpcInvalidRequest("the server is initialized")
        self._is_initialized = True
        return None
