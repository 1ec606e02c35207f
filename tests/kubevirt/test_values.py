from __future__ import annotations

from typing import Any

from vmlint.kubevirt.values import clone, opened


def test_a_clone_shares_no_container() -> None:
    data: dict[str, Any] = {"a": [{"b": [1]}], "c": "d", "e": {}}
    copied = clone(data)
    assert copied == data
    copied["a"][0]["b"].append(2)
    copied["e"]["f"] = 1
    assert data == {"a": [{"b": [1]}], "c": "d", "e": {}}


def test_opened_shares_all_but_the_path() -> None:
    data: dict[str, Any] = {"a": {"b": {"c": 1}, "d": {}}, "e": {}}
    copied = opened(data, "a", "b", "c", "x")
    assert copied == data
    assert copied["e"] is data["e"] and copied["a"]["d"] is data["a"]["d"]
    copied["a"]["b"]["c"] = 2
    copied["a"]["new"] = 3
    assert data == {"a": {"b": {"c": 1}, "d": {}}, "e": {}}
    assert opened({"a": []}, "a", "b") == {"a": []} and opened({}, "a") == {}
