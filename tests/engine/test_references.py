"""The list of external references, which is made where somebody asks for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import vmlint.api
from vmlint.cache import Cache
from vmlint.findings.finding import OpenReference

ROOT = Path(__file__).parents[2]

_VM = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: NAME, namespace: shop}
spec:
  runStrategy: Always
  instancetype: {name: u1.medium}
  preference: {name: "${PREFERENCE}"}
  template:
    spec:
      domain: {devices: {}}
      volumes:
        - {name: root, persistentVolumeClaim: {claimName: disk}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(_VM.replace("NAME", name), "utf-8")
    return tmp_path


def test_each_is_listed_with_kind_name_reason_and_place(folder: Path) -> None:
    report = vmlint.api.check([folder], references=True)
    assert [(one.kind, one.name, Path(one.file).name, one.line) for one in report.references] == [
        ("VirtualMachineClusterInstancetype", "u1.medium", "a.yaml", 7),
        ("VirtualMachineClusterInstancetype", "u1.medium", "b.yaml", 7),
        ("VirtualMachineClusterPreference", "${PREFERENCE}", "a.yaml", 8),
        ("VirtualMachineClusterPreference", "${PREFERENCE}", "b.yaml", 8),
    ]
    assert {re.sub(r" v[0-9].*", "", one.reason) for one in report.references} == {
        "from common-instancetypes",
        "the name contains a variable",
    }


def test_nothing_is_listed_unless_somebody_asks(folder: Path) -> None:
    report = vmlint.api.check([folder])
    assert report.references == ()
    assert (report.counts.outside, report.counts.unknown) == (2, 2)


def test_a_report_from_the_cache_has_the_list_too(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    def listed() -> tuple[OpenReference, ...]:
        cache = Cache(tmp_path_factory.getbasetemp() / "references", least_bytes=0)
        return vmlint.api.check([folder], cache=cache, references=True).references

    first = listed()
    assert len(first) == 4
    assert listed() == first
    (folder / "b.yaml").write_text(_VM.replace("NAME", "c"), "utf-8")
    assert listed() == vmlint.api.check([folder], references=True).references


@pytest.mark.parametrize("name", ["instancetype-not-found", "kustomization-invalid", "network-not-found", "quickstart"])
def test_there_are_as_many_as_the_report_counts(name: str) -> None:
    for case in sorted(path for path in (ROOT / "fixtures" / name).iterdir() if path.is_dir()):
        report = vmlint.api.check([case], references=True)
        assert len(report.references) == report.counts.outside + report.counts.unknown
