"""What an audit costs beside plain checks, and whether workers that are killed change its tables: it asserts nothing.

usage: python tests/benchmarks/bench_audit.py FOLDER [--repositories 300] [--vms 10000] [--mirrors GLOB] [--kill 20]

FOLDER keeps the generated repositories and the out folders. Processor time is what counts on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.fleet import repository
from tests.history import commit, git
from vmlint.audit.file import read
from vmlint.audit.folder import OutFolder
from vmlint.audit.schema import TABLES

LEAST, MOST = 20, 2000
"""The files of the smallest and of the largest repository."""
VMLINT = (sys.executable, "-m", "vmlint")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repositories", type=int, default=300)
    parser.add_argument("--vms", type=int, default=10_000)
    parser.add_argument("--mirrors", nargs="*", default=[], help="globs of bare repositories that are checked, too")
    parser.add_argument("--kill", type=int, default=20, help="seconds after which a worker is killed, again and again")
    parser.add_argument("--plain", type=float, nargs=2, help="seconds and processor time of plain checks, if known")
    options = parser.parse_args()
    folder = options.folder.resolve()
    if not (folder / "clones").exists():
        files = make(folder / "clones", options.repositories, options.vms)
        print(f"made {options.repositories} repositories, {files:,} files, {options.vms:,} VMs", flush=True)
    mirrors = f"  - {{mirrors: {json.dumps(options.mirrors)}, labels: {{team: upstream}}}}\n" if options.mirrors else ""
    clones = "".join(f"  - {{clones: 'clones/t{team}-*', labels: {{team: team-{team}}}}}\n" for team in range(TEAMS))
    (folder / "AUDIT.yaml").write_text(f"sources:\n{clones}{mirrors}", "utf-8")
    plain = options.plain or check_each(folder)
    print(f"plain checks in turn: {plain[0]:.1f} s, {plain[1]:.1f} s of processor time", flush=True)
    report("2 local processes", audit(folder, "local", "--processes", "--workers", "2"), plain)
    with cluster(folder, kill=0) as address:
        report("scheduler, 2 workers", audit(folder, "cluster", "--scheduler", address), plain)
    with cluster(folder, kill=options.kill) as address:
        report(f"one killed every {options.kill} s", audit(folder, "killed", "--scheduler", address), plain)
    first = rows(folder / "out-local")
    print("equal tables:", all(rows(folder / f"out-{name}") == first for name in ("cluster", "killed")), flush=True)
    for name in sorted((folder / "clones").iterdir())[:3]:
        text = next(name.glob("vms/*.yaml"))
        changed = text.read_text("utf-8").replace(
            "terminationGracePeriodSeconds", "hostname: x\n      terminationGracePeriodSeconds"
        )
        commit(name, {text.relative_to(name).as_posix(): changed})
    report("3 changed commits", audit(folder, "local", "--processes", "--workers", "2"), plain)
    report("nothing changed", audit(folder, "local", "--processes", "--workers", "2"), plain)


TEAMS = 6


def make(folder: Path, repositories: int, vms: int) -> int:
    """Repositories of git with so many VMs in all, most of them small; how many files they have."""
    chosen = random.Random(2026)
    sizes = [round(LEAST * (MOST / LEAST) ** (index / (repositories - 1)) ** 3) for index in range(repositories)]
    share = vms / sum(sizes)
    counts = [max(1, min(round(size * share), size - 16)) for size in sizes]
    for _ in range(abs(vms - sum(counts))):
        counts[chosen.randrange(repositories // 2, repositories)] += 1 if sum(counts) < vms else -1
    first = 0
    for index, (files, count) in enumerate(zip(sizes, counts, strict=True)):
        place = folder / f"t{index % TEAMS}-{index:03}"
        repository(place, files=files, vms=count, first=first)
        first += max(files, count)
        commit(place, {})
        git(place, "remote", "add", "origin", f"https://github.com/acme/t{index % TEAMS}-{index:03}.git")
    return sum(sizes)


def check_each(folder: Path) -> tuple[float, float]:
    """The seconds and the processor time of `vmlint check` in each repository in turn."""
    start, before = time.monotonic(), processor_time()
    for task in read(folder / "AUDIT.yaml").tasks:
        with checked_out(task.location, task.kind) as place:
            begin = processor_time()
            words = (*VMLINT, "check", "--no-cache", "--jobs", "1", "--quiet", "--format", "json", ".")
            subprocess.run(words, cwd=place, capture_output=True, check=False)
            if task.kind == "mirror":
                print(f"  {task.name}: {processor_time() - begin:.1f} s", flush=True)
    return time.monotonic() - start, processor_time() - before


@contextmanager
def checked_out(location: str, kind: str) -> Iterator[str]:
    """A working tree: that of the clone, or a clone of the mirror."""
    if kind != "mirror":
        yield location
        return
    with tempfile.TemporaryDirectory() as made:
        words = ("git", "clone", "-q", "--no-hardlinks", "--depth", "1", f"file://{location}", made)
        subprocess.run(words, capture_output=True, check=False)
        yield made


def processor_time() -> float:
    """The seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def audit(folder: Path, name: str, *options: str) -> dict[str, float]:
    """Run an audit; what it took, as its manifest and a look at its processes show."""
    out = folder / f"out-{name}"
    start = time.monotonic()
    words = (*VMLINT, "audit", "run", "AUDIT.yaml", "--out", str(out), *options)
    process = subprocess.Popen(words, cwd=folder, start_new_session=True)
    watch = Watch(process.pid)
    process.wait()
    cpu, memory = watch.stop()
    manifest = OutFolder(out).runs()[-1].manifest
    return {
        "seconds": time.monotonic() - start,
        "around": cpu,
        "cpu": manifest["cpu_seconds"],
        "memory": manifest["most_memory"],
        "worker": memory,
        "checked": manifest["checked"],
    }


class Watch:
    """The processor time and the largest memory of the processes around the checks: the audit, Dask and the hosts."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._seen: dict[int, float] = {}
        self._memory = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._done.wait(0.5):
            with suppress(psutil.Error):
                top = psutil.Process(self._process)
                for process in (top, *top.children(recursive=True), *dask_workers()):
                    with suppress(psutil.Error):
                        if is_host(process) and is_host(process.parent()):
                            continue  # a copy, which does a check
                        times = process.cpu_times()
                        self._seen[process.pid] = times.user + times.system
                        self._memory = max(self._memory, process.memory_info().rss)

    def stop(self) -> tuple[float, int]:
        self._done.set()
        self._thread.join()
        return sum(self._seen.values()), self._memory


def is_host(process: psutil.Process | None) -> bool:
    return process is not None and "vmlint.audit.host" in " ".join(process.cmdline())


def dask_workers() -> Iterator[psutil.Process]:
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "dask" in " ".join(process.cmdline()) or is_host(process):
                yield process


@contextmanager
def cluster(folder: Path, *, kill: int) -> Iterator[str]:
    """A scheduler with two workers that joined over loopback, of which one is killed every so many seconds."""
    file = folder / "scheduler.json"
    file.unlink(missing_ok=True)
    quiet = subprocess.DEVNULL

    def started(module: str, *words: str) -> subprocess.Popen[bytes]:
        command = (sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(file), *words)
        return subprocess.Popen(command, stdout=quiet, stderr=quiet)

    def worker() -> subprocess.Popen[bytes]:
        return started("dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard")

    scheduler = started("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    workers = [worker(), worker()]
    stop = threading.Event()
    killed = 0

    def killing() -> None:
        nonlocal killed
        while not stop.wait(kill or 3600):
            workers[killed % 2].send_signal(signal.SIGKILL)
            workers[killed % 2].wait()
            workers[killed % 2] = worker()
            killed += 1

    killer = threading.Thread(target=killing)
    killer.start()
    try:
        while not file.exists() or not file.read_text("utf-8").strip():
            time.sleep(0.1)
        yield json.loads(file.read_text("utf-8"))["address"]
    finally:
        stop.set()
        killer.join()
        for process in (*workers, scheduler):
            process.kill()
            process.wait()
        if kill:
            print(f"  {killed} workers were killed", flush=True)


def report(name: str, took: dict[str, float], plain: Sequence[float]) -> None:
    whole = took["cpu"] + took["around"]
    print(
        f"{name:24} {took['seconds']:7.1f} s  checks {took['cpu']:7.1f} s + around {took['around']:6.1f} s "
        f"({whole / plain[1] - 1:+.0%} beside plain)  {took['checked']:.0f} checked  largest check "
        f"{took['memory'] / 2**20:.0f} MiB  largest process around {took['worker'] / 2**20:.0f} MiB",
        flush=True,
    )


def rows(out: Path) -> list[object]:
    """The tables of the last run, without its name."""
    last = OutFolder(out).runs()[-1]
    return [pq.read_table(last.file(table), partitioning=None).drop_columns(["run"]) for table in TABLES]


if __name__ == "__main__":
    os.environ["VMLINT_CACHE_DIR"] = tempfile.mkdtemp(prefix="vmlint-bench-")
    main()
