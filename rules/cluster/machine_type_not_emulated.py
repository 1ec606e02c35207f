"""The default machine type is not among the emulated machines.

## What it does
Compares the default machine type of each architecture with the patterns of `emulatedMachines`, as the KubeVirt object
sets them or as KubeVirt has them built in.

## Why it matters
KubeVirt writes the default into each VM that names no machine type, and then refuses the VM for it.

## Bad
    kind: KubeVirt
    spec:
      configuration:
        architectureConfiguration:
          amd64: {emulatedMachines: [pc-q35-rhel9*]}

## Good
    kind: KubeVirt
    spec:
      configuration:
        architectureConfiguration:
          amd64:
            emulatedMachines: [pc-q35-rhel9*]
            machineType: pc-q35-rhel9.4.0

## Source
KubeVirt `pkg/virt-config/virt-config.go` (GetMachineType, GetEmulatedMachines), `pkg/defaults/defaults.go`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.configuration import Setting, check_effect
from vmlint.kubevirt.gates import Gates
from vmlint.model.subjects import KubeVirt
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._settings import faults

META = Meta("VM053", effect=Effect.RISK, since="0.2", subject=KubeVirt)

_THEN = "KubeVirt refuses each VM without a machine type."


def check(kubevirt: KubeVirt, world: World) -> Iterator[Fault]:
    release = world.settings.release
    causes = check_effect(kubevirt.data, Gates(kubevirt.data, release), release)
    return faults(META, kubevirt, (one for one in causes if one.setting is Setting.MACHINE_NOT_EMULATED), _THEN)
