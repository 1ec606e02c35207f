"""The instancetype uses a deprecated field.

## What it does
Reports `spec.launchSecurity` of an instancetype.

## Why it matters
KubeVirt 1.9 moved launch security to the preference (`preferredLaunchSecurity`) and warns about the old field, which a
later release removes.

## Cluster message
The API server prints the warning `launchSecurity is deprecated`.

## Bad
    kind: VirtualMachineInstancetype
    spec:
      launchSecurity: {sev: {}}

## Good
    kind: VirtualMachinePreference
    spec:
      preferredLaunchSecurity: {sev: {}}

## How to fix
Move the value to `preferredLaunchSecurity` of the preference.

## Source
KubeVirt `pkg/instancetype/webhooks/admitter.go`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.types import instancetype_warnings
from vmlint.model.subjects import Instancetype
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._types import WORDS
from .._wording import in_words

META = Meta("VM210", effect=Effect.DEPRECATED, since="0.1", subject=Instancetype)


def check(instancetype: Instancetype, world: World) -> Iterator[Fault]:
    for refusal in instancetype_warnings(instancetype.spec, world.settings.release):
        words = in_words(WORDS, refusal)
        yield META.at(instancetype.at(*refusal.path), f"{words.wrong}.", fix=words.fix)
