import json

import pytest

from vmlint.source.built import MAX_DEPTH
from vmlint.source.json_values import JsonValues
from vmlint.source.problems import Unreadable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("1.0", 1),
        ("1e3", 1000),
        ("-0.0", 0),
        ("1.5", 1.5),
        ("9223372036854775807", 9223372036854775807),
        ("-9223372036854775808", -9223372036854775808),
        ("9223372036854775808", 9223372036854775808.0),
        ("123456789012345678901234567890", 1.2345678901234568e29),
        ("true", True),
        ("null", None),
        ('"\\ud83d\\ude00"', "😀"),
        ('"a\\ud83d"', "a\ufffd"),
        ('{"\\udc00": ["\\ud800"]}', {"\ufffd": ["\ufffd"]}),
        ('"\\/"', "/"),
        ('{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_values(text: str, value: object) -> None:
    read = JsonValues(text).at(0)
    assert read.data == value
    assert type(read.data) is type(value)
    assert read.end == len(text)


def test_values_one_after_the_other() -> None:
    text = '{"a": 1, "a": 2} \n [3]'
    values = JsonValues(text)
    first = values.at(0)
    assert (first.data, first.repeated) == ({"a": 2}, True)
    second = values.at(values.skip_blank(first.end))
    assert (second.data, second.repeated) == ([3], False)
    assert values.skip_blank(second.end) == len(text)


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "[1,]", "{a: 1}", '"\t"', "'a'", ""])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        JsonValues(text).at(0)


@pytest.mark.parametrize(("text", "index"), [("[1, 1e400]", 4), ("[" + "9" * 400 + "]", 1)])
def test_numbers_beyond_every_range_are_refused(text: str, index: int) -> None:
    with pytest.raises(Unreadable) as caught:
        JsonValues(text).at(0)
    assert caught.value.index == index


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 100_000])
def test_nesting_has_a_bound(depth: int) -> None:
    assert JsonValues("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH).at(0).data
    with pytest.raises(Unreadable, match="nested deeper"):
        JsonValues("[" * depth + "1" + "]" * depth).at(0)
