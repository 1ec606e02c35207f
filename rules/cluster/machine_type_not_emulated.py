"""The default machine type is not among the emulated machines.

## What it does
Compares the default machine type of each architecture with the patterns of `emulatedMachines`, from the KubeVirt object
or from KubeVirt's own defaults.

## Why it matters
KubeVirt writes the default into each VM without a machine type, and then refuses the VM because of it.

## Cluster message
KubeVirt's refusal of a VM contains `machine.type is not supported` and `allowed values`.

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

## How to fix
Set `machineType` to a type that one of the patterns matches, or add a pattern that matches the default.

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

META = Meta("VM053", effect=Effect.RISK, since="0.1", subject=KubeVirt)

_THEN = "KubeVirt refuses each VM without a machine type."


def check(kubevirt: KubeVirt, world: World) -> Iterator[Fault]:
    release = world.settings.release
    refusals = check_effect(kubevirt.data, Gates(kubevirt.data, release), release)
    return faults(
        META, kubevirt, (refusal for refusal in refusals if refusal.code is Setting.MACHINE_NOT_EMULATED), _THEN
    )
