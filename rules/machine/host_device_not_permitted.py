"""A VM uses a device that the cluster does not permit.

## What it does
Compares the GPUs and host devices of each VM, including those of its instancetype, with the resource names under
`permittedHostDevices` of the KubeVirt or HyperConverged object in the files. Without such a list KubeVirt checks
nothing.

## Why it fails
KubeVirt accepts the VM but does not create its launcher pod: the guest never starts.

## Cluster message
An event contains `is not permitted in permittedHostDevices configuration`.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            devices:
              gpus:
              - {name: gpu, deviceName: nvidia.com/Tesla_T4}
    # and a KubeVirt object that permits nvidia.com/TU104GL_Tesla_T4

## Good
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            devices:
              gpus:
              - {name: gpu, deviceName: nvidia.com/TU104GL_Tesla_T4}

## How to fix
Correct the device name, or add the device to `permittedHostDevices`.

## Source
KubeVirt `pkg/virt-controller/services/renderresources.go` (validatePermittedHostDevices).
"""

from collections.abc import Iterator

from vmlint.kubevirt.apply import Origin
from vmlint.kubevirt.permitted import unpermitted_devices
from vmlint.model.access import mapping
from vmlint.model.chain import Hop
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import permitted
from ._start import never_starts

META = Meta("VM556", effect=Effect.STUCK, since="0.1", subject=Workload, about=permitted)

_MOST = 5
"""The most names that a fix lists."""


def check(workload: Workload, world: World) -> Iterator[Fault]:
    permitted = world.machine.permitted
    if permitted is None or not _has_devices(workload, world):
        return
    if (template := world.migration.template(workload)) is None:
        return
    names, holder, section = permitted
    for path, name in unpermitted_devices(template, names, world.machine.gates, world.settings.release):
        origin = world.migration.giver(workload, path) if isinstance(workload, VirtualMachine) else Origin.VM
        whose = "" if origin is Origin.VM else f" of its {origin}"
        message = (
            f"device `{name}`{whose} is not among the `permittedHostDevices` of {holder.ref.kind} `{holder.name}`. "
            "KubeVirt never creates the launcher pod."
        )
        known = ", ".join(f"`{known}`" for known in sorted(names)[:_MOST])
        fix = f"add `{name}` to `permittedHostDevices`" + (f", or use a permitted device: {known}" if known else "")
        yield META.at(
            workload.at(*workload.template_path, *path), message, fix=fix, effect=never_starts(workload)
        ).along([Hop(f"{holder.ref.kind} {holder.name}: permittedHostDevices", holder.at(*section))])


def _has_devices(workload: Workload, world: World) -> bool:
    """Whether the VM or its instancetype asks for any device at all: few do."""
    instancetype = world.vms.match(workload, Matcher.INSTANCETYPE) if isinstance(workload, VirtualMachine) else None
    own = mapping(workload.vmi_spec, "domain", "devices")
    entry = instancetype.spec if instancetype is not None and instancetype.object is not None else {}
    return any(holder.get(kind) for holder in (own, entry) for kind in ("gpus", "hostDevices"))
