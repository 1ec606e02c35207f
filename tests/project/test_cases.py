"""The helpers of the tests themselves."""

from __future__ import annotations

import pytest

from tests.cases import for_each


def test_one_test_for_all_names_each_that_fails() -> None:
    @for_each([1, 2, 3], str)
    def odd(number: int) -> None:
        assert number % 2

    @for_each([1, 3], str)
    def all_odd(number: int) -> None:
        assert number % 2

    all_odd()
    with pytest.raises(AssertionError) as failed:
        odd()
    assert list(failed.value.args[0]) == ["2"]
