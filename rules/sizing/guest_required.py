"""An instancetype has no vCPUs or memory, which its version requires.

## What it does
Checks `spec.cpu.guest` and `spec.memory.guest` of instancetypes of v1beta1 and earlier.

## Why it fails
The schema of every released version requires both. Only the proposed `instancetype.kubevirt.io/v1beta2` makes them
optional.

## Cluster message
The API server's refusal contains `Required value`.

## Bad
    apiVersion: instancetype.kubevirt.io/v1beta1
    kind: VirtualMachineInstancetype
    spec:
      cpu: {guest: 2}
      memory: {}

## Good
    apiVersion: instancetype.kubevirt.io/v1beta1
    kind: VirtualMachineInstancetype
    spec:
      cpu: {guest: 2}
      memory: {guest: 4Gi}

## How to fix
Set `spec.cpu.guest` and `spec.memory.guest`.

## Source
KubeVirt's CRDs of `instancetype.kubevirt.io`: `required: [cpu, memory]`, `cpu.required: [guest]`, `memory.required:
[guest]`.
"""

from collections.abc import Iterator

from vmlint.model.access import get
from vmlint.model.subjects import Instancetype
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM606", effect=Effect.REJECTED, since="0.1", subject=Instancetype)

_OPTIONAL_IN = "v1beta2"
_AMOUNTS = {"cpu": "vCPUs", "memory": "memory"}


def check(instancetype: Instancetype, world: World) -> Iterator[Fault]:
    if instancetype.version == _OPTIONAL_IN:
        return
    for section, amount in _AMOUNTS.items():
        if get(instancetype.data, "spec", section, "guest") is None:
            field = ("guest",) if get(instancetype.data, "spec", section) is not None else ()
            yield META.at(
                instancetype.at("spec", section, *field),
                f"`spec.{section}.guest` is missing; `{instancetype.version}` requires an instancetype to set its "
                f"{amount}.",
                fix=f"set `spec.{section}.guest`",
            )
