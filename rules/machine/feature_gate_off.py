"""A field needs a feature gate that is off.

## What it does
Reports fields and annotations that count only with a feature gate: `hostDevices`, `hostDisk`, `autoattachVSOCK`,
`downwardMetrics`, claims as file systems, encryption, resource claims, `portRanges`, hook sidecars, and so on. Which
gates are on says the KubeVirt object of the repository; without one, the release of `target.kubevirt`, or else the
newest one. A gate that nobody mentions may be on in the cluster: then the question is told as undecided, unless the
world is closed.

## Why it fails
KubeVirt's webhook refuses the object while the gate is off.

## Bad
    kind: KubeVirt
    spec:
      configuration:
        developerConfiguration:
          featureGates: []
    ---
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            devices:
              hostDevices:
              - {name: card, deviceName: vendor.com/card}

## Good
    kind: KubeVirt
    spec:
      configuration:
        developerConfiguration:
          featureGates: [HostDevices]
    ---
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            devices:
              hostDevices:
              - {name: card, deviceName: vendor.com/card}

## Source
KubeVirt `pkg/virt-config/featuregate`; `vmi-create-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM523", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "features")
