"""What the rules on things that a workload or disk needs beside it share."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.graph.links import Link, LinkKind, links
from vmlint.graph.resolution import State
from vmlint.model.access import get, text
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    DataImportCron,
    DataVolume,
    VirtualMachine,
    VirtualMachineBackup,
    VirtualMachineExport,
    VirtualMachineInstance,
    VirtualMachinePool,
    Workload,
)
from vmlint.rule import Doubt, Fault, Meta
from vmlint.world import World

from .._remedy import absence, remedy

__all__ = ["astray", "missing"]

_AFTER = (
    (VirtualMachine, "The VM does not start without it"),
    (VirtualMachineInstance, "The guest does not start without it"),
    (Workload, "The guests do not start without it"),
    (DataVolume, "The import stays pending without it"),
    (DataImportCron, "The imports stay pending without it"),
    (VirtualMachineExport, "The export stays pending without it"),
    (VirtualMachineBackup, "The backup stays pending without it"),
)


def missing(meta: Meta, subject: Resource, kind: LinkKind, noun: str, world: World) -> Iterator[Fault | Doubt]:
    """One fault for each object of a kind of link that is not to be found, at the first field that names it."""
    reported: set[object] = set()
    for link in links(subject):
        if (
            link.kind is not kind
            or not reported.isdisjoint((link.ref, link.path))
            or get(subject.data, *link.path[:-1], "optional") is True
        ):
            continue
        found = world.cluster.follow(link)
        if found.state is not State.MISSING:
            continue
        reported.update((link.ref, link.path))
        if not world.closed(link.ref) and (other := astray(link.ref, link.source, world)):
            reason = f"`{other.short}` may be the one, as some objects have no namespace"
            yield meta.doubt(subject.at(*link.path), f"whether {noun} `{link.ref.short}` exists: {reason}")
            continue
        after = next(text for known, text in _AFTER if isinstance(subject, known))
        yield meta.at(
            subject.at(*link.path),
            f"{noun} `{link.ref.short}` {absence(link.ref, world)}. {after}.",
            fix=remedy(link.ref, noun, world, crosses=kind is LinkKind.NETWORK, near=not _is_indexed(link)),
            effect=world.effect_of_missing(link.ref, meta.effect),
        )


def _is_indexed(link: Link) -> bool:
    """Whether a name has the index of a pool's replica, so that the names of the others are near."""
    written = get(link.source.data, *link.path)
    return isinstance(link.source, VirtualMachinePool) and link.ref.name.startswith(f"{written}-")


def astray(ref: Ref, source: Resource, world: World) -> Ref | None:
    """What has the name in another namespace, where one of the two namespaces is but the default.

    A file that the kustomization of a built object leaves out is a fault of its own, which a remedy speaks of.
    """
    if not source.patched and world.left_out(ref):
        return None
    loose = ref.namespace == source.namespace and not _says_namespace(source)
    return world.cluster.namesake(ref, placed=loose)


def _says_namespace(resource: Resource) -> bool:
    return bool(text(resource.data, "metadata", "namespace"))
