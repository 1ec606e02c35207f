"""The objects that rules speak about, each with the accessors that its rules need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from vmlint.model.access import each, mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import Kind
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource

__all__ = [
    "CDI",
    "DataImportCron",
    "DataSource",
    "DataVolume",
    "Instancetype",
    "KubeVirt",
    "KubevirtMachine",
    "KubevirtMachineTemplate",
    "MigrationPolicy",
    "Operation",
    "PersistentVolumeClaim",
    "Plugin",
    "Preference",
    "ResourceQuota",
    "Service",
    "StorageProfile",
    "VMHolder",
    "VirtualMachine",
    "VirtualMachineBackup",
    "VirtualMachineBackupTracker",
    "VirtualMachineClone",
    "VirtualMachineExport",
    "VirtualMachineInstance",
    "VirtualMachineInstanceMigration",
    "VirtualMachineInstancePreset",
    "VirtualMachineInstanceReplicaSet",
    "VirtualMachinePool",
    "VirtualMachineRestore",
    "VirtualMachineSnapshot",
    "VirtualMachineTemplate",
    "VolumeCloneSource",
    "VolumeImportSource",
    "VolumeSnapshot",
    "VolumeUploadSource",
    "Workload",
    "subject_class",
]


class Workload(Resource):
    """An object that holds the spec of a VirtualMachineInstance."""

    __slots__ = ()
    template_path: ClassVar[Path] = ("spec", "template")
    """Where the VMI's metadata and spec stand."""

    @property
    def vmi_path(self) -> Path:
        """The path of the VMI's spec, from the object's root."""
        return (*self.template_path, "spec")

    @property
    def vmi_spec(self) -> Mapping[str, Any]:
        """The VMI's spec, an empty mapping if it is missing or no mapping."""
        return self.once(_vmi_spec)

    def volumes(self) -> Sequence[tuple[Path, Mapping[str, Any]]]:
        """Each volume with its path."""
        return self.once(_volumes)


class VirtualMachine(Workload):
    """A VirtualMachine; its pool has the same shape one level deeper."""

    __slots__ = ()
    vm_path: ClassVar[Path] = ("spec",)
    """Where the VM's own spec is."""

    @property
    def vm_spec(self) -> Mapping[str, Any]:
        """The VM's own `spec`, an empty mapping if it is missing or no mapping."""
        return self.once(_vm_spec)

    def matcher(self, matcher: Matcher) -> Mapping[str, Any] | None:
        """`spec.instancetype` or `spec.preference`, or None where the VM has none."""
        value = self.once(_vm_spec).get(matcher.noun)
        return value if isinstance(value, dict) else None

    def matcher_path(self, matcher: Matcher, *rest: str | int) -> Path:
        """The path of a matcher, or of a field of it, from the object's root."""
        return (*self.vm_path, matcher.noun, *rest)

    @property
    def keeps_running(self) -> bool:
        """Whether KubeVirt starts the guest again and again, so that it runs unless somebody changes the VM.

        With `RerunOnFailure` a guest that was shut down stays so.
        """
        return self.vm_spec.get("running") is True or self.vm_spec.get("runStrategy") == "Always"

    @property
    def is_halted(self) -> bool:
        """Whether the guest does not run unless somebody changes the VM."""
        return self.vm_spec.get("running") is False or self.vm_spec.get("runStrategy") == "Halted"

    def templates(self) -> Sequence[tuple[Path, str, Mapping[str, Any]]]:
        """Each DataVolume template: its path, its name and itself."""
        return self.once(_templates)

    def claim_templates(self) -> Sequence[tuple[Path, str, Mapping[str, Any]]]:
        """Each volume claim template: its path, its name and itself."""
        return self.once(_claim_templates)

    def template(self, name: str) -> tuple[Path, Mapping[str, Any]] | None:
        """The first DataVolume template of that name."""
        return next(((path, template) for path, own, template in self.templates() if own == name), None)


def _vmi_spec(workload: Workload) -> Mapping[str, Any]:
    return mapping(workload.data, *workload.vmi_path)


def _volumes(workload: Workload) -> tuple[tuple[Path, Mapping[str, Any]], ...]:
    base = (*workload.vmi_path, "volumes")
    return tuple(((*base, index), volume) for index, volume in each(workload.vmi_spec, "volumes"))


def _vm_spec(vm: VirtualMachine) -> Mapping[str, Any]:
    return mapping(vm.data, *vm.vm_path)


def _templates(vm: VirtualMachine) -> tuple[tuple[Path, str, Mapping[str, Any]], ...]:
    return tuple(_named(vm, "dataVolumeTemplates"))


def _claim_templates(vm: VirtualMachine) -> tuple[tuple[Path, str, Mapping[str, Any]], ...]:
    return tuple(_named(vm, "volumeClaimTemplates"))


def _named(vm: VirtualMachine, field: str) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
    base = (*vm.vm_path, field)
    for index, template in each(vm.vm_spec, field):
        yield (*base, index), text(template, "metadata", "name"), template


class VirtualMachinePool(VirtualMachine):
    """The object of that kind."""

    __slots__ = ()
    vm_path: ClassVar[Path] = ("spec", "virtualMachineTemplate", "spec")
    template_path: ClassVar[Path] = (*vm_path, "template")


class VirtualMachineInstanceReplicaSet(Workload):
    """The object of that kind."""

    __slots__ = ()


class VirtualMachineInstance(Workload):
    """The object of that kind."""

    __slots__ = ()
    template_path: ClassVar[Path] = ()


class Instancetype(Resource):
    """An instancetype, of the namespaced or the cluster-wide kind."""

    __slots__ = ()


class Preference(Resource):
    """A preference, of the namespaced or the cluster-wide kind."""

    __slots__ = ()


class DataVolume(Resource):
    """A DataVolume."""

    __slots__ = ()


class DataSource(Resource):
    """A DataSource."""

    __slots__ = ()


class DataImportCron(Resource):
    """A DataImportCron."""

    __slots__ = ()


class VolumeCloneSource(Resource):
    """The object of that kind."""

    __slots__ = ()


class VolumeImportSource(Resource):
    """The object of that kind."""

    __slots__ = ()


class VolumeUploadSource(Resource):
    """The object of that kind."""

    __slots__ = ()


class StorageProfile(Resource):
    """What CDI knows of a storage class."""

    __slots__ = ()


class KubeVirt(Resource):
    """The configuration of KubeVirt."""

    __slots__ = ()


class CDI(Resource):
    """The configuration of CDI, with that of its operator."""

    __slots__ = ()


class ResourceQuota(Resource):
    """A quota of a namespace."""

    __slots__ = ()


class PersistentVolumeClaim(Resource):
    """A claim."""

    __slots__ = ()


class VolumeSnapshot(Resource):
    """The object of that kind."""

    __slots__ = ()


class Operation(Resource):
    """What is done to a VM, or applies to guests: its admitter is in `kubevirt/operations`."""

    __slots__ = ()


class VirtualMachineSnapshot(Operation):
    """The object of that kind."""

    __slots__ = ()


class VirtualMachineRestore(Operation):
    """The object of that kind."""

    __slots__ = ()


class VirtualMachineClone(Operation):
    """The object of that kind."""

    __slots__ = ()


class VirtualMachineExport(Operation):
    """The object of that kind."""

    __slots__ = ()


class VirtualMachineBackup(Operation):
    """The object of that kind."""

    __slots__ = ()


class VirtualMachineBackupTracker(Operation):
    """The object of that kind."""

    __slots__ = ()


class VirtualMachineInstanceMigration(Operation):
    """The object of that kind."""

    __slots__ = ()


class VirtualMachineInstancePreset(Operation):
    """The object of that kind."""

    __slots__ = ()


class MigrationPolicy(Operation):
    """The object of that kind."""

    __slots__ = ()


class Plugin(Operation):
    """The object of that kind."""

    __slots__ = ()


class Service(Resource):
    """A Service of Kubernetes, which selects the pods of guests by their labels."""

    __slots__ = ()


class VMHolder(Resource):
    """An object of which a controller or a person makes VMs; the VM is written in it."""

    __slots__ = ()
    embedded_path: ClassVar[Path] = ()
    """Where the VM's metadata and spec are written."""


class VirtualMachineTemplate(VMHolder):
    """The object of that kind."""

    __slots__ = ()
    embedded_path = ("spec", "virtualMachine")


class KubevirtMachineTemplate(VMHolder):
    """The object of that kind."""

    __slots__ = ()
    embedded_path = ("spec", "template", "spec", "virtualMachineTemplate")


class KubevirtMachine(VMHolder):
    """The object of that kind."""

    __slots__ = ()
    embedded_path = ("spec", "virtualMachineTemplate")


_KUBEVIRT = "kubevirt.io"
_INSTANCETYPE = "instancetype.kubevirt.io"
_CDI = "cdi.kubevirt.io"
_SNAPSHOT = "snapshot.kubevirt.io"
_BACKUP = "backup.kubevirt.io"
_CLUSTER_API = "infrastructure.cluster.x-k8s.io"

_CLASSES: dict[tuple[str, str], type[Resource]] = {
    (_KUBEVIRT, "VirtualMachine"): VirtualMachine,
    (_KUBEVIRT, "KubeVirt"): KubeVirt,
    (_CDI, "CDI"): CDI,
    ("", "ResourceQuota"): ResourceQuota,
    (_KUBEVIRT, "VirtualMachineInstance"): VirtualMachineInstance,
    (_KUBEVIRT, "VirtualMachineInstanceReplicaSet"): VirtualMachineInstanceReplicaSet,
    ("pool.kubevirt.io", "VirtualMachinePool"): VirtualMachinePool,
    (_INSTANCETYPE, "VirtualMachineInstancetype"): Instancetype,
    (_INSTANCETYPE, "VirtualMachineClusterInstancetype"): Instancetype,
    (_INSTANCETYPE, "VirtualMachinePreference"): Preference,
    (_INSTANCETYPE, "VirtualMachineClusterPreference"): Preference,
    (_CDI, "DataVolume"): DataVolume,
    (_CDI, "DataSource"): DataSource,
    (_CDI, "DataImportCron"): DataImportCron,
    (_CDI, "VolumeCloneSource"): VolumeCloneSource,
    (_CDI, "VolumeImportSource"): VolumeImportSource,
    (_CDI, "VolumeUploadSource"): VolumeUploadSource,
    (_CDI, "StorageProfile"): StorageProfile,
    ("", "PersistentVolumeClaim"): PersistentVolumeClaim,
    ("", "Service"): Service,
    ("snapshot.storage.k8s.io", "VolumeSnapshot"): VolumeSnapshot,
    (_SNAPSHOT, "VirtualMachineSnapshot"): VirtualMachineSnapshot,
    (_SNAPSHOT, "VirtualMachineRestore"): VirtualMachineRestore,
    ("clone.kubevirt.io", "VirtualMachineClone"): VirtualMachineClone,
    ("export.kubevirt.io", "VirtualMachineExport"): VirtualMachineExport,
    (_BACKUP, "VirtualMachineBackup"): VirtualMachineBackup,
    (_BACKUP, "VirtualMachineBackupTracker"): VirtualMachineBackupTracker,
    (_KUBEVIRT, "VirtualMachineInstanceMigration"): VirtualMachineInstanceMigration,
    (_KUBEVIRT, "VirtualMachineInstancePreset"): VirtualMachineInstancePreset,
    ("migrations.kubevirt.io", "MigrationPolicy"): MigrationPolicy,
    ("plugin.kubevirt.io", "Plugin"): Plugin,
    ("template.kubevirt.io", "VirtualMachineTemplate"): VirtualMachineTemplate,
    (_CLUSTER_API, "KubevirtMachineTemplate"): KubevirtMachineTemplate,
    (_CLUSTER_API, "KubevirtMachine"): KubevirtMachine,
}


def subject_class(kind: Kind) -> type[Resource]:
    """The class of a kind; one without accessors of its own is a plain Resource, as is one of another API group."""
    return _CLASSES.get(kind[:2], Resource)
