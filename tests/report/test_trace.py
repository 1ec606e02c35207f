"""Traces as text and as JSON."""

from __future__ import annotations

import json

from vmlint.explain.trace import Found, Mobility, Result, Trace, Way
from vmlint.findings.finding import ObjectId, Step
from vmlint.report.trace import render, render_json

SMALL = ObjectId("instancetype.kubevirt.io/v1beta1", "VirtualMachineInstancetype", "shop", "small")
VM = ObjectId("kubevirt.io/v1", "VirtualMachine", "shop", "web")
USED = Way(
    "instancetype",
    Result.USED,
    (
        Step("spec.instancetype.inferFromVolume infers from volume root", "vms/web.yaml", 8),
        Step("volume root → claim shop/disk", "vms/web.yaml", 30),
        Step("VirtualMachineInstancetype shop/small", "sizes.yaml", 4),
    ),
    Found(SMALL, "sizes.yaml", 4, ""),
    policy="`Reject`: KubeVirt refuses the VM",
    gives={"spec.template.spec.domain.cpu.sockets": 2, "spec.template.metadata.annotations.a": "b\x1b"},
)
LOST = Way("preference", Result.MISSING, (Step("bad\u202ename: not found", "", 0),), reason="it does not exist")
TRACE = Trace(VM, "vms/web.yaml", 1, (USED, LOST))


def test_text() -> None:
    assert (
        render([TRACE])
        == """\
vms/web.yaml:1  VirtualMachine shop/web
  instancetype  used  VirtualMachineInstancetype shop/small
    chain   vms/web.yaml:8   spec.instancetype.inferFromVolume infers from volume root
            vms/web.yaml:30  volume root → claim shop/disk
            sizes.yaml:4     VirtualMachineInstancetype shop/small
    policy  `Reject`: KubeVirt refuses the VM
    gives   domain.cpu.sockets: 2
            metadata.annotations.a: "b\\u001b"
  preference  missing  it does not exist.
    chain   bad\\u202ename: not found
"""
    )


def test_a_vm_that_is_refused_all_the_same() -> None:
    none = Way("preference", Result.NONE, reason="the VM has no preference")
    text = render([Trace(VM, "a.yaml", 1, (none,), "it sets too much")])
    assert text.splitlines()[1:] == [
        "  preference  none  the VM has no preference.",
        "  refused  it sets too much.",
    ]


def test_whether_the_guest_can_be_migrated() -> None:
    last = [
        render([Trace(VM, "a.yaml", 1, (), mobility=mobility)]).splitlines()[-1]
        for mobility in (
            Mobility(True),
            Mobility(False, ("it is pinned", "it has a GPU")),
            Mobility(None, ("who knows",)),
        )
    ]
    assert last == [
        "  migratable  yes",
        "  migratable  no  it is pinned; it has a GPU.",
        "  migratable  undecided  who knows.",
    ]


def test_a_narrow_page_and_one_of_ascii() -> None:
    text = render([TRACE], width=60, encoding="ascii")
    assert all(len(line) <= 60 for line in text.splitlines())
    assert "volume root -> claim shop/disk" in text


def test_colour() -> None:
    assert "\x1b[1;32mused\x1b[0m" in render([TRACE], color=True)


def test_json() -> None:
    (found,) = json.loads(render_json([TRACE]))
    assert list(found) == [
        "resource",
        "file",
        "line",
        "deployment",
        "instancetype",
        "preference",
        "problem",
        "migration",
    ]
    assert found["instancetype"]["result"] == "used"
    assert found["instancetype"]["chain"][1] == {
        "text": "volume root → claim shop/disk",
        "file": "vms/web.yaml",
        "line": 30,
    }
    assert found["instancetype"]["found"] == {
        "resource": {"apiVersion": SMALL.api_version, "kind": SMALL.kind, "namespace": "shop", "name": "small"},
        "file": "sizes.yaml",
        "line": 4,
        "catalog": "",
    }
    assert found["instancetype"]["gives"]["spec.template.metadata.annotations.a"] == "b\x1b"
    assert (found["preference"]["found"], found["preference"]["reason"]) == (None, "it does not exist")
