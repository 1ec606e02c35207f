"""What the deletion of an object does to those that use it, a sentence for each way of using it.

Sources: Kubernetes `pkg/controller/volume/pvcprotection`, KubeVirt `pkg/virt-controller/services/rendervolumes.go`,
`pkg/virt-controller/watch/vm/vm.go` (handleDataVolumes); CDI `pkg/controller/dataimportcron-controller.go`
(updateDataSource, cleanup, setDataImportCronResourceLabels), `pkg/controller/datasource-controller.go` (update),
`pkg/controller/storageprofile-controller.go` (reconcileStorageProfile).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vmlint.graph.links import Link, LinkKind
from vmlint.impact.users import Referrers, listed
from vmlint.model.access import get, text
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    CDI,
    DataImportCron,
    DataSource,
    DataVolume,
    Instancetype,
    PersistentVolumeClaim,
    Preference,
    StorageProfile,
    VirtualMachine,
)

__all__ = ["uses"]

_STARTS = "a guest that runs continues, and can't start again"
_COPIES = "existing copies don't change, and new ones never become ready"
_USED: Mapping[LinkKind, str] = {
    LinkKind.VOLUME: "a guest that runs keeps the claim until it stops, and can't start again",
    LinkKind.SECRET: _STARTS,
    LinkKind.CONFIG_MAP: _STARTS,
    LinkKind.SERVICE_ACCOUNT: _STARTS,
    LinkKind.PRIORITY_CLASS: _STARTS,
    LinkKind.NETWORK: _STARTS,
    LinkKind.REVISION: _STARTS,
    LinkKind.SOURCE: _COPIES,
    LinkKind.POPULATOR: _COPIES,
    LinkKind.STORAGE_CLASS: "existing claims don't change, and new ones are not provisioned",
}
_REFUSED = "existing disks don't change, and CDI refuses new ones"
"""What becomes of those that copy a DataSource: its name is resolved when a DataVolume is created."""

_CLAIM, _DATA_VOLUME, _DATA_SOURCE, _STORAGE_CLASS = (
    BY_GROUP_KIND["", "PersistentVolumeClaim"],
    BY_GROUP_KIND["cdi.kubevirt.io", "DataVolume"],
    BY_GROUP_KIND["cdi.kubevirt.io", "DataSource"],
    BY_GROUP_KIND["storage.k8s.io", "StorageClass"],
)


def uses(resource: Resource, before: Referrers, after: Referrers) -> Iterator[str]:
    """What the deletion of an object does to those that use it before and after an edit."""
    if isinstance(resource, Instancetype | Preference):
        yield from _matched(resource, before, after)
    elif isinstance(resource, DataImportCron):
        yield from _imported(resource, before, after)
    elif isinstance(resource, StorageProfile):
        yield from _profiled(resource, before, after)
    elif isinstance(resource, CDI):
        yield "without CDI no disk is imported, copied or uploaded; existing disks don't change"
    elif isinstance(resource, DataSource) and (cron := _manager(resource.ref, after)):
        yield f"DataImportCron `{cron.ref.short}` manages it, and creates it again"
    elif makers := after.world.cluster.makers(resource.ref):
        if isinstance(resource, DataVolume) and isinstance(makers[0][0], VirtualMachine):
            yield f"{listed([makers[0][0]])} creates it again from its template, without the data"
    elif not after.world.cluster.named(resource.ref):
        yield from _referred(resource, before, after)


def _matched(resource: Resource, before: Referrers, after: Referrers) -> Iterator[str]:
    still = {vm.ref for vm in after.matched_by(resource)}
    if matched := [vm for vm in before.matched_by(resource) if vm.ref in still]:
        keep = "keeps" if len(matched) == 1 else "keep"
        yield f"{listed(matched)} {keep} the stored copy; a VM that is created later never starts"


def _referred(resource: Resource, before: Referrers, after: Referrers) -> Iterator[str]:
    """Who names an object, or the claim of a DataVolume, and who copies it through a DataSource."""
    users: dict[str, dict[Ref, Resource]] = {}
    refs = [resource.ref]
    if isinstance(resource, DataVolume | PersistentVolumeClaim):
        refs = [Ref(kind.group, kind.name, resource.namespace, resource.name) for kind in (_DATA_VOLUME, _CLAIM)]
    for link in (link for ref in refs for link in after.to(ref)):
        if link.kind not in _USED or not before.world.cluster.named(link.source.ref) or _is_optional(link):
            continue
        what = _REFUSED if isinstance(resource, DataSource) and link.kind is LinkKind.SOURCE else _USED[link.kind]
        users.setdefault(what, {}).setdefault(link.source.ref, link.source)
    for what, found in users.items():
        yield f"{listed(list(found.values()))} {'uses' if len(found) == 1 else 'use'} it: {what}"
    for source in (one for found in users.values() for one in found.values() if isinstance(one, DataSource)):
        if copying := _copying(source.ref, before, after):
            yield f"{listed(copying)} {_copy(copying)} it through DataSource `{source.ref.short}`"


def _imported(cron: Resource, before: Referrers, after: Referrers) -> Iterator[str]:
    """What becomes of the DataSource of a DataImportCron, and of those that copy it."""
    name = text(cron.data, "spec", "managedDataSource")
    source = Ref(_DATA_SOURCE.group, _DATA_SOURCE.name, cron.namespace, name)
    if not name:
        return
    if text(cron.data, "spec", "retentionPolicy") != "None":
        yield f"DataSource `{source.short}` and the imported images stay, and are not updated any more"
        return
    yield f"`retentionPolicy: None` deletes DataSource `{source.short}` and the imported images with it"
    if (copying := _copying(source, before, after)) and not after.world.cluster.named(source):
        yield f"{listed(copying)} {_copy(copying)} the DataSource: {_REFUSED}"


def _profiled(profile: Resource, before: Referrers, after: Referrers) -> Iterator[str]:
    """What becomes of new disks on the storage class of a StorageProfile."""
    storage_class = Ref(_STORAGE_CLASS.group, _STORAGE_CLASS.name, "", profile.name)
    yield (
        f"as long as storage class `{profile.name}` exists, CDI creates it again without its spec: new disks get the "
        "modes that CDI knows for the provisioner, and existing ones don't change"
    )
    links = (link for link in after.to(storage_class) if link.kind is LinkKind.STORAGE_CLASS)
    users = {link.source.ref: link.source for link in links if before.world.cluster.named(link.source.ref)}
    if users:
        yield f"{listed(list(users.values()))} {'names' if len(users) == 1 else 'name'} the storage class"


def _copying(ref: Ref, before: Referrers, after: Referrers) -> Sequence[Resource]:
    """Who copies what a DataSource leads to, before and after the edit."""
    links = (link for link in after.to(ref) if link.kind is LinkKind.SOURCE)
    sources = {link.source.ref: link.source for link in links}
    return [source for ref, source in sources.items() if before.world.cluster.named(ref)]


def _copy(resources: Sequence[Resource]) -> str:
    return "copies" if len(resources) == 1 else "copy"


def _manager(source: Ref, after: Referrers) -> Resource | None:
    """The DataImportCron that manages a DataSource after the edit."""
    crons = (link.source for link in after.to(source) if link.kind is LinkKind.MANAGES)
    return next((cron for cron in crons if isinstance(cron, DataImportCron)), None)


def _is_optional(link: Link) -> bool:
    return get(link.source.data, *link.path[:-1], "optional") is True
