"""Workers: what they tell is what the process would have found alone, whatever becomes of them."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import vmlint
from tests.benchmarks.fleet import fleet
from vmlint import workers
from vmlint.report import render
from vmlint.workers import available, silent, worthwhile

pytestmark = pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="no processes are copied")

TOTAL = 3000


def even(number: int) -> bool:
    return number % 2 == 0


def rarely_loud(number: int) -> bool:
    return number % 10 != 3


def heard(total: int, is_silent: Callable[[int], bool], jobs: int) -> tuple[set[int], list[int]]:
    told: list[int] = []
    return silent(total, is_silent, jobs, told.append), told


@pytest.mark.parametrize("jobs", [2, 3, 8])
@pytest.mark.parametrize("total", [0, 1, 127, 1024, TOTAL])
def test_they_tell_of_every_silent_one(total: int, jobs: int) -> None:
    found, told = heard(total, rarely_loud, jobs)
    assert found == set(filter(rarely_loud, range(total)))
    assert told == sorted(told)
    assert told[-1:] == ([total] if total else [])


def test_where_most_are_loud_there_are_none() -> None:
    found, told = heard(TOTAL, lambda number: number % 4 == 0, 2)
    assert {number % 4 for number in found} == {0}
    assert told == []


def test_where_a_part_is_loud_they_end() -> None:
    found, told = heard(100_000, even, 2)  # every 1562nd is looked at before
    assert found < set(filter(even, range(100_000)))
    assert told[-1] < 5000


def test_one_that_is_killed_leaves_its_part_to_who_asked() -> None:
    def dies(number: int) -> bool:
        if number == 2900:
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    found, _ = heard(TOTAL, dies, 2)
    assert 2900 not in found
    assert set(range(TOTAL)) - found < set(range(TOTAL - 1024, TOTAL))
    assert len(found) > TOTAL / 2


def test_one_that_fails_leaves_its_part_to_who_asked() -> None:
    def fails(number: int) -> bool:
        if number == 1:
            raise MemoryError
        return True

    found, _ = heard(TOTAL, fails, 2)
    assert {1, 127}.isdisjoint(found)
    assert len(found) >= TOTAL / 3


def test_none_is_made_beside_a_thread_or_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    assert heard(TOTAL, rarely_loud, 2) == (set(), [])
    end.set()
    thread.join()
    assert heard(TOTAL, rarely_loud, 1) == (set(), [])

    def full() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", full)
    looked_at_before = set(range(0, TOTAL, TOTAL // 64))
    assert heard(TOTAL, rarely_loud, 2) == (set(filter(rarely_loud, looked_at_before)), [])


def test_ctrl_c_ends_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    own = os.getpid()

    def waits(number: int) -> bool:
        if os.getpid() != own:
            time.sleep(60)
        return True

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gc, "collect", lambda: 0)  # an interrupt that a callback of the collector swallows is lost
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            heard(TOTAL, waits, 2)
    finally:
        signal.signal(signal.SIGALRM, before)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_there_are_no_more_than_processors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    quota = tmp_path / "cpu.max"
    monkeypatch.setattr(workers, "_CPU_MAX", quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)), raising=False)
    assert [available(), worthwhile(900), worthwhile(4500), worthwhile(10**6)] == [6, 1, 4, 6]
    for text, cores in (("max 100000\n", 6), ("250000 100000\n", 2), ("50000 100000\n", 1), ("", 6), ("x\n", 6)):
        quota.write_text(text)
        assert available() == cores


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    fleet(tmp_path, 400)
    for number in range(0, 400, 7):
        file = tmp_path / f"vms/team-{number % 40}/vm-{number}.yaml"
        file.write_text(file.read_text("utf-8").replace("bus: virtio", "bus: virtuo"), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("vmlint.runner.available", lambda: 8)
    return tmp_path


@pytest.mark.parametrize("jobs", [2, 5])
def test_reports_are_the_same_whoever_makes_them(repository: Path, jobs: int) -> None:
    told: list[tuple[str, int, int]] = []
    alone = vmlint.check(outside=["VirtualMachineClusterPreference x*"])
    together = vmlint.check(
        outside=["VirtualMachineClusterPreference x*"], jobs=jobs, progress=lambda *stage: told.append(stage)
    )
    assert len(alone.findings) > 50
    assert replace(together, suppressions=()) == replace(alone, suppressions=())
    assert [render(name, together) for name in ("json", "sarif")] == [render(name, alone) for name in ("json", "sarif")]
    assert told[-1][1] == told[-1][2]


def test_a_rule_that_fails_is_told_as_ever(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    rule = tmp_path_factory.mktemp("pack") / "acme.py"
    rule.write_text(
        '"""It fails.\n"""\nfrom vmlint.model.subjects import VirtualMachine\nfrom vmlint.rule import Effect, Meta\n'
        'META = Meta("ACME1", Effect.RISK, "1", VirtualMachine)\n\n\n'
        'def check(vm, world):\n    if vm.name.endswith("11"):\n        1 / 0\n    yield from ()\n'
    )
    alone, together = (vmlint.check(rules=[str(rule)], jobs=jobs) for jobs in (1, 3))
    assert [one.document.file for one in together.crashes] == [one.document.file for one in alone.crashes]
    assert render("json", together) == render("json", alone)
    assert alone.crashes


def test_the_command_says_what_is_no_number(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vmlint", "check", "--jobs", "0"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "`0` is no number of processes: write 1 or more" in done.stderr
