"""The VMs that are written inside other objects, as their controllers make them.

Sources: kubernetes-sigs/cluster-api-provider-kubevirt `pkg/kubevirt/utils.go` (newVirtualMachineFromKubevirtMachine);
kubevirt/virt-template `template/processor.go` (Process).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.model.access import get, mapping, sequence, with_value
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.subjects import VirtualMachine, VirtualMachineTemplate, VMHolder
from vmlint.world.application import Application

__all__ = ["EmbeddedVMs"]

_VM = BY_GROUP_KIND["kubevirt.io", "VirtualMachine"]
_API_VERSION = "kubevirt.io/v1"
_BOOTSTRAP = "cloudinitvolume"
_SPEC = ("spec", "template", "spec")


class EmbeddedVMs:
    """The VMs of a world that are written inside other objects."""

    def __init__(self, world: Application) -> None:
        self._world = world

    def vm(self, holder: VMHolder) -> VirtualMachine | None:
        """The VM that is made of an object, which no file holds; its paths begin at `holder.embedded_path`.

        None where the object holds no VM, or a variable in its place.
        """
        return self._world.memo.once("embedded", holder, lambda: _made(holder))


def _made(holder: VMHolder) -> VirtualMachine | None:
    template = get(holder.data, *holder.embedded_path)
    if not isinstance(template, dict) or not isinstance(get(template, *_SPEC), dict):
        return None
    if isinstance(holder, VirtualMachineTemplate):
        from vmlint.graph.template import filled_in

        filled = filled_in(template, holder.spec)
    else:
        filled = _bootstrapped(template)
    metadata = {key: value for key, value in mapping(filled, "metadata").items() if key in ("labels", "annotations")}
    data = {
        "apiVersion": _API_VERSION,
        "kind": _VM.name,
        "metadata": {**metadata, "name": "vm"},
        "spec": filled["spec"],
    }
    return VirtualMachine(_VM, Ref(_VM.group, _VM.name, holder.namespace, "vm"), data, holder.document)


def _bootstrapped(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """The VM with the disk and volume that Cluster API's provider adds at the end."""
    disks, volumes = (*_SPEC, "domain", "devices", "disks"), (*_SPEC, "volumes")
    source = {"name": _BOOTSTRAP, "cloudInitConfigDrive": {"secretRef": {"name": "bootstrap-userdata"}}}
    with_disk = with_value(
        template, disks, [*sequence(template, *disks), {"name": _BOOTSTRAP, "disk": {"bus": "virtio"}}]
    )
    return with_value(with_disk, volumes, [*sequence(template, *volumes), source])
