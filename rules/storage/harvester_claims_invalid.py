"""Harvester can't parse the claims of a VM.

## What it does
Parses the annotation `harvesterhci.io/volumeClaimTemplates` of a VM as Harvester does: as a JSON list of claims, each
with a name and a spec. Other rules treat the claims in the list as present.

## Why it fails
Harvester's webhook refuses the VM.

## Cluster message
Harvester's refusal contains `volumeClaimTemplates` or `cannot unmarshal`.

## Bad
    kind: VirtualMachine
    metadata:
      annotations:
        harvesterhci.io/volumeClaimTemplates: '{"metadata": {"name": "web-root"}}'

## Good
    kind: VirtualMachine
    metadata:
      annotations:
        harvesterhci.io/volumeClaimTemplates: |
          [{"metadata": {"name": "web-root"}, "spec": {"accessModes": ["ReadWriteMany"]}}]

## How to fix
Write a JSON list of claims, each with `metadata.name` and `spec`.

## Source
harvester/harvester `pkg/webhook/resources/virtualmachine/validator.go`,
`pkg/controller/master/virtualmachine/vm_controller.go`.
"""

from collections.abc import Iterator

from vmlint.model.harvester import CLAIMS, claims_of
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM451", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, fields=(CLAIMS,))


def check(vm: VirtualMachine, world: World) -> Iterator[Fault | Doubt]:
    claims = claims_of(vm.data)
    if claims is None:
        return
    place = vm.at("metadata", "annotations", CLAIMS)
    if not claims.decided:
        yield META.doubt(place, f"which claims Harvester makes: `{CLAIMS}` holds a variable")
    elif claims.wrong:
        yield META.at(
            place,
            f"annotation `{CLAIMS}` {claims.wrong}. Harvester refuses the VM.",
            fix="write a JSON list of claims, each with `metadata.name` and `spec`",
        )
