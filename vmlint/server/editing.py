"""Changed texts as edits of an editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from lsprotocol import types

from vmlint.model.access import get
from vmlint.model.field import Path
from vmlint.server.positions import Text
from vmlint.server.uris import uri_of
from vmlint.server.view import View
from vmlint.source.decode import decode
from vmlint.source.document import Document
from vmlint.source.edit import Edit
from vmlint.source.edits import Unfit, edited
from vmlint.source.rewrite import plain_text, rewritten

__all__ = ["appended", "edits_between", "with_edits", "workspace_edit"]


def edits_between(before: Text, after: str) -> list[types.TextEdit]:
    """The edits that make one text of another, line by line: what stays is not touched."""
    old, new = before.content.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        types.TextEdit(before.between(starts[first], starts[last]), "".join(new[start:end]))
        for kind, first, last, start, end in matcher.get_opcodes()
        if kind != "equal"
    ]


def workspace_edit(view: View, contents: Mapping[str, str]) -> types.WorkspaceEdit | None:
    """The edits that give files of a folder other texts; None where one of them can't be read as it is now."""
    changes = {}
    for name, content in contents.items():
        before = view.texts(name)
        if before is None or view.texts.is_broken(name):
            return None
        changes[uri_of(view.folder.root, name)] = edits_between(before, content)
    return types.WorkspaceEdit(changes=changes)


def with_edits(
    content: str, name: str, edits: Mapping[int, Sequence[Sequence[Edit]]], *, keep_comments: bool = True
) -> str:
    """A file's text with some edits of its documents, by their indexes, each group of edits after the other.

    Raises Unfit where one can't be made.
    """
    data = content.encode("utf-8", "surrogatepass")
    documents = decode(data, name).documents
    texts = {}
    for index, groups in edits.items():
        document = documents[index]
        texts[index] = plain_text(document)
        for group in groups:
            texts[index] = edited(texts[index], group, json=document.json, keep_comments=keep_comments)
    return rewritten(data, name, texts).decode("utf-8", "surrogatepass")


def appended(content: str, document: Document, path: Path, lines: Sequence[str]) -> str:
    """A file's text with one more entry in a list of a document, which begins at the list's own indentation.

    Raises Unfit for a list that is not written in lines, or has no entry.
    """
    entries = get(document.data, *path)
    if not isinstance(entries, list) or not entries:
        raise Unfit("the list has no entry")
    rows = content.split("\n")
    first, _ = document.extent((*path, 0))
    _, last = document.extent((*path, len(entries) - 1))
    start = rows[first - 1]
    indent = start[: len(start) - len(start.lstrip())]
    if not start.lstrip().startswith("- "):
        raise Unfit("the list is not written in lines")
    end = "\r" if rows[last - 1].endswith("\r") else ""
    rows[last:last] = [f"{indent}{'- ' if number == 0 else '  '}{line}{end}" for number, line in enumerate(lines)]
    return "\n".join(rows)
