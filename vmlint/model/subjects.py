"""The objects that rules speak about, each with the accessors that its rules need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from vmlint.model.access import each, get, mapping, text
from vmlint.model.field import Path
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource

__all__ = [
    "DataImportCron",
    "DataSource",
    "DataVolume",
    "Instancetype",
    "PersistentVolumeClaim",
    "Preference",
    "StorageProfile",
    "VirtualMachine",
    "VirtualMachineInstance",
    "VirtualMachineInstanceReplicaSet",
    "VirtualMachinePool",
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
        return (*self.template_path, "spec")

    @property
    def vmi_spec(self) -> Mapping[str, Any]:
        return mapping(self.data, *self.vmi_path)

    def volumes(self) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        """Each volume with its path."""
        base = (*self.vmi_path, "volumes")
        for index, volume in each(self.data, *base):
            yield (*base, index), volume


class VirtualMachine(Workload):
    """A VirtualMachine; its pool has the same shape one level deeper."""

    __slots__ = ()
    vm_path: ClassVar[Path] = ("spec",)
    """Where the VM's own spec stands."""

    @property
    def vm_spec(self) -> Mapping[str, Any]:
        return mapping(self.data, *self.vm_path)

    def matcher(self, matcher: Matcher) -> Mapping[str, Any] | None:
        """`spec.instancetype` or `spec.preference`, or None where the VM has none."""
        value = get(self.data, *self.vm_path, matcher.noun)
        return value if isinstance(value, dict) else None

    def matcher_path(self, matcher: Matcher, *rest: str | int) -> Path:
        return (*self.vm_path, matcher.noun, *rest)

    def templates(self) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
        """Each DataVolume template: its path, its name and itself."""
        base = (*self.vm_path, "dataVolumeTemplates")
        for index, template in each(self.data, *base):
            yield (*base, index), text(template, "metadata", "name"), template

    def claim_templates(self) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
        """Each volume claim template: its path, its name and itself."""
        base = (*self.vm_path, "volumeClaimTemplates")
        for index, template in each(self.data, *base):
            yield (*base, index), text(template, "metadata", "name"), template

    def template(self, name: str) -> tuple[Path, Mapping[str, Any]] | None:
        """The first DataVolume template of that name."""
        return next(((path, template) for path, own, template in self.templates() if own == name), None)


class VirtualMachinePool(VirtualMachine):
    __slots__ = ()
    vm_path: ClassVar[Path] = ("spec", "virtualMachineTemplate", "spec")
    template_path: ClassVar[Path] = (*vm_path, "template")


class VirtualMachineInstanceReplicaSet(Workload):
    __slots__ = ()


class VirtualMachineInstance(Workload):
    __slots__ = ()
    template_path: ClassVar[Path] = ()


class Instancetype(Resource):
    """An instancetype, of the namespaced or the cluster-wide kind."""

    __slots__ = ()


class Preference(Resource):
    """A preference, of the namespaced or the cluster-wide kind."""

    __slots__ = ()


class DataVolume(Resource):
    __slots__ = ()


class DataSource(Resource):
    __slots__ = ()


class DataImportCron(Resource):
    __slots__ = ()


class VolumeCloneSource(Resource):
    __slots__ = ()


class VolumeImportSource(Resource):
    __slots__ = ()


class VolumeUploadSource(Resource):
    __slots__ = ()


class StorageProfile(Resource):
    __slots__ = ()


class PersistentVolumeClaim(Resource):
    __slots__ = ()


class VolumeSnapshot(Resource):
    __slots__ = ()


_CLASSES: dict[str, type[Resource]] = {
    "VirtualMachine": VirtualMachine,
    "VirtualMachineInstance": VirtualMachineInstance,
    "VirtualMachineInstanceReplicaSet": VirtualMachineInstanceReplicaSet,
    "VirtualMachinePool": VirtualMachinePool,
    "VirtualMachineInstancetype": Instancetype,
    "VirtualMachineClusterInstancetype": Instancetype,
    "VirtualMachinePreference": Preference,
    "VirtualMachineClusterPreference": Preference,
    "DataVolume": DataVolume,
    "DataSource": DataSource,
    "DataImportCron": DataImportCron,
    "VolumeCloneSource": VolumeCloneSource,
    "VolumeImportSource": VolumeImportSource,
    "VolumeUploadSource": VolumeUploadSource,
    "StorageProfile": StorageProfile,
    "PersistentVolumeClaim": PersistentVolumeClaim,
    "VolumeSnapshot": VolumeSnapshot,
}


def subject_class(kind: str) -> type[Resource]:
    """The class of a known kind; one without accessors of its own is a plain Resource."""
    return _CLASSES.get(kind, Resource)
