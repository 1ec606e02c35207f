"""The words for broken JSON, whichever Python reads it."""

from __future__ import annotations

import json

import pytest

from vmlint.source.json_mistake import mistake


@pytest.mark.parametrize(
    ("text", "reason", "line", "column"),
    [
        ('{"a": 1,}', "Illegal trailing comma before end of object", 1, 8),
        ('{"a": 1,\n \n}', "Illegal trailing comma before end of object", 1, 8),
        ("[\n1 , ]", "Illegal trailing comma before end of array", 2, 3),
        ("[,]", "Expecting value", 1, 2),
        ('{"a":}', "Expecting value", 1, 6),
        ("{a: 1}", "Expecting property name enclosed in double quotes", 1, 2),
        ("[1, 2", "Expecting ',' delimiter", 1, 6),
        ("", "Expecting value", 1, 1),
    ],
)
def test_the_words_are_those_of_the_newest_python(text: str, reason: str, line: int, column: int) -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(text)
    found = mistake(caught.value)
    assert (found.reason, found.line, found.column) == (reason, line, column)
    assert text.count("\n", 0, found.position) == line - 1
