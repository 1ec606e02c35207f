"""Which objects a selector of a kustomization means.

Sources: kustomize `api/types/selector.go`, `api/resmap/reswrangler.go` (Select).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from vmlint.gitops.part import Part
from vmlint.model.access import text

__all__ = ["Unclear", "selects"]


class Unclear(Exception):  # noqa: N818 - it says what the selector is
    """A selector whose meaning can't be told; the text says why."""


_PLAIN = re.compile(r"[\w./-]*", re.ASCII)
_HARMLESS = re.compile(r"(?:\\.|[\w ./|^$-]|\[[\w.^-]+\]|\.[*+?]|\((?:\?:)?|\)(?![*+?{]))*", re.ASCII)
_MOST_REPEATS = 3
"""A pattern with more repetitions could keep the search busy for long."""

_REQUIREMENT = re.compile(r"\s*(!?)([\w./-]+)\s*(?:(==|=|!=)\s*([\w.-]*)\s*)?", re.ASCII)


def selects(selector: Mapping[str, Any], part: Part) -> bool:
    """Whether a patch's target means an object, by any identity that it has had. Raises Unclear."""
    identities = (part.was[0], part.identity)
    return (
        any(_fits(selector, "namespace", identity.effective) for identity in identities)
        and any(_fits(selector, "name", identity.name) for identity in identities)
        and _fits(selector, "group", part.kind.group)
        and _fits(selector, "version", part.version)
        and _fits(selector, "kind", part.kind.name)
        and _labelled(text(selector, "labelSelector"), part.labels("labels"))
        and _labelled(text(selector, "annotationSelector"), part.labels("annotations"))
    )


def _fits(selector: Mapping[str, Any], field: str, value: str) -> bool:
    pattern = text(selector, field)
    return not pattern or _matcher(pattern)(value)


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> Callable[[str], bool]:
    """The anchored pattern. One that may run for long is refused: a repository is not trusted."""
    if _PLAIN.fullmatch(pattern) and "." not in pattern:
        return lambda value: value == pattern
    repeats = sum(pattern.count(mark) for mark in "*+?")
    if _HARMLESS.fullmatch(pattern) is None or repeats > _MOST_REPEATS:
        raise Unclear(f"the pattern `{pattern[:60]}` of its target is not understood")
    try:
        compiled = re.compile(pattern)
    except re.error:
        raise Unclear(f"the pattern `{pattern[:60]}` of its target is not understood") from None
    return lambda value: compiled.fullmatch(value) is not None


def _labelled(selector: str, labels: Mapping[str, Any]) -> bool:
    for requirement in selector.split(",") if selector.strip() else ():
        found = _REQUIREMENT.fullmatch(requirement)
        if found is None:
            raise Unclear(f"the selector `{selector[:60]}` of its target is not understood")
        absent, key, operator, value = found.groups()
        if operator is None:
            fits = (key in labels) is not bool(absent)
        else:
            fits = (labels.get(key) == value) is (operator != "!=")
        if not fits:
            return False
    return True
