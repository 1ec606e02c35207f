"""Completions as the protocol has them, and as the client can take them."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from vmlint.server.offers import Completion, CompletionKind
from vmlint.server.positions import Text

__all__ = ["TRIGGERS", "Taking", "completion_items"]

TRIGGERS = (" ", "/", '"')
"""Characters after which a client asks for completions by itself."""

_KINDS = {
    CompletionKind.FIELD: types.CompletionItemKind.Field,
    CompletionKind.VALUE: types.CompletionItemKind.EnumMember,
    CompletionKind.NAME: types.CompletionItemKind.Reference,
    CompletionKind.SNIPPET: types.CompletionItemKind.Snippet,
}


class Taking:
    """What a client can do with a completion.

    `snippets` are texts with places to fill in. `lines` are texts of several lines: the completion that Neovim has
    built in writes one. `modes` says that the client may be told to leave the indentation as it is.
    """

    def __init__(self, client: types.ClientCapabilities, info: types.ClientInfo | None) -> None:
        document = client.text_document
        item = document.completion.completion_item if document and document.completion else None
        self.modes = bool(item and item.insert_text_mode_support)
        self.snippets = bool(item and item.snippet_support)
        self.tags = bool(item and item.tag_support)
        self.lines = self.modes or info is None or info.name.lower() != "neovim"


def completion_items(found: Iterable[Completion], text: Text, taking: Taking) -> types.CompletionList:
    """The completions for a client, in their order."""
    items = [_item(one, text, taking) for one in found if taking.snippets or not one.is_snippet]
    return types.CompletionList(is_incomplete=False, items=items)


def _item(one: Completion, text: Text, taking: Taking) -> types.CompletionItem:
    """The item of a completion. Without a text to filter by, which is its label, Neovim looks where its edit begins."""
    insert = one.insert if taking.lines or one.is_snippet else one.insert.partition("\n")[0]
    return types.CompletionItem(
        label=one.label,
        kind=_KINDS[one.kind],
        detail=one.detail or None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, one.documentation) if one.documentation else None,
        sort_text=one.order,
        text_edit=types.TextEdit(text.between(one.start, one.end), insert),
        insert_text_format=types.InsertTextFormat.Snippet if one.is_snippet else types.InsertTextFormat.PlainText,
        insert_text_mode=types.InsertTextMode.AsIs if taking.modes else None,
        tags=[types.CompletionItemTag.Deprecated] if one.is_deprecated and taking.tags else None,
    )
