"""A host name, subdomain or service account name is invalid.

## What it does
Checks `hostname` (a DNS label of at most 63 characters), `subdomain` and `serviceAccountName` (DNS subdomains), and
that `serviceAccountName` names the account of the guest's `serviceAccount` volume, if it has one.

## Why it fails
KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `DNS_LABEL rules`, `DNS_SUBDOMAIN rules`, `is not a valid service account name` or `must
reference the same service account`.

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

## How to fix
Use lower-case letters, digits and `-`, at most 63 characters for `hostname`.

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
