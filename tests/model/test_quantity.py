"""Quantities against the answers of Kubernetes' own parser (quantities.json: text, canonical form, error, pattern)."""

from __future__ import annotations

import itertools
import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmlint.model.quantity import (
    ERR_FORMAT,
    ERR_NUMERIC,
    ERR_SUFFIX,
    Format,
    Quantity,
    QuantityError,
    crd_pattern_ok,
)

VECTORS = json.loads(Path(__file__).with_name("quantities.json").read_text(encoding="utf-8"))
ERRORS = {"ErrFormatWrong": ERR_FORMAT, "ErrSuffix": ERR_SUFFIX, "ErrNumeric": ERR_NUMERIC}


@pytest.mark.parametrize(("text", "canonical", "error", "pattern"), VECTORS)
def test_vector(text: str, canonical: str | None, error: str | None, pattern: bool) -> None:
    assert crd_pattern_ok(text) is pattern
    if error is None:
        assert str(Quantity.parse(text)) == canonical
        return
    with pytest.raises(QuantityError) as caught:
        Quantity.parse(text)
    assert str(caught.value) == ERRORS[error]


@pytest.mark.parametrize(
    ("text", "value", "milli"),
    [
        ("0", 0, 0),
        ("0.1", 1, 100),
        ("-0.1", -1, -100),
        ("1500m", 2, 1500),
        ("1n", 1, 1),
        ("1.1Gi", 1181116007, 1181116006400),
        ("4Gi", 2**32, 2**32 * 1000),
        ("1e3", 1000, 1000000),
    ],
)
def test_whole_numbers_round_away_from_zero(text: str, value: int, milli: int) -> None:
    assert (Quantity.parse(text).value(), Quantity.parse(text).milli()) == (value, milli)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (0, "0"), (-3, "-3"), (1.5, "1500m"), (1.0, "1"), (1000.0, "1k"), (1e-07, "100e-9"), (1e21, "1e+21")],
)
def test_numbers_of_a_manifest(value: float, text: str) -> None:
    assert str(Quantity.parse(value)) == text


@pytest.mark.parametrize("value", [True, False, None, [], {}, "", "4GB", float("inf"), float("nan"), b"1"])
def test_values_that_are_no_quantity(value: object) -> None:
    assert Quantity.try_parse(value) is None


def test_space_around_a_decoded_text_is_passed_over() -> None:
    assert Quantity.try_parse(" 4Gi ") == Quantity.parse("4Gi")


@pytest.mark.parametrize("text", ["Ei", "Pi", "+Pi", ".Ei", "e-20"])
def test_a_suffix_without_digits_outside_the_short_way(text: str) -> None:
    with pytest.raises(QuantityError, match=ERR_NUMERIC):
        Quantity.parse(text)


@pytest.mark.parametrize("text", ["Ti", "n", "e5", "E", ".", ".5Gi", "0.Ki"])
def test_a_suffix_without_digits_on_the_short_way_is_zero(text: str) -> None:
    assert Quantity.parse(text).is_zero is (text != ".5Gi")


def test_order_and_hash_go_by_the_amount() -> None:
    below, above = ["-1e10000", "-2Gi", "-1", "-500m", "0"], ["1n", "1m", "0.5", "1", "1k", "1Ki", "1M", "1Mi", "1Ei"]
    ordered = [*below, *above, "1e10000"]
    quantities = [Quantity.parse(text) for text in ordered]
    for (i, left), (j, right) in itertools.product(enumerate(quantities), repeat=2):
        assert ((left < right), (left <= right), (left > right), (left >= right)) == (i < j, i <= j, i > j, i >= j)
    assert Quantity.parse("1024Ki") == Quantity.parse("1Mi") == Quantity.parse("1048576.0")
    assert hash(Quantity.parse("1024Ki")) == hash(Quantity.parse("1Mi"))
    assert Quantity.parse("1") != 1


def test_sums_keep_the_suffixes_of_the_first_that_is_not_zero() -> None:
    assert str(Quantity.parse("1Gi") + Quantity.parse("512Mi")) == "1536Mi"
    assert str(Quantity.parse("0") + Quantity.parse("2048Mi")) == "2Gi"
    assert str(Quantity.parse("1G") + Quantity.parse("500m")) == "1000000000500m"
    assert str(3 * Quantity.parse("1Gi")) == str(Quantity.parse("1Gi") * 3) == "3Gi"
    assert str(Quantity(2048, format=Format.BINARY)) == "2Ki"


def test_huge_amounts_stay_cheap() -> None:
    huge = Quantity.parse("1e2000000000")
    assert str(huge) == "100e1999999998"
    assert huge > Quantity.parse("8Ei")
    assert huge.value() > 2**64
    assert huge + Quantity.parse("1") == huge
    assert Quantity.parse("1e-2000000000") == Quantity.parse("1n")
    assert str(huge * 10**5000) == "10e2000004999"
    with pytest.raises(QuantityError, match=ERR_SUFFIX):
        Quantity.parse("1e99999999999999999999")
    with pytest.raises(QuantityError, match=ERR_NUMERIC):
        Quantity.parse("9" * 100_000)
    with pytest.raises(QuantityError, match="regular expression"):
        Quantity.parse("1" * 100_000 + "x")


UNITS: dict[str, Fraction | int] = {
    "": 1,
    "m": Fraction(1, 1000),
    "k": 1000,
    "M": 10**6,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
}
WRITTEN = st.tuples(st.decimals(-99999, 99999, places=2), st.sampled_from(sorted(UNITS)))


@given(WRITTEN, WRITTEN)
def test_arithmetic_is_exact(left: tuple[object, str], right: tuple[object, str]) -> None:
    (a, x), (b, y) = ((Quantity.parse(f"{n}{unit}"), Fraction(str(n)) * UNITS[unit]) for n, unit in (left, right))
    assert (a < b, a == b) == (x < y, x == y)
    for quantity, exact in ((a, x), (a + b, x + y), (a * 7, x * 7)):
        size = -(-abs(exact) // 1)
        assert quantity.value() == (size if exact >= 0 else -size)
        assert Quantity.parse(str(quantity)) == quantity


@given(st.text(alphabet="+-.0123456789eEinumkKMGTP ", max_size=8) | st.text(max_size=8))
def test_any_text_gives_a_quantity_or_its_error(text: str) -> None:
    try:
        quantity = Quantity.parse(text)
    except QuantityError as error:
        assert str(error) in (ERR_FORMAT, ERR_SUFFIX, ERR_NUMERIC)
    else:
        assert Quantity.parse(str(quantity)) == quantity
