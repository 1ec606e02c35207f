"""`vmlint create-pvc`: what it prints is whole, and passes the rules; what it can't know it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import vmlint
from vmlint.cli import main
from vmlint.source.decode import decode_text

CLUSTER = """\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: ceph, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: rook-ceph.rbd.csi.ceph.com
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: odd}
provisioner: example.com/own
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: StorageProfile
metadata: {name: local}
spec: {claimPropertySets: [{accessModes: [ReadWriteOnce], volumeMode: Filesystem}]}
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: VolumeCloneSource
metadata: {name: fedora}
spec: {source: {kind: PersistentVolumeClaim, name: disk}}
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: VolumeImportSource
metadata: {name: web}
spec: {source: {http: {url: "https://example.com/disk.img"}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: disk}
spec: {accessModes: [ReadWriteMany], volumeMode: Block, resources: {requests: {storage: 7Gi}}}
"""
CLONE = ("--data-source-ref-kind", "VolumeCloneSource", "--data-source-ref-name", "fedora")


@pytest.fixture(autouse=True)
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    Path("cluster.yaml").write_text(CLUSTER)


Said = tuple[int, str, str]


def create(capsys: pytest.CaptureFixture[str], *words: str, files: bool = True) -> Said:
    code = main(["create-pvc", *words, *(("--from", "cluster.yaml") if files else ())])
    return code, *capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "metadata", "spec"),
    [
        (
            ("--name", "data", "--size", "1Gi"),
            {"name": "data"},
            {"storageClassName": "ceph", "accessModes": ["ReadWriteMany"], "volumeMode": "Block", "size": "1Gi"},
        ),
        (
            ("--generate-name", "data-", "--size", "1Gi", "--storage-class", "local", "--namespace", "shop"),
            {"generateName": "data-", "namespace": "shop"},
            {"storageClassName": "local", "accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem", "size": "1Gi"},
        ),
        (
            ("--name", "copy", *CLONE),
            {"name": "copy"},
            {
                "storageClassName": "ceph",
                "accessModes": ["ReadWriteMany"],
                "volumeMode": "Block",
                "size": "7Gi",
                "dataSourceRef": {"apiGroup": "cdi.kubevirt.io", "kind": "VolumeCloneSource", "name": "fedora"},
            },
        ),
    ],
)
def test_the_claim_is_whole_and_passes(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], metadata: dict[str, str], spec: dict[str, Any]
) -> None:
    code, out, err = create(capsys, *words)
    assert (code, err) == (0, "")
    (document,) = decode_text(out, "out.yaml").documents
    size = spec.pop("size")
    assert document.data == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata,
        "spec": spec | {"resources": {"requests": {"storage": size}}},
    }
    Path("made.yaml").write_text(out)
    assert vmlint.check(["."]).findings == ()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--size", "1Gi", "--storage-class", "none"),
            "the access modes are not known: storage class `none` is not in the files",
        ),
        (("--size", "1Gi", "--storage-class", "odd"), "the modes of storage class `odd` are not known: fill"),
        ((), "the size is missing: add `--size`"),
        (("--size", "3Gi", *CLONE), "claim `data` requests `3Gi`, less than the `7Gi` of claim `default/disk`"),
        ((*CLONE[:-1], "none"), "the size comes from the source, which is not in the files: add `--size`"),
        (("--size", "1Gi", "--name", "disk"), "the files contain a claim `default/disk` already"),
        (("--size", "1Gi", "--name", "Data"), "claim `Data` has a name that is not a valid DNS name."),
        (("--size", "1Ki", "--name", "x_y"), "claim `x_y` has a name that is not a valid DNS name."),
    ],
)
def test_what_is_missing_is_said(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str) -> None:
    code, out, err = create(capsys, "--name", "data", *words)
    assert (code, out) == (1, "")
    assert err.startswith(f"vmlint create-pvc: {said}")


def test_without_files_no_class_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = create(capsys, "--name", "data", "--size", "1Gi", files=False)
    assert (code, out) == (1, "")
    assert "add the default StorageClass with `--from`" in err


def test_a_source_outside_the_files_is_reported_and_no_hindrance(capsys: pytest.CaptureFixture[str]) -> None:
    reference = ("--data-source-ref-kind", "VolumeImportSource", "--data-source-ref-name", "elsewhere")
    code, out, err = create(capsys, "--name", "data", "--size", "1Gi", *reference)
    assert (code, "name: elsewhere" in out) == (0, True)
    assert "VolumeImportSource `default/elsewhere`" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--size", "1Gi"), "one of the arguments --name --generate-name is required"),
        (("--name", "a", "--generate-name", "b"), "`--generate-name` and `--name` exclude each other"),
        (("--name", "a", "--size", "large"), "`--size`: `large` is not a valid size, such as `10Gi`"),
        (("--name", "a", "--size", "0"), "`--size` must be above zero"),
        (("--name", "a", "--data-source-ref-kind", "VolumeImportSource"), "`--data-source-ref-kind` and "),
        (("--name", "a", "--data-source-ref-kind", "Own", "--data-source-ref-name", "x"), "the API group of `Own` is"),
    ],
)
def test_usage(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str) -> None:
    code, out, err = create(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"vmlint create-pvc: {said}")


def test_a_path_without_manifests(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    assert create(capsys, "--name", "a", "--from", "empty", files=False)[0] == 3
