"""What a list of completions has, and the object that the cursor is in."""

from __future__ import annotations

import json
from typing import Any

from vmlint.catalog.schemas import api_kind
from vmlint.engine.snapshot import Snapshot
from vmlint.model.access import get, mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_NAME, Kind, kind_of
from vmlint.model.subjects import subject_class
from vmlint.record import Codes, Record
from vmlint.server.cursor import Cursor
from vmlint.server.fields import documentation
from vmlint.server.labels import LABELLED
from vmlint.server.patched import patched_kind

__all__ = [
    "Completion",
    "CompletionKind",
    "Target",
    "is_list",
    "quoted",
    "target_of",
    "target_of_kind",
    "target_of_patch",
    "value",
]

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:$^<>=+ ")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"))


class CompletionKind(Codes):
    """What a completion is."""

    FIELD = "field"
    VALUE = "value"
    NAME = "name"
    SNIPPET = "snippet"


class Completion(Record):
    """Something that may be written in place of the text from `start` to `end`, indexes of the text.

    `label` is what a list shows and what the typed text is compared with, `detail` one line beside it, `documentation`
    Markdown. `insert` is what is written; with `is_snippet` it has places to fill in. `order` sorts the list.
    """

    label: str
    kind: CompletionKind
    insert: str
    start: int
    end: int
    detail: str = ""
    documentation: str = ""
    is_snippet: bool = False
    is_deprecated: bool = False
    order: str = ""


class Target(Record):
    """The object that the cursor is in: its kind, and where it begins in the document."""

    kind: Kind
    api_version: str
    at: Path
    data: Any
    release: tuple[int, ...] | None

    @property
    def is_labelled(self) -> bool:
        """Whether labels of the object name a default instancetype and preference."""
        return issubclass(subject_class(self.kind), LABELLED)


def target_of(cursor: Cursor, snapshot: Snapshot | None, name: str = "") -> Target | None:
    """The innermost object of a known kind; in a patch of another kind, what the kustomization names as its target.

    `name` is the name of the file.
    """
    for depth in range(len(cursor.path), -1, -1):
        at = cursor.path[:depth]
        data = get(cursor.data, *at) if at else cursor.data
        kind, api_version = text(data, "kind"), text(data, "apiVersion")
        row = kind_of(api_version, kind) if api_version else BY_NAME.get(kind)
        if row is not None and (not at or api_version):
            return target_of_kind(row, api_version, at, data, snapshot)
    row = target_of_patch(cursor, snapshot, name)
    return target_of_kind(row, "", (), {**mapping(cursor.data), "kind": row.name}, snapshot) if row else None


def target_of_patch(cursor: Cursor, snapshot: Snapshot | None, name: str) -> Kind | None:
    """The kind that a patch is for, in a kustomization or in a file of its own."""
    written = text(cursor.outer, *cursor.block[:-1], "target", "kind") if cursor.block else patched_kind(name, snapshot)
    return BY_NAME.get(written)


def target_of_kind(row: Kind, api_version: str, at: Path, data: Any, snapshot: Snapshot | None) -> Target:
    """An object of a kind, with the release that the settings name where it counts."""
    known = api_kind(row.group, row.name)
    release = None
    if snapshot is not None and known is not None and known.product == "kubevirt":
        target = snapshot.settings.target_kubevirt
        release = tuple(int(part) for part in target.split(".")[:2]) if target and target[0].isdigit() else None
    return Target(row, api_version, at, data, release)


def is_list(target: Target, below: Path) -> bool:
    """Whether the field at a path of the object is a list."""
    doc = documentation(target.kind.name, below, target.release, api_version=target.api_version)
    return doc is not None and doc.nested == "list"


def value(
    cursor: Cursor, name: str, detail: str = "", documentation: str = "", kind: CompletionKind = CompletionKind.VALUE
) -> Completion:
    """A scalar in place of what is typed."""
    return Completion(name, kind, name, cursor.start, cursor.end, detail, documentation)


def quoted(value: str) -> str:
    """A name as YAML has to have it."""
    is_plain = set(value) <= _PLAIN and value.lower() not in _WORDS and not value.replace(".", "", 1).isdigit()
    return value if is_plain and not value.endswith(":") else json.dumps(value)
