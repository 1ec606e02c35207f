"""What CDI would do with the DataVolumes of the files: its semantics (`cdi/`) meet the objects of the cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from vmlint.catalog.operators import is_operators
from vmlint.cdi import datavolume
from vmlint.cdi.check import Check
from vmlint.cdi.claim import check as check_claim
from vmlint.cdi.config import ADOPTION, meant_gates
from vmlint.cdi.dataimportcron import check as check_cron
from vmlint.cdi.datasource import Target, resolve
from vmlint.cdi.populator import check_import_source, check_upload_source
from vmlint.cdi.render import (
    APPLY_PROFILE,
    Failure,
    Rendered,
    clone_source,
    render,
    render_claim,
    render_claim_template,
)
from vmlint.cdi.storageclass import choose, server_default
from vmlint.cdi.storageworld import Gap, Lookup, Overhead, Reason, StorageWorld, Undecided
from vmlint.graph.cluster import Cluster
from vmlint.graph.resolution import Resolution, State
from vmlint.model.access import get, mapping, text
from vmlint.model.effect import Effect
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, Kind
from vmlint.model.memo import Memo
from vmlint.model.ref import Ref
from vmlint.model.refusal import Refusal
from vmlint.model.resource import Resource
from vmlint.model.subjects import (
    DataImportCron,
    DataSource,
    DataVolume,
    PersistentVolumeClaim,
    VirtualMachine,
    VirtualMachinePool,
    VolumeImportSource,
    VolumeUploadSource,
    Workload,
)
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.runtime.cached import cached_property
from vmlint.world.disks import Disk, Written, claim_name, claims_used, claims_written, disks_of
from vmlint.world.likeness import Alike, Templates

__all__ = ["DiskVerdict", "Storage"]

_T = TypeVar("_T")
_CLAIM = BY_GROUP_KIND["", "PersistentVolumeClaim"]
_DATA_VOLUME = BY_GROUP_KIND["cdi.kubevirt.io", "DataVolume"]
_SNAPSHOT = BY_GROUP_KIND["snapshot.storage.k8s.io", "VolumeSnapshot"]
_DATA_SOURCE = BY_GROUP_KIND["cdi.kubevirt.io", "DataSource"]
_NAMESPACE = BY_GROUP_KIND["", "Namespace"]
_EVERYWHERE = frozenset(("default", "kube-system", "kube-public", "kube-node-lease"))


class DiskVerdict(Record):
    """A refusal of an object, or of the DataVolume of a template, and what comes of it for the object."""

    refusal: Refusal
    effect: Effect
    disk: Disk | None = None


class _Preferred(Record):
    """The storage class of a VM's preference, "" for none, and the reason why that is not known."""

    name: str = ""
    reason: Reason | None = None

    def put(self, template: Mapping[str, Any]) -> Mapping[str, Any]:
        """A template that names no class, with this one."""
        if not self.name:
            return template
        spec = mapping(template, "spec")
        form = "pvc" if isinstance(spec.get("pvc"), dict) else "storage"
        return {**template, "spec": {**spec, form: {**mapping(spec, form), "storageClassName": self.name}}}


_NO_CLASS = _Preferred()
_UNASKED: Any = object()
_Answers = dict[object, Any]


class Storage:
    """The storage of the files' cluster.

    `closed` means that an object that is not in the files does not exist; `preferred_class` is the storage class that a
    VM's preference gives to its templates, and `templates` has those that are identical apart from names. Without
    `proposals` a VM's volume claim templates are nothing.
    """

    def __init__(
        self,
        cluster: Cluster,
        closed: Callable[[Ref], bool],
        preferred_class: Callable[[VirtualMachine], str | Undecided],
        templates: Templates,
        *,
        proposals: bool,
    ) -> None:
        self.cluster = cluster
        self._closed = closed
        self._preferred_class = preferred_class
        self._proposals = proposals
        self._written: dict[int, tuple[Disk, ...]] = {}
        self._named: dict[int, dict[str, list[Disk]]] = {}
        self._owners: dict[Ref, Sequence[Disk]] = {}
        self._users: dict[tuple[int, Path], Sequence[tuple[Workload, Path]]] = {}
        self._rendered: dict[tuple[int, Path], Rendered | Failure] = {}
        self._outlined: dict[tuple[int, Path], Rendered | Failure] = {}
        self._answers: dict[tuple[int, Path], tuple[Mapping[str, Any], _Answers, _Answers]] = {}
        self._here: dict[tuple[Alike, str], _Answers] = {}
        self._refusals = Memo().question("refusals", self._find_refusals)
        self._looked = self._chosen = False
        """Whether another object was looked for, and whether there were several to choose from, since these were last
        set to false."""
        self._refused_disks: dict[int, set[Path]] = {}
        self._templates = templates

    def disks(self, holder: Resource) -> Sequence[Disk]:
        """The claim or DataVolume that an object is, or the templates that it holds."""
        if (known := self._written.get(id(holder))) is None:
            known = disks_of(holder)
            if not self._proposals:
                known = tuple([disk for disk in known if self._counts(disk.form)])
            self._written[id(holder)] = known
        return known

    def _disks_by_name(self, holder: Resource) -> Mapping[str, Sequence[Disk]]:
        if (known := self._named.get(id(holder))) is None:
            known = self._named[id(holder)] = {}
            for disk in self.disks(holder):
                known.setdefault(disk.name, []).append(disk)
        return known

    def _counts(self, form: Written) -> bool:
        return self._proposals or form is not Written.CLAIM_TEMPLATE

    def owners(self, ref: Ref) -> Sequence[Disk]:
        """All that write a claim of that identity, in the order of their files."""
        if (known := self._owners.get(ref)) is None:
            known = self._owners[ref] = list(self._owners_of(ref))
        return known

    def _owners_of(self, ref: Ref) -> Iterator[Disk]:
        for holder in self._holders.get(ref, ()):
            named = self._disks_by_name(holder)
            names = {ref.name, ref.name.removeprefix(f"{holder.name}-")}
            found = [disk for name in names for disk in named.get(name, ()) if disk.ref == ref]
            yield from sorted(found, key=attrgetter("path"))

    def is_contested(self, holder: Resource) -> bool:
        """Whether two write a claim that an object writes, be it twice the object itself."""
        claims = {ref for ref, form in holder.once(claims_written) if self._counts(form)}
        return len(claims) < len(self.disks(holder)) or any(len(self._holders.get(ref, ())) > 1 for ref in claims)

    @cached_property
    def _holders(self) -> Mapping[Ref, list[Resource]]:
        """By claim: the objects that write it."""
        found: dict[Ref, list[Resource]] = {}
        for resource in self.cluster.resources:
            if not resource.fragment:
                for ref in {ref: None for ref, form in resource.once(claims_written) if self._counts(form)}:
                    found.setdefault(ref, []).append(resource)
        return found

    def claim(self, found: Resolution) -> Disk | None:
        """What writes the claim that a reference leads to; None where that is not in the files."""
        if found.resource is None:
            return None
        disks = [disk for disk in self.disks(found.resource) if not disk.is_template or disk.path == found.made_at]
        return disks[0] if disks else None

    def users(self, disk: Disk) -> Sequence[tuple[Workload, Path]]:
        """The volumes on a claim, in the order of their files: who has each, and where it is."""
        key = (id(disk.holder), disk.path)
        if (known := self._users.get(key)) is None:
            known = self._users[key] = list(self._users_of(disk))
        return known

    def _users_of(self, disk: Disk) -> Iterator[tuple[Workload, Path]]:
        names = dict.fromkeys((disk.name, disk.ref.name if disk.ref else disk.name))
        users = [user for name in names for user in self._volumes_named.get((disk.holder.namespace, name), ())]
        for _, workload, path in sorted(users, key=itemgetter(0, 2)):
            own = self.own_claim(workload, mapping(workload.data, *path))
            if isinstance(own, Disk) and own.holder is disk.holder and own.path == disk.path:
                yield workload, path

    @cached_property
    def _volumes_named(self) -> Mapping[tuple[str, str], list[tuple[int, Workload, Path]]]:
        """By namespace and name: the volumes that name a claim, numbered in the order of their files."""
        found: dict[tuple[str, str], list[tuple[int, Workload, Path]]] = {}
        for number, resource in enumerate(self.cluster.resources):
            if isinstance(resource, Workload) and not resource.fragment:
                for path, name in resource.once(claims_used):
                    found.setdefault((resource.namespace, name), []).append((number, resource, path))
        return found

    def is_doubled(self, workload: Workload) -> bool:
        """Whether two volumes name one claim."""
        names = [name for _, name in workload.once(claims_used)]
        return len(set(names)) < len(names)

    def borrows(self, vm: VirtualMachine) -> bool:
        """Whether a volume of a VM may be on a claim that none of the VM's templates makes."""
        own = {disk.name for disk in self.disks(vm) if disk.form is Written.TEMPLATE}
        return any(name not in own for _, name in vm.once(claims_used))

    def own_claim(self, vm: Workload, volume: Mapping[str, Any]) -> Disk | Resolution | None:
        """The claim that a volume of a VM means: its template, another writer of it, or where the reference ends.

        None for a volume of another kind, and for one that names nothing.
        """
        source, name = claim_name(volume)
        if not name:
            return None
        for disk in self._disks_by_name(vm).get(name, ()):
            if disk.form is Written.TEMPLATE or source == "persistentVolumeClaim":
                return disk
        kinds = (_DATA_VOLUME, _CLAIM) if source == "dataVolume" else (_CLAIM,)
        # A DataVolume that is gone leaves its claim.
        answers = [self.cluster.resolve(Ref(kind.group, kind.name, vm.namespace, name), vm) for kind in kinds]
        found = next((answer for answer in answers if answer.state is not State.MISSING), answers[0])
        return self.claim(found) or found

    def render(self, disk: Disk) -> Rendered | Failure:
        """The claim that there would be in the cluster."""
        key = (id(disk.holder), disk.path)
        if key not in self._rendered:
            self._rendered[key] = self._render(disk)
        return self._rendered[key]

    def _render(self, disk: Disk) -> Rendered | Failure:
        world = self._seen_from(disk.holder)
        if disk.form is Written.DATA_VOLUME:
            return render(disk.body, disk.holder.namespace, world)
        if disk.form is Written.CLAIM:
            return (
                render_claim(disk.body, disk.holder.namespace, world) if self.renders(disk) else Rendered({**disk.spec})
            )
        preferred = self._preferred(disk)
        if disk.form is Written.CLAIM_TEMPLATE:
            return render_claim_template(disk.body, world, class_unknown=preferred.reason)
        return self._made_of(disk.body, disk, preferred)

    def outline(self, disk: Disk) -> Rendered | Failure:
        """The claim that there would be, but for its size: that of a template may be another one of the same form."""
        key = (id(disk.holder), disk.path)
        if (known := self._outlined.get(key)) is None:
            known = self._outlined[key] = self._outline(disk)
        return known

    def _outline(self, disk: Disk) -> Rendered | Failure:
        if disk.form is not Written.TEMPLATE or self._world.volumes:  # a volume is chosen by its size
            return self.render(disk)
        preferred = self._preferred(disk)
        return self._once(("outline", preferred), disk, lambda alike: self._made_of(alike, disk, preferred))

    def _made_of(self, template: Mapping[str, Any], disk: Disk, preferred: _Preferred) -> Rendered | Failure:
        """The claim of a template in place of a disk's."""
        world = self._seen_from(disk.holder)
        return render(preferred.put(template), disk.holder.namespace, world, class_unknown=preferred.reason)

    def _once(self, question: object, disk: Disk, answer: Callable[[Mapping[str, Any]], _T]) -> _T:
        """The answer to a question about a template, worked out once for all that are alike: in all worlds with the
        same storage, unless it depends on another object of this world.

        Where an identity has several objects, what is meant depends on who asks.
        """
        key = (id(disk.holder), disk.path)
        if (known := self._answers.get(key)) is None:
            alike = self._templates.alike(disk.body)
            namespace = disk.holder.namespace if alike.is_local else ""
            everywhere = alike.answers((id(self._world), namespace))
            known = self._answers[key] = alike.body, everywhere, self._here.setdefault((alike, namespace), {})
        body, everywhere, here = known
        found: _T = everywhere.get(question, _UNASKED)
        if found is _UNASKED and here:
            found = here.get(question, _UNASKED)
            if found is _UNASKED:
                found = here.get((question, id(disk.holder)), _UNASKED)
        if found is not _UNASKED:
            return found
        self._looked = self._chosen = False
        found = answer(body)
        if self._looked:
            here[(question, id(disk.holder)) if self._chosen else question] = found
        else:
            everywhere[question] = found
        return found

    def is_settled(self, disk: Disk) -> bool:
        """Whether there would be a claim with a storage class or volume, and with access modes that are sure."""
        outcome = self.outline(disk)
        if not isinstance(outcome, Rendered) or any(field == "accessModes" for field, _ in outcome.undecided):
            return False
        return outcome.spec.get("storageClassName") is not None or bool(outcome.spec.get("volumeName"))

    def access_modes(self, disk: Disk) -> tuple[str, ...] | None:
        """The access modes that the claim is sure to have, None where that is not sure."""
        outcome = self.outline(disk)
        if not isinstance(outcome, Rendered) or any(field == "accessModes" for field, _ in outcome.undecided):
            return None
        modes = outcome.spec.get("accessModes")
        if not isinstance(modes, list) or not modes:
            return None
        return None if any(not isinstance(mode, str) or is_unknown(mode) for mode in modes) else tuple(modes)

    def renders(self, disk: Disk) -> bool:
        """Whether CDI's webhook fills in a claim."""
        return disk.form is Written.CLAIM and disk.holder.labels.get(APPLY_PROFILE) == "true" and self._webhook

    def claim_refusals(self, subject: PersistentVolumeClaim) -> tuple[Refusal, ...]:
        """Why the API server refuses a claim, as far as the claim itself shows."""
        (disk,) = self.disks(subject)
        return check_claim(subject.data, rendered=self.renders(disk))

    @cached_property
    def _webhook(self) -> bool:
        return not any(
            text(cdi.data, "spec", "config", "webhookPvcRendering") == "Disabled" for cdi in self.cluster.of_kind("CDI")
        )

    def _preferred(self, disk: Disk) -> _Preferred:
        """The class of the VM's preference for a template that names none, or the reason why it is not known."""
        if not isinstance(disk.holder, VirtualMachine) or disk.form is not Written.TEMPLATE:
            return _NO_CLASS
        if not (spec := disk.spec) or spec.get("storageClassName") is not None:
            return _NO_CLASS
        preferred = self._preferred_class(disk.holder)
        if isinstance(preferred, Undecided):
            return _Preferred(reason=preferred.reason)
        return _Preferred(preferred)

    def class_unknown(self, disk: Disk) -> bool:
        """Whether somebody who is not in the files may name a template's storage class."""
        return self._preferred(disk).reason is not None

    def classes_without_default(self, content_type: str = "") -> tuple[str, ...]:
        """The names of the files' storage classes where none of them is surely the default."""
        by_cdi = self._world.once(("default", content_type), lambda: choose(self._world.classes, None, content_type))
        by_server = self._world.once("server default", lambda: server_default(self._world.classes))
        if any(choice.storage_class is not None or not choice.decided for choice in (by_cdi, by_server)):
            return ()
        return tuple(text(entry, "metadata", "name") for entry in self._world.classes)

    def resolve_source(self, disk: Disk) -> Target | Undecided | None:
        """The claim or snapshot that a DataVolume copies."""
        namespace = disk.holder.namespace
        return self._once("source", disk, lambda alike: clone_source(alike, namespace, self._seen_from(disk.holder)))

    def resolve_data_source(self, subject: DataSource) -> Target | Undecided:
        """Where a DataSource ends."""
        return resolve(subject.data, subject.name, subject.namespace, self._lookup(_DATA_SOURCE, subject))

    def refusals(self, subject: Resource) -> Sequence[DiskVerdict]:
        """Why the cluster refuses an object of CDI, or a VM for its templates; each first failure only, as there.

        KubeVirt checks its templates less than CDI does. What only CDI refuses shows when the VM's controller makes
        the DataVolume: the VM is accepted and never starts.
        """
        return self._refusals(subject)

    def is_refused(self, disk: Disk) -> bool:
        """Whether the cluster refuses an object for this disk of it."""
        holder = disk.holder
        if not self.refusals(holder):
            return False
        if id(holder) not in self._refused_disks:
            refused = {verdict.disk.path for verdict in self.refusals(holder) if verdict.disk is not None}
            self._refused_disks[id(holder)] = refused
        return disk.path in self._refused_disks[id(holder)]

    def _find_refusals(self, subject: Resource) -> tuple[DiskVerdict, ...]:
        return tuple(self._verdicts(subject))

    def _verdicts(self, subject: Resource) -> Iterator[DiskVerdict]:
        if isinstance(subject, DataVolume):
            for disk in self.disks(subject):
                yield from (DiskVerdict(refusal, Effect.REJECTED, disk) for refusal in self._own(subject))
        elif isinstance(subject, VirtualMachine):
            used = {name for _, name in subject.once(claims_used)}
            for disk in self.disks(subject):
                if disk.form is Written.TEMPLATE:
                    yield from self._of_template(subject, disk, used)
        elif check := _CHECKS.get(type(subject)):
            yield from (DiskVerdict(refusal, Effect.REJECTED) for refusal in check(subject.data))

    def _own(self, subject: DataVolume) -> tuple[Refusal, ...]:
        claims = self.cluster.named(Ref(_CLAIM.group, _CLAIM.name, subject.namespace, subject.name))
        return datavolume.check(
            subject.data,
            subject.namespace,
            self._lookup(_DATA_SOURCE, subject),
            namespace_exists=self._namespace_exists,
            existing_claim=claims[0].data if len(claims) == 1 else None,
            claim_adoption=self._adopts,
        )

    @cached_property
    def _adopts(self) -> bool:
        """Whether CDI adopts claims that it finds. A gate that is meant and misnamed is a fault of its own."""
        if self.cluster.of_kind("HyperConverged"):  # its operator switches the gate on
            return True
        configs = [get(cdi.data, "spec", "config") for cdi in self.cluster.of_kind("CDI")]
        configs += [config.spec for config in self.cluster.of_kind("CDIConfig")]
        return any(ADOPTION in meant_gates(config) for config in configs)

    def _of_template(self, vm: VirtualMachine, disk: Disk, used: Set[str]) -> Iterator[DiskVerdict]:
        if disk.name in used:
            found = self._once("written", disk, lambda alike: self._of_written(alike, vm, [_volume_of(alike)]))
        else:
            found = self._of_written(disk.body, vm, get(vm.vmi_spec, "volumes"))
        for refusal in found:
            late = refusal.code is Check.TEMPLATE_NAMESPACE and isinstance(vm, VirtualMachinePool)
            yield _verdict(refusal, Effect.STUCK if late else Effect.REJECTED, disk)
        if not found:
            for refusal in self._once("made", disk, lambda alike: self._of_made(alike, vm)):
                yield _verdict(refusal, Effect.STUCK, disk)

    def _of_written(self, template: Mapping[str, Any], vm: VirtualMachine, volumes: Any) -> Sequence[Refusal]:
        """What KubeVirt reports for a template, by paths in the template."""
        return datavolume.check_template(template, (), vm.namespace, volumes)

    def _of_made(self, template: Mapping[str, Any], vm: VirtualMachine) -> Sequence[Refusal]:
        """What CDI reports for the DataVolume that is made of a template, by paths in the template."""
        lookup = self._lookup(_DATA_SOURCE, vm)
        rights = datavolume.check_clone_rights(template, vm.namespace, lookup, self._namespace_exists)
        return (rights,) if isinstance(rights, Refusal) else datavolume.check_spec(mapping(template, "spec"))

    def _seen_from(self, holder: Resource) -> StorageWorld:
        return self._world._replace(
            claim=self._lookup(_CLAIM, holder),
            snapshot=self._lookup(_SNAPSHOT, holder),
            data_source=self._lookup(_DATA_SOURCE, holder),
        )

    @cached_property
    def _world(self) -> StorageWorld:
        cdi, config = self.cluster.of_kind("CDI"), self.cluster.of_kind("CDIConfig")
        classes = [found.data for found in self.cluster.of_kind("StorageClass")]
        storage = StorageWorld(
            classes=classes,
            profiles={found.name: found.data for found in self.cluster.of_kind("StorageProfile")},
            volumes=[found.data for found in self.cluster.of_kind("PersistentVolume")],
            overhead=Overhead.of(cdi[0].data if cdi else None, config[0].data if config else None),
            # Files without any class say nothing of the cluster's storage, which no cluster is without.
            closed=bool(classes) and self._closed(Ref("storage.k8s.io", "StorageClass", "", "")),
            webhook=self._webhook,
            known={},
        )
        return self._templates.storage(storage)

    def _lookup(self, kind: Kind, seen_from: Resource) -> Lookup:
        def look(namespace: str, name: str) -> Mapping[str, Any] | Undecided | None:
            ref = Ref(kind.group, kind.name, namespace, name)
            found = self.cluster.resolve(ref, seen_from)
            self._looked = True
            self._chosen = self._chosen or self.cluster.has_several(ref)
            if found.resource is not None and not found.made:
                return found.resource.data
            if found.state is State.MISSING and self._closed(ref):
                return None
            return Undecided("", Reason(Gap.OBJECT_OUTSIDE, (ref.kind, ref.short)))

        return look

    def _namespace_exists(self, name: str) -> bool | None:
        """Whether a namespace exists, None where the files don't tell: objects in it stand for it."""
        ref = Ref(_NAMESPACE.group, _NAMESPACE.name, "", name)
        self._looked = True
        if name in _EVERYWHERE or self.cluster.named(ref) or name in self.cluster.namespaces:
            return True
        if is_operators(name):
            return None
        return False if self._closed(ref) else None

    def holds_any(self, namespace: str) -> bool:
        """Whether an object of the files lives in a namespace."""
        return namespace in self.cluster.namespaces


def _verdict(refusal: Refusal, effect: Effect, disk: Disk) -> DiskVerdict:
    """What comes of the refusal of a template, whose path starts there."""
    return DiskVerdict(refusal.below(*disk.path), effect, disk)


def _volume_of(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """A volume that uses a template."""
    return {"dataVolume": {"name": text(template, "metadata", "name")}}


_CHECKS: dict[type[Resource], Callable[[Mapping[str, Any]], tuple[Refusal, ...]]] = {
    DataImportCron: check_cron,
    VolumeImportSource: check_import_source,
    VolumeUploadSource: check_upload_source,
}
