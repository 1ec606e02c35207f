"""Random sequences of edits: after each one, a folder of the server reports what a new run reports.

`python -m tests.server.sequences 1000` runs as many, and prints the seed of each that fails.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

from tests.cases import FIXTURES, repos
from vmlint import registry
from vmlint.api import judge
from vmlint.cli.fixtures import cases
from vmlint.config.file import load_for
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import Workspace
from vmlint.errors import NothingToRead, VmlintError
from vmlint.findings.finding import Report
from vmlint.report import render
from vmlint.server.session import Folder

__all__ = ["Difference", "Sequence"]

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_TYPED = ("x", " ", "\n", ":", "- ", '"', "name: web\n", "#", "---\n", "[", "{}", "😀", "\t", "null", "'", "*a")
_SETTINGS = (
    "closed-world: true\n",
    "target: {kubevirt: '1.6'}\n",
    "ignore: [hygiene]\n",
    "levels: {hygiene: error}\n",
    "outside: ['Secret */*']\n",
    "closed-world: tru\n",
)


class Difference(AssertionError):  # noqa: N818 - it is what was found
    """The server reports something else than a new run."""


class Sequence:
    """A repository of some fixtures, and edits of it."""

    def __init__(self, seed: object, root: Path) -> None:
        self.chance = random.Random(str(seed))
        self.root = root
        self.done: list[str] = []
        (root / ".git").mkdir()
        sources = [case for case in cases(FIXTURES) if not (case / "before").is_dir()] + list(repos())
        together = self.chance.random() < 0.5
        for number, case in enumerate(self.chance.sample(sources, self.chance.randint(1, 4))):
            shutil.copytree(case, root if together else root / f"part{number}", dirs_exist_ok=True)
        self.folder = Folder(root)
        self.open: dict[str, str] = {}
        self.first = self._files()

    def run(self, steps: int) -> None:
        """Make edits, and compare after each. Raises Difference."""
        self.compare()
        for _ in range(steps):
            edits = (
                *[self.type] * 8,
                *[self.swap] * 6,
                *[self.cut] * 4,
                self.undo,
                self.add,
                self.remove,
                self.rename,
                self.save,
                self.close,
                self.switch,
                self.set_up,
            )
            edit: Callable[[], None] = self.chance.choice(edits)
            self.done.append(edit.__name__)
            edit()
            self.compare()

    # Edits

    def type(self) -> None:
        name, text = self._any()
        at = self.chance.randint(0, len(text))
        self._edit(name, text[:at] + self.chance.choice(_TYPED) + text[at:])

    def swap(self) -> None:
        """A word in place of another one: names are among them."""
        name, text = self._any()
        words = list(_TOKEN.finditer(text))
        others = _TOKEN.findall(self._any()[1])
        if words and others:
            word = self.chance.choice(words)
            self._edit(name, text[: word.start()] + self.chance.choice(others) + text[word.end() :])

    def cut(self) -> None:
        name, text = self._any()
        lines = text.splitlines(keepends=True)
        if lines:
            start = self.chance.randrange(len(lines))
            del lines[start : start + self.chance.choice((1, 1, 1, 3))]
        self._edit(name, "".join(lines))

    def undo(self) -> None:
        name = self.chance.choice([*self.first] or [""])
        if name:
            self._edit(name, self.first[name].decode("utf-8", "replace"))

    def add(self) -> None:
        name, text = self._any()
        words = _TOKEN.findall(text)
        if words:
            text = text.replace(self.chance.choice(words), "new", 1)
        self._write(f"{Path(name).parent}/new{self.chance.randrange(3)}.yaml".removeprefix("./"), text.encode())

    def remove(self) -> None:
        name, _ = self._any()
        (self.root / name).unlink(missing_ok=True)
        self.folder.touched([name])

    def rename(self) -> None:
        name, _ = self._any()
        if (self.root / name).is_file():
            new = str(Path(name).with_name(f"renamed{self.chance.randrange(3)}.yaml"))
            (self.root / name).rename(self.root / new)
            self.folder.touched([name, new])

    def save(self) -> None:
        for name, text in self.open.items():
            self._write(name, text.encode("utf-8", "surrogatepass"))

    def close(self) -> None:
        for name in list(self.open):
            del self.open[name]
            self.folder.closed(name)

    def switch(self) -> None:
        """Another branch: some files are what they were at first, others are gone."""
        touched = []
        for name, data in self.first.items():
            if self.chance.random() < 0.3:
                (self.root / name).unlink(missing_ok=True)
                touched.append(name)
            elif self.chance.random() < 0.7:
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                (self.root / name).write_bytes(data)
                touched.append(name)
        self.folder.touched(touched)

    def set_up(self) -> None:
        self._write(".vmlint.yaml", self.chance.choice(_SETTINGS).encode())

    def _edit(self, name: str, text: str) -> None:
        self.open[name] = text
        self.folder.opened(name, text)

    def _write(self, name: str, data: bytes) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_bytes(data)
        self.folder.touched([name])

    def _any(self) -> tuple[str, str]:
        """A manifest and its text, most of the time one that is open already."""
        names = sorted(self.open) if self.open and self.chance.random() < 0.6 else sorted(self._files())
        if not names:
            return "vm.yaml", ""
        name = self.chance.choice(names)
        if name in self.open:
            return name, self.open[name]
        return name, (self.root / name).read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")

    def _files(self) -> dict[str, bytes]:
        found = (file for file in self.root.rglob("*") if file.suffix in (".yaml", ".yml", ".json"))
        named = {str(file.relative_to(self.root)): file for file in found if file.is_file()}
        return {
            name: named[name].read_bytes()
            for name in sorted(named)
            if not any(part.startswith(".") for part in Path(name).parts)
        }

    # Comparing

    def compare(self) -> None:
        """Raises Difference where the server does not report what a new run reports of the same texts."""
        checked = self.folder.check()
        ours = checked.trouble or _shown(checked.report)
        theirs = self._anew()
        if ours != theirs:
            raise Difference(f"after {', '.join(self.done)}:\n{_first_difference(str(theirs), str(ours))}")

    def _anew(self) -> str | tuple[str, ...]:
        analysed = {name: one.text for name in self.open if (one := self.folder.analysed(name)) is not None}
        overlay = {name: text.encode("utf-8", "surrogatepass") for name, text in analysed.items()}
        with chdir(self.root):
            missing = [name for name in overlay if not Path(name).is_file()]
            for name in missing:
                Path(name).parent.mkdir(parents=True, exist_ok=True)
                Path(name).write_bytes(overlay[name])
            try:
                config = load_for((), known_rules=registry.known())
                return _shown(judge(Workspace.open(RunRequest((), config, overlay=overlay)).snapshot()))
            except NothingToRead:
                return _shown(None)
            except VmlintError as error:
                return tuple(getattr(error, "mistakes", (str(error),)))
            finally:
                for name in missing:
                    Path(name).unlink()


def _shown(report: Report | None) -> str:
    return "" if report is None or not report.rules else render("json", report)


def _first_difference(expected: str, found: str) -> str:
    old, new = expected.splitlines(), found.splitlines()
    at = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), 0)
    return "\n".join(("a new run:", *old[max(at - 12, 0) : at + 6], "the server:", *new[max(at - 12, 0) : at + 6]))


def main(number: int, first: int = 0, steps: int = 8) -> int:
    failed = 0
    for seed in range(first, first + number):
        with tempfile.TemporaryDirectory() as folder:
            try:
                Sequence(seed, Path(folder)).run(steps)
            except Exception as error:
                failed += 1
                print(f"seed {seed}: {type(error).__name__}: {error}", flush=True)
    print(f"{number} sequences of {steps} edits, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
