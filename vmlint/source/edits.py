"""Changes of single fields of a document, made in its text: every byte that a change does not mean stays.

An edit names fields by their paths. It is made by cutting stretches out of the text and putting others in, one edit
after the other, and the result is decoded again: only a text whose value is the old one with just that change counts.
What can't be made so is refused with the reason, and never approximated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vmlint.source.clone import clone
from vmlint.source.comments import comment_texts
from vmlint.source.decode import decode_text
from vmlint.source.edit import Edit, Move, Put, Quote, Remove
from vmlint.source.nodes import INDENT, Unfit
from vmlint.source.page import Page
from vmlint.source.span import Path

__all__ = ["Unfit", "decoded", "edited", "edited_value"]


def edited(text: str, edits: Sequence[Edit], *, json: bool = False, keep_comments: bool = True) -> str:
    """The text of one document with some edits made, one after the other.

    Line breaks are line feeds, as in the text of a `Document`. With `keep_comments`, an edit that would remove a
    comment is refused. Raises Unfit.
    """
    return edited_value(text, decoded(text), edits, json=json, keep_comments=keep_comments)[0]


def edited_value(
    text: str, value: Any, edits: Sequence[Edit], *, json: bool, keep_comments: bool, step: int = INDENT
) -> tuple[str, Any]:
    """The text of one document and its value with some edits made, one after the other; `value` is that of `text`.

    `step` is how far nested mappings are indented where the text shows none. Raises Unfit.
    """
    before = text
    for edit in edits:
        page = Page(text, json=json, step=step)
        text = page.with_edit(edit)
        try:
            value = _changed(value, edit, page)
        except (KeyError, IndexError, TypeError):
            raise Unfit("it is not written there") from None
        if decoded(text) != value:
            raise Unfit("the notation around it is not supported in edits")
    if keep_comments and not json and sorted(comment_texts(text)) != sorted(comment_texts(before)):
        raise Unfit("the edit would remove a comment")
    return text, value


def decoded(text: str) -> Any:
    """The value of a text that holds one document. Raises Unfit where it has none, or a mapping with a key twice."""
    documents = decode_text(text, "").documents
    if len(documents) != 1 or documents[0].problem or documents[0].duplicates:
        raise Unfit("the document can't be read, or has a key twice")
    return documents[0].data


# What an edit means


def _changed(data: Any, edit: Edit, page: Page) -> Any:
    """The value that a document has after an edit."""
    data = clone(data)
    match edit:
        case Put(path, value):
            _put(data, path, clone(value))
        case Move(path, to):
            _put(data, to, _popped(data, path))
        case Remove(path, if_empty):
            if not if_empty or page.is_empty(path):
                _popped(data, path)
        case Quote(path):
            _put(data, path, page.token(path))
    return data


def _popped(data: Any, path: Path) -> Any:
    for step in path[:-1]:
        data = data[step]
    return data.pop(path[-1])


def _put(data: Any, path: Path, value: Any) -> None:
    for step in path[:-1]:
        if isinstance(data, dict) and data.get(step) is None:
            data[step] = {}
        data = data[step]
    data[path[-1]] = value
