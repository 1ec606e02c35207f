"""Fixes in files: what they write, what they leave, and why."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

import vmlint
from vmlint.errors import UsageError
from vmlint.findings.finding import Report
from vmlint.fix.fixing import Fixing, fix
from vmlint.fix.rewriting import Rewrite

HEAD = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata:\n  name: web   # é\n  namespace: shop\n"
SPEC = (
    "spec:\n  running: true # on\n  template:\n    spec:\n      domain:\n        memory: {guest: 1Gi}\n"
    "        devices: {}\n"
)
VM = HEAD + SPEC
FIXED = VM.replace("running: true", "runStrategy: Always")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def judge(contents: Mapping[str, bytes]) -> Report:
    return vmlint.check(["."], overlay=contents)


def fixed(text: str | bytes, file: str = "vm.yaml", *, unsafe: bool = False) -> Fixing:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_bytes(text.encode() if isinstance(text, str) else text)
    return fix(judge, unsafe=unsafe)


def left(fixing: Fixing) -> list[tuple[str, str]]:
    return [(one.finding.slug, one.reason) for one in fixing.unfixed]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(VM, FIXED, id="plain"),
        pytest.param(VM.replace("\n", "\r\n"), FIXED.replace("\n", "\r\n"), id="line ends of Windows"),
        pytest.param("\ufeff" + VM, "\ufeff" + FIXED, id="byte-order mark"),
        pytest.param(VM.rstrip("\n"), FIXED.rstrip("\n"), id="no last line break"),
        pytest.param(
            f"# top\n---\n{VM}---\na: b  \n---\n{VM.replace('web', 'db')}...\n",
            f"# top\n---\n{FIXED}---\na: b  \n---\n{FIXED.replace('web', 'db')}...\n",
            id="several documents",
        ),
        pytest.param(
            "kind: List\napiVersion: v1\nitems:\n"
            + "".join(f"- {line}" if number == 0 else f"  {line}" for number, line in enumerate(VM.splitlines(True))),
            "kind: List\napiVersion: v1\nitems:\n"
            + "".join(
                f"- {line}" if number == 0 else f"  {line}" for number, line in enumerate(FIXED.splitlines(True))
            ),
            id="a list",
        ),
    ],
)
def test_every_other_byte_stays(before: str, after: str) -> None:
    fixing = fixed(before)
    assert [rewrite.new.decode() for rewrite in fixing.rewrites] == [after]
    assert fixing.unfixed == ()
    assert fixing.report.findings == ()
    assert Path("vm.yaml").read_bytes() == before.encode()
    fixing.rewrites[0].write()
    assert Path("vm.yaml").read_bytes() == after.encode()
    assert vmlint.check().findings == ()


def test_utf16_and_json() -> None:
    assert fixed(VM.encode("utf-16")).rewrites[0].new == FIXED.encode("utf-16")
    text = (
        '{"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine",\r\n "metadata": {"name": "web"},\r\n "spec":\t'
        '{"running": false, "template": {"spec": {"domain": {"memory": {"guest": "1Gi"}, "devices": {}}}}}}'
    )
    fixing = fixed(f"{text}\n{text.replace('web', 'db')}")
    after = text.replace('"running": false', '"runStrategy": "Halted"')
    assert fixing.rewrites[0].new.decode() == f"{after}\n{after.replace('web', 'db')}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (VM.replace("running: true", "running: &on true"), "an anchor, an alias or a tag is part of it"),
        (
            VM.replace("devices: {}", "devices: {}\n        devices: {}"),
            "the document can't be read, or has a key twice",
        ),
        (VM.replace("\n", "\r\n").replace("on\r\n", "on\n"), "its lines end in two ways"),
        (VM.encode().replace("é".encode(), b"\xe9"), "the file is not UTF-8 text"),
    ],
)
def test_what_is_not_sure_is_left(text: str | bytes, reason: str) -> None:
    fixing = fixed(text)
    assert (fixing.rewrites, fixing.fixed) == ((), ())
    assert left(fixing) == [("running-deprecated", reason)]


def test_a_base_and_its_patch_are_mended_where_each_value_is_written() -> None:
    Path("over").mkdir()
    Path("over/kustomization.yaml").write_text("resources: [../base]\npatches: [{path: memory.yaml}]\n")
    Path("over/memory.yaml").write_text(
        HEAD.replace("  namespace: shop\n", "") + "spec:\n  template: {metadata: {labels: {a: b}}}\n"
    )
    Path("base").mkdir()
    Path("base/kustomization.yaml").write_text("resources: [vm.yaml]\n")
    fixing = fixed(VM.replace("  namespace: shop\n", ""), "base/vm.yaml")
    assert [(rewrite.file, rewrite.new.decode()) for rewrite in fixing.rewrites] == [
        ("base/vm.yaml", FIXED.replace("  namespace: shop\n", ""))
    ]


def test_a_fix_that_would_bring_a_graver_fault_is_left() -> None:
    Path("kustomization.yaml").write_text("resources: [vm.yaml]\npatches: [{path: halted.yaml}]\n")
    Path("halted.yaml").write_text(HEAD + "spec: {running: false}\n")
    fixing = fixed(VM)
    assert fixing.rewrites == ()
    ((slug, reason),) = left(fixing)
    assert slug == "running-deprecated"
    assert reason.startswith("it would cause run-state-invalid in VirtualMachine shop/web: ")


def test_a_value_of_a_json_patch_is_left() -> None:
    Path("kustomization.yaml").write_text(
        "resources: [vm.yaml]\npatches: [{path: on.yaml, target: {kind: VirtualMachine}}]\n"
    )
    Path("on.yaml").write_text("- {op: add, path: /spec/running, value: true}\n")
    assert left(fixed(VM.replace("  running: true # on\n", ""))) == [
        ("running-deprecated", "a patch writes a part of it")
    ]


def test_suppressed_findings_and_deselected_rules_are_left_alone() -> None:
    suppressed = fixed(VM.replace("# on", "# vmlint: ignore[VM525]"))
    assert (suppressed.rewrites, suppressed.unfixed) == ((), ())
    Path("vm.yaml").write_text(VM)
    other = fix(lambda contents: vmlint.check(["."], overlay=contents, ignore=["VM525"]))
    assert (other.rewrites, other.unfixed) == ((), ())


def test_a_link_stays_one() -> None:
    Path("real.txt").write_text(VM)
    Path("vm.yaml").symlink_to("real.txt")
    fix(judge).rewrites[0].write()
    assert Path("vm.yaml").is_symlink()
    assert Path("real.txt").read_text() == FIXED


def test_writing_keeps_the_mode_and_refuses_what_has_changed() -> None:
    file = Path("vm.yaml")
    file.write_bytes(b"a")
    file.chmod(0o640)
    Rewrite("vm.yaml", b"a", b"b").write()
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"b", 0o640)
    with pytest.raises(UsageError, match="has changed meanwhile"):
        Rewrite("vm.yaml", b"a", b"c").write()
    assert [path.name for path in Path().iterdir() if path.name != ".git"] == ["vm.yaml"]


def test_a_diff_shows_where_the_last_line_has_no_end() -> None:
    assert Rewrite("a", b"x\ny", b"x\nz\n").diff() == (
        "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+z\n"
    )
