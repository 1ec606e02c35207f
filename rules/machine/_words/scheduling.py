"""Affinity and topology spread of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.scheduling import Code

from ..._wording import Wording, Words
from .labels import inner_words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.WEIGHT: Words(
        "the weight is {weight}; it must be from 1 to 100.",
        "use a weight in that range",
    ),
    Code.TERMS_MISSING: Words(
        "`nodeSelectorTerms` is empty.",
        "add at least one term",
    ),
    Code.OPERATOR_UNKNOWN: Words(
        "the operator is `{operator}`; it must be {known:choice}.",
        "use {known:choice}",
    ),
    Code.FIELD_UNKNOWN: Words(
        "nodes can't be selected by the field `{key}`.",
        "use `metadata.name`",
    ),
    Code.NODE_NAME_INVALID: Words(
        "`{value}` is not a valid node name.",
        "write the node's name",
    ),
    Code.NAMESPACE_INVALID: Words(
        "`{name}` is not a valid namespace name.",
        "write the namespace's name",
    ),
    Code.MAX_SKEW: Words(
        "`maxSkew` is {skew}; it must be 1 or more.",
        "use 1 or more",
    ),
    Code.ACTION_UNKNOWN: Words(
        "`whenUnsatisfiable` is `{action}`; it must be {known:choice}.",
        "use {known:choice}",
    ),
    Code.CONSTRAINT_REPEATED: Words(
        "the constraint repeats `{field}[{first}]`: topology key `{key}`, action `{action}`.",
        "keep one of the two",
    ),
    Code.VALUES_TOO_FEW: Words(
        "operator `{operator}` needs at least one value, and `values` has {count}.", "set at least one value"
    ),
    Code.VALUES_NOT_ONE: Words(
        "operator `{operator}` needs exactly one value, and `values` has {count}.", "set exactly one value"
    ),
    Code.VALUES_UNEXPECTED: Words("operator `{operator}` needs no value, and `values` has {count}.", "set no value"),
    Code.LABEL_INVALID: inner_words,
}
