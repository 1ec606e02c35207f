"""Renaming what a name means: where the name is given, and everywhere it is used, in all files."""

from __future__ import annotations

import re
from typing import Any

from lsprotocol import types

from vmlint.model.access import get
from vmlint.model.ref import Ref
from vmlint.model.unknown import is_unknown
from vmlint.server.navigation import meant, occurrences, pattern_for
from vmlint.server.uris import uri_of
from vmlint.server.view import Cursor, Local, Spelled, Target, View

__all__ = ["CannotRename", "prepared", "renamed"]

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", re.ASCII)
_MOST_CHARACTERS = 253
"""The form and length of most names. Source: Kubernetes `apimachinery/pkg/util/validation` (IsDNS1123Subdomain)."""


class CannotRename(Exception):  # noqa: N818 - it says why, for a person
    """Why a name can't be changed, as a sentence."""


def prepared(view: View, cursor: Cursor) -> tuple[types.Range, str] | None:
    """The range of the name at a place and the name, where it can be changed; None for what is no name.

    Raises CannotRename for the name of an object that no file writes.
    """
    name = _name_at(cursor)
    targets = list(meant(view, cursor)) if name and cursor.on_word and not cursor.on_key else []
    if not targets:
        return None
    for one in targets:
        if isinstance(one, Target) and one.spelled is None:
            raise CannotRename(f"`{one.resolution.ref.short}` is not in the files of this folder.")
    there = _range_of(view, Spelled(cursor.document, cursor.path), name)
    return None if there is None else (there, name)


def renamed(view: View, cursor: Cursor, new: str) -> types.WorkspaceEdit:
    """The edits of all files that give another name to what the name at a place means.

    Raises CannotRename for a name that is not valid, is in use, or is written in a way that no edit is sure of.
    """
    found = prepared(view, cursor)
    if found is None:
        raise CannotRename("The cursor is not on a name that vmlint can rename.")
    _, name = found
    if not _NAME.fullmatch(new) or len(new) > _MOST_CHARACTERS:
        raise CannotRename(f"`{new}` is not a valid name: use lowercase letters, digits, `-` and `.`.")
    places: dict[tuple[int, Any], Spelled] = {}
    for one in meant(view, cursor):
        _check_free(view, one, name, new)
        if isinstance(one, Target) and (pattern := pattern_for(view, one)) is not None:
            file, line = pattern.document.file, pattern.document.span(pattern.path).line
            raise CannotRename(f"A pattern in `{file}`, line {line}, selects `{name}` and others: change it first.")
        for spelled, _ in occurrences(view, one):
            places[id(spelled.document), spelled.path] = spelled
    changes: dict[str, list[types.TextEdit]] = {}
    for spelled in places.values():
        there = _range_of(view, spelled, name)
        if there is None:
            file, line = spelled.document.file, spelled.document.span(spelled.path).line
            raise CannotRename(f"`{name}` is written in another way in `{file}`, line {line}: change it there first.")
        changes.setdefault(uri_of(view.folder.root, spelled.document.file), []).append(types.TextEdit(there, new))
    return types.WorkspaceEdit(changes=changes)


def _name_at(cursor: Cursor) -> str:
    """The name at a place, without the namespace that may be before it."""
    value = get(cursor.document.data, *cursor.path)
    if not isinstance(value, str) or is_unknown(value):
        return ""
    return value.rpartition("/")[2]


def _range_of(view: View, spelled: Spelled, name: str) -> types.Range | None:
    """Where a name is in the text of a field; None where the text does not end in it, or has changed since."""
    whole = view.range(spelled)
    content = view.texts(spelled.document.file)
    if whole is None or content is None or view.texts.is_broken(spelled.document.file):
        return None
    start, end = content.offset(whole.start), content.offset(whole.end)
    token = content.content[start:end]
    bare = token[:-1] if token[:1] in "\"'" and token[-1:] == token[:1] else token
    before = bare[: len(bare) - len(name)].lstrip("\"'")
    if not bare.endswith(name) or (before and before[-1] not in "/-"):
        return None
    stop = start + len(bare)
    return content.between(stop - len(name), stop)


def _check_free(view: View, one: Target | Local, old: str, new: str) -> None:
    """Raises CannotRename where something else has the new name already."""
    if isinstance(one, Local):
        if any(view.places(one._replace(name=new))):
            raise CannotRename(f"{one.workload} has a {one.noun} `{new}` already.")
        return
    ref = one.resolution.ref
    there = Ref(ref.group, ref.kind, ref.namespace, ref.name.removesuffix(old) + new)
    for other in one.world.cluster.named(there):
        raise CannotRename(f"{there} exists already, in `{other.document.file}`.")
