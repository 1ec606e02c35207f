"""The VM's instancetype does not exist.

## What it does
Looks for the instancetype that the VM names, or infers, in the repository, in the context and in the catalog of
common-instancetypes.

## Why it fails
Since KubeVirt 1.6 a VM that names a missing instancetype is accepted and never starts; only the VM's status shows the
reason. Earlier releases refuse it. Every release refuses it if its preference requires vCPUs or memory that the VM
itself does not have.

## Cluster message
The VM's condition `Failure` has the reason `FailedFindInstancetype`. Releases before 1.6 refuse the VM with `not
found`.

## Bad
    spec:
      instancetype:
        name: u1.medum

## Good
    spec:
      instancetype:
        name: u1.medium

## How to fix
Correct the name or the kind. If the object exists in the cluster, declare it: `outside:` in the configuration, or a
folder with `--context`.

## Source
KubeVirt `pkg/instancetype/controller/vm/controller.go` (checkResourcesExist),
`pkg/instancetype/webhooks/vm/admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import lost_matchers
from .._matching import not_found

META = Meta("VM201", effect=Effect.STUCK, since="0.1", subject=VirtualMachine, about=lost_matchers)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault | Doubt]:
    return not_found(META, vm, Matcher.INSTANCETYPE, world)
