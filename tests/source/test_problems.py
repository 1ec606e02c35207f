"""Reasons name what to do, and stand at the place where it has to be done."""

import pytest

from vmlint.source.builder import build
from vmlint.source.problems import Unreadable


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: b: c", ": c", "quote the value"),
        ("a: 1\n b: 2", ": 2", "indent the line as a key"),
        ("a:\n  b: 1\n c: 2", "c: 2", "the indentation does not fit"),
        ("a: - b", "- b", "`- ` is not allowed here"),
        ("a: [b", "", "`[` is not closed"),
        ("a: {b: c", "", "`{` is not closed"),
        ("a: 1\nb", "b", "neither `key: value`"),
        ("a: 1\nb\nc: 2", "b\nc: 2", "neither `key: value`"),
        ("a:\n  b c\n\n  d: e", "b c\n\n  d: e", "neither `key: value`"),
        ("a:\n  b c\n    d: e", ": e", "indent the line as a key"),
        ("a:\n  b c\n  d: e", "b c\n  d: e", "neither `key: value`"),
        ("- a: 1\n  b c\n  d: e", "b c\n  d: e", "neither `key: value`"),
        ("a: b c\n  d e\n  f: g", ": g", "indent the line as a key"),
        ("a:\n  b: c d\n   e: f", ": f", "indent the line as a key"),
        ("a: 'b\nc: d", "'b\nc: d", "the quotes are not closed"),
        ("a:\n\tb: 1", "\tb: 1", "use spaces"),
        ("a: |\n  b\n\tc", "\tc", "use spaces"),
        ("a: @b", "@b", "put the value in quotes"),
        ("a: `b`", "`b`", "put the value in quotes"),
        ("a: *", "", "quote the value if the `*`"),
        ("a: & b", " b", "quote the value if the `&`"),
        ('a: "\\d"', '\\d"', "escape does not exist"),
        ('a: "\\ud83d"', 'd83d"', "this escape is not a character"),
        ("a: \x01b", "\x01b", "control character U+0001"),
        ("a: b\x7f", "\x7f", "control character U+007F"),
        ("%YAML 1.2\n", "%YAML 1.2\n", "directives such as `%YAML`"),
        ("# note\n%YAML 1.1\n", "%YAML 1.1\n", "directives such as `%YAML`"),
        ("a: !b!c d", "!b!c d", "this tag is not known"),
        ("a: [b, , c]", ", c]", "a value is missing here"),
        ("a: ? b", "? b", "quote the value"),
    ],
)
def test_a_fault_is_reported_at_its_place(text: str, place: str, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        build(text)
    assert text[caught.value.index :] == place
    assert words in caught.value.reason
