"""Which files come in through kustomizations, and from where none does."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path

import pytest

import vmlint
from vmlint.findings.finding import Report

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web}
spec: {runStrategy: Alwys, template: {spec: {domain: {devices: {}, memory: {guest: 1Gi}}}}}
"""
FILES = {
    "base/kustomization.yaml": "resources: [vm.yaml]\ncomponents: [../part]\n",
    "base/vm.yaml": VM,
    "base/other.yaml": VM.replace("web", "other"),
    "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: a-\n",
    "overlays/prod/kustomization.yaml": (
        "namespace: prod\nresources: [../../base]\nconfigMapGenerator: [{name: m, files: [seed.txt]}]\n"
    ),
    "overlays/prod/seed.txt": "x\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (root / ".git").mkdir()
    return root


def found(report: Report) -> list[tuple[str, str]]:
    return [(finding.file, str(finding.resource)) for finding in report.findings]


def test_an_overlay_is_read_with_what_it_names(repository: Path) -> None:
    with chdir(repository):
        assert found(vmlint.check(["overlays/prod"])) == [("base/vm.yaml", "VirtualMachine prod/a-web")]


def test_so_it_is_inside_of_it(repository: Path) -> None:
    with chdir(repository / "overlays/prod"):
        assert found(vmlint.check()) == [("../../base/vm.yaml", "VirtualMachine prod/a-web")]


def test_a_named_kustomization_is_read_with_what_it_names(repository: Path) -> None:
    with chdir(repository):
        report = vmlint.check(["overlays/prod/kustomization.yaml"])
    assert found(report) == [("base/vm.yaml", "VirtualMachine prod/a-web")]


def test_a_named_file_is_read_with_the_kustomization_beside_it(repository: Path) -> None:
    with chdir(repository):
        assert found(vmlint.check(["base/vm.yaml"])) == [("base/vm.yaml", "VirtualMachine default/a-web")]


def test_nothing_outside_the_root_is_read(repository: Path) -> None:
    (repository / "base/kustomization.yaml").write_text("resources: [vm.yaml, ../../outside]\n", "utf-8")
    outside = repository.parent / "outside"
    outside.mkdir()
    (outside / "kustomization.yaml").write_text("resources: [vm.yaml]\n", "utf-8")
    (outside / "vm.yaml").write_text(VM.replace("web", "outside"), "utf-8")
    with chdir(repository):
        report = vmlint.check(["overlays/prod"])
    assert [(one.slug, one.file) for one in report.findings if one.slug == "kustomization-path-missing"] == [
        ("kustomization-path-missing", "base/kustomization.yaml")
    ]
    assert not any("outside" in str(one.resource) for one in report.findings)


def test_a_link_out_of_the_root_is_not_followed(repository: Path) -> None:
    (repository.parent / "secret.yaml").write_text(VM.replace("web", "secret"), "utf-8")
    (repository / "base/link.yaml").symlink_to(repository.parent / "secret.yaml")
    (repository / "base/kustomization.yaml").write_text("resources: [vm.yaml, link.yaml]\n", "utf-8")
    with chdir(repository):
        report = vmlint.check(["overlays/prod"])
    assert not any("secret" in str(one.resource) for one in report.findings)
    assert "kustomization-path-missing" in {one.slug for one in report.findings}


@pytest.mark.parametrize(
    ("path", "is_here"),
    [("./base", True), ("/part", True), ("absent", False), ("a" * 5000, False), ("a\0b", False)],
    ids=["a folder", "from the root", "no folder", "a name that is too long", "a name that no file has"],
)
def test_a_path_that_flux_applies_is_looked_for(repository: Path, path: str, is_here: bool) -> None:
    applied = [
        {
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": {"name": f"vms-{number}", "namespace": "flux-system"},
            "spec": {"path": path, "sourceRef": {"kind": "GitRepository", "name": "flux-system"}},
        }
        for number, path in enumerate(("./overlays/prod", path))
    ]
    (repository / "flux.json").write_text("\n---\n".join(json.dumps(one) for one in applied), "utf-8")
    with chdir(repository):
        report = vmlint.check(["flux.json"])
    missing = [finding for finding in report.findings if finding.slug == "applied-path-missing"]
    assert bool(missing) is not is_here, report.findings
