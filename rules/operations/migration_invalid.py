"""A migration has no `vmiName`, or sets a field that only KubeVirt may set.

## What it does
Checks VirtualMachineInstanceMigrations: `vmiName` is set, `priority` is not, and the two ends of a decentralized
migration have the same ID.

## Why it fails
The API server or KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `vmiName is missing`, `only virt-controller is allowed` or `does not match receive
migrationID`.

## Bad
    kind: VirtualMachineInstanceMigration
    spec: {vmiName: web, priority: system-critical}

## Good
    kind: VirtualMachineInstanceMigration
    spec: {vmiName: web}

## How to fix
Set `vmiName`, and remove `priority`.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/migration-create-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachineInstanceMigration
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import operation
from ._refused import refused

META = Meta("VM005", effect=Effect.REJECTED, since="0.1", subject=VirtualMachineInstanceMigration, about=operation)


def check(subject: VirtualMachineInstanceMigration, world: World) -> Iterator[Fault]:
    return refused(META, subject, world)
