"""The golden images of platforms: found outside, with the defaults that are known."""

from __future__ import annotations

from pathlib import Path

import pytest

import vmlint
from vmlint.catalog.images import IMAGES, catalog_of
from vmlint.catalog.instancetypes import catalog, versions

VM = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  runStrategy: Always
  instancetype: {inferFromVolume: root}
  preference: {inferFromVolume: root}
  dataVolumeTemplates:
  - metadata: {name: web-root}
    spec:
      sourceRef: {kind: DataSource, name: IMAGE, namespace: openshift-virtualization-os-images}
      storage: {accessModes: [ReadWriteMany], volumeMode: Block, resources: {requests: {storage: 30Gi}}}
  template:
    spec:
      domain: {devices: {disks: [{name: root, disk: {bus: virtio}}]}}
      volumes: [{name: root, dataVolume: {name: web-root}}]
"""


@pytest.mark.parametrize("image", [image for held in IMAGES.values() for image in held.images if image.instancetype])
def test_the_defaults_are_known_objects(image: object) -> None:
    known = catalog(versions()[-1])
    assert image.instancetype in known.names("VirtualMachineClusterInstancetype")  # type: ignore[attr-defined]
    old = catalog("1.0.0")  # preferences of systems that are no longer maintained are gone since
    names = {*known.names("VirtualMachineClusterPreference"), *old.names("VirtualMachineClusterPreference")}
    assert image.preference in names  # type: ignore[attr-defined]


def test_an_image_is_found_and_inferred_from(tmp_path: Path) -> None:
    (tmp_path / "vm.yaml").write_text(VM.replace("IMAGE", "rhel9"), "utf-8")
    report = vmlint.check([tmp_path], catalogs=["openshift-virtualization"])
    assert (report.findings, report.undecided) == ((), ())
    (vm, *_) = vmlint.expand([tmp_path], catalogs=["openshift-virtualization"])
    assert vm.data["spec"]["template"]["spec"]["domain"]["memory"] == {"guest": "4Gi"}


def test_what_an_image_defaults_to_may_be_unknown(tmp_path: Path) -> None:
    (tmp_path / "vm.yaml").write_text(VM.replace("IMAGE", "win11"), "utf-8")
    report = vmlint.check([tmp_path], catalogs=["openshift-virtualization"])
    assert (report.findings, len(report.undecided)) == ((), 2)


def test_without_the_catalog_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "vm.yaml").write_text(VM.replace("IMAGE", "rhel9"), "utf-8")
    report = vmlint.check([tmp_path])
    assert report.findings == ()
    assert all("catalogs: [openshift-virtualization]" in one.reason for one in report.undecided)
    assert len(report.undecided) == 2
    images = "openshift-virtualization-os-images"
    (missing,) = vmlint.check([tmp_path], closed_world=[images], select=["inference"]).findings[:1]
    assert missing.slug == "infer-broken-hop"


def test_the_namespace_of_a_catalog_exists_in_a_closed_world(tmp_path: Path) -> None:
    (tmp_path / "vm.yaml").write_text(VM.replace("IMAGE", "rhel9"), "utf-8")
    report = vmlint.check([tmp_path], catalogs=["openshift-virtualization"], closed_world=True)
    assert "error" not in {one.level for one in report.findings}
    (tmp_path / "vm.yaml").write_text(VM.replace("IMAGE", "beos"), "utf-8")
    report = vmlint.check([tmp_path], catalogs=["openshift-virtualization"], closed_world=True)
    assert {one.slug for one in report.findings} >= {"infer-broken-hop"}


def test_other_images_are_in_no_catalog() -> None:
    assert catalog_of("openshift-virtualization-os-images", "rhel9") == "openshift-virtualization"
    assert catalog_of("openshift-virtualization-os-images", "beos") == catalog_of("golden", "rhel9") == ""
