"""The name of a DataVolume is invalid.

## What it does
Checks the names of DataVolumes, templates, import crons and populator sources: a DNS name of at most 253 characters, or
63 for import crons and populator sources.

## Why it fails
The API server or CDI refuses the object.

## Cluster message
The refusal contains `Name cannot be longer than` or `RFC 1123`.

## Bad
    kind: DataVolume
    metadata:
      name: Fedora_Root

## Good
    kind: DataVolume
    metadata:
      name: fedora-root

## How to fix
Use lower-case letters, digits, `-` and `.`, up to the length that the finding names.

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

META = Meta("VM407", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset(
    (
        Check.NAME_MISSING,
        Check.NAME_INVALID,
        Check.NAME_TOO_LONG,
        Check.CLASS_NAME_TOO_LONG,
    )
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    return refused(META, subject, world, _CHECKS)
