"""Label selectors: what is wrong with one, and which labels it selects.

Sources: Kubernetes `apimachinery/pkg/apis/meta/v1/{helpers.go,validation}`, `apimachinery/pkg/labels`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.forms import is_label_value, is_qualified_name
from vmlint.kubevirt.admission.reading import UNDECIDED, look, word
from vmlint.model.access import each, items
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes

__all__ = ["Code", "bad_key", "selector_flaws", "selects"]

_NEED_VALUES = ("In", "NotIn")
_NO_VALUES = ("Exists", "DoesNotExist")


class Code(Codes):
    """What is wrong with a label or a label selector."""

    KEY_INVALID = "labels/key-invalid"
    KEY_EMPTY = "labels/key-empty"
    VALUES_MISSING = "labels/values-missing"
    VALUES_UNEXPECTED = "labels/values-unexpected"
    OPERATOR_UNKNOWN = "labels/operator-unknown"
    VALUE_INVALID = "labels/value-invalid"


def bad_key(key: str | None, *path: str | int) -> Iterator[Refusal]:
    """The refusal of a text that is no label key."""
    if key is not None and not is_qualified_name(key):
        yield Refusal(Code.KEY_INVALID if key else Code.KEY_EMPTY, path, {"key": key, "field": path[-1]})


def selector_flaws(selector: Any) -> Iterator[Refusal]:
    """What the API refuses in a label selector."""
    for key, value in items(selector, "matchLabels"):
        if isinstance(key, str) and not is_unknown(key):
            yield from bad_key(key, "matchLabels", key)
        if isinstance(value, str) and not is_unknown(value):
            yield from _bad_value(value, "matchLabels", key)
    for index, requirement in each(selector, "matchExpressions"):
        yield from _requirement(requirement, "matchExpressions", index)


def _requirement(requirement: Mapping[str, Any], *path: str | int) -> Iterator[Refusal]:
    operator, values = word(requirement, "operator"), look(requirement, "values")
    if operator in _NEED_VALUES and not values:
        yield Refusal(Code.VALUES_MISSING, (*path, "values"), {"operator": operator})
    if operator in _NO_VALUES and values and values is not UNDECIDED:
        yield Refusal(Code.VALUES_UNEXPECTED, (*path, "values"), {"operator": operator})
    if operator is not None and operator not in (*_NEED_VALUES, *_NO_VALUES):
        yield Refusal(
            Code.OPERATOR_UNKNOWN, (*path, "operator"), {"operator": operator, "known": (*_NEED_VALUES, *_NO_VALUES)}
        )
    yield from bad_key(word(requirement, "key"), *path, "key")
    for index, value in enumerate(values if isinstance(values, list) else []):
        if isinstance(value, str) and not is_unknown(value):
            yield from _bad_value(value, *path, "values", index)


def _bad_value(value: str, *path: str | int) -> Iterator[Refusal]:
    if not is_label_value(value):
        yield Refusal(Code.VALUE_INVALID, path, {"value": value})


def selects(selector: Any, labels: Any) -> bool | None:
    """Whether a selector without flaws selects an object with these labels; None where a variable decides.

    An absent selector selects nothing, an empty one everything.
    """
    if selector is None or not isinstance(selector, dict):
        return False if selector is None else None
    if labels is not None and not isinstance(labels, dict):
        return None
    answers = [_equal(labels, key, value) for key, value in items(selector, "matchLabels")]
    answers += [_fulfils(labels, requirement) for _, requirement in each(selector, "matchExpressions")]
    if False in answers:
        return False
    return None if None in answers else True


def _equal(labels: Any, key: Any, value: Any) -> bool | None:
    actual = look(labels, key) if isinstance(key, str) and not is_unknown(key) else UNDECIDED
    if actual is UNDECIDED or is_unknown(value):
        return None
    return bool(actual == value)


def _fulfils(labels: Any, requirement: Mapping[str, Any]) -> bool | None:
    key, operator, values = word(requirement, "key"), word(requirement, "operator"), look(requirement, "values")
    if key is None or operator is None or values is UNDECIDED or any(is_unknown(value) for value in values or ()):
        return None
    there = isinstance(labels, dict) and key in labels
    if operator in _NO_VALUES:
        return there is (operator == "Exists")
    actual = look(labels, key)
    if actual is UNDECIDED:
        return None
    return (there and actual in (values or ())) is (operator == "In")
