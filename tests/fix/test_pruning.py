"""Dead suppressions are taken out, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

import vmlint
from vmlint.fix.prune import Pruning, prune

HEAD = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata:\n  name: web   # é\n  namespace: shop\n"
SPEC = (
    "spec:\n  running: true\n  template:\n    spec:\n      domain:\n        memory: {guest: 1Gi}\n        devices: {}\n"
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pruned(text: str) -> tuple[str, Pruning]:
    Path("vm.yaml").write_bytes(text.encode("utf-8"))
    pruning = prune(vmlint.check().suppressions)
    for rewrite in pruning.rewrites:
        assert rewrite.old == text.encode("utf-8")
        Path(rewrite.file).write_bytes(rewrite.new)
    assert all(one.rule != "VM903" for one in vmlint.check().findings) or pruning.left
    return Path("vm.yaml").read_bytes().decode("utf-8"), pruning


ANNOTATIONS = "  annotations:\n    vmlint.dev/ignore: "


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(HEAD + "# vmlint: ignore[VM203] x\n" + SPEC, HEAD + SPEC, id="a line of its own"),
        pytest.param(
            HEAD + SPEC.replace("true", "true  # vmlint: ignore[VM203, nonsense] x"), HEAD + SPEC, id="behind a value"
        ),
        pytest.param(
            HEAD + SPEC.replace("true", "true # vmlint: ignore[VM203,VM525 , nonsense] x"),
            HEAD + SPEC.replace("true", "true # vmlint: ignore[VM525] x"),
            id="one of several",
        ),
        pytest.param(
            "# vmlint: ignore-file[VM2, VM5]  x\n---\n" + HEAD + SPEC,
            "# vmlint: ignore-file[VM5]  x\n---\n" + HEAD + SPEC,
            id="for the file",
        ),
        pytest.param(HEAD + ANNOTATIONS + "VM203\n" + SPEC, HEAD + SPEC, id="the only annotation"),
        pytest.param(
            HEAD + ANNOTATIONS + "VM203  # why\n    other: x\n" + SPEC,
            HEAD + "  annotations:\n    other: x\n" + SPEC,
            id="one of two annotations",
        ),
        pytest.param(
            HEAD + ANNOTATIONS + "'VM203,  VM525' # why\n" + SPEC,
            HEAD + ANNOTATIONS + "'VM525' # why\n" + SPEC,
            id="a name of an annotation",
        ),
        pytest.param(
            (HEAD + "# vmlint: ignore[VM203]\n" + SPEC.replace("true", "true # vmlint: ignore[VM1]")).replace(
                "\n", "\r\n"
            ),
            (HEAD + SPEC).replace("\n", "\r\n"),
            id="line ends of Windows",
        ),
        pytest.param("\ufeff# vmlint: ignore[VM1]\n" + HEAD + SPEC, "\ufeff" + HEAD + SPEC, id="byte-order mark"),
        pytest.param(
            HEAD + "# vmlint: ignore[VM1]\n" + SPEC.rstrip("\n"), HEAD + SPEC.rstrip("\n"), id="no last line break"
        ),
        pytest.param(
            "a: 'x # vmlint: ignore[VM1]'\n---\n" + HEAD + SPEC,
            "a: 'x # vmlint: ignore[VM1]'\n---\n" + HEAD + SPEC,
            id="text of a string",
        ),
        pytest.param(
            HEAD + SPEC.replace("true", "true # vmlint: ignore[VM525] x"),
            HEAD + SPEC.replace("true", "true # vmlint: ignore[VM525] x"),
            id="one that is used",
        ),
        pytest.param(
            HEAD
            + "# vmlint: ignore[VM203]\n"
            + SPEC
            + "---\n"
            + HEAD.replace("web", "db")
            + ANNOTATIONS
            + "x\n"
            + SPEC,
            HEAD + SPEC + "---\n" + HEAD.replace("web", "db") + SPEC,
            id="two documents",
        ),
    ],
)
def test_every_other_byte_stays(before: str, after: str) -> None:
    text, pruning = pruned(before)
    assert text == after
    assert pruning.left == ()
    assert pruning.rewrites or before == after


def test_what_was_done_is_reported() -> None:
    _, pruning = pruned(HEAD + "# vmlint: ignore[VM203, VM1] x\n" + SPEC.replace("true", "true # vmlint: ignore[none]"))
    assert pruning.done == ("vm.yaml:6: `VM203`, `VM1`", "vm.yaml:8: `none`")


@pytest.mark.parametrize(
    "annotations",
    [
        "  annotations: {vmlint.dev/ignore: VM203}\n",
        "  annotations:\n    vmlint.dev/ignore: >-\n      VM203\n",
        "  annotations:\n    vmlint.dev/ignore: VM203,\n      VM201\n",
        "  annotations: &all\n    vmlint.dev/ignore: VM203\n  labels: *all\n",
    ],
)
def test_what_is_written_in_another_way_is_left(annotations: str) -> None:
    before = HEAD + annotations + SPEC
    text, pruning = pruned(before)
    assert (text, pruning.rewrites) == (before, ())
    assert [reported.partition(":")[0] for reported in pruning.left] == ["vm.yaml"]


def test_malformed_and_misplaced_ones_are_left() -> None:
    before = (
        HEAD + "  labels: {vmlint.dev/ignore: VM203}\n" + SPEC + "# vmlint: ignore VM203\n# vmlint: ignore[VM525]\n"
    )
    assert pruned(before) == (before, Pruning((), (), ()))


def test_a_file_that_is_no_utf8_is_left() -> None:
    Path("vm.yaml").write_bytes((HEAD + "# vmlint: ignore[VM203]\n" + SPEC).encode("utf-16"))
    pruning = prune(vmlint.check().suppressions)
    assert pruning == Pruning((), (), ("vm.yaml:6: `VM203` is kept, as the file is not UTF-8 text",))
