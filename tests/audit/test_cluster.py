"""Dask: the same tables wherever the work is done, and whatever happens to workers."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import psutil
import pyarrow.parquet as pq
import pytest

from tests.audit.sample import INSTANCETYPE, LARGE, vm
from tests.history import commit, write
from vmlint.audit.cluster import Request, connected
from vmlint.audit.file import Audit
from vmlint.audit.folder import OutFolder
from vmlint.audit.run import Summary, run
from vmlint.audit.schema import TABLES
from vmlint.audit.task import Limits, Task
from vmlint.errors import UsageError


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """Repositories of all sorts: some fail, one exceeds its memory, and two are large enough for parts."""
    root = tmp_path_factory.mktemp("fleet")
    tasks = []
    chosen = random.Random(1)
    for number in range(16):
        buses = [chosen.choice(("virtio", "sata", "floppy")) for _ in range(1 + number)]
        files = {f"vms/{index}.yaml": vm(f"web-{index}", bus=bus) for index, bus in enumerate(buses)}
        kind = "folder" if number % 2 else "clone"
        (write if number % 2 else commit)(root / str(number), {**files, "type.yaml": INSTANCETYPE})
        limits = Limits(split=1) if number in (7, 8) else Limits()
        tasks.append(
            Task(f"r-{number:02}", kind, str(root / str(number)), limits=limits, labels={"team": f"t{number % 3}"})
        )
    tasks.append(Task("gone", "mirror", str(root / "gone")))
    write(root / "large", {"vm.yaml": vm("web"), "large.yaml": LARGE})
    tasks.append(Task("tight", "folder", str(root / "large"), limits=Limits(memory=2**20, attempts=2)))
    return Audit("AUDIT.yaml", tuple(tasks))


def rows(out: Path) -> dict[str, list[object]]:
    """The rows of the last run, but for the run's name."""
    last = OutFolder(out).runs()[-1]
    found = {name: pq.read_table(last.file(name), partitioning=None).drop_columns(["run"]) for name in TABLES}
    return {name: table.to_pylist() for name, table in found.items()}


@pytest.fixture(scope="module")
def expected(audit: Audit, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What threads of this process find."""
    out = tmp_path_factory.mktemp("threads") / "out"
    summary = run(audit, OutFolder(out), lambda: connected(None, 1, processes=False))
    assert dict(summary.statuses) == {"checked": 16, "failed": 2}
    return rows(out)


def python(*words: str) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-m", *words], stdout=quiet, stderr=quiet)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and its workers, each a process that joined over loopback."""
    file = folder / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    scheduler = python("distributed.cli.dask_scheduler", *words)
    started = [worker(file) for _ in range(workers)]
    try:
        while not file.exists() or not file.read_text("utf-8").strip():
            assert scheduler.poll() is None
            time.sleep(0.05)
        yield json.loads(file.read_text("utf-8"))["address"], started
    finally:
        for process in (*started, scheduler):
            process.kill()
            process.wait()


def worker(file: Path) -> subprocess.Popen[bytes]:
    words = ("--scheduler-file", str(file), "--nthreads", "1", "--no-nanny", "--no-dashboard")
    return python("distributed.cli.dask_worker", *words)


def test_processes_find_the_same(audit: Audit, expected: object, tmp_path: Path) -> None:
    run(audit, OutFolder(tmp_path / "out"), lambda: connected(None, 2, processes=True))
    assert rows(tmp_path / "out") == expected


def test_separate_workers_find_the_same(audit: Audit, expected: object, tmp_path: Path) -> None:
    with cluster(tmp_path, 2) as (address, _):
        run(audit, OutFolder(tmp_path / "out"), lambda: connected(address, None, processes=False))
    assert rows(tmp_path / "out") == expected


def test_workers_that_are_killed_lose_nothing(audit: Audit, expected: object, tmp_path: Path) -> None:
    """One of two is killed, whatever it does, whenever three more results are there."""
    stop = Event()
    killed = 0
    with cluster(tmp_path, 2) as (address, workers):

        def kill() -> None:
            nonlocal killed
            while not stop.wait(0.05):
                if len(list((tmp_path / "out").glob("results/*/*.arrow"))) < 3 * (killed + 1):
                    continue
                workers[killed % 2].kill()
                workers[killed % 2].wait()
                workers[killed % 2] = worker(tmp_path / "scheduler.json")
                killed += 1

        killer = Thread(target=kill)
        killer.start()
        try:
            summary: Summary = run(
                audit, OutFolder(tmp_path / "out"), lambda: connected(address, None, processes=False)
            )
        finally:
            stop.set()
            killer.join()
    assert killed >= 3
    assert dict(summary.statuses) == {"checked": 16, "failed": 2}
    assert rows(tmp_path / "out") == expected


def test_a_task_that_fails_is_tried_elsewhere(tmp_path: Path) -> None:
    write(tmp_path / "r", {"vm.yaml": vm("web"), "large.yaml": LARGE})
    task = Task("r", "folder", str(tmp_path / "r"), limits=Limits(memory=2**20, attempts=3))
    with connected(None, 2, processes=True) as team:
        (answer,) = team.answers([Request(task, "check")])
    assert answer.failure == "out of memory, in 3 attempts"


@pytest.mark.parametrize("processes", [False, True])
def test_nothing_listens_beyond_this_machine(processes: bool) -> None:
    with connected(None, 2, processes=processes) as team:
        assert team.number == 2
        own = [psutil.Process(), *psutil.Process().children(recursive=True)]
        listening = [one.laddr.ip for process in own for one in process.net_connections() if one.status == "LISTEN"]
    assert set(listening) == {"127.0.0.1"}


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmlint.audit.cluster._CONNECTING", 1)
    with pytest.raises(UsageError, match="does not answer"), connected("tcp://127.0.0.1:1", None, processes=False):
        pass


def test_ctrl_c_ends_the_command_and_keeps_what_is_done(tmp_path: Path) -> None:
    """One repository is finished, and another waits for a server that never answers."""
    write(tmp_path / "r", {"vm.yaml": vm("web")})
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.git"
        sources = f"sources: [{{folders: r}}, {{urls: ['{url}'], protocols: [http], revision: '{'a' * 40}'}}]\n"
        (tmp_path / "AUDIT.yaml").write_text(sources, "utf-8")
        words = [sys.executable, "-m", "vmlint", "audit", "run", "AUDIT.yaml", "--workers", "2"]
        process = subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 120
        while not list((tmp_path / "audit").glob("results/*/*.arrow")):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "stopped with Ctrl-C: `audit` keeps what is done" in errors
    assert OutFolder(tmp_path / "audit").runs() == []
