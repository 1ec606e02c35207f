"""The volume to infer from has a type without labels.

## What it does
Checks that the volume is a `dataVolume` or a `persistentVolumeClaim`.

## Why it fails
KubeVirt reads labels from claims, snapshots, DataVolumes and DataSources. A `containerDisk`, a `cloudInitNoCloud`, an
`ephemeral` or any other volume leads to none of these, so KubeVirt refuses the VM. With the failure policy `Ignore` it
drops the matcher instead, and the VM continues without it.

## Cluster message
KubeVirt's refusal contains `unable to infer defaults from volume` or `type is not supported`.

## Bad
    spec:
      instancetype:
        inferFromVolume: root
      template:
        spec:
          volumes:
          - name: root
            containerDisk: {image: quay.io/containerdisks/fedora}

## Good
    spec:
      instancetype:
        name: u1.medium

## How to fix
Infer from a `dataVolume` or `persistentVolumeClaim` volume, or name the instancetype or preference.

## Source
KubeVirt `pkg/instancetype/infer/volume.go` (fromVolumes).
"""

from collections.abc import Iterator

from vmlint.kubevirt.inference import End
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import failed_inferences
from ._chain import effect_of, ended, outcome, written

META = Meta("VM102", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=failed_inferences)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for chain in ended(vm, world, End.VOLUME_UNSUPPORTED):
        yield META.at(
            written(vm, chain),
            f"no {chain.matcher.noun} can be inferred from {chain.subject}: {chain.reason}.{outcome(chain)}",
            fix=f"name the {chain.matcher.noun} in the VM, or boot from a DataVolume or claim that carries the label",
            effect=effect_of(vm, chain, world),
        ).along(chain.hops)
