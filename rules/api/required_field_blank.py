"""A required field is missing, and KubeVirt uses an empty value instead.

## What it does
Looks in VirtualMachines and VirtualMachineInstances for the fields that the schema requires and that KubeVirt fills
with an empty value before the schema is applied. A field whose consequence another rule reports is skipped.

## Why it does nothing
KubeVirt accepts the object with an empty name, image or path, which does not resolve.

## Cluster message
KubeVirt reports nothing when the object is applied.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          volumes:
            - name: root
              containerDisk: {}

## Good
    kind: VirtualMachine
    spec:
      template:
        spec:
          volumes:
            - name: root
              containerDisk: {image: quay.io/containerdisks/fedora}

## How to fix
Add the field.

## Source
KubeVirt's CustomResourceDefinitions; `pkg/virt-api/webhooks/mutating-webhook/mutators`, which write the object anew.
"""

from collections.abc import Iterator

from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.schema.code import Outcome, SchemaKind, outcome_of
from vmlint.world import World

from .._about import form
from ._form import BEHIND, faults_of, reported

META = Meta("VM708", effect=Effect.IGNORED, since="0.1", subject=Resource, rank=BEHIND, about=form)


def check(resource: Resource, world: World) -> Iterator[Fault | Doubt]:
    missing = faults_of(resource, world, SchemaKind.MISSING)
    return reported(META, resource, (refusal for refusal in missing if outcome_of(refusal) is Outcome.BLANK))
