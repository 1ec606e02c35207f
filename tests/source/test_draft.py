"""Many edits of one document: the text and the reasons are those of one edit after the other, with less work."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmlint.source import draft, edits
from vmlint.source.decode import decode_text
from vmlint.source.draft import EditGroup, edited_in_groups
from vmlint.source.edit import Edit, Move, Put, Quote, Remove
from vmlint.source.edits import Unfit, edited


@pytest.fixture(autouse=True)
def _every_text_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "SHORT", 0)


LIST = """\
# all of them
kind: List
items:
- kind: VirtualMachine # first
  metadata:
    labels: {}
    # of the second
  spec:
    running: true
    disks:
      - name: a
        tag: yes
      - {name: b, tag: 1}
      -
        name: c
- spec: # behind the dash
    running: "false"
    text: |+
      a

- &anchor
  spec:
    running: true
- *anchor
- spec: {running: true}
  last: x
end: true
"""
PATHS: list[tuple[str | int, ...]] = [
    ("kind",),
    ("end",),
    ("items", 0, "kind"),
    ("items", 0, "metadata", "labels"),
    ("items", 0, "metadata", "labels", "a"),
    ("items", 0, "metadata"),
    ("items", 0, "spec", "running"),
    ("items", 0, "spec", "disks", 0, "tag"),
    ("items", 0, "spec", "disks", 0, "name"),
    ("items", 0, "spec", "disks", 1, "name"),
    ("items", 0, "spec", "disks", 1, "tag"),
    ("items", 0, "spec", "disks", 2, "name"),
    ("items", 0, "spec", "disks", 2, "new", "deep"),
    ("items", 1, "spec", "running"),
    ("items", 1, "spec"),
    ("items", 1, "spec", "new"),
    ("items", 1, "metadata", "labels", "a"),
    ("items", 2, "spec", "running"),
    ("items", 3, "spec", "running"),
    ("items", 4, "spec", "running"),
    ("items", 4, "spec", "other"),
    ("items", 4, "last"),
    ("items", 7, "last"),
]
PATH = st.sampled_from(PATHS)
EDIT: st.SearchStrategy[Edit] = st.one_of(
    st.builds(Put, PATH, st.sampled_from([True, "yes", "x", {"a": 1}, [], None])),
    st.builds(lambda path, name: Move(path, (*path[:-1], name)), PATH, st.sampled_from(["renamed", "spec"])),
    st.builds(Move, PATH, PATH),
    st.builds(Remove, PATH, st.booleans()),
    st.builds(Quote, PATH),
)
GROUP = st.builds(EditGroup, st.lists(EDIT, min_size=1, max_size=2), st.booleans())


def in_turn(text: str, groups: list[EditGroup], *, as_json: bool) -> tuple[str, list[str]]:
    reasons = []
    for group in groups:
        try:
            text = edited(text, group.edits, json=as_json, keep_comments=group.keep_comments)
            reasons.append("")
        except Unfit as reason:
            reasons.append(str(reason))
    return text, reasons


@given(st.lists(GROUP, max_size=6))
def test_it_is_as_one_edit_after_the_other(groups: list[EditGroup]) -> None:
    assert edited_in_groups(LIST, groups) == in_turn(LIST, groups, as_json=False)


AS_JSON = json.dumps(
    {"kind": "List", "items": [{"spec": {"running": True, "disks": [{"name": "a"}]}, "x": 1}, {}, {"spec": {}}]},
    indent=1,
)


@given(st.lists(GROUP, max_size=6))
def test_it_is_so_in_json(groups: list[EditGroup]) -> None:
    assert edited_in_groups(AS_JSON, groups, json=True) == in_turn(AS_JSON, groups, as_json=True)


def test_a_broken_document_refuses_all() -> None:
    groups = [EditGroup([Put(("a",), 1)]), EditGroup([Put(("b",), 1)])]
    assert edited_in_groups("a: 1\na: 2\n", groups) == in_turn("a: 1\na: 2\n", groups, as_json=False)


def decoded_characters(count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How much text is decoded for an edit in each of so many entries, two of them of a list inside."""
    item = "- spec:\n    running: true\n    disks:\n    - name: a\n    - name: b\n"
    groups = [
        EditGroup([Put(("items", index, "spec", *path), "new")])
        for index in range(count)
        for path in (("running",), ("disks", 0, "name"), ("disks", 1, "name"))
    ]
    lengths: list[int] = []
    real = decode_text

    def counted(text: str, file: str) -> Any:
        lengths.append(len(text))
        return real(text, file)

    with monkeypatch.context() as patch:
        patch.setattr(edits, "decode_text", counted)
        text, reasons = edited_in_groups(f"items:\n{item * count}", groups)
    assert not any(reasons)
    assert text.count("new") == len(groups)
    return sum(lengths)


def test_the_work_grows_with_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = decoded_characters(20, monkeypatch), decoded_characters(200, monkeypatch)
    assert many < 11 * few
