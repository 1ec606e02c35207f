"""Which objects a selector of a kustomization means.

Sources: kustomize `api/types/selector.go`, `api/resmap/reswrangler.go` (Select), apimachinery `labels.Parse`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from vmlint.gitops.part import Part
from vmlint.model.access import text

__all__ = ["Invalid", "Unclear", "matching", "selects"]


class Unclear(Exception):  # noqa: N818 - the name is what the selector is
    """A selector whose meaning is not decided; the text is why."""


class Invalid(Exception):  # noqa: N818 - the name is what the selector is
    """A selector that kustomize refuses; the text is why."""


_PLAIN = re.compile(r"[\w./-]*", re.ASCII)
_HARMLESS = re.compile(r"(?:\\.|[\w ./|^$-]|\[[\w.^-]+\]|\.[*+?]|\((?:\?:)?|\)(?![*+?{]))*", re.ASCII)
_MOST_REPEATS = 3
"""A pattern with more repetitions could keep the search busy for long."""

_KEY = r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"
_EQUALITY = re.compile(rf"\s*({_KEY})\s*(==|=|!=)\s*([\w.-]*)\s*", re.ASCII)
_PRESENCE = re.compile(rf"\s*(!?)\s*({_KEY})\s*", re.ASCII)
_SET = re.compile(rf"\s*({_KEY})\s+(in|notin)\s*\(([\w.,\s-]*)\)\s*", re.ASCII)
_COMMA = re.compile(r",(?![^(]*\))")


def selects(selector: Mapping[str, Any], part: Part) -> bool:
    """Whether a patch's target means an object, by its first or its present identity. Raises Unclear and Invalid."""
    identities = (part.original, part.identity)
    return (
        any(_fits(selector, "namespace", identity.namespace) for identity in identities)
        and any(_fits(selector, "name", identity.name) for identity in identities)
        and _fits(selector, "group", part.kind.group)
        and _fits(selector, "version", part.version)
        and _fits(selector, "kind", part.kind.name)
        and _labelled(text(selector, "labelSelector"), part.labels("labels"))
        and _labelled(text(selector, "annotationSelector"), part.labels("annotations"))
    )


def matching(field: str, selector: Mapping[str, Any]) -> Callable[[str], bool] | None:
    """The pattern of a selector's field, None where it has none. Raises Unclear and Invalid."""
    pattern = text(selector, field)
    return _matcher(pattern) if pattern else None


def _fits(selector: Mapping[str, Any], field: str, value: str) -> bool:
    fits = matching(field, selector)
    return fits is None or fits(value)


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> Callable[[str], bool]:
    """The anchored pattern. One that may run for long is refused: a repository is not trusted."""
    if _PLAIN.fullmatch(pattern) and "." not in pattern:
        return lambda value: value == pattern
    repeats = sum(pattern.count(mark) for mark in "*+?")
    if _HARMLESS.fullmatch(pattern) is None or repeats > _MOST_REPEATS:
        raise Unclear(f"the pattern `{pattern[:60]}` of its target is not supported")
    try:
        compiled = re.compile(pattern, re.ASCII)
    except re.error:
        raise Invalid(f"the pattern `{pattern[:60]}` is not a regular expression") from None
    return lambda value: compiled.fullmatch(value) is not None


def _labelled(selector: str, labels: Mapping[str, Any]) -> bool:
    fits = True
    for requirement in _COMMA.split(selector) if selector.strip() else ():
        fits = _holds(requirement, selector, labels) and fits
    return fits


def _holds(requirement: str, selector: str, labels: Mapping[str, Any]) -> bool:
    if found := _EQUALITY.fullmatch(requirement):
        key, operator, value = found.groups()
        return (labels.get(key) == value) is (operator != "!=")
    if found := _SET.fullmatch(requirement):
        key, operator, values = found.groups()
        is_in = labels.get(key) in {value.strip() for value in values.split(",")} and key in labels
        return is_in is (operator == "in")
    if found := _PRESENCE.fullmatch(requirement):
        absent, key = found.groups()
        return (key in labels) is not bool(absent)
    raise Unclear(f"the selector `{selector[:60]}` of its target is not supported")
