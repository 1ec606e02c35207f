"""Which of several objects of one identity a reference means."""

from __future__ import annotations

import random
from pathlib import PurePosixPath

import pytest

from tests.build import cluster, resources
from vmlint.graph import nearest
from vmlint.graph.resolution import State
from vmlint.model.ref import Ref

CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: root, namespace: shop}\n"
OTHER = CLAIM.replace("root", "other")
ROOT = Ref("", "PersistentVolumeClaim", "shop", "root")


def between(one: str, other: str) -> int:
    """How many folders lie between two files."""
    a, b = PurePosixPath(one).parent.parts, PurePosixPath(other).parent.parts
    shared = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return len(a) + len(b) - 2 * shared


def test_the_fewest_folders_lie_between() -> None:
    drawn = random.Random(8)
    for _ in range(300):
        files = [
            "/".join([*drawn.choices("ab", k=drawn.randint(0, 4)), f"{number}.yaml"])
            for number in range(drawn.randint(2, 7))
        ]
        held = cluster(*((file, CLAIM) for file in files))
        here = "/".join([*drawn.choices("ab", k=drawn.randint(0, 4)), "here.yaml"])
        found = held.resolve(ROOT, resources(OTHER, here)[0])
        least = min(between(here, file) for file in files)
        best = sorted(file for file in files if between(here, file) == least)
        if len(best) == 1:
            assert found.state is State.FOUND
            assert found.resource is not None
            assert found.resource.document.file == best[0]
        else:
            assert found.reason == f"several objects have this identity: {', '.join(best)}"


def test_one_of_them_means_itself() -> None:
    held = cluster(("a/1.yaml", CLAIM), ("a/2.yaml", CLAIM))
    assert [held.resolve(ROOT, one).resource for one in held.resources] == list(held.resources)


def test_not_all_of_many_files_are_named() -> None:
    held = cluster(*((f"a/{number:02}.yaml", CLAIM) for number in range(30)))
    reason = held.resolve(ROOT, resources(OTHER, "b.yaml")[0]).reason
    assert reason.endswith("a/18.yaml, a/19.yaml, 10 more")


def test_each_candidate_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    parts = nearest._parts

    def counted(file: str) -> tuple[str, ...]:
        looked.append(file)
        return parts(file)

    monkeypatch.setattr(nearest, "_parts", counted)
    held = cluster(*((f"a/{number}/x.yaml", CLAIM) for number in range(50)))
    for number in range(200):
        held.resolve(ROOT, resources(OTHER, f"a/{number % 50}/{number}.yaml")[0])
    assert len(looked) == 50 + 50
