from __future__ import annotations

import pytest

from rules._wording import in_words
from rules.api._words import WORDS
from vmlint.schema.check import Release
from vmlint.schema.code import Outcome, SchemaKind, kind_of, outcome_of
from vmlint.schema.load import check_version, schema_of, schemas_of_crd


def test_schemas_are_by_group_kind_and_version() -> None:
    assert schema_of("kubevirt.io/v1", "VirtualMachine") is schema_of("kubevirt.io/v1", "VirtualMachine")
    assert schema_of("kubevirt.io/v1alpha3", "VirtualMachine") is not None
    assert schema_of("kubevirt.io/v2", "VirtualMachine") is None
    assert schema_of("infrastructure.cluster.x-k8s.io/v1", "VirtualMachine") is None
    assert schema_of("flavor.kubevirt.io/v1alpha1", "VirtualMachineFlavor") is None
    assert schema_of("v1", "Secret") is None


def test_the_proposed_instancetype_needs_no_guest_values() -> None:
    now = schema_of("instancetype.kubevirt.io/v1beta1", "VirtualMachineInstancetype")
    then = schema_of("instancetype.kubevirt.io/v1beta2", "VirtualMachineInstancetype")
    assert now is not None and then is not None
    for schema, spec, part in ((now, ["cpu", "memory"], ["guest"]), (then, [], [])):
        node = schema.root.field("spec")
        assert node is not None
        assert list(node.required) == spec
        for name in ("cpu", "memory"):
            child = node.field(name)
            assert child is not None and list(child.required) == part


@pytest.mark.parametrize(
    ("api_version", "kind", "target", "sort", "message", "fix"),
    [
        (
            "instancetype.kubevirt.io/v1alpha2",
            "VirtualMachinePreference",
            None,
            SchemaKind.VERSION,
            "`instancetype.kubevirt.io/v1alpha2` of `VirtualMachinePreference` is served only up to KubeVirt 1.5",
            "write `instancetype.kubevirt.io/v1beta1`",
        ),
        (
            "instancetype.kubevirt.io/v1beta1",
            "VirtualMachinePreference",
            (0, 59),
            SchemaKind.VERSION,
            "`instancetype.kubevirt.io/v1beta1` of `VirtualMachinePreference` is served only since KubeVirt 1.0",
            "write `instancetype.kubevirt.io/v1alpha2`",
        ),
        (
            "instancetype.kubevirt.io/v1beta2",
            "VirtualMachineInstancetype",
            (1, 9),
            SchemaKind.PROPOSAL,
            "`instancetype.kubevirt.io/v1beta2` is a proposal: no release of KubeVirt serves it",
            "write `instancetype.kubevirt.io/v1beta1`",
        ),
        (
            "pool.kubevirt.io/v1beta1",
            "VirtualMachinePool",
            (1, 6),
            SchemaKind.VERSION,
            "`pool.kubevirt.io/v1beta1` of `VirtualMachinePool` is served only since KubeVirt 1.7",
            "write `pool.kubevirt.io/v1alpha1`",
        ),
        (
            "flavor.kubevirt.io/v1alpha1",
            "VirtualMachineFlavor",
            None,
            SchemaKind.VERSION,
            "`flavor.kubevirt.io/v1alpha1` of `VirtualMachineFlavor` is served only up to KubeVirt 0.55",
            "use `VirtualMachineInstancetype` of `instancetype.kubevirt.io`",
        ),
        (
            "cdi.kubevirt.io/v1alpha1",
            "DataVolume",
            None,
            SchemaKind.VERSION,
            "`cdi.kubevirt.io/v1alpha1` of `DataVolume` is served only up to CDI 1.55",
            "write `cdi.kubevirt.io/v1beta1`",
        ),
        (
            "kubevirt.io/v2",
            "VirtualMachine",
            None,
            SchemaKind.VERSION,
            "`VirtualMachine` has no version `v2` in `kubevirt.io`",
            "write `kubevirt.io/v1`",
        ),
        (
            "kubevirt.io/v1",
            "VirtualMachinePool",
            None,
            SchemaKind.VERSION,
            "`kubevirt.io/v1` has no kind `VirtualMachinePool`",
            "write `pool.kubevirt.io/v1beta1`",
        ),
        (
            "kubevirt/v1",
            "VirtualMachine",
            None,
            SchemaKind.VERSION,
            "`kubevirt/v1` has no kind `VirtualMachine`",
            "write `kubevirt.io/v1`",
        ),
        (
            "kubevirt.io/v1alpha3",
            "VirtualMachine",
            None,
            SchemaKind.DEPRECATED,
            "`kubevirt.io/v1alpha3` of `VirtualMachine` is deprecated since KubeVirt 1.0",
            "write `kubevirt.io/v1`",
        ),
        (
            "kubevirt.io/v1",
            "VirtualMachineInstancePreset",
            None,
            SchemaKind.DEPRECATED,
            "`kubevirt.io/v1` of `VirtualMachineInstancePreset` is deprecated since KubeVirt 0.57",
            "use instancetypes and preferences",
        ),
    ],
)
def test_versions_that_are_not_served(
    api_version: str, kind: str, target: Release | None, sort: SchemaKind, message: str, fix: str
) -> None:
    refusal = check_version(api_version, kind, target=target)
    assert refusal is not None
    words = in_words(WORDS, refusal)
    assert (refusal.path, kind_of(refusal), words.wrong, words.fix) == (("apiVersion",), sort, message, fix)
    assert outcome_of(refusal) is (Outcome.ACCEPTED if sort is SchemaKind.DEPRECATED else Outcome.REFUSED)


@pytest.mark.parametrize(
    ("api_version", "kind", "target"),
    [
        ("kubevirt.io/v1", "VirtualMachine", (1, 0)),
        ("kubevirt.io/v1alpha3", "VirtualMachine", (0, 59, 2)),
        ("instancetype.kubevirt.io/v1beta2", "VirtualMachineInstancetype", None),
        ("instancetype.kubevirt.io/v1alpha2", "VirtualMachinePreference", (0, 59)),
        ("cdi.kubevirt.io/v1beta1", "DataVolume", None),
        ("kubevirt.io/v1", "SomethingNew", None),
        ("apps/v1", "Deployment", None),
        ("", "", None),
    ],
)
def test_versions_that_are_served_or_not_known(api_version: str, kind: str, target: Release | None) -> None:
    assert check_version(api_version, kind, target=target) is None


def test_a_crd_defines_its_served_versions() -> None:
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}}
    versions = [
        {"name": "v1", "served": True, "schema": schema},
        {"name": "v1alpha1", "served": False, "schema": schema},
        {"name": "v2", "served": True},
        "v3",
    ]
    crd = {"spec": {"group": "example.org", "names": {"kind": "Widget"}, "versions": versions}}
    assert [(version, kind) for version, kind, _ in schemas_of_crd(crd)] == [("example.org/v1", "Widget")]
    assert list(schemas_of_crd({"spec": []})) == []
    assert list(schemas_of_crd(None)) == []
