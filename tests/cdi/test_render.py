"""Claims as CDI renders them; sizes in bytes were counted by hand where they are no round number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from vmlint.cdi.render import Failure, FailureReason, Rendered, render, render_claim
from vmlint.cdi.storageclass import DEFAULT, VIRT_DEFAULT
from vmlint.cdi.storageworld import Gap, Overhead, Reason, StorageWorld, Undecided
from vmlint.world.storage_phrases import failure_message

from .strategies import JSON

ELSEWHERE = Reason(Gap.OBJECT_OUTSIDE, ("", "elsewhere"))
GIB_WITH_OVERHEAD = "1138166334"  # ceil(2**30 * 1.06)


def storage_class(name: str, provisioner: str, *marks: str, **parameters: str) -> dict[str, Any]:
    metadata = {"name": name, "annotations": dict.fromkeys(marks, "true")}
    return {"metadata": metadata, "provisioner": provisioner, "parameters": parameters}


CEPH = storage_class("ceph", "rook-ceph.rbd.csi.ceph.com", VIRT_DEFAULT)
NFS = storage_class("nfs", "nfs.csi.k8s.io", DEFAULT)
ODD = storage_class("odd", "unknown.example.com")
WORLD = StorageWorld([CEPH, NFS, ODD], closed=True)


def volume(size: Any = "1Gi", source: Any = None, **storage: Any) -> dict[str, Any]:
    if size is not None:
        storage["resources"] = {"requests": {"storage": size}}
    return {"spec": {"source": source or {"blank": {}}, "storage": storage}}


def shown(data: dict[str, Any], world: StorageWorld = WORLD) -> tuple[Any, ...]:
    """Access modes, volume mode, class and size of a claim that is decided."""
    claim = render(data, "ns", world)
    assert isinstance(claim, Rendered)
    assert claim.undecided == ()
    spec = claim.spec
    return (
        spec.get("accessModes"),
        spec.get("volumeMode"),
        spec.get("storageClassName"),
        spec["resources"]["requests"]["storage"],
    )


@pytest.mark.parametrize(
    ("storage", "expected"),
    [
        ({}, (["ReadWriteMany"], "Block", "ceph", "1073741824")),
        ({"volumeMode": ""}, (["ReadWriteMany"], "Block", "ceph", "1073741824")),
        ({"accessModes": []}, (["ReadWriteMany"], "Block", "ceph", "1073741824")),
        ({"storageClassName": "nfs"}, (["ReadWriteMany"], "Filesystem", "nfs", GIB_WITH_OVERHEAD)),
        ({"volumeMode": "Filesystem"}, (["ReadWriteOnce"], "Filesystem", "ceph", GIB_WITH_OVERHEAD)),
        ({"accessModes": ["ReadWriteOnce"]}, (["ReadWriteOnce"], "Block", "ceph", "1073741824")),
        ({"accessModes": ["ReadOnlyMany"]}, (["ReadOnlyMany"], None, "ceph", GIB_WITH_OVERHEAD)),
        (
            {"accessModes": ["ReadOnlyMany", "ReadWriteOnce"], "volumeMode": "Filesystem", "storageClassName": "odd"},
            (["ReadOnlyMany", "ReadWriteOnce"], "Filesystem", "odd", GIB_WITH_OVERHEAD),
        ),
        (
            {"accessModes": ["ReadWriteOnce"], "storageClassName": "gone"},
            (["ReadWriteOnce"], None, "gone", GIB_WITH_OVERHEAD),
        ),
        # No overhead without a class.
        ({"accessModes": ["ReadWriteOnce"], "storageClassName": ""}, (["ReadWriteOnce"], None, "", "1073741824")),
    ],
)
def test_modes_and_class(storage: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert shown(volume(**storage)) == expected


def test_an_archive_is_a_filesystem_on_the_general_default() -> None:
    data = volume()
    data["spec"]["contentType"] = "archive"
    assert shown(data) == (["ReadWriteMany"], "Filesystem", "nfs", GIB_WITH_OVERHEAD)
    data["spec"]["storage"]["volumeMode"] = "Block"
    failure = render(data, "ns", WORLD)
    assert isinstance(failure, Failure)
    assert (failure.why, failure.path[-1]) == (FailureReason.ARCHIVE_BLOCK, "volumeMode")


@pytest.mark.parametrize(
    ("data", "why", "message"),
    [
        (volume(storageClassName="odd"), FailureReason.NO_MODES, "no accessMode specified in StorageProfile odd"),
        (
            volume(storageClassName="nfs", volumeMode="Block"),
            FailureReason.NO_MATCHING_MODES,
            "no matching accessMode specified in StorageProfile nfs",
        ),
        (
            volume(storageClassName="gone"),
            FailureReason.NO_CLASS,
            "PVC spec is missing accessMode and no storageClass to choose profile",
        ),
        (volume(None), FailureReason.NO_SIZE, "PVC Spec is not valid - missing storage size"),
        (volume("1023Ki"), FailureReason.TOO_SMALL, "PVC Spec is not valid - storage size should be at least 1MiB"),
        ({"spec": {}}, FailureReason.NO_STORAGE, "datavolume one of {pvc, storage} field is required"),
    ],
)
def test_no_claim_is_made(data: dict[str, Any], why: FailureReason, message: str) -> None:
    failure = render(data, "ns", WORLD)
    assert isinstance(failure, Failure)
    assert (failure.why, failure_message(failure)) == (why, message)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("500Mi", "555745280"),
        ("2G", "2120723989"),  # 1908 MiB * 1.06
        (1048576, "1111491"),
        ("1.5Mi", "2222982"),  # 2 MiB * 1.06, rounded up
    ],
)
def test_the_overhead_is_taken_of_whole_mebibytes(size: Any, expected: str) -> None:
    assert shown(volume(size, storageClassName="nfs"))[3] == expected


def test_a_configured_overhead() -> None:
    cdi = {"spec": {"config": {"filesystemOverhead": {"global": "0.1", "storageClass": {"nfs": "0.5"}}}}}
    config = {"status": {"filesystemOverhead": {"global": "0"}}}
    by_cdi, by_status = WORLD._replace(overhead=Overhead.of(cdi)), WORLD._replace(overhead=Overhead.of(cdi, config))
    assert shown(volume("100Mi", storageClassName="nfs"), by_cdi)[3] == "157286400"
    # One byte more than a tenth: CDI counts in floating point, and so does this.
    assert shown(volume("100Mi", volumeMode="Filesystem"), by_cdi)[3] == "115343361"
    assert shown(volume("100Mi", storageClassName="nfs"), by_status)[3] == "104857600"
    # A class that does not exist is counted as the default class.
    lost = volume("100Mi", storageClassName="gone", accessModes=["ReadWriteOnce"])
    assert shown(lost, by_cdi)[3] == "157286400"


@pytest.mark.parametrize("share", ["6", 0.06, "0.0612", "", None, "six"])
def test_an_overhead_that_is_none_counts_not(share: Any) -> None:
    assert Overhead.of({"spec": {"config": {"filesystemOverhead": {"global": share}}}}) == Overhead()


def test_sizes_are_raised_to_the_least_of_the_provisioner() -> None:
    world = StorageWorld([storage_class("io1", "ebs.csi.aws.com", DEFAULT, type="io1")], closed=True)
    assert shown(volume("1Gi"), world) == (["ReadWriteOnce"], "Block", "io1", "4Gi")
    assert shown(volume("5Gi"), world)[3] == "5368709120"


def test_a_claim_template_is_taken_as_it_is() -> None:
    pvc = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1.5Gi"}}}
    assert render({"spec": {"pvc": pvc}}, "ns", WORLD) == Rendered(pvc)


def test_other_fields_of_the_storage_are_kept() -> None:
    data = volume(selector={"matchLabels": {"a": "b"}}, volumeName="pv", unknown="x", dataSource=None)
    data["spec"]["storage"]["resources"]["limits"] = {"storage": "2Gi"}
    claim = render(data, "ns", WORLD)
    assert isinstance(claim, Rendered)
    assert claim.spec == {
        "accessModes": ["ReadWriteMany"],
        "volumeMode": "Block",
        "storageClassName": "ceph",
        "selector": {"matchLabels": {"a": "b"}},
        "volumeName": "pv",
        "resources": {"requests": {"storage": "1073741824"}, "limits": {"storage": "2Gi"}},
    }
    assert data["spec"]["storage"]["resources"]["requests"]["storage"] == "1Gi"


@pytest.mark.parametrize("field", ["dataSource", "dataSourceRef"])
@pytest.mark.parametrize(("group", "size"), [("snapshot.storage.k8s.io", "1Gi"), ("example.com", "1138166334")])
def test_a_claim_from_a_snapshot_keeps_its_size(field: str, group: str, size: str) -> None:
    source = {"apiGroup": group, "kind": "VolumeSnapshot", "name": "s"}
    spec = {"storageClassName": "ceph", "resources": {"requests": {"storage": "1Gi"}}, field: source}
    claim = render_claim({"spec": spec}, "ns", WORLD)
    assert isinstance(claim, Rendered)
    assert claim.spec["resources"]["requests"]["storage"] == size


def persistent_volume(class_name: str, size: str, *modes: str, **more: Any) -> dict[str, Any]:
    spec = {"storageClassName": class_name, "capacity": {"storage": size}, "accessModes": list(modes)}
    return {"metadata": {"name": "pv"}, "spec": spec | more.pop("spec", {}), **more}


@pytest.mark.parametrize(
    ("pv", "storage", "expected"),
    [
        (persistent_volume("local", "2Gi", "ReadWriteOnce"), {}, (["ReadWriteOnce"], None)),
        (
            persistent_volume("local", "1Gi", "ReadWriteOnce", status={"phase": "Available"}),
            {},
            (["ReadWriteOnce"], None),
        ),
        (persistent_volume("local", "2Gi", "ReadWriteOnce", status={"phase": "Bound"}), {}, None),
        (persistent_volume("local", "2Gi", "ReadWriteOnce", spec={"claimRef": {"name": "x"}}), {}, None),
        (persistent_volume("other", "2Gi", "ReadWriteOnce"), {}, None),
        (persistent_volume("local", "500Mi", "ReadWriteOnce"), {}, None),
        (persistent_volume("local", "2Gi", "ReadWriteOnce", spec={"volumeMode": "Block"}), {}, None),
        (
            persistent_volume("local", "2Gi", "ReadWriteOnce", spec={"volumeMode": "Block"}),
            {"volumeMode": "Block"},
            (["ReadWriteOnce"], "Block"),
        ),
    ],
)
def test_without_a_class_an_available_volume_lends_its_modes(
    pv: dict[str, Any], storage: dict[str, Any], expected: tuple[Any, ...] | None
) -> None:
    claim = render(volume(storageClassName="local", **storage), "ns", StorageWorld([], {}, [pv], closed=True))
    if expected is None:
        assert isinstance(claim, Failure)
    else:
        assert isinstance(claim, Rendered)
        assert (claim.spec["accessModes"], claim.spec.get("volumeMode")) == expected


def lookup(found: dict[str, Any] | None) -> Any:
    return lambda namespace, name: found if (namespace, name) == ("images", "golden") else None


COPY = {"pvc": {"namespace": "images", "name": "golden"}}
BLOCK_SOURCE = {"spec": {"volumeMode": "Block"}, "status": {"capacity": {"storage": "3Gi"}}}


def test_a_copy_without_a_size_takes_that_of_its_source() -> None:
    world = WORLD._replace(claim=lookup(BLOCK_SOURCE))
    assert shown(volume(None, COPY), world)[3] == "3221225472"
    assert shown(volume(None, COPY, volumeMode="Filesystem"), world)[3] == "3414499001"  # ceil(3 GiB * 1.06)
    snapshots = WORLD._replace(snapshot=lookup({"status": {"restoreSize": "2Gi"}}))
    assert shown(volume(None, {"snapshot": COPY["pvc"]}), snapshots)[3] == "2Gi"


def test_a_copy_over_a_data_source() -> None:
    data = volume(None)
    data["spec"] |= {"source": None, "sourceRef": {"kind": "DataSource", "name": "fedora"}}
    through = {"spec": {"source": COPY}}
    world = WORLD._replace(claim=lookup(BLOCK_SOURCE), data_source=lambda namespace, name: through)
    assert shown(data, world)[3] == "3221225472"


IMAGE = {"cdi.kubevirt.io/storage.contentType": "kubevirt"}


@pytest.mark.parametrize(
    "source",
    [
        None,
        {"spec": {}},
        {"spec": {}, "metadata": {"annotations": IMAGE}, "status": {"capacity": {"storage": "3Gi"}}},
    ],
)
def test_a_size_that_only_the_cluster_knows(source: dict[str, Any] | None) -> None:
    claim = render(volume(None, COPY), "ns", WORLD._replace(claim=lookup(source)))
    assert isinstance(claim, Rendered)
    assert [open_field.field for open_field in claim.undecided] == ["resources.requests.storage"]
    assert claim.spec["resources"] == {"requests": {"storage": "0"}}
    assert claim.spec["volumeMode"] == "Block"


def open_fields(data: dict[str, Any], world: StorageWorld) -> set[str]:
    claim = render(data, "ns", world)
    assert isinstance(claim, Rendered)
    return {open_field.field for open_field in claim.undecided}


SIZE = "resources.requests.storage"


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (volume(), {"accessModes", "volumeMode", "storageClassName", SIZE}),
        (volume(storageClassName="gone"), {"accessModes", "volumeMode", SIZE}),
        (volume(storageClassName="${CLASS}", volumeMode="Block"), {"accessModes", SIZE}),
        (volume("${SIZE}", storageClassName="ceph"), {SIZE}),
        (volume("9999Ei9", storageClassName="ceph"), {SIZE}),
        (volume("1e400", storageClassName="ceph"), {SIZE}),
        (volume(storageClassName="ceph", volumeMode="${MODE}"), {"accessModes", SIZE}),
        (volume(storageClassName="ceph", accessModes=["${MODE}"]), {"volumeMode", SIZE}),
    ],
)
def test_an_open_world_leaves_open_what_it_does_not_tell(data: dict[str, Any], fields: set[str]) -> None:
    world = StorageWorld([storage_class("ceph", "rbd.csi.ceph.com")])
    assert open_fields(data, world) == fields


def test_two_defaults_of_unknown_age() -> None:
    first, second = storage_class("a", "nfs.csi.k8s.io", DEFAULT), storage_class("b", "unknown.example.com", DEFAULT)
    world = StorageWorld([first, second], closed=True)
    assert open_fields(volume(), world) == {"storageClassName"}
    broken = StorageWorld([second, storage_class("c", "nfs.csi.k8s.io", DEFAULT)], closed=True)
    assert "accessModes" in open_fields(volume(), broken)


def test_a_lookup_that_has_no_answer() -> None:
    world = WORLD._replace(claim=lambda namespace, name: Undecided("", ELSEWHERE))
    claim = render(volume(None, COPY), "ns", world)
    assert isinstance(claim, Rendered)
    assert claim.undecided == (Undecided(SIZE, ELSEWHERE),)


@given(JSON, JSON, JSON)
def test_strange_manifests_do_no_harm(data: Any, one_class: Any, pv: Any) -> None:
    classes = [one for one in (one_class, CEPH) if isinstance(one, dict)]
    volumes = [one for one in (pv,) if isinstance(one, dict)]
    for spec in (data, {"storage": data}, {"storage": {"resources": {"requests": {"storage": data}}}, "source": data}):
        for closed in (True, False):
            answer = render({"spec": spec}, "ns", StorageWorld(classes, {}, volumes, closed=closed))
            assert isinstance(answer, Rendered | Failure)
