"""The decoder of plain YAML says what libyaml's events say, or nothing."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmlint.source import lines
from vmlint.source.built import MAX_ALIASED
from vmlint.source.libyaml import build_with_libyaml
from vmlint.source.lines import Unsure
from vmlint.source.plain import document
from vmlint.source.problems import Unreadable

from .plain_texts import FIXTURES, mutated, texts_of, written

PLAIN = [
    ("a: 1\nb: x # c\n", {"a": 1, "b": "x"}),
    ("---\na:\n  b: 'it''s'\n  c: \"x y\"\n", {"a": {"b": "it's", "c": "x y"}}),
    ("a:\n- b\n-\n- c: d\n  e: f\ng:\n", {"a": ["b", None, {"c": "d", "e": "f"}], "g": None}),
    ("a:\n  -   b: 1\n      c:\n        - d\n  - e\n", {"a": [{"b": 1, "c": ["d"]}, "e"]}),
    ("- a:\n  - b\n-\n  c: d\n-\n  - e\n", [{"a": ["b"]}, {"c": "d"}, ["e"]]),
    ("  a: 1\n# c\n  b:\n      # c\n\n    c: 2\n", {"a": 1, "b": {"c": 2}}),
    ("a: |\n  x\n   y\n\n\nb: |-\n  #x\n\nc: |+\n   x: y\n\n", {"a": "x\n y\n", "b": "#x", "c": "x: y\n\n"}),
    ("- |\n  x\n- a: | # c\n   y\n# c\n  b: 1\n", ["x\n", {"a": "y\n", "b": 1}]),
    ("a: {b: 1, c: [x, 'y, z'], d: {}}\nb: [] # c\n", {"a": {"b": 1, "c": ["x", "y, z"], "d": {}}, "b": []}),
    ("a: [{port: 8080}, {port: 22}]\n", {"a": [{"port": 8080}, {"port": 22}]}),
    ("y: no\n1.5: 0o17\n'1': 02:00:00:00:00:01\n", {"true": False, "1.5": 15, "1": "02:00:00:00:00:01"}),
    ("a: -1\nb: -x\nc: a:b\nd: a#b\ne: é\n", {"a": -1, "b": "-x", "c": "a:b", "d": "a#b", "e": "é"}),
]
NOT_PLAIN = [
    "", "\n", "# c\n", "---\n", "a", "a\n", "a: 1", "a: &x 1\n", "a: *x\n", "a: !t 1\n", "a: >\n  x\n",
    "a: |2\n  x\n", "a: b\n  c\n", "a: b\n  c: d\n", "a: 'b\n  c'\n", "a: [b,\n  c]\n", "a:\tb\n", "\ta: b\n",
    "? a\n: b\n", "a: 1\n...\n", "%YAML 1.1\n---\na: 1\n", "a: 1\na: 2\n", "a: {b: 1, b: 2}\n", "<<: {a: 1}\n",
    "~: 1\n", "a: .nan\n", "- - a\n", "a: - b\n", "a: b: c\n", "a::\n", "a: b:\n", "a:\n    b: 1\n  c: 2\n",
    "- a\n b: 1\n", "a: 1\n- b\n", "a: \"\\n\"\n", "a: |\n\n", "a: |\nb: 1\n", "a: |\n   \n  x\n", "a: |\n  x\n y\n",
    "a: |\n  x\x85\n", "a: x\u2028\n", "a: x\xa0\n", "a: x\ud800\n", "a: [b?]\n", "a: [b: c]\n", "a: [b, ]\n",
    "a: {b}\n", f"{'k' * 1025}: 1\n", f"a: {{{'k' * 1025}: 1}}\n", "".join(f"{' ' * level}a:\n" for level in range(70)),
]  # fmt: skip


def check(text: str) -> bool:
    """Whether the decoder is sure of a text; it then has to be right."""
    try:
        data = document(text)
    except Unsure:
        return False
    try:
        built = build_with_libyaml(text, MAX_ALIASED)
    except Unreadable as error:
        raise AssertionError(f"libyaml refuses {text!r}: {error.reason}") from error
    assert (repr(data), False, None, 0) == (repr(built.data), *built[1:]), text
    return True


@pytest.mark.parametrize(("text", "data"), PLAIN)
def test_plain_texts_are_decoded(text: str, data: object) -> None:
    assert repr(document(text)) == repr(data)
    assert check(text)


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_everything_else_is_left_to_libyaml(text: str) -> None:
    with pytest.raises(Unsure):
        document(text)


def test_nearly_all_fixtures_are_plain() -> None:
    texts = [text for text in texts_of(FIXTURES) if text.strip()]
    assert sum(map(check, texts)) > 0.97 * len(texts)


@given(st.integers(0, 2**64))
def test_texts_by_chance(seed: int) -> None:
    look(Random(seed), 20)


@pytest.mark.slow
def test_many_texts_by_chance() -> None:
    sure = sum(look(Random(seed), 1000) for seed in range(100))
    assert sure > 10_000


def look(random: Random, count: int) -> int:
    known = texts_of(FIXTURES)
    sure = 0
    for _ in range(count):
        sure += check(written(random))
        sure += check(mutated(random.choice(known), random))
    return sure


def test_no_more_lines_are_kept_than_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_MOST_KEPT", 10)
    text = "".join(f"k{number}: v{number}\n" for number in range(100)) + f"long: {'x' * 1000}\n"
    for table in (lines._lines, lines._heads, lines._values):
        table.clear()
    assert len(document(text)) == 101
    assert 0 < max(len(table) for table in (lines._lines, lines._heads, lines._values)) <= 10


def test_equal_lines_share_their_texts() -> None:
    first, second = document("a: one-text\n"), document("a: one-text\nb: 1\n")
    assert first["a"] is second["a"]
