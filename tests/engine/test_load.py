"""Paths to a repository: what is linted, what only exists, what is counted."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from vmlint.config.config import Config
from vmlint.engine.repository import Repository
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import snapshot_of

CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: %s}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files: str) -> None:
    """Files by name; `_` in a name stands for `/`."""
    for name, text in files.items():
        file = Path(f"{name.replace('_', '/')}.yaml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def read(*paths: str, stdin: bytes = b"", **settings: object) -> Repository:
    config = Config(**settings)  # type: ignore[arg-type]
    return snapshot_of(RunRequest(paths, config, stdin=io.BytesIO(stdin))).repository


def test_objects_in_the_order_of_their_files() -> None:
    write(b=CLAIM % "b", a_z=CLAIM % "z", a=CLAIM % "a")
    assert [one.name for one in read().resources] == ["a", "z", "b"]


def test_documents_are_counted() -> None:
    write(
        one="---\n".join((CLAIM % "a", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n", "just: data\n", "a: [\n")),
        two="apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n",
    )
    repository = read()
    counts = repository.counts
    assert (counts.files, counts.documents, counts.objects, counts.irrelevant) == (2, 5, 3, 2)
    assert [document.problem is not None for document in repository.documents].count(True) == 1


def test_an_unreadable_document_takes_no_other_with_it() -> None:
    write(all="---\n".join(("a: [\n", CLAIM % "a")))
    assert [one.name for one in read().resources] == ["a"]


def test_the_default_namespace() -> None:
    write(a=CLAIM % "a")
    assert [one.namespace for one in read(default_namespace="shop").resources] == ["shop"]


def test_what_the_context_holds_exists_and_is_not_linted() -> None:
    write(apps_a=CLAIM % "a", cluster_b=CLAIM % "b")
    for paths in ((".",), ("apps",), ("apps", "cluster/b.yaml")):
        repository = read(*paths, context=("cluster",))
        assert [(one.name, one.linted) for one in repository.resources] == [("a", True), ("b", False)]
        assert [document.file for document in repository.documents] == ["apps/a.yaml"]
        assert repository.counts.files == 1


def test_excluded_files_are_not_read() -> None:
    write(apps_a=CLAIM % "a", legacy_b=CLAIM % "b")
    assert [one.name for one in read(exclude=("legacy/",)).resources] == ["a"]
    below = read("apps", "legacy", exclude=("/legacy/",), root=".")
    assert [one.name for one in below.resources] == ["a"]


def test_standard_input() -> None:
    repository = read("-", stdin=(CLAIM % "a").encode())
    assert [(one.name, one.document.file) for one in repository.resources] == [("a", "<stdin>")]


def test_progress_counts_files() -> None:
    write(a=CLAIM % "a", b=CLAIM % "b")
    told: list[tuple[str, int, int]] = []
    snapshot_of(RunRequest(config=Config(), progress=lambda *stage: told.append(stage)))
    assert told == [("reading", 1, 0), ("reading", 2, 0), ("decoding", 1, 2), ("decoding", 2, 2)]


def test_objects_of_other_groups_are_irrelevant() -> None:
    write(a="apiVersion: infrastructure.cluster.x-k8s.io/v1\nkind: VirtualMachine\nmetadata: {name: a}\n")
    repository = read()
    assert (repository.resources, repository.counts.irrelevant) == ((), 1)
