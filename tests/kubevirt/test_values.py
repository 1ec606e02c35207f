from __future__ import annotations

from typing import Any

from vmlint.kubevirt.values import Draft
from vmlint.source.clone import clone


def test_a_clone_shares_no_container() -> None:
    data: dict[str, Any] = {"a": [{"b": [1]}], "c": "d", "e": {}}
    copied = clone(data)
    assert copied == data
    copied["a"][0]["b"].append(2)
    copied["e"]["f"] = 1
    assert data == {"a": [{"b": [1]}], "c": "d", "e": {}}


def test_a_draft_copies_the_paths_that_are_changed_and_shares_the_rest() -> None:
    data: dict[str, Any] = {"a": {"b": {"c": 1}, "d": {}}, "e": {}}
    draft = Draft(data)
    draft.at(("a", "b"))["c"] = 2
    draft.at(("a", "b"))["f"] = 3
    draft.at(("a", "g", "h"))["i"] = 4
    assert draft.data == {"a": {"b": {"c": 2, "f": 3}, "d": {}, "g": {"h": {"i": 4}}}, "e": {}}
    assert draft.data["e"] is data["e"] and draft.data["a"]["d"] is data["a"]["d"]
    assert data == {"a": {"b": {"c": 1}, "d": {}}, "e": {}}


def test_nothing_is_changed_where_something_else_stands() -> None:
    draft = Draft({"a": [], "b": None})
    draft.at(("a", "b"))["c"] = draft.at(("a",))["c"] = 1
    assert draft.at(("a", "b")) == {} and draft.at(("a",)) == {}
    draft.at(("b",))["c"] = 1
    assert draft.data == {"a": [], "b": {"c": 1}}
