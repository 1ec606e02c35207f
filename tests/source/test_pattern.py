"""Documents of one pattern: their words are put together to what parsing each would give."""

from __future__ import annotations

import marshal
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import FIXTURES
from vmlint.source import pattern
from vmlint.source.builder import Built, build
from vmlint.source.pattern import Patterns
from vmlint.source.problems import Unreadable
from vmlint.source.stream import split

VM = """\
kind: VirtualMachine
metadata:
  name: NAME
  labels: {app: web}
spec:
  # as long: as it is needed
  running: RUNNING
  count: COUNT
  networks:
    - NETWORK
    - multus: NETWORK
  volumes:
    - name: init
      cloudInitNoCloud:
        userData: |
          #cloud-config
          user: USER

          packages: [vim]
    - name: more
      data: |-
        one: USER
        two
"""


def made(build_text: object, text: str) -> object:
    """What is built, with all types, or why nothing is."""
    assert callable(build_text)
    try:
        built: Built = build_text(text)
    except Unreadable as error:
        return error.index, error.reason
    return marshal.dumps(built.data, 2), built.repeated, built.rest


def vm(**words: str) -> str:
    text = VM
    for word, value in {
        "NAME": "web",
        "RUNNING": "true",
        "COUNT": "1",
        "NETWORK": "blue",
        "USER": "me",
        **words,
    }.items():
        text = text.replace(word, value)
    return text


def after(*texts: str) -> Patterns:
    """Patterns that have seen these texts twice."""
    patterns = Patterns()
    for text in (*texts, *texts):
        made(patterns.build, text)
    return patterns


@pytest.mark.parametrize(
    "words",
    [
        {"NAME": "db-17"},
        {"NAME": "yes"},
        {"NAME": "12"},
        {"NAME": "1e3"},
        {"NAME": "two words"},
        {"NAME": "52:54:00:12:34:56"},
        {"NAME": "a/b@c=d+e.f_g"},
        {"RUNNING": "false"},
        {"COUNT": "0x1f"},
        {"COUNT": "null"},
        {"NETWORK": "default/red"},
        {"USER": "somebody else"},
        {"USER": "me\n          more: {a: b"},
        {"USER": "\\ \" ' # : - [ {"},
    ],
    ids=str,
)
def test_a_known_pattern_is_not_parsed_again(words: dict[str, str]) -> None:
    patterns = after(vm())
    expected = made(build, vm(**words))
    with patch.object(pattern, "build", side_effect=AssertionError("parsed")):
        assert made(patterns.build, vm(**words)) == expected


@pytest.mark.parametrize(
    "words",
    [
        {"NAME": "'12'"},
        {"NAME": "web: more"},
        {"NAME": "web #comment"},
        {"NAME": "web:"},
        {"NAME": "&web web"},
        {"NAME": ".inf"},
        {"NAME": "99999999999999999999999"},
        {"NAME": "[a, b]"},
        {"NAME": "|"},
        {"NAME": "web\n  name: twice"},
        {"NAME": "web\n   folded"},
        {"USER": "ünïcode"},
        {"USER": "me\n        out: of the block"},
        {"USER": "me\n         shallower"},
        {"USER": "vmlintWord0x"},
        {"USER": "me\n          "},
    ],
    ids=str,
)
def test_anything_else_is(words: dict[str, str]) -> None:
    assert made(after(vm()).build, vm(**words)) == made(build, vm(**words))


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "a: one\n  two\n",
        "a: 12\n  34\n",
        "a: word\n  b: c\n",
        "a: word\n...\nmore: text\n",
        "# a: word\nb: word\n",
        '"a: word\n  b": c\n',
        "a: 'it is - word\n  more'\n",
        "? - word\n: b\n",
        "a: >\n  b: word\n",
        "a: |+\n  b: word\n\n\n",
        "a: |\n  b: |\n    word\n  c: d\n",
        "a: |\nb: word\n",
        "- a: |\n    word\n- |\n  word\n",
        "a: |\n  one\n \n  two\n",
        "a: |\n  one\n    \n",
        "{a: word,\nb: word\n}\n",
        "{a: b, c: word\n}\n",
        "word\n",
        "- word\n",
        "a: {}\n",
        "a: -\n",
        "a:  word\n",
        "a: word \n",
        "a: \tword\n",
        "a: b: word\n",
    ],
)
def test_every_form_of_text_is_built_as_ever(text: str) -> None:
    patterns = Patterns()
    for _ in range(4):
        for changed in (text, text.replace("word", "other"), text.replace("word", "7")):
            assert made(patterns.build, changed) == made(build, changed)


WORDS = st.sampled_from(
    [
        "web",
        "db-1",
        "7",
        "yes",
        "~",
        "1.0",
        "a b",
        "a:b",
        "a: b",
        "x #y",
        "'q'",
        "|",
        ">",
        "|-",
        "[",
        "{}",
        "-",
        "&a x",
        "*a",
        "",
    ]
)
LINES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["a: ", "b: ", "- ", "- a: ", "", "# ", "? ", '"k": ', "  "]), WORDS),
    max_size=8,
)


@given(st.lists(st.tuples(LINES, WORDS, WORDS), min_size=1, max_size=2))
def test_whatever_stands_in_a_text(drawn: list[tuple[list[tuple[int, str, str]], str, str]]) -> None:
    patterns = Patterns()
    for lines, one, other in drawn:
        text = "".join(f"{' ' * depth}{begin}{word}\n" for depth, begin, word in lines)
        for changed in (text, text, text.replace(one, other) if one else text, text.replace("web", other)):
            assert made(patterns.build, changed) == made(build, changed)


def test_the_fixtures_are_built_as_ever() -> None:
    patterns = Patterns()
    files = sorted(FIXTURES.rglob("*.yaml"))
    for _ in range(2):
        for file in files:
            for chunk in split(file.read_text("utf-8")):
                assert made(patterns.build, chunk.text) == made(build, chunk.text), Path(file)
