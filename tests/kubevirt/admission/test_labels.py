"""Which labels a selector selects. What is wrong with a selector is in the tables of its users."""

from __future__ import annotations

from typing import Any

import pytest

from vmlint.kubevirt.admission.labels import selects

LABELS = {"a": "b", "c": "${X}"}


def one(key: str, operator: str, values: Any = None) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": values}]}


@pytest.mark.parametrize(
    ("selector", "labels", "answer"),
    [
        (None, LABELS, False),
        ({}, LABELS, True),
        ({}, None, True),
        ("${S}", LABELS, None),
        ({"matchLabels": {"a": "b"}}, LABELS, True),
        ({"matchLabels": {"a": "c"}}, LABELS, False),
        ({"matchLabels": {"z": ""}}, LABELS, False),
        ({"matchLabels": {"c": "d"}}, LABELS, None),
        ({"matchLabels": {"a": "${Y}"}}, LABELS, None),
        ({"matchLabels": {"a": "${Y}", "z": "z"}}, LABELS, False),
        ({"matchLabels": {"a": "b"}}, None, False),
        ({"matchLabels": {"a": "b"}}, "${L}", None),
        (one("a", "In", ["x", "b"]), LABELS, True),
        (one("a", "In", ["x"]), LABELS, False),
        (one("z", "In", ["x"]), LABELS, False),
        (one("a", "NotIn", ["x"]), LABELS, True),
        (one("a", "NotIn", ["b"]), LABELS, False),
        (one("z", "NotIn", ["b"]), LABELS, True),
        (one("a", "In", ["${Y}"]), LABELS, None),
        (one("c", "In", ["b"]), LABELS, None),
        (one("c", "Exists"), LABELS, True),
        (one("z", "Exists"), LABELS, False),
        (one("z", "DoesNotExist"), LABELS, True),
        (one("a", "DoesNotExist"), None, True),
        (one("a", "DoesNotExist"), LABELS, False),
    ],
)
def test_selects(selector: Any, labels: Any, answer: bool | None) -> None:
    assert selects(selector, labels) is answer
