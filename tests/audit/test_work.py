"""One repository, checked: rows that agree with `vmlint check`, and what a repository can't make a worker do."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

import vmlint
from tests.audit.sample import INSTANCETYPE, Here, vm
from tests.cases import FIXTURES
from tests.history import commit, git, write
from vmlint.audit.cluster import Request
from vmlint.audit.schema import TABLES
from vmlint.audit.task import Task
from vmlint.audit.work import perform
from vmlint.report.json_ import render as as_json


def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, place: Path, **more: Any) -> dict[str, Any]:
    """The answer to a check of a repository."""
    monkeypatch.chdir(tmp_path)  # which the work leaves
    extra: dict[str, Any] = {
        name: more.pop(name) for name in ("do", "before", "silent", "parts", "part") if name in more
    }
    folder = tmp_path / f"task-{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    task = Task("x", kind, str(place), **more)
    plain = json.loads(json.dumps(task.plain()))
    return perform({"do": "check", "task": plain, "folder": str(folder)} | extra)


def test_the_findings_are_those_of_a_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = FIXTURES / "infer-label-missing" / "bad"
    found = done(tmp_path, monkeypatch, "folder", place)["tables"]
    monkeypatch.chdir(place)
    report = json.loads(as_json(vmlint.check(["."])))
    assert [(row["rule"], row["file"], row["line"], row["col"], row["message"]) for row in found["findings"]] == [
        (one["rule"], one["file"], one["line"], one["column"], one["message"]) for one in report["findings"]
    ]
    (row,) = found["repositories"]
    assert found["findings"]
    for name in ("errors", "warnings", "notes", "files", "documents", "objects", "suppressed"):
        assert row[name] == report["summary"][name], name
    assert len(found["undecided"]) == len(report["undecided"]) + len(report["skipped"])


def test_every_row_has_columns_of_the_schema_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "r", {"vm.yaml": vm("web", bus="floppy"), "type.yaml": INSTANCETYPE})
    found = done(tmp_path, monkeypatch, "folder", tmp_path / "r", upgrades=(("1.7", "1.9"),))["tables"]
    assert set(found) == set(TABLES)
    for name, rows in found.items():
        known = {column.name for column in TABLES[name].columns}
        assert all(set(row) <= known for row in rows), name
    assert {name for name, rows in found.items() if not rows} <= {"undecided"}


def test_a_vm_has_its_effective_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"vm.yaml": vm("web"), "lost.yaml": vm("lost", instancetype="gone"), "type.yaml": INSTANCETYPE}
    write(tmp_path / "r", files)
    rows = done(tmp_path, monkeypatch, "folder", tmp_path / "r")["tables"]
    by_name = {row["name"]: row for row in rows["objects"]}
    web, lost = by_name["web"], by_name["lost"]
    assert (web["vcpus"], web["memory_bytes"], web["run_strategy"]) == (2, 4 * 2**30, "Always")
    assert web["instancetype"] == "VirtualMachineInstancetype shop/small"
    assert (web["migratable"], web["networks"]) == (True, ["pod"])
    assert web["restart_settings"]["domain.cpu.cores"] == "1"
    assert (lost.get("vcpus"), lost.get("memory_bytes"), lost["restart_settings"]) == (None, None, {})
    states = {(row["name"], row["target_name"]): row["state"] for row in rows["references"]}
    assert states == {("web", "small"): "found", ("lost", "gone"): "missing"}


def test_what_a_repository_brings_runs_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    write(tmp_path / "r", {"vm.yaml": vm("web"), "pack.py": code, ".vmlint.yaml": "rules: [pack.py]\n"})
    answer = done(tmp_path, monkeypatch, "folder", tmp_path / "r")
    assert answer["error"]["status"] == "failed"
    assert "a configuration can't bring code that runs" in answer["error"]["reason"]
    assert not (tmp_path / "ran").exists()


def test_a_configuration_above_the_task_does_not_apply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {".vmlint.yaml": "nonsense: true\n", "r/vm.yaml": vm("web")})
    assert "tables" in done(tmp_path, monkeypatch, "folder", tmp_path / "r")


def test_settings_of_the_audit_go_before_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"r/vm.yaml": vm("web"), "r/.vmlint.yaml": "closed-world: false\n", "cluster/t.yaml": INSTANCETYPE})
    findings = []
    for settings in ({}, {"closed_world": True}, {"closed_world": True, "context": ["../given/cluster"]}):
        given = {"cluster": str(tmp_path / "cluster")} if "context" in settings else {}
        tables = done(tmp_path, monkeypatch, "folder", tmp_path / "r", settings=settings, given=given)["tables"]
        findings.append([(row["slug"], row["level"]) for row in tables["findings"]])
    assert findings == [
        [("instancetype-not-found", "warning")],
        [("instancetype-not-found", "error")],
        [],
    ]


def test_a_repository_without_manifests_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "r", {"README.md": "x"})
    assert done(tmp_path, monkeypatch, "folder", tmp_path / "r")["error"]["status"] == "empty"


def test_a_result_ends_with_its_first_suppression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day = datetime.date.today() + datetime.timedelta(days=3)
    ignores = f"ignores: [{{rule: instancetype-not-found, reason: soon, until: '{day}'}}]\n"
    write(tmp_path / "r", {"vm.yaml": vm("web"), ".vmlint.yaml": ignores})
    assert done(tmp_path, monkeypatch, "folder", tmp_path / "r")["until"] == day.isoformat()


def test_an_edit_is_compared_with_the_earlier_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = commit(tmp_path / "c", {"vm.yaml": vm("web"), "type.yaml": INSTANCETYPE})
    commit(tmp_path / "c", {"type.yaml": None, "vm.yaml": vm("web", run_strategy="Halted"), "b.yaml": INSTANCETYPE})
    rows = done(tmp_path, monkeypatch, "clone", tmp_path / "c", do="compare", before=first)["tables"]["updates"]
    assert [(row["basis"], row["before"], row["kind"], row["topic"]) for row in rows] == [
        ("edit", first, "VirtualMachine", "run")
    ]
    assert done(tmp_path, monkeypatch, "clone", tmp_path / "c", do="compare", before="0" * 40) == {}


def test_parts_of_a_repository_give_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        f"{number}.yaml": vm(f"web-{number}", bus="floppy" if number % 7 == 0 else "virtio") for number in range(70)
    }
    write(tmp_path / "r", {**files, "type.yaml": INSTANCETYPE})
    whole = done(tmp_path, monkeypatch, "folder", tmp_path / "r")
    silent: dict[str, Any] = {}
    for part in range(3):
        silent |= done(tmp_path, monkeypatch, "folder", tmp_path / "r", do="part", part=part, parts=3)["silent"]
    assert len(silent) > 50
    assert done(tmp_path, monkeypatch, "folder", tmp_path / "r", silent=silent) == whole


def test_no_remote_is_asked_for_a_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker reads a clone's objects, whatever its configuration says."""
    commit(tmp_path / "c", {"vm.yaml": vm("web")})
    git(tmp_path / "c", "config", "core.fsmonitor", f"touch {tmp_path}/ran")
    answer = Here(tmp_path / "tasks").answer(Request(Task("c", "clone", str(tmp_path / "c")), "check"))
    assert answer.tables
    assert not (tmp_path / "ran").exists()
