"""The preference has an invalid CPU topology.

## What it does
Checks `preferredCPUTopology` and the spread options of a preference.

## Why it fails
KubeVirt refuses a preference with an unknown topology, an unknown `across`, or a ratio other than 2 where vCPUs are
spread over cores and threads.

## Cluster message
KubeVirt's refusal contains `unknown preferredCPUTopology` or `only a ratio of 2` or `is not supported`.

## Bad
    spec:
      cpu: {preferredCPUTopology: preferSocket}

## Good
    spec:
      cpu: {preferredCPUTopology: sockets}

## How to fix
Use one of `sockets`, `cores`, `threads`, `spread` and `any`, and the ratio 2 to spread over cores and threads.

## Source
KubeVirt `pkg/instancetype/preference/webhooks/admitter.go`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.topology import ACROSS, DEPRECATED
from vmlint.kubevirt.types import preference_causes
from vmlint.model.subjects import Preference
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM306", effect=Effect.REJECTED, since="0.1", subject=Preference)

_FIXES = {
    "preferredCPUTopology": f"use one of {', '.join(f'`{name}`' for name in DEPRECATED.values())}",
    "across": f"use one of {', '.join(f'`{name}`' for name in sorted(ACROSS))}",
    "ratio": "set `ratio: 2`, or use another `across`",
}


def check(preference: Preference, world: World) -> Iterator[Fault]:
    for cause in preference_causes(preference.spec, world.settings.release):
        yield META.at(
            preference.at(*cause.path),
            f"{cause.message}.",
            fix=_FIXES[str(cause.path[-1])],
        )
