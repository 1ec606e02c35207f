"""A pattern that is compiled late finds what it finds otherwise."""

from __future__ import annotations

import re

import pytest

from vmlint.runtime.pattern import late


def test_a_pattern_is_compiled_when_it_is_used() -> None:
    number = late("[0-9]+")
    assert not isinstance(number, re.Pattern) and vars(number).keys() == {"_made_of"}
    assert number.findall("a1b22") == ["1", "22"] and number.sub("x", "a1") == "ax"
    assert "findall" in vars(number)


def test_flags_count() -> None:
    word = late("^[a-z]+$", re.IGNORECASE | re.MULTILINE)
    found = word.search("1\nAbC")
    assert found is not None and found[0] == "AbC"


def test_a_wrong_pattern_says_so_at_its_first_use() -> None:
    wrong = late("(")
    with pytest.raises(re.error):
        wrong.match("x")
