"""Completion in the JSON patches of a kustomization: the members of an operation, and pointers to fields."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.engine.snapshot import Snapshot
from vmlint.model.access import get, mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_NAME
from vmlint.server.cursor import Cursor
from vmlint.server.fields import fields_below
from vmlint.server.offers import Completion, CompletionKind, Target, is_list, target_of_kind, value

__all__ = ["operation"]

_OPERATIONS = ("add", "replace", "remove", "test", "move", "copy")


def operation(cursor: Cursor, snapshot: Snapshot | None) -> Iterator[Completion]:
    """The members of an operation: its fields, its `op`, and pointers to fields of the patch's target."""
    if cursor.is_key and len(cursor.path) == 1:
        for name in ("op", "path", "value", "from"):
            if name not in mapping(get(cursor.data, *cursor.path)):
                yield Completion(name, CompletionKind.FIELD, f"{name}: ", cursor.start, cursor.end)
    elif cursor.path[1:] == ("op",):
        for name in _OPERATIONS:
            yield value(cursor, name)
    elif cursor.path[1:] in (("path",), ("from",)):
        row = BY_NAME.get(text(cursor.outer, *cursor.block[:-1], "target", "kind"))
        if row is not None:
            yield from _pointers(cursor, target_of_kind(row, "", (), {}, snapshot))


def _pointers(cursor: Cursor, target: Target) -> Iterator[Completion]:
    """The pointers that are one step longer than what is typed."""
    steps = cursor.typed.split("/")[1:-1]
    path: Path = tuple(0 if step == "-" or step.isdigit() else _unescaped(step) for step in steps)
    start = "".join(f"/{step}" for step in steps)
    if path and isinstance(path[-1], str) and is_list(target, path):
        for step in ("-", "0"):
            yield value(cursor, f"{start}/{step}", "the end of the list" if step == "-" else "the first entry")
        return
    for doc in fields_below(target.kind.name, path, target.release):
        yield value(cursor, f"{start}/{doc.name}", doc.summary, doc.markdown)


def _unescaped(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
