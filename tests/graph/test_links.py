"""Each reference of the table, one object a row: the field that holds it, what it is for, and what it names."""

from __future__ import annotations

import pytest

from tests.build import resources
from vmlint.graph.links import LinkKind, links
from vmlint.model.field import render
from vmlint.model.kinds import KINDS

VMI = ("VirtualMachineInstance", "spec")
VM = ("VirtualMachine", "spec.template.spec")
REPLICAS = ("VirtualMachineInstanceReplicaSet", "spec.template.spec")
POOL = ("VirtualMachinePool", "spec.virtualMachineTemplate.spec.template.spec")

VERSIONS = {
    "kubevirt.io": "v1",
    "pool.kubevirt.io": "v1beta1",
    "cdi.kubevirt.io": "v1beta1",
    "snapshot.storage.k8s.io": "v1",
    "storage.k8s.io": "v1",
    "": "v1",
}

# Field below the VMI's spec, value, what it is for, what it names.
VMI_ROWS = [
    ("volumes[0].dataVolume.name", "disk", LinkKind.VOLUME, "DataVolume shop/disk"),
    ("volumes[0].persistentVolumeClaim.claimName", "disk", LinkKind.VOLUME, "PersistentVolumeClaim shop/disk"),
    ("volumes[0].ephemeral.persistentVolumeClaim.claimName", "d", LinkKind.VOLUME, "PersistentVolumeClaim shop/d"),
    ("volumes[0].memoryDump.claimName", "dump", LinkKind.VOLUME, "PersistentVolumeClaim shop/dump"),
    ("volumes[0].configMap.name", "conf", LinkKind.CONFIG_MAP, "ConfigMap shop/conf"),
    ("volumes[0].sysprep.configMap.name", "conf", LinkKind.CONFIG_MAP, "ConfigMap shop/conf"),
    ("volumes[0].sysprep.secret.name", "key", LinkKind.SECRET, "Secret shop/key"),
    ("volumes[0].secret.secretName", "key", LinkKind.SECRET, "Secret shop/key"),
    ("volumes[0].cloudInitNoCloud.secretRef.name", "ci", LinkKind.SECRET, "Secret shop/ci"),
    ("volumes[0].cloudInitNoCloud.networkDataSecretRef.name", "ci", LinkKind.SECRET, "Secret shop/ci"),
    ("volumes[0].cloudInitConfigDrive.secretRef.name", "ci", LinkKind.SECRET, "Secret shop/ci"),
    ("volumes[0].cloudInitConfigDrive.networkDataSecretRef.name", "ci", LinkKind.SECRET, "Secret shop/ci"),
    ("volumes[0].serviceAccount.serviceAccountName", "sa", LinkKind.SERVICE_ACCOUNT, "ServiceAccount shop/sa"),
    ("serviceAccountName", "sa", LinkKind.SERVICE_ACCOUNT, "ServiceAccount shop/sa"),
    ("priorityClassName", "high", LinkKind.PRIORITY_CLASS, "PriorityClass high"),
    ("accessCredentials[0].sshPublicKey.source.secret.secretName", "ssh", LinkKind.SECRET, "Secret shop/ssh"),
    ("accessCredentials[0].userPassword.source.secret.secretName", "pw", LinkKind.SECRET, "Secret shop/pw"),
    ("networks[0].multus.networkName", "lan", LinkKind.NETWORK, "NetworkAttachmentDefinition shop/lan"),
    ("networks[0].multus.networkName", "net/lan", LinkKind.NETWORK, "NetworkAttachmentDefinition net/lan"),
]

# Kind, fields with their values, the field that refers, what it is for, what it names.
ROWS = [
    ("VirtualMachine", {"spec.instancetype.name": "u1.medium"}, LinkKind.INSTANCETYPE,
     "VirtualMachineClusterInstancetype u1.medium"),
    ("VirtualMachine", {"spec.instancetype.name": "small", "spec.instancetype.kind": "virtualmachineinstancetypes"},
     LinkKind.INSTANCETYPE, "VirtualMachineInstancetype shop/small"),
    ("VirtualMachine", {"spec.preference.name": "fedora"}, LinkKind.PREFERENCE,
     "VirtualMachineClusterPreference fedora"),
    ("VirtualMachine", {"spec.preference.name": "own", "spec.preference.kind": "VirtualMachinePreference"},
     LinkKind.PREFERENCE, "VirtualMachinePreference shop/own"),
    ("VirtualMachine", {"spec.instancetype.revisionName": "web-1"}, LinkKind.REVISION,
     "ControllerRevision shop/web-1"),
    ("VirtualMachine", {"spec.preference.revisionName": "web-2"}, LinkKind.REVISION, "ControllerRevision shop/web-2"),
    ("VirtualMachinePool", {"spec.virtualMachineTemplate.spec.instancetype.name": "u1.small"}, LinkKind.INSTANCETYPE,
     "VirtualMachineClusterInstancetype u1.small"),
    ("VirtualMachine", {"spec.dataVolumeTemplates[0].spec.source.pvc.name": "golden",
                        "spec.dataVolumeTemplates[0].spec.source.pvc.namespace": "images"},
     LinkKind.SOURCE, "PersistentVolumeClaim images/golden"),
    ("VirtualMachine", {"spec.dataVolumeTemplates[0].spec.sourceRef.name": "fedora",
                        "spec.dataVolumeTemplates[0].spec.sourceRef.kind": "DataSource"},
     LinkKind.SOURCE, "DataSource shop/fedora"),
    ("VirtualMachine", {"spec.dataVolumeTemplates[0].spec.storage.storageClassName": "fast"}, LinkKind.STORAGE_CLASS,
     "StorageClass fast"),
    ("VirtualMachine", {"spec.volumeClaimTemplates[0].spec.storageClassName": "fast"}, LinkKind.STORAGE_CLASS,
     "StorageClass fast"),
    ("VirtualMachinePool",
     {"spec.virtualMachineTemplate.spec.dataVolumeTemplates[0].spec.source.pvc.name": "golden"},
     LinkKind.SOURCE, "PersistentVolumeClaim shop/golden"),
    ("DataVolume", {"spec.source.pvc.name": "golden"}, LinkKind.SOURCE, "PersistentVolumeClaim shop/golden"),
    ("DataVolume", {"spec.source.snapshot.name": "monday", "spec.source.snapshot.namespace": "images"},
     LinkKind.SOURCE, "VolumeSnapshot images/monday"),
    ("DataVolume", {"spec.sourceRef.name": "fedora", "spec.sourceRef.kind": "DataSource",
                    "spec.sourceRef.namespace": "images"}, LinkKind.SOURCE, "DataSource images/fedora"),
    ("DataVolume", {"spec.priorityClassName": "high"}, LinkKind.PRIORITY_CLASS, "PriorityClass high"),
    ("DataVolume", {"spec.source.http.secretRef": "login"}, LinkKind.SECRET, "Secret shop/login"),
    ("DataVolume", {"spec.source.s3.secretRef": "login"}, LinkKind.SECRET, "Secret shop/login"),
    ("DataVolume", {"spec.source.gcs.secretRef": "login"}, LinkKind.SECRET, "Secret shop/login"),
    ("DataVolume", {"spec.source.registry.secretRef": "login"}, LinkKind.SECRET, "Secret shop/login"),
    ("DataVolume", {"spec.source.imageio.secretRef": "login"}, LinkKind.SECRET, "Secret shop/login"),
    ("DataVolume", {"spec.source.vddk.secretRef": "login"}, LinkKind.SECRET, "Secret shop/login"),
    ("DataVolume", {"spec.source.http.certConfigMap": "ca"}, LinkKind.CONFIG_MAP, "ConfigMap shop/ca"),
    ("DataVolume", {"spec.source.s3.certConfigMap": "ca"}, LinkKind.CONFIG_MAP, "ConfigMap shop/ca"),
    ("DataVolume", {"spec.source.registry.certConfigMap": "ca"}, LinkKind.CONFIG_MAP, "ConfigMap shop/ca"),
    ("DataVolume", {"spec.source.imageio.certConfigMap": "ca"}, LinkKind.CONFIG_MAP, "ConfigMap shop/ca"),
    ("DataVolume", {"spec.storage.storageClassName": "fast"}, LinkKind.STORAGE_CLASS, "StorageClass fast"),
    ("DataVolume", {"spec.pvc.storageClassName": "fast"}, LinkKind.STORAGE_CLASS, "StorageClass fast"),
    ("DataVolume", {"spec.pvc.dataSourceRef.name": "old", "spec.pvc.dataSourceRef.kind": "PersistentVolumeClaim"},
     LinkKind.POPULATOR, "PersistentVolumeClaim shop/old"),
    ("DataImportCron", {"spec.managedDataSource": "fedora"}, LinkKind.MANAGES, "DataSource shop/fedora"),
    ("DataImportCron", {"spec.template.spec.source.registry.secretRef": "login"}, LinkKind.SECRET,
     "Secret shop/login"),
    ("DataImportCron", {"spec.template.spec.storage.storageClassName": "fast"}, LinkKind.STORAGE_CLASS,
     "StorageClass fast"),
    ("DataSource", {"spec.source.pvc.name": "golden"}, LinkKind.SOURCE, "PersistentVolumeClaim shop/golden"),
    ("DataSource", {"spec.source.snapshot.name": "monday"}, LinkKind.SOURCE, "VolumeSnapshot shop/monday"),
    ("DataSource", {"spec.source.dataSource.name": "other"}, LinkKind.SOURCE, "DataSource shop/other"),
    ("VolumeCloneSource", {"spec.source.name": "old", "spec.source.kind": "PersistentVolumeClaim"}, LinkKind.SOURCE,
     "PersistentVolumeClaim shop/old"),
    ("VolumeCloneSource", {"spec.source.name": "monday", "spec.source.kind": "VolumeSnapshot"}, LinkKind.SOURCE,
     "VolumeSnapshot shop/monday"),
    ("VolumeSnapshot", {"spec.source.persistentVolumeClaimName": "disk"}, LinkKind.SOURCE,
     "PersistentVolumeClaim shop/disk"),
    ("PersistentVolumeClaim", {"spec.storageClassName": "fast"}, LinkKind.STORAGE_CLASS, "StorageClass fast"),
    ("PersistentVolumeClaim", {"spec.volumeName": "pv7"}, LinkKind.VOLUME_NAME, "PersistentVolume pv7"),
    ("PersistentVolumeClaim", {"spec.dataSourceRef.name": "image", "spec.dataSourceRef.kind": "VolumeImportSource",
                               "spec.dataSourceRef.apiGroup": "cdi.kubevirt.io"}, LinkKind.POPULATOR,
     "VolumeImportSource shop/image"),
    ("PersistentVolumeClaim", {"spec.dataSource.name": "monday", "spec.dataSource.kind": "VolumeSnapshot",
                               "spec.dataSource.apiGroup": "snapshot.storage.k8s.io"}, LinkKind.POPULATOR,
     "VolumeSnapshot shop/monday"),
    ("PersistentVolume", {"spec.storageClassName": "fast"}, LinkKind.STORAGE_CLASS, "StorageClass fast"),
]  # fmt: skip

# What is written like a reference and names nothing that can be looked up.
NONE = [
    ("DataVolume", {"spec.sourceRef.name": "fedora"}),
    ("DataVolume", {"spec.sourceRef.name": "fedora", "spec.sourceRef.kind": "ImageStream"}),
    ("VirtualMachine", {"spec.instancetype.name": "small", "spec.instancetype.kind": "Flavor"}),
    ("PersistentVolumeClaim", {"spec.storageClassName": ""}),
    ("PersistentVolumeClaim", {"spec.storageClassName": 7}),
    ("PersistentVolumeClaim", {"spec.dataSource.name": "monday"}),
    ("VolumeCloneSource", {"spec.source.name": "monday"}),
]


def written(kind: str, fields: dict[str, object]) -> str:
    """An object of a kind with some fields, as JSON, which is YAML too."""
    import json

    from vmlint.model.field import parse

    group = next(known.group for known in KINDS if known.name == kind)
    data: dict[str, object] = {
        "apiVersion": f"{group}/{VERSIONS[group]}" if group else VERSIONS[group],
        "kind": kind,
        "metadata": {"name": "subject"},
    }
    for field, value in fields.items():
        put(data, parse(field), value)
    return json.dumps(data)


def put(data: object, path: tuple[str | int, ...], value: object) -> None:
    for step, following in zip(path, (*path[1:], None), strict=True):
        below: object = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(data, list):
            data += [] if data else [below]
            data = data[0]
        else:
            assert isinstance(data, dict)
            data = data.setdefault(step, below)


def found(kind: str, fields: dict[str, object]) -> list[tuple[str, LinkKind, str]]:
    (subject,) = resources(written(kind, fields))
    return [(render(link.path), link.kind, str(link.ref)) for link in links(subject)]


@pytest.mark.parametrize(("kind", "base"), [VMI, VM, REPLICAS, POOL])
@pytest.mark.parametrize(("field", "value", "what", "meant"), VMI_ROWS)
def test_reference_of_an_instance(kind: str, base: str, field: str, value: str, what: LinkKind, meant: str) -> None:
    assert found(kind, {f"{base}.{field}": value}) == [(f"{base}.{field}", what, meant)]


@pytest.mark.parametrize(("kind", "fields", "what", "meant"), ROWS)
def test_reference_of_an_object(kind: str, fields: dict[str, object], what: LinkKind, meant: str) -> None:
    assert found(kind, fields) == [(next(iter(fields)), what, meant)]


@pytest.mark.parametrize(("kind", "fields"), NONE)
def test_no_reference(kind: str, fields: dict[str, object]) -> None:
    assert found(kind, fields) == []


def test_storage_class_leads_to_the_profile_of_its_name() -> None:
    assert found("StorageClass", {}) == [("metadata.name", LinkKind.STORAGE_PROFILE, "StorageProfile subject")]


def test_every_entry_of_a_list_refers() -> None:
    (vm,) = resources("""
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata: {name: web}
        spec:
          template:
            spec:
              volumes:
              - {name: a, dataVolume: {name: one}}
              - not a volume
              - {name: b, dataVolume: {name: two}}
    """)
    assert [(render(link.path), link.ref.name) for link in links(vm)] == [
        ("spec.template.spec.volumes[0].dataVolume.name", "one"),
        ("spec.template.spec.volumes[2].dataVolume.name", "two"),
    ]


@pytest.mark.parametrize("strange", ["[]", "{}", "7", "true", "null", "[[{}]]", "text"])
def test_strange_values_refer_to_nothing(strange: str) -> None:
    text = "{apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {name: web}, spec: %s}"
    for spec in (strange, "{template: %s}", "{template: {spec: {volumes: %s}}}", "{instancetype: %s}"):
        (vm,) = resources(text % (spec.replace("%s", strange)))
        assert list(links(vm)) == []
