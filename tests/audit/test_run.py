"""Runs: what is checked again, what is not, and what becomes of what fails."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.audit.sample import INSTANCETYPE, Here, here, vm
from tests.history import commit, git, write
from vmlint.audit import run as runs
from vmlint.audit.cluster import Answer, Request
from vmlint.audit.file import Audit
from vmlint.audit.folder import OutFolder
from vmlint.audit.run import Summary, run
from vmlint.audit.schema import TABLES
from vmlint.audit.task import Limits, Task


class Fleet:
    """Three repositories under audit: a clone, and two folders."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.out = OutFolder(root / "out")
        commit(root / "clone", {"vm.yaml": vm("web"), "type.yaml": INSTANCETYPE})
        write(root / "one", {"vm.yaml": vm("one", bus="floppy")})
        write(root / "two", {"vm.yaml": vm("two")})
        self.tasks = [
            Task("clone", "clone", str(root / "clone"), labels={"team": "web"}),
            Task("one", "folder", str(root / "one")),
            Task("two", "folder", str(root / "two")),
        ]
        self.number = 0

    def run(self, team: Here | None = None, **audit: Any) -> tuple[Summary, Here]:
        self.number += 1
        team = team or Here(self.root / f"work-{self.number}")
        return run(Audit("AUDIT.yaml", tuple(self.tasks), **audit), self.out, lambda: here(team)), team

    def rows(self, table: str, *names: str) -> list[Any]:
        """The rows of the last run: whole, or some columns of them."""
        found = pq.read_table(self.out.runs()[-1].file(table), partitioning=None).to_pylist()
        return [tuple(row[name] for name in names) for row in found] if names else found


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


def test_a_run_has_the_rows_of_every_repository(fleet: Fleet) -> None:
    summary, _ = fleet.run()
    assert (dict(summary.statuses), summary.checked, summary.reused) == ({"checked": 3}, 3, 0)
    assert fleet.rows("repositories", "repository", "team", "status", "vms", "errors") == [
        ("clone", "web", "checked", 1, 0),
        ("one", "", "checked", 1, 1),
        ("two", "", "checked", 1, 0),
    ]
    assert fleet.rows("objects", "repository", "name") == [
        ("clone", "small"), ("clone", "web"), ("one", "one"), ("two", "two"),
    ]  # fmt: skip


def test_only_what_has_changed_is_checked_again(fleet: Fleet) -> None:
    fleet.run()
    before = {table: fleet.rows(table) for table in TABLES}
    summary, team = fleet.run()
    assert (summary.checked, summary.reused, team.did("check")) == (0, 3, [])
    for table in TABLES:
        assert [{**row, "run": ""} for row in fleet.rows(table)] == [{**row, "run": ""} for row in before[table]]
    write(fleet.root / "two", {"vm.yaml": vm("two", run_strategy="Halted")})
    commit(fleet.root / "clone", {"vm.yaml": vm("web", run_strategy="Halted")})
    summary, team = fleet.run()
    assert (summary.checked, team.did("check"), team.did("compare")) == (2, ["clone", "two"], ["clone"])
    assert fleet.rows("updates", "repository", "basis", "name", "verdict", "topic") == [
        ("clone", "edit", "web", "nothing", "run"),
        ("two", "tables", "two", "changed", "changed"),
    ]
    summary, team = fleet.run()
    assert (summary.checked, fleet.rows("updates")) == (0, [])


def test_going_back_to_an_earlier_state_is_an_edit_of_known_results(fleet: Fleet) -> None:
    fleet.tasks = fleet.tasks[:1]
    fleet.run()
    commit(fleet.root / "clone", {"vm.yaml": vm("web", run_strategy="Halted")})
    fleet.run()
    git(fleet.root / "clone", "reset", "-q", "--hard", "HEAD^")
    summary, team = fleet.run()
    assert (summary.checked, team.did("compare")) == (0, ["clone"])
    assert fleet.rows("updates", "basis", "name", "topic") == [("edit", "web", "run")]


def test_settings_are_part_of_the_key(fleet: Fleet) -> None:
    fleet.run()
    fleet.tasks[1] = replace(fleet.tasks[1], settings={"closed_world": True})
    fleet.tasks[2] = replace(fleet.tasks[2], labels={"team": "other"})
    _, team = fleet.run()
    assert team.did("check") == ["one"]
    assert fleet.rows("repositories", "team")[2] == ("other",)


def test_files_that_settings_name_are_part_of_the_key(fleet: Fleet) -> None:
    write(fleet.root / "cluster", {"type.yaml": "kind: List\napiVersion: v1\nitems: []\n"})
    settings = {"context": ["../given/cluster"]}
    fleet.tasks = [replace(fleet.tasks[1], settings=settings, given={"cluster": str(fleet.root / "cluster")})]
    fleet.run()
    assert fleet.run()[0].checked == 0
    write(fleet.root / "cluster", {"type.yaml": INSTANCETYPE})
    assert fleet.run()[0].checked == 1


def test_equal_repositories_are_checked_once(fleet: Fleet) -> None:
    write(fleet.root / "two", {"vm.yaml": vm("one", bus="floppy")})
    _, team = fleet.run()
    assert len(team.did("check")) == 2
    assert [row for row in fleet.rows("repositories", "repository", "errors") if row[1]] == [("one", 1), ("two", 1)]


def test_what_fails_is_a_row_and_is_tried_again(fleet: Fleet) -> None:
    fleet.tasks.append(Task("gone", "clone", str(fleet.root / "gone")))
    fleet.tasks.append(Task("wrong", "folder", str(fleet.root / "wrong")))
    write(fleet.root / "wrong", {"vm.yaml": vm("x"), ".vmlint.yaml": "nonsense: 1\n"})
    for _ in range(2):
        summary, _ = fleet.run()
        assert dict(summary.statuses) == {"checked": 3, "failed": 2}
    failed = [row for row in fleet.rows("repositories") if row["status"] == "failed"]
    assert [(row["repository"], row["vms"]) for row in failed] == [("gone", None), ("wrong", None)]
    assert "does not exist on this machine" in failed[0]["reason"]
    assert "unknown key `nonsense`" in failed[1]["reason"]


class Losing(Here):
    """Workers that lose some requests, and stop at some."""

    def __init__(self, folder: Path, *, lost: str = "", stop: str = "") -> None:
        super().__init__(folder)
        self._lost, self._stop = lost, stop

    def answers(self, requests: Sequence[Request]) -> Iterator[Answer]:
        for answer in super().answers(requests):
            if answer.request.do == "check" and answer.request.task.name == self._stop:
                raise KeyboardInterrupt
            if answer.request.do == "check" and answer.request.task.name == self._lost:
                yield Answer(answer.request, failure="out of memory, in 3 attempts")
            else:
                yield answer


def test_a_repository_that_no_worker_survives_is_reported(fleet: Fleet) -> None:
    summary, _ = fleet.run(Losing(fleet.root / "work", lost="one"))
    assert dict(summary.statuses) == {"checked": 2, "failed": 1}
    assert ("one", "failed", "out of memory, in 3 attempts") in fleet.rows(
        "repositories", "repository", "status", "reason"
    )
    assert fleet.run()[0].checked == 1


def test_ctrl_c_keeps_what_is_done(fleet: Fleet) -> None:
    with pytest.raises(KeyboardInterrupt):
        fleet.run(Losing(fleet.root / "work", stop="clone"))  # the last of three
    assert fleet.out.runs() == []
    summary, _ = fleet.run()
    assert (summary.checked, summary.reused) == (1, 2)


def test_a_large_repository_is_checked_in_parts(fleet: Fleet) -> None:
    fleet.run()
    whole = fleet.rows("findings")
    limits = Limits(split=1)
    fleet.tasks = [replace(task, limits=limits) for task in fleet.tasks]
    fleet.out = OutFolder(fleet.root / "other")
    _, team = fleet.run(Here(fleet.root / "work", number=2))
    assert team.did("part") == ["clone", "clone", "one", "one", "two", "two"]
    assert [{**row, "run": ""} for row in fleet.rows("findings")] == [{**row, "run": ""} for row in whole]


def test_a_suppression_that_ends_makes_a_result_old(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    day = datetime.date.today() + datetime.timedelta(days=3)
    ignores = f"ignores: [{{rule: instancetype-not-found, reason: soon, until: '{day}'}}]\n"
    write(fleet.root / "two", {".vmlint.yaml": ignores})
    fleet.run()
    assert fleet.run()[0].checked == 0

    monkeypatch.setattr(runs, "_today", lambda: day + datetime.timedelta(days=1))
    assert fleet.run()[1].did("check") == ["two"]


def test_old_runs_and_results_go(fleet: Fleet) -> None:
    for number in range(3):
        write(fleet.root / "two", {"vm.yaml": vm(f"two-{number}")})
        fleet.run(keep_runs=2)
    assert len(fleet.out.runs()) == 2
    assert len(list((fleet.root / "out/results").glob("*/*"))) == 4
