"""A network interface is invalid.

## What it does
Checks `domain.devices.interfaces`, with the preference applied:

| field | refused |
|---|---|
| binding | none or several of `masquerade`, `bridge`, `sriov`, `passtBinding`, `binding` |
| | the removed `slirp`, `passt`, `macvtap`; `masquerade` or `passtBinding` off the pod network |
| | `bridge` on the pod network where the cluster forbids it |
| `name` | a name without a network; a duplicate name; other characters than letters, digits, `-` and `_` |
| `state` | `up` and `down` with `sriov`; `absent` without `bridge`, or on the default network |
| `macAddress`, `pciAddress` | malformed; the address that masquerade reserves for itself |
| `ports`, `portRanges` | numbers outside 1 to 65535, unknown protocols, invalid or duplicate names, overlaps |
| `dhcpOptions` | private options outside 224 to 254 or duplicate; NTP servers that are not IPv4 addresses |

## Why it fails
KubeVirt's webhook refuses the object. Before 1.9, it accepts an interface without a binding, and the guest
never starts.

## Cluster message
KubeVirt's refusal contains `must have exactly one binding method`, `malformed MAC address`, `has been discontinued
since`, `Masquerade interface only implemented with pod network` or `Duplicate name of the port`.

## Bad
    spec:
      template:
        spec:
          domain:
            devices:
              interfaces:
              - {name: default, masquerade: {}, macAddress: 02-00-00-12-34}
          networks:
          - {name: default, pod: {}}

## Good
    spec:
      template:
        spec:
          domain:
            devices:
              interfaces:
              - {name: default, masquerade: {}, macAddress: 02-00-00-12-34-56}
          networks:
          - {name: default, pod: {}}

## How to fix
Correct the field that the finding names; each interface needs exactly one binding.

## Source
KubeVirt `pkg/network/admitter/{admit,binding,discontinued,netiface,passt}.go`, `pkg/network/link/mac.go`;
`pkg/network/setup/netpod`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import admission
from ._admission import refused

META = Meta("VM512", effect=Effect.REJECTED, since="0.1", subject=Workload, about=admission)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    return refused(META, workload, world, "interfaces")
