from __future__ import annotations

from vmlint.catalog.schemas import ApiVersion, api_kind, groups, kinds, newest, nodes, root
from vmlint.model.kinds import KINDS


def test_versions_of_a_kind() -> None:
    kind = api_kind("instancetype.kubevirt.io", "VirtualMachineClusterInstancetype")
    assert kind is not None
    assert (kind.product, kind.namespaced, kind.admission) == ("kubevirt", False, "decoded")
    assert kind.versions == (
        ApiVersion("v1alpha1", "0.56", "1.5", "1.0"),
        ApiVersion("v1alpha2", "0.58", "1.5", "1.0"),
        ApiVersion("v1beta1", "1.0"),
        ApiVersion("v1beta2", "proposal"),
    )


def test_kinds_of_others_are_not_known() -> None:
    assert api_kind("infrastructure.cluster.x-k8s.io", "VirtualMachine") is None
    assert "apps" not in groups()


def test_children_are_indexes_of_nodes() -> None:
    table = nodes()
    for node in table:
        children = [*node.get("fields", {}).values(), *(node[name] for name in ("items", "values") if name in node)]
        assert all(isinstance(child, int) and 0 <= child < len(table) for child in children)
        assert set(node.get("releases", {})) <= set(node.get("fields", {}))


def test_every_kind_with_a_living_version_has_a_schema() -> None:
    for group in groups():
        for name in ("VirtualMachine", "DataVolume", "VirtualMachinePool", "StorageProfile"):
            kind = api_kind(group, name)
            if kind and not kind.versions[-1].until:
                assert root(group, name, kind.versions[-1].name) is not None
    assert set(map(newest, ("kubevirt", "cdi"))) == {"1.9", "1.66"}


def test_every_kind_with_a_schema_is_a_kind_of_the_model() -> None:
    known = {(kind.group, kind.name): kind.namespaced for kind in KINDS}
    rows = [row for group in groups() for name in kinds(group) if (row := api_kind(group, name))]
    assert rows
    assert {(row.group, row.name): row.namespaced for row in rows}.items() <= known.items()
