"""The volume to infer from does not exist.

## What it does
Looks for the volume that `inferFromVolume` names among `spec.template.spec.volumes`.

## Why it fails
KubeVirt looks the name up in the VM's own list of volumes, and refuses the VM if the list does not contain it. The
failure policy `Ignore` does not help: it applies to a volume without labels, not to a volume that does not exist.

## Cluster message
KubeVirt's refusal contains `unable to find volume` or `to infer defaults`.

## Bad
    spec:
      instancetype:
        inferFromVolume: rootdisk
      template:
        spec:
          volumes:
          - name: root
            dataVolume: {name: web-root}

## Good
    spec:
      instancetype:
        inferFromVolume: root

## How to fix
Name a volume of the VM in `inferFromVolume`, or set `name` instead.

## Source
KubeVirt `pkg/instancetype/infer/volume.go` (fromVolumes).
"""

from collections.abc import Iterator

from vmlint.kubevirt.inference import End
from vmlint.model.access import text
from vmlint.model.field import render
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import failed_inferences
from ._chain import effect_of, ended, written

META = Meta("VM101", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=failed_inferences)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for chain in ended(vm, world, End.VOLUME_MISSING):
        from difflib import get_close_matches

        names = [text(volume, "name") for _, volume in vm.volumes()]
        wanted = text(vm.matcher(chain.matcher), "inferFromVolume")
        near = get_close_matches(wanted, names, 1)
        choice = f"write `{near[0]}`" if near else "name one of the VM's volumes"
        forgiven = text(vm.matcher(chain.matcher), "inferFromVolumeFailurePolicy") != "Ignore"
        policy = "" if forgiven else " The failure policy `Ignore` does not cover a missing volume."
        yield META.at(
            written(vm, chain),
            f"no {chain.matcher.noun} can be inferred: the VM has no volume `{wanted}`.{policy}",
            fix=f"{choice}, or add the volume to `{render((*vm.vmi_path, 'volumes'))}`",
            effect=effect_of(vm, chain, world),
        )
