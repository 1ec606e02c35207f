"""The kinds that vmlint understands: one row each, everything else follows from the row.

An object of the same kind name in another API group (Cluster API's VirtualMachine, say) is not one of these.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["BY_GROUP_KIND", "KINDS", "Kind", "kind_of"]


class Kind(NamedTuple):
    """A kind of object: API group ("" for the core group), name, plural and whether it lives in a namespace."""

    group: str
    name: str
    plural: str
    namespaced: bool = True


_KUBEVIRT = "kubevirt.io"
_INSTANCETYPE = "instancetype.kubevirt.io"
_CDI = "cdi.kubevirt.io"

KINDS: tuple[Kind, ...] = (
    Kind(_KUBEVIRT, "VirtualMachine", "virtualmachines"),
    Kind(_KUBEVIRT, "VirtualMachineInstance", "virtualmachineinstances"),
    Kind(_KUBEVIRT, "VirtualMachineInstanceReplicaSet", "virtualmachineinstancereplicasets"),
    Kind("pool.kubevirt.io", "VirtualMachinePool", "virtualmachinepools"),
    Kind(_KUBEVIRT, "KubeVirt", "kubevirts"),
    Kind(_INSTANCETYPE, "VirtualMachineInstancetype", "virtualmachineinstancetypes"),
    Kind(_INSTANCETYPE, "VirtualMachineClusterInstancetype", "virtualmachineclusterinstancetypes", False),
    Kind(_INSTANCETYPE, "VirtualMachinePreference", "virtualmachinepreferences"),
    Kind(_INSTANCETYPE, "VirtualMachineClusterPreference", "virtualmachineclusterpreferences", False),
    Kind(_CDI, "DataVolume", "datavolumes"),
    Kind(_CDI, "DataSource", "datasources"),
    Kind(_CDI, "DataImportCron", "dataimportcrons"),
    Kind(_CDI, "VolumeImportSource", "volumeimportsources"),
    Kind(_CDI, "VolumeUploadSource", "volumeuploadsources"),
    Kind(_CDI, "VolumeCloneSource", "volumeclonesources"),
    Kind(_CDI, "StorageProfile", "storageprofiles", False),
    Kind(_CDI, "CDI", "cdis", False),
    Kind(_CDI, "CDIConfig", "cdiconfigs", False),
    Kind("snapshot.storage.k8s.io", "VolumeSnapshot", "volumesnapshots"),
    Kind("storage.k8s.io", "StorageClass", "storageclasses", False),
    Kind("k8s.cni.cncf.io", "NetworkAttachmentDefinition", "network-attachment-definitions"),
    Kind("apps", "ControllerRevision", "controllerrevisions"),
    Kind("", "PersistentVolumeClaim", "persistentvolumeclaims"),
    Kind("", "PersistentVolume", "persistentvolumes", False),
    Kind("", "Secret", "secrets"),
    Kind("", "ConfigMap", "configmaps"),
    Kind("", "ServiceAccount", "serviceaccounts"),
    Kind("", "Namespace", "namespaces", False),
    Kind("", "ResourceQuota", "resourcequotas"),
)

BY_GROUP_KIND: dict[tuple[str, str], Kind] = {(kind.group, kind.name): kind for kind in KINDS}


def kind_of(api_version: str, kind: str) -> Kind | None:
    """The row of an object's `apiVersion` and `kind`, or None for a kind that vmlint does not know."""
    group = api_version.rpartition("/")[0]
    return BY_GROUP_KIND.get((group, kind))
