"""A DataVolume template does not belong to its VM.

## What it does
Reports a template that no volume of the VM uses, and one with a namespace of its own.

## Why it fails
KubeVirt refuses the VM: each template must be used by a volume, and lives in the VM's namespace.

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
