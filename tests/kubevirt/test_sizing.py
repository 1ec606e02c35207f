from __future__ import annotations

from typing import Any

import pytest

from vmlint.kubevirt.releases import Release
from vmlint.kubevirt.sizing import Giver, Sizing, applies, sizing, sizing_bars

from .sample import copies, instancetype, preference, template, vm

V1BETA2 = "instancetype.kubevirt.io/v1beta2"
DOMAIN = ("spec", "domain")


def custom(**spec: Any) -> dict[str, Any]:
    """An instancetype that gives no amounts."""
    return {"apiVersion": V1BETA2, "kind": "VirtualMachineClusterInstancetype", "spec": spec}


def test_where_the_proposals_decide() -> None:
    assert applies(custom(), template(), None)
    assert applies(None, template({"cpu": {"guest": 4}}), None)
    assert not applies(instancetype(), template(), None)
    assert not applies(custom(), template({"cpu": {"guest": 4}}), Release(1, 9))


@pytest.mark.parametrize(
    ("domain", "given", "vcpus", "memory"),
    [
        ({}, None, Giver.NEITHER, Giver.NEITHER),
        ({"cpu": {"guest": 4}, "memory": {"guest": "1Gi"}}, None, Giver.VM, Giver.VM),
        ({"cpu": {"cores": 4}, "resources": {"limits": {"memory": "1Gi"}}}, None, Giver.VM, Giver.VM),
        ({"resources": {"requests": {"cpu": 4}}}, None, Giver.VM, Giver.NEITHER),
        ({}, {}, Giver.NEITHER, Giver.NEITHER),
        ({"cpu": {"cores": 4}}, {}, Giver.NEITHER, Giver.NEITHER),
        ({"cpu": {"guest": "${N}"}}, {}, Giver.VM, Giver.NEITHER),
        ({}, {"cpu": {"guest": 2}, "memory": {"guest": "1Gi"}}, Giver.INSTANCETYPE, Giver.INSTANCETYPE),
        ({"cpu": {"guest": 4}}, {"cpu": {"guest": 2}}, Giver.BOTH, Giver.NEITHER),
        ({"memory": {"guest": "1Gi"}}, {"memory": {"guest": "1Gi"}}, Giver.NEITHER, Giver.BOTH),
    ],
)
def test_givers(domain: dict[str, Any], given: Any, vcpus: Giver, memory: Giver) -> None:
    assert sizing(template(domain), given)[:2] == (vcpus, memory)


def test_guest_and_topology_exclude_each_other() -> None:
    vm_template = template({"cpu": {"guest": 4, "sockets": 2, "threads": 0}})
    assert sizing(vm_template, None).exclusive == ((*DOMAIN, "cpu", "sockets"),)


def test_only_guest_gives_vcpus_beside_an_instancetype_without() -> None:
    domain = {"cpu": {"cores": 2}, "resources": {"requests": {"cpu": 2}}}
    assert sizing(template(domain), {}) == Sizing(
        Giver.NEITHER,
        Giver.NEITHER,
        (),
        ((*DOMAIN, "cpu", "cores"), (*DOMAIN, "resources", "requests", "cpu")),
    )
    assert sizing(template(domain), {"cpu": {"guest": 2}}).unsupported == ()


def fields(domain: dict[str, Any], **spec: Any) -> list[str]:
    return [conflict.field for conflict in sizing_bars(spec).conflicts(template(domain))]


def test_conflicts() -> None:
    both = {"cpu": {"guest": 4, "model": "x"}, "memory": {"guest": "1Gi", "hugepages": {}}}
    assert fields(both) == []
    assert fields(both, cpu={"guest": 2}) == ["spec.template.spec.domain.cpu.guest"]
    assert fields(both, cpu={"model": "y"}) == ["spec.template.spec.domain.cpu.model"]
    assert fields(both, memory={"hugepages": {}}) == ["spec.template.spec.domain.memory.hugepages"]
    assert fields(both, memory={"guest": "1Gi", "hugepages": {}}) == ["spec.template.spec.domain.memory.guest"]
    assert fields({"cpu": {"guest": "${N}"}}, cpu={"guest": 2}) == []
    assert fields({"cpu": {"cores": 1}}, cpu={"guest": 2}) == ["spec.template.spec.domain.cpu.cores"]


def cpu(domain: dict[str, Any], given: Any = None, preferred: Any = None) -> Any:
    return copies(vm(domain), given, preferred).expanded.template["spec"]["domain"]["cpu"]


def test_guest_becomes_a_topology() -> None:
    assert cpu({"cpu": {"guest": 4}}) == {"sockets": 4, "cores": 1, "threads": 1}
    assert cpu({"cpu": {"guest": 4}}, custom()) == {"sockets": 4, "cores": 1, "threads": 1}
    cores = preference(cpu={"preferredCPUTopology": "cores"})
    assert cpu({"cpu": {"guest": 4}}, None, cores) == {"sockets": 1, "cores": 4, "threads": 1}
    assert cpu({"cpu": {"guest": 4}}, custom(), cores) == {"sockets": 1, "cores": 4, "threads": 1}


def test_an_instancetype_without_amounts_leaves_the_vms() -> None:
    exclusive = custom(cpu={"dedicatedCPUPlacement": True}, memory={"hugepages": {"pageSize": "2Mi"}})
    domain = copies(vm({"cpu": {"guest": 2}, "memory": {"guest": "4Gi"}}), exclusive).expanded.template["spec"][
        "domain"
    ]
    assert domain["cpu"] == {"dedicatedCpuPlacement": True, "sockets": 2, "cores": 1, "threads": 1}
    assert domain["memory"] == {"guest": "4Gi", "hugepages": {"pageSize": "2Mi"}}


def test_the_vms_vcpus_must_spread() -> None:
    spread = preference(cpu={"preferredCPUTopology": "spread"})
    assert copies(vm({"cpu": {"guest": 3}}), custom(), spread).reviewed.refusal is not None
    assert copies(vm({"cpu": {"guest": 4}}), custom(), spread).reviewed.refusal is None


def test_a_release_knows_nothing_of_it() -> None:
    applied = copies(vm({"cpu": {"guest": 4}}), instancetype(), release=Release(1, 9)).expanded
    assert applied.template["spec"]["domain"]["cpu"] == {"sockets": 2, "cores": 1, "threads": 1}
