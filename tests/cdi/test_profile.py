"""Every provisioner of the table by the class parameters that lead to it, and profiles that people wrote."""

from __future__ import annotations

from typing import Any

import pytest

from vmlint.catalog.provisioners import known_keys, provisioner
from vmlint.cdi.profile import ClaimSet, Origin, clone_strategy, profile_of
from vmlint.cdi.render import Rendered, render
from vmlint.cdi.storageclass import DEFAULT
from vmlint.cdi.storageworld import Gap, Reason, StorageWorld

FS = "csi.storage.k8s.io/fstype"
RWO, RWX, ROX, BLOCK, FILE = "ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany", "Block", "Filesystem"

# The classes whose parameters choose a row: key, provisioner, parameters.
BY_PARAMETERS: list[tuple[str, str, dict[str, str]]] = [
    ("kubevirt.io.hostpath-provisioner/overlay", "kubevirt.io.hostpath-provisioner", {"overlayCSI": ""}),
    ("csi-unity.dellemc.com/nfs", "csi-unity.dellemc.com", {"protocol": "NFS"}),
    ("csi-vxflexos.dellemc.com/nfs", "csi-vxflexos.dellemc.com", {FS: "nfs"}),
    ("csi-powermax.dellemc.com/nfs", "csi-powermax.dellemc.com", {FS: "NFS"}),
    ("csi-powerstore.dellemc.com/nfs", "csi-powerstore.dellemc.com", {FS: "nfs"}),
    ("ebs.csi.aws.com/io1", "ebs.csi.aws.com", {"type": "io1"}),
    ("ebs.csi.aws.com/io2", "ebs.csi.aws.com", {"type": "io2"}),
    ("ebs.csi.aws.com/gp", "ebs.csi.aws.com", {"type": "gp3"}),
    ("ebs.csi.aws.com/gp", "ebs.csi.aws.com", {"type": "gp2"}),
    ("pd.csi.storage.gke.io/hyperdisk", "pd.csi.storage.gke.io", {"type": "hyperdisk-balanced"}),
    (
        "pd.csi.storage.gke.io/hyperdisk",
        "pd.csi.storage.gke.io",
        {"type": "hyperdisk-balanced-high-availability"},
    ),
    ("vpc.file.csi.ibm.io/dp2", "vpc.file.csi.ibm.io", {"profile": "dp2"}),
    ("vpc.file.csi.ibm.io/dp2-rwo", "vpc.file.csi.ibm.io", {"profile": "dp2", "vmState": "true"}),
    ("vpc.file.csi.ibm.io/rfs", "vpc.file.csi.ibm.io", {"profile": "rfs", "vmState": "yes"}),
    ("vpc.file.csi.ibm.io/rfs-rwo", "vpc.file.csi.ibm.io", {"profile": "rfs", "vmState": "true"}),
    (
        "kubernetes.io/portworx-volume/nfs",
        "kubernetes.io/portworx-volume",
        {"sharedv4_mount_options": "nolock,vers=3.0"},
    ),
    ("pxd.portworx.com/nfs", "pxd.portworx.com", {"sharedv4_mount_options": "vers=3.0,nolock,rw"}),
    ("pxd.portworx.com/pure_block", "pxd.portworx.com", {"backend": "pure_block"}),
    ("pxd.portworx.com/pure_fa_file", "pxd.portworx.com", {"backend": "pure_fa_file"}),
    ("csi.trident.netapp.io/ontap-nas", "csi.trident.netapp.io", {"backendType": "ontap-nas-economy"}),
    ("csi.trident.netapp.io/ontap-san", "csi.trident.netapp.io", {"backendType": "ontap-san"}),
    (
        "csi.trident.netapp.io/gcnv-flex",
        "csi.trident.netapp.io",
        {"backendType": "google-cloud-netapp-volumes", "selector": "zone=a ; performance=flex"},
    ),
    ("infinibox-csi-driver/iscsiorfibrechannel", "infinibox-csi-driver", {"storage_protocol": "fc"}),
    ("infinibox-csi-driver/nvme", "infinibox-csi-driver", {"storage_protocol": "nvme"}),
    ("infinibox-csi-driver/nfs", "infinibox-csi-driver", {"storage_protocol": "nfs_treeq"}),
    ("csi.vsphere.vmware.com/nfs", "csi.vsphere.vmware.com", {FS: "NFS4"}),
    ("csi.huawei.com/nfs", "csi.huawei.com", {"protocol": "nfs"}),
    ("driver.longhorn.io/migratable", "driver.longhorn.io", {"migratable": "true", "nfsOptions": "vers=4.2"}),
    ("driver.longhorn.io/nfs", "driver.longhorn.io", {"nfsOptions": "vers=4.2", "fsType": "ext4"}),
    ("driver.longhorn.io/fs", "driver.longhorn.io", {"fsType": "ext4"}),
    ("csi.san.synology.com/iscsi", "csi.san.synology.com", {}),
    ("csi.san.synology.com/nfs", "csi.san.synology.com", {"protocol": "nfs"}),
    ("csi.san.synology.com/smb", "csi.san.synology.com", {"protocol": "smb"}),
]
# Parameters beside the point leave the plain row.
PLAIN: list[tuple[str, dict[str, str]]] = [
    ("pxd.portworx.com", {"backend": "other", "sharedv4_mount_options": "vers=3.0,nolock"}),
    ("pxd.portworx.com", {"sharedv4_mount_options": "vers=3.0"}),
    ("csi.huawei.com", {"protocol": "NFS"}),
    ("driver.longhorn.io", {"migratable": "false", "fsType": ""}),
    ("ebs.csi.aws.com", {"type": "st1"}),
    ("vpc.file.csi.ibm.io", {"profile": "other", "vmState": "true"}),
]
DERIVED = {key for key, _, _ in BY_PARAMETERS}

CASES = [
    *BY_PARAMETERS,
    *((key, key, parameters) for key, parameters in PLAIN),
    *((key, key, {}) for key in known_keys() if key not in DERIVED),
]

# Defaults as CDI documents them, said here again apart from the table.
DEFAULTS: dict[tuple[str, str], set[str]] = {
    (RWX, BLOCK): {
        "kubernetes.io/rbd",
        "rbd.csi.ceph.com",
        "rook-ceph.rbd.csi.ceph.com",
        "openshift-storage.rbd.csi.ceph.com",
        "linstor.csi.linbit.com",
        "csi-unity.dellemc.com",
        "csi-vxflexos.dellemc.com",
        "csi-powermax.dellemc.com",
        "csi-powerstore.dellemc.com",
        "ebs.csi.aws.com/io2",
        "pd.csi.storage.gke.io/hyperdisk",
        "hspc.csi.hitachi.com",
        "csi.hpe.com",
        "block.csi.ibm.com",
        "kubernetes.io/portworx-volume",
        "pxd.portworx.com",
        "pxd.portworx.com/pure_block",
        "csi.trident.netapp.io/ontap-san",
        "infinibox-csi-driver/iscsiorfibrechannel",
        "infinibox-csi-driver/nvme",
        "csi.huawei.com",
        "kubesan.gitlab.io",
        "driver.longhorn.io/migratable",
        "blockvolume.csi.oraclecloud.com",
        "csi.san.synology.com/iscsi",
    },
    (RWO, BLOCK): {
        "kubernetes.io/aws-ebs",
        "ebs.csi.aws.com",
        "ebs.csi.aws.com/io1",
        "ebs.csi.aws.com/gp",
        "kubernetes.io/azure-disk",
        "disk.csi.azure.com",
        "kubernetes.io/gce-pd",
        "pd.csi.storage.gke.io",
        "vpc.block.csi.ibm.io",
        "topolvm.cybozu.com",
        "topolvm.io",
        "cinder.csi.openstack.org",
        "csi.ovirt.org",
        "csi.vsphere.vmware.com",
        "driver.longhorn.io",
    },
    (RWO, FILE): {
        "kubevirt.io.hostpath-provisioner",
        "kubevirt.io/hostpath-provisioner",
        "k8s.io/minikube-hostpath",
        "kubernetes.io/storageos",
        "storageos",
        "vpc.file.csi.ibm.io/dp2-rwo",
        "vpc.file.csi.ibm.io/rfs-rwo",
        "driver.longhorn.io/fs",
        "directpv-min-io",
    },
}


def default_of(key: str) -> tuple[str, str]:
    """Everything else is a shared filesystem."""
    return next((modes for modes, keys in DEFAULTS.items() if key in keys), (RWX, FILE))


def storage_class(provisioner_name: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "metadata": {"name": "sc", "annotations": {DEFAULT: "true"}},
        "provisioner": provisioner_name,
        "parameters": parameters or {},
    }


def test_the_cases_name_every_row() -> None:
    assert {key for key, _, _ in CASES} == set(known_keys())
    assert len(known_keys()) == 79


@pytest.mark.parametrize(("key", "name", "parameters"), CASES)
def test_the_default_of_a_provisioner(key: str, name: str, parameters: dict[str, str]) -> None:
    known = provisioner(name, parameters)
    assert known.key == key
    volume = {"spec": {"source": {"blank": {}}, "storage": {"resources": {"requests": {"storage": "20Gi"}}}}}
    claim = render(volume, "default", StorageWorld([storage_class(name, parameters)], closed=True))
    assert isinstance(claim, Rendered)
    assert (claim.undecided, claim.spec["storageClassName"]) == ((), "sc")
    assert (claim.spec["accessModes"], claim.spec["volumeMode"]) == ([known.sets[0][0]], known.sets[0][1])
    assert known.sets[0] == default_of(key)


@pytest.mark.parametrize(
    ("name", "parameters", "origin"),
    [
        ("unknown.example.com", {}, Origin.UNKNOWN_PROVISIONER),
        ("csi.trident.netapp.io", {"backendType": "solidfire-san"}, Origin.UNKNOWN_PARAMETERS),
        ("csi.trident.netapp.io", {"backendType": "google-cloud-netapp-volumes"}, Origin.UNKNOWN_PARAMETERS),
        ("infinibox-csi-driver", {}, Origin.UNKNOWN_PARAMETERS),
        ("csi.san.synology.com", {"protocol": "ftp"}, Origin.UNKNOWN_PARAMETERS),
        ("kubernetes.io/no-provisioner", {}, Origin.VOLUMES),
    ],
)
def test_classes_that_offer_nothing(name: str, parameters: dict[str, str], origin: Origin) -> None:
    profile = profile_of(storage_class(name, parameters))
    assert (profile.origin, profile.sets, profile.undecided) == (origin, (), None)


def test_a_variable_among_the_parameters_decides_nothing() -> None:
    profile = profile_of(storage_class("ebs.csi.aws.com", {"type": "${DISK}"}))
    assert profile.sets == ()
    assert profile.undecided == Reason(Gap.VARIABLE_IN_CLASS, ("sc",))
    assert profile_of(storage_class("ebs.csi.aws.com", {"zone": "${ZONE}"})).undecided is None


def claim_sets(*sets: tuple[list[str] | None, str | None]) -> dict[str, Any]:
    return {"claimPropertySets": [{"accessModes": modes, "volumeMode": mode} for modes, mode in sets]}


def test_sets_that_people_wrote_go_before_the_table() -> None:
    profile = profile_of(storage_class("rbd.csi.ceph.com"), {"spec": claim_sets(([RWO, ROX], FILE), ([RWX], BLOCK))})
    assert profile.origin is Origin.SPEC
    assert profile.sets == (ClaimSet((RWO, ROX), FILE), ClaimSet((RWX,), BLOCK))


def test_a_status_is_what_the_cluster_has() -> None:
    manifest = {"spec": claim_sets(([RWO], FILE)), "status": claim_sets(([RWX], BLOCK))}
    profile = profile_of(storage_class("unknown.example.com"), manifest)
    assert (profile.origin, profile.sets) == (Origin.STATUS, (ClaimSet((RWX,), BLOCK),))


@pytest.mark.parametrize(
    ("broken", "missing"), [((None, BLOCK), "accessModes"), (([], BLOCK), "accessModes"), (([RWX], None), "volumeMode")]
)
def test_an_incomplete_set_is_named(broken: tuple[list[str] | None, str | None], missing: str) -> None:
    profile = profile_of(storage_class("rbd.csi.ceph.com"), {"spec": claim_sets(([RWX], BLOCK), broken)})
    assert profile.origin is Origin.INCOMPLETE
    assert profile.incomplete is not None
    assert profile.incomplete.path == ("spec", "claimPropertySets", 1, missing)
    assert profile.sets == ()
    assert profile.undecided


def test_the_least_size_comes_from_the_annotation_or_the_table() -> None:
    io1 = storage_class("ebs.csi.aws.com", {"type": "io1"})
    annotated = {"metadata": {"annotations": {"cdi.kubevirt.io/minimumSupportedPvcSize": "7Gi"}}}
    assert str(profile_of(io1).minimum_size) == "4Gi"
    assert str(profile_of(io1, annotated).minimum_size) == "7Gi"
    annotated["metadata"]["annotations"]["cdi.kubevirt.io/minimumSupportedPvcSize"] = "much"
    assert profile_of(io1, annotated).minimum_size is None


def test_volumes_made_by_hand_tell_their_modes() -> None:
    local = storage_class("kubernetes.io/no-provisioner")
    block = {"spec": {"storageClassName": "sc", "accessModes": [RWO], "volumeMode": BLOCK}}
    plain = {"spec": {"storageClassName": "sc", "accessModes": [RWO]}}
    other = {"spec": {"storageClassName": "other", "accessModes": [RWX]}}
    assert profile_of(local, None, [block, block, other]).sets == (ClaimSet((RWO,), BLOCK),)
    both = profile_of(local, None, [block, plain])
    assert set(both.sets) == {ClaimSet((RWO,), BLOCK), ClaimSet((RWO,), FILE)}
    assert both.undecided == Reason(Gap.MODES_WITHOUT_ORDER, ("sc",))


@pytest.mark.parametrize("strange", [None, [], "x", 5, {"spec": []}, {"spec": {"claimPropertySets": [3, {}]}}])
def test_strange_profiles_do_no_harm(strange: Any) -> None:
    profile = profile_of({"metadata": [], "provisioner": 4, "parameters": "no"}, strange, [{"spec": 3}])
    assert profile.sets == ()


@pytest.mark.parametrize(
    ("provisioner", "annotations", "profile", "strategy"),
    [
        ("rbd.csi.ceph.com", {}, {}, "csi-clone"),
        ("topolvm.io", {}, {}, "copy"),
        ("nfs.csi.k8s.io", {}, {}, ""),
        ("nfs.csi.k8s.io", {"cdi.kubevirt.io/clone-strategy": "snapshot"}, {}, "snapshot"),
        (
            "rbd.csi.ceph.com",
            {"cdi.kubevirt.io/clone-strategy": "snapshot"},
            {"spec": {"cloneStrategy": "copy"}},
            "copy",
        ),
        (
            "rbd.csi.ceph.com",
            {},
            {"spec": {"cloneStrategy": "copy"}, "status": {"cloneStrategy": "snapshot"}},
            "snapshot",
        ),
    ],
)
def test_how_claims_are_copied(
    provisioner: str, annotations: dict[str, str], profile: dict[str, Any], strategy: str
) -> None:
    storage_class = {"metadata": {"name": "a", "annotations": annotations}, "provisioner": provisioner}
    assert clone_strategy(storage_class, profile) == strategy
