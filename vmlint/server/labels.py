"""The labels of an object from which a VM infers its instancetype and preference."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.graph.links import Link, LinkKind
from vmlint.model.access import mapping, text
from vmlint.model.field import Path
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    DataImportCron,
    DataSource,
    DataVolume,
    PersistentVolumeClaim,
    VirtualMachine,
    VolumeSnapshot,
)

__all__ = ["LABELLED", "label_links"]

LABELLED = (DataVolume, PersistentVolumeClaim, DataSource, DataImportCron, VolumeSnapshot)
"""The objects whose labels count. Those of a DataImportCron come to what it makes. Source: CDI
`pkg/controller/dataimportcron-controller.go`, `passCronLabelToDv`."""


def label_links(resource: Resource) -> Iterator[Link]:
    """The instancetypes and preferences that labels of an object name for VMs that infer from it.

    Without a kind, the cluster-wide one is meant. A namespaced one is taken to be in the namespace of the object.
    """
    kinds = {Matcher.INSTANCETYPE: LinkKind.INSTANCETYPE, Matcher.PREFERENCE: LinkKind.PREFERENCE}
    bases: list[Path] = []
    if isinstance(resource, LABELLED):
        bases.append(())
    if isinstance(resource, VirtualMachine):
        bases += [path for path, _, _ in resource.templates()]
    if isinstance(resource, DataImportCron):
        bases.append(("spec", "template"))
    for base in bases:
        written = mapping(resource.data, *base, "metadata", "labels")
        for matcher, link in kinds.items():
            name, kind = text(written, matcher.label), matcher.kind(text(written, matcher.kind_label))
            if name and kind is not None:
                ref = Ref(kind.group, kind.name, resource.namespace if kind.namespaced else "", name)
                yield Link(link, resource, (*base, "metadata", "labels", matcher.label), ref)
