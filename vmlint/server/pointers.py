"""Completion in the JSON patches of a kustomization: the members of an operation, and pointers to fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vmlint.engine.snapshot import Snapshot
from vmlint.model.access import get, mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import Kind
from vmlint.server.cursor import Cursor
from vmlint.server.fields import fields_below
from vmlint.server.offers import Completion, CompletionKind, Target, is_list, target_of_kind, value

__all__ = ["in_value", "operation"]

_OPERATIONS = ("add", "replace", "remove", "test", "move", "copy")


def operation(cursor: Cursor, kind: Kind | None, snapshot: Snapshot | None) -> Iterator[Completion]:
    """The members of an operation: its fields, its `op`, and pointers to fields of the kind that is patched."""
    if cursor.is_key and len(cursor.path) == 1:
        for name in ("op", "path", "value", "from"):
            if name not in mapping(get(cursor.data, *cursor.path)):
                yield Completion(name, CompletionKind.FIELD, f"{name}: ", cursor.start, cursor.end)
    elif cursor.path[1:] == ("op",):
        for name in _OPERATIONS:
            yield value(cursor, name)
    elif cursor.path[1:] in (("path",), ("from",)) and kind is not None:
        yield from _pointers(cursor, target_of_kind(kind, "", (), {}, snapshot))


def in_value(cursor: Cursor, kind: Kind) -> Cursor | None:
    """A cursor in an operation's value as one in the object that is patched, None where it is elsewhere."""
    pointer = text(get(cursor.data, *cursor.path[:1]), "path")
    if cursor.path[1:2] != ("value",) or not pointer.startswith("/"):
        return None
    at = _steps(pointer.split("/")[1:])
    known = _nested(at, get(cursor.data, cursor.path[0], "value"))
    data = {"kind": kind.name, **known} if isinstance(known, dict) else None
    return cursor._replace(path=(*at, *cursor.path[2:]), data=data, block=(), outer=None) if data else None


def _nested(path: Path, inner: Any) -> Any:
    if not path:
        return inner
    below = _nested(path[1:], inner)
    return [below] if isinstance(path[0], int) else {path[0]: below}


def _steps(words: list[str]) -> Path:
    """The steps of a pointer; each place in a list is its first one."""
    return tuple(0 if word == "-" or word.isdigit() else _unescaped(word) for word in words)


def _pointers(cursor: Cursor, target: Target) -> Iterator[Completion]:
    """The pointers that are one step longer than what is typed."""
    steps = cursor.typed.split("/")[1:-1]
    path = _steps(steps)
    start = "".join(f"/{step}" for step in steps)
    if path and isinstance(path[-1], str) and is_list(target, path):
        for step in ("-", "0"):
            yield value(cursor, f"{start}/{step}", "the end of the list" if step == "-" else "the first entry")
        return
    for doc in fields_below(target.kind.name, path, target.release):
        yield value(cursor, f"{start}/{doc.name}", doc.summary, doc.markdown)


def _unescaped(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
