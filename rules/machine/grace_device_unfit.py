"""A guest does not meet the requirements of an NVIDIA Grace device.

## What it does
Checks guests with a GPU or host device that the KubeVirt object of the repository permits as an NVIDIA Grace device
(selectors `10DE:2342`, `10DE:2348`, `10DE:2941`):

| part | refused |
|---|---|
| feature gates | `GraceIOVirtualization`, `PCINUMAAwareTopology` or `IOMMUFD` is off |
| guest | not `arm64`, a machine type other than `virt`, no dedicated CPUs |
| annotations | `kubevirt.io/placePCIDevicesOnRootComplex`, `kubevirt.io/disablePCIHole64` |
| selector | `10DE:*`, with the gate on |

## Why it fails
KubeVirt's webhook refuses the object, since 1.9.

## Cluster message
KubeVirt's refusal contains `GraceIOVirtualization requires`, `must be enabled when GraceIOVirtualization is used` or
`must be enabled for NVIDIA Grace`.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            devices:
              gpus: [{name: gpu, deviceName: nvidia.com/GH200}]

## Good
    kind: VirtualMachine
    spec:
      template:
        spec:
          architecture: arm64
          domain:
            machine: {type: virt}
            cpu: {cores: 8, dedicatedCpuPlacement: true}
            devices:
              gpus: [{name: gpu, deviceName: nvidia.com/GH200}]

## How to fix
Enable the gates, and set `arm64`, the machine type `virt` and dedicated CPUs.

## Source
KubeVirt `grace_io_virtualization.go`, `pkg/util/hardware/grace.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM575", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "grace")
