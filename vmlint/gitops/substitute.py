"""Flux's variables: `${NAME}` in what a Kustomization builds.

The text is substituted after the build and read again: a number in a variable becomes a number, quoted or not.
Sources: Flux `fluxcd/pkg/kustomize/kustomize_varsub.go` (SubstituteVariables), `fluxcd/pkg/envsubst` (parse.Parse,
lookupFunc), `kustomize-controller` (build).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from vmlint.gitops.part import Part
from vmlint.model.access import each, mapping, text
from vmlint.model.field import Path
from vmlint.model.resource import Resource
from vmlint.model.unknown import is_unknown
from vmlint.source.built import MAX_SCALAR
from vmlint.source.scalars import ScalarError, plain

__all__ = ["Variables", "is_done", "malformed", "substitute", "variables_of"]

Variables = Mapping[str, str]

_DISABLED = "kustomize.toolkit.fluxcd.io/substitute"
_VARIABLE = re.compile(r"\$\$|\$\{([A-Za-z_]\w*)(?:(?::[=?+-]|=)([^${}]*))?\}", re.ASCII)
_OPENING = re.compile(r"(\$*)\$\{(#?)(\w*)(.?)", re.DOTALL)
_AFTER_A_NAME = "}:=,^/#%"
_PLAIN = re.compile(r"[^\s'\"#:&*!|>%@`,\[\]{}?-](?:[^#:]|:(?!\s|$)|(?<!\s)#)*|-?[\d.]+|", re.ASCII)


def variables_of(post_build: Mapping[str, Any], config_maps: Iterable[Resource], namespace: str) -> Variables:
    """The values that stand in the repository; those written in the Kustomization count before those of ConfigMaps."""
    values: dict[str, str] = {}
    objects_by_key = {found.ref.name: found for found in config_maps if found.namespace == namespace}
    for _, source in each(post_build, "substituteFrom"):
        if (found := objects_by_key.get(text(source, "name"))) and text(source, "kind") == found.ref.kind:
            values |= {
                key: value.replace("\n", "")
                for key, value in mapping(found.data, "data").items()
                if isinstance(value, str)
            }
    for key, value in mapping(post_build, "substitute").items():
        if isinstance(value, str | int | float):
            values[key] = str(value).lower() if isinstance(value, bool) else str(value).replace("\n", "")
    return {key: value for key, value in values.items() if not is_unknown(value)}


def is_done(post_build: Mapping[str, Any]) -> bool:
    """Whether text is surely substituted: Flux does it where there is any variable, or always where it is told so."""
    given = bool(mapping(post_build, "substitute")) or text(post_build, "substituteStrategy") == "Always"
    return given or any(source.get("optional") is not True for _, source in each(post_build, "substituteFrom"))


def malformed(part: Part) -> tuple[Path, str] | None:
    """The first text of an object for which Flux gives up, with its place: `${` that begins no expression."""
    if not _is_substituted(part):
        return None
    for path, written in _texts(part.draft.data, ()):
        end = 0
        while found := _OPENING.search(written, end):
            dollars, length, name, after = found.groups()
            if len(dollars) % 2:
                end = found.start(2)
                continue
            end = found.end()
            if not name or after not in (("}",) if length else _AFTER_A_NAME) or not after:
                shown, brace, _ = written[found.start(2) - 2 :].split("\n", 1)[0].partition("}")
                return path, f"{shown}{brace}"[:_MOST_SHOWN]
            if after != "}":  # what is inside counts as part of the expression
                end = max(end, written.find("}", end))
    return None


_MOST_SHOWN = 40
"""How many characters of a text a message has."""


def _texts(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, str):
        if "${" in data:
            yield path, data
    elif isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _texts(value, (*path, key))


def _is_substituted(part: Part) -> bool:
    return all(part.labels(field).get(_DISABLED) != "disabled" for field in ("annotations", "labels"))


def substitute(part: Part, variables: Variables, *, all_known: bool) -> None:
    """Fill in the variables of an object; `all_known` means that no other place gives values.

    A default counts only then: the value may come from elsewhere.
    """
    if not _is_substituted(part):
        return

    def value(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        name, default = found.groups()
        if name in variables:
            return variables[name] or default or ""
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
        if "$" not in data:
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
