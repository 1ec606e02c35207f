"""Replacements: values that a kustomization copies from one field to others.

Sources: kustomize `api/types/replacement.go`, `api/filters/replacement`, `kyaml/yaml/match.go`, `kyaml/utils`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.gitops.part import Identity, Part
from vmlint.gitops.select import Unclear, matching
from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.resource import Written
from vmlint.source.clone import clone
from vmlint.source.scalars import ScalarError, plain

__all__ = ["UNKNOWN", "NotReplaced", "blank", "copied", "replace", "steps_of", "wants"]

UNKNOWN = "${replacement}"
"""A value that is filled in by a replacement from an object that is not known: it equals nothing."""

_DEFAULT_PATH = "metadata.name"
_MATCH = re.compile(r"\[([^=\]]*)=(.*)\]", re.DOTALL)
_PLAIN = re.compile(r"[\w /:-]*", re.ASCII)


class NotReplaced(Exception):  # noqa: N818 - the name is what the field is
    """Why kustomize does not make a replacement; `path` leads from its entry to the field that is at fault."""

    def __init__(self, reason: str, *path: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


def copied(parts: Sequence[Part], entry: Mapping[str, Any]) -> Any:
    """The value that a replacement copies. Raises NotReplaced, and Unclear for one that is not understood."""
    literal, source = entry.get("sourceValue"), entry.get("source")
    if literal is not None and source is not None:
        raise NotReplaced("it has both `source` and `sourceValue`", "sourceValue")
    if literal is not None:
        return literal
    if not isinstance(source, dict):
        raise NotReplaced("it has neither `source` nor `sourceValue`")
    found = [part for part in parts if _is_source(source, part)]
    if len(found) != 1:
        reason = "selects no object" if not found else f"selects {len(found)} objects: it must be one"
        raise NotReplaced(f"its source {reason}", "source")
    path = text(source, "fieldPath") or _DEFAULT_PATH
    value = _looked_up(found[0].draft.data, steps_of(path))
    if value in (None, "", {}, []):
        raise NotReplaced(f"its source {found[0].kind.name} `{found[0].name}` has no `{path}`", "source", "fieldPath")
    delimiter, index = text(source, "options", "delimiter"), get(source, "options", "index") or 0
    if not delimiter:
        return value
    pieces = _as_text(value, "source").split(delimiter)
    if not 0 <= index < len(pieces):
        raise NotReplaced(f"`{_as_text(value)}` has no piece {index} between `{delimiter}`", "source", "options")
    return pieces[index]


def _is_source(source: Mapping[str, Any], part: Part) -> bool:
    group, _, version = part.api_version.rpartition("/")
    if text(source, "group") not in ("", group) or text(source, "version") not in ("", version):
        return False
    name, namespace, kind = text(source, "name"), text(source, "namespace"), text(source, "kind")
    return any(
        kind in ("", identity.kind) and name in ("", identity.name) and namespace in ("", identity.namespace)
        for identity in (*part.was, part.identity)
    )


def _looked_up(data: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if isinstance(data, list):
            if step.isdigit() or step == "-":
                data = get(data, len(data) - 1 if step == "-" else int(step))
            elif found := _MATCH.fullmatch(step):
                data = next(
                    (value for value in data if _is(value if not found[1] else get(value, found[1]), found[2])), None
                )
            else:
                raise NotReplaced(f"its path leads into a list at `{step}`", "source", "fieldPath")
        else:
            data = get(data, step)
        if data is None:
            return None
    return data


def _is(value: Any, wanted: str) -> bool:
    return value is not None and not isinstance(value, dict | list) and _as_text(value) == wanted


def wants(target: Mapping[str, Any], part: Part) -> bool:
    """Whether a target of a replacement selects an object. Raises Unclear, and Invalid of `select`."""
    from vmlint.gitops.select import selects

    select = get(target, "select")
    if not isinstance(select, dict):
        raise NotReplaced("a target has no `select`")
    ids = {"name": None, "namespace": None, "kind": None}
    others = {key: value for key, value in select.items() if key not in ids}
    if not selects(others, part) or not _fits_any(select, part):
        return False
    for _, reject in each(target, "reject"):
        rest = {key: value for key, value in reject.items() if key in ("labelSelector", "annotationSelector")}
        if any(rest.values()) and selects(rest, part):
            return False
        own = {key: value for key, value in reject.items() if key not in rest and value}
        if own and selects({key: value for key, value in own.items() if key not in ids}, part) and _fits_any(own, part):
            return False
    return True


def _fits_any(selector: Mapping[str, Any], part: Part) -> bool:
    fits = {field: matching(field, selector) for field in ("kind", "namespace", "name")}
    return any(
        all(fit is None or fit(getattr(identity, field)) for field, fit in fits.items()) for identity in _all(part)
    )


def _all(part: Part) -> Sequence[Identity]:
    return (*part.was, part.identity)


def replace(part: Part, target: Mapping[str, Any], value: Any, source: Written) -> None:
    """Copy a value to the fields of an object that a target names. Raises NotReplaced and Unclear."""
    options = mapping(target, "options")
    for index, written in enumerate(sequence(target, "fieldPaths") or [_DEFAULT_PATH]):
        if not isinstance(written, str):
            continue
        steps = steps_of(written)
        places = list(_places(part, part.draft.data, steps, (), options.get("create") is True))
        if not places:
            raise NotReplaced(f"{part.kind.name} `{part.name}` has no `{written}`", "fieldPaths", index)
        for path, is_new in places:
            part.draft.put(path, _set(get(part.draft.data, *path), value, options, is_new=is_new), source)


def blank(part: Part, target: Mapping[str, Any], source: Written) -> None:
    """Make the values of the fields unknown that a target names."""
    for written in sequence(target, "fieldPaths") or [_DEFAULT_PATH]:
        if isinstance(written, str):
            create = get(target, "options", "create") is True
            for path, _ in list(_places(part, part.draft.data, steps_of(written), (), create)):
                part.draft.put(path, UNKNOWN, source)


def steps_of(path: str) -> list[str]:
    """The steps of a path with dots; `\\.` is a dot within a step, as are those between brackets."""
    pieces = path.split(".")
    if len(pieces) > 1 and not pieces[0]:
        del pieces[0]
    joined = pieces[:1]
    for piece in pieces[1:]:
        if joined[-1].endswith("\\"):
            joined[-1] = f"{joined[-1][:-1]}.{piece}"
        else:
            joined.append(piece)
    steps: list[str] = []
    waiting = iter(joined)
    for piece in waiting:
        if piece.startswith("[") and not piece.endswith("]"):
            for more in waiting:
                piece = f"{piece}.{more}"
                if more.endswith("]"):
                    break
            steps.append(piece if "=" in piece else piece.strip("[]"))
        else:
            steps.append(piece)
    return steps


def _places(part: Part, data: Any, steps: Sequence[str], path: Path, create: bool) -> Iterator[tuple[Path, bool]]:
    """The places of the steps, each with whether it is made first."""
    if not steps:
        yield path, False
    elif _is_of_list(steps[0]):
        yield from _places_in_list(part, data, steps, path, create)
    elif isinstance(data, dict):
        yield from _places_in_mapping(part, data, steps, path, create)
    elif data is None:
        raise Unclear("a replacement fills in a field that is null")
    else:
        raise NotReplaced(f"{part.kind.name} `{part.name}` has no mapping before `{steps[0]}`", "fieldPaths")


def _is_of_list(step: str) -> bool:
    """Whether a step leads to entries of a list: to one by its number, to all, or to those with a value."""
    return step.isdigit() or step == "*" or _MATCH.fullmatch(step) is not None


def _places_in_list(
    part: Part, data: Any, steps: Sequence[str], path: Path, create: bool
) -> Iterator[tuple[Path, bool]]:
    step, rest = steps[0], steps[1:]
    if data is None and create:
        raise Unclear("a replacement makes a list")
    if not isinstance(data, list):
        raise NotReplaced(f"{part.kind.name} `{part.name}` has no list before `{step}`", "fieldPaths")
    found = [index for index, entry in enumerate(data) if _is_meant(step, index, entry)]
    if not found and create and step != "*":
        raise Unclear("a replacement makes an entry of a list")
    if not found and step.isdigit():
        raise NotReplaced(f"{part.kind.name} `{part.name}` has no entry `{step}`", "fieldPaths")
    for index in found:
        yield from _places(part, data[index], rest, (*path, index), create)


def _is_meant(step: str, index: int, entry: Any) -> bool:
    """Whether a step leads to an entry."""
    if step.isdigit():
        return int(step) == index
    match = _MATCH.fullmatch(step)
    return step == "*" or (match is not None and _fits_entry(entry, match[1], match[2]))


def _places_in_mapping(
    part: Part, data: dict[Any, Any], steps: Sequence[str], path: Path, create: bool
) -> Iterator[tuple[Path, bool]]:
    step, rest = steps[0], steps[1:]
    if step in data:
        if rest and isinstance(data[step], str):
            raise Unclear("a replacement changes a part of a text")
        yield from _places(part, data[step], rest, (*path, step), create)
    elif create and not rest:
        yield (*path, step), True
    elif create:
        if _is_of_list(rest[0]) and rest[0] != "*":
            raise Unclear("a replacement makes a list")
        part.draft.put((*path, step), {}, part.draft.written(path))
        yield from _places(part, {}, rest, (*path, step), create)


def _fits_entry(entry: Any, field: str, wanted: str) -> bool:
    """Whether a value of an entry holds a pattern, anywhere in it."""
    value = get(entry, field) if field else entry
    if value is None or isinstance(value, dict | list):
        return False
    if not _PLAIN.fullmatch(wanted):
        raise Unclear(f"the pattern `{wanted[:60]}` of a replacement is not supported")
    return wanted in _as_text(value)


def _set(old: Any, value: Any, options: Mapping[str, Any], *, is_new: bool) -> Any:
    """What a field becomes: a plain value keeps its type where it has one."""
    value = clone(value)
    if delimiter := text(options, "delimiter"):
        pieces, piece, index = _as_text(old, "fieldPaths").split(delimiter), _as_text(value), options.get("index") or 0
        if index < 0:
            pieces.insert(0, piece)
        elif index >= len(pieces):
            pieces.append(piece)
        else:
            pieces[index] = piece
        value = delimiter.join(pieces)
    if isinstance(value, dict | list):
        if old is not None and not isinstance(old, dict | list):
            raise Unclear("a replacement copies a mapping or list over a single value")
        return value
    if isinstance(old, dict | list):
        return value
    if isinstance(old, str) and not is_new:
        return _as_text(value)
    try:
        new = plain(_as_text(value))
    except ScalarError:
        new = _as_text(value)
    if not is_new and old is not None and isinstance(new, str):
        raise NotReplaced(f"`{new}` can't take the place of `{_as_text(old)}`, which is not text", "fieldPaths")
    return new


def _as_text(value: Any, field: str = "") -> str:
    if isinstance(value, dict | list):
        raise NotReplaced("a `delimiter` needs a single value", field)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
