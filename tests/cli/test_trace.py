"""`vmlint trace`."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Run
from .test_expand import vm


def test_the_whole_text(run: Run) -> None:
    Path("a.yaml").write_text(vm())
    assert run("trace", "--vm", "shop/web") == (
        0,
        """\
a.yaml:1  VirtualMachine shop/web
  instancetype  used  VirtualMachineClusterInstancetype u1.medium
    chain   a.yaml:6  spec.instancetype.name names u1.medium
                      VirtualMachineClusterInstancetype u1.medium, from common-instancetypes v1.7.0
    gives   domain.cpu.sockets: 1
            domain.cpu.cores: 1
            domain.cpu.threads: 1
            domain.memory.guest: "4Gi"
  preference  none  the VM has no preference.
  migratable  no  interface `default` connects to the pod network with `bridge`.
""",
        "",
    )


def test_without_a_name_every_vm_is_traced(run: Run) -> None:
    Path("a.yaml").write_text(f"{vm()}---\n{vm('db', size='lost')}")
    code, out, _ = run("trace")
    assert code == 1
    assert [line for line in out.splitlines() if line.startswith("a.yaml")] == [
        "a.yaml:1  VirtualMachine shop/web",
        "a.yaml:14  VirtualMachine shop/db",
    ]


def test_json(run: Run) -> None:
    Path("a.yaml").write_text(vm())
    code, out, _ = run("trace", "--format", "json")
    (found,) = json.loads(out)
    assert (code, found["instancetype"]["result"], found["preference"]["result"]) == (0, "used", "none")
    assert found["instancetype"]["found"]["catalog"] == "common-instancetypes v1.7.0"
    bridge = "interface `default` connects to the pod network with `bridge`"
    assert found["migration"] == {"migratable": False, "reasons": [bridge]}


def test_a_vm_in_several_deployments(run: Run) -> None:
    Path("base").mkdir()
    Path("base/vm.yaml").write_text(vm())
    Path("base/kustomization.yaml").write_text("resources: [vm.yaml]\n")
    for overlay in ("dev", "prod"):
        Path(overlay).mkdir()
        Path(overlay, "kustomization.yaml").write_text("resources: [../base]\n")
    assert [line for line in run("trace")[1].splitlines() if "VirtualMachine shop/web" in line] == [
        "base/vm.yaml:1  VirtualMachine shop/web, in dev",
        "base/vm.yaml:1  VirtualMachine shop/web, in prod",
    ]
    assert [trace["deployment"] for trace in json.loads(run("trace", "--format", "json")[1])] == ["dev", "prod"]


def test_colour_when_asked_for(run: Run) -> None:
    Path("a.yaml").write_text(vm())
    assert "\x1b[" in run("trace", "--color", "always")[1]
    assert "\x1b[" not in run("trace")[1]


def test_no_vm_at_all(run: Run) -> None:
    Path("a.yaml").write_text("kind: Pod\napiVersion: v1\n")
    assert run("trace") == (0, "", "the files contain no VM\n")
