"""Small objects to apply to each other."""

from __future__ import annotations

from typing import Any

from vmlint.kubevirt.apply import Copies, VMInputs

VERSION = "instancetype.kubevirt.io/v1beta1"


def vm(domain: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """A VM; keywords are fields of `spec.template.spec`."""
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": "vm"},
        "spec": {"runStrategy": "Always", "template": template(domain, **spec)},
    }


def template(domain: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """A VM's template; keywords are fields of its `spec`."""
    return {"metadata": {}, "spec": {"domain": {"devices": {}, **(domain or {})}, **spec}}


def instancetype(
    cpu: dict[str, Any] | None = None, memory: dict[str, Any] | None = None, **spec: Any
) -> dict[str, Any]:
    """An instancetype of two vCPUs and 4Gi, unless said otherwise."""
    return {
        "apiVersion": VERSION,
        "kind": "VirtualMachineClusterInstancetype",
        "spec": {"cpu": {"guest": 2, **(cpu or {})}, "memory": {"guest": "4Gi", **(memory or {})}, **spec},
    }


def preference(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": VERSION, "kind": "VirtualMachineClusterPreference", "spec": spec}


def kubevirt(**configuration: Any) -> dict[str, Any]:
    return {"kind": "KubeVirt", "spec": {"configuration": configuration}}


def copies(
    vm: Any, instancetype: Any = None, preference: Any = None, *, source_architecture: str = "", **around: Any
) -> Copies:
    """The copies of a VM, given all that is applied to it."""
    return Copies(vm, VMInputs(instancetype, preference, **around), source_architecture)
