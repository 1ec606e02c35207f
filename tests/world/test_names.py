"""Which name is meant by one that leads nowhere."""

from __future__ import annotations

import random
from difflib import get_close_matches

import pytest

from tests.build import cluster
from vmlint.graph.cluster import Cluster
from vmlint.model.ref import Ref
from vmlint.world import names
from vmlint.world.names import Names

CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: "{name}", namespace: {namespace}}}
"""


def claims(*held: str, namespace: str = "shop") -> Cluster:
    return cluster(*(CLAIM.format(name=name, namespace=namespace) for name in held))


def wanted(name: str) -> Ref:
    return Ref("", "PersistentVolumeClaim", "shop", name)


def test_it_is_the_one_that_difflib_finds() -> None:
    drawn = random.Random(8)
    held = ["".join(drawn.choices("abc-1", k=drawn.randint(0, 9))) or "a" for _ in range(300)]
    known = Names(claims(*held))
    for _ in range(500):
        name = "".join(drawn.choices("abc-1", k=drawn.randint(1, 9)))
        others = sorted({other for other in held if other != name})
        assert known.nearest(wanted(name)) == (get_close_matches(name, others, 1, 0.75) or [""])[0], name


def test_the_same_name_elsewhere_comes_first() -> None:
    held = cluster(*(CLAIM.format(name=name, namespace=space) for name, space in (("root", "zoo"), ("root", "web"))))
    assert Names(held).nearest(wanted("root")) == "web/root"


def test_what_is_compared_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    held = claims(*(f"disk-{number}" for number in range(100)))
    known = Names(held)
    monkeypatch.setattr(names, "MOST_COMPARED", 3000)
    found = [known.nearest(wanted(f"disk-{number}x")) for number in range(100, 200)]
    assert found[0].startswith("disk-1")
    assert not any(found[50:])
    assert known.nearest(wanted("disk-100x")) == found[0]


def test_the_parts_of_a_repository_share_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = claims("disk-1")
    monkeypatch.setattr(names, "MOST_COMPARED", 50)
    parts = [Names(Cluster(whole.resources, beyond=whole)) for _ in range(5)]
    assert [part.nearest(wanted("disk-2")) for part in parts] == ["disk-1", "", "", "", ""]
