"""The target release does not have a field.

## What it does
Looks each field up in the target release; the finding names the release that added or removed it. Without a target,
vmlint accepts every field of a release or a proposal, except for those that the newest release lacks.

## Why it does nothing
The API server of that release drops the field; it refuses `kubectl apply`, which requests strict decoding.

## Cluster message
kubectl's message contains `unknown field`.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            cpu: {guest: 2}   # a proposal

## Good
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            memory: {guest: 4Gi}

## How to fix
Remove the field, use the one that the target release has, or upgrade KubeVirt.

## How to configure
`target: {kubevirt: "1.8"}` selects the release.

## Source
KubeVirt's CustomResourceDefinitions, v0.53 to v1.9.
"""

from collections.abc import Iterator

from vmlint.model.resource import Resource
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.schema.code import Outcome, SchemaKind, outcome_of
from vmlint.world import World

from .._about import form
from ._form import FIRST, faults_of, reported

META = Meta(
    "VM707", effect=Effect.IGNORED, since="0.1", subject=Resource, rank=FIRST, fragments=True, about=form, strict=True
)

_KINDS = (SchemaKind.NEWER, SchemaKind.REMOVED, SchemaKind.PROPOSAL)


def check(resource: Resource, world: World) -> Iterator[Fault | Doubt]:
    found = (refusal for refusal in faults_of(resource, world, *_KINDS) if outcome_of(refusal) is Outcome.DROPPED)
    return reported(META, resource, found, at_key=True)
