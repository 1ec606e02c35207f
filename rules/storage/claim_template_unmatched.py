"""A volume claim template and the VM's volumes don't match.

## What it does
Checks that a volume uses each template of `spec.volumeClaimTemplates`, and that volumes write the template's name in
`persistentVolumeClaim.claimName`.

## Why it fails
The API reads `claimName`. A volume with `name` instead, which the proposal's examples use, names no claim: KubeVirt
accepts the VM, which never starts. A template that no volume uses creates a claim that the VM does not get.

## Cluster message
The proposal is not released: its message is not known.

## Bad
    kind: VirtualMachine
    spec:
      volumeClaimTemplates:
      - metadata: {name: data}
      template:
        spec:
          volumes:
          - name: disk
            persistentVolumeClaim: {name: data}

## Good
    kind: VirtualMachine
    spec:
      volumeClaimTemplates:
      - metadata: {name: data}
      template:
        spec:
          volumes:
          - name: disk
            persistentVolumeClaim: {claimName: data}

## How to fix
Write `claimName` instead of `name`, or add a volume that uses the template.

## Source
KubeVirt's proposal of volume claim templates; `staging/src/kubevirt.io/api/core/v1/schema.go`
(PersistentVolumeClaimVolumeSource).
"""

from collections.abc import Iterator

from vmlint.model.access import mapping, text
from vmlint.model.subjects import VirtualMachine
from vmlint.model.unknown import is_unknown
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.source.edit import Move
from vmlint.world import World
from vmlint.world.disks import Written

from .._about import disks

META = Meta(
    "VM419",
    effect=Effect.IGNORED,
    since="0.1",
    subject=VirtualMachine,
    about=disks,
    fields=("volumeClaimTemplates",),
    fix=Fix.SAFE,
)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    disks = [disk for disk in world.storage.disks(vm) if disk.form is Written.CLAIM_TEMPLATE]
    if not disks:
        return
    used: set[str] = set()
    for path, volume in vm.volumes():
        source = mapping(volume, "persistentVolumeClaim")
        name, claim = text(source, "name"), text(source, "claimName")
        used |= {name, claim}
        if name and not claim:
            claim_path = (*path, "persistentVolumeClaim")
            yield META.at(
                vm.at(*claim_path, "name"),
                f"volume `{text(volume, 'name')}` has no `claimName`, by which it would find its claim template.",
                fix=f"write `claimName: {name}`",
                effect=Effect.STUCK,
            ).with_fix(Fix.SAFE, Move((*claim_path, "name"), (*claim_path, "claimName")))
    for disk in disks:
        if disk.name and disk.name not in used and not any(is_unknown(name) for name in (disk.name, *used)):
            yield META.at(
                disk.at("metadata", "name"),
                f"{disk} is not used by any volume of the VM.",
                fix=f"add a volume with `persistentVolumeClaim: {{claimName: {disk.name}}}`, or remove the template",
            )
