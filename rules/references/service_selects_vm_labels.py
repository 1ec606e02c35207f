"""A Service selects labels that the VM has, but its guest's pod does not have.

## What it does
Reports a Service whose selector matches the labels of a VM of its name, or names the VM, where no VM template in the
namespace has these labels.

## Why it does nothing
A Service selects pods. The pod of a guest has the labels of `spec.template.metadata`, not those of the VM.

## Cluster message
Nothing reports it: the Service has no endpoints.

## Bad
    kind: VirtualMachine
    metadata: {name: web, labels: {app: web}}
    ---
    kind: Service
    metadata: {name: web}
    spec:
      selector: {app: web}

## Good
    kind: VirtualMachine
    metadata: {name: web}
    spec:
      template:
        metadata: {labels: {app: web}}
    ---
    kind: Service
    metadata: {name: web}
    spec:
      selector: {app: web}

## How to fix
Add the labels to `spec.template.metadata.labels` of the VM.

## Source
KubeVirt `pkg/virt-controller/services/template.go` (podLabels).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.model.chain import Hop
from vmlint.model.subjects import Service
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.services import selector_of

META = Meta("VM872", effect=Effect.IGNORED, since="0.1", subject=Service)


def check(service: Service, world: World) -> Iterator[Fault]:
    if not selector_of(service) or service.patched or world.services.selected(service):
        return
    for vm in world.services.mistaken(service):
        # Pods of other objects may have such labels too; none has the name of a VM.
        if vm.patched or vm.name not in (service.name, *selector_of(service).values()):
            continue
        shown = ", ".join(f"{key}: {value}" for key, value in selector_of(service).items())
        yield META.at(
            service.at("spec", "selector"),
            f"no launcher pod has the labels `{shown}`: VM `{vm.name}` has them in its own metadata, not in its "
            "template. The "
            "Service has no endpoints.",
            fix="move the labels to `spec.template.metadata.labels` of the VM",
        ).along([Hop(f"{vm.ref}: labels", vm.at("metadata", "labels"))])
        return
