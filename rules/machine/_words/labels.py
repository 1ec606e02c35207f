"""Labels and label selectors."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.labels import Code
from vmlint.model.refusal import Refusal

from ..._wording import Wording, Words, in_words

__all__ = ["WORDS"]


def inner_words(refusal: Refusal) -> Words:
    """The words of a refusal that repeats one of a label."""
    return in_words(WORDS, refusal.values["inner"])


WORDS: Mapping[Code, Wording] = {
    Code.KEY_INVALID: Words(
        "`{key}` is not a valid label key.",
        "use a name of at most 63 letters, digits, `-`, `_` and `.`, after `domain/` if it has one",
    ),
    Code.KEY_EMPTY: Words(
        "`{field}` is empty; it must be a label key.",
        "use a name of at most 63 letters, digits, `-`, `_` and `.`, after `domain/` if it has one",
    ),
    Code.VALUES_MISSING: Words(
        "operator `{operator}` needs `values`.",
        "list the values to compare with",
    ),
    Code.VALUES_UNEXPECTED: Words(
        "operator `{operator}` does not accept `values`.",
        "remove `values`",
    ),
    Code.OPERATOR_UNKNOWN: Words(
        "`{operator}` is not an operator of label selectors.",
        "use {known:choice}",
    ),
    Code.VALUE_INVALID: Words(
        "`{value}` is not a valid label value.",
        "use at most 63 letters, digits, `-`, `_` and `.`",
    ),
}
