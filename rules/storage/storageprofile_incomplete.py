"""A StorageProfile has a property set without a mode.

## What it does
Checks that each entry of `claimPropertySets` has access modes and a volume mode.

## Why it fails
CDI uses only complete sets. The API server refuses an entry without `accessModes` or `volumeMode`; it accepts one with
an empty list, and CDI then keeps the old profile: disks of the class get no modes from it.

## Cluster message
The API server's refusal contains `Required value`.

## Bad
    kind: StorageProfile
    metadata: {name: local}
    spec:
      claimPropertySets:
      - accessModes: [ReadWriteOnce]

## Good
    kind: StorageProfile
    metadata: {name: local}
    spec:
      claimPropertySets:
      - accessModes: [ReadWriteOnce]
        volumeMode: Filesystem

## How to fix
Set both `accessModes` and `volumeMode` in each entry.

## Source
CDI `pkg/controller/storageprofile-controller.go` (reconcilePropertySets); the CRD of StorageProfile.
"""

from collections.abc import Iterator

from vmlint.model.access import each, sequence
from vmlint.model.subjects import StorageProfile
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

_BEST_REPORTED = 2  # the schema reports the missing field as well, but not why it matters

META = Meta("VM410", effect=Effect.REJECTED, since="0.1", subject=StorageProfile, rank=_BEST_REPORTED)


def check(subject: StorageProfile, world: World) -> Iterator[Fault]:
    for index, entry in each(subject.data, "spec", "claimPropertySets"):
        for field, words, example in _FIELDS:
            value = entry.get(field)
            if value is None:
                effect, after = Effect.REJECTED, "The API server refuses the profile"
            elif field == "accessModes" and value == []:
                effect, after = Effect.STUCK, "CDI accepts complete sets only, and does not update the profile"
            else:
                continue
            yield META.at(
                subject.at("spec", "claimPropertySets", index, field),
                f"StorageProfile `{subject.name}` has a property set without {words}{_modes(entry, field)}. {after}.",
                fix=f"add the mode that the storage has, such as `{example}`, to the set",
                effect=effect,
            )


_FIELDS = (
    ("accessModes", "access modes", "accessModes: [ReadWriteOnce]"),
    ("volumeMode", "volume mode", "volumeMode: Filesystem"),
)


def _modes(entry: object, field: str) -> str:
    modes = [mode for mode in sequence(entry, "accessModes") if isinstance(mode, str)]
    return f" for `{', '.join(modes)}`" if field == "volumeMode" and modes else ""
