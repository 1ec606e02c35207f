"""The messages of a pack: text with names in braces, filled from what was found. Nothing in it is evaluated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["ABSENT", "FIELDS", "VIA_FIELDS", "filled", "mistakes", "shown"]

FIELDS = ("name", "namespace", "kind", "field", "value")
"""What any message may name: the object's name, namespace and kind, the field, and the value found there."""
VIA_FIELDS = ("via.name", "via.namespace", "via.kind")
"""What a message may name besides, where its condition looks at the object at the end of a link."""

ABSENT = "nothing"
"""The value of a field that is not there."""

_LONGEST = 120
_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def mistakes(template: str, known: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each mistake of a template, with the name that is not known ("" where a brace is the mistake)."""
    for part in _PART.finditer(template):
        if part[1] is not None and part[1] not in known:
            yield f"a message has no placeholder `{{{part[1]}}}`", part[1]
        elif part[0] in ("{", "}"):
            yield f"a `{part[0]}` is unmatched: write `{part[0] * 2}` for a brace", ""


def filled(template: str, values: Mapping[str, str]) -> str:
    """The message. Values are taken as they are: a brace in one means nothing."""
    return _PART.sub(lambda part: part[0][0] if part[1] is None else values.get(part[1], ABSENT), template)


def shown(value: Any) -> str:
    """A value for a message: text as it is, anything else as JSON, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
