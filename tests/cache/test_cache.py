"""The whole cache: reports are the same with and without it, and whatever may change a report makes it judge anew."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vmlint
from vmlint import api
from vmlint.cache import Cache
from vmlint.report import FORMATS, render

ROOT = Path(__file__).parents[2]
VMS = 60
"""How many VMs the repository of a test has: none of these tests depends on it."""
PACK = """\
rules:
- id: ACME1
  slug: owner-missing
  effect: risk
  subject: VirtualMachine
  require: {{path: metadata.labels.{label}, exists: true}}
  message: "the VM has no owner"
  fix: "add the label"
"""


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for each run that had to be judged."""
    runs: list[str] = []
    judge = api._judged

    def counted(*words: Any, **named: Any) -> Any:
        runs.append("judged")
        return judge(*words, **named)

    monkeypatch.setattr(api, "_judged", counted)
    return runs


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", least_bytes=0)


REPOSITORIES = sorted(
    folder
    for pattern in ("quickstart", "repos/*", "suppression-*", "unreadable-*", "infer-label-missing")
    for folder in (ROOT / "fixtures").glob(pattern)
    if folder.is_dir()
)


@pytest.mark.parametrize("folder", REPOSITORIES, ids=lambda folder: folder.name)
def test_reports_are_the_same_in_every_format(folder: Path, cache: Cache, judged: list[str]) -> None:
    cold, first, second = (vmlint.check([folder], cache=one) for one in (None, cache, cache))
    assert {report._replace(suppressions=()) for report in (first, second)} == {cold._replace(suppressions=())}
    assert judged == ["judged", "judged"]
    assert [render(name, second) for name in FORMATS] == [render(name, cold) for name in FORMATS]


def test_a_fleet_is_judged_once(repository: Path, cache: Cache, judged: list[str]) -> None:
    reports = [vmlint.check(cache=cache) for _ in range(3)]
    assert reports[0].findings
    assert reports == reports[:1] * 3
    assert judged == ["judged"]


def test_another_process_has_the_report_too(tmp_path: Path) -> None:
    """Whatever the addresses of objects and the order of sets are in it."""
    (tmp_path / "size.yaml").write_text("apiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {name: x}\n")
    (tmp_path / ".vmlint.yaml").write_text("levels: {VM101: warning}\nstrict: true\nclosed-world: true\n")
    program = (
        "import vmlint; from pathlib import Path; from vmlint.cache import Cache\n"
        "vmlint.check(cache=Cache(Path('cache'), least_bytes=0), strict=False, ignore=['VM102'], default_namespace='x')"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, "PYTHONHASHSEED": seed}, check=True
        )
    assert len(list((tmp_path / "cache").rglob("run-*"))) == 1


def edited(file: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), "utf-8")

    return edit


def moved(folder: Path) -> None:
    (folder / "vms/team-1/vm-1.yaml").rename(folder / "vms/team-1/vm-one.yaml")


@pytest.mark.parametrize(
    "change",
    [
        edited("vms/team-1/vm-1.yaml", "runStrategy:", "runStrategee:"),
        edited("instancetypes/small.yaml", "cpu:", "cpus:"),
        moved,
        lambda folder: (folder / "vms/team-2/vm-2.yaml").unlink(),
        lambda folder: shutil.copy(folder / "vms/team-1/vm-1.yaml", folder / "more.yaml"),
        lambda folder: (folder / ".gitignore").write_text("team-1/\n"),
        lambda folder: (folder / "Kustomization").write_text("resources: [storage/rbd.yaml]\n"),
    ],
)
def test_a_change_of_the_files_counts(
    repository: Path, cache: Cache, judged: list[str], change: Callable[[Path], None]
) -> None:
    before = vmlint.check(cache=cache)
    change(repository)
    after = vmlint.check(cache=cache)
    assert judged == ["judged", "judged"]
    assert after == vmlint.check()
    assert vmlint.check(cache=cache) == after
    assert after.counts != before.counts or after != before or change is moved


@pytest.mark.parametrize(
    "settings",
    [
        {"closed_world": True},
        {"target_kubevirt": "1.4"},
        {"default_namespace": "other"},
        {"select": ["storage"]},
        {"levels": {"storage": "note"}},
        {"outside": ["VirtualMachineClusterInstancetype gone"]},
        {"context": ["../context"]},
        {"crds": ["../context"]},
        {"exclude": ["vms/team-1"]},
        {"baseline": "baseline.json"},
        {"rules": ["./policies/pack.yaml"]},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_a_change_of_the_settings_counts(
    repository: Path, cache: Cache, judged: list[str], settings: dict[str, Any]
) -> None:
    shutil.copytree(repository / "storage", repository.parent / "context")
    (repository / "baseline.json").write_text('{"version": 1, "findings": []}')
    (repository / "policies").mkdir()
    (repository / "policies/pack.yaml").write_text(PACK.format(label="owner"))
    named = {name: settings[name] for name in ("rules",) if name in settings}
    over = {name: value for name, value in settings.items() if name not in named}

    def check(cache: Cache | None) -> list[str]:
        runs = (vmlint.check(cache=cache), vmlint.check(cache=cache, **named, **over))
        return [render("sarif", report) for report in runs]

    plain, other = check(cache)
    assert judged == ["judged", "judged"]
    assert check(cache) == [plain, other]
    assert judged == ["judged", "judged"]
    assert check(None) == [plain, other]


def test_a_strict_report_stays_strict(tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vm.yaml").write_text("apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: web}\n")
    monkeypatch.chdir(tmp_path)
    assert [vmlint.check(cache=cache, strict=True).strict for _ in range(2)] == [True, True]


def test_a_change_of_a_baseline_or_a_pack_counts(repository: Path, cache: Cache, judged: list[str]) -> None:
    pack = repository.parent / "pack.yaml"
    python = repository.parent / "policies"
    python.mkdir()
    (python / "acme.py").write_text(RULE.format(message="one"))
    baseline = repository.parent / "baseline.json"
    baseline.write_text('{"version": 1, "findings": []}')

    def check(cache: Cache | None = cache) -> str:
        report = vmlint.check(cache=cache, rules=[str(pack), f"{python}/"], baseline=str(baseline))
        return render("json", report)

    pack.write_text(PACK.format(label="owner"))
    assert check() == check()
    assert len(judged) == 1
    pack.write_text(PACK.format(label="tier"))
    assert check() == check(None)
    assert len(judged) == 3
    (python / "_helper.py").write_text("")
    check()
    assert len(judged) == 4
    baseline.write_text('{"version": 1, "findings": [{"rule": "ACME2", "kind": "X", "name": "x", "count": 1}]}')
    assert json.loads(check())["summary"]["stale"] == 1
    assert len(judged) == 5


RULE = '''"""The VM is told.

## What it does
Tells.
"""
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Meta

META = Meta("ACME2", Effect.RISK, "1", VirtualMachine)


def check(vm, world):
    yield META.at(vm.at("metadata", "name"), "{message}", fix="nothing")
'''


def test_a_rule_that_is_no_plain_function_counts(repository: Path, cache: Cache, judged: list[str]) -> None:
    rule = repository.parent / "acme.py"
    said = []
    for message in ("one", "one", "another"):
        rule.write_text(RULE.format(message=message) + "\n\nimport functools\ncheck = functools.partial(check)\n")
        report = vmlint.check(cache=cache, rules=[str(rule)])
        said.append({finding.message for finding in report.findings if finding.rule == "ACME2"})
    assert said == [{"one"}, {"one"}, {"another"}]
    assert judged == ["judged", "judged"]


def test_the_day_counts_where_a_suppression_ends(
    repository: Path, cache: Cache, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Day(datetime.date):
        number = 10

        @classmethod
        def today(cls) -> Day:
            return cls(2026, 1, cls.number)

    def suppressed() -> int:
        return len({one.finding.rule for one in vmlint.check(cache=cache, ignores=[entry]).suppressed})

    monkeypatch.setattr(datetime, "date", Day)
    entry = {"rule": "interface-invalid", "reason": "soon", "until": Day(2026, 1, 10)}
    shown = [suppressed()]
    Day.number = 11
    shown += [suppressed(), suppressed()]
    assert shown == [1, 0, 0]
    assert len(judged) == 2


def test_what_a_name_of_a_file_says_is_not_mixed_up(
    tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        shutil.copytree(ROOT / "fixtures/quickstart", tmp_path / name)
    said = {name: vmlint.check([tmp_path / name], cache=cache) for name in ("one", "two")}
    assert said["one"].findings != said["two"].findings
    monkeypatch.chdir(tmp_path / "one")
    here = vmlint.check(cache=cache)
    monkeypatch.chdir(tmp_path / "two")
    assert vmlint.check(cache=cache) == here


def test_little_is_not_kept(tmp_path: Path, judged: list[str]) -> None:
    cache = Cache(tmp_path / "cache")
    for _ in range(2):
        vmlint.check([ROOT / "fixtures/quickstart"], cache=cache)
    assert judged == ["judged", "judged"]
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_can_not_be_written_changes_nothing(repository: Path, judged: list[str]) -> None:
    (repository.parent / "file").write_text("")
    cache = Cache(repository.parent / "file", least_bytes=0)
    assert vmlint.check(cache=cache) == vmlint.check(cache=cache) == vmlint.check()
    assert len(judged) == 3
    assert cache.trouble == f"the cache in `{repository.parent / 'file'}` can't be written: Not a directory"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"version": 1}', b"\xff", b'{"findings": [[1, 2]]}'])
def test_an_entry_of_another_kind_is_a_miss(repository: Path, cache: Cache, judged: list[str], content: bytes) -> None:
    from vmlint.cache.store import Store

    cold = vmlint.check(cache=cache)
    store = Store(repository.parent / "cache")
    for file in (repository.parent / "cache").rglob("run-*"):
        store.put("run", file.name.removeprefix("run-"), content)
    assert vmlint.check(cache=cache) == cold
    assert len(judged) == 2


def test_a_run_that_did_not_come_to_its_end_is_not_kept(
    repository: Path, cache: Cache, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("checking", 5):
            raise KeyboardInterrupt

    assert vmlint.check(cache=cache, progress=stop, partial=True).stopped is not None
    assert vmlint.check(cache=cache) == vmlint.check()
    assert len(judged) == 3


def test_a_run_in_which_a_rule_failed_is_not_kept(repository: Path, cache: Cache, judged: list[str]) -> None:
    rule = repository.parent / "acme.py"
    rule.write_text(RULE.replace("    yield", "    1 / 0\n    yield"))
    reports = [vmlint.check(cache=cache, rules=[str(rule)]) for _ in range(2)]
    assert all(report.crashes for report in reports)
    assert judged == ["judged", "judged"]
