"""A host name, subdomain or service account name is invalid.

## What it does
Checks `hostname` (a DNS label of at most 63 characters), `subdomain` and `serviceAccountName` (DNS subdomains), and
that `serviceAccountName` is the account of the guest's `serviceAccount` volume, if it has one.

## Why it fails
KubeVirt's webhook refuses the object.

## Bad
    spec:
      template:
        spec:
          hostname: Web_Server

## Good
    spec:
      template:
        spec:
          hostname: web-server

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vmi-create-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM503", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "identity")
