"""`check --reuse none` saves no work, and its report is the same."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import pytest

import vmlint
from tests.cases import FIXTURES, repos
from vmlint.cache import Cache
from vmlint.cli import main
from vmlint.cli.exits import Exit
from vmlint.cli.fixtures import _Folders, cases
from vmlint.findings.finding import Report
from vmlint.report import render
from vmlint.source import document, lines
from vmlint.world.application import Application
from vmlint.world.likeness import Templates

CASES = cases(FIXTURES)
FAMILIES = sorted({case.parent for case in CASES} | {tree.parent for tree in repos()})

MACHINES = "---\n".join(
    f"""\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: {name}, namespace: shop}}
spec:
  runStrategy: Always
  dataVolumeTemplates:
  - metadata: {{name: {name}-root}}
    spec: {{storage: {{resources: {{requests: {{storage: 10Gi}}}}}}, source: {{blank: {{}}}}}}
  template: {{spec: {{domain: {{devices: {{}}, memory: {{guest: 1Gi}}}}}}}}
"""
    for name in ("web", "db")
)
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {}\n"


def rendered(report: Report) -> tuple[str, ...]:
    return tuple(render(name, report, **options) for name, options in (("json", {}), ("text", {"verbose": True})))


def reports(folder: Path, reuse: bool) -> list[tuple[str, ...]]:
    """The reports of a case or a repository, compared with what was before where it has that."""
    before = (folder / "before").absolute()
    with chdir(folder / "after" if before.is_dir() else folder):
        changed = _Folders.of(before, Path.cwd()) if before.is_dir() else None
        return [rendered(vmlint.check(changed=changed, reuse=reuse))]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_report_is_the_same(family: Path) -> None:
    for folder in sorted(one for one in family.iterdir() if one in CASES or one.name == "tree"):
        assert reports(folder, reuse=False) == reports(folder, reuse=True), folder
    for text, line in lines._lines.items():
        assert repr(line) == repr(lines._read(text)), "somebody has changed the data of a document"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "vms.yaml").write_text(f"{MACHINES}---\n{DEPLOYMENT}", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_is_saved(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    made = document.Document.__init__

    def noticed(self: document.Document, *words: object, **more: object) -> None:
        seen.append(bool(more.get("waiting")))
        made(self, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(document.Document, "__init__", noticed)
    cache = Cache(tmp_path / "cache", least_bytes=0)
    vmlint.check(reuse=False, cache=cache, jobs=None)
    assert seen.count(True) == 0
    assert not (tmp_path / "cache").exists()
    vmlint.check(cache=cache)
    assert seen.count(True) == 1
    assert (tmp_path / "cache").exists()


@pytest.mark.parametrize("reuse", [True, False])
@pytest.mark.parametrize("data", ["  http: web: 8080\n", "  http: web\n  http: www\n"])
def test_a_flawed_document_that_nobody_reads_is_no_finding(repository: Path, data: str, reuse: bool) -> None:
    (repository / "unused.yaml").write_text(f"apiVersion: v1\nkind: ConfigMap\ndata:\n{data}", "utf-8")
    assert vmlint.check(["unused.yaml"], reuse=reuse).findings == ()


def test_no_object_is_judged_for_another(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it compares objects")

    monkeypatch.setattr(Application, "_alike", never)
    monkeypatch.setattr("vmlint.world.likeness._blanked_template", never)
    vmlint.check(reuse=False)
    with pytest.raises(AssertionError):
        Templates().alike({})


def test_the_option(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for words in ([], ["--reuse", "none"]):
        main(["check", "--format", "json", *words])
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert main(["check", "--reuse", "some"]) == Exit.USAGE
    assert "all or none" in capsys.readouterr().err
