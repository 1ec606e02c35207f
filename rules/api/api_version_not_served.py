"""No cluster serves the object's API version or kind.

## What it does
Looks the API version and kind up in the releases of KubeVirt and CDI: in the target release, or else in the newest one.
A proposal's API version counts as served without a target.

## Why it fails
The API server does not have such a resource, and refuses the object.

## Cluster message
kubectl's message contains `no matches for kind`.

## Bad
    apiVersion: flavor.kubevirt.io/v1alpha1
    kind: VirtualMachineFlavor
    metadata:
      name: small

## Good
    apiVersion: instancetype.kubevirt.io/v1beta1
    kind: VirtualMachineInstancetype
    metadata:
      name: small

## How to fix
Write the API version that the finding names.

## How to configure
For a cluster that is older than the newest release, set `target: {kubevirt: "1.5"}`.

## Source
KubeVirt `pkg/virt-operator/resource/generate/components/crds.go`, v0.53 to v1.9; CDI
`pkg/operator/resources/crds_generated.go`, v1.40 to v1.66.
"""

from collections.abc import Iterator

from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.schema.code import Outcome, SchemaKind, outcome_of
from vmlint.world import World

from .._about import form
from ._form import FIRST, faults_of, reported

META = Meta(
    "VM705", effect=Effect.REJECTED, since="0.1", subject=Resource, rank=FIRST, about=form, final=True, fix=Fix.UNSAFE
)


def check(resource: Resource, world: World) -> Iterator[Fault | Doubt]:
    found = faults_of(resource, world, SchemaKind.VERSION, SchemaKind.PROPOSAL)
    return reported(META, resource, (refusal for refusal in found if outcome_of(refusal) is Outcome.REFUSED))
