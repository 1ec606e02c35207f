"""Reading values: there, absent, or not to be decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vmlint.kubevirt.admission.reading import (
    UNDECIDED,
    amount,
    fields,
    flag,
    found,
    has,
    look,
    many,
    names,
    whole,
    word,
)
from vmlint.model.quantity import Quantity

DATA = {
    "text": "a",
    "empty": "",
    "number": 3,
    "true": True,
    "null": None,
    "map": {"inner": {}},
    "list": [{"name": "a"}, {"name": "b"}],
    "variable": "${X}",
    "template": "{{ x }}",
    "size": "1Gi",
}


@pytest.mark.parametrize(
    ("read", "path", "answer"),
    [
        (look, ("text",), "a"),
        (look, ("absent", "below"), None),
        (look, ("null", "below"), None),
        (look, ("text", "below"), UNDECIDED),
        (look, ("variable", "below"), UNDECIDED),
        (look, ("variable",), UNDECIDED),
        (look, ("template",), UNDECIDED),
        (look, ("list", 1, "name"), "b"),
        (look, ("list", 2), None),
        (look, ("list", "name"), UNDECIDED),
        (has, ("map", "inner"), True),
        (has, ("list",), True),
        (has, ("null",), False),
        (has, ("text",), None),
        (has, ("variable", "x"), None),
        (word, ("text",), "a"),
        (word, ("absent",), ""),
        (word, ("number",), None),
        (word, ("variable",), None),
        (whole, ("number",), 3),
        (whole, ("absent",), 0),
        (whole, ("true",), None),
        (whole, ("text",), None),
        (flag, ("true",), True),
        (flag, ("absent",), False),
        (flag, ("number",), None),
        (amount, ("size",), Quantity.parse("1Gi")),
        (amount, ("absent",), Quantity(0)),
        (amount, ("text",), None),
        (amount, ("true",), None),
        (names, ("list",), frozenset(("a", "b"))),
        (names, ("absent",), frozenset()),
        (names, ("text",), None),
        (names, ("variable",), None),
    ],
)
def test_reading(read: Callable[..., Any], path: tuple[str | int, ...], answer: Any) -> None:
    assert read(DATA, *path) == answer


def test_a_flag_has_a_default() -> None:
    assert flag({}, "enabled", default=True) is True
    assert flag({"enabled": False}, "enabled", default=True) is False


def test_names_with_a_variable_may_be_any() -> None:
    assert names([{"name": "a"}, {"name": "${X}"}]) is None
    assert names([{"name": "a"}, "${X}"]) is None


def test_many_needs_every_key_decided() -> None:
    assert many({"a": {}, "b": None}, keys=("a", "b", "c")) == ["a"]
    assert many({"a": {}, "b": "${X}"}, keys=("a", "b", "c")) is None


@pytest.mark.parametrize(
    ("data", "path", "answer"),
    [
        ({}, ("a",), []),
        ({"a": None}, ("a", "b"), []),
        ({"a": {"b": {}}}, ("a",), ["b"]),
        ({"a": "${X}"}, ("a",), None),
        ({"a": "text"}, ("a", "b"), None),
        ({"a": []}, ("a",), None),
        ({"a": {"b": 3}}, ("a",), None),
    ],
)
def test_many_below_a_path(data: Any, path: tuple[str, ...], answer: list[str] | None) -> None:
    assert many(data, *path, keys=("b",)) == answer


def test_fields_stand_anywhere() -> None:
    assert fields({"a": [{"b": 1}, ["x", {"c": None}]], "d": "e"}) == {"a", "b", "c", "d"}
    assert fields("a") == fields([]) == frozenset()


def test_found_walks_lists() -> None:
    data = {"disks": [{"io": "a"}, {}, "x", {"io": None}, {"io": "b"}]}
    assert list(found(data, ("disks", "*", "io"))) == [(("disks", 0, "io"), "a"), (("disks", 4, "io"), "b")]
    assert list(found({"disks": {"*": {"io": "a"}}}, ("disks", "*", "io"))) == []
