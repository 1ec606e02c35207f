"""Inference, hop by hop: every end of a chain, the namespaces on the way, and what CDI may add."""

from __future__ import annotations

import textwrap

import pytest

from tests.build import cluster
from vmlint.graph.cluster import Cluster
from vmlint.kubevirt.inference import Chain, End, infer
from vmlint.model.field import render
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine

INSTANCETYPE = "instancetype.kubevirt.io/default-instancetype"
PREFERENCE = "instancetype.kubevirt.io/default-preference"
LABELS = f"labels: {{{INSTANCETYPE}: u1.small, {PREFERENCE}: fedora, {PREFERENCE}-kind: VirtualMachinePreference}}"


def vm(volume: str, templates: str = "[]", stanza: str = "{inferFromVolume: root}") -> str:
    """A VM that infers both from its volume `root`."""
    return textwrap.dedent(f"""
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata: {{name: web}}
        spec:
          instancetype: {stanza}
          preference: {stanza}
          dataVolumeTemplates: {templates}
          template: {{spec: {{volumes: [{{name: data, emptyDisk: {{capacity: 1Gi}}}}, {volume}]}}}}
    """)


def template(spec: str, metadata: str = "name: web-root") -> str:
    return f"[{{metadata: {{{metadata}}}, spec: {spec}}}]"


def obj(kind: str, name: str, spec: str = "{}", labels: str = "", namespace: str = "shop") -> str:
    version = {"PersistentVolumeClaim": "v1", "VolumeSnapshot": "snapshot.storage.k8s.io/v1"}
    return (
        f"{{apiVersion: {version.get(kind, 'cdi.kubevirt.io/v1beta1')}, kind: {kind}, "
        f"metadata: {{name: {name}, namespace: {namespace}, {labels}}}, spec: {spec}}}"
    )


CLAIM_VOLUME = "{name: root, persistentVolumeClaim: {claimName: disk}}"
VOLUME = "{name: root, dataVolume: {name: web-root}}"
FROM_SOURCE = "{sourceRef: {kind: DataSource, name: fedora, namespace: golden}}"
SOURCE_OF_CLAIM = obj("DataSource", "fedora", "{source: {pvc: {name: fedora, namespace: golden}}}", namespace="golden")


def walk(
    *files: str,
    matcher: Matcher = Matcher.INSTANCETYPE,
    snapshots: bool = True,
    closed: bool = False,
    outside: tuple[str, ...] = (),
) -> Chain:
    world = cluster(*files, outside=outside)
    found = chain(world, matcher=matcher, snapshots=snapshots, closed=closed)
    assert found is not None
    return found


def chain(world: Cluster, *, matcher: Matcher, snapshots: bool, closed: bool) -> Chain | None:
    subject = world.resources[0]
    assert isinstance(subject, VirtualMachine)
    return infer(subject, matcher, world, snapshots=snapshots, closed=closed)


def hops(chain: Chain) -> list[str]:
    return [hop.text for hop in chain.hops]


def places(chain: Chain) -> list[str]:
    return [f"{h.place.resource.ref.kind} {render(h.place.path)}" if h.place else "" for h in chain.hops]


# The end FOUND


def test_a_claim_with_labels() -> None:
    found = walk(vm(CLAIM_VOLUME), obj("PersistentVolumeClaim", "disk", labels=LABELS))
    assert (found.end, found.name, found.kind, found.ignored) == (End.FOUND, "u1.small", "", False)
    assert hops(found) == [
        "volume root → claim shop/disk",
        "claim shop/disk: label names instancetype u1.small",
    ]
    assert places(found) == [
        "VirtualMachine spec.template.spec.volumes[1].persistentVolumeClaim.claimName",
        f"PersistentVolumeClaim metadata.labels.{INSTANCETYPE}",
    ]


def test_the_kind_label_is_read_beside_the_name() -> None:
    found = walk(vm(CLAIM_VOLUME), obj("PersistentVolumeClaim", "disk", labels=LABELS), matcher=Matcher.PREFERENCE)
    assert (found.end, found.name, found.kind) == (End.FOUND, "fedora", "VirtualMachinePreference")


def test_four_hops_from_a_template_to_a_claim() -> None:
    found = walk(
        vm(VOLUME, template(FROM_SOURCE)),
        SOURCE_OF_CLAIM,
        obj("PersistentVolumeClaim", "fedora", labels=LABELS, namespace="golden"),
    )
    assert (found.end, found.name) == (End.FOUND, "u1.small")
    assert hops(found) == [
        "volume root → DataVolume template web-root",
        "DataVolume template web-root → DataSource golden/fedora",
        "DataSource golden/fedora → claim golden/fedora",
        "claim golden/fedora: label names instancetype u1.small",
    ]
    assert places(found)[1:3] == [
        "VirtualMachine spec.dataVolumeTemplates[0].spec.sourceRef.name",
        "DataSource spec.source.pvc.name",
    ]


@pytest.mark.parametrize("kind", ["DataVolume", "DataSource"])
def test_labels_on_the_way_end_the_chain(kind: str) -> None:
    labelled = {
        "DataVolume": [obj("DataVolume", "web-root", "{source: {blank: {}}}", LABELS)],
        "DataSource": [
            obj("DataVolume", "web-root", FROM_SOURCE),
            obj("DataSource", "fedora", "{source: {}}", LABELS, "golden"),
        ],
    }
    found = walk(vm(VOLUME), *labelled[kind])
    assert (found.end, found.name) == (End.FOUND, "u1.small")
    assert found.last is not None
    assert found.last.ref.kind == kind


def test_each_matcher_stops_where_its_own_label_is() -> None:
    files = (
        vm(VOLUME),
        obj(
            "DataVolume", "web-root", "{source: {pvc: {name: disk, namespace: shop}}}", f"labels: {{{PREFERENCE}: dv}}"
        ),
        obj("PersistentVolumeClaim", "disk", labels=LABELS),
    )
    assert walk(*files, matcher=Matcher.PREFERENCE).name == "dv"
    assert walk(*files, matcher=Matcher.INSTANCETYPE).name == "u1.small"


def test_an_empty_label_counts() -> None:
    found = walk(vm(CLAIM_VOLUME), obj("PersistentVolumeClaim", "disk", labels=f"labels: {{{INSTANCETYPE}: ''}}"))
    assert (found.end, found.name) == (End.FOUND, "")


def test_the_first_of_several_volumes_of_one_name_counts() -> None:
    two = f"{CLAIM_VOLUME}, {{name: root, persistentVolumeClaim: {{claimName: other}}}}"
    assert walk(vm(two), obj("PersistentVolumeClaim", "disk", labels=LABELS)).end is End.FOUND


def test_a_claim_goes_before_a_data_volume_in_one_volume() -> None:
    both = "{name: root, persistentVolumeClaim: {claimName: disk}, dataVolume: {name: web-root}}"
    assert walk(vm(both), obj("PersistentVolumeClaim", "disk", labels=LABELS)).end is End.FOUND


def test_the_own_template_wins_over_a_labelled_data_volume_of_its_name() -> None:
    found = walk(
        vm(VOLUME, template("{source: {blank: {}}}")), obj("DataVolume", "web-root", "{source: {blank: {}}}", LABELS)
    )
    assert found.end is End.SOURCE_UNSUPPORTED


def test_a_template_that_copies_the_claim_that_it_makes_finds_none() -> None:
    itself = "{source: {pvc: {name: web-root, namespace: shop}}}"
    text = template(itself).replace("name: web-root", f"name: web-root, {LABELS}", 1)
    assert walk(vm(VOLUME, text)).end is End.OBJECT_MISSING


def test_source_goes_before_source_ref() -> None:
    both = f"{{source: {{pvc: {{name: disk, namespace: shop}}}}, {FROM_SOURCE[1:-1]}}}"
    found = walk(vm(VOLUME, template(both)), obj("PersistentVolumeClaim", "disk", labels=LABELS))
    assert (found.end, found.name) == (End.FOUND, "u1.small")


def test_source_ref_is_reached_beside_a_source_without_labels() -> None:
    both = f"{{source: {{blank: {{}}}}, {FROM_SOURCE[1:-1]}}}"
    found = walk(vm(VOLUME, template(both)), obj("DataSource", "fedora", labels=LABELS, namespace="golden"))
    assert found.end is End.FOUND


def test_a_data_volume_that_is_gone_leaves_its_claim() -> None:
    found = walk(vm(VOLUME), obj("PersistentVolumeClaim", "web-root", labels=LABELS))
    assert (found.end, found.name) == (End.FOUND, "u1.small")


def test_the_template_of_another_vm_makes_a_data_volume_with_its_labels() -> None:
    other = f"""
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata: {{name: db}}
        spec: {{dataVolumeTemplates: [{{metadata: {{name: web-root, {LABELS}}}, spec: {{source: {{blank: {{}}}}}}}}]}}
    """
    assert walk(vm(VOLUME), other).end is End.FOUND


@pytest.mark.parametrize("member", ["pvc", "snapshot"])
@pytest.mark.parametrize("holder", ["template", "DataVolume", "DataSource"])
def test_claims_and_snapshots_behind_each_holder(member: str, holder: str) -> None:
    kind = {"pvc": "PersistentVolumeClaim", "snapshot": "VolumeSnapshot"}[member]
    source = f"{{source: {{{member}: {{name: golden, namespace: images}}}}}}"
    labelled = obj(kind, "golden", labels=LABELS, namespace="images")
    files = {
        "template": [vm(VOLUME, template(source))],
        "DataVolume": [vm(VOLUME), obj("DataVolume", "web-root", source)],
        "DataSource": [vm(VOLUME, template(FROM_SOURCE)), obj("DataSource", "fedora", source, namespace="golden")],
    }[holder]
    assert walk(*files, labelled).end is End.FOUND
    if member == "snapshot":  # KubeVirt 1.9 and later
        assert walk(*files, labelled, snapshots=False).end is not End.FOUND


# The other ends


def test_no_inference() -> None:
    world = cluster(vm(CLAIM_VOLUME, stanza="{name: u1.small}"))
    assert chain(world, matcher=Matcher.INSTANCETYPE, snapshots=True, closed=False) is None


def test_volume_missing() -> None:
    found = walk(vm("{name: rootdisk, dataVolume: {name: web-root}}"))
    assert (found.end, found.reason) == (End.VOLUME_MISSING, "the VM has no volume `root`")


@pytest.mark.parametrize(
    "member", ["containerDisk", "cloudInitNoCloud", "emptyDisk", "hostDisk", "secret", "configMap", "ephemeral"]
)
def test_volume_unsupported(member: str) -> None:
    inner = "{persistentVolumeClaim: {claimName: disk}}" if member == "ephemeral" else "{}"
    found = walk(vm(f"{{name: root, {member}: {inner}}}"), obj("PersistentVolumeClaim", "disk", labels=LABELS))
    assert found.end is End.VOLUME_UNSUPPORTED
    assert found.reason == f"its type is `{member}`; KubeVirt infers only from `persistentVolumeClaim` and `dataVolume`"
    assert places(found) == [f"VirtualMachine spec.template.spec.volumes[1].{member}"]


def test_a_volume_of_no_type_is_unsupported() -> None:
    found = walk(vm("{name: root}"))
    assert (found.end, places(found)) == (End.VOLUME_UNSUPPORTED, ["VirtualMachine spec.template.spec.volumes[1]"])


@pytest.mark.parametrize("kind", ["PersistentVolumeClaim", "VolumeSnapshot"])
def test_label_missing(kind: str) -> None:
    member = {"PersistentVolumeClaim": "pvc", "VolumeSnapshot": "snapshot"}[kind]
    other = f"labels: {{{PREFERENCE}: fedora}}"
    found = walk(
        vm(VOLUME, template(f"{{source: {{{member}: {{name: golden, namespace: images}}}}}}")),
        obj(kind, "golden", labels=other, namespace="images"),
    )
    noun = {"PersistentVolumeClaim": "claim", "VolumeSnapshot": "snapshot"}[kind]
    assert (found.end, found.subject) == (End.LABEL_MISSING, f"{noun} `images/golden`")
    assert found.reason == f"it has no label `{INSTANCETYPE}`"
    assert hops(found)[-1] == f"{noun} images/golden: label missing"
    assert places(found)[-1] == f"{kind} metadata.labels"


def test_an_annotation_is_no_label() -> None:
    annotated = obj("PersistentVolumeClaim", "disk", labels=f"annotations: {{{INSTANCETYPE}: u1.small}}")
    assert walk(vm(CLAIM_VOLUME), annotated).end is End.LABEL_MISSING


def test_the_labels_of_the_own_template_are_not_read() -> None:
    labelled = template("{source: {blank: {}}}", f"name: web-root, {LABELS}")
    assert walk(vm(VOLUME, labelled)).end is End.SOURCE_UNSUPPORTED


@pytest.mark.parametrize("member", ["http", "registry", "blank", "upload", "s3", "gcs", "imageio", "vddk"])
def test_source_unsupported_in_a_template(member: str) -> None:
    found = walk(vm(VOLUME, template(f"{{source: {{{member}: {{}}}}}}")))
    assert (found.end, found.subject) == (End.SOURCE_UNSUPPORTED, "DataVolume template `web-root`")
    assert found.reason == f"its source is `{member}`; KubeVirt infers only from `pvc`, `snapshot` or `sourceRef`"
    assert places(found)[-1] == f"VirtualMachine spec.dataVolumeTemplates[0].spec.source.{member}"


def test_a_data_volume_without_labels_does_not_fall_back_to_its_claim() -> None:
    found = walk(
        vm(VOLUME),
        obj("DataVolume", "web-root", "{source: {http: {url: 'http://x/y'}}}"),
        obj("PersistentVolumeClaim", "web-root", labels=LABELS),
    )
    assert found.end is End.SOURCE_UNSUPPORTED


def test_a_data_volume_that_is_populated_from_elsewhere_has_no_source() -> None:
    found = walk(
        vm(VOLUME), obj("DataVolume", "web-root", "{pvc: {dataSourceRef: {kind: VolumeImportSource, name: x}}}")
    )
    assert (found.end, found.reason) == (
        End.SOURCE_UNSUPPORTED,
        "it has no source; KubeVirt infers only from `pvc`, `snapshot` or `sourceRef`",
    )


@pytest.mark.parametrize("kind", ["datasource", "ImageStream", ""])
def test_ref_unsupported(kind: str) -> None:
    found = walk(vm(VOLUME, template(f"{{sourceRef: {{kind: '{kind}', name: fedora, namespace: golden}}}}")))
    assert found.end is End.REF_UNSUPPORTED
    assert places(found)[-1] == "VirtualMachine spec.dataVolumeTemplates[0].spec.sourceRef.kind"


@pytest.mark.parametrize("source", ["{source: {}}", "{}", "{source: {http: {}}}", "{source: [7]}"])
def test_data_source_unsupported(source: str) -> None:
    found = walk(vm(VOLUME, template(FROM_SOURCE)), obj("DataSource", "fedora", source, namespace="golden"))
    assert (found.end, found.subject) == (End.DATA_SOURCE_UNSUPPORTED, "DataSource `golden/fedora`")


# Namespaces, and objects that are missing


@pytest.mark.parametrize(
    ("files", "subject"),
    [
        ([vm(CLAIM_VOLUME)], "claim `shop/disk`"),
        ([vm(VOLUME)], "DataVolume `shop/web-root`"),
        ([vm(VOLUME, template("{sourceRef: {kind: DataSource, name: fedora}}"))], "DataSource `shop/fedora`"),
        ([vm(VOLUME, template(FROM_SOURCE))], "DataSource `golden/fedora`"),
        ([vm(VOLUME, template(FROM_SOURCE)), SOURCE_OF_CLAIM], "claim `golden/fedora`"),
        ([vm(VOLUME, template("{source: {pvc: {name: a, namespace: b}}}"))], "claim `b/a`"),
        ([vm(VOLUME, template("{source: {snapshot: {name: a, namespace: b}}}"))], "snapshot `b/a`"),
    ],
)
def test_object_missing(files: list[str], subject: str) -> None:
    found = walk(*files)
    assert (found.end, found.subject) == (End.OBJECT_MISSING, subject)
    assert found.resolution is not None
    assert not found.resolution.nowhere
    assert found.hops[-1] == (f"{subject.replace('`', '')}: not found", None)


@pytest.mark.parametrize(
    ("files", "subject"),
    [
        ([vm(VOLUME, template("{sourceRef: {kind: DataSource, name: fedora, namespace: ''}}"))], "DataSource `fedora`"),
        ([vm(VOLUME, template("{source: {pvc: {name: a, namespace: ''}}}"))], "claim `a`"),
        ([vm(VOLUME, template("{source: {pvc: {name: a}}}"))], "claim `a`"),
        ([vm(VOLUME, template("{source: {snapshot: {name: a}}}"))], "snapshot `a`"),
        (
            [
                vm(VOLUME, template(FROM_SOURCE)),
                obj("DataSource", "fedora", "{source: {pvc: {name: a}}}", "", "golden"),
            ],
            "claim `a`",
        ),
    ],
)
def test_an_empty_namespace_is_taken_as_it_is_written(files: list[str], subject: str) -> None:
    others = [obj("PersistentVolumeClaim", "a", labels=LABELS, namespace=space) for space in ("shop", "golden")]
    found = walk(*files, *others, obj("DataSource", "fedora", "{}", LABELS))
    assert (found.end, found.subject) == (End.OBJECT_MISSING, subject)
    assert found.resolution is not None
    assert found.resolution.nowhere


def test_a_claim_that_the_own_template_makes_comes_too_late() -> None:
    volume = "{name: root, persistentVolumeClaim: {claimName: web-root}}"
    labelled = template("{source: {pvc: {name: disk, namespace: shop}}}", f"name: web-root, {LABELS}")
    found = walk(vm(volume, labelled), obj("PersistentVolumeClaim", "disk", labels=LABELS))
    assert (found.end, found.subject) == (End.OBJECT_MISSING, "claim `shop/web-root`")


# What is undecided


@pytest.mark.parametrize(
    "files",
    [
        [vm(CLAIM_VOLUME, stanza="{inferFromVolume: '${DISK}'}")],
        [vm("{name: '${DISK}', persistentVolumeClaim: {claimName: disk}}")],
        [vm("{name: root, persistentVolumeClaim: {claimName: '${APP}-disk'}}")],
        [vm("{name: root, dataVolume: {name: '${APP}-root'}}")],
        [vm(VOLUME, template(FROM_SOURCE, "name: '${APP}-root'"))],
        [vm(VOLUME, template("{sourceRef: {kind: '${KIND}', name: fedora, namespace: golden}}"))],
        [vm(VOLUME, template("{sourceRef: {kind: DataSource, name: '${OS}', namespace: golden}}"))],
        [vm(VOLUME, template("{sourceRef: {kind: DataSource, name: fedora, namespace: '${IMAGES}'}}"))],
        [vm(CLAIM_VOLUME), obj("PersistentVolumeClaim", "disk", labels=f"labels: {{{INSTANCETYPE}: '${{SIZE}}'}}")],
        [vm(CLAIM_VOLUME), obj("PersistentVolumeClaim", "'${APP}'", labels=LABELS)],
    ],
)
def test_a_variable_leaves_it_undecided(files: list[str]) -> None:
    for closed in (False, True):
        assert walk(*files, closed=closed).end is End.UNDECIDED


def test_a_template_whose_name_is_written_with_the_same_variable_is_the_own_one() -> None:
    found = walk(
        vm("{name: root, dataVolume: {name: '${APP}-root'}}", template(FROM_SOURCE, "name: '${APP}-root'")),
        obj("DataSource", "fedora", labels=LABELS, namespace="golden"),
    )
    assert (found.end, found.name) == (End.FOUND, "u1.small")


def test_an_object_outside_is_undecided() -> None:
    found = walk(vm(VOLUME, template(FROM_SOURCE)), outside=("DataSource golden/*",), closed=True)
    assert found.end is End.UNDECIDED
    assert found.reason == (
        "the labels of DataSource `golden/fedora` are not in the files (declared as external to the repository)"
    )


def test_a_data_source_that_a_cron_makes_has_its_labels() -> None:
    cron = obj("DataImportCron", "nightly", "{managedDataSource: fedora}", LABELS, "golden")
    found = walk(vm(VOLUME, template(FROM_SOURCE)), cron)
    assert (found.end, found.name) == (End.FOUND, "u1.small")


@pytest.mark.parametrize("written", [(), (obj("DataSource", "fedora", "{source: {}}", "", "golden"),)])
def test_what_a_cron_imports_is_not_in_the_files(written: tuple[str, ...]) -> None:
    cron = obj("DataImportCron", "nightly", "{managedDataSource: fedora}", namespace="golden")
    found = walk(vm(VOLUME, template(FROM_SOURCE)), cron, *written)
    assert (found.end, found.subject) == (End.UNDECIDED, "DataSource `golden/fedora`")


IMAGE = "{source: {registry: {url: 'docker://quay.io/containerdisks/fedora'}}}"


@pytest.mark.parametrize(
    "files",
    [
        [vm(VOLUME), obj("DataVolume", "web-root", IMAGE)],
        [vm("{name: root, persistentVolumeClaim: {claimName: web-root}}"), obj("DataVolume", "web-root", IMAGE)],
        [
            vm(CLAIM_VOLUME),
            obj("PersistentVolumeClaim", "disk", "{dataSourceRef: {kind: VolumeImportSource, name: image}}"),
            obj("VolumeImportSource", "image", IMAGE),
        ],
        [
            vm(CLAIM_VOLUME),
            obj("PersistentVolumeClaim", "disk", "{dataSource: {kind: VolumeImportSource, name: elsewhere}}"),
        ],
    ],
)
def test_an_image_may_carry_the_labels(files: list[str]) -> None:
    assert walk(*files).end is End.UNDECIDED
    assert walk(*files, closed=True).end in (End.SOURCE_UNSUPPORTED, End.LABEL_MISSING)


def test_an_import_from_elsewhere_carries_none() -> None:
    found = walk(
        vm(CLAIM_VOLUME),
        obj("PersistentVolumeClaim", "disk", "{dataSourceRef: {kind: VolumeImportSource, name: image}}"),
        obj("VolumeImportSource", "image", "{source: {http: {url: 'http://x/y'}}}"),
    )
    assert found.end is End.LABEL_MISSING


def test_a_claim_has_the_labels_of_its_data_volume() -> None:
    volume = "{name: root, persistentVolumeClaim: {claimName: web-root}}"
    found = walk(vm(volume), obj("DataVolume", "web-root", "{source: {blank: {}}}", LABELS))
    assert (found.end, found.name) == (End.FOUND, "u1.small")


def test_whether_a_claim_gets_the_labels_of_a_source_depends_on_timing() -> None:
    volume = "{name: root, persistentVolumeClaim: {claimName: web-root}}"
    clone = obj("DataVolume", "web-root", "{source: {pvc: {name: disk, namespace: shop}}}")
    assert walk(vm(volume), clone, obj("PersistentVolumeClaim", "disk", labels=LABELS)).end is End.UNDECIDED
    bare = walk(vm(volume), clone, obj("PersistentVolumeClaim", "disk"))
    assert (bare.end, bare.subject) == (End.LABEL_MISSING, "claim `shop/web-root`")


def test_volumes_that_clone_each_other_come_to_an_end() -> None:
    volume = "{name: root, persistentVolumeClaim: {claimName: a}}"
    one = obj("DataVolume", "a", "{source: {pvc: {name: b, namespace: shop}}}")
    two = obj("DataVolume", "b", "{source: {pvc: {name: a, namespace: shop}}}")
    assert walk(vm(volume), one, two).end is End.LABEL_MISSING


def with_claim_template(spec: str) -> str:
    return vm("{name: root, persistentVolumeClaim: {claimName: root}}").replace(
        "  dataVolumeTemplates",
        f"  volumeClaimTemplates: [{{metadata: {{name: root}}, spec: {spec}}}]\n  dataVolumeTemplates",
    )


CLAIM = obj("PersistentVolumeClaim", "disk", labels=LABELS)
SNAPSHOT = obj("VolumeSnapshot", "disk", labels=LABELS)
CLONE = "{dataSourceRef: {apiGroup: cdi.kubevirt.io, kind: VolumeCloneSource, name: fedora}}"
IMPORT = CLONE.replace("Clone", "Import")


@pytest.mark.parametrize(
    ("spec", "others", "end"),
    [
        ("{dataSourceRef: {kind: PersistentVolumeClaim, name: disk}}", (CLAIM,), End.FOUND),
        ("{dataSource: {kind: PersistentVolumeClaim, name: disk}}", (CLAIM,), End.FOUND),
        (
            CLONE,
            (obj("VolumeCloneSource", "fedora", "{source: {kind: PersistentVolumeClaim, name: disk}}"), CLAIM),
            End.FOUND,
        ),
        (
            CLONE,
            (obj("VolumeCloneSource", "fedora", "{source: {kind: VolumeSnapshot, name: disk}}"), SNAPSHOT),
            End.FOUND,
        ),
        (
            CLONE,
            (obj("VolumeCloneSource", "fedora", "{source: {kind: PersistentVolumeClaim, name: disk}}"),),
            End.OBJECT_MISSING,
        ),
        (
            CLONE,
            (obj("VolumeCloneSource", "fedora", "{source: {kind: DataSource, name: disk}}"),),
            End.SOURCE_UNSUPPORTED,
        ),
        (CLONE, (), End.OBJECT_MISSING),
        (IMPORT, (obj("VolumeImportSource", "fedora", "{source: {registry: {url: docker://x}}}"),), End.UNDECIDED),
        (IMPORT, (obj("VolumeImportSource", "fedora", "{source: {http: {url: http://x}}}"),), End.SOURCE_UNSUPPORTED),
        ("{}", (), End.SOURCE_UNSUPPORTED),
        (
            "{dataSourceRef: {kind: PersistentVolumeClaim, name: disk}}",
            (obj("PersistentVolumeClaim", "disk"),),
            End.LABEL_MISSING,
        ),
    ],
)
def test_a_claim_template_leads_to_its_source(spec: str, others: tuple[str, ...], end: End) -> None:
    found = walk(with_claim_template(spec), *others)
    assert found.end is end
    assert found.hops[0].text == "volume root → volume claim template root"


# A DataSource that refers to another one: CDI copies labels onto it, inference does not follow it.

REFERRING = "{source: {dataSource: {name: base, namespace: golden}}}"
BASE = "{source: {pvc: {name: fedora, namespace: golden}}}"
VIA = (vm(VOLUME, template(FROM_SOURCE)), obj("DataSource", "fedora", REFERRING, namespace="golden"))


def test_labels_behind_a_reference_are_copied() -> None:
    found = walk(
        *VIA,
        obj("DataSource", "base", BASE, namespace="golden"),
        obj("PersistentVolumeClaim", "fedora", labels=LABELS, namespace="golden"),
    )
    assert (found.end, found.name) == (End.FOUND, "u1.small")


def test_labels_of_the_data_source_between_are_not_copied() -> None:
    found = walk(
        *VIA,
        obj("DataSource", "base", BASE, LABELS, "golden"),
        obj("PersistentVolumeClaim", "fedora", namespace="golden"),
    )
    assert found.end is End.DATA_SOURCE_UNSUPPORTED
    assert found.reason == "its source is another DataSource, which inference does not follow"
    assert hops(found)[-1] == f"DataSource golden/fedora: {found.reason}"


def test_a_reference_to_what_is_missing() -> None:
    assert walk(*VIA).end is End.UNDECIDED
    assert walk(*VIA, closed=True).end is End.DATA_SOURCE_UNSUPPORTED
    behind = (*VIA, obj("DataSource", "base", BASE, namespace="golden"))
    assert walk(*behind).end is End.UNDECIDED
    assert walk(*behind, closed=True).end is End.DATA_SOURCE_UNSUPPORTED


@pytest.mark.parametrize(
    ("reference", "others"),
    [
        ("{name: base, namespace: images}", [obj("DataSource", "base", BASE, LABELS, "images")]),
        ("{name: base, namespace: images}", []),
        ("{name: fedora, namespace: golden}", []),
        (
            "{name: base, namespace: golden}",
            [
                obj("DataSource", "base", "{source: {dataSource: {name: third, namespace: golden}}}", "", "golden"),
                obj("DataSource", "third", BASE, LABELS, "golden"),
            ],
        ),
    ],
    ids=["another namespace", "another namespace, missing", "itself", "two references"],
)
def test_references_that_cdi_does_not_follow(reference: str, others: list[str]) -> None:
    found = walk(
        vm(VOLUME, template(FROM_SOURCE)),
        obj("DataSource", "fedora", f"{{source: {{dataSource: {reference}}}}}", namespace="golden"),
        *others,
        obj("PersistentVolumeClaim", "fedora", labels=LABELS, namespace="golden"),
    )
    assert found.end is End.DATA_SOURCE_UNSUPPORTED


# The failure policy

IGNORE = "{inferFromVolume: root, inferFromVolumeFailurePolicy: Ignore}"


@pytest.mark.parametrize(
    ("files", "end", "ignored"),
    [
        ([vm(CLAIM_VOLUME, stanza=IGNORE), obj("PersistentVolumeClaim", "disk")], End.LABEL_MISSING, True),
        ([vm("{name: root, containerDisk: {}}", stanza=IGNORE)], End.VOLUME_UNSUPPORTED, True),
        ([vm(VOLUME, template("{source: {blank: {}}}"), IGNORE)], End.SOURCE_UNSUPPORTED, True),
        ([vm(VOLUME, template("{sourceRef: {kind: X}}"), IGNORE)], End.REF_UNSUPPORTED, True),
        (
            [vm(VOLUME, template(FROM_SOURCE), IGNORE), obj("DataSource", "fedora", "{}", "", "golden")],
            End.DATA_SOURCE_UNSUPPORTED,
            True,
        ),
        ([vm("{name: other}", stanza=IGNORE)], End.VOLUME_MISSING, False),
        ([vm(CLAIM_VOLUME, stanza=IGNORE)], End.OBJECT_MISSING, False),
        ([vm(CLAIM_VOLUME, stanza=IGNORE), obj("PersistentVolumeClaim", "disk", labels=LABELS)], End.FOUND, False),
        (
            [vm(CLAIM_VOLUME, stanza=IGNORE.replace("Ignore", "Reject")), obj("PersistentVolumeClaim", "disk")],
            End.LABEL_MISSING,
            False,
        ),
        (
            [vm(CLAIM_VOLUME, stanza=IGNORE.replace("Ignore", "'${POLICY}'")), obj("PersistentVolumeClaim", "disk")],
            End.UNDECIDED,
            False,
        ),
    ],
)
def test_what_the_policy_ignore_forgives(files: list[str], end: End, ignored: bool) -> None:
    found = walk(*files)
    assert (found.end, found.ignored) == (end, ignored)


# Strange data


@pytest.mark.parametrize("strange", ["7", "[]", "true", "null", "'text'", "{}", "[{}]", "{kind: [], name: {}}"])
def test_strange_values_never_raise(strange: str) -> None:
    for text in (
        vm(f"{{name: root, dataVolume: {strange}}}"),
        vm(f"{{name: root, persistentVolumeClaim: {{claimName: {strange}}}}}"),
        vm(VOLUME, strange),
        vm(VOLUME, template(strange)),
        vm(VOLUME, template(f"{{source: {strange}}}")),
        vm(VOLUME, template(f"{{source: {{pvc: {strange}}}}}")),
        vm(VOLUME, template(f"{{sourceRef: {strange}}}")),
        vm(CLAIM_VOLUME, stanza=f"{{inferFromVolume: root, inferFromVolumeFailurePolicy: {strange}}}"),
    ):
        assert walk(text).end is not End.FOUND
    labelled = obj("PersistentVolumeClaim", "disk", labels=f"labels: {{{INSTANCETYPE}: {strange}}}")
    assert walk(vm(CLAIM_VOLUME), labelled).end in (End.FOUND, End.LABEL_MISSING)
    for spec in (strange, f"{{source: {strange}}}", f"{{source: {{dataSource: {strange}}}}}"):
        walk(vm(VOLUME, template(FROM_SOURCE)), obj("DataSource", "fedora", spec, namespace="golden"))
