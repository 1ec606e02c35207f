"""Edits in the text of documents: what they change, what stays, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from vmlint.source.comments import comment_texts
from vmlint.source.edit import Edit, Move, Put, Quote, Remove
from vmlint.source.edits import Unfit, edited

VM = """\
# a VM
kind: VirtualMachine
metadata:
  name: web
  annotations: # said here
    # where it comes from
    old: "u1.medium"  # why
    other: x
spec:
  running: true   # on
  firmware:
    preferredUseEfi: true # UEFI
    preferredUseSecureBoot: true # and more
  userData: |
    password: x

    chpasswd: y
  list:
  - a: 1
    b: 2
  - {c: 1, d: '2'}
"""


def changed(before: str, after: str) -> str:
    """The text of VM with one stretch replaced."""
    assert VM.count(before) == 1
    return VM.replace(before, after)


@pytest.mark.parametrize(
    ("edits", "after"),
    [
        pytest.param(
            [Move(("spec", "running"), ("spec", "runStrategy")), Put(("spec", "runStrategy"), "Always")],
            changed("running: true ", "runStrategy: Always "),
            id="another name and value",
        ),
        pytest.param(
            [Move(("metadata", "annotations", "old"), ("metadata", "labels", "new"))],
            changed('    # where it comes from\n    old: "u1.medium"  # why\n    other: x\n', "    other: x\n").replace(
                "spec:\n", '  labels:\n    # where it comes from\n    new: "u1.medium"  # why\nspec:\n'
            ),
            id="to another mapping with its comments",
        ),
        pytest.param(
            [
                Move(("spec", "firmware", "preferredUseEfi"), ("spec", "firmware", "preferredEfi")),
                Put(("spec", "firmware", "preferredEfi"), {}),
                Move(
                    ("spec", "firmware", "preferredUseSecureBoot"), ("spec", "firmware", "preferredEfi", "secureBoot")
                ),
            ],
            changed(
                "    preferredUseEfi: true # UEFI\n    preferredUseSecureBoot: true # and more\n",
                "    preferredEfi: # UEFI\n      secureBoot: true # and more\n",
            ),
            id="into an empty mapping",
        ),
        pytest.param(
            [Put(("spec", "userData"), "#cloud-config\npassword: x\n\nchpasswd: y\n")],
            changed("    password", "    #cloud-config\n    password"),
            id="a line before others",
        ),
        pytest.param([Remove(("spec", "list", 0, "a"))], changed("- a: 1\n    b", "- b"), id="first of an entry"),
        pytest.param([Remove(("spec", "list", 0, "b"))], changed("    b: 2\n", ""), id="last of an entry"),
        pytest.param([Remove(("spec", "list", 1, "c"))], changed("{c: 1, d", "{d"), id="first in braces"),
        pytest.param([Remove(("spec", "list", 1, "d"))], changed(", d: '2'", ""), id="last in braces"),
        pytest.param([Quote(("spec", "list", 1, "c"))], changed("{c: 1", '{c: "1"'), id="quoted"),
        pytest.param([Put(("spec", "list", 1, "d"), "yes")], changed("'2'", "'yes'"), id="the quotes stay"),
        pytest.param(
            [Put(("spec", "list", 0, "b"), "no")], changed("b: 2", 'b: "no"'), id="quotes where they are needed"
        ),
        pytest.param(
            [Put(("spec", "list", 1, "e"), {"f": "g", "h": True})],
            changed("'2'}", "'2', e: {f: g, h: true}}"),
            id="added in braces",
        ),
        pytest.param(
            [Put(("metadata", "labels", "a.b/c"), "x y")],
            changed("    other: x\n", "    other: x\n  labels:\n    a.b/c: x y\n"),
            id="added with the mapping around it",
        ),
        pytest.param(
            [Remove(("spec", "firmware"), if_empty=True), Remove(("spec", "gone"), if_empty=True)],
            VM,
            id="not empty, or not there",
        ),
    ],
)
def test_edits_change_what_they_mean_and_nothing_else(edits: list[Edit], after: str) -> None:
    assert edited(VM, edits) == after


JSON = """\
{
  "kind": "VirtualMachine",
  "spec": {
\t"running": true,
    "list": [{"a": 1, "b": "\\u00e9"}],
    "labels": {}
  }
}"""


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (Move(("spec", "running"), ("spec", "runStrategy")), '"running"', '"runStrategy"'),
        (Put(("spec", "running"), "Always"), "true", '"Always"'),
        (Remove(("spec", "running")), '"running": true,\n    ', ""),
        (Remove(("spec", "list", 0, "b")), ', "b": "\\u00e9"', ""),
        (Put(("spec", "more"), {"x": [1, "é"]}), "{}", '{},\n    "more": {"x": [1, "é"]}'),
        (Put(("spec", "labels", "x"), "y"), "{}", '{"x": "y"}'),
        (Move(("spec", "list"), ("spec", "labels", "list")), "", ""),
    ],
)
def test_edits_of_json(edit: Edit, before: str, after: str) -> None:
    new = edited(JSON, [edit], json=True)
    if before:
        assert new == JSON.replace(before, after)
    else:
        assert json.loads(new)["spec"] == {"running": True, "labels": {"list": [{"a": 1, "b": "é"}]}}


@pytest.mark.parametrize(
    ("text", "edit", "reason"),
    [
        ("a: &x 1\nb: *x\n", Put(("a",), 2), "an anchor, an alias or a tag is part of it"),
        ("a: &x 1\nb: *x\n", Put(("b",), 2), "it is written elsewhere, as an anchor"),
        ("a: &x {c: 1}\nb: *x\n", Put(("b", "c"), 2), "it is written elsewhere, as an anchor"),
        ("a: &x {c: 1}\nb: *x\n", Put(("a", "c"), 2), "the notation around it is not supported in edits"),
        ("a: &x {c: 1}\nb:\n  <<: *x\n  d: 1\n", Remove(("b", "c")), "it is not written there"),
        ("a: !!str 1\n", Put(("a",), "2"), "an anchor, an alias or a tag is part of it"),
        ("a: 1\na: 2\n", Put(("a",), 3), "the document can't be read, or has a key twice"),
        ("a: 1\nb: 2\n", Move(("a",), ("b",)), "`b` exists already"),
        ("a: 1\nb: {c: 2}\n", Move(("a",), ("b", "c")), "`c` exists already"),
        ("a: 1 # why\nb: 2\n", Remove(("a",)), "the edit would remove a comment"),
        ("a:\n  b: 1\n", Put(("a",), 1), "its value is written over several lines"),
        ("a: >\n  b\n", Put(("a",), "c\nb\n"), "its value is written over several lines"),
        ("a: '1'\n", Quote(("a",)), "its value is not a plain one"),
        ("a: [1]\n", Put(("a", 2, "b"), 1), "its list is not written there"),
        ("- a\n", Remove((0,)), "it is not a field of a mapping"),
        ("a\n", Put(("a",), 1), "the document is not a mapping"),
        ("a: 1\n", Put(("a", "b"), 1), "its parent is not a mapping"),
        ("a: []\n", Put(("a", "b"), 1), "its parent is not a mapping"),
        ("? a\n:\n", Put(("a", "b"), 1), "the notation of its key is not supported in edits"),
    ],
)
def test_what_is_not_sure_is_refused(text: str, edit: Edit, reason: str) -> None:
    with pytest.raises(Unfit) as refused:
        edited(text, [edit])
    assert str(refused.value) == reason


# Any layout

_NAMES = st.sampled_from(["running", "labels", "a b", "on", "1", "x.y/z", "ä", "kind"])
_SCALARS = st.one_of(
    st.booleans(), st.integers(-5, 99), st.none(), st.sampled_from(["x", "yes", "# no", "1", "a: b", "é\n", ""])
)
_DATA = st.dictionaries(
    _NAMES,
    st.recursive(
        _SCALARS,
        lambda inner: st.one_of(st.dictionaries(_NAMES, inner, max_size=4), st.lists(inner, max_size=3)),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


def written(data: Any, flow: bool | None, style: str | None, indent: int, comments: bool) -> str:
    text: str = yaml.safe_dump(
        data, default_flow_style=flow, default_style=style, indent=indent, allow_unicode=True, sort_keys=False
    )
    if not comments or style:
        return text
    lines = [
        f"{line}  # {number}" if line.endswith((":", "true", "false")) else line
        for number, line in enumerate(text.splitlines())
    ]
    return "# top\n" + "\n".join(lines) + "\n"


def paths(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner: Any = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [found for key, value in inner for found in ((*path, key), *paths(value, (*path, key)))]


@given(data=st.data(), value=_DATA)
def test_any_edit_of_any_layout_changes_just_that_or_is_refused(data: st.DataObject, value: dict[str, Any]) -> None:
    text = written(
        value,
        data.draw(st.sampled_from([None, True, False])),
        data.draw(st.sampled_from([None, '"', "'"])),
        data.draw(st.integers(2, 6)),
        data.draw(st.booleans()),
    )
    fields = [path for path in paths(value) if isinstance(path[-1], str)]
    path = data.draw(st.sampled_from(fields))
    other = (*data.draw(st.sampled_from([(), *fields])), "new")
    edit = data.draw(
        st.sampled_from(
            [
                Put(path, "new"),
                Put(other, {"b": "no"}),
                Move(path, (*path[:-1], "new")),
                Move(path, other),
                Remove(path),
            ]
        )
    )
    try:
        after = edited(text, [edit])
    except Unfit:
        return
    assert sorted(comment_texts(after)) == sorted(comment_texts(text))
    untouched = set(text.splitlines()) & set(after.splitlines())
    assert len(untouched) >= len(set(text.splitlines())) - _most_lines(value, path)


def _most_lines(value: Any, path: tuple[str | int, ...]) -> int:
    """The lines that an edit may touch: the field's own, its parent's, and the one that it goes to."""
    for step in path:
        value = value[step]
    return len(paths(value)) * 2 + 4


@given(
    number=st.booleans(),
    indent=st.integers(1, 8),
    quote=st.sampled_from(["", "'", '"']),
    gap=st.sampled_from(["", "  # x"]),
)
def test_a_renamed_field_keeps_its_layout(number: bool, indent: int, quote: str, gap: str) -> None:
    value = str(number).lower()
    text = f"spec:\n{' ' * indent}{quote}running{quote}:   {value}{gap}\n{' ' * indent}b: 1\n"
    after = edited(text, [Move(("spec", "running"), ("spec", "runStrategy")), Put(("spec", "runStrategy"), "Always")])
    assert after == text.replace("running", "runStrategy").replace(value, "Always")


def test_the_only_field_moves_below_its_own_mapping() -> None:
    text = "spec:\n  memory:\n    guest: 2Gi\n"
    after = "spec:\n  domain:\n    memory:\n      guest: 2Gi\n"
    assert edited(text, [Move(("spec", "memory"), ("spec", "domain", "memory"))]) == after


def test_what_is_written_otherwise_than_it_is_read_is_not_quoted_as_that() -> None:
    assert edited("a: true\n", [Quote(("a",), "true")]) == 'a: "true"\n'
    with pytest.raises(Unfit, match="it is written `yes`, and may be meant as that text or as `true`"):
        edited("a: yes\n", [Quote(("a",), "true")])
