"""An encrypted guest has a setting that encryption does not support.

## What it does
Checks `domain.launchSecurity`, with instancetype and preference applied: it needs amd64 or s390x; on amd64 it has one
of `sev`, `snp` and `tdx`, needs UEFI, and excludes network boot and, depending on the kind, Secure Boot, persistent
UEFI variables or SMM; SEV attestation needs a guest that starts paused.

## Why it fails
KubeVirt's webhook refuses the object. Before 1.7, it checks only SEV, on any architecture.

## Cluster message
KubeVirt's refusal contains `No launchSecurity support`, `requires OVMF (UEFI)`, `does not work along with`, `does not
work with bootable NICs` or `SEV attestation requires`.

## Bad
    spec:
      template:
        spec:
          architecture: amd64
          domain:
            launchSecurity: {sev: {}}

## Good
    spec:
      template:
        spec:
          architecture: amd64
          domain:
            firmware:
              bootloader:
                efi: {secureBoot: false}
            launchSecurity: {sev: {}}

## How to fix
Set UEFI without the conflicting option, as in the good example.

## Source
KubeVirt `pkg/virt-api/webhooks/amd64.go`; `vmi-create-admitter.go` (validateLaunchSecurity).
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM520", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "launch_security")
