"""Flux's variables: `${NAME}` in what a Kustomization builds.

The text is substituted after the build and read again: a number in a variable becomes a number, quoted or not.
Sources: Flux `kustomize-controller` docs (post build variable substitution), `fluxcd/pkg/envsubst`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from vmlint.gitops.part import Part
from vmlint.model.access import each, get, mapping, text
from vmlint.model.resource import Resource
from vmlint.model.unknown import is_unknown
from vmlint.source.built import MAX_SCALAR
from vmlint.source.scalars import ScalarError, plain

__all__ = ["Variables", "substitute", "variables_of"]

Variables = Mapping[str, str]

_DISABLED = "kustomize.toolkit.fluxcd.io/substitute"
_VARIABLE = re.compile(r"(\$?)\$\{([A-Za-z_]\w*)(?:(:?[=-])([^${}]*))?\}", re.ASCII)
_PLAIN = re.compile(r"[^\s'\"#:&*!|>%@`,\[\]{}?-](?:[^#:]|:(?!\s|$)|(?<!\s)#)*|-?[\d.]+|", re.ASCII)


def variables_of(post_build: Mapping[str, Any], config_maps: Iterable[Resource], namespace: str) -> Variables:
    """The values that stand in the repository; those written in the Kustomization count before those of ConfigMaps."""
    values: dict[str, str] = {}
    objects_by_key = {found.ref.name: found for found in config_maps if found.namespace == namespace}
    for _, source in each(post_build, "substituteFrom"):
        if (found := objects_by_key.get(text(source, "name"))) and text(source, "kind") == found.ref.kind:
            values |= {key: value for key, value in mapping(found.data, "data").items() if isinstance(value, str)}
    for key, value in mapping(post_build, "substitute").items():
        if isinstance(value, str | int | float):
            values[key] = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return {key: value for key, value in values.items() if not is_unknown(value)}


def substitute(part: Part, variables: Variables, *, all_known: bool) -> None:
    """Fill in the variables of an object; `all_known` means that no other place gives values.

    A default counts only then: the value may come from elsewhere.
    """
    setting = get(part.draft.data, "metadata", "annotations", _DISABLED) or get(
        part.draft.data, "metadata", "labels", _DISABLED
    )
    if setting == "disabled":
        return

    def value(found: re.Match[str]) -> str:
        escaped, name, _, default = found.groups()
        if escaped:
            return found[0][1:]
        if name in variables:
            return variables[name]
        return default if default is not None and all_known else found[0]

    changed = _replaced(part.draft.data, value)
    if changed is not part.draft.data:
        before = (part.namespace, part.name)
        part.draft.data = changed
        if part.first == before:  # it is the same name, written with a variable
            part.first = (part.namespace, part.name)


def _replaced(data: Any, value: Callable[[re.Match[str]], str]) -> Any:
    """The data with its strings filled in; the same object where nothing changes."""
    if isinstance(data, str):
        if "${" not in data:
            return data
        length = len(data) + sum(map(len, map(value, _VARIABLE.finditer(data))))
        if length > MAX_SCALAR:  # more than any object can hold
            return data
        text = _VARIABLE.sub(value, data)
        return data if text == data else _read_again(text)
    if isinstance(data, dict):
        pairs = {key: _replaced(inner, value) for key, inner in data.items()}
        return pairs if any(pairs[key] is not data[key] for key in data) else data
    if isinstance(data, list):
        entries = [_replaced(inner, value) for inner in data]
        return entries if any(new is not old for new, old in zip(entries, data, strict=True)) else data
    return data


def _read_again(text: str) -> Any:
    """What the text means as an unquoted scalar."""
    if is_unknown(text) or "\n" in text or not _PLAIN.fullmatch(text):
        return text
    try:
        return plain(text)
    except ScalarError:
        return text
