"""A DataImportCron is invalid.

## What it does
Checks the template, the schedule and the settings of import crons: `garbageCollect`, `importsToKeep`,
`managedDataSource`, and template fields that only CDI may set.

## Why it fails
CDI refuses the import cron.

## Cluster message
CDI's refusal contains `Illegal cron schedule`, `Illegal ImportsToKeep`, `Missing source` or `Unsettable fields`.

## Bad
    kind: DataImportCron
    spec:
      schedule: every night

## Good
    kind: DataImportCron
    spec:
      schedule: "0 3 * * *"

## How to fix
Correct the field that the message names. A schedule has five fields, as in `0 3 * * *`.

## Source
CDI `pkg/apiserver/webhooks`; KubeVirt `pkg/storage/admitters/data-volume-template.go`.
"""

from collections.abc import Iterator

from vmlint.cdi.check import Check
from vmlint.model.resource import Resource
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import storage_refusals
from ._refusals import SUBJECTS, refused

META = Meta("VM412", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset(
    (
        Check.CRON_SOURCE_MISSING,
        Check.CRON_FIELD_FORBIDDEN,
        Check.CRON_SCHEDULE,
        Check.CRON_IMPORTS_TO_KEEP,
        Check.CRON_GARBAGE_COLLECT,
        Check.CRON_MANAGED_DATA_SOURCE,
    )
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    return refused(META, subject, world, _CHECKS)
