"""The command line without files behind it: three rules, and an engine that gives the report that a test wants."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from vmlint.cli import main
from vmlint.config.config import Config
from vmlint.findings.finding import Counts, Finding, Report
from vmlint.registry import own
from vmlint.rule import Effect, Level, Meta, Rule

PAGE = """{title}.

## What it does
Follows the volume to the claim or snapshot that it comes from, and looks for the label `example.io/default` there and
on each object on the way.

## Bad
    kind: PersistentVolumeClaim
    metadata:
      name: fedora
"""


def rule(id: str, slug: str, family: str, effect: Effect, title: str) -> Rule:
    meta = Meta(id, effect, "0.1", object)
    return Rule(meta, slug, title, lambda: PAGE.format(title=title), family, lambda *_: iter(()))


RULES = (
    rule("VM101", "volume-missing", "inference", Effect.REJECTED, "The VM infers from a volume that it does not have"),
    rule("VM103", "label-missing", "inference", Effect.STUCK, "The volume to infer from carries no default"),
    rule("VM401", "shared-disk", "storage", Effect.RISK, "Two VMs write to one disk"),
)


def finding(level: Level) -> Finding:
    return Finding(
        rule="VM401",
        slug="shared-disk",
        effect=Effect.RISK,
        level=level,
        resource=None,
        field="",
        message="two VMs write to one disk",
        fix="give each its own",
        file="vm.yaml",
        line=3,
        column=1,
        end_line=3,
        end_column=5,
    )


@dataclass
class Engine:
    """Stands in for the engine: keeps what it was asked."""

    report: Report = field(default_factory=lambda: Report("0.1", counts=Counts(files=1, documents=1, objects=1)))
    error: BaseException | None = None
    paths: list[str] = field(default_factory=list)
    config: Config = field(default_factory=Config)
    stdin: Any = None
    changed: str | None = None
    cache: Any = None
    references: bool = False
    before: Callable[[Any], None] = lambda progress: None

    def check(
        self,
        paths: Any,
        config: Any = None,
        *,
        stdin: Any = None,
        progress: Any = None,
        changed: str | None = None,
        overlay: Any = None,
        partial: bool = False,
        cache: Any = None,
        jobs: int | None = 1,
        reuse: bool = True,
        references: bool = False,
    ) -> Report:
        self.references = references
        self.paths, self.config, self.stdin, self.changed = list(paths), config, stdin, changed
        self.cache = cache
        self.before(progress)
        if self.error is not None:
            raise self.error
        return self.report

    def finds(self, level: Level) -> None:
        self.report = Report("0.1", findings=(finding(level),), counts=Counts(files=1, documents=1, objects=1))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    stand_in = Engine()
    module = ModuleType("vmlint.api")
    module.check = stand_in.check  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vmlint.api", module)
    monkeypatch.setattr(own, "rules", lambda: RULES)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "COLUMNS", "VMLINT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return stand_in


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(engine: Engine, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line; gives exit code, standard output and standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return run
