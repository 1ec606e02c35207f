"""The disks of the files: what writes a claim, who is on it, and what it is rendered to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.build import cluster
from vmlint.cdi.datasource import End, Target
from vmlint.cdi.render import Failure, FailureReason, Rendered
from vmlint.cdi.storageworld import Gap, Reason, Undecided
from vmlint.graph.resolution import Resolution, State
from vmlint.kubevirt.releases import Release
from vmlint.model.access import text
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.rule import Effect
from vmlint.world import World
from vmlint.world.disks import Disk, Written
from vmlint.world.settings import Settings

CLASSES = """
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: ceph, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: rook-ceph.rbd.csi.ceph.com
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: nfs}
provisioner: nfs.csi.k8s.io
"""
SIZE = "resources: {requests: {storage: 1Gi}}"


def world(text: str, *, closed: bool = True, release: Release | None = None, classes: str = CLASSES) -> World:
    return World(cluster(text + classes), Settings(closed, release))


def subject(found: World, kind: str) -> Any:
    (one,) = found.cluster.of_kind(kind)
    return one


def vm(templates: str = "[]", volumes: str = "[]", rest: str = "", claims: str = "[]", name: str = "name: web") -> str:
    return f"""
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{{name}}}
spec:
  {rest}
  dataVolumeTemplates: {templates}
  volumeClaimTemplates: {claims}
  template: {{spec: {{volumes: {volumes}}}}}
"""


def claim(name: str, spec: str, metadata: str = "") -> str:
    return f"\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {name}, {metadata}}}\nspec: {spec}\n"


def data_volume(name: str, spec: str = "{}", metadata: str = "") -> str:
    head = f"\n---\napiVersion: cdi.kubevirt.io/v1beta1\nkind: DataVolume\nmetadata: {{name: {name}, {metadata}}}\n"
    return f"{head}spec: {spec}\n"


def spec_of(found: World, kind: str = "VirtualMachine", position: int = 0) -> dict[str, Any]:
    outcome = found.storage.render(list(found.storage.disks(subject(found, kind)))[position])
    assert isinstance(outcome, Rendered)
    assert outcome.undecided == ()
    return outcome.spec


# What writes a claim


def test_the_names_of_claims() -> None:
    found = world(vm("[{metadata: {name: root}}]", claims="[{metadata: {name: more}}]") + data_volume("data"))
    disks = [disk for resource in found.cluster.resources for disk in found.storage.disks(resource)]
    assert [(str(disk), disk.ref and disk.ref.name) for disk in disks] == [
        ("DataVolume template `root`", "root"),
        ("volume claim template `more`", "web-more"),
        ("DataVolume `data`", "data"),
    ]


def test_nobody_knows_the_claim_of_a_generated_name() -> None:
    found = world(vm("[{metadata: {name: root}}]", claims="[{metadata: {name: more}}]", name="generateName: web-"))
    root, more = found.storage.disks(subject(found, "VirtualMachine"))
    assert (root.ref, more.ref) == (Ref("", "PersistentVolumeClaim", "shop", "root"), None)


def test_a_pools_claims_have_no_names_yet() -> None:
    text = (
        "{apiVersion: pool.kubevirt.io/v1beta1, kind: VirtualMachinePool, metadata: {name: web}, "
        "spec: {virtualMachineTemplate: {spec: {dataVolumeTemplates: [{metadata: {name: root}}]}}}}"
    )
    found = world(text)
    assert [disk.ref for disk in found.storage.disks(subject(found, "VirtualMachinePool"))] == [None]


def test_a_release_has_no_claim_templates() -> None:
    found = world(vm(claims="[{metadata: {name: more}}]"), release=Release(1, 8))
    assert list(found.storage.disks(subject(found, "VirtualMachine"))) == []


def test_the_owners_of_a_claim() -> None:
    found = world(vm("[{metadata: {name: root}}]") + data_volume("root") + claim("root", "{}"))
    owners = found.storage.owners(Ref("", "PersistentVolumeClaim", "shop", "root"))
    assert [disk.form for disk in owners] == [Written.TEMPLATE, Written.DATA_VOLUME, Written.CLAIM]


# Who is on a claim


@pytest.mark.parametrize(
    ("volume", "others", "form"),
    [
        ("dataVolume: {name: root}", "", Written.TEMPLATE),
        ("persistentVolumeClaim: {claimName: root}", "", Written.TEMPLATE),
        ("persistentVolumeClaim: {claimName: more}", "", Written.CLAIM_TEMPLATE),
        ("dataVolume: {name: data}", data_volume("data"), Written.DATA_VOLUME),
        ("persistentVolumeClaim: {claimName: data}", data_volume("data"), Written.DATA_VOLUME),
        ("dataVolume: {name: data}", claim("data", "{}"), Written.CLAIM),
        ("persistentVolumeClaim: {claimName: data}", claim("data", "{}"), Written.CLAIM),
    ],
)
def test_the_claim_of_a_volume(volume: str, others: str, form: Written) -> None:
    text = vm("[{metadata: {name: root}}]", f"[{{name: a, {volume}}}]", claims="[{metadata: {name: more}}]")
    found = world(text + others)
    machine = subject(found, "VirtualMachine")
    ((path, written),) = machine.volumes()
    disk = found.storage.own_claim(machine, written)
    assert isinstance(disk, Disk)
    assert disk.form is form
    assert found.storage.users(disk) == [(machine, path)]


@pytest.mark.parametrize("volume", ["dataVolume: {name: more}", "persistentVolumeClaim: {claimName: gone}"])
def test_a_volume_on_nothing(volume: str) -> None:
    found = world(vm(volumes=f"[{{name: a, {volume}}}]", claims="[{metadata: {name: more}}]"))
    machine = subject(found, "VirtualMachine")
    answer = found.storage.own_claim(machine, next(iter(machine.volumes()))[1])
    assert isinstance(answer, Resolution)
    assert answer.state is State.MISSING


@pytest.mark.parametrize("volume", ["emptyDisk: {}", "dataVolume: {}", "dataVolume: [1]", "persistentVolumeClaim: 3"])
def test_a_volume_on_no_claim(volume: str) -> None:
    found = world(vm(volumes=f"[{{name: a, {volume}}}]"))
    machine = subject(found, "VirtualMachine")
    assert found.storage.own_claim(machine, next(iter(machine.volumes()))[1]) is None


# What it is rendered to

PREFERENCE = """
---
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterPreference
metadata: {name: fedora}
spec: {volumes: {preferredStorageClassName: nfs}}
"""
TEMPLATE = f"[{{metadata: {{name: root}}, spec: {{source: {{blank: {{}}}}, storage: {{{SIZE}}}}}}}]"
ASKING = "preference: {name: fedora}"


def test_a_template_has_the_class_of_the_preference() -> None:
    found = spec_of(world(vm(TEMPLATE, rest=ASKING) + PREFERENCE))
    assert (found["storageClassName"], found["volumeMode"]) == ("nfs", "Filesystem")


def test_its_own_class_goes_before() -> None:
    own = TEMPLATE.replace("storage: {res", "storage: {storageClassName: ceph, res")
    assert spec_of(world(vm(own, rest=ASKING) + PREFERENCE))["storageClassName"] == "ceph"


def test_a_template_with_pvc_has_it_too() -> None:
    pvc = TEMPLATE.replace("storage: {res", "pvc: {res")
    assert spec_of(world(vm(pvc, rest=ASKING) + PREFERENCE))["storageClassName"] == "nfs"


def test_the_class_of_a_claim_that_is_taken_as_it_is() -> None:
    pvc = TEMPLATE.replace("storage: {res", "pvc: {res")

    def class_of(found: World) -> str:
        (disk,) = found.storage.disks(subject(found, "VirtualMachine"))
        return text(found.snapshots.class_of(disk), "metadata", "name")

    assert class_of(world(vm(pvc, rest=ASKING) + PREFERENCE)) == "nfs"
    assert class_of(world(vm(pvc, rest=ASKING), closed=False)) == ""
    # The API server chooses it, which knows no default for virtual machines.
    assert class_of(world(vm(pvc), classes=CLASSES + VIRT)) == "ceph"
    assert class_of(world(vm(TEMPLATE), classes=CLASSES + VIRT)) == "virt"


def test_a_preference_that_is_elsewhere_may_name_a_class() -> None:
    found = world(vm(TEMPLATE, rest=ASKING), closed=False)
    (disk,) = found.storage.disks(subject(found, "VirtualMachine"))
    outcome = found.storage.render(disk)
    assert isinstance(outcome, Rendered)
    assert {field for field, _ in outcome.undecided} >= {"accessModes", "storageClassName"}
    assert found.storage.class_unknown(disk)
    assert spec_of(world(vm(TEMPLATE, rest=ASKING)))["storageClassName"] == "ceph"


def test_a_claim_template_keeps_its_size() -> None:
    found = spec_of(world(vm(claims=f"[{{metadata: {{name: more}}, spec: {{storageClassName: nfs, {SIZE}}}}}]")))
    assert found == {
        "storageClassName": "nfs",
        "accessModes": ["ReadWriteMany"],
        "volumeMode": "Filesystem",
        "resources": {"requests": {"storage": "1Gi"}},
    }


LABEL = 'labels: {cdi.kubevirt.io/applyStorageProfile: "true"}'


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (f"{{{SIZE}}}", (["ReadWriteOnce"], "Filesystem", "1138166334")),
        (f"{{volumeMode: FromStorageProfile, {SIZE}}}", (["ReadWriteMany"], "Block", "1073741824")),
        (f"{{volumeMode: Block, {SIZE}}}", (["ReadWriteMany"], "Block", "1073741824")),
        (
            f"{{dataSourceRef: {{apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: a}}, {SIZE}}}",
            (["ReadWriteOnce"], "Filesystem", "1Gi"),
        ),
    ],
)
def test_a_claim_with_the_label_is_filled_in(spec: str, expected: tuple[Any, ...]) -> None:
    found = spec_of(world(claim("data", spec, LABEL)), "PersistentVolumeClaim")
    assert (found["accessModes"], found["volumeMode"], found["resources"]["requests"]["storage"]) == expected


VIRT = """
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: virt, annotations: {storageclass.kubevirt.io/is-default-virt-class: "true"}}
provisioner: nfs.csi.k8s.io
"""
UNMARKED = """
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: ceph}
provisioner: rook-ceph.rbd.csi.ceph.com
"""


def test_the_api_server_names_the_class_of_a_claim_before_cdi_sees_it() -> None:
    labelled = claim("data", f"{{volumeMode: FromStorageProfile, {SIZE}}}", LABEL)
    assert spec_of(world(labelled, classes=CLASSES + VIRT), "PersistentVolumeClaim")["storageClassName"] == "ceph"
    assert spec_of(world(labelled, classes=UNMARKED + VIRT), "PersistentVolumeClaim") == {
        "storageClassName": "virt",
        "accessModes": ["ReadWriteMany"],
        "volumeMode": "Filesystem",
        "resources": {"requests": {"storage": "1138166334"}},
    }
    # The cluster may have a default that is not in the files.
    found = world(labelled, classes=UNMARKED + VIRT, closed=False)
    (disk,) = found.storage.disks(subject(found, "PersistentVolumeClaim"))
    outcome = found.storage.render(disk)
    assert isinstance(outcome, Rendered)
    assert Undecided("storageClassName", Reason(Gap.DEFAULT_CLASS_UNCERTAIN)) in outcome.undecided


def labelled_volume(spec: str) -> str:
    return data_volume("data", spec, LABEL)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (f"{{source: {{blank: {{}}}}, storage: {{{SIZE}}}}}", ("ceph", ["ReadWriteMany"], "Block", "1073741824")),
        (
            f"{{source: {{blank: {{}}}}, pvc: {{accessModes: [ReadWriteOnce], {SIZE}}}}}",
            ("ceph", ["ReadWriteOnce"], "Filesystem", "1138166334"),
        ),
        (
            "{storage: {dataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: a}, "
            f"volumeMode: Filesystem, {SIZE}}}}}",
            ("ceph", ["ReadWriteOnce"], "Filesystem", "1Gi"),
        ),
    ],
)
def test_the_claim_of_a_labelled_volume_goes_through_the_webhook(spec: str, expected: tuple[Any, ...]) -> None:
    found = spec_of(world(labelled_volume(spec), classes=CLASSES + VIRT), "DataVolume")
    size = found["resources"]["requests"]["storage"]
    assert (found["storageClassName"], found["accessModes"], found["volumeMode"], size) == expected


def test_without_the_webhook_the_label_means_nothing() -> None:
    off = "\n---\n{apiVersion: cdi.kubevirt.io/v1beta1, kind: CDI, metadata: {name: cdi}, "
    off += "spec: {config: {webhookPvcRendering: Disabled}}}"
    text = labelled_volume(f"{{source: {{blank: {{}}}}, storage: {{{SIZE}}}}}") + off
    assert spec_of(world(text, classes=CLASSES + VIRT), "DataVolume")["storageClassName"] == "virt"


def test_the_size_of_a_labelled_copy_depends_on_the_driver() -> None:
    source = "source: {pvc: {namespace: shop, name: a}}"
    found = world(labelled_volume(f"{{{source}, storage: {{{SIZE}}}}}"))
    (disk,) = found.storage.disks(subject(found, "DataVolume"))
    outcome = found.storage.render(disk)
    assert isinstance(outcome, Rendered)
    assert outcome.undecided == (Undecided("resources.requests.storage", Reason(Gap.OVERHEAD)),)


def test_other_claims_stay_as_they_are() -> None:
    assert spec_of(world(claim("data", f"{{{SIZE}}}")), "PersistentVolumeClaim") == {
        "resources": {"requests": {"storage": "1Gi"}}
    }
    off = "\n---\n{apiVersion: cdi.kubevirt.io/v1beta1, kind: CDI, metadata: {name: cdi}, "
    off += "spec: {config: {webhookPvcRendering: Disabled}}}"
    assert "accessModes" not in spec_of(world(claim("data", f"{{{SIZE}}}", LABEL) + off), "PersistentVolumeClaim")


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("{}", FailureReason.NO_SIZE),
        ("{resources: {requests: {storage: 1Ki}}}", FailureReason.TOO_SMALL),
        (f"{{storageClassName: nfs, volumeMode: Block, {SIZE}}}", FailureReason.NO_MATCHING_MODES),
    ],
)
def test_the_label_does_not_help_everywhere(spec: str, why: FailureReason) -> None:
    found = world(claim("data", spec, LABEL))
    (disk,) = found.storage.disks(subject(found, "PersistentVolumeClaim"))
    outcome = found.storage.render(disk)
    assert isinstance(outcome, Failure)
    assert outcome.why is why
    assert outcome.path[0] == "spec"


def test_files_without_classes_say_nothing_of_the_storage() -> None:
    found = world(data_volume("data", f"{{source: {{blank: {{}}}}, storage: {{{SIZE}}}}}"), classes="")
    (disk,) = found.storage.disks(subject(found, "DataVolume"))
    outcome = found.storage.render(disk)
    assert isinstance(outcome, Rendered)
    assert "accessModes" in {field for field, _ in outcome.undecided}


def test_a_profile_alone_decides_the_modes_of_its_class() -> None:
    profile = (
        "\n---\n{apiVersion: cdi.kubevirt.io/v1beta1, kind: StorageProfile, metadata: {name: own}, "
        "spec: {claimPropertySets: [{accessModes: [ReadWriteOnce], volumeMode: Block}]}}"
    )
    text = data_volume("data", f"{{source: {{blank: {{}}}}, storage: {{storageClassName: own, {SIZE}}}}}") + profile
    assert spec_of(world(text, closed=False, classes=""), "DataVolume")["accessModes"] == ["ReadWriteOnce"]


# Refusals and sources


def test_templates_are_refused_by_kubevirt_or_later_by_cdi() -> None:
    unused = "{metadata: {name: a}, spec: {source: {blank: {}}, storage: {}}}"
    small = "{metadata: {name: b}, spec: {source: {blank: {}}, storage: {resources: {requests: {storage: 1}}}}}"
    found = world(vm(f"[{unused}, {small}]", "[{name: b, dataVolume: {name: b}}]"))
    refusals = found.storage.refusals(subject(found, "VirtualMachine"))
    assert [(str(one.disk), one.effect) for one in refusals] == [
        ("DataVolume template `a`", Effect.REJECTED),
        ("DataVolume template `b`", Effect.STUCK),
    ]


def source(spec: str) -> str:
    return f"\n---\napiVersion: cdi.kubevirt.io/v1beta1\nkind: DataSource\nmetadata: {{name: os}}\nspec: {spec}\n"


def test_what_a_data_volume_copies() -> None:
    text = data_volume("data", "{sourceRef: {kind: DataSource, name: os}, storage: {}}")
    found = world(text + source("{source: {pvc: {name: disk, namespace: golden}}}"))
    (disk,) = found.storage.disks(subject(found, "DataVolume"))
    target = found.storage.resolve_source(disk)
    assert isinstance(target, Target)
    assert (target.end, target.namespace, target.name) == (End.CLAIM, "golden", "disk")


def test_where_a_data_source_ends() -> None:
    found = world(source("{source: {dataSource: {name: os, namespace: shop}}}"))
    target = found.storage.resolve_data_source(subject(found, "DataSource"))
    assert isinstance(target, Target)
    assert target.end is End.SELF_REFERENCE
    other = world(source("{source: {dataSource: {name: far, namespace: shop}}}"), closed=False)
    assert isinstance(other.storage.resolve_data_source(subject(other, "DataSource")), Undecided)


def test_classes_without_a_default() -> None:
    assert world("").storage.classes_without_default() == ()
    unmarked = CLASSES.replace("is-default-class", "other")
    assert world("", classes=unmarked).storage.classes_without_default() == ("ceph", "nfs")
    assert world("", classes="").storage.classes_without_default() == ()


@pytest.mark.parametrize("junk", ["[]", "3", "null", "{metadata: 3, spec: []}", "{spec: {storage: [], source: 3}}"])
def test_strange_objects_break_nothing(junk: str) -> None:
    text = vm(f"[{junk}]", f"[{junk}]", claims=f"[{junk}]") + data_volume("a", junk) + claim("b", junk) + source(junk)
    found = world(text)
    for resource in found.cluster.resources:
        assert isinstance(resource, Resource)
        found.storage.refusals(resource)
        for disk in found.storage.disks(resource):
            found.storage.render(disk)
