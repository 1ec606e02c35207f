"""What the language server costs beside one check of the same repository: it asserts nothing.

Somebody opens a repository of 2,000 files with 500 VMs and types in some of them, one key after the other. Each key
changes the message of a finding, so each is answered.

usage: python -m tests.benchmarks.bench_server [--keys 200] [--edits 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.fleet import haystack
from tests.server.client import Client, connected
from vmlint.server.session import Folder

IRRELEVANT, VMS = 1440, 500
TYPED = "Sometimes"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keys", type=int, default=200, help="how many keys are typed")
    parser.add_argument("--edits", type=int, default=10_000, help="how many edits are made to look for leaks")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / ".git").mkdir()
        haystack(root, IRRELEVANT, VMS)
        number = sum(1 for file in root.rglob("*.yaml"))
        seconds, cpu, memory = _check(root)
        print(f"{number} files, {VMS} VMs; one check: {seconds:.2f} s, {cpu:.2f} s of CPU, {memory} MiB")
        asyncio.run(_session(root, options.keys, seconds, cpu, memory))
    _edits(options.edits)


def _check(root: Path) -> tuple[float, float, int]:
    """Seconds, seconds of CPU and MiB of one run without a cache."""
    words = [sys.executable, "-m", "vmlint", "check", "--no-cache", "-q", "--fail-on", "never"]
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=root)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, used, after.ru_maxrss // 1024


async def _session(root: Path, keys: int, seconds: float, cpu: float, memory: int) -> None:
    start = time.perf_counter()
    async with connected(root, configuration={"files": "all"}) as client:
        await client.until(lambda: client.published > 0)
        first, used = time.perf_counter() - start, _cpu(client)
        ratios = f"{first / seconds:.2f}, {used / cpu:.2f} checks"
        print(f"open to first diagnostics: {first:.2f} s, {used:.2f} s of CPU: {ratios}")
        await asyncio.sleep(3)
        before, waits = _cpu(client), []
        for number in range(keys):
            path = root / f"vms/vm-{number // len(TYPED) * 3}.yaml"
            content = path.read_text("utf-8")
            if number % len(TYPED) == 0:
                client.open(path, content)
            typed = TYPED[: number % len(TYPED) + 1]
            strategy = next(line for line in content.splitlines() if "runStrategy" in line)
            was, start = client.published, time.perf_counter()
            client.edit(path, content.replace(strategy, f"  runStrategy: {typed}"), number + 2)
            await client.until(lambda was=was: client.published > was)  # type: ignore[misc]
            waits.append(time.perf_counter() - start)
        waits.sort()
        each = (_cpu(client) - before) / keys
        shown = ", ".join(
            f"{share} % under {waits[min(len(waits) * share // 100, len(waits) - 1)] * 1000:.0f} ms"
            for share in (50, 95, 99)
        )
        print(f"a key to diagnostics: {shown}; {each * 1000:.0f} ms of CPU each ({each / cpu:.2f} checks)")
        most = _memory(client)
        print(f"memory: {most} MiB: {most / memory:.2f} checks")


def _pid(client: Client) -> int:
    assert client._server is not None
    return client._server.pid


def _cpu(client: Client) -> float:
    """Seconds of CPU that the server has taken."""
    fields = Path(f"/proc/{_pid(client)}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(client: Client) -> int:
    """The most MiB that the server has had."""
    status = Path(f"/proc/{_pid(client)}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


def _edits(number: int) -> None:
    """A day of edits in one process: what is held after a tenth of them is held after all."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        (root / ".git").mkdir()
        haystack(root, 20, 20)
        folder = Folder(root)
        held = []
        for edit in range(number):
            name = f"vms/vm-{edit % 20}.yaml"
            content = (root / name).read_text("utf-8")
            folder.opened(name, content.replace("runStrategy", f"runStrategy{'x' * (edit % 3)}") + "\n" * (edit % 5))
            folder.check()
            if edit in (number // 10, number - 1):
                held.append(_held())
        print(f"{number:,} edits: {held[0]} MiB after a tenth of them, {held[1]} MiB at the end")


def _held() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 2**20


if __name__ == "__main__":
    main()
