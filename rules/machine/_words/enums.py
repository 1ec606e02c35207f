"""Fields that take one of a few words."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.enums import Code
from vmlint.model.refusal import Refusal
from vmlint.source.edit import Put

from ..._wording import Wording, Words, choice

__all__ = ["WORDS"]


def _unknown(refusal: Refusal) -> Words:
    field, value, known = refusal.values["field"], refusal.values["value"], choice(refusal.values["known"])
    return Words(
        f"`{field}` is {f'`{value}`' if value else 'empty'}; it must be {known}.",
        f"use {known}" + (", or remove the field" if field != "type" else ""),
    )


WORDS: Mapping[Code, Wording] = {
    Code.MISSPELT: Words(
        "`{field}` is `{value}`; it must be {known:choice}.",
        "write `{meant}`",
        lambda refusal: (Put(refusal.path, refusal.values["meant"]),),
    ),
    Code.UNKNOWN: _unknown,
    Code.MISSING: Words("`{field}` is missing; it must be {known:choice}.", "set `{field}` to {known:choice}"),
}
