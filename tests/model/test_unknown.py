"""Strings with variables: what they may still turn out to be."""

from __future__ import annotations

from typing import Any

import pytest

from vmlint.model.unknown import is_unknown, may_be


@pytest.mark.parametrize("value", ["${APP}", "a-${APP:=web}-b", "{{ .Values.name }}", "x{{y"])
def test_a_variable_is_unknown(value: str) -> None:
    assert is_unknown(value)


@pytest.mark.parametrize("value", ["", "web", "$APP", "{web}", "$(APP)", None, 7, True, ["${APP}"], {"${APP}": 1}])
def test_anything_else_is_known(value: Any) -> None:
    assert not is_unknown(value)


@pytest.mark.parametrize(
    ("value", "wanted", "may"),
    [
        ("web", "web", True),
        ("web", "db", False),
        ("${APP}", "", True),
        ("${APP}", "web", True),
        ("${APP}-root", "web-root", True),
        ("${APP}-root", "web-data", False),
        ("a.${X}.b", "axyb", False),
        ("${X}-{{ y }}", "1-2", True),
        ("{{ a }}-{{ b }}-disk", "disk", False),
    ],
)
def test_what_a_value_may_turn_out_to_be(value: str, wanted: str, may: bool) -> None:
    assert may_be(value, wanted) is may
