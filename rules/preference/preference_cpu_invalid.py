"""The preference has an invalid CPU topology.

## What it does
Checks `preferredCPUTopology` and the spread options of a preference.

## Why it fails
KubeVirt refuses a preference with an unknown topology, an unknown `across`, or a ratio other than 2 where vCPUs are
spread over cores and threads.

## Cluster message
KubeVirt's refusal contains `unknown preferredCPUTopology`, `only a ratio of 2` or `is not supported`.

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

from vmlint.kubevirt.types import preference_refusals
from vmlint.model.subjects import Preference
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._types import WORDS
from .._wording import in_words

META = Meta("VM306", effect=Effect.REJECTED, since="0.1", subject=Preference)


def check(preference: Preference, world: World) -> Iterator[Fault]:
    for refusal in preference_refusals(preference.spec, world.settings.release):
        words = in_words(WORDS, refusal)
        yield META.at(preference.at(*refusal.path), f"{words.wrong}.", fix=words.fix)
