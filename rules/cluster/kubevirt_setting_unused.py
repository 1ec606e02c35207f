"""A setting of the KubeVirt object has no effect.

## What it does
Reports feature gates that KubeVirt does not have, or does not have yet in the target release; disabled gates of
features that are always on; and `liveUpdateConfiguration` where the rollout strategy is `Stage`.

## Why it does nothing
KubeVirt stores the values and never reads them. A misspelt gate leaves its feature off, and VMs that need it are
refused.

## Cluster message
KubeVirt reports nothing about the setting. VMs that need a misspelt gate are refused with `feature gate is not
enabled`.

## Bad
    kind: KubeVirt
    spec:
      configuration:
        developerConfiguration:
          featureGates: [HostDevice]

## Good
    kind: KubeVirt
    spec:
      configuration:
        developerConfiguration:
          featureGates: [HostDevices]

## How to fix
Correct the name of the gate, or remove the setting.

## How to configure
`target: {kubevirt: "1.8"}` selects the release whose gates count.

## Source
KubeVirt `pkg/virt-config/featuregate/feature-gates.go` (IsEnabled), `pkg/defaults/defaults.go`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.configuration import Setting, check_effect
from vmlint.kubevirt.gates import Gates
from vmlint.model.subjects import KubeVirt
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._settings import faults

META = Meta("VM052", effect=Effect.IGNORED, since="0.1", subject=KubeVirt)


def check(kubevirt: KubeVirt, world: World) -> Iterator[Fault]:
    release = world.settings.release
    refusals = check_effect(kubevirt.data, Gates(kubevirt.data, release), release)
    return faults(
        META, kubevirt, (refusal for refusal in refusals if refusal.code is not Setting.MACHINE_NOT_EMULATED), ""
    )
