"""An edited VM must be restarted.

## What it does
Compares VMs with those of the commit that `--changed` names, with instancetype and preference applied, and finds
changes that KubeVirt does not apply to a running guest: more sockets or memory than the maximum it was started with,
fewer sockets, and every field that can't be changed live. VMs whose guests don't run by themselves are skipped.

## Why it matters
KubeVirt accepts the edit and sets the condition RestartRequired. The guest keeps its configuration until it is
restarted. Sockets and memory of the same edit wait too, though KubeVirt could change them in the running guest.

## Cluster message
The VM's condition `RestartRequired`; its message contains `non-live-updatable field` or `higher than what's available`.

## Bad
    kind: VirtualMachine
    spec:
      runStrategy: Always
      template:
        spec:
          domain:
            cpu: {sockets: 2, cores: 1}   # sockets was 4

## Good
    kind: VirtualMachine
    spec:
      runStrategy: Always
      template:
        spec:
          domain:
            cpu: {sockets: 4, cores: 1}   # sockets was 2

## How to fix
Restart the VM after the edit: `virtctl restart`.

## Source
KubeVirt `pkg/virt-controller/watch/vm/vm.go` (syncRestartRequired, handleCPUChangeRequest, handleMemoryHotplugRequest).
"""

from collections.abc import Iterator

from vmlint.kubevirt.update.outcome import UpdateReason
from vmlint.rule import Change, Doubt, Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.update_phrases import restarted

from .._updates import edited, update_of

META = Meta("VM590", effect=Effect.RESTART, since="0.1", subject=Change)

_CONFIGURED = frozenset(
    (UpdateReason.SOCKETS_ABOVE_MAXIMUM, UpdateReason.MEMORY_ABOVE_MAXIMUM, UpdateReason.MEMORY_NOT_PREPARED)
)
"""What the KubeVirt object can allow."""


def check(change: Change, world: World) -> Iterator[Fault | Doubt]:
    updated = update_of(change, world)
    if updated is None or updated.unknown or not (updated.running and updated.stays):
        return
    for restart in updated.synced.restarts:
        place = edited(change, restart.fields)
        if restart.why in _CONFIGURED and not world.knows_kubevirt:
            yield META.doubt(
                place, "whether the guest has to be restarted depends on the KubeVirt object, which is not in the files"
            )
            continue
        yield META.at(
            place,
            restarted(restart, updated.synced.guest),
            fix="restart the VM after the edit is applied (`virtctl restart`), in a maintenance window",
        )
