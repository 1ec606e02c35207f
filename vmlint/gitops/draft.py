"""An object that a kustomization makes, and the patches that kustomize applies to it, with who wrote which field.

A strategic merge patch of a kind without a schema is a JSON merge patch with directives: mappings are merged, a list
is replaced as a whole, null removes. Of Kubernetes' own kinds some lists are merged by a key of their entries.
Sources: kustomize `kyaml/yaml/merge2`, `kyaml/yaml/walk`; RFC 6902 as `evanphx/json-patch` v4 does it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from vmlint.model.access import get
from vmlint.model.field import Path
from vmlint.model.resource import Written
from vmlint.source.built import MAX_DEPTH
from vmlint.source.clone import clone

__all__ = ["Draft", "NotApplicable", "merges_surely"]


_MOST_COPIED = 20_000
"""The most values that one operation may copy. A whole VM has some hundred."""


class NotApplicable(Exception):  # noqa: N818 - the name is what the patch is
    """A patch that does not fit the object, as the text says; `path` leads from the patch to what is at fault."""

    def __init__(self, reason: str, path: Path = ()) -> None:
        super().__init__(reason)
        self.path = path


class Draft:
    """An object that is being made: its data, its own place, and which fields other documents write.

    The data is never changed in place, so that drafts can share it.
    """

    __slots__ = ("data", "own", "parts")

    def __init__(self, data: dict[str, Any], own: Written, parts: Mapping[Path, Written] | None = None) -> None:
        self.data = data
        self.own = own
        self.parts = dict(parts or {})

    def written(self, path: Path) -> Written:
        """Where a field is written."""
        for length in range(len(path), -1, -1):
            if part := self.parts.get(path[:length]):
                return Written(part.document, (*part.path, *path[length:]))
        return Written(self.own.document, (*self.own.path, *path))

    def set(self, path: Path, value: Any, source: Written) -> None:
        """Write a field of mappings; those that lead to it are made where they are missing."""
        self.data = _with(self.data, path, value)
        self._claim(path, source)

    def put(self, path: Path, value: Any, source: Written) -> None:
        """Write a field; its parents are there, lists among them, or mappings that are made."""
        self.data = _put(self.data, path, value)
        self._claim(path, source)

    def merge(self, patch: Mapping[str, Any], source: Written) -> None:
        """Apply a strategic merge patch. One that deletes the whole object leaves no data."""
        before = self.parts
        self.parts = dict(before)
        try:
            self._merge_whole(patch, source)
        except NotApplicable:
            self.parts = before
            raise

    def _merge_whole(self, patch: Mapping[str, Any], source: Written) -> None:
        directive = _directive(patch)
        if directive == "delete":
            self.data = {}
        elif directive != "replace":  # which has no effect on a whole object: kustomize drops its result
            keys = _merge_keys(self.data)
            self.data = self._merged(self.data, patch, (), source, keys)

    def operate(self, operations: Sequence[Any], source: Written) -> None:
        """Apply the operations of a JSON patch; all of them or none."""
        before, data = self.parts, clone(self.data)
        self.parts = dict(before)
        try:
            for index, operation in enumerate(operations):
                try:
                    self._operate(data, operation, Written(source.document, (*source.path, index)))
                except NotApplicable as error:
                    error.path = (index, "path")
                    raise
        except NotApplicable:
            self.parts = before
            raise
        self.data = data

    def _claim(self, path: Path, source: Written) -> None:
        """Note who writes a field, and everything in it."""
        depth = len(path)
        for known in [known for known in self.parts if known[:depth] == path]:
            del self.parts[known]
        self.parts[path] = source

    def _merged(
        self, data: Mapping[str, Any], patch: Mapping[str, Any], path: Path, source: Written, keys: _MergeKeys
    ) -> dict[str, Any]:
        result = dict(data)
        for key, value in patch.items():
            if key == "$patch":
                continue
            at, there = (*path, key), Written(source.document, (*source.path, key))
            candidate = result.get(key)
            directive = _directive(value) if isinstance(value, dict) else ""
            if value is None or directive == "delete":
                result.pop(key, None)
                self._claim(at, there)
                continue
            if candidate is not None and _shape(candidate) != _shape(value):
                shapes = f"{_shape(candidate)} in the object and {_shape(value)} in the patch"
                raise NotApplicable(f"`{_dotted(at)}` is {shapes}", at)
            if isinstance(value, dict) and isinstance(candidate, dict) and directive != "replace":
                result[key] = self._merged(candidate, value, at, there, keys)
            elif isinstance(value, list) and isinstance(candidate, list) and (merge_key := keys.get(_steps_of(at))):
                self._merge_lists(result, key, value, merge_key, at, there, keys)
            else:
                result[key] = _clean(value)
                self._claim(at, there)
        return result

    def _merge_lists(
        self,
        result: dict[str, Any],
        key: str,
        entries: list[Any],
        merge_key: str,
        at: Path,
        there: Written,
        keys: _MergeKeys,
    ) -> None:
        """Merge a list by a key of its entries, those of the patch first. "." is the key of plain values."""
        old: list[Any] = result[key]
        if any(isinstance(entry, dict) and entry.get("$patch") == "replace" for entry in entries):
            result[key] = [entry for entry in entries if not (isinstance(entry, dict) and "$patch" in entry)]
            self._claim(at, there)
            return
        places = [self.written((*at, index)) for index in range(len(old))]
        merged: list[tuple[Any, Written]] = []
        taken: set[int] = set()
        for index, entry in enumerate(entries):
            place = Written(there.document, (*there.path, index))
            known = _position(old, entry, merge_key)
            if known is not None:
                taken.add(known)
            if isinstance(entry, dict) and _directive(entry) == "delete":
                continue
            if known is None or not isinstance(entry, dict):
                merged.append((_clean(entry), place))
            else:
                merged.append((self._merged(old[known], entry, (*at, known), place, keys), places[known]))
        merged += ((entry, places[index]) for index, entry in enumerate(old) if index not in taken)
        self._claim(at, there)
        for index, (_, place) in enumerate(merged):
            self.parts[(*at, index)] = place
        result[key] = [entry for entry, _ in merged]

    def _operate(self, data: Any, operation: Any, source: Written) -> None:
        kind, pointer = get(operation, "op"), get(operation, "path")
        if not isinstance(pointer, str) or not pointer.startswith("/"):
            raise NotApplicable("an operation has no `path` that starts with `/`")
        steps = _steps(pointer)
        if kind == "add" or kind == "replace":
            if not isinstance(operation, dict) or "value" not in operation:
                raise NotApplicable(f"the operation on `{pointer}` has no `value`")
            value, place = clone(operation["value"]), Written(source.document, (*source.path, "value"))
            self._put(data, steps, value, place, pointer, replace=kind == "replace")
        elif kind == "remove":
            self._take(data, steps, pointer)
        elif kind == "test":
            holder, step = _reach(data, steps, pointer)
            if _tested(holder, step, pointer) != operation.get("value"):
                raise NotApplicable(f"`{pointer}` does not have the value that the patch tests for")
        elif kind in ("copy", "move") and isinstance(get(operation, "from"), str):
            origin = _steps(operation["from"])
            holder, step = _reach(data, origin, operation["from"])
            found = _at(holder, step, operation["from"])
            _check_size(found, len(steps))
            value = clone(found)
            place = self.written(_path(data, origin))
            if kind == "move":
                self._take(data, origin, operation["from"])
            self._put(data, steps, value, place, pointer, replace=False)
        else:
            raise NotApplicable(f"`{kind}` is not an operation of JSON patches")

    def _put(self, data: Any, steps: list[str], value: Any, source: Written, pointer: str, *, replace: bool) -> None:
        holder, step = _reach(data, steps, pointer)
        path = _path(data, steps[:-1])
        if isinstance(holder, list):
            if replace:
                index = _index(holder, step, pointer)
                holder[index] = value
                self._claim((*path, index), source)
                return
            index = len(holder) if step == "-" else _index([*holder, None], step, pointer)
            order: list[int | Written] = list(range(len(holder)))
            order.insert(index, source)
            self._reorder(path, order)
            holder.insert(index, value)
            return
        holder[step] = value  # to replace what is not there is to add it, for the library that kustomize uses
        self._claim((*path, step), source)

    def _take(self, data: Any, steps: list[str], pointer: str) -> None:
        holder, step = _reach(data, steps, pointer)
        path = _path(data, steps[:-1])
        if isinstance(holder, list):
            index = _index(holder, step, pointer)
            self._reorder(path, [number for number in range(len(holder)) if number != index])
            del holder[index]
        elif step in holder:
            del holder[step]
        else:
            raise NotApplicable(f"the object has no `{pointer}` to remove")

    def _reorder(self, path: Path, order: Sequence[int | Written]) -> None:
        """Note who writes the entries of a list whose entries have moved: each is an old index, or new."""
        depth = len(path)
        heads = {old: self.written((*path, old)) for old in order if isinstance(old, int)}
        inner: dict[Any, list[tuple[Path, Written]]] = {}
        for known in [known for known in self.parts if len(known) > depth and known[:depth] == path]:
            inner.setdefault(known[depth], []).append((known[depth + 1 :], self.parts.pop(known)))
        for new, old in enumerate(order):
            if not isinstance(old, int):
                self.parts[(*path, new)] = old
                continue
            self.parts[(*path, new)] = heads[old]
            for rest, source in inner.get(old, ()):
                self.parts[(*path, new, *rest)] = source


def _with(data: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    key, *rest = path
    below = data.get(str(key))
    inner = value if not rest else _with(below if isinstance(below, dict) else {}, tuple(rest), value)
    return {**data, str(key): inner}


def _put(data: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(data, list) and isinstance(step, int):
        return [_put(entry, rest, value) if index == step else entry for index, entry in enumerate(data)]
    if data is None:
        data = {}
    return {**data, step: _put(data.get(step), rest, value)} if isinstance(data, dict) else data


def _clean(value: Any) -> Any:
    """A value of a patch that meets nothing: nulls and directives of mappings fall away; lists stay as they are."""
    if isinstance(value, dict):
        return {
            key: _clean(inner)
            for key, inner in value.items()
            if key != "$patch" and inner is not None and not (isinstance(inner, dict) and _directive(inner) == "delete")
        }
    return value


def _directive(value: Mapping[str, Any]) -> str:
    """What a mapping of a patch says is done with it: "" or `merge`, `replace`, `delete`."""
    directive = value.get("$patch", "")
    if directive not in ("", "merge", "replace", "delete"):
        raise NotApplicable(f"`$patch: {directive}` is not a directive")
    return str(directive)


def _shape(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else "a single value"


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


_MergeKeys = Mapping[tuple[str, ...], str]
"""The lists that are merged, by the fields that lead to them: the keys of their entries, "." for plain values."""

_METADATA: _MergeKeys = {("metadata", "finalizers"): ".", ("metadata", "ownerReferences"): "uid"}
_ACCOUNT: _MergeKeys = {**_METADATA, ("secrets",): "name", ("imagePullSecrets",): "name"}
_SERVICE: _MergeKeys = {**_METADATA, ("spec", "ports"): "port protocol"}
_POD: _MergeKeys = {
    ("containers",): "name",
    ("initContainers",): "name",
    ("ephemeralContainers",): "name",
    ("volumes",): "name",
    ("imagePullSecrets",): "name",
    ("hostAliases",): "ip",
    **{
        (containers, field): key
        for containers in ("containers", "initContainers")
        for field, key in (("env", "name"), ("volumeMounts", "mountPath"), ("volumeDevices", "devicePath"))
    },
}
_POD_AT = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
}
_BUILT_IN = ("", "apps", "batch", "rbac.authorization.k8s.io", "storage.k8s.io", "networking.k8s.io", "policy")


def _merge_keys(data: Mapping[str, Any]) -> _MergeKeys:
    """The lists of an object that are merged. An object of a CRD has none: kustomize knows no schema of it."""
    kind, group = get(data, "kind"), str(get(data, "apiVersion")).rpartition("/")[0]
    if group not in _BUILT_IN:
        return {}
    if kind == "ServiceAccount":
        return _ACCOUNT
    if kind == "Service":
        return _SERVICE
    if isinstance(kind, str) and kind in _POD_AT:
        return {**_METADATA, **{(*_POD_AT[kind], *path): key for path, key in _POD.items()}}
    return _METADATA


def _steps_of(path: Path) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str))


def _position(entries: Sequence[Any], entry: Any, keys: str) -> int | None:
    """Where a list has the entry of a patch."""
    first, *others = keys.split()
    for index, other in enumerate(entries):
        if keys == ".":
            if other == entry:
                return index
        elif get(entry, first) is not None and all(get(other, key) == get(entry, key) for key in (first, *others)):
            return index
    return None


def merges_surely(data: Mapping[str, Any], patch: Mapping[str, Any]) -> bool:
    """Whether it is known how the lists of a patch are merged with those of an object.

    kustomize drops entries without the key, and those of which only one of two keys fits.
    """
    keys = _merge_keys(data)
    return all(
        _are_sure(get(data, *path), get(patch, *path), keys_of.split())
        for path, keys_of in keys.items()
        if keys_of != "."
    )


def _are_sure(entries: Any, new: Any, keys: Sequence[str]) -> bool:
    if not isinstance(entries, list) or not isinstance(new, list):
        return True
    first, *others = keys
    for entry in new:
        if not isinstance(entry, dict) or entry.get("$patch") == "replace":
            continue
        if entry.get(first) is None:
            return False
        same = [other for other in entries if get(other, first) == entry[first]]
        fits = [other for other in same if all(get(other, key) == entry.get(key) for key in others)]
        is_whole = all(entry.get(key) is not None for key in others)
        if (len(fits) != 1 and same) or (not is_whole and (len(same) > 1 or "$patch" in entry)):
            return False
    return True


def _check_size(value: Any, depth: int) -> None:
    """Refuse to copy what is too large: a patch that copies its own copies would double the object each time."""
    level, number = [value], 0
    while level:
        number, depth = number + len(level), depth + 1
        if number > _MOST_COPIED or depth > MAX_DEPTH:
            raise NotApplicable(f"it copies more than {_MOST_COPIED:,} values, or deeper than {MAX_DEPTH} levels")
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _reach(data: Any, steps: list[str], pointer: str) -> tuple[Any, str]:
    """The mapping or list that holds the last step."""
    holder = data
    for step in steps[:-1]:
        holder = _at(holder, step, pointer)
    if not isinstance(holder, dict | list):
        raise NotApplicable(f"the object has no `{pointer}`")
    return holder, steps[-1]


def _at(holder: Any, step: str, pointer: str) -> Any:
    if isinstance(holder, list):
        return holder[_index(holder, step, pointer)]
    if isinstance(holder, dict) and step in holder:
        return holder[step]
    raise NotApplicable(f"the object has no `{pointer}`")


def _index(holder: list[Any], step: str, pointer: str) -> int:
    if re.fullmatch(r"-?\d{1,6}", step, re.ASCII) and -len(holder) <= int(step) < len(holder):
        return int(step) % len(holder)
    raise NotApplicable(f"the object has no `{pointer}`")


def _tested(holder: Any, step: str, pointer: str) -> Any:
    """The value that an operation tests: a field that is missing is null."""
    return holder.get(step) if isinstance(holder, dict) else _at(holder, step, pointer)


def _path(data: Any, steps: Sequence[str]) -> Path:
    """The steps with the indexes of lists as numbers."""
    path: list[str | int] = []
    for step in steps:
        path.append(int(step) if isinstance(data, list) else step)
        data = get(data, path[-1])
    return tuple(path)
