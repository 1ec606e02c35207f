"""What a run costs: `python -m tests.benchmarks [NAME…] [--vms N] [--best N]`.

Every row is a ratio of two measurements of one invocation, of repositories that are the same bytes each time. A run is
a whole process, the best of several; its unit is the parse pass: PyYAML's C parser over the same bytes, with all
events thrown away. Targets are told, nothing is asserted: read the table on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.fleet import fleet, haystack, vm

_PARSE = """\
import sys, time
from pathlib import Path
from yaml._yaml import CParser
from yaml.events import StreamEndEvent
texts = [file.read_bytes() for file in sorted(Path(sys.argv[1]).rglob("*.yaml"))]
start = time.process_time()
for text in texts:
    following = CParser(text).get_event
    while type(following()) is not StreamEndEvent:
        pass
print(time.process_time() - start)
"""


_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Users have bytecode."""


class Cost(NamedTuple):
    """What a process took: seconds of processors, seconds on the clock, bytes of memory at most."""

    cpu: float
    wall: float
    memory: int


class Row(NamedTuple):
    """A measurement beside what it is held against, and the most that their ratio is to be."""

    work: str
    measured: float
    against: float
    target: float
    unit: str = "s"

    def __str__(self) -> str:
        ratio = self.measured / self.against
        verdict = "" if ratio <= self.target else "  missed"
        how = f"{self.measured:.3f} {self.unit} / {self.against:.3f} {self.unit}"
        return f"{self.work:<52} {ratio:7.2f} {self.target:7.2f}  {how}{verdict}"


class Bench:
    """The repositories, in a folder, and the runs over them."""

    def __init__(self, folder: Path, vms: int, best: int) -> None:
        self._folder = folder
        self.vms = vms
        self.best = best

    def repository(self, name: str, make: Callable[[Path], object]) -> Path:
        folder = self._folder / name
        if not folder.exists():
            (folder / ".git").mkdir(parents=True)
            make(folder)
        return folder

    def fleet(self, vms: int) -> Path:
        return self.repository(f"fleet-{vms}", lambda folder: fleet(folder, vms))

    def parse(self, repository: Path) -> float:
        """The processor seconds of the parse pass."""
        command = [sys.executable, "-c", _PARSE, str(repository)]
        return min(float(subprocess.check_output(command)) for _ in range(self.best))

    def check(
        self, repository: Path, *options: str, best: int | None = None, before: Callable[[], object] = lambda: None
    ) -> Cost:
        """The least that `vmlint check` takes; `before` is called before each run."""
        command = [sys.executable, "-m", "vmlint", "check", "-q", "--format", "json", "--output", os.devnull, *options]
        return self.least(command, repository, best or self.best, before)

    def least(self, command: Sequence[str], folder: Path, best: int, before: Callable[[], object]) -> Cost:
        costs = []
        for _ in range(best):
            before()
            costs.append(_cost(command, folder))
        return Cost(*map(min, zip(*costs, strict=True)))

    @cache  # noqa: B019 - one bench a process
    def cold(self, vms: int) -> Cost:
        return self.check(self.fleet(vms), "--no-cache", "--jobs", "1", best=self.best if vms <= self.vms else 1)


def _cost(command: Sequence[str], folder: Path) -> Cost:
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=_ENVIRONMENT)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024)


def _cold(bench: Bench) -> Iterator[Row]:
    yield Row("cold, one worker, CPU", bench.cold(bench.vms).cpu, bench.parse(bench.fleet(bench.vms)), 3.5)


def _workers(bench: Bench) -> Iterator[Row]:
    both = bench.check(bench.fleet(bench.vms), "--no-cache", "--jobs", "2")
    yield Row("two workers beside one, wall", both.wall, bench.cold(bench.vms).wall, 0.6)


def _warm(bench: Bench) -> Iterator[Row]:
    folder = bench.fleet(bench.vms)
    with tempfile.TemporaryDirectory() as kept:
        options = ("--cache-dir", kept, "--jobs", "1")
        bench.check(folder, *options, best=1)
        yield Row("warm, nothing changed, CPU", bench.check(folder, *options).cpu, bench.cold(bench.vms).cpu, 0.15)


_BATCH = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterInstancetype
metadata:
  name: batch
spec:
  cpu:
    guest: 2
  memory:
    guest: {memory}Gi
"""
_SIZE = re.compile(r"(?<=  instancetype:\n    name: )(?:small|medium|large|xlarge)$", re.MULTILINE)


def _batch(folder: Path, vms: int, sharing: int) -> None:
    """A fleet in which so many VMs have one instancetype."""
    fleet(folder, vms)
    for file in sorted(folder.glob("vms/*/*.yaml")):
        text, found = _SIZE.subn("batch", file.read_text("utf-8"))
        if found and sharing:
            file.write_text(text, "utf-8")
            sharing -= 1


def _changed(bench: Bench) -> Iterator[Row]:
    folder = bench.repository("batch", lambda folder: _batch(folder, bench.vms, bench.vms // 10))
    memory = iter(range(1, 10**6))

    def change() -> None:
        (folder / "instancetypes/batch.yaml").write_text(_BATCH.format(memory=next(memory)), "utf-8")

    change()
    cold = bench.check(folder, "--no-cache", "--jobs", "1")
    with tempfile.TemporaryDirectory() as kept:
        options = ("--cache-dir", kept, "--jobs", "1")
        bench.check(folder, *options, best=1)
        warm = bench.check(folder, *options, before=change)
    yield Row(f"warm, a file changed for {bench.vms // 10:,} VMs, CPU", warm.cpu, cold.cpu, 0.3)


def _haystack(bench: Bench) -> Iterator[Row]:
    irrelevant, vms = 2 * bench.vms, bench.vms // 100
    folder = bench.repository("haystack", lambda folder: haystack(folder, irrelevant, vms))
    cost = bench.check(folder, "--no-cache", "--jobs", "1")
    yield Row(f"haystack, {irrelevant:,} documents and {vms:,} VMs, CPU", cost.cpu, bench.parse(folder), 0.4)


def _small(bench: Bench) -> Iterator[Row]:
    folder = bench.repository("small", lambda folder: (folder / "vm.yaml").write_text(vm(1), "utf-8"))
    often = 5 * bench.best
    empty = bench.least([sys.executable, "-c", "pass"], folder, often, lambda: None)
    bench.check(folder, "--no-cache", "vm.yaml", best=1)  # writes the bytecode
    new = bench.check(folder, "--no-cache", "vm.yaml", best=often)
    yield Row("one small file, whole process, wall", new.wall, empty.wall, 6)


def _growth(bench: Bench) -> Iterator[Row]:
    some, many = bench.cold(bench.vms), bench.cold(10 * bench.vms)
    yield Row(f"growth, {10 * bench.vms:,} VMs beside {bench.vms:,}, CPU", many.cpu, some.cpu, 11)
    kilobytes = (many.memory - some.memory) / (9 * bench.vms) / 1000
    yield Row("growth, memory of one more VM", kilobytes, 1, 60, "kB")


ROWS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "cold": _cold,
    "workers": _workers,
    "warm": _warm,
    "changed": _changed,
    "haystack": _haystack,
    "small": _small,
    "growth": _growth,
}


def _machine() -> str:
    import yaml
    from yaml._yaml import get_version_string

    try:
        described = Path("/proc/cpuinfo").read_text("utf-8", "replace")
        model = next(line.partition(": ")[2] for line in described.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{model}, {os.cpu_count()} processors{load}; Python {platform.python_version()}, PyYAML {yaml.__version__}, "
        f"libyaml {get_version_string()}"
    )


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rows", metavar="NAME", nargs="*", help=f"what to measure (default: all): {', '.join(ROWS)}")
    parser.add_argument("--vms", type=int, default=10_000, help="the VMs of the fleet (default: 10,000)")
    parser.add_argument("--best", type=int, default=3, help="of how many runs the least counts (default: 3)")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.rows if name not in ROWS]:
        parser.error(f"no row is called `{unknown[0]}`: the rows are {', '.join(ROWS)}")
    print(_machine())
    print(f"{arguments.vms:,} VMs, the best of {arguments.best}\n")
    print(f"{'work':<52} {'ratio':>7} {'target':>7}  measured / against")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), arguments.vms, arguments.best)
        for name in arguments.rows or ROWS:
            for row in ROWS[name](bench):
                print(row, flush=True)


if __name__ == "__main__":
    main()
