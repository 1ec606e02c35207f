"""One value makes KubeVirt drop the whole configuration.

## What it does
Checks the values that KubeVirt's components check when they read the configuration: the default network interface, the
overcommit of memory, the ratio of CPUs, the tolerance for small claims.

## Why it does nothing
A component that finds one of them invalid drops the whole `spec.configuration`: it continues with the last valid one,
or with the defaults. Feature gates and all other settings in it have no effect.

## Cluster message
The logs of KubeVirt's components contain `Invalid cluster config` and `falling back to last good`.

## Bad
    kind: KubeVirt
    spec:
      configuration:
        network: {defaultNetworkInterface: passt}

## Good
    kind: KubeVirt
    spec:
      configuration:
        network: {defaultNetworkInterface: masquerade}

## How to fix
Correct the value: every other setting of `spec.configuration` depends on it.

## Source
KubeVirt `pkg/virt-config/configuration.go` (validateConfig, GetConfig).
"""

from collections.abc import Iterator

from vmlint.kubevirt.configuration import check_whole
from vmlint.model.subjects import KubeVirt
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._settings import faults

META = Meta("VM051", effect=Effect.IGNORED, since="0.1", subject=KubeVirt)

_THEN = "KubeVirt drops the whole `spec.configuration`, and uses the last valid one or the defaults."


def check(kubevirt: KubeVirt, world: World) -> Iterator[Fault]:
    return faults(META, kubevirt, check_whole(kubevirt.data), _THEN)
