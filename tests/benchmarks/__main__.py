"""What a run costs: `python -m tests.benchmarks [NAME…] [--vms N] [--best N] [--before PYTHON]`.

Every row is a ratio of two measurements of one invocation, of repositories that are the same bytes each time. A run is
a whole process, the best of several; its unit is the parse pass: PyYAML's C parser over the same bytes, with all
events thrown away. Nothing is asserted: read the table on a machine that does nothing else.

There are three fleets: one of VMs that are alike, one in which hardly two are, and one of manifests with many findings.
`--before` measures an earlier vmlint too, the one of another interpreter, row by row.
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
from tests.benchmarks.real import real
from tests.benchmarks.unlike import kustomized, unlike

_PARSE = """\
import sys, time
from pathlib import Path
from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.events import StreamEndEvent
texts = [file.read_bytes() for file in sorted(Path(sys.argv[1]).rglob("*.yaml"))]
start = time.process_time()
for text in texts:
    following = CParser(text).get_event
    try:
        while type(following()) is not StreamEndEvent:
            pass
    except YAMLError:
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
        return f"{self.work:<60} {ratio:7.2f} {self.target:7.2f}  {how}{verdict}"


class Repositories:
    """The repositories, in a folder, each made when it is first measured."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str, make: Callable[[Path], object]) -> Path:
        folder = self._folder / name
        if not folder.exists():
            (folder / ".git").mkdir(parents=True)
            make(folder)
        return folder

    def fleet(self, kind: str, vms: int) -> Path:
        return self.get(f"{kind}-{vms}", lambda folder: _FLEETS[kind](folder, vms))


_FLEETS: dict[str, Callable[[Path, int], int]] = {"alike": fleet, "unlike": unlike, "real": real}


class Bench:
    """The runs of one vmlint, that of an interpreter, over the repositories."""

    def __init__(self, repositories: Repositories, vms: int, best: int, python: str = sys.executable) -> None:
        self.repositories = repositories
        self.vms = vms
        self.best = best
        self._python = python

    def fleet(self, kind: str) -> Path:
        return self.repositories.fleet(kind, self.size(kind))

    def size(self, kind: str) -> int:
        """How many VMs the fleet of a kind has: VMs that are not alike cost more, and half of them do."""
        return self.vms if kind == "alike" else max(self.vms // 2, 1)

    def parse(self, repository: Path) -> float:
        """The processor seconds of the parse pass."""
        command = [sys.executable, "-c", _PARSE, str(repository)]
        return min(float(subprocess.check_output(command)) for _ in range(self.best))

    def check(
        self, repository: Path, *options: str, best: int | None = None, before: Callable[[], object] = lambda: None
    ) -> Cost:
        """The least that `vmlint check` takes; `before` is called before each run."""
        command = [self._python, "-m", "vmlint", "check", "-q", "--format", "json", "--output", os.devnull, *options]
        return self.least(command, repository, best or self.best, before)

    def least(self, command: Sequence[str], folder: Path, best: int, before: Callable[[], object]) -> Cost:
        costs = []
        for _ in range(best):
            before()
            costs.append(_cost(command, folder))
        return Cost(*map(min, zip(*costs, strict=True)))

    @cache  # noqa: B019 - one or two benches a process
    def cold(self, kind: str, vms: int) -> Cost:
        best = self.best if vms <= self.vms else 1
        return self.check(self.repositories.fleet(kind, vms), "--no-cache", "--jobs", "1", best=best)


def _cost(command: Sequence[str], folder: Path) -> Cost:
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=_ENVIRONMENT)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024)


def _cold(kind: str, target: float) -> Callable[[Bench], Iterator[Row]]:
    def rows(bench: Bench) -> Iterator[Row]:
        vms = bench.size(kind)
        work = f"{kind}, {vms:,} VMs, one process, CPU / parse pass"
        yield Row(work, bench.cold(kind, vms).cpu, bench.parse(bench.fleet(kind)), target)

    return rows


def _workers(bench: Bench) -> Iterator[Row]:
    for kind in _FLEETS:
        both = bench.check(bench.fleet(kind), "--no-cache", "--jobs", "2")
        yield Row(f"{kind}, two processes / one, wall", both.wall, bench.cold(kind, bench.size(kind)).wall, 0.58)


def _warm(bench: Bench) -> Iterator[Row]:
    folder = bench.fleet("alike")
    with tempfile.TemporaryDirectory() as kept:
        options = ("--cache-dir", kept, "--jobs", "1")
        bench.check(folder, *options, best=1)
        yield Row(
            "warm, nothing changed, CPU", bench.check(folder, *options).cpu, bench.cold("alike", bench.vms).cpu, 0.15
        )


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
    folder = bench.repositories.get("batch", lambda folder: _batch(folder, bench.vms, bench.vms // 10))
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
    folder = bench.repositories.get("haystack", lambda folder: haystack(folder, irrelevant, vms))
    cost = bench.check(folder, "--no-cache", "--jobs", "1")
    yield Row(f"haystack, {irrelevant:,} documents and {vms:,} VMs, CPU", cost.cpu, bench.parse(folder), 0.4)


def _small(bench: Bench) -> Iterator[Row]:
    folder = bench.repositories.get("small", lambda folder: (folder / "vm.yaml").write_text(vm(1), "utf-8"))
    often = 5 * bench.best
    empty = bench.least([sys.executable, "-c", "pass"], folder, often, lambda: None)
    bench.check(folder, "--no-cache", "vm.yaml", best=1)  # writes the bytecode
    new = bench.check(folder, "--no-cache", "vm.yaml", best=often)
    yield Row("one small file, wall / bare interpreter", new.wall, empty.wall, 4)


def _kustomize(bench: Bench) -> Iterator[Row]:
    files = max(bench.vms // 5, 10)
    folder = bench.repositories.get("kustomized", lambda folder: kustomized(folder, files))
    patch = min(folder.glob("applications/*/prod/patch.yaml"))
    written, numbers = patch.read_text("utf-8"), iter(range(1, 10**6))

    def change() -> None:
        patch.write_text(f"{written}  template: {{metadata: {{labels: {{edit: e{next(numbers)}}}}}}}\n", "utf-8")

    cold = bench.check(folder, "--no-cache", "--jobs", "1")
    with tempfile.TemporaryDirectory() as kept:
        options = ("--cache-dir", kept, "--jobs", "1")
        bench.check(folder, *options, best=1)
        warm = bench.check(folder, *options, before=change)
    patch.write_text(written, "utf-8")
    yield Row(f"kustomize, one of {files:,} files changed / cold, CPU", warm.cpu, cold.cpu, 0.3)


def _memory(bench: Bench) -> Iterator[Row]:
    vms = bench.size("unlike")
    few = max(vms // 10, 1)
    more = bench.cold("unlike", vms).memory - bench.cold("unlike", few).memory
    yield Row("unlike, memory of one more VM", max(more, 1) / max(vms - few, 1) / 1000, 1, 50, "kB")


def _growth(bench: Bench) -> Iterator[Row]:
    some, many = bench.cold("alike", bench.vms), bench.cold("alike", 10 * bench.vms)
    yield Row(f"growth, {10 * bench.vms:,} VMs beside {bench.vms:,}, CPU", many.cpu, some.cpu, 11)
    kilobytes = (many.memory - some.memory) / (9 * bench.vms) / 1000
    yield Row("growth, memory of one more VM", kilobytes, 1, 60, "kB")


ROWS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "alike": _cold("alike", 2.6),
    "unlike": _cold("unlike", 4),
    "real": _cold("real", 4.5),
    "workers": _workers,
    "small": _small,
    "kustomize": _kustomize,
    "memory": _memory,
    "warm": _warm,
    "changed": _changed,
    "haystack": _haystack,
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
    parser.add_argument("--vms", type=int, default=10_000, help="the VMs of the fleet of like VMs (default: 10,000)")
    parser.add_argument("--best", type=int, default=3, help="of how many runs the least counts (default: 3)")
    parser.add_argument("--before", metavar="PYTHON", help="an interpreter with an earlier vmlint, measured too")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.rows if name not in ROWS]:
        parser.error(f"no row is called `{unknown[0]}`: the rows are {', '.join(ROWS)}")
    print(_machine())
    print(f"the best of {arguments.best}\n")
    print(f"{'work':<60} {'ratio':>7} {'target':>7}  measured / against")
    with tempfile.TemporaryDirectory() as folder:
        repositories = Repositories(Path(folder))
        bench = Bench(repositories, arguments.vms, arguments.best)
        earlier = Bench(repositories, arguments.vms, arguments.best, arguments.before) if arguments.before else None
        for name in arguments.rows or ROWS:
            for row in ROWS[name](earlier) if earlier else ():
                print(row._replace(work=f"before: {row.work}"), flush=True)
            for row in ROWS[name](bench):
                print(row, flush=True)


if __name__ == "__main__":
    main()
