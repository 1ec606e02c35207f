"""Fields that a replacement fills in.

Source: kustomize `api/types/replacement.go`, `api/filters/replacement`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from vmlint.gitops.patching import Draft
from vmlint.model.access import get
from vmlint.model.field import Path
from vmlint.model.resource import Written

__all__ = ["UNKNOWN", "blank"]

UNKNOWN = "${replacement}"
"""A value that is filled in by a replacement: it equals nothing."""

_STEP = re.compile(r"\[[^\]]*\]|(?:\\.|[^.\[])+")
_MATCH = re.compile(r"\[([^=\]]+)=([^\]]*)\]")


def blank(draft: Draft, fields: Sequence[Any], source: Written) -> None:
    """Make the values of the fields unknown."""
    for field in fields:
        if isinstance(field, str):
            steps = [step.replace("\\.", ".") for step in _STEP.findall(field)]
            for path in list(_places(draft.data, steps, ())):
                draft.put(path, UNKNOWN, source)


def _places(data: Any, steps: Sequence[str], path: Path) -> Iterator[Path]:
    if not steps:
        if path:
            yield path
        return
    step, rest = steps[0], steps[1:]
    if isinstance(data, list):
        for index, entry in enumerate(data):
            found = _MATCH.fullmatch(step)
            if step in ("*", str(index)) or (found and str(get(entry, found[1])) == found[2]):
                yield from _places(entry, rest, (*path, index))
    elif isinstance(data, dict):
        if step in data:
            yield from _places(data[step], rest, (*path, step))
        elif not rest and not step.startswith("["):
            yield (*path, step)
