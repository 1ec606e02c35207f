"""The long run: `python -m tests.fuzz --minutes 30 [--seed N] [--save FOLDER]`; `--case FOLDER` looks at a saved one.

Half of the cases are fixtures with mutations, half whole repositories made by hypothesis. Each that escapes is saved
with its traceback, once for each place that raised. The exit code is 1 where any did.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from .case import Case, corpus, load, save
from .harm import Escape
from .mutation import mutated
from .repositories import drawn
from .survey import survey

_LONGEST = 60
"""The seconds that one case may take; all of them are small."""

_ROUND = 200
"""The cases of one kind, before those of the other kind have their turn."""


class _Run:
    def __init__(self, folder: Path, random: Random) -> None:
        self._folder = folder
        self._random = random
        self.ends: Counter[str] = Counter()
        self.escapes: Counter[str] = Counter()
        self.slowest = 0.0

    def look(self, kind: str, case: Case) -> None:
        began = time.monotonic()
        try:
            with tempfile.TemporaryDirectory() as made, _limited():
                self.ends[f"{kind}: {survey(case, Path(made), self._random)}"] += 1
        except Exception as error:
            self._keep(case, error)
        self.slowest = max(self.slowest, time.monotonic() - began)

    def _keep(self, case: Case, error: Exception) -> None:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        what = str(error)[:60] if isinstance(error, Escape) else ""
        key = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno} {what}".strip()
        if not self.escapes[key]:
            folder = self._folder / f"{len(self.escapes) + 1:03}"
            save(case, folder / "case")
            (folder / "error.txt").write_text("".join(traceback.format_exception(error)), "utf-8", "backslashreplace")
            print(f"escape: {key}: saved in {folder}", flush=True)
        self.escapes[key] += 1


@contextmanager
def _limited() -> Iterator[None]:
    def late(number: int, frame: Any) -> None:
        raise Escape(f"not done after {_LONGEST} seconds")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(_LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--save", type=Path, default=Path(".fuzz"))
    parser.add_argument("--case", type=Path)
    arguments = parser.parse_args()
    if arguments.case:
        with tempfile.TemporaryDirectory() as made:
            print(survey(load(arguments.case), Path(made)))
        return 0
    seed = arguments.seed if arguments.seed is not None else Random().randrange(2**32)
    began = time.monotonic()
    end = began + arguments.minutes * 60
    random = Random(seed)
    run = _Run(arguments.save, random)
    print(f"seed {seed}, {len(corpus())} fixtures", flush=True)
    while time.monotonic() < end:
        for _ in range(_ROUND):
            run.look("mutated", mutated(random.choice(corpus()), corpus(), random))
        for case in drawn(_ROUND, random.randrange(2**32)):
            run.look("drawn", case)
        minutes = (time.monotonic() - began) / 60
        print(f"{minutes:.1f} min: {run.ends.total()} cases, {run.escapes.total()} escapes", flush=True)
    for what, number in sorted(run.ends.items()):
        print(f"{number:8}  {what}")
    print(f"slowest case {run.slowest:.1f} s; {len(run.escapes)} kinds of escapes in {run.escapes.total()} cases")
    return 1 if run.escapes else 0


if __name__ == "__main__":
    sys.exit(main())
