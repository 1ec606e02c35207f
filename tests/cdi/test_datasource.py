from __future__ import annotations

from typing import Any

import pytest

from vmlint.cdi.datasource import End, resolve
from vmlint.cdi.storageworld import Gap, Reason, Undecided


def source(**members: Any) -> dict[str, Any]:
    return {"spec": {"source": members}}


def to(name: str, namespace: str = "") -> dict[str, str]:
    return {"name": name, "namespace": namespace}


ELSEWHERE = Reason(Gap.OBJECT_OUTSIDE, ("", "elsewhere"))
OTHERS = {
    ("ns", "claimed"): source(pvc=to("golden", "images")),
    ("ns", "again"): source(dataSource=to("claimed")),
    ("ns", "empty"): source(),
}


def lookup(namespace: str, name: str) -> dict[str, Any] | Undecided | None:
    return Undecided("", ELSEWHERE) if name == "elsewhere" else OTHERS.get((namespace, name))


@pytest.mark.parametrize(
    ("data", "end", "namespace", "name", "field"),
    [
        (source(pvc=to("golden")), End.CLAIM, "ns", "golden", ("pvc",)),
        (source(snapshot=to("snap", "images")), End.SNAPSHOT, "images", "snap", ("snapshot",)),
        (source(snapshot=to("snap"), pvc=to("golden")), End.CLAIM, "ns", "golden", ("pvc",)),
        (source(dataSource=to("claimed"), pvc=to("golden")), End.CLAIM, "images", "golden", ("dataSource",)),
        (source(dataSource=to("claimed", "ns")), End.CLAIM, "images", "golden", ("dataSource",)),
        (source(), End.NO_SOURCE, "", "", ()),
        ({"spec": {"source": []}}, End.NO_SOURCE, "", "", ()),
        ({}, End.NO_SOURCE, "", "", ()),
        (source(dataSource=to("empty")), End.NO_SOURCE, "", "", ("dataSource",)),
        (source(dataSource=to("gone")), End.NOT_FOUND, "ns", "gone", ("dataSource", "name")),
        (source(dataSource=to("me", "other")), End.CROSS_NAMESPACE, "other", "me", ("dataSource", "namespace")),
        (source(dataSource=to("me")), End.SELF_REFERENCE, "ns", "me", ("dataSource", "name")),
        (source(dataSource=to("again")), End.TOO_DEEP, "ns", "again", ("dataSource", "name")),
    ],
)
def test_where_a_data_source_leads(
    data: dict[str, Any], end: End, namespace: str, name: str, field: tuple[str, ...]
) -> None:
    target = resolve(data, "me", "ns", lookup)
    assert not isinstance(target, Undecided)
    assert (target.end, target.namespace, target.name) == (end, namespace, name)
    assert target.path == ("spec", "source", *field)
    assert target.ready is (end in (End.CLAIM, End.SNAPSHOT))


@pytest.mark.parametrize(
    "data",
    [
        source(dataSource=to("${NAME}")),
        source(dataSource=to("x", "{{ ns }}")),
        source(pvc=to("${NAME}")),
        source(dataSource=to("elsewhere")),
    ],
)
def test_what_the_files_do_not_tell(data: dict[str, Any]) -> None:
    assert isinstance(resolve(data, "me", "ns", lookup), Undecided)
