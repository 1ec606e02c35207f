"""What may be written at the cursor: fields, values, names of objects, whole objects."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.engine.snapshot import Snapshot
from vmlint.model.access import get, mapping, text
from vmlint.model.matcher import Matcher
from vmlint.server.cursor import Cursor, cursor_at
from vmlint.server.fields import FieldDoc, documentation, fields_below
from vmlint.server.offers import Completion, CompletionKind, Target, is_list, target_of, target_of_patch
from vmlint.server.pointers import in_value, operation
from vmlint.server.snippets import SNIPPETS
from vmlint.server.values import api_versions, kinds, values

__all__ = ["Completion", "CompletionKind", "completions"]


def completions(snapshot: Snapshot | None, content: str, offset: int, name: str = "") -> list[Completion]:
    """What may be written at an index of a file's text, in the order in which it is offered.

    `snapshot` is what the repository holds as far as it is known; without one, only what the schemas know is offered.
    `name` is the name of the file in it.
    """
    cursor = cursor_at(content, offset)
    found = _found(cursor, snapshot, name) if cursor is not None else ()
    return [one._replace(order=f"{number:04}") for number, one in enumerate(found)]


def _found(cursor: Cursor, snapshot: Snapshot | None, name: str) -> Iterator[Completion]:
    if isinstance(cursor.data, list):
        kind = target_of_patch(cursor, snapshot, name)
        inner = in_value(cursor, kind) if kind is not None else None
        if inner is not None:
            yield from _found(inner, snapshot, name)
        elif kind is not None or cursor.block:
            yield from operation(cursor, kind, snapshot)
    elif (target := target_of(cursor, snapshot, name)) is None:
        yield from _beginning(cursor)
    elif cursor.is_key:
        yield from _keys(cursor, target, snapshot, name)
    else:
        yield from values(cursor, target, snapshot, name)


# Keys


def _keys(cursor: Cursor, target: Target, snapshot: Snapshot | None, name: str) -> Iterator[Completion]:
    below = cursor.path[len(target.at) :]
    if below[-1:] == ("labels",):
        yield from _label_keys(cursor, target)
        return
    if cursor.empty and is_list(target, cursor.empty[len(target.at) :]):
        yield from _keys(cursor._replace(path=cursor.empty, empty=()), target, snapshot, name)
    present = set(mapping(get(cursor.data, *cursor.path))) - {cursor.key}
    fields = list(fields_below(target.kind.name, below, target.release, api_version=target.api_version))
    new_entry = bool(below) and isinstance(below[-1], str) and is_list(target, below)
    ranked = sorted(fields, key=lambda doc: (not doc.required, doc.is_proposal or doc.is_deprecated, not doc.text))
    for doc in ranked:
        if doc.name not in present or new_entry:
            yield _field(cursor, doc, target, new_entry)
    if not fields and (cursor.entry or new_entry):
        at = (*cursor.path, 0) if new_entry else cursor.path
        prefix = "- " if new_entry and not cursor.flow else ""
        for one in values(cursor._replace(path=at), target, snapshot, name):
            yield one._replace(insert=prefix + one.insert)


def _field(cursor: Cursor, doc: FieldDoc, target: Target, new_entry: bool) -> Completion:
    prefix = "- " if new_entry and not cursor.flow else ""
    insert = doc.name
    if not cursor.key:
        inner = " " * (cursor.indent + len(prefix))
        insert += ": " if cursor.flow else _after(doc, target, inner)
    return Completion(
        doc.name,
        CompletionKind.FIELD,
        prefix + insert,
        cursor.start,
        cursor.end,
        ", ".join(filter(None, (doc.summary, "proposal" if doc.is_proposal else ""))),
        doc.markdown,
        is_deprecated=doc.is_deprecated,
    )


def _after(doc: FieldDoc, target: Target, indent: str) -> str:
    """The colon of a key, and what its value begins with."""
    if doc.nested == "list":
        return f":\n{indent}- "
    if doc.nested == "object":
        below = fields_below(target.kind.name, doc.path, target.release, api_version=target.api_version)
        is_empty = not doc.type.startswith("map") and next(below, None) is None and doc.path[-1] != "metadata"
        return ": {}" if is_empty else f":\n{indent}  "
    return ": "


def _label_keys(cursor: Cursor, target: Target) -> Iterator[Completion]:
    """The labels that inference reads."""
    if not target.is_labelled or cursor.path != (*target.at, "metadata", "labels"):
        return
    present = mapping(get(cursor.data, *cursor.path))
    for matcher in Matcher:
        for label, what in ((matcher.label, f"{matcher.noun}"), (matcher.kind_label, f"kind of the {matcher.noun}")):
            if label not in present or cursor.key:
                insert = label if cursor.key else f"{label}: "
                detail = f"the {what} that VMs infer from this {target.kind.name}"
                yield Completion(label, CompletionKind.FIELD, insert, cursor.start, cursor.end, detail)


_BEGINNING = ("apiVersion", "kind", "metadata", "spec")


def _beginning(cursor: Cursor) -> Iterator[Completion]:
    """What a document without a kind may begin with; nothing in one that is no object, or of another product's kind."""
    if not set(mapping(cursor.data)).issubset(_BEGINNING) or (text(cursor.data, "kind") and cursor.path != ("kind",)):
        return
    if cursor.path == ("kind",) and not cursor.is_key:
        yield from kinds(cursor)
    elif cursor.path == ("apiVersion",) and not cursor.is_key:
        yield from api_versions(cursor, None)
    elif cursor.is_key and not cursor.path and not cursor.block:
        present = mapping(cursor.data)
        for name in _BEGINNING:
            if name not in present:
                after = ":\n  " if name in ("metadata", "spec") else ": "
                doc = documentation("VirtualMachine", (name,))
                yield Completion(
                    name, CompletionKind.FIELD, name + after, cursor.start, cursor.end, "", doc.text if doc else ""
                )
        if not present and not cursor.flow and cursor.indent == 0:
            for snippet in SNIPPETS:
                yield Completion(
                    snippet.label,
                    CompletionKind.SNIPPET,
                    snippet.body,
                    cursor.start,
                    cursor.end,
                    snippet.detail,
                    f"```yaml\n{snippet.body}\n```",
                    is_snippet=True,
                )
