"""What the deletion of objects of CDI does to the VMs and disks that use them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

import vmlint
from tests.impact.test_diff import VM
from vmlint.impact.model import ObjectChange

_SIZE = {"resources": {"requests": {"storage": "1Gi"}}}


def _object(kind: str, name: str, spec: dict[str, Any], namespace: str = "images") -> dict[str, Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": kind, "metadata": metadata, "spec": spec}


def _vm(volume: dict[str, Any], template: dict[str, Any] | None = None) -> dict[str, Any]:
    vm = copy.deepcopy(VM)
    vm["spec"]["template"]["spec"]["volumes"] = [{"name": "root", **volume}]
    if template is not None:
        vm["spec"]["dataVolumeTemplates"] = [{"metadata": {"name": "web-root"}, "spec": template}]
    return vm


_ROOT = {"dataVolume": {"name": "web-root"}}
_SOURCE = _object("DataSource", "debian", {"source": {"pvc": {"name": "debian", "namespace": "images"}}})
_IMAGE = {**_object("PersistentVolumeClaim", "debian", {"accessModes": ["ReadWriteOnce"], **_SIZE}), "apiVersion": "v1"}
_COPYING = _vm(_ROOT, {"sourceRef": {"kind": "DataSource", "name": "debian", "namespace": "images"}, "storage": _SIZE})
_CRON_SPEC = {
    "schedule": "0 0 * * *",
    "managedDataSource": "debian",
    "template": {
        "spec": {"source": {"registry": {"url": "docker://quay.io/containerdisks/debian:12"}}, "storage": _SIZE}
    },
}
_CRON = _object("DataImportCron", "debian", _CRON_SPEC)
_CLEANING = _object("DataImportCron", "debian", {**_CRON_SPEC, "retentionPolicy": "None"})
_DISK = _object("DataVolume", "data", {"source": {"blank": {}}, "storage": _SIZE}, "shop")
_COPY = _object(
    "DataVolume", "copy", {"source": {"pvc": {"name": "data", "namespace": "shop"}}, "storage": _SIZE}, "shop"
)
_FAST = {"source": {"blank": {}}, "storage": {**_SIZE, "storageClassName": "fast"}}
_PROFILE = _object("StorageProfile", "fast", {"cloneStrategy": "copy"}, "")
_CDI = _object("CDI", "cdi", {"uninstallStrategy": "BlockUninstallIfWorkloadsExist"}, "")


def _deleted(folder: Path, gone: dict[str, Any], *others: dict[str, Any]) -> ObjectChange:
    for name, objects in (("before", (gone, *others)), ("after", others)):
        (folder / name).mkdir()
        (folder / name / "all.yaml").write_text("---\n".join(map(yaml.safe_dump, objects)))
    (change,) = vmlint.diff([folder / "before"], [folder / "after"]).changes
    assert change.resource.name == gone["metadata"]["name"]
    return change


_RUNS = "a guest that runs keeps the claim until it stops, and can't start again"
_STAYS = "existing disks don't change, and CDI refuses new ones"
_WAITS = "existing copies don't change, and new ones never become ready"


@pytest.mark.parametrize(
    ("gone", "others", "group", "notes"),
    [
        (_SOURCE, [_IMAGE, _COPYING], "deleted", [f"VM `shop/web` uses it: {_STAYS}"]),
        (_SOURCE, [_CRON, _COPYING], "deleted", ["DataImportCron `images/debian` manages it, and creates it again"]),
        (
            _IMAGE,
            [_SOURCE, _COPYING],
            "data loss",
            [
                f"DataSource `images/debian` uses it: {_WAITS}",
                "VM `shop/web` copies it through DataSource `images/debian`",
            ],
        ),
        (
            _CRON,
            [_COPYING],
            "deleted",
            ["DataSource `images/debian` and the imported images stay, and are not updated any more"],
        ),
        (
            _CLEANING,
            [_COPYING],
            "deleted",
            [
                "`retentionPolicy: None` deletes DataSource `images/debian` and the imported images with it",
                f"VM `shop/web` copies the DataSource: {_STAYS}",
            ],
        ),
        (
            _DISK,
            [_vm({"persistentVolumeClaim": {"claimName": "data"}}), _COPY],
            "data loss",
            [f"VM `shop/web` uses it: {_RUNS}", f"DataVolume `shop/copy` uses it: {_WAITS}"],
        ),
        (
            _object("DataVolume", "web-root", _FAST, "shop"),
            [_vm(_ROOT, _FAST)],
            "data loss",
            ["VM `shop/web` creates it again from its template, without the data"],
        ),
        (
            _PROFILE,
            [_vm(_ROOT, _FAST)],
            "deleted",
            [
                "as long as storage class `fast` exists, CDI creates it again without its spec: new disks get the "
                "modes that CDI knows for the provisioner, and existing ones don't change",
                "VM `shop/web` names the storage class",
            ],
        ),
        (_CDI, [_vm(_ROOT, _FAST)], "refused", ["the files have VM `shop/web`"]),
        (
            _object("CDI", "cdi", {}, ""),
            [_vm(_ROOT, _FAST)],
            "deleted",
            ["without CDI no disk is imported, copied or uploaded; existing disks don't change"],
        ),
    ],
)
def test_users_are_named(
    gone: dict[str, Any], others: list[dict[str, Any]], group: str, notes: list[str], tmp_path: Path
) -> None:
    change = _deleted(tmp_path, gone, *others)
    assert (change.group, list(change.notes)) == (group, notes)
