"""The preference uses a deprecated name of a CPU topology.

## What it does
Reports `preferSockets`, `preferCores`, `preferThreads`, `preferSpread` and `preferAny`.

## Why it matters
Since KubeVirt 1.4 the names are `sockets`, `cores`, `threads`, `spread` and `any`. KubeVirt still accepts the old names
with a warning, and will remove them.

## Cluster message
The API server prints the warning `is deprecated for removal in a future release`.

## Bad
    spec:
      cpu: {preferredCPUTopology: preferSockets}

## Good
    spec:
      cpu: {preferredCPUTopology: sockets}

## How to fix
Write the new name: the old one without `prefer`, in lower case.

## Source
KubeVirt `pkg/instancetype/preference/webhooks/admitter.go` (deprecatedTopologies).
"""

from collections.abc import Iterator

from vmlint.kubevirt.types import preference_warnings
from vmlint.model.subjects import Preference
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.world import World

from .._types import WORDS
from .._wording import in_words

META = Meta("VM307", effect=Effect.DEPRECATED, since="0.1", subject=Preference, fix=Fix.SAFE)


def check(preference: Preference, world: World) -> Iterator[Fault]:
    for refusal in preference_warnings(preference.spec, world.settings.release):
        words = in_words(WORDS, refusal)
        fault = META.at(preference.at(*refusal.path), f"{words.wrong}.", fix=words.fix)
        yield fault.with_fix(Fix.SAFE, *words.edits(refusal)) if words.edits else fault
