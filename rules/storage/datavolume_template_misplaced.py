"""A DataVolume template does not belong to its VM.

## What it does
Reports a template that no volume of the VM uses, and one with another namespace.

## Why it fails
KubeVirt refuses the VM: a volume must use each template, and the template's disk is in the VM's namespace.

## Cluster message
KubeVirt's refusal contains `must be referenced in the VMI template` or `differs from VM namespace`.

## Bad
    spec:
      dataVolumeTemplates:
      - metadata: {name: web-data}
      template:
        spec:
          volumes: []

## Good
    spec:
      dataVolumeTemplates:
      - metadata: {name: web-data}
      template:
        spec:
          volumes:
          - name: data
            dataVolume: {name: web-data}

## How to fix
Add a volume that uses the template, or remove the template; remove its `namespace`.

## Source
CDI `pkg/apiserver/webhooks`; KubeVirt `pkg/storage/admitters/data-volume-template.go`.
"""

from collections.abc import Iterator
from typing import Any

from vmlint.cdi.check import Check
from vmlint.graph.resolution import Resolution, State
from vmlint.model.access import get, text
from vmlint.model.chain import Hop
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import claim_name

from .._about import storage_refusals
from .._disks import meant_template
from ._refusals import SUBJECTS, refused

META = Meta("VM411", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset(
    (
        Check.TEMPLATE_NAMESPACE,
        Check.TEMPLATE_UNUSED,
    )
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    for fault in refused(META, subject, world, _CHECKS):
        name = get(subject.data, *fault.place.path) if isinstance(fault.place, Place) else None
        yield next(_misspelt(fault, subject, name, world), fault) if isinstance(subject, Workload) else fault


def _misspelt(fault: Fault, vm: Workload, template: Any, world: World) -> Iterator[Fault]:
    """The fault of a template whose name a volume misspells."""
    for path, volume in vm.volumes():
        found = world.storage.own_claim(vm, volume)
        if not isinstance(found, Resolution) or found.state is not State.MISSING:
            continue
        source, name = claim_name(volume)
        if meant_template(vm, name, world) == template:
            field = "name" if source == "dataVolume" else "claimName"
            label = text(volume, "name")
            fix = f"write `{field}: {template}` in volume `{label}`, which names `{name}`"
            yield fault._replace(fix=fix).along([Hop(f"volume {label} → {name}", vm.at(*path, source, field))])
