"""What the paths of packs cost beside jsonpath-ng's own way, and a pack beside a whole run: it asserts nothing.

usage: python tests/benchmarks/bench_packs.py
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jsonpath_ng.ext.parser import parse

from vmlint.packs.query import Query
from vmlint.source.decode import decode_text

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.bench_schema import VM, best

PACK = Path(__file__).parents[2] / "fixtures" / "packs" / "house.yaml"
PATHS = (
    "metadata.labels.app",
    "spec.template.spec.domain.memory.guest",
    "spec.template.spec.volumes[*].name",
    "spec.template.spec.volumes[?(@.name == 'root')].dataVolume.name",
    "$..name",
)
VMS = 2000


def main() -> None:
    data = decode_text(VM, "vm.yaml").documents[0].data
    print(f"{'path':64} packs   jsonpath-ng  ratio")
    for text in PATHS:
        ours, theirs = best(_finding(Query.parse(text).find, data)), best(_finding(parse(text).find, data))
        print(f"{text:64} {ours:5.1f} µs {theirs:8.1f} µs  {ours / theirs:5.2f}")
    with tempfile.TemporaryDirectory() as folder:
        for number in range(VMS):
            Path(folder, f"{number}.yaml").write_text(VM.replace("name: web", f"name: web-{number}"))
        without, beside = (min(_run(folder, *options) for _ in range(3)) for options in ((), ("--rules", str(PACK))))
    print(f"check of {VMS} VMs: {without:.2f} s, with {PACK.name} {beside:.2f} s, ratio {beside / without:.2f}")


def _finding(find: Callable[[Any], Any], data: Any) -> Callable[[], Any]:
    return lambda: find(data)


def _run(folder: str, *options: str) -> float:
    """The seconds of a whole run."""
    words = [sys.executable, "-m", "vmlint", "check", folder, "--quiet", "--fail-on", "never", *options]
    start = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
