"""What a pack says of a repository: findings with their places, and what it leaves undecided."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.build import analysed
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import snapshot_of
from vmlint.findings.location import located, undecided
from vmlint.packs.reading import read

VM = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
  namespace: shop
  labels:
    team: shop
spec:
  runStrategy: Always
  instancetype:
    name: small
  template:
    spec:
      domain:
        devices:
          disks:
          - name: root
            disk: {bus: virtio}
          - name: tools
            disk: {bus: sata}
      volumes:
      - name: root
        dataVolume:
          name: web-root
      - name: tools
        containerDisk:
          image: registry/tools:latest
"""

SMALL = """
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterInstancetype
metadata:
  name: small
  labels: {approved: "yes"}
spec:
  cpu: {guest: 1}
  memory: {guest: 2Gi}
"""

DISK = """
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataVolume
metadata:
  name: web-root
  namespace: shop
spec:
  sourceRef:
    kind: DataSource
    name: fedora
    namespace: images
  storage:
    resources: {requests: {storage: 20Gi}}
    storageClassName: fast
    accessModes: [ReadWriteOnce]
    volumeMode: Block
"""

CLASS = """
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: fast
provisioner: rbd.csi.ceph.com
parameters: {tier: gold}
"""

KUBEVIRT = """
apiVersion: kubevirt.io/v1
kind: KubeVirt
metadata: {name: kubevirt, namespace: kubevirt}
spec:
  configuration:
    evictionStrategy: LiveMigrate
"""


class Said:
    """What one rule says of some files: `line field: message` for findings, `line: reason` for what is undecided."""

    def __init__(self, folder: Path, rule: str, files: tuple[str, ...], **overrides: object) -> None:
        pack = folder / "pack.yaml"
        head = "rules:\n- id: T001\n  slug: fault\n  subject: VirtualMachine\n  message: '{value}'\n"
        body = textwrap.indent(textwrap.dedent(rule).strip(), "  ")
        keys = {line.partition(":")[0] for line in textwrap.dedent(rule).strip().splitlines()}
        head = "".join(line for line in head.splitlines(True) if line.strip().partition(":")[0] not in keys)
        pack.write_text(f"{head}{body}\n")
        tree = folder / "tree"
        tree.mkdir(exist_ok=True)
        for number, text in enumerate(files):
            (tree / f"{number}.yaml").write_text(text.lstrip())
        rules = read(pack)
        opened = snapshot_of(RunRequest((str(tree),), overrides=overrides))
        ran = analysed(rules, opened.worlds)
        self.located = [located(*pair) for pair in ran.violations]
        self.crashes = ran.crashes
        self.findings = [f"{one.line} {one.field}: {one.message}" for one in self.located]
        self.doubts = [f"{one.line}: {one.reason}" for one in map(undecided, ran.doubts)]
        self.chains = [[step.text for step in one.chain] for one in self.located]


Ask = Callable[..., Said]
"""A rule, the files, settings."""


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.chdir(tmp_path)

    def ask(rule: str, *files: str, **overrides: object) -> Said:
        got = Said(tmp_path, rule, files or (VM,), **overrides)
        assert got.crashes == []
        return got

    return ask


# What is wanted of values


@pytest.mark.parametrize(
    ("require", "findings"),
    [
        ("path: metadata.labels.owner, exists: true", ["6 metadata.labels.owner: nothing"]),
        ("path: metadata.labels.team, exists: true", []),
        ("path: metadata.labels.team, exists: false", ["7 metadata.labels.team: shop"]),
        ("path: metadata.labels.team, equals: shop", []),
        ("path: metadata.labels.team, equals: [shop]", ["7 metadata.labels.team: shop"]),
        ("path: metadata.labels.team, in: [a, b]", ["7 metadata.labels.team: shop"]),
        ("path: metadata.labels.team, matches: [x*, s*]", []),
        ("path: metadata.labels.team, matches: 'o*'", ["7 metadata.labels.team: shop"]),
        ("path: metadata.labels.team, regex: 'o.$'", []),
        ("path: metadata.labels.team, regex: '^o'", ["7 metadata.labels.team: shop"]),
        ("path: metadata.labels, contains: shop", ["6 metadata.labels: {\"team\": \"shop\"}"]),
        ("path: 'spec.template.spec.volumes[*].containerDisk.image', matches: '*:v1'", [
            "27 spec.template.spec.volumes[1].containerDisk.image: registry/tools:latest"
        ]),
        ("path: 'spec.template.spec.volumes[*].hostDisk.path', matches: '*'", []),
        ("path: 'spec.template.spec.volumes[*]', count: '>= 3'", ["21 spec.template.spec.volumes: 2"]),
        ("path: 'spec.template.spec.volumes[*]', count: '>= 1, < 3'", []),
        ("path: 'spec.template.spec.volumes[*].name', equals: root, count: '== 1'", []),
        ("path: \"$..disks[?(@.disk.bus == 'sata')].name\", count: '== 0'", ["4 metadata.name: 1"]),
    ],
)  # fmt: skip
def test_require(said: Ask, require: str, findings: list[str]) -> None:
    got = said(f"require: {{{require}}}")
    assert (got.findings, got.doubts) == (findings, [])


@pytest.mark.parametrize(
    ("forbid", "findings"),
    [
        ("path: metadata.labels.owner, exists: true", []),
        ("path: metadata.labels.owner, exists: false", ["6 metadata.labels.owner: nothing"]),
        ("path: 'spec.template.spec.domain.devices.disks[*].disk.bus', in: [sata, scsi]", [
            "20 spec.template.spec.domain.devices.disks[1].disk.bus: sata"
        ]),
        ("path: '$..name', matches: 't*'", [
            "19 spec.template.spec.domain.devices.disks[1].name: tools",
            "25 spec.template.spec.volumes[1].name: tools",
        ]),
        ("path: metadata.labels.owner, equals: x", []),
    ],
)  # fmt: skip
def test_forbid(said: Ask, forbid: str, findings: list[str]) -> None:
    got = said(f"forbid: {{{forbid}}}")
    assert (got.findings, got.doubts) == (findings, [])


@pytest.mark.parametrize(
    ("wanted", "value", "fits"),
    [
        ("quantity: '>= 2Gi'", "2048Mi", True),
        ("quantity: '>= 2Gi, <= 4Gi'", "5Gi", False),
        ("quantity: '< 2'", "1500m", True),
        ("quantity: '< 2'", "3", False),
        ("quantity: '< 2'", "many", False),
        ("version: '>= 1.2'", "v1.10.0", True),
        ("version: '>= 1.2'", '"1.1"', False),
        ("version: '< 1.9'", "1.9.0-rc.1", True),
        ("version: '>= 1.2'", "latest", False),
        ("version: '>= 1.2'", f'"{"1" * 5000}"', False),
        ("equals: 1", "1", True),
        ("equals: 1", "true", False),
        ("equals: true", "true", True),
        ("equals: '1'", "1", False),
        ("contains: b", "[a, b]", True),
        ("contains: b", "[a]", False),
        ("equals: [a, {b: 1}]", "[a, {b: 1}]", True),
    ],
)
def test_operators(said: Ask, wanted: str, value: str, fits: bool) -> None:
    vm = VM.replace("    team: shop", f"    team: {value}")
    got = said(f"require: {{path: metadata.labels.team, {wanted}}}", vm)
    assert ([one.partition(" ")[0] for one in got.findings], got.doubts) == ([] if fits else ["7"], [])


@pytest.mark.parametrize(
    ("guard", "spoken"),
    [
        ("when: {path: metadata.labels.team, equals: shop}", True),
        ("when: {path: metadata.labels.team, equals: bank}", False),
        ("when: {path: metadata.labels.owner, equals: bank}", False),
        ("when: [{path: metadata.namespace, matches: sh*}, {path: metadata.labels.team, equals: bank}]", False),
        ("when: {path: 'spec.template.spec.volumes[*].name', equals: tools}", True),
        ("unless: {path: metadata.labels.team, equals: shop}", False),
        ("unless: {path: metadata.labels.owner, exists: true}", True),
    ],
)
def test_guards(said: Ask, guard: str, spoken: bool) -> None:
    got = said(f"{guard}\nforbid: {{path: metadata.name, exists: true}}")
    assert (got.findings, got.doubts) == (["4 metadata.name: web"] if spoken else [], [])


def test_the_namespace_is_the_one_that_the_object_ends_up_in(said: Ask) -> None:
    vm = VM.replace("  namespace: shop\n", "")
    got = said("forbid: {path: metadata.namespace, equals: depot}", vm, default_namespace="depot")
    assert got.findings == ["3 metadata.namespace: depot"]


def test_each_starts_paths_in_what_it_finds(said: Ask) -> None:
    rule = """
    each: spec.template.spec.domain.devices.disks[*]
    when:
    - {path: disk, exists: true}
    - {path: $.metadata.labels.team, equals: shop}
    require:
    - {path: disk.bus, equals: virtio}
    - {path: serial, exists: true, message: no serial}
    """
    got = said(rule)
    assert got.findings == [
        "17 spec.template.spec.domain.devices.disks[0].serial: no serial",
        "20 spec.template.spec.domain.devices.disks[1].disk.bus: sata",
        "19 spec.template.spec.domain.devices.disks[1].serial: no serial",
    ]


def test_several_kinds(said: Ask) -> None:
    got = said("subject: [StorageClass, DataVolume]\nforbid: {path: kind, exists: true}", VM, DISK, CLASS, SMALL)
    assert got.findings == ["2 kind: DataVolume", "2 kind: StorageClass"]


def test_a_message_names_the_object_and_the_field(said: Ask) -> None:
    got = said(
        "message: '{kind} {namespace}/{name} {{{field}}} {value}'\nforbid: {path: spec.runStrategy, exists: true}"
    )
    assert got.findings == ["9 spec.runStrategy: VirtualMachine shop/web {spec.runStrategy} Always"]


# Variables


@pytest.mark.parametrize("condition", ["equals: shop", "matches: s*", "regex: s", "in: [a]", "quantity: '> 1'"])
@pytest.mark.parametrize("part", ["require", "forbid"])
def test_a_variable_is_undecided(said: Ask, part: str, condition: str) -> None:
    vm = VM.replace("team: shop", "team: ${TEAM}")
    got = said(f"{part}: {{path: metadata.labels.team, {condition}}}", vm)
    assert (got.findings, got.doubts) == (
        [],
        ["7: `metadata.labels.team`: its value contains a variable or is encrypted"],
    )


def test_a_variable_is_there(said: Ask) -> None:
    got = said("require: {path: metadata.labels.team, exists: true}", VM.replace("team: shop", "team: ${TEAM}"))
    assert (got.findings, got.doubts) == ([], [])


def test_a_key_with_a_variable_may_be_the_one(said: Ask) -> None:
    got = said("require: {path: metadata.labels.owner, exists: true}", VM.replace("team: shop", "'${KEY}': shop"))
    assert (got.findings, got.doubts) == ([], ["6: `metadata.labels.owner`: one of its keys contains a variable"])


def test_a_guard_with_a_variable_leaves_faults_undecided_alone(said: Ask) -> None:
    vm = VM.replace("team: shop", "team: ${TEAM}")
    guard = "when: {path: metadata.labels.team, equals: shop}"
    got = said(f"{guard}\nrequire: {{path: metadata.labels.owner, exists: true}}", vm)
    assert (got.findings, got.doubts) == (
        [],
        ["6: `metadata.labels.team`: its value contains a variable or is encrypted"],
    )
    assert said(f"{guard}\nrequire: {{path: metadata.name, exists: true}}", vm).doubts == []


# As KubeVirt would run it

MEMORY = "require: {path: spec.template.spec.domain.memory.guest, quantity: '>= 4Gi'}"


def test_expanded_sees_what_the_instancetype_gives(said: Ask) -> None:
    got = said(f"of: expanded\n{MEMORY}", VM, SMALL)
    assert (got.findings, got.doubts) == (["11 spec.instancetype.name: 2Gi"], [])
    assert got.chains == [
        ["`spec.template.spec.domain.memory.guest` comes from VirtualMachineClusterInstancetype small"]
    ]


def test_written_does_not(said: Ask) -> None:
    got = said(f"of: written\n{MEMORY}", VM, SMALL)
    assert got.findings == ["14 spec.template.spec.domain.memory.guest: nothing"]


def test_expanded_leaves_open_what_an_unknown_instancetype_gives(said: Ask) -> None:
    got = said(f"of: expanded\n{MEMORY}", VM)
    assert got.findings == []
    assert [one.partition(": ")[0] for one in got.doubts] == ["14"]
    assert "VirtualMachineClusterInstancetype `small` is not in the repository" in got.doubts[0]


def test_expanded_knows_what_no_instancetype_changes(said: Ask) -> None:
    got = said("of: expanded\nforbid: {path: 'spec.template.spec.volumes[*].containerDisk.image', exists: true}", VM)
    assert (got.findings, got.doubts) == (
        ["27 spec.template.spec.volumes[1].containerDisk.image: registry/tools:latest"],
        [],
    )


EVICTION = "of: expanded\nrequire: {path: spec.template.spec.evictionStrategy, equals: LiveMigrate}"


def test_a_default_is_the_configurations(said: Ask) -> None:
    open_world = said(EVICTION, VM, SMALL)
    assert (open_world.findings, open_world.doubts) == (
        [],
        [
            "13: `spec.template.spec.evictionStrategy`: it depends on the cluster's KubeVirt object, which is not "
            "in the files"
        ],
    )
    assert said(EVICTION, VM, SMALL, KUBEVIRT).findings == []
    assert said(EVICTION, VM, SMALL, KUBEVIRT.replace("LiveMigrate", "External")).findings == [
        "13 spec.template.spec.evictionStrategy: External"
    ]


def test_a_closed_world_has_no_other_configuration(said: Ask) -> None:
    got = said(EVICTION, VM, SMALL, closed_world=True)
    assert (got.findings, got.doubts) == (["13 spec.template.spec.evictionStrategy: None"], [])


# Links


def test_via_instancetype(said: Ask) -> None:
    rule = (
        "message: '{via.kind} {via.name}'\nrequire: {via: instancetype, path: metadata.labels.approved, equals: 'no'}"
    )
    got = said(rule, VM, SMALL)
    assert got.findings == ["11 spec.instancetype.name: VirtualMachineClusterInstancetype small"]
    assert got.chains == [
        [
            "VirtualMachine shop/web → VirtualMachineClusterInstancetype small",
            "VirtualMachineClusterInstancetype small: `metadata.labels.approved` is `yes`",
        ]
    ]


def test_of_an_object_elsewhere_the_name_is_known(said: Ask) -> None:
    outside = ["VirtualMachineClusterInstancetype *"]
    name = said("forbid: {via: instancetype, path: metadata.name, equals: small}", VM, outside=outside)
    assert (name.findings, name.doubts) == (["11 spec.instancetype.name: small"], [])
    label = said("require: {via: instancetype, path: metadata.labels.approved, exists: true}", VM, outside=outside)
    assert (label.findings, len(label.doubts)) == ([], 1)
    assert label.doubts[0].startswith(
        "11: `metadata.labels.approved` of VirtualMachineClusterInstancetype small: the content"
    )


def test_a_link_that_is_not_there_wants_nothing(said: Ask) -> None:
    got = said("require: {via: preference, path: metadata.name, equals: x}", VM, SMALL)
    assert (got.findings, got.doubts) == ([], [])


def test_via_several_links(said: Ask) -> None:
    rule = "require: {via: ['volumes[*].source', storageClass], path: parameters.tier, equals: silver}"
    got = said(rule, VM, SMALL, DISK, CLASS)
    assert got.findings == ["23 spec.template.spec.volumes[0].dataVolume: gold"]
    assert got.chains == [
        [
            "VirtualMachine shop/web → DataVolume shop/web-root",
            "DataVolume shop/web-root → StorageClass fast",
            "StorageClass fast: `parameters.tier` is `gold`",
        ]
    ]


def test_via_claim_is_the_claim_that_cdi_makes(said: Ask) -> None:
    rule = "require: {via: 'volumes[*].claim', path: spec.accessModes, contains: ReadWriteMany}"
    written = said(rule, VM, SMALL, DISK, CLASS)
    assert written.findings == ['23 spec.template.spec.volumes[0].dataVolume: ["ReadWriteOnce"]']
    by_profile = said(
        rule, VM, SMALL, DISK.replace("    accessModes: [ReadWriteOnce]\n    volumeMode: Block\n", ""), CLASS
    )
    assert (by_profile.findings, by_profile.doubts) == ([], [])


def test_via_claim_is_open_where_the_class_is(said: Ask) -> None:
    rule = "require: {via: 'volumes[*].claim', path: spec.accessModes, contains: ReadWriteMany}"
    disk = DISK.replace("    accessModes: [ReadWriteOnce]\n", "")
    got = said(rule, VM, SMALL, disk)
    assert (got.findings, [one.partition(": ")[0] for one in got.doubts]) == ([], ["23"])


def test_via_source_of_a_disk(said: Ask) -> None:
    got = said("subject: DataVolume\nforbid: {via: source, path: metadata.namespace, equals: images}", DISK)
    assert (got.findings, got.doubts) == (["9 spec.sourceRef.name: images"], [])


def test_via_namespace(said: Ask) -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {env: prod}}\n"
    rule = (
        "when: {via: namespace, path: metadata.labels.env, equals: prod}\nforbid: {path: metadata.name, exists: true}"
    )
    assert said(rule, VM, namespace).findings == ["4 metadata.name: web"]
    assert said(rule, VM, namespace.replace("prod", "test")).findings == []


def test_an_object_that_is_too_large_is_undecided(said: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmlint.packs.query._MOST", 5)
    got = said("forbid: {path: $..name, exists: true}")
    assert (got.findings, got.doubts) == (
        [],
        ["4: the object is too large for this path: more than 5 values are below it"],
    )
