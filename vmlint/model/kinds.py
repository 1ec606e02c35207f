"""The kinds that vmlint understands: one row each, everything else follows from the row.

An object of the same kind name in another API group (Cluster API's VirtualMachine, say) is not one of these.
"""

from __future__ import annotations

from typing import Any

from vmlint.record import Record

__all__ = ["BY_GROUP_KIND", "BY_NAME", "KINDS", "Kind", "in_wrong_group", "kind_of", "stranger", "untyped"]


class Kind(Record):
    """A kind of object: API group ("" for the core group), name, plural and whether it lives in a namespace."""

    group: str
    name: str
    plural: str
    namespaced: bool = True


_KUBEVIRT = "kubevirt.io"
_INSTANCETYPE = "instancetype.kubevirt.io"
_RBAC = "rbac.authorization.k8s.io"
_CDI = "cdi.kubevirt.io"
_SNAPSHOT = "snapshot.kubevirt.io"
_BACKUP = "backup.kubevirt.io"
_FORKLIFT = "forklift.cdi.kubevirt.io"
_FLAVOR = "flavor.kubevirt.io"  # what instancetypes were before KubeVirt 0.56

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
    Kind("", "Service", "services"),
    Kind("", "ServiceAccount", "serviceaccounts"),
    Kind("scheduling.k8s.io", "PriorityClass", "priorityclasses", False),
    Kind("", "Namespace", "namespaces", False),
    Kind("", "ResourceQuota", "resourcequotas"),
    Kind("", "LimitRange", "limitranges"),
    Kind(_RBAC, "Role", "roles"),
    Kind(_RBAC, "ClusterRole", "clusterroles", False),
    Kind(_RBAC, "RoleBinding", "rolebindings"),
    Kind(_RBAC, "ClusterRoleBinding", "clusterrolebindings", False),
    Kind("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", False),
    # Kinds of which others make Secrets, network attachments, and the KubeVirt and CDI objects.
    Kind("external-secrets.io", "ExternalSecret", "externalsecrets"),
    Kind("external-secrets.io", "ClusterExternalSecret", "clusterexternalsecrets", False),
    Kind("bitnami.com", "SealedSecret", "sealedsecrets"),
    Kind("cert-manager.io", "Certificate", "certificates"),
    Kind("trust.cert-manager.io", "Bundle", "bundles", False),
    Kind("secrets.hashicorp.com", "VaultStaticSecret", "vaultstaticsecrets"),
    Kind("secrets.hashicorp.com", "VaultDynamicSecret", "vaultdynamicsecrets"),
    Kind("secrets.hashicorp.com", "VaultPKISecret", "vaultpkisecrets"),
    Kind("onepassword.com", "OnePasswordItem", "onepassworditems"),
    Kind("secrets.doppler.com", "DopplerSecret", "dopplersecrets"),
    Kind("secrets.infisical.com", "InfisicalSecret", "infisicalsecrets"),
    Kind("k8s.bitwarden.com", "BitwardenSecret", "bitwardensecrets"),
    Kind("isindir.github.com", "SopsSecret", "sopssecrets"),
    Kind("hco.kubevirt.io", "HyperConverged", "hyperconvergeds"),
    Kind("k8s.ovn.org", "UserDefinedNetwork", "userdefinednetworks"),
    Kind("k8s.ovn.org", "ClusterUserDefinedNetwork", "clusteruserdefinednetworks", False),
    Kind("sriovnetwork.openshift.io", "SriovNetwork", "sriovnetworks"),
    Kind("sriovnetwork.openshift.io", "OVSNetwork", "ovsnetworks"),
    Kind("operator.openshift.io", "Network", "networks", False),
    # What is done to VMs, and what applies to guests.
    Kind(_KUBEVIRT, "VirtualMachineInstanceMigration", "virtualmachineinstancemigrations"),
    Kind(_KUBEVIRT, "VirtualMachineInstancePreset", "virtualmachineinstancepresets"),
    Kind("migrations.kubevirt.io", "MigrationPolicy", "migrationpolicies", False),
    Kind("clone.kubevirt.io", "VirtualMachineClone", "virtualmachineclones"),
    Kind("export.kubevirt.io", "VirtualMachineExport", "virtualmachineexports"),
    Kind(_SNAPSHOT, "VirtualMachineSnapshot", "virtualmachinesnapshots"),
    Kind(_SNAPSHOT, "VirtualMachineRestore", "virtualmachinerestores"),
    Kind(_BACKUP, "VirtualMachineBackup", "virtualmachinebackups"),
    Kind(_BACKUP, "VirtualMachineBackupTracker", "virtualmachinebackuptrackers"),
    Kind("template.kubevirt.io", "VirtualMachineTemplate", "virtualmachinetemplates"),
    Kind("template.kubevirt.io", "VirtualMachineTemplateRequest", "virtualmachinetemplaterequests"),
    Kind("infrastructure.cluster.x-k8s.io", "KubevirtMachineTemplate", "kubevirtmachinetemplates"),
    Kind("infrastructure.cluster.x-k8s.io", "KubevirtMachine", "kubevirtmachines"),
    Kind("plugin.kubevirt.io", "Plugin", "plugins", False),
    Kind("snapshot.storage.k8s.io", "VolumeSnapshotClass", "volumesnapshotclasses", False),
    # Kinds whose form alone is checked.
    Kind(_CDI, "ObjectTransfer", "objecttransfers", False),
    Kind(_FORKLIFT, "OpenstackVolumePopulator", "openstackvolumepopulators"),
    Kind(_FORKLIFT, "OvirtVolumePopulator", "ovirtvolumepopulators"),
    Kind(_FLAVOR, "VirtualMachineFlavor", "virtualmachineflavors"),
    Kind(_FLAVOR, "VirtualMachineClusterFlavor", "virtualmachineclusterflavors", False),
    Kind(_FLAVOR, "VirtualMachinePreference", "virtualmachinepreferences"),
    Kind(_FLAVOR, "VirtualMachineClusterPreference", "virtualmachineclusterpreferences", False),
)

BY_GROUP_KIND: dict[tuple[str, str], Kind] = {(kind.group, kind.name): kind for kind in KINDS}

BY_NAME: dict[str, Kind] = {kind.name: kind for kind in reversed(KINDS)}
"""What a kind's name means where no group is beside it, as in a configuration: the first row of that name."""


def kind_of(api_version: str, kind: str) -> Kind | None:
    """The row of an object's `apiVersion` and `kind`, or None for a kind that vmlint does not know."""
    group = api_version.rpartition("/")[0]
    return BY_GROUP_KIND.get((group, kind))


_GROUPS = frozenset(kind.group for kind in KINDS if kind.group.endswith(_KUBEVIRT))


_NAMES = {kind.name for kind in KINDS if kind.group not in _GROUPS}
_CLUSTERS_OWN = frozenset(
    ("", "apps", "batch", "cni.cncf.io", "extensions", "k8s.cni.cncf.io", "snapshot.storage.k8s.io", "storage.k8s.io")
)
"""Groups of Kubernetes itself and of its networks and snapshots, in which no other kind of these names is."""


_WORDS_OF_MANY = {"CDI", "DataSource", "MigrationPolicy", "ObjectTransfer", "Plugin", "StorageProfile"}
"""Names of kinds that are the names of other programs' too."""

_OWN = frozenset(kind.name for kind in KINDS if kind.group in _GROUPS) - _WORDS_OF_MANY


def untyped(data: Any) -> str:
    """Which of `kind` and `apiVersion` an object lacks that the other one shows to be KubeVirt's or CDI's; "" for none.

    Without a name and a spec it is no manifest, but something that only has such a key.
    """
    if not isinstance(data, dict) or not isinstance(data.get("spec"), dict):
        return ""
    metadata = data.get("metadata")
    if not isinstance(metadata, dict) or not (metadata.get("name") or metadata.get("generateName")):
        return ""
    version, kind = (value if isinstance(value, str) else "" for value in map(data.get, ("apiVersion", "kind")))
    if not kind:
        return "kind" if version.rpartition("/")[0] in _GROUPS else ""
    return "apiVersion" if not version and kind in _OWN else ""


def stranger(api_version: str, kind: str) -> Kind | None:
    """A row for a kind that its API group does not have, None for one of a group of which that is not known.

    These are the groups of KubeVirt and CDI, and for the kinds beside theirs the groups of Kubernetes itself.
    """
    group = api_version.rpartition("/")[0]
    is_stray = group in _CLUSTERS_OWN and kind in _NAMES
    return Kind(group, kind, "") if group in _GROUPS or is_stray or in_wrong_group(group, kind) else None


def in_wrong_group(group: str, kind: str) -> bool:
    """Whether a kind of KubeVirt's or CDI's is in a group that can only be meant as the kind's own.

    Such are the groups of Kubernetes itself, and the kind's own group misspelt. Other products have groups of their
    own with kinds of these names.
    """
    if kind not in _OWN or group in _GROUPS:
        return False
    return group in _CLUSTERS_OWN or any(row.name == kind and _is_misspelt(group, row.group) for row in KINDS)


def _is_misspelt(group: str, meant: str) -> bool:
    """Whether a group lacks the end of another, or differs from it in case, one letter, or two that are swapped."""
    if meant.startswith(f"{group}.") or group.casefold() == meant:
        return True
    if abs(len(group) - len(meant)) > 1:
        return False
    start = next(
        (i for i, (letter, other) in enumerate(zip(group, meant, strict=False)) if letter != other), len(group)
    )
    rest, expected = group[start:], meant[start:]
    swapped = expected[1::-1] + expected[2:]
    return rest[1:] in (expected, expected[1:]) or rest in (expected[1:], swapped)
