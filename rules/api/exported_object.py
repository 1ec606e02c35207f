"""The object was exported from a live cluster.

## What it does
Looks for the fields that only a cluster sets: `metadata.resourceVersion`, `uid` and `managedFields`, and the `status`
of VMs, pools and disks. An empty `status` and a `creationTimestamp` of `null`, which generators write, are not
reported.

## Why it fails
The API server refuses to create an object with a `resourceVersion`, and to change an object whose `resourceVersion` or
`uid` differs; server-side apply refuses `managedFields`. It drops a `status`.

## Cluster message
The API server's refusal contains `resourceVersion should not be set`, `metadata.managedFields must be nil` or `object
has been modified`.

## Bad
    kind: VirtualMachine
    metadata:
      name: web
      resourceVersion: "794355"
      uid: 95b6f3fe-3f3b-4f37-9a0d-d4db85c8a2ee

## Good
    kind: VirtualMachine
    metadata:
      name: web

## How to fix
Remove the fields; `vmlint check --fix` does.

## Source
Kubernetes `apiserver/pkg/registry/rest/create.go`, `apiserver/pkg/registry/generic/registry/store.go` (Update),
`apiserver/pkg/endpoints/handlers/fieldmanager`; KubeVirt's and CDI's CustomResourceDefinitions (subresources).
"""

from collections.abc import Iterator

from vmlint.model.access import get
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    DataVolume,
    PersistentVolumeClaim,
    VirtualMachine,
    VirtualMachineInstanceReplicaSet,
)
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.source.edit import Remove
from vmlint.world import World

from .._about import exported

META = Meta("VM750", effect=Effect.REJECTED, since="0.1", subject=Resource, about=exported, fix=Fix.SAFE)

_WITH_STATUS = (VirtualMachine, VirtualMachineInstanceReplicaSet, DataVolume, PersistentVolumeClaim)
"""Kinds whose status is a subresource; that of a VirtualMachineInstance is a field as any other."""

_AFTER = (
    ("resourceVersion", Effect.REJECTED, "The API server refuses to create it"),
    ("uid", Effect.RISK, "The API server refuses to update an object with another `uid`"),
    ("managedFields", Effect.RISK, "Server-side apply refuses it"),
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    fields = [field for field in exported(subject, world) if field != "status"]
    has_status = isinstance(subject, _WITH_STATUS) and bool(get(subject.data, "status"))
    edits = [Remove(("metadata", field)) for field in fields] + ([Remove(("status",))] if has_status else [])
    paths = [f"metadata.{field}" for field in fields] + (["status"] if has_status else [])
    for field, effect, after in _AFTER:
        if field in fields:
            others = [path for path in paths if path != f"metadata.{field}"]
            also = f", and so are {_listed(others)}" if len(others) > 1 else f", and so is {_listed(others)}"
            yield META.at(
                subject.at("metadata", field),
                f"`metadata.{field}` is set, which only the cluster sets{also if others else ''}. {after}.",
                fix=f"remove {_listed(paths)}",
                effect=effect,
            ).with_fix(Fix.SAFE, *edits)
            return
    if has_status:
        yield META.at(
            subject.at("status"),
            "`status` is set, which only the cluster sets. The API server drops it.",
            fix=f"remove {_listed(paths)}",
            effect=Effect.IGNORED,
        ).with_fix(Fix.SAFE, *edits)


def _listed(paths: list[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths)
