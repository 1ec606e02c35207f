"""Objects that are told of by facts are the objects that are decoded."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path

import pytest

from tests.benchmarks.fleet import fleet
from tests.cases import FIXTURES, repos
from vmlint.api import judge
from vmlint.cli.fixtures import cases
from vmlint.config.file import load_for
from vmlint.engine.files import KnownFiles
from vmlint.engine.request import RunRequest
from vmlint.engine.reuse import Reuse
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.summaries import Facts, facts_of, packed, unpacked
from vmlint.engine.workspace import Workspace
from vmlint.model.resource import Resource
from vmlint.report import render
from vmlint.source.document import Document

FOLDERS = sorted({case.parent for case in cases(FIXTURES) if not (case / "before").is_dir()} | set(repos()))


def all_facts(snapshot: Snapshot) -> dict[str, Facts]:
    """The facts of every file that has some, as they come out of a pipe or a cache."""
    objects: dict[int, list[Resource]] = {}
    for resource in snapshot.repository.resources:
        objects.setdefault(id(resource.document), []).append(resource)

    def held(document: Document) -> list[Resource]:
        return objects.get(id(document), [])

    found = {file.file: facts_of(file, held) for file in snapshot.repository.files}
    return {name: unpacked(json.loads(json.dumps(packed(facts)))) for name, facts in found.items() if facts}


def told(folder: Path) -> int:
    """How many documents of a repository are told of; the report is the same."""
    with chdir(folder):
        request = RunRequest(config=load_for([]))
        decoded = Workspace.open(request).snapshot()
        reuse = Reuse()
        reuse.files = KnownFiles(facts := all_facts(decoded))
        reports = [judge(snapshot) for snapshot in (decoded, Workspace.open(request).snapshot(reuse))]
    assert render("json", reports[1]) == render("json", reports[0])
    return sum(map(len, facts.values()))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name + "-" + folder.name)
def test_reports_are_the_same(folder: Path) -> None:
    told(folder)


def test_hardly_any_file_of_a_fleet_is_without_facts(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    fleet(tmp_path, 100)
    assert told(tmp_path) > 110
