"""Patches: what they make of an object, and who wrote which field of it."""

from __future__ import annotations

from typing import Any

import pytest

from vmlint.gitops.draft import Draft, NotApplicable
from vmlint.model.resource import Written
from vmlint.source.document import Document

BASE = Written(Document("base.yaml", 0, 1, ""), ())
PATCH = Written(Document("patch.yaml", 0, 1, ""), ())


def draft() -> Draft:
    volumes = [{"name": "root"}, {"name": "data", "size": 1}, {"name": "seed"}]
    return Draft({"spec": {"cpu": {"cores": 1, "sockets": 2}, "volumes": volumes}}, BASE)


def place(made: Draft, *path: str | int) -> tuple[str, tuple[str | int, ...]]:
    document, found = made.written(path)
    return document.file, found


def test_a_merge_keeps_who_wrote_what() -> None:
    made = draft()
    made.merge({"spec": {"cpu": {"cores": 4, "sockets": None}, "volumes": [{"name": "new"}]}}, PATCH)
    assert made.data == {"spec": {"cpu": {"cores": 4}, "volumes": [{"name": "new"}]}}
    assert place(made, "spec", "cpu", "cores") == ("patch.yaml", ("spec", "cpu", "cores"))
    assert place(made, "spec", "cpu", "threads") == ("base.yaml", ("spec", "cpu", "threads"))
    assert place(made, "spec", "volumes", 0, "name") == ("patch.yaml", ("spec", "volumes", 0, "name"))


def test_a_merge_leaves_the_shared_data_alone() -> None:
    data = draft().data
    made = Draft(data, BASE)
    made.merge({"spec": {"cpu": {"cores": 4}}}, PATCH)
    assert data == draft().data


@pytest.mark.parametrize(
    ("patch", "cpu"),
    [
        ({"$patch": "replace", "cores": 8}, {"cores": 8}),
        ({"$patch": "delete"}, None),
        ({"$patch": "merge", "cores": 8}, {"cores": 8, "sockets": 2}),
    ],
)
def test_directives(patch: dict[str, Any], cpu: dict[str, int] | None) -> None:
    made = draft()
    made.merge({"spec": {"cpu": patch}}, PATCH)
    assert made.data["spec"].get("cpu") == cpu


@pytest.mark.parametrize("patch", [{"spec": {"$patch": "keep"}}, {"spec": {"volumes": {}}}, {"spec": {"cpu": 1}}])
def test_a_patch_that_does_not_fit_changes_nothing(patch: dict[str, Any]) -> None:
    made = draft()
    with pytest.raises(NotApplicable):
        made.merge(patch, PATCH)
    assert (made.data, made.parts) == (draft().data, {})


def test_operations_move_entries_with_their_places() -> None:
    made = draft()
    made.operate(
        [
            {"op": "remove", "path": "/spec/volumes/0"},
            {"op": "add", "path": "/spec/volumes/1", "value": {"name": "new"}},
            {"op": "replace", "path": "/spec/volumes/0/size", "value": 5},
            {"op": "add", "path": "/spec/volumes/-", "value": {"name": "last"}},
        ],
        PATCH,
    )
    assert [volume["name"] for volume in made.data["spec"]["volumes"]] == ["data", "new", "seed", "last"]
    assert place(made, "spec", "volumes", 0, "name") == ("base.yaml", ("spec", "volumes", 1, "name"))
    assert place(made, "spec", "volumes", 0, "size") == ("patch.yaml", (2, "value"))
    assert place(made, "spec", "volumes", 1, "name") == ("patch.yaml", (1, "value", "name"))
    assert place(made, "spec", "volumes", 2, "name") == ("base.yaml", ("spec", "volumes", 2, "name"))


def test_copy_move_and_test() -> None:
    made = draft()
    made.operate(
        [
            {"op": "test", "path": "/spec/cpu/cores", "value": 1},
            {"op": "copy", "from": "/spec/cpu/cores", "path": "/spec/a~1b"},
            {"op": "move", "from": "/spec/cpu/sockets", "path": "/spec/n"},
        ],
        PATCH,
    )
    assert made.data["spec"]["a/b"] == 1
    assert made.data["spec"]["n"] == 2
    assert made.data["spec"]["cpu"] == {"cores": 1}
    assert place(made, "spec", "n") == ("base.yaml", ("spec", "cpu", "sockets"))


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/spec/nothing"},
        {"op": "add", "path": "/nothing/below", "value": 1},
        {"op": "add", "path": "/spec/volumes/9", "value": 1},
        {"op": "add", "path": "/spec/cpu/cores/below", "value": 1},
        {"op": "test", "path": "/spec/cpu/cores", "value": 2},
        {"op": "add", "path": "/spec/x"},
        {"op": "add", "path": "spec"},
        {"op": "turn", "path": "/spec"},
        {},
        7,
    ],
)
def test_operations_that_do_not_fit_change_nothing(operation: Any) -> None:
    made = draft()
    with pytest.raises(NotApplicable):
        made.operate([{"op": "add", "path": "/spec/y", "value": 1}, operation], PATCH)
    assert (made.data, made.parts) == (draft().data, {})


def test_a_patch_that_copies_its_own_copies_is_not_applied() -> None:
    made = draft()
    double = [{"op": "copy", "from": "/spec", "path": f"/spec/again{number}"} for number in range(60)]
    with pytest.raises(NotApplicable, match=r"it copies more than 20,000 values, or deeper than 250 levels"):
        made.operate(double, PATCH)
    deepen = [{"op": "copy", "from": "/spec/cpu", "path": "/spec/cpu" + "/a" * depth} for depth in range(1, 400)]
    with pytest.raises(NotApplicable):
        made.operate(deepen, PATCH)
    assert made.data == draft().data
