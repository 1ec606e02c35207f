import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from vmlint.source.builder import build
from vmlint.source.decode import decode
from vmlint.source.document import Document
from vmlint.source.span import Path, Span


def only(text: str) -> Document:
    (document,) = decode(text.encode(), "f.yaml").documents
    assert document.problem is None
    return document


def at(text: str, span: Span) -> str:
    assert span.line == span.end_line
    return text.replace("\r\n", "\n").split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


TEXT = """\
# note
apiVersion: v1  # version
"quoted key" : 'single'
list:
  - name: a
    other: b
  - - x
    -   y
  -
  - plain text
  - {flow: [1, 2], more: {}}
  - &anchored
    k: v
  - []
empty:
map:
  block: |  # literal
    first
    second
  folded: words that
    go on
  double: "words
    that go on"
  tagged: !!str  5
  named: &n  value
  tail: ""
"""


@pytest.mark.parametrize(
    ("path", "line", "words"),
    [
        ((), 2, "apiVersion: v1  # version"),
        (("apiVersion",), 2, "v1"),
        (("quoted key",), 3, "'single'"),
        (("list",), 4, "list"),
        (("list", 0), 5, "name"),
        (("list", 0, "name"), 5, "a"),
        (("list", 0, "other"), 6, "b"),
        (("list", 0, "absent"), 5, "name"),
        (("list", 0, "absent", "deeper", 3), 5, "name"),
        (("list", 0, "name", "deeper"), 5, "a"),
        (("list", 1), 7, "- x"),
        (("list", 1, 0), 7, "x"),
        (("list", 1, 1), 8, "y"),
        (("list", 2), 9, "-"),
        (("list", 3), 10, "plain text"),
        (("list", 4), 11, "flow"),
        (("list", 4, "flow"), 11, "flow"),
        (("list", 4, "flow", 1), 11, "2"),
        (("list", 4, "more"), 11, "more"),
        (("list", 5), 13, "k"),
        (("list", 5, "k"), 13, "v"),
        (("list", 6), 14, "[]"),
        (("list", 9), 4, "list"),
        (("list", -1), 4, "list"),
        (("list", "name"), 4, "list"),
        (("empty",), 15, "empty"),
        (("map", "block"), 17, "|  # literal"),
        (("map", "folded"), 20, "words that"),
        (("map", "double"), 22, '"words'),
        (("map", "tagged"), 24, "5"),
        (("map", "named"), 25, "value"),
        (("map", "tail"), 26, '""'),
        (("absent",), 2, "apiVersion: v1  # version"),
        (("absent", 0, "x"), 2, "apiVersion: v1  # version"),
    ],
)
def test_places(path: Path, line: int, words: str) -> None:
    span = only(TEXT).span(path)
    assert (span.line, at(TEXT, span)) == (line, words)


@pytest.mark.parametrize(
    ("path", "line", "words"),
    [
        (("apiVersion",), 2, "apiVersion"),
        (("quoted key",), 3, '"quoted key"'),
        (("list", 0, "name"), 5, "name"),
        (("list", 0), 5, "name"),
        (("list", 3), 10, "plain text"),
        (("list", 4, "more"), 11, "more"),
        (("map", "block"), 17, "block"),
        (("map", "absent"), 16, "map"),
        ((), 2, "apiVersion: v1  # version"),
    ],
)
def test_places_of_keys(path: Path, line: int, words: str) -> None:
    span = only(TEXT).key_span(path)
    assert (span.line, at(TEXT, span)) == (line, words)


ALIASES = """\
base: &base
  cpu: 1
  list: [a, b]
name: &n web
one:
  <<: *base
  mem: 2
two: *base
three: *n
four:
  - *base
  - *n
  - <<: [*base, {cpu: 3, disk: 4}]
    cpu: 5
*n : key
"""


@pytest.mark.parametrize(
    ("path", "line", "words"),
    [
        (("one", "cpu"), 2, "1"),
        (("one", "list", 1), 3, "b"),
        (("one", "mem"), 7, "2"),
        (("two",), 8, "two"),
        (("two", "cpu"), 2, "1"),
        (("two", "absent"), 8, "two"),
        (("three",), 9, "*n"),
        (("four", 0), 11, "*base"),
        (("four", 0, "cpu"), 2, "1"),
        (("four", 1), 12, "*n"),
        (("four", 2), 13, "<<"),
        (("four", 2, "disk"), 13, "4"),
        (("four", 2, "cpu"), 14, "5"),
        (("web",), 15, "key"),
    ],
)
def test_places_of_what_is_written_elsewhere(path: Path, line: int, words: str) -> None:
    span = only(ALIASES).span(path)
    assert (span.line, at(ALIASES, span)) == (line, words)


def test_of_a_repeated_key_the_last_one_has_the_place() -> None:
    text = "a: 1\nb: {c: 1, c: 2}\na:\n  d: 3\n"
    document = only(text)
    assert document.span(("a", "d")) == (4, 6, 4, 7)
    assert document.span(("a",)) == (3, 1, 3, 2)
    assert document.span(("b", "c")) == (2, 14, 2, 15)


def test_overwriting_a_merged_key_is_no_repetition() -> None:
    document = only("a: &a {k: 1}\nb:\n  <<: *a\n  k: 2\n  m: 3\n  m: 4\n")
    assert [duplicate.path for duplicate in document.duplicates] == [("b", "m")]


@pytest.mark.parametrize(
    ("text", "path", "span"),
    [
        ("é😀: x\n", ("é😀",), (1, 5, 1, 6)),
        ('"😀": [é, b]\n', ("😀", 1), (1, 10, 1, 11)),
        ("\ufeffa: b\n", ("a",), (1, 4, 1, 5)),
        ("a: b\r\nc:\r\n  - d\r\n", ("c", 0), (3, 5, 3, 6)),
        ("a: x\u2028y: b\nc: d\n", ("c",), (2, 4, 2, 5)),
        ("a: 'x\x85y'\nc: d\n", ("c",), (2, 4, 2, 5)),
        ("a: x\ry: b\nc: d\n", ("c",), (2, 4, 2, 5)),
        ("1.0: a\n", ("1",), (1, 6, 1, 7)),
        ("scalar  # note\n", ("x",), (1, 1, 1, 7)),
        ("- a\n- b\n", (1,), (2, 3, 2, 4)),
        ("- a\n- b\n", (7,), (1, 1, 1, 4)),
        ("!t\n- a\n", (0,), (2, 3, 2, 4)),
    ],
)
def test_lines_and_columns(text: str, path: Path, span: Span) -> None:
    assert only(text).span(path) == span


def test_lines_count_from_the_file() -> None:
    documents = decode(b"# one\n---\na: 1\n---\n\n# two\nb: 2\n", "f.yaml").documents
    assert [document.span(()) for document in documents] == [(3, 1, 3, 5), (7, 1, 7, 5)]


@pytest.mark.parametrize(
    ("text", "path", "span"),
    [
        ('{\n\t"a": {\n\t\t"b": [1, "x\\/y"]\n\t}\n}', ("a", "b", 1), (3, 12, 3, 18)),
        ('{"a": "\\ud83d\\ude00", "b": 2}', ("b",), (1, 28, 1, 29)),
        ('{"a": "\x7f", "b": 2}', ("b",), (1, 17, 1, 18)),
        ('  {"a":1}', ("a",), (1, 8, 1, 9)),
        ('{"x": 1} {"y": 2}', ("y",), (1, 16, 1, 17)),
        ('{"a": {}}', ("a",), (1, 2, 1, 5)),
    ],
)
def test_json(text: str, path: Path, span: Span) -> None:
    document = decode(text.encode(), "f.json").documents[-1]
    assert document.json
    assert document.span(path) == span


def test_json_that_is_no_yaml_keeps_the_places_before_it() -> None:
    key = "k" * 2000
    document = only(f'{{"a": 1, "{key}": 2, "c": 3}}')
    assert document.span(("a",)) == (1, 7, 1, 8)
    assert document.span((key,)).line == 1


def test_a_refused_document_has_places_as_far_as_it_goes() -> None:
    (document,) = decode(b"a: 1\nb: [\n", "f.yaml").documents
    assert document.problem
    assert document.span(("a",)) == (1, 4, 1, 5)
    (document,) = decode(b"\n  @\n", "f.yaml").documents
    assert document.span(("a",)) == (2, 3, 2, 4)


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029"), max_size=8)
LEAVES = (
    WORDS
    | st.integers(-(2**40), 2**40)
    | st.booleans()
    | st.none()
    | st.sampled_from(["yes", "1e3", "08", "a: b", "- c"])
)
TREES = st.recursive(
    LEAVES,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(WORDS, each, max_size=4),
    max_leaves=15,
)


def leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list) and data:
        for index, value in enumerate(data):
            yield from leaves(value, (*path, index))
    else:
        yield path, data


def check_every_place(text: str) -> None:
    document = only(text)
    data = document.data
    for path, leaf in leaves(data):
        span = document.span(path)
        if isinstance(leaf, dict | list) and isinstance(path[-1], str):
            assert span == document.key_span(path)
        elif isinstance(leaf, dict | list):
            assert at(text, span).startswith(("{}", "[]"))
        else:
            # A scalar's place holds the scalar and nothing else.
            assert build(f"v: {at(text, span)}\n").data == {"v": leaf}
        if isinstance(path[-1], str):
            key = at(text, document.key_span(path)).removeprefix("? ")
            assert list(build(f"{key}: x\n").data) == [path[-1]]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(WORDS, TREES, min_size=1, max_size=4), st.sampled_from([True, False, None]))
def test_every_place_of_yaml_holds_what_it_says(data: dict[str, Any], flow: bool | None) -> None:
    check_every_place(yaml.dump(data, allow_unicode=True, default_flow_style=flow, sort_keys=False, width=10**6))


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(WORDS, TREES, min_size=1, max_size=4), st.sampled_from([None, 2, "\t"]))
def test_every_place_of_json_holds_what_it_says(data: dict[str, Any], indent: int | str | None) -> None:
    check_every_place(json.dumps(data, indent=indent, ensure_ascii=False))
