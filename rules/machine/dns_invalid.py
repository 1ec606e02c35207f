"""The DNS settings of the guest's pod are invalid.

## What it does
Checks `dnsPolicy` and `dnsConfig` by the rules that Kubernetes has for pods: `None` needs name servers; at most three
of them, each an IP address; at most six search domains, each a DNS name, with 256 characters in total; and options with
names.

## Why it fails
KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `must provide at least one DNS nameserver`, `must not have more than` or `must be valid IP
address`.

## Bad
    spec:
      template:
        spec:
          dnsPolicy: None

## Good
    spec:
      template:
        spec:
          dnsPolicy: None
          dnsConfig:
            nameservers: [192.0.2.53]

## How to fix
Add name servers for `dnsPolicy: None`, and stay within the limits that the finding names.

## Source
KubeVirt `vmi-create-admitter.go` (validateDNSPolicy, validatePodDNSConfig).
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM519", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "dns")
