"""Globs and regular expressions of packs, whoever wrote them."""

from __future__ import annotations

import pytest

from vmlint.packs.patterns import BadPattern, glob, regular

LONG = "a" * 50_000


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "^(a|a?)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*a){20}$"])
def test_a_hostile_expression_comes_to_an_end(pattern: str) -> None:
    assert regular(pattern)(f"{LONG}!") is False


def test_a_hostile_glob_comes_to_an_end() -> None:
    assert glob("*a" * 450 + "b")(LONG) is False
    assert glob("*a*?" * 200 + "b")(LONG) is False


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [("*:latest", "a:latest", True), ("u1.*", "u1.small", True), ("u1.*", "U1.small", False), ("a?[0-9]", "ab7", True)],
)
def test_globs_match_the_whole_text(pattern: str, text: str, matches: bool) -> None:
    assert glob(pattern)(text) is matches


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [("b", "abc", True), ("^b", "abc", False), (r"(?i)LATEST$", "a:latest", True), (r"^.é.$", "aéb", True)],
)
def test_expressions_are_looked_for_anywhere(pattern: str, text: str, matches: bool) -> None:
    assert regular(pattern)(text) is matches


def test_a_lone_surrogate_is_only_text() -> None:
    assert regular("^a")("a\ud800") is True


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(a", "missing ): (a"),
        (r"(a)\1", r"invalid escape sequence: \1"),
        ("(?=a)", "invalid perl operator: (?="),
        ("a" * 1001, "it has 1001 characters; the maximum is 1000"),
    ],
)
def test_what_is_no_expression(pattern: str, reason: str) -> None:
    with pytest.raises(BadPattern) as raised:
        regular(pattern)
    assert str(raised.value) == reason


def test_a_glob_may_be_too_long() -> None:
    with pytest.raises(BadPattern, match="it has 1001 characters"):
        glob("a" * 1001)
