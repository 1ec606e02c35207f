"""A VM must be migrated, and one of its disks can't be.

## What it does
Looks at VMs with `evictionStrategy: LiveMigrate`, and reports each claim of theirs that is sure to lack
`ReadWriteMany`.

## Why it matters
Live migration needs each claim on two nodes at a time. Without it KubeVirt refuses to evict the VM: draining its node
is blocked until somebody stops the VM.

## Bad
    kind: VirtualMachine
    spec:
      dataVolumeTemplates:
      - metadata: {name: web-root}
        spec:
          pvc:
            accessModes: [ReadWriteOnce]
      template:
        spec:
          evictionStrategy: LiveMigrate

## Good
    kind: VirtualMachine
    spec:
      dataVolumeTemplates:
      - metadata: {name: web-root}
        spec:
          pvc:
            accessModes: [ReadWriteMany]
      template:
        spec:
          evictionStrategy: LiveMigrate

## Source
KubeVirt `pkg/virt-handler/vm.go` (checkVolumesForMigration).
"""

from collections.abc import Iterator

from vmlint.cdi.render import Rendered
from vmlint.model.access import text
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk, claim_name

from .._disks import access_modes, hops

META = Meta("VM425", effect=Effect.RISK, since="0.1", subject=Workload)


def check(vm: Workload, world: World) -> Iterator[Fault]:
    if text(vm.vmi_spec, "evictionStrategy") != "LiveMigrate":
        return
    for path, volume in vm.volumes():
        disk = world.storage.own_claim(vm, volume)
        if not isinstance(disk, Disk):
            continue
        modes = access_modes(disk, world)
        if modes is None or "ReadWriteMany" in modes:
            continue
        outcome = world.storage.outline(disk)
        source, name = claim_name(volume)
        yield META.at(
            vm.at(*path, source),
            f"volume `{text(volume, 'name')}` can't be migrated: claim `{name}` is `{', '.join(modes)}`, and "
            "`evictionStrategy: LiveMigrate` needs `ReadWriteMany`. The VM blocks the drain of its node.",
            fix="ask for `accessModes: [ReadWriteMany]` on storage that shares, "
            "or write `evictionStrategy: LiveMigrateIfPossible`",
        ).along(hops(disk, outcome, world) if isinstance(outcome, Rendered) else ())
