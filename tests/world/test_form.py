"""The form of objects: what each release serves, custom resources, and what is left undecided."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

import vmlint
from vmlint.findings.finding import Report

TARGETS = Path(__file__).with_name("targets")

# What is said of `targets/` for every release, and what differs: the object, the field and the rule.
ALWAYS = {
    "web spec.liveUpdateFeatures: field-not-in-release",
    "small apiVersion: api-version-not-served",
    "away apiVersion: api-version-deprecated",
    "misspelt kind: api-version-not-served",
    "old apiVersion: api-version-not-served",
}
PROPOSALS = {
    "web spec.volumeClaimTemplates: field-not-in-release",
    "web spec.template.spec.domain.cpu.guest: field-not-in-release",
    "proposed apiVersion: api-version-not-served",
}
BEFORE_1_9 = {
    "fedora spec.devices.preferredVideoType: field-not-in-release",
    "fedora spec.preferredLaunchSecurity: field-not-in-release",
    "first apiVersion: api-version-not-served",
}
FROM_1_9 = {
    "alpha-export apiVersion: api-version-not-served",
    "beta apiVersion: api-version-deprecated",
}
FROM_1_6 = {"alpha apiVersion: api-version-not-served"}
IN_1_5 = {
    "alpha apiVersion: api-version-deprecated",
    "pool apiVersion: api-version-not-served",
    "nightly apiVersion: api-version-not-served",
    "web spec.template.spec.domain.rebootPolicy: field-not-in-release",
    "small-type spec.ioThreads: field-not-in-release",
    "small-type spec.launchSecurity.tdx: field-not-in-release",
    "fedora spec.devices.preferredPanicDeviceModel: field-not-in-release",
    "fedora spec.preferredArchitecture: field-not-in-release",
    "fedora spec.requirements.architecture: field-not-in-release",
}


def said(report: Report) -> set[str]:
    return {f"{found.resource.name if found.resource else ''} {found.field}: {found.slug}" for found in report.findings}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("1.5", ALWAYS | PROPOSALS | BEFORE_1_9 | IN_1_5),
        ("1.8", ALWAYS | PROPOSALS | BEFORE_1_9 | FROM_1_6),
        ("1.9", ALWAYS | PROPOSALS | FROM_1_9 | FROM_1_6),
        (None, ALWAYS | FROM_1_9 | FROM_1_6),
    ],
)
def test_a_target_reports_what_it_does_not_serve(target: str | None, expected: set[str]) -> None:
    report = vmlint.check([TARGETS], vmlint.Config(), target_kubevirt=target, select=["api"])
    assert said(report) == expected
    assert len(report.findings) == len(expected)


def test_a_target_names_the_release_and_the_successor() -> None:
    report = vmlint.check([TARGETS], vmlint.Config(), target_kubevirt="1.5", select=["api"])
    words = {
        (found.resource.name, found.field): (found.message, found.fix) for found in report.findings if found.resource
    }
    assert words["pool", "apiVersion"] == (
        "`pool.kubevirt.io/v1beta1` of `VirtualMachinePool` is served only since KubeVirt 1.7.",
        "write `pool.kubevirt.io/v1alpha1`",
    )
    assert words["web", "spec.template.spec.domain.rebootPolicy"] == (
        "`rebootPolicy` exists only since KubeVirt 1.8.",
        "remove it, or upgrade to KubeVirt 1.8",
    )


# Small repositories

DEFINITION = """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: shops.example.com}
    spec:
      group: example.com
      scope: Namespaced
      names: {kind: Shop, plural: shops}
      versions:
      - name: v1
        served: true
        storage: true
        schema:
          openAPIV3Schema:
            type: object
            properties:
              spec:
                type: object
                required: [size]
                properties:
                  size: {type: integer}
"""
SHOP = """
    apiVersion: example.com/v1
    kind: Shop
    metadata: {name: corner}
    spec: {size: "2", colour: red}
"""
PREFERENCE = """
    apiVersion: instancetype.kubevirt.io/v1beta1
    kind: VirtualMachinePreference
    metadata: {name: fedora}
"""


def check(folder: Path, files: dict[str, str], **settings: Any) -> Report:
    """The report on files that hold dedented texts."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), "utf-8")
    return vmlint.check([folder], vmlint.Config(), **settings)


CUSTOM = {"corner spec.size: value-invalid", "corner spec.colour: unknown-field"}


def test_custom_resources_are_judged_by_a_definition_in_the_repository(tmp_path: Path) -> None:
    assert said(check(tmp_path, {"crds/shop.yaml": DEFINITION, "shop.yaml": SHOP})) == CUSTOM


def test_custom_resources_are_judged_by_a_definition_elsewhere(tmp_path: Path) -> None:
    check(tmp_path / "elsewhere", {"shop.yaml": DEFINITION})
    files = {"shop.yaml": SHOP}
    assert said(check(tmp_path / "here", files)) == set()
    report = check(tmp_path / "here", files, crds=[str(tmp_path / "elsewhere")])
    assert said(report) == CUSTOM
    assert report.counts.files == 1


def test_definitions_that_differ_decide_nothing(tmp_path: Path) -> None:
    other = DEFINITION.replace("integer", "string")
    assert said(check(tmp_path, {"a.yaml": DEFINITION, "b.yaml": other, "shop.yaml": SHOP})) == set()
    assert said(check(tmp_path, {"b.yaml": DEFINITION})) == CUSTOM


def test_a_version_that_no_definition_has_is_left_alone(tmp_path: Path) -> None:
    files = {"crd.yaml": DEFINITION, "shop.yaml": SHOP.replace("com/v1", "com/v2")}
    assert said(check(tmp_path, files)) == set()


def test_a_custom_kind_of_a_known_name_is_no_vm(tmp_path: Path) -> None:
    files = {
        "crd.yaml": DEFINITION.replace("Shop", "VirtualMachine"),
        "vm.yaml": SHOP.replace("Shop", "VirtualMachine"),
    }
    assert said(check(tmp_path, files)) == CUSTOM


@pytest.mark.parametrize(
    "schema", ["null", "[]", "{type: [object]}", "{properties: [a]}", "{properties: {spec: {properties: 5}}}"]
)
def test_strange_definitions_decide_nothing(tmp_path: Path, schema: str) -> None:
    head, _, _ = DEFINITION.partition("          openAPIV3Schema:")
    files = {"crd.yaml": f"{head}          openAPIV3Schema: {schema}\n", "shop.yaml": SHOP}
    assert said(check(tmp_path, files)) <= {"corner spec: unknown-field", "corner spec.size: unknown-field"} | CUSTOM


def test_what_sops_encrypts_is_not_judged(tmp_path: Path) -> None:
    encrypted = f"{PREFERENCE.rstrip()}\n    spec: {{cpu: ENC}}\n    sops: {{mac: ENC}}\n"
    assert said(check(tmp_path, {"a.yaml": encrypted})) == set()
    assert said(check(tmp_path, {"a.yaml": encrypted.replace("sops", "spos")})) == {
        "fedora spec.cpu: value-invalid",
        "fedora spos: unknown-field",
    }


def test_of_other_kinds_labels_and_annotations_are_judged_alone(tmp_path: Path) -> None:
    namespace = """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: Bad_Name
          label: {}
          labels: {golden: true}
          annotations: {size: 5}
        data: 7
    """
    expected = {
        "Bad_Name metadata.labels.golden: metadata-invalid",
        "Bad_Name metadata.annotations.size: metadata-invalid",
    }
    assert said(check(tmp_path, {"namespace.yaml": namespace})) == expected


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("virtualmachine", "VirtualMachine"),
        ("VirtualMachines", "VirtualMachine"),
        ("VirtualMachin", "VirtualMachine"),
        ("VirtualMachineSnapshotContent", ""),
        ("Gadget", ""),
    ],
)
def test_a_misspelt_kind(tmp_path: Path, kind: str, meant: str) -> None:
    found = check(tmp_path, {"vm.yaml": f"apiVersion: kubevirt.io/v1\nkind: {kind}\nmetadata: {{name: a}}\n"}).findings
    assert [(each.field, each.fix) for each in found] == ([("kind", f"write `{meant}`")] if meant else [])


# Kustomizations


def test_what_a_patch_adds_is_there(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [fedora.yaml]\n",
        "base/fedora.yaml": PREFERENCE,
        "overlay/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
        "overlay/patch.yaml": f"{PREFERENCE.rstrip()}\n    spec: {{cpus: {{}}}}\n",
    }
    report = check(tmp_path, files)
    assert said(report) == {"fedora spec.cpus: unknown-field"}
    assert [Path(finding.file).name for finding in report.findings] == ["patch.yaml"]


def test_what_a_kustomization_leaves_out_may_lack_anything(tmp_path: Path) -> None:
    report = check(tmp_path, {"kustomization.yaml": "resources: []\n", "fedora.yaml": PREFERENCE})
    assert [(Path(open_.file).name, open_.reason) for open_ in report.undecided] == [
        (
            "fedora.yaml",
            "whether a kustomization adds what the object lacks: the object has no `spec`, which the schema requires",
        )
    ]


def test_what_no_kustomization_changes_is_judged_as_it_is(tmp_path: Path) -> None:
    files = {"kustomization.yaml": "resources: [fedora.yaml]\n", "fedora.yaml": PREFERENCE}
    assert said(check(tmp_path, files)) == {"fedora spec: required-field-missing"}


# One fault, one finding


def test_a_fault_is_reported_by_the_best_rule(tmp_path: Path) -> None:
    small = """
        apiVersion: instancetype.kubevirt.io/v1beta1
        kind: VirtualMachineInstancetype
        metadata: {name: small}
        spec: {cpu: {guest: 1}, memory: {}}
    """
    assert said(check(tmp_path, {"small.yaml": small})) == {"small spec.memory.guest: guest-required"}
    assert said(check(tmp_path, {}, select=["api"])) == {"small spec.memory.guest: required-field-missing"}


def test_an_unknown_field_is_shown_at_its_key(tmp_path: Path) -> None:
    (found,) = check(tmp_path, {"fedora.yaml": f"{PREFERENCE.rstrip()}\n    spec: {{prefered: [1]}}\n"}).findings
    assert (found.line, found.column, found.end_column) == (5, 8, 16)
