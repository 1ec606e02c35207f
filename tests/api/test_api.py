"""`vmlint.check`, as a program calls it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import vmlint
from vmlint.errors import ConfigError, NothingToRead, UsageError
from vmlint.report import json_
from vmlint.rule import Effect, Level

ROOT = Path(__file__).parents[2]
CASE = ROOT / "fixtures" / "infer-broken-hop" / "bad"
QUICKSTART = ROOT / "fixtures" / "quickstart"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(CASE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_paths_the_working_directory_is_checked() -> None:
    report = vmlint.check()
    assert [(finding.rule, finding.file) for finding in report.findings] == [("VM105", "vms/web.yaml")]
    assert report.version == vmlint.__version__


def test_the_fields_of_a_finding() -> None:
    (finding,) = vmlint.check([Path("vms"), "images"]).findings
    assert (finding.slug, finding.effect, finding.level) == ("infer-broken-hop", Effect.UNRESOLVED, Level.WARNING)
    assert str(finding.resource) == "VirtualMachine shop/web"
    assert finding.field == "spec.instancetype.inferFromVolume"
    assert finding.excerpt.strip() == "inferFromVolume: root"
    assert finding.excerpt[finding.column - 1 : finding.end_column - 1] == "root"
    assert [step.file for step in finding.chain] == ["vms/web.yaml", "vms/web.yaml", ""]


def test_keywords_go_before_the_configuration() -> None:
    Path(".vmlint.yaml").write_text("closed-world: true\n", "utf-8")

    def effects(**keywords: Any) -> list[Effect]:
        return [finding.effect for finding in vmlint.check(select=["infer-broken-hop"], **keywords).findings]

    assert effects() == [Effect.REJECTED]
    assert effects(closed_world=False) == [Effect.UNRESOLVED]
    assert effects(config=vmlint.Config()) == [Effect.UNRESOLVED]


def test_levels_and_rules_that_are_off() -> None:
    (finding,) = vmlint.check(levels={"VM1": "note"}).findings
    assert (finding.level, finding.effect) == (Level.NOTE, Effect.UNRESOLVED)
    assert vmlint.check(levels={"infer-broken-hop": "off"}).findings == ()
    assert vmlint.check(ignore=["inference"]).findings == ()
    assert {rule.family for rule in vmlint.check(select=["hygiene"]).rules} == {"hygiene"}


def test_overrides_hold_for_some_files() -> None:
    assert vmlint.check(overrides=[{"paths": ["vms/"], "ignore": ["VM105"]}]).findings == ()
    assert len(vmlint.check(overrides=[{"paths": ["images/"], "ignore": ["VM105"]}]).findings) == 1


def test_mistakes_are_reported() -> None:
    with pytest.raises(UsageError, match="closed_wrld"):
        vmlint.check(closed_wrld=True)
    with pytest.raises(UsageError, match="no such file"):
        vmlint.check(["nowhere"])
    Path(".vmlint.yaml").write_text("closed-world: maybe\nnonsense: 1\n", "utf-8")
    with pytest.raises(ConfigError) as reported:
        vmlint.check()
    assert len(reported.value.mistakes) == 2


def test_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToRead, match="empty"):
        vmlint.check(["empty"])


def test_standard_input() -> None:
    vm = Path("vms/web.yaml").read_bytes()
    report = vmlint.check(["-"], stdin=io.BytesIO(vm), select=["infer-broken-hop"])
    assert [(finding.file, finding.line) for finding in report.findings] == [("<stdin>", 9)]


def test_references_outside_and_unknown_are_counted() -> None:
    text = Path("vms/web.yaml").read_text("utf-8")
    Path("vms/web.yaml").write_text(text.replace("name: fedroa", "name: ${OS}"), "utf-8")
    counts = vmlint.check().counts
    assert (counts.outside, counts.unknown) == (0, 1)
    Path("vms/web.yaml").write_text(text, "utf-8")
    counts = vmlint.check(outside=["DataSource golden/*"]).counts
    assert (counts.outside, counts.unknown) == (1, 0)


def test_undecided_questions_come_in_the_order_of_their_places() -> None:
    text = Path("vms/web.yaml").read_text("utf-8")
    for name in ("b", "a"):
        Path(f"vms/{name}.yaml").write_text(text.replace("web", name), "utf-8")
    report = vmlint.check(outside=["DataSource golden/*"], select=["infer-label-missing"])
    assert [item.file for item in report.undecided] == ["vms/a.yaml", "vms/b.yaml", "vms/web.yaml"]


def test_progress_is_reported_in_stages() -> None:
    reported: list[tuple[str, int, int]] = []
    vmlint.check(progress=lambda *stage: reported.append(stage))
    stages = list(dict.fromkeys(stage for stage, _, _ in reported))
    assert stages == ["reading", "decoding", "checking"]
    assert reported[-1][1] == reported[-1][2]


@pytest.mark.slow
def test_the_same_files_give_the_same_bytes_on_every_hash_seed() -> None:
    code = f"import vmlint; from vmlint.report import json_; print(json_.render(vmlint.check([{str(QUICKSTART)!r}])))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=120,
        ).stdout
        for seed in ("0", "1", "7")
    }
    assert len(said) == 1
    assert json.loads(said.pop()) == json.loads(json_.render(vmlint.check([QUICKSTART])))


def test_a_strict_run_counts_what_it_could_not_decide(tmp_path: Path) -> None:
    text = VM_WITH_OUTSIDE_CLAIM
    (tmp_path / "strict").mkdir()
    (tmp_path / "strict/vm.yaml").write_text(text, "utf-8")
    tmp_path /= "strict"
    loose = vmlint.check([tmp_path], outside=["PersistentVolumeClaim shop/web-root"])
    assert (loose.strict, loose.findings, loose.unanswered) == (False, (), 1)
    assert vmlint.check([tmp_path], outside=["PersistentVolumeClaim shop/web-root"], strict=True).strict


def test_unknown_fields_are_errors_where_the_tool_validates_strictly(tmp_path: Path) -> None:
    tmp_path /= "strict"
    tmp_path.mkdir()
    (tmp_path / "vm.yaml").write_text(VM_WITH_OUTSIDE_CLAIM.replace("domain:", "frobnicate: 1\n      domain:"), "utf-8")
    outside = ["PersistentVolumeClaim shop/web-root"]
    (dropped,) = vmlint.check([tmp_path], outside=outside).findings
    (refused,) = vmlint.check([tmp_path], outside=outside, unknown_fields="error").findings
    assert (dropped.slug, dropped.level, refused.level) == ("unknown-field", "warning", "error")


VM_WITH_OUTSIDE_CLAIM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  runStrategy: Halted
  template:
    spec:
      domain: {devices: {}, memory: {guest: 2Gi}}
      volumes: [{name: root, persistentVolumeClaim: {claimName: web-root}}]
"""


def test_of_a_file_that_is_not_read_the_file_is_to_be_made_readable() -> None:
    Path("large.yaml").write_text("a: 1\n" * 300, "utf-8")
    Path("broken.yaml").write_text("a: b: c\n", "utf-8")
    report = vmlint.check(["large.yaml", "broken.yaml"], max_file_size=1024)
    assert [(finding.file, finding.fix.partition(",")[0].partition(";")[0]) for finding in report.findings] == [
        ("broken.yaml", "fix the document"),
        ("large.yaml", "make the file readable"),
    ]
