"""Places in a text as editors count them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lsprotocol.types import Position, Range

from vmlint.server.positions import Encoding, Text
from vmlint.server.uris import name_in, path_of_uri, uri_of

LINE = "a: 😀 e\u0301 ü b"
UNITS = {Encoding.Utf8: 15, Encoding.Utf16: 11, Encoding.Utf32: 10}
"""The code units before the `b`."""


@pytest.mark.parametrize("encoding", UNITS)
@pytest.mark.parametrize("end", ("\n", "\r\n", "\r"))
def test_columns_count_code_units(encoding: Encoding, end: str) -> None:
    text = Text(f"first: line{end}{LINE}{end}last", encoding)
    there = Position(1, UNITS[encoding])
    offset = text.content.index("b")
    assert text.position_at(offset) == there
    assert text.offset(there) == offset
    line, column = text.place(there)
    assert text.position(line, column) == there
    if end != "\r":  # by itself it ends a line for editors and for nobody else
        assert (line, column) == (2, LINE.index("b") + 1)


def test_a_place_inside_a_character_or_beyond_the_text() -> None:
    text = Text("a😀b\nc")
    assert text.offset(Position(0, 2)) == 1
    assert text.offset(Position(0, 99)) == 3
    assert text.offset(Position(9, 0)) == len(text.content)
    assert text.position(99, 99) == Position(1, 1)
    assert text.line(7) == ""
    assert text.whole() == Range(Position(0, 0), Position(1, 1))


@pytest.mark.parametrize("encoding", Encoding)
def test_changes_make_the_text_that_an_editor_has(encoding: Encoding) -> None:
    """Each change replaces characters that the editor names by its own columns."""
    chance = random.Random(1)
    content = "kind: VM\r\nname: 😀\nlabel: e\u0301\rend: \u2028 \x85 x\n"
    text = Text(content, encoding)
    for _ in range(200):
        bounds = [at for at in range(len(content) + 1) if content[at - 1 : at + 1] != "\r\n"]
        start, end = sorted((chance.choice(bounds), chance.choice(bounds)))
        new = chance.choice(("", "x", "😀", "\n", "\r\n", "a: b\n"))
        text = text.changed(text.between(start, end), new)
        content = content[:start] + new + content[end:]
        assert text.content == content
    assert text.changed(None, "all").content == "all"


def test_addresses_and_names(tmp_path: Path) -> None:
    name = "a b/ü#.yaml"
    uri = uri_of(tmp_path, name)
    path = path_of_uri(uri)
    assert path is not None
    assert path == tmp_path / name
    assert name_in(tmp_path, path) == name
    assert name_in(tmp_path / "x", path) == f"../{name}"
    assert path_of_uri("untitled:Untitled-1") is None
