"""Where the cursor is, in manifests that are half written."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.server.places import FIXTURES, split
from vmlint.server.cursor import Cursor, cursor_at

VM = "kind: VirtualMachine\nspec:\n  template:\n    spec:\n      volumes:\n"
VOLUMES = ("spec", "template", "spec", "volumes")


def at(marked: str) -> Cursor | None:
    return cursor_at(*split(marked))


def place(marked: str) -> Any:
    found = at(marked)
    return found and (found.path, found.is_key, found.typed)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("¦", ((), True, "")),
        ("ki¦", ((), True, "ki")),
        ("kind: ¦", (("kind",), False, "")),
        ("kind: Virt¦ual", (("kind",), False, "Virt")),
        ("kind:¦", None),
        ("spec:\n  ¦", (("spec",), True, "")),
        ("spec:\n¦", ((), True, "")),
        ("spec:\n  a: 1\n  ¦\n  c: 1", (("spec",), True, "")),
        ("spec:\n  a:\n    b: 1\n  ¦", (("spec",), True, "")),
        ("spec: &anchor\n  ¦", (("spec",), True, "")),
        ("spec: !!map\n  ¦", (("spec",), True, "")),
        ("spec:\r\n  a: 1\r\n  ¦\r\n", (("spec",), True, "")),
        (VM + "        ¦", (VOLUMES, True, "")),
        (VM + "      - ¦", ((*VOLUMES, 0), True, "")),
        (VM + "      -¦", None),
        (VM + "      - name: a\n        data¦", ((*VOLUMES, 0), True, "data")),
        (VM + "        - name: a\n          data¦", ((*VOLUMES, 0), True, "data")),
        (VM + "      - name: a\n      - na¦", ((*VOLUMES, 1), True, "na")),
        (VM + "      - name: a\n      - name: ¦\n      - name: c", ((*VOLUMES, 1, "name"), False, "")),
        (VM + "      - name: a\n      ¦", (("spec", "template", "spec"), True, "")),
        (VM + "      - name: a\n  ¦", (("spec",), True, "")),
        (VM + "      - # a comment\n        name: a\n\n        ¦", ((*VOLUMES, 0), True, "")),
        ("- - a¦", ((0, 0), True, "a")),
        ("a: {b: {c: ¦}}", (("a", "b", "c"), False, "")),
        ("a: {b: 1, ¦}", (("a",), True, "")),
        ("a: {b: 1, c¦", (("a",), True, "c")),
        ("a: [x, y¦]", (("a", 1), True, "y")),
        ("a: {\n  b: ¦\n}\nc: 1", (("a", "b"), False, "")),
        ('{"spec": {"runStrategy": "Al¦"}}', (("spec", "runStrategy"), False, "Al")),
        ('{"spec": [{"a": 1}, {"b¦"}]}', (("spec", 1), True, "b")),
        ('a: "b¦"', (("a",), False, "b")),
        ("a: 1 # b¦", None),
        ("# b¦", None),
        ("a: |\n  text¦\nb: 1", None),
        ("a: |\n  text\nb¦", ((), True, "b")),
        ("a: 1\n---\nb¦", ((), True, "b")),
        ("a: 1\n---¦\nb: 1", None),
        ("patches:\n- patch: |-\n    spec:\n      run¦\n  target: {}", (("spec",), True, "run")),
        ("patch: |\n  - op: ¦", ((0, "op"), False, "")),
        ("metadata:\n  labels:\n    a.b/c: ¦", (("metadata", "labels", "a.b/c"), False, "")),
    ],
)
def test_the_place_of_a_cursor(marked: str, expected: Any) -> None:
    assert place(marked) == expected


def test_what_is_around_a_cursor_can_be_read() -> None:
    found = at(VM + "      - name: a\n        dataVolume: {name: b}\n      - ¦\n      - name: c\n")
    assert found is not None
    volumes = found.data["spec"]["template"]["spec"]["volumes"]
    assert volumes == [{"name": "a", "dataVolume": {"name": "b"}}, None, {"name": "c"}]


def test_a_completion_replaces_the_whole_word() -> None:
    found = at("spec:\n  run¦Strategy: Always\n")
    assert found is not None
    assert (found.start, found.end, found.key) == (8, 19, "runStrategy")


def test_a_list_may_begin_in_the_column_of_its_key() -> None:
    found = at("spec:\n  volumes:\n  ¦\n")
    assert found is not None
    assert (found.path, found.empty) == (("spec",), ("spec", "volumes"))


def test_a_patch_knows_the_kustomization_around_it() -> None:
    found = at("patches:\n- target: {kind: VirtualMachine}\n  patch: |-\n    spec:\n      ¦\n- path: b.yaml\n")
    assert found is not None
    assert found.block == ("patches", 0, "patch")
    assert found.outer["patches"][0]["target"] == {"kind": "VirtualMachine"}
    assert found.outer["patches"][1] == {"path": "b.yaml"}


def test_no_text_is_too_odd() -> None:
    """Cut and spliced manifests, with the cursor anywhere."""
    chance = random.Random(7)
    texts = [file.read_text("utf-8") for file in chance.sample(FIXTURES, 40)]
    for _ in range(1500):
        one, other = chance.choice(texts), chance.choice(texts)
        text = one[: chance.randrange(len(one) + 1)] + chance.choice(["", "{", "- ", "'", ": ", "\t", "|\n", "}"])
        text += other[chance.randrange(len(other) + 1) :][:200]
        found = cursor_at(text, chance.randrange(len(text) + 1))
        assert found is None or 0 <= found.start <= found.end <= len(text)
