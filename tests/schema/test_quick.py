"""What the quick check accepts, the thorough one finds nothing in: for all fixtures, with and without a slip."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmlint.model.access import text
from vmlint.schema import check as thorough
from vmlint.schema.check import Release, Schema, check
from vmlint.schema.load import schema_of
from vmlint.schema.meta import check_metadata, is_surely_right
from vmlint.source.decode import decode

ROOT = Path(__file__).parents[2]
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**40,
    1.5,
    "",
    "a b",
    "1Gi",
    "1,5",
    "${X}",
    "Always",
    [],
    {},
    [None],
    {"a": 1},
)


def objects() -> Iterator[tuple[Schema, Any]]:
    for file in sorted((ROOT / "fixtures").glob("*/*/**/*.yaml"))[::3]:
        for document in decode(file.read_bytes(), str(file)).documents:
            data = document.data
            schema = schema_of(text(data, "apiVersion"), text(data, "kind"))
            if schema is not None:
                yield schema, data


def slipped(value: Any, chance: random.Random) -> Any:
    """The same with one value or name changed somewhere."""
    value = copy.deepcopy(value)
    holder: Any = value
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = chance.choice(keys)
        if isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.8:
            holder = holder[key]
        elif isinstance(holder, dict) and chance.random() < 0.3:
            holder[f"{key}s"] = holder.pop(key)
            return value
        else:
            holder[key] = chance.choice(VALUES)
            return value


@pytest.mark.parametrize("target", [None, (1, 5)])
def test_the_quick_check_accepts_nothing_that_the_thorough_one_refuses(
    target: Release | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    cases = [(schema, data) for schema, data in objects() for data in (data, slipped(data, chance))]
    whole = [chance.random() < 0.8 for _ in cases]
    quick = [
        list(check(data, schema, target=target, whole=one)) for (schema, data), one in zip(cases, whole, strict=True)
    ]
    monkeypatch.setattr(thorough, "_is_right", lambda *_: False)
    for (schema, data), one, found in zip(cases, whole, quick, strict=True):
        assert found == list(check(data, schema, target=target, whole=one)), data
    assert sum(not found for found in quick) > len(cases) / 4


def test_most_objects_need_the_quick_check_alone() -> None:
    accepted = [
        not list(check(data, schema)) and thorough._is_right(data, schema, None, True) for schema, data in objects()
    ]
    right = [not list(check(data, schema)) for schema, data in objects()]
    assert sum(accepted) > 0.95 * sum(right)


METADATA: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([None, [], "web", {}]),
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["web", "a.b", "Web", "", "-", "${X}", None, 5, "a" * 300]),
            "namespace": st.sampled_from(["shop", "a.b", "", "${X}", None, 5]),
            "labels": st.dictionaries(
                st.sampled_from(["a", "a/b", "A/b", "a b", "${X}"]),
                st.sampled_from(["x", "", "a b", "a" * 64, None, 1]),
            ),
            "annotations": st.dictionaries(
                st.sampled_from(["a", "a/b", "A/b", "a b"]),
                st.sampled_from(["x", "é" * 40_000, "b" * 300_000, None, 1]),
            ),
            "generateName": st.just("web-"),
            "color": st.just("red"),
        },
    ),
)


@given(METADATA, st.sampled_from(["VirtualMachine", "Namespace"]))
def test_metadata_that_is_surely_right_has_no_fault(metadata: Any, kind: str) -> None:
    if is_surely_right(metadata, kind):
        assert not list(check_metadata(metadata, kind))
