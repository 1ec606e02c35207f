from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from vmlint.kubevirt.releases import Release
from vmlint.kubevirt.requirements import unmet
from vmlint.model.field import Path
from vmlint.model.refusal import Refusal
from vmlint.world.outcome import reason_of

from .sample import instancetype, template

CPU = ("spec", "template", "spec", "domain", "cpu")


class Read(NamedTuple):
    """A requirement that is not met, as a person reads it."""

    resource: str
    provided: str
    required: str
    path: Path
    message: str


def read(refusal: Refusal | None) -> Read:
    assert refusal is not None
    resource, provided, required = (refusal.values[key] for key in ("resource", "provided", "required"))
    return Read(resource, provided, required, refusal.path, reason_of(refusal))


def requiring(topology: str | None = None, across: str | None = None, **requirements: Any) -> dict[str, Any]:
    cpu: dict[str, Any] = {"preferredCPUTopology": topology} if topology else {}
    if across:
        cpu["spreadOptions"] = {"across": across}
    return {"cpu": cpu, "requirements": requirements}


def test_cpu_of_an_instancetype() -> None:
    given = instancetype()["spec"]
    assert unmet(template(), given, requiring(cpu={"guest": 2})) is None
    assert read(unmet(template(), given, requiring("cores", cpu={"guest": 4}))) == Read(
        "cpu", "2", "4", ("spec", "instancetype"), "the preference requires 4 vCPUs, and the instancetype has 2"
    )


@pytest.mark.parametrize(
    ("topology", "across", "cpu", "provided", "fields"),
    [
        (None, None, {"sockets": 1, "cores": 8}, 1, ["sockets"]),
        ("cores", None, {"sockets": 8, "cores": 2}, 2, ["cores"]),
        ("preferThreads", None, {"threads": 2}, 2, ["threads"]),
        ("any", None, {"sockets": 4}, 0, ["cores", "sockets", "threads"]),
        ("any", None, {"sockets": 4, "cores": 1, "threads": 1}, None, []),
        ("spread", None, {"sockets": 2, "cores": 1, "threads": 8}, 2, ["sockets", "cores"]),
        ("spread", "CoresThreads", {"cores": 1, "threads": 2}, 2, ["cores", "threads"]),
        ("spread", "SocketsCoresThreads", {"sockets": 2, "cores": 1, "threads": 1}, 2, ["sockets", "cores", "threads"]),
        ("spread", "SocketsCoresThreads", {"sockets": 2, "cores": 1, "threads": 2}, None, []),
        ("bogus", None, {}, None, []),
        ("${T}", None, {}, None, []),
        ("cores", None, {"cores": "${N}"}, None, []),
        ("sockets", None, {"sockets": 4}, None, []),
    ],
)
def test_cpu_of_a_vm(
    topology: str | None, across: str | None, cpu: Any, provided: int | None, fields: list[str]
) -> None:
    found = unmet(template({"cpu": cpu}), None, requiring(topology, across, cpu={"guest": 4}))
    if provided is None:
        assert found is None
    else:
        assert read(found)[1:4] == (str(provided), "4", (*CPU, fields[0]))
        assert found is not None
        assert found.values["parts"] == tuple(fields)


def test_vcpus_that_are_spread_across_an_unknown_level_count_as_none() -> None:
    """Source: KubeVirt `pkg/instancetype/preference/requirements/cpu.go` (checkSpread)."""
    found = unmet(template({"cpu": {"sockets": 8}}), None, requiring("spread", "Bogus", cpu={"guest": 4}))
    assert read(found)[1:4] == ("0", "4", ("spec", "preference"))
    assert unmet(template(), None, requiring("spread", "${ACROSS}", cpu={"guest": 4})) is None


def test_what_the_message_names() -> None:
    found = unmet(template({"cpu": {"sockets": 2}}), None, requiring("any", cpu={"guest": 4}))
    assert read(found).message == "the preference requires 4 vCPUs, and the VM's cores, sockets and threads result in 0"


def test_memory() -> None:
    given = instancetype()["spec"]
    wanted = requiring(memory={"guest": "8Gi"})
    assert unmet(template({"memory": {"guest": "8192Mi"}}), None, wanted) is None
    assert unmet(template({"memory": {"guest": "${SIZE}"}}), None, wanted) is None
    assert read(unmet(template({"memory": {"guest": "1Gi"}}), None, wanted)) == Read(
        "memory",
        "1Gi",
        "8Gi",
        ("spec", "template", "spec", "domain", "memory"),
        "the preference requires 8Gi of memory, and the VM has 1Gi",
    )
    assert read(unmet(template(), None, wanted)).provided == "0"
    by_instancetype = unmet(template({"memory": {"guest": "4Gi"}}), given, wanted)
    assert read(by_instancetype).path == ("spec", "instancetype")
    assert read(by_instancetype).message == "the preference requires 8Gi of memory, and the instancetype has 4Gi"


def test_architecture() -> None:
    wanted = requiring(architecture="arm64")
    assert unmet(template(architecture="arm64"), None, wanted) is None
    assert unmet(template(architecture="${ARCH}"), None, wanted) is None
    assert read(unmet(template(architecture="amd64"), None, wanted)) == Read(
        "architecture",
        "amd64",
        "arm64",
        ("spec", "template", "spec", "architecture"),
        "the preference requires the architecture `arm64`, and the VM has `amd64`",
    )


def test_the_first_failure_alone_is_named() -> None:
    wanted = requiring(architecture="arm64", memory={"guest": "8Gi"}, cpu={"guest": 8})
    found = [
        unmet(template({"cpu": cpu, "memory": memory}, architecture="amd64"), None, wanted)
        for cpu, memory in (({}, {}), ({"sockets": 8}, {}), ({"sockets": 8}, {"guest": "8Gi"}))
    ]
    assert [failure and failure.values["resource"] for failure in found] == ["cpu", "memory", "architecture"]


def test_releases() -> None:
    assert unmet(template(), None, requiring(architecture="arm64"), Release(1, 6)) is None
    assert unmet(template(), None, requiring(cpu={"guest": 9}), Release(0, 59)) is None
    assert unmet(template(), None, requiring(cpu={"guest": 9}), Release(1, 0)) is not None


@pytest.mark.parametrize(
    "preference",
    [None, {}, {"requirements": []}, {"requirements": {"cpu": 4, "memory": {"guest": []}, "architecture": 1}}],
)
def test_nothing_readable_is_required(preference: Any) -> None:
    assert unmet(template(), None, preference) is None


def test_an_instancetype_without_amounts_is_met_by_the_vm() -> None:
    wanted = requiring(cpu={"guest": 4}, memory={"guest": "1Gi"})
    vm = template({"cpu": {"sockets": 2, "cores": 1, "threads": 1}, "memory": {"guest": "1Gi"}})
    found = unmet(vm, {"cpu": {}, "memory": {}}, wanted)
    assert read(found).provided == "2"
    assert read(found).path[:-1] == CPU
    vm["spec"]["domain"]["cpu"]["cores"] = 2
    assert unmet(vm, {"cpu": {}, "memory": {}}, wanted) is None
