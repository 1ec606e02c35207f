"""Workers: what they tell is what the process would have found alone, whatever becomes of them."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

import pytest

import vmlint
from tests.benchmarks.fleet import fleet
from tests.cases import FIXTURES, repos
from vmlint import api
from vmlint.cli.fixtures import _Folders, cases
from vmlint.engine import analysis
from vmlint.findings import location
from vmlint.findings.finding import Report
from vmlint.parallel import processes, split
from vmlint.parallel.portions import Portions, portions_of
from vmlint.parallel.processes import available, start_method
from vmlint.parallel.team import Team, Worker
from vmlint.report import render
from vmlint.source.read import Raw
from vmlint.world import names

pytestmark = pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="no processes are copied")


@contextmanager
def team(size: int, work: Callable[[Worker], None]) -> Iterator[Team]:
    made = Team(size)
    try:
        made.start(work)
        yield made
    finally:
        made.close()
    assert not multiprocessing.active_children()


def heard(workers: Team) -> list[tuple[int, Any]]:
    """All that workers tell until they end."""
    messages = []
    while workers.numbers:
        messages += workers.heard(wait=True)
    return sorted(messages)


# What connects them


def test_each_worker_takes_what_it_is_given() -> None:
    def work(worker: Worker) -> None:
        while taken := worker.taken():
            worker.tell(taken * 100_000)

    with team(2, work) as workers:
        for number, message in ((1, "a"), (2, "b"), (1, "c"), (1, ""), (2, "")):
            workers.give(number, message)
        assert [(number, text[:2]) for number, text in heard(workers)] == [(1, "aa"), (1, "cc"), (2, "bb")]


def test_much_is_told_in_pieces_and_in_order() -> None:
    def work(worker: Worker) -> None:
        for number in range(200):
            worker.tell((number, b"x" * number * 50))

    with team(2, work) as workers:
        time.sleep(0.05)
        some = workers.heard(wait=False)
        assert some
        said = [*some, *heard(workers)]
        assert [number for worker, (number, _) in said if worker == 1] == [*range(200)]
        assert sorted(number for _, (number, _) in said) == sorted([*range(200), *range(200)])
        assert all(len(data) == number * 50 for _, (number, data) in said)
        assert workers.numbers == []


def test_one_that_is_killed_has_nothing_and_stops_nobody() -> None:
    def work(worker: Worker) -> None:
        if worker.taken() == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        worker.tell(worker.number)
        if worker.number == 2:
            raise MemoryError

    with team(3, work) as workers:
        for number in (1, 2, 3):
            workers.give(number, number)
        assert heard(workers) == [(2, 2), (3, 3)]
        workers.start(work)  # which they did already
        assert workers.heard(wait=True) == []


def test_the_work_of_one_that_ends_is_left_while_another_waits_for_work() -> None:
    def work(worker: Worker) -> None:
        for portion in portions_of(worker):
            if worker.number == 1:
                time.sleep(0.05)  # until the other has nothing left
                return
            worker.tell(len(portion))

    made = Team(2)
    try:
        portions = Portions(made, 100, 10)
        portions.start(work)
        assert {number for _ in portions.own() for number, _ in portions.told(wait=False)} <= {2}
        list(portions.told(wait=True))
        assert made.numbers == [2]
    finally:
        made.close()


def test_where_there_is_no_room_there_are_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    fork, left = os.fork, [1]

    def full() -> int:
        if not left:
            raise BlockingIOError
        left.pop()
        return fork()

    monkeypatch.setattr(os, "fork", full)
    with team(3, lambda worker: worker.tell(worker.number)) as workers:
        assert heard(workers) == [(1, 1)]


def test_beside_a_thread_no_process_is_copied() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    assert start_method() == "fork"
    thread.start()
    assert start_method() == "spawn"
    end.set()
    thread.join()


def test_there_are_no_more_than_processors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    quota = tmp_path / "cpu.max"
    monkeypatch.setattr(processes, "_CPU_MAX", quota)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)), raising=False)
    for text, cores in (("max 100000\n", 6), ("250000 100000\n", 2), ("50000 100000\n", 1), ("", 6), ("x\n", 6)):
        quota.write_text(text)
        assert available() == cores


@pytest.mark.parametrize(("megabytes", "worth"), [(0, 1), (1.5, 1), (2.5, 2), (100, 6)])
def test_a_worker_has_to_be_worth_it(monkeypatch: pytest.MonkeyPatch, megabytes: float, worth: int) -> None:
    monkeypatch.setattr(processes, "available", lambda: 6)
    raws = [
        Raw("vm.yaml", b"apiVersion: kubevirt.io/v1\n".ljust(int(megabytes * 2**20))),
        Raw("other.yaml", b" " * 2**23),
    ]
    assert processes._worthwhile(raws, 2**20) == worth


# Reports


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "available", lambda: 8)


@pytest.fixture
def repository(many: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    fleet(tmp_path, 400)
    for number in range(0, 400, 7):
        file = tmp_path / f"vms/team-{number % 40}/vm-{number}.yaml"
        file.write_text(file.read_text("utf-8").replace("bus: virtio", "bus: virtuo"), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def same(alone: Report, together: Report) -> None:
    assert together._replace(suppressions=()) == alone._replace(suppressions=())
    assert [render(name, together) for name in ("json", "sarif")] == [render(name, alone) for name in ("json", "sarif")]


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [2, 5])
def test_reports_are_the_same_whoever_makes_them(repository: Path, jobs: int) -> None:
    told: list[tuple[str, int, int]] = []
    outside = ["VirtualMachineClusterPreference x*"]
    alone = vmlint.check(outside=outside)
    together = vmlint.check(outside=outside, jobs=jobs, progress=lambda *stage: told.append(stage))
    assert len(alone.findings) > 50
    same(alone, together)
    assert told[-1][1] == told[-1][2]


FOLDERS = sorted({case.parent for case in cases(FIXTURES) if not (case / "before").is_dir()} | set(repos()))


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name + "-" + folder.name)
def test_the_fixtures_are_judged_alike(many: None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with chdir(folder):
        same(vmlint.check(), vmlint.check(jobs=3))


@pytest.mark.parametrize(
    "case",
    [case for case in cases(FIXTURES) if (case / "before").is_dir()],
    ids=lambda case: f"{case.parent.name}-{case.name}",
)
def test_what_a_change_touches_is_judged_alike(many: None, case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with chdir(case / "after"):
        same(*(vmlint.check(changed=_Folders.of(case / "before", Path.cwd()), jobs=jobs) for jobs in (1, 3)))


def patient(monkeypatch: pytest.MonkeyPatch, after: Callable[[], None] = lambda: None) -> None:
    """Have the process that asks judge one portion, and wait until the workers have taken all others."""
    portions = split.Workers.portions

    def waiting(self: Any, *words: Any) -> Iterator[Sequence[int]]:
        own = portions(self, *words)
        yield next(own)
        while self._portions.are_left and self._team.numbers:
            yield ()
        after()
        yield from own

    monkeypatch.setattr(split.Workers, "portions", waiting)


SUBJECTS = 1162
"""How many documents and objects the repository has."""


def reused(monkeypatch: pytest.MonkeyPatch, before: Callable[[int], Any]) -> list[int]:
    """Judge with three processes, whose workers call `before` for each subject; the subjects that these report."""
    subject_check, analyse = analysis.subject_check, analysis.analyse
    patient(monkeypatch)
    known: list[int] = []

    def checked(*words: Any) -> Any:
        check = subject_check(*words)

        def called(index: int) -> Any:
            before(index)
            return check(index)

        return called

    def analysed(*words: Any, **named: Any) -> Any:
        found = analyse(*words, **named)
        known.extend([*found.reused, *found.ends])
        return found

    monkeypatch.setattr(split, "subject_check", checked)
    monkeypatch.setattr(api, "analyse", analysed)
    alone = vmlint.check()
    del known[:]
    same(alone, vmlint.check(jobs=3))
    return known


def test_workers_look_at_all_that_the_process_that_asks_leaves_them(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SUBJECTS - split._PORTION <= len(reused(monkeypatch, lambda _: None)) < SUBJECTS


@pytest.mark.slow
def test_what_a_worker_does_not_come_to_is_done_by_who_asked(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(index: int) -> None:
        if index % 50 == 49:
            os.kill(os.getpid(), signal.SIGKILL)

    assert len(reused(monkeypatch, dies)) < 300


def test_workers_report_what_they_find_with_its_place(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = os.getpid()
    located: list[str] = []

    def look(rule: Any, fault: Any) -> Any:
        if os.getpid() == own:
            located.append(rule.slug)
        return location.located(rule, fault)

    for module in ("analysis", "reporting"):
        monkeypatch.setattr(f"vmlint.engine.{module}.located", look)
    patient(monkeypatch)
    assert vmlint.check(jobs=3).findings
    assert not located


def misses(repository: Path) -> None:
    """Let VMs name what is not there, some of them through an inference, and others look for the same."""
    for number in range(0, 400, 3):
        file = repository / f"vms/team-{number % 40}/vm-{number}.yaml"
        text = file.read_text("utf-8")
        match number % 4:
            case 0:
                text = re.sub(r"(DataSource\n +name: )\w+", r"\g<1>fedorra", text)
            case 1:
                text = re.sub(r"(preference:\n +name: )\S+", r"\g<1>fedorra", text)
            case 2:
                text = re.sub(r"(preference:\n +)name: \S+", r"\g<1>inferFromVolume: root", text)
        file.write_text(text, "utf-8")


@pytest.mark.slow
def test_workers_find_what_is_missing_too(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    misses(repository)
    assert SUBJECTS - split._PORTION <= len(reused(monkeypatch, lambda _: None)) < SUBJECTS
    assert sum("not in the repository" in one.message for one in vmlint.check().findings) > 50


@pytest.mark.slow
@pytest.mark.parametrize("most", [0, 60, 600])
def test_where_names_are_too_many_to_compare_one_process_decides(
    repository: Path, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    misses(repository)
    for module in (split, names):
        monkeypatch.setattr(module, "MOST_COMPARED", most)
    same(vmlint.check(), vmlint.check(jobs=3))


@pytest.mark.slow
def test_processes_that_are_spawned_find_the_same(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "start_method", lambda: "spawn")
    (repository / "multiprocessing.py").write_text("raise SystemExit('a module of the working directory')")
    assert SUBJECTS - split._PORTION <= len(reused(monkeypatch, lambda _: None)) < SUBJECTS


def test_what_can_not_be_copied_is_given_to_no_spawned_process() -> None:
    team = Team(2, "spawn")
    team.start(lambda worker: None)
    assert team.numbers == []


def test_ctrl_c_ends_all_at_once_and_says_how_far_it_came(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    patient(monkeypatch, interrupted)
    report = vmlint.check(jobs=3, partial=True)
    assert report.stopped is not None
    assert SUBJECTS - 4 * split._PORTION <= report.stopped[0] <= report.stopped[1] == SUBJECTS
    assert report.findings
    assert not multiprocessing.active_children()


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
    assert "`0` is not a valid number of processes: use 1 or more" in done.stderr
