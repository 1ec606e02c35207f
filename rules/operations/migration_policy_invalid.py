"""A migration policy has a negative amount or a factor out of range.

## What it does
Checks MigrationPolicies: bandwidth and timeout are not negative, the factors of the stall detector are in their range
and have at most three decimal places, and `stallDetector` and `downtimeTuning` are not both set.

## Why it fails
The API server or KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `must not be negative`, `must be less than or equal to`, `decimal places` or `mutually
exclusive`.

## Bad
    kind: MigrationPolicy
    spec:
      selectors: {}
      bandwidthPerMigration: -64Mi

## Good
    kind: MigrationPolicy
    spec:
      selectors: {}
      bandwidthPerMigration: 64Mi

## How to fix
Use a value in the range that the message names.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/migrationpolicy-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import MigrationPolicy
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import operation
from ._refused import refused

META = Meta("VM006", effect=Effect.REJECTED, since="0.1", subject=MigrationPolicy, about=operation)


def check(subject: MigrationPolicy, world: World) -> Iterator[Fault]:
    return refused(META, subject, world)
