"""Paths: what they find and where, and which are refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonpath_ng.ext.parser import parse

from vmlint.packs.query import BadPath, Match, Query, TooLarge

VM = {
    "metadata": {"name": "web", "labels": {"app.kubernetes.io/name": "web"}},
    "spec": {
        "volumes": [
            {"name": "root", "dataVolume": {"name": "web-root"}},
            {"name": "tools", "containerDisk": {"image": "registry/tools:latest"}},
        ]
    },
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("metadata.name", [(("metadata", "name"), "web")]),
        ("$.metadata.name", [(("metadata", "name"), "web")]),
        ("metadata.labels.'app.kubernetes.io/name'", [(("metadata", "labels", "app.kubernetes.io/name"), "web")]),
        ("metadata.labels['app.kubernetes.io/name']", [(("metadata", "labels", "app.kubernetes.io/name"), "web")]),
        ("spec.volumes[*].name", [(("spec", "volumes", 0, "name"), "root"), (("spec", "volumes", 1, "name"), "tools")]),
        ("spec.volumes[-1].name", [(("spec", "volumes", 1, "name"), "tools")]),
        ("spec.volumes[5].name", []),
        ("spec.volumes.name", []),
        ("metadata[0]", []),
        (
            "spec.volumes[?(@.name == 'tools')].containerDisk.image",
            [(("spec", "volumes", 1, "containerDisk", "image"), "registry/tools:latest")],
        ),
        ("spec.volumes[?(@.name =~ '^to+ls$')].name", [(("spec", "volumes", 1, "name"), "tools")]),
        ("$..image", [(("spec", "volumes", 1, "containerDisk", "image"), "registry/tools:latest")]),
        ("spec.volumes[0:1].name", [(("spec", "volumes", 0, "name"), "root")]),
    ],
)
def test_finds(text: str, found: list[tuple[Any, Any]]) -> None:
    assert Query.parse(text).find(VM) == [Match(*one) for one in found]


@pytest.mark.parametrize(
    ("text", "single", "stem"),
    [
        ("metadata.name", True, ("metadata", "name")),
        ("spec.volumes[0].name", True, ("spec", "volumes", 0, "name")),
        ("spec.volumes[-1].name", True, ("spec", "volumes")),
        ("spec.volumes[*].name", False, ("spec", "volumes")),
        ("spec.volumes[?(@.name == 'root')]", False, ("spec", "volumes")),
        ("$", True, ()),
    ],
)
def test_knows_whether_it_finds_one_value(text: str, single: bool, stem: tuple[Any, ...]) -> None:
    query = Query.parse(text)
    assert (query.single, query.stem) == (single, stem)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("a\nb", "it has several lines"),
        ("a.b[", "it ends too early, in column 5"),
        ("a b", "`b` is unexpected in column 3"),
        ("a.'b", "a quote is never closed"),
        (
            "labels.kubevirt.io/os",
            "`/` is unexpected in column 19; write a key with other characters than letters, digits, `_` "
            "and `-` in quotes: `labels.'kubevirt.io/os'`",
        ),
        ("a[?(@.b == c)]", "write text in a filter in quotes: `[?(@.name == 'root')]`"),
        ("a[?(@.b =~ '(?=x)')]", "`(?=x)` is not a regular expression: invalid perl operator: (?="),
        ("a..b..c", "a second `..` could look at every value again and again: write the names between"),
        ("a[?(@..b)]", "a filter may use only names and indexes below `@`, without another filter or `..`"),
        ("a[?($.b[*] == 1)]", "a filter may use only names and indexes below `@`, without another filter or `..`"),
        ("a.$.b", "`$` is allowed only at the beginning"),
        ("a[b,b]", "a list of names or indexes must not have duplicates or negative indexes"),
        ("a[0,-1]", "a list of names or indexes must not have duplicates or negative indexes"),
        ("a.`len`", "a path must not contain `len`"),
        ("a.`parent`", "a path must not contain `parent`"),
        ("a where b", "a path must not contain `where`"),
        ("a | b", "a path must not contain `|` or a single `&`"),
        ("a[/b]", "a path must not contain `sorting`"),
        ("a + b", "a path must not contain `arithmetic`"),
        ("a" * 501, "it has 501 characters; the maximum is 500"),
        (".".join("a" * 65), "it has 65 steps; the maximum is 64"),
    ],
)
def test_refuses(text: str, reason: str) -> None:
    with pytest.raises(BadPath) as raised:
        Query.parse(text)
    assert str(raised.value) == reason


@pytest.mark.parametrize("text", ["$..name", "a[*]", "*", "a[?(@.x == 1)]"])
def test_stops_at_objects_that_are_too_large(text: str) -> None:
    huge = {"a": [{"x": 1}] * 100_001, **{str(number): number for number in range(100_001)}}
    with pytest.raises(TooLarge):
        Query.parse(text).find(huge)


NAMES = st.sampled_from(["a", "b", "c", "k/v", "*", "0"])
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "", "${X}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)
STEPS = st.lists(
    NAMES.map(lambda name: f"['{name}']") | st.integers(-4, 3).map(lambda index: f"[{index}]") | st.just("[*]"),
    min_size=1,
    max_size=5,
).map("".join)


@given(data=DATA, steps=STEPS, root=st.sampled_from(["$", "@"]))
def test_direct_access_finds_what_jsonpath_ng_finds(data: Any, steps: str, root: str) -> None:
    def whole(datum: Any) -> tuple[Any, ...]:
        path: tuple[Any, ...] = ()
        while datum.context is not None:
            step = datum.path
            own = step.fields[0] if hasattr(step, "fields") else step.indices[0] % len(datum.context.value)
            path, datum = (own, *path), datum.context
        return path

    text = root + steps
    expected = [(whole(datum), datum.value) for datum in parse(text).find(data)]
    assert [tuple(match) for match in Query.parse(text).find(data)] == expected
