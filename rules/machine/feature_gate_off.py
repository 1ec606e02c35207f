"""A field needs a feature gate that is off.

## What it does
Reports fields and annotations that need a feature gate: `hostDevices`, `hostDisk`, `autoattachVSOCK`,
`downwardMetrics`, claims as file systems, encryption, resource claims, `portRanges`, hook sidecars, before 1.8 an
architecture other than the control plane's, before 1.6 a persistent TPM, and so on. The KubeVirt object of the
repository determines which gates are on; without one, the target release, or else the newest one. A gate that no file
mentions may be on in the cluster: the question is then undecided, unless the world is closed.

## Why it fails
KubeVirt's webhook refuses the object while the gate is off.

## Cluster message
KubeVirt's refusal contains `feature gate is not enabled` or `feature gate not enabled`.

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

## How to fix
Add the gate to `spec.configuration.developerConfiguration.featureGates` of the KubeVirt object.

## How to configure
`target: {kubevirt: "1.8"}` selects the release whose default gates apply; `closed-world: true` decides gates that no
file mentions.

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
