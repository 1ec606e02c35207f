"""The values in scalars.json are kubectl's own."""

import json
from pathlib import Path

import pytest

from vmlint.source.builder import build
from vmlint.source.problems import Unreadable
from vmlint.source.scalars import ScalarError, plain, plain_key, tagged, tagged_key

VECTORS = json.loads(Path(__file__).with_name("scalars.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "expected"), VECTORS["read"], ids=[text for text, _ in VECTORS["read"]])
def test_a_scalar_is_what_kubectl_makes_of_it(text: str, expected: object) -> None:
    value = build(f"v: {text}\n").data["v"]
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize("text", VECTORS["refused"])
def test_a_scalar_that_kubectl_refuses_is_unreadable_at_its_place(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        build(f"v: {text}\n")
    assert caught.value.index == 3


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a", "a"),
        ("y", "true"),
        ("No", "false"),
        ("1", "1"),
        ("0x1F", "31"),
        ("017", "15"),
        ("08", "8"),
        ("1_0", "10"),
        ("+1", "1"),
        ("1.0", "1"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("0.00001", "1e-05"),
        ("0.0001", "0.0001"),
        ("1e3", "1000"),
        ("1e5", "100000"),
        ("1e6", "1e+06"),
        ("1000000.0", "1e+06"),
        ("1234567.5", "1.2345675e+06"),
        ("16777217.0", "1.6777216e+07"),
        ("123456789012345678901", "1.2345679e+20"),
        ("-0.0", "-0"),
        ("3.5e38", ".inf"),
        (".inf", ".inf"),
        ("-.Inf", "-.inf"),
        (".nan", ".nan"),
        ("2001-01-01", "2001-01-01"),
    ],
)
def test_a_key_becomes_a_string(text: str, key: str) -> None:
    assert plain_key(text) == key


@pytest.mark.parametrize("text", ["~", "null", "", "18446744073709551615"])
def test_a_key_that_has_no_string_is_refused(text: str) -> None:
    with pytest.raises(ScalarError):
        plain_key(text)


def test_tags_decide_keys_too() -> None:
    assert tagged_key("tag:yaml.org,2002:str", "5") == "5"
    assert tagged_key("tag:yaml.org,2002:bool", "y") == "true"
    assert tagged_key("!anything", "y") == "y"


def test_long_texts_have_the_same_rules_as_short_ones() -> None:
    digits = "1" + "0" * 60
    assert plain(digits) == 1e60
    assert plain_key(digits) == plain_key(".inf")
    assert plain("t" * 60) == "t" * 60
    assert plain("0" * 60) == 0
    assert plain("0x" + "f" * 60) == "0x" + "f" * 60


def test_base64_that_is_no_text_keeps_what_can_be_kept() -> None:
    assert tagged("tag:yaml.org,2002:binary", "YWL/\nYg==") == "ab\ufffdb"
    with pytest.raises(ScalarError):
        tagged("tag:yaml.org,2002:binary", "é")


@pytest.mark.parametrize("digit", ["١", "²", "٣٤", "1²"])
def test_only_ascii_digits_make_numbers(digit: str) -> None:
    assert plain(digit) == digit
