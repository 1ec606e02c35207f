"""The places in documents of plain YAML are those that libyaml's marks give."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmlint.source.document import Document
from vmlint.source.lines import Unsure
from vmlint.source.plain import document
from vmlint.source.positions import Positions
from vmlint.source.span import Path

from .plain_texts import FIXTURES, mutated, texts_of, written

TEXT = """\
---
# note
apiVersion: v1  # version
"quoted key": 'single'  # x
list:
- name: a
  other:   b c  # d

  "a": 1
-
  # c
  - x
  -   y
-
- plain text # z
- 'it''s'
- {flow: [1, 2], more: {}} # f
- more: {flow: [1, {a: b}]}
-   deep: 1
    er: 2
- []
- |
  name: a
-
  k: v
empty:
map:
  block: |  # literal
    first
   # less
  list: x
  tail: ""
  none:
"""


def check(text: str) -> None:
    """Every field, and what is absent in each, has the same place in both ways."""
    data = document(text)
    for line, column in ((1, 1), (7, 4)):
        quick = Document("f.yaml", 0, line, text, data, column=column, plain=True)
        sure = Positions(text, line, column=column)
        for path in paths(data):
            quick.forget_places()
            assert quick.span(path) == sure.span(path), (text, path)
            assert quick.key_span(path) == sure.key_span(path), (text, path)


def paths(data: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    yield from ((*path, step) for step in ("absent", "name", 0, 99, -1))
    if isinstance(data, dict):
        for key, value in data.items():
            yield from paths(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from paths(value, (*path, index))


@pytest.mark.parametrize("text", [TEXT, "- a\n- b:\n  - c\n", "  a:\n    b: 1\n"])
def test_places(text: str) -> None:
    check(text)


def look(random: Random, count: int) -> int:
    sure = 0
    for _ in range(count):
        for text in (written(random), mutated(random.choice(texts_of(FIXTURES)), random)):
            try:
                document(text)
            except Unsure:
                continue
            check(text)
            sure += 1
    return sure


@given(st.integers(0, 2**64))
def test_texts_by_chance(seed: int) -> None:
    look(Random(seed), 2)


@pytest.mark.slow
def test_many_texts_by_chance() -> None:
    assert sum(look(Random(seed), 100) for seed in range(50)) > 500


@pytest.mark.slow
def test_the_places_of_fixtures() -> None:
    for text in texts_of(FIXTURES)[::10]:
        try:
            document(text)
        except Unsure:
            continue
        check(text)


def test_many_places_are_noted_at_once() -> None:
    text = "".join(f"k{number}:\n  a: 1\n" for number in range(2000))
    one = Document("f.yaml", 0, 1, text, document(text), plain=True)
    assert [one.span((f"k{number}", "a")).line for number in range(2000)] == list(range(2, 4001, 2))
    assert one._positions is not None
    one.forget_places()
    assert one.span(("k1999", "a")) == (4000, 6, 4000, 7)
    assert one._positions is None
