"""A workspace that is updated describes what a new one describes, and decodes only what differs."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.cases import FIXTURES, repos
from vmlint.api import judge
from vmlint.cli.fixtures import cases
from vmlint.config.config import Config
from vmlint.config.file import load_for
from vmlint.engine import repository
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import Workspace
from vmlint.errors import NothingToRead
from vmlint.report import render
from vmlint.source.read import decoded as decoded_files

FOLDERS = sorted({case.parent for case in cases(FIXTURES) if not (case / "before").is_dir()} | set(repos()))
VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec: {runStrategy: Always, template: {spec: {domain: {devices: {}, memory: {guest: 1Gi}}}}}
"""


def reported(workspace: Workspace) -> str:
    try:
        return render("json", judge(workspace.snapshot()))
    except NothingToRead:
        return "nothing"


def request(config: Config | None = None) -> RunRequest:
    return RunRequest((".",), config or load_for(["."]))


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name + "-" + folder.name)
def test_updates_say_what_a_new_run_says(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files lose and get back lines; after each change the same workspace goes on."""
    files = {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    (tmp_path / ".git").mkdir()
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    chance = random.Random(folder.name)
    workspace = Workspace.open(request())
    reported(workspace)
    manifests = sorted(name for name in files if name.suffix in (".yaml", ".yml") and ".vmlint" not in name.name)
    for _ in range(3 if manifests else 0):
        name = chance.choice(manifests)
        lines = files[name].decode("utf-8", "surrogateescape").splitlines(keepends=True)
        if lines:
            del lines[chance.randrange(len(lines))]
        text = "".join(lines).encode("utf-8", "surrogateescape")
        (tmp_path / name).write_bytes(text)
        workspace = workspace.update(str(name), text)
        assert reported(workspace) == reported(Workspace.open(request()))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "web.yaml").write_text(VM)
    (tmp_path / "db.yaml").write_text(VM.replace("web", "db"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_only_what_differs_is_decoded(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace.open(request())
    workspace.snapshot()
    decoded: list[str] = []

    def noted(files, may_wait=None, known=lambda _: None):  # type: ignore[no-untyped-def]
        files = list(files)
        decoded.extend(raw.name for raw in files if not hasattr(known(raw.name), "documents"))
        return decoded_files(files, may_wait, known)

    monkeypatch.setattr(repository, "decoded", noted)
    reported(workspace.update("web.yaml", VM.replace("1Gi", "much")))
    assert decoded == ["web.yaml"]


def test_files_come_and_go(shop: Path) -> None:
    workspace = Workspace.open(request())
    before = reported(workspace)
    more = workspace.update("new.yaml", VM.replace("web", "new").replace("Always", "Never"))
    assert "shop" in reported(more)
    assert reported(more) != before
    assert reported(more.update("new.yaml", None)) == before
    assert reported(workspace) == before  # which an update leaves as it is


def test_what_the_request_does_not_read_changes_nothing(shop: Path) -> None:
    workspace = Workspace.open(request(Config(exclude=("out/",))))
    before = reported(workspace)
    for file in ("../elsewhere.yaml", "out/a.yaml", "notes.txt"):
        assert reported(workspace.update(file, VM.replace("Always", "Never"))) == before
