"""What a reference leads to: found, missing, outside or unknown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.build import cluster, resources
from vmlint.graph.cluster import Cluster
from vmlint.graph.resolution import Resolution, State
from vmlint.model.kinds import KINDS, Kind
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource

VM = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web}
spec: {template: {spec: {}}}
"""
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: disk}
"""


def ref(kind: str, name: str, namespace: str = "shop") -> Ref:
    known = next(known for known in KINDS if known.name == kind)
    return Ref(known.group, kind, namespace if known.namespaced else "", name)


def resolve(world: Cluster, kind: str, name: str, namespace: str = "shop") -> Resolution:
    """What the first VM sees."""
    return world.resolve(ref(kind, name, namespace), world.of_kind("VirtualMachine")[0])


def test_found() -> None:
    world = cluster(VM, CLAIM)
    found = resolve(world, "PersistentVolumeClaim", "disk")
    assert (found.state, found.resource) == (State.FOUND, world.of_kind("PersistentVolumeClaim")[0])
    assert found.place == found.resource.named if found.resource else None
    assert not found.made


@pytest.mark.parametrize(("name", "namespace"), [("disc", "shop"), ("disk", "images"), ("Disk", "shop")])
def test_missing(name: str, namespace: str) -> None:
    found = resolve(cluster(VM, CLAIM), "PersistentVolumeClaim", name, namespace)
    assert found == Resolution(State.MISSING, ref("PersistentVolumeClaim", name, namespace))


def test_the_nearest_of_several_alternatives_is_meant() -> None:
    world = cluster(
        ("apps/shop/base/vm.yaml", VM), ("apps/shop/base/disk.yaml", CLAIM), ("apps/shop/test/disk.yaml", CLAIM)
    )
    found = resolve(world, "PersistentVolumeClaim", "disk").resource
    assert found is not None
    assert found.document.file == "apps/shop/base/disk.yaml"


@pytest.mark.parametrize(
    "files",
    [
        ("apps/one/disk.yaml", "apps/two/disk.yaml"),
        ("disks.yaml", "apps/shop/more/deep/disk.yaml"),
        ("apps/disks.yaml", "apps/disks.yaml"),
    ],
)
def test_equally_near_alternatives_are_undecided(files: Sequence[str]) -> None:
    world = cluster(("apps/shop/vm.yaml", VM), *((file, CLAIM) for file in files))
    found = resolve(world, "PersistentVolumeClaim", "disk")
    assert (found.state, found.resource) == (State.UNKNOWN, None)
    listed = ", ".join(sorted(set(files)))
    assert found.reason == f"several objects have this identity: {listed}"


def test_an_object_sees_itself_before_its_alternatives() -> None:
    world = cluster(("one.yaml", CLAIM), ("two.yaml", CLAIM))
    for claim in world.resources:
        assert world.resolve(claim.ref, claim).resource is claim


@pytest.mark.parametrize(
    ("maker", "kind", "name", "made_at"),
    [
        ("{apiVersion: cdi.kubevirt.io/v1beta1, kind: DataVolume, metadata: {name: disk}}",
         "PersistentVolumeClaim", "disk", ("metadata", "name")),
        ("{apiVersion: cdi.kubevirt.io/v1beta1, kind: DataImportCron, metadata: {name: nightly}, "
         "spec: {managedDataSource: fedora}}", "DataSource", "fedora", ("spec", "managedDataSource")),
        ("{apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {name: db}, "
         "spec: {dataVolumeTemplates: [{metadata: {name: db-root}}]}}",
         "DataVolume", "db-root", ("spec", "dataVolumeTemplates", 0)),
        ("{apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {name: db}, "
         "spec: {dataVolumeTemplates: [{metadata: {name: db-root}}]}}",
         "PersistentVolumeClaim", "db-root", ("spec", "dataVolumeTemplates", 0)),
        ("{apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {name: db}, "
         "spec: {volumeClaimTemplates: [{metadata: {name: root}}]}}",
         "PersistentVolumeClaim", "db-root", ("spec", "volumeClaimTemplates", 0)),
    ],
)  # fmt: skip
def test_what_a_controller_makes_is_found_at_its_maker(maker: str, kind: str, name: str, made_at: object) -> None:
    world = cluster(VM, maker)
    found = resolve(world, kind, name)
    assert (found.state, found.resource, found.made_at, found.made) == (
        State.FOUND,
        world.resources[-1],
        made_at,
        True,
    )


def test_an_object_in_the_files_goes_before_its_maker() -> None:
    volume = "{apiVersion: cdi.kubevirt.io/v1beta1, kind: DataVolume, metadata: {name: disk}}"
    found = resolve(cluster(VM, volume, CLAIM), "PersistentVolumeClaim", "disk")
    assert found.resource is not None
    assert found.resource.ref.kind == "PersistentVolumeClaim"


def test_a_pool_makes_nothing_of_a_known_name() -> None:
    pool = """
        {apiVersion: pool.kubevirt.io/v1beta1, kind: VirtualMachinePool, metadata: {name: workers},
         spec: {virtualMachineTemplate: {spec: {dataVolumeTemplates: [{metadata: {name: root}}]}}}}
    """
    assert resolve(cluster(VM, pool), "DataVolume", "root").state is State.MISSING


@pytest.mark.parametrize(
    ("pattern", "kind", "name", "namespace", "covered"),
    [
        ("DataSource golden-images/*", "DataSource", "fedora", "golden-images", True),
        ("DataSource golden-images/*", "DataSource", "fedora", "golden", False),
        ("DataSource golden-images/*", "PersistentVolumeClaim", "fedora", "golden-images", False),
        ("DataSource */fedora", "DataSource", "fedora", "anywhere", True),
        ("Data* shop/disk-?", "DataVolume", "disk-1", "shop", True),
        ("StorageClass fast", "StorageClass", "fast", "", True),
        ("StorageClass fast", "StorageClass", "slow", "", False),
    ],
)
def test_outside_by_the_users_word(pattern: str, kind: str, name: str, namespace: str, covered: bool) -> None:
    found = resolve(cluster(VM, outside=[pattern]), kind, name, namespace)
    assert (found.state, found.resource) == (State.OUTSIDE if covered else State.MISSING, None)


def test_the_repository_goes_before_the_users_word() -> None:
    found = resolve(cluster(VM, CLAIM, outside=["* *"]), "PersistentVolumeClaim", "disk")
    assert found.state is State.FOUND


def test_an_object_of_the_context_is_outside_with_its_content() -> None:
    world = Cluster([*resources(VM), *resources(CLAIM, "context/disk.yaml", linted=False)])
    found = resolve(world, "PersistentVolumeClaim", "disk")
    assert (found.state, found.resource, found.reason) == (State.OUTSIDE, world.resources[1], "from the context")


class OneType:
    """A catalog with one object, and a note of what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Ref] = []
        (self.object,) = resources(
            "{apiVersion: instancetype.kubevirt.io/v1beta1, kind: VirtualMachineClusterInstancetype, "
            "metadata: {name: u1.medium}}",
            "common-instancetypes v1.7.0",
            linted=False,
        )

    def find(self, ref: Ref) -> Resource | None:
        self.asked.append(ref)
        return self.object if ref == self.object.ref else None

    def names(self, kind: Kind) -> Sequence[str]:
        return [self.object.name] if kind == self.object.kind else []


def test_a_catalog_is_asked_for_what_the_files_do_not_hold() -> None:
    catalog = OneType()
    world = Cluster([*resources(VM), *resources(CLAIM)], catalogs=[catalog])
    resolve(world, "PersistentVolumeClaim", "disk")
    assert catalog.asked == []
    found = resolve(world, "VirtualMachineClusterInstancetype", "u1.medium")
    assert (found.state, found.resource) == (State.OUTSIDE, catalog.object)
    assert found.reason == "from common-instancetypes v1.7.0"
    assert resolve(world, "VirtualMachineClusterInstancetype", "u1.huge").state is State.MISSING


def test_no_object_lives_in_an_empty_namespace() -> None:
    found = resolve(cluster(VM, CLAIM, outside=["* *"]), "PersistentVolumeClaim", "disk", "")
    assert (found.state, found.nowhere) == (State.MISSING, True)


def test_an_empty_name_names_nothing() -> None:
    found = resolve(cluster(VM, CLAIM, outside=["* *"]), "PersistentVolumeClaim", "")
    assert (found.state, found.nowhere) == (State.MISSING, True)


@pytest.mark.parametrize(
    ("name", "namespace"), [("${APP}-disk", "shop"), ("disk", "${NS}"), ("{{ app }}", "shop"), ("disk", "{{ ns }}")]
)
def test_a_name_with_a_variable_is_unknown(name: str, namespace: str) -> None:
    found = resolve(cluster(VM, CLAIM), "PersistentVolumeClaim", name, namespace)
    assert (found.state, found.resource) == (State.UNKNOWN, None)


@pytest.mark.parametrize(
    ("name", "state"),
    [("web-disk", State.UNKNOWN), ("-disk", State.UNKNOWN), ("web-dish", State.MISSING), ("disk", State.MISSING)],
)
def test_an_object_whose_name_holds_a_variable_may_be_the_missing_one(name: str, state: State) -> None:
    claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: '${APP}-disk'}}"
    assert resolve(cluster(VM, ("apps/disk.yaml", claim)), "PersistentVolumeClaim", name).state is state
    assert resolve(cluster(VM, ("apps/disk.yaml", claim)), "DataVolume", name).state is State.MISSING
    assert resolve(cluster(VM, ("apps/disk.yaml", claim)), "PersistentVolumeClaim", name, "db").state is State.MISSING


def test_what_a_variable_name_makes_may_be_the_missing_one() -> None:
    volume = "{apiVersion: cdi.kubevirt.io/v1beta1, kind: DataVolume, metadata: {name: '${APP}', namespace: '${NS}'}}"
    found = resolve(cluster(VM, ("apps/disk.yaml", volume)), "PersistentVolumeClaim", "disk")
    assert found.state is State.UNKNOWN
    assert found.reason == "`${NS}/${APP}` in apps/disk.yaml may be this object, once its variable has a value"


def test_a_patch_is_no_object_and_says_that_there_is_one() -> None:
    world = Cluster([*resources(VM), *resources(CLAIM, "patches/disk.yaml", fragment=True)])
    found = resolve(world, "PersistentVolumeClaim", "disk")
    assert (found.state, found.resource) == (State.UNKNOWN, None)
    assert found.reason == "only a patch of it is in the files: patches/disk.yaml"
    assert list(world.of_kind("PersistentVolumeClaim")) == []


def test_a_whole_object_goes_before_its_patch() -> None:
    world = Cluster([*resources(VM), *resources(CLAIM, fragment=True), *resources(CLAIM)])
    assert resolve(world, "PersistentVolumeClaim", "disk").resource is world.resources[2]


def test_of_many_names_with_variables_any_may_be_it() -> None:
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: '{}', namespace: shop}}\n"
    names = [*(f"${{X}}-{number}" for number in range(600)), *(f"a-${{X}}-{number}" for number in range(600))]
    held = cluster(*(claim.format(name) for name in names))
    found = {
        name: held.resolve(Ref("", "PersistentVolumeClaim", "shop", name), held.resources[0]).reason
        for name in ("b-7", "b-x", "a-b-7", "a-x")
    }
    many = "one of 1,200 names with variables may be this object, once they have values"
    said = "`shop/${X}-7` in all.yaml may be this object, once its variable has a value"
    assert found == {"b-7": said, "b-x": "", "a-b-7": many, "a-x": many}
