"""What an editor may ask about a place, and who answers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from vmlint.server import lenses, navigation
from vmlint.server.actions import FIX_ALL, actions
from vmlint.server.app import Server
from vmlint.server.hints import hints
from vmlint.server.hover import hover
from vmlint.server.rename import CannotRename, prepared, renamed
from vmlint.server.view import View

__all__ = ["register"]

_MOST_LINES = 2**31 - 1
"""The largest number of a line. Source: Language Server Protocol 3.17, `uinteger`."""
_KINDS = [types.CodeActionKind.QuickFix, types.CodeActionKind.Refactor, FIX_ALL]


def register(server: Server) -> None:
    """Have the server answer everything about places and files."""
    _places(server)
    _files(server)
    _changes(server)
    _commands(server)


def _places(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def on_hover(params: types.HoverParams) -> types.Hover | None:
        def answer(view: View, name: str) -> types.Hover | None:
            cursor = view.cursor(name, params.position)
            return hover(view, cursor) if cursor is not None else None

        return await server.ask(params.text_document.uri, answer, None)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def on_definition(params: types.DefinitionParams) -> list[types.Location]:
        def answer(view: View, name: str) -> list[types.Location]:
            cursor = view.cursor(name, params.position)
            return navigation.definitions(view, cursor) if cursor is not None else []

        return await server.ask(params.text_document.uri, answer, [])

    @server.feature(types.TEXT_DOCUMENT_TYPE_DEFINITION)
    async def on_type_definition(params: types.TypeDefinitionParams) -> list[types.Location]:
        def answer(view: View, name: str) -> list[types.Location]:
            cursor = view.cursor(name, params.position)
            return navigation.given_by(view, cursor) if cursor is not None else []

        return await server.ask(params.text_document.uri, answer, [])

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def on_references(params: types.ReferenceParams) -> list[types.Location]:
        def answer(view: View, name: str) -> list[types.Location]:
            cursor = view.cursor(name, params.position)
            declaration = params.context.include_declaration
            return navigation.references(view, cursor, declaration=declaration) if cursor is not None else []

        return await server.ask(params.text_document.uri, answer, [])

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    async def on_highlight(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        def answer(view: View, name: str) -> list[types.DocumentHighlight]:
            cursor = view.cursor(name, params.position)
            return navigation.highlights(view, cursor) if cursor is not None else []

        return await server.ask(params.text_document.uri, answer, [])

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def on_hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        if not server.options.hints:
            return []
        return await server.ask(params.text_document.uri, lambda view, name: hints(view, name, params.range), [])


def _files(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def on_symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return await server.ask(params.text_document.uri, navigation.document_symbols, [])

    @server.feature(types.WORKSPACE_SYMBOL)
    async def on_workspace_symbols(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        def answer() -> list[types.WorkspaceSymbol]:
            views = (project.view(server.encoding) for project in server.projects)
            found = (navigation.workspace_symbols(view, params.query) for view in views if view is not None)
            return [symbol for symbols in found for symbol in symbols]

        return await server.work(answer)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    async def on_links(params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        return await server.ask(params.text_document.uri, navigation.links_of_file, [])

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def on_lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        if not server.options.lenses:
            return []
        return await server.ask(params.text_document.uri, lenses.lenses, [])

    @server.feature(types.CODE_LENS_RESOLVE)
    async def on_resolve(lens: types.CodeLens) -> types.CodeLens:
        if lens.command is None:
            uri, line = _words("codeLens/resolve", lens.data if isinstance(lens.data, list) else (), "", 0)
            title = await server.ask(uri, lambda view, name: lenses.diff_title(view, name, line), lenses.UNKNOWN)
            lens.command = types.Command(title, lenses.DIFF, arguments=[uri])
        return lens


def _changes(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=_KINDS))
    async def on_actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        def answer(view: View, name: str) -> list[types.CodeAction]:
            checked = view.folder.check()
            return actions(view, checked, name, params.range, params.context.only)

        return await server.ask(params.text_document.uri, answer, [])

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    async def on_prepare(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        def answer(view: View, name: str) -> types.PrepareRenamePlaceholder | None:
            cursor = view.cursor(name, params.position)
            found = _or_message(lambda: prepared(view, cursor)) if cursor is not None else None
            return None if found is None else types.PrepareRenamePlaceholder(*found)

        return await server.ask(params.text_document.uri, answer, None)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    async def on_rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        def answer(view: View, name: str) -> types.WorkspaceEdit | None:
            cursor = view.cursor(name, params.position)
            return _or_message(lambda: renamed(view, cursor, params.new_name)) if cursor is not None else None

        return await server.ask(params.text_document.uri, answer, None)


def _or_message(job: Any) -> Any:
    """The answer of a function, or its reason for having none as the error of the request."""
    try:
        return job()
    except CannotRename as reason:
        raise Refused(str(reason)) from None


class Refused(JsonRpcException):
    """A request that is not carried out, with the reason for a person."""

    CODE = types.LSPErrorCodes.RequestFailed
    MESSAGE = "Request failed"


def _words(command: str, given: Sequence[Any], *defaults: Any) -> list[Any]:
    """The arguments of a command, of the types of its defaults. Numbers count from 0."""
    words = [*given[: len(defaults)], *defaults[len(given) :]]
    for word, default in zip(words, defaults, strict=True):
        if type(word) is not type(default) or (isinstance(word, int) and not 0 <= word <= _MOST_LINES):
            raise JsonRpcInvalidParams(
                f"`{command}` takes the address of a file, and numbers of a line and a deployment"
            )
    return words


def _commands(server: Server) -> None:
    @server.command(lenses.EXPAND)
    async def on_expand(*words: Any) -> str | None:
        uri, line, number = _words(lenses.EXPAND, words, "", 0, 0)
        return await server.ask(uri, lambda view, name: lenses.expanded_text(view, name, line, number), None)

    @server.command(lenses.DIFF)
    async def on_diff(*words: Any) -> str | None:
        (uri,) = _words(lenses.DIFF, words, "")
        return await server.ask(uri, lambda view, _: lenses.diff_text(view), None)
