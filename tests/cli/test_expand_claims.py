"""`vmlint expand` on disks: the claims that DataVolumes and templates become."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import vmlint
from vmlint.source.decode import decode_text

from .conftest import Run

CLASS = """\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast, annotations: {storageclass.kubevirt.io/is-default-virt-class: "true"}}
provisioner: rook-ceph.rbd.csi.ceph.com
---
"""
DATA_VOLUME = """\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataVolume
metadata: {name: data, namespace: shop}
spec: {source: {blank: {}}, storage: {resources: {requests: {storage: 1Gi}}}}
---
"""
VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  runStrategy: Always
  dataVolumeTemplates:
  - metadata: {name: web-root}
    spec: {source: {blank: {}}, storage: {volumeMode: Filesystem, resources: {requests: {storage: 1Gi}}}}
  volumeClaimTemplates:
  - metadata: {name: more}
    spec: {resources: {requests: {storage: 2Gi}}}
  template:
    spec:
      domain: {memory: {guest: 1Gi}, devices: {}}
      volumes:
      - {name: root, dataVolume: {name: web-root}}
      - {name: more, persistentVolumeClaim: {claimName: more}}
---
"""


def read(text: str) -> list[Any]:
    return [document.data for document in decode_text(text, "out.yaml").documents]


def test_the_claims_stand_behind_the_vms(run: Run) -> None:
    Path("a.yaml").write_text(CLASS + DATA_VOLUME + VM)
    code, out, err = run("expand")
    assert (code, err) == (0, "")
    machine, *claims = read(out)
    assert machine["kind"] == "VirtualMachine"
    assert claims == [
        claim("data", ["ReadWriteMany"], "Block", "1073741824"),
        claim("web-root", ["ReadWriteOnce"], "Filesystem", "1138166334"),
        claim("web-more", ["ReadWriteMany"], "Block", "2Gi"),
    ]
    assert json.loads(run("expand", "--format", "json")[1]) == [machine, *claims]


def claim(name: str, modes: list[str], volume_mode: str, size: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "accessModes": modes,
            "resources": {"requests": {"storage": size}},
            "storageClassName": "fast",
            "volumeMode": volume_mode,
        },
    }


def test_one_vm_with_its_claims(run: Run) -> None:
    Path("a.yaml").write_text(CLASS + DATA_VOLUME + VM)
    out = run("expand", "--vm", "web")[1]
    assert [one["metadata"]["name"] for one in read(out)] == ["web", "web-root", "web-more"]


def test_who_fills_a_claim_in(run: Run) -> None:
    Path("a.yaml").write_text(CLASS + DATA_VOLUME)
    (found,) = json.loads(run("expand", "--explain", "--format", "json")[1])
    assert found["resource"]["kind"] == "PersistentVolumeClaim"
    assert found["line"] == 6
    said = {field: giver for field, giver in found["origin"].items() if field.startswith("spec")}
    assert said == {
        "spec.accessModes[0]": "storage profile fast",
        "spec.volumeMode": "storage profile fast",
        "spec.storageClassName": "default storage class",
        "spec.resources.requests.storage": "CDI",
    }


def test_a_claim_that_the_files_leave_open_is_reported_and_is_no_failure(run: Run) -> None:
    Path("a.yaml").write_text(DATA_VOLUME)
    code, out, err = run("expand")
    assert (code, out) == (0, "")
    assert err.startswith("a.yaml:1: PersistentVolumeClaim shop/data is not expanded (undecided): DataVolume `data`: ")


def test_a_claim_that_is_never_made_is_a_failure(run: Run) -> None:
    Path("a.yaml").write_text(CLASS.replace("rook-ceph.rbd.csi.ceph.com", "example.com/own") + DATA_VOLUME)
    code, out, err = run("expand")
    assert (code, out) == (1, "")
    assert "(missing): DataVolume `data`: no accessMode specified in StorageProfile fast.\n" in err


def test_a_data_volume_that_is_refused_has_no_claim(run: Run) -> None:
    Path("a.yaml").write_text(CLASS + DATA_VOLUME.replace("1Gi", "1Ki"))
    code, _, err = run("expand")
    assert (code, "(refused): DataVolume `data`: the cluster refuses it: " in err) == (1, True)


def test_the_data_of_a_data_volume_is_its_claims_spec(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(CLASS + DATA_VOLUME)
    (found,) = vmlint.expand([tmp_path])
    assert (found.resource.kind, found.problem) == ("DataVolume", None)
    assert found.data == claim("data", ["ReadWriteMany"], "Block", "1073741824")["spec"]
