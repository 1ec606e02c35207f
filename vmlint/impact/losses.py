"""The claims that disappear with an object that is deleted.

Sources: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (a VM owns the DataVolumes of its templates), CDI (a DataVolume
owns its claim).
"""

from __future__ import annotations

from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine, VirtualMachinePool

__all__ = ["claims_lost"]

_COLLECTED = "cdi.kubevirt.io/storage.deleteAfterCompletion"


def claims_lost(resource: Resource) -> tuple[str, ...]:
    """The claims that are deleted with an object; those of a pool's VMs end in the number of the VM."""
    if isinstance(resource, VirtualMachine):
        end = "-*" if isinstance(resource, VirtualMachinePool) else ""
        return tuple(dict.fromkeys(f"{name}{end}" for _, name, _ in resource.templates() if name))
    if isinstance(resource, DataVolume):
        return () if resource.annotations.get(_COLLECTED) == "true" else (resource.name,)
    return (resource.name,) if isinstance(resource, PersistentVolumeClaim) else ()
