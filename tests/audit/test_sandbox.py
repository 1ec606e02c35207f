"""Hosts: what becomes of a request that hangs, dies or needs too much memory, and of a worker's processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.audit.sample import LARGE, vm
from tests.history import write
from vmlint.audit.sandbox import ask
from vmlint.audit.task import Limits, Task


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x.git"


def hanging(url: str, timeout: int) -> Task:
    return Task("x", "url", url, protocols=("http",), limits=Limits(timeout=timeout))


def folder(tmp_path: Path, **limits: int) -> Task:
    write(tmp_path / "r", {"vm.yaml": vm("web")})
    return Task("x", "folder", str(tmp_path / "r"), limits=Limits(**limits))


def below(process: int) -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process(process).children(recursive=True)
    return found


def wait(condition: object) -> None:
    end = time.monotonic() + 60
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


def test_an_answer(tmp_path: Path) -> None:
    ending = ask(folder(tmp_path), "check")
    assert (ending.how, set(ending.answer)) == ("done", {"content", "size", "tables", "until"})


def test_a_request_that_hangs_is_ended_with_all_that_it_started(silent_url: str) -> None:
    ending = ask(hanging(silent_url, 2), "identify")
    assert (ending.how, ending.reason) == ("hung", "no result within 2 seconds")
    wait(lambda: not any("ls-remote" in " ".join(one.cmdline()) for one in below(os.getpid())))


def test_a_request_that_needs_too_much_memory(tmp_path: Path) -> None:
    task = folder(tmp_path, memory=2**20)
    write(tmp_path / "r", {"large.yaml": LARGE})
    assert ask(task, "check").how == "memory"
    assert ask(folder(tmp_path), "check").how == "done"


def test_a_request_that_dies_leaves_its_host_alive(silent_url: str, tmp_path: Path) -> None:
    ask(folder(tmp_path), "identify")
    before = {process.pid for process in below(os.getpid())}

    def kill() -> None:
        wait(lambda: any("ls-remote" in " ".join(one.cmdline()) for one in below(os.getpid())))
        (copy,) = (
            one for one in below(os.getpid()) if one.pid not in before and "audit.host" in " ".join(one.cmdline())
        )
        copy.send_signal(signal.SIGSEGV)

    killer = threading.Thread(target=kill)
    killer.start()
    ending = ask(hanging(silent_url, 60), "identify")
    killer.join()
    assert (ending.how, ending.reason) == ("died", "SIGSEGV")
    assert ask(folder(tmp_path), "check").how == "done"


def test_nothing_is_left_of_a_worker_that_is_killed(silent_url: str) -> None:
    code = (
        "from vmlint.audit.sandbox import ask; from vmlint.audit.task import Task\n"
        f"ask(Task('x', 'url', {silent_url!r}, protocols=('http',)), 'identify')"
    )
    worker = subprocess.Popen([sys.executable, "-c", code])
    wait(lambda: any("ls-remote" in " ".join(one.cmdline()) for one in below(worker.pid)))
    left = [one for one in below(worker.pid) if "audit.host" in " ".join(one.cmdline())]
    assert len(left) == 2  # the host, and its copy
    worker.kill()
    worker.wait()
    wait(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in left))
