"""Files that several processes decode are what one process makes of them."""

from __future__ import annotations

import marshal
import os
import sys
from typing import Any

import pytest

from vmlint.graph.relevance import may_wait
from vmlint.parallel.decoding import _is_plain, _packed, _unpacked, decoded_together
from vmlint.parallel.team import Team
from vmlint.source.document import Document, SourceFile
from vmlint.source.read import Raw, decoded

pytestmark = pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="no processes are copied")

TEXTS = [
    "kind: A\nn: [1, 2.5, null, yes, ~, 0x10, 1e400, .nan, 123456789012345678901234567890]\nt: 2001-01-01\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: waits\ndata: {}\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: é}\n---\napiVersion: kubevirt.io/v1\nkind: VirtualMachine\na: [b\n",
    '{"kind": "A", "b": [1]} {"kind": "B"}\n',
    "a: 1\nb: 2\na: 3\n",
    "a: &x {b: 1}\nc: *x\n",
    "# vmlint: ignore[all] why\n",
    "nothing: [of a manifest\n",
    "{{ template }}\n",
    "",
]


def files() -> list[Raw]:
    return [Raw(f"{number}.yaml", TEXTS[number % len(TEXTS)].encode()) for number in range(40 * len(TEXTS))]


def values(file: SourceFile) -> Any:
    names = (name for name in Document.__slots__ if not name.startswith("_"))
    documents = [{name: getattr(one, name) for name in names} for one in file.documents]
    return repr((file.file, documents, file.skipped, len(file.remarks), file.aliased))


def test_a_file_is_the_same_on_the_other_side() -> None:
    carried = [file for file in decoded(files()[: len(TEXTS)], may_wait) if _is_plain(file) and not file.aliased]
    assert [int(file.file.removesuffix(".yaml")) for file in carried] == [0, 1, 2, 3, 7, 8, 9]
    rows: list[Any] = [_packed(file) for file in carried]
    there = [_unpacked(marshal.loads(marshal.dumps(row))) for row in rows]
    assert [[one.waiting for one in file.documents] for file in there[1:3]] == [["ConfigMap"], ["Secret", ""]]
    assert [*map(values, there)] == [*map(values, carried)]


def test_together_processes_decode_what_one_does() -> None:
    team = Team(2)
    try:
        together = decoded_together(files(), may_wait, team)
    finally:
        team.close()
    alone = {file.file: file for file in decoded(files(), may_wait)}
    assert {name: values(file) for name, file in together.items()} == {name: values(alone[name]) for name in together}
    assert {name for name, file in alone.items() if _is_plain(file) and not file.aliased} <= {*together}
    assert not [name for name in together if alone[name].aliased]
