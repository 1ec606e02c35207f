"""Secure Boot is on without SMM.

## What it does
Reports UEFI firmware with Secure Boot where the feature `smm` is not enabled. Secure Boot is enabled unless
`efi.secureBoot` is `false`, so `efi: {}` enables it too. Since 1.9, a guest with TDX needs no SMM.

## Why it fails
Secure Boot keeps its variables in system management mode. KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `SecureBoot requires SMM`.

## Bad
    spec:
      template:
        spec:
          domain:
            firmware:
              bootloader:
                efi: {}

## Good
    spec:
      template:
        spec:
          domain:
            features:
              smm: {enabled: true}
            firmware:
              bootloader:
                efi: {}

## How to fix
Enable `domain.features.smm`, or set `efi.secureBoot: false`.

## Source
KubeVirt `vmi-create-admitter.go` (validateDomainSpec).
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.source.edit import Put
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM508", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission, fix=Fix.UNSAFE)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    smm = Put((*workload.vmi_path, "domain", "features", "smm"), {"enabled": True})
    for result in refused(META, workload, world, "secure_boot"):
        yield result.with_fix(Fix.UNSAFE, smm) if isinstance(result, Fault) else result
