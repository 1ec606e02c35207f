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

from vmlint.cdi.check import Check
from vmlint.model.resource import Resource
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import storage_refusals
from ._refusals import SUBJECTS, refused

META = Meta("VM411", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset(
    (
        Check.TEMPLATE_NAMESPACE,
        Check.TEMPLATE_UNUSED,
    )
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    return refused(META, subject, world, _CHECKS)
