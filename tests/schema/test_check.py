from __future__ import annotations

import textwrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules._wording import in_words
from rules.api._words import WORDS
from vmlint.model.field import render
from vmlint.model.refusal import Refusal
from vmlint.schema.check import Admission, Schema, check
from vmlint.schema.code import Outcome, SchemaKind, kind_of, outcome_of
from vmlint.schema.load import schema_of
from vmlint.schema.node import Node
from vmlint.schema.openapi import normalise
from vmlint.source.decode import decode_text
from vmlint.source.edit import Move

KINDS = {
    "VirtualMachine": "kubevirt.io/v1",
    "VirtualMachineInstance": "kubevirt.io/v1",
    "VirtualMachineInstanceReplicaSet": "kubevirt.io/v1",
    "VirtualMachinePool": "pool.kubevirt.io/v1beta1",
    "VirtualMachineInstancetype": "instancetype.kubevirt.io/v1beta1",
    "VirtualMachinePreference": "instancetype.kubevirt.io/v1beta1",
    "VirtualMachineSnapshot": "snapshot.kubevirt.io/v1beta1",
    "VirtualMachineBackup": "backup.kubevirt.io/v1alpha1",
    "MigrationPolicy": "migrations.kubevirt.io/v1alpha1",
    "DataVolume": "cdi.kubevirt.io/v1beta1",
    "DataSource": "cdi.kubevirt.io/v1beta1",
    "StorageProfile": "cdi.kubevirt.io/v1beta1",
}


def read(text: str) -> Any:
    document = decode_text(textwrap.dedent(text), "all.yaml").documents[0]
    assert document.problem is None, document.problem
    return document.data


def causes(kind: str, text: str, **options: Any) -> list[Refusal]:
    """The causes of an object whose `spec` is the text."""
    schema = schema_of(KINDS[kind], kind)
    assert schema is not None
    data = {"apiVersion": KINDS[kind], "kind": kind, "metadata": {"name": "web"}, "spec": read(text)}
    return list(check(data, schema, **options))


def brief(found: list[Refusal]) -> list[tuple[str, SchemaKind, Outcome]]:
    return [(render(cause.path), kind_of(cause), outcome_of(cause)) for cause in found]


def machine(rest: str) -> str:
    """A VM's spec whose template's spec is the text."""
    return "runStrategy: Always\ntemplate:\n  spec:\n" + textwrap.indent(textwrap.dedent(rest), "    ")


def test_a_complete_vm_has_no_fault() -> None:
    text = machine(
        """
        domain:
          cpu: {cores: 2}
          memory: {guest: 4Gi}
          devices:
            disks: [{name: root, disk: {bus: virtio}}]
        volumes:
        - {name: root, containerDisk: {image: "quay.io/x:1"}}
        """
    )
    assert causes("VirtualMachine", text) == []


def test_an_unknown_field_is_dropped_and_its_home_named() -> None:
    text = machine("{domain: {devices: {}}, resources: {requests: {memory: 1Gi}}}")
    (refusal,) = causes("VirtualMachine", text)
    words = in_words(WORDS, refusal)
    source, place = ("spec", "template", "spec", "resources"), ("spec", "template", "spec", "domain", "resources")
    assert (refusal.path, kind_of(refusal), outcome_of(refusal)) == (source, SchemaKind.UNKNOWN, Outcome.DROPPED)
    assert words.wrong == "`spec.template.spec` has no field `resources`"
    assert words.fix == "move it to `spec.template.spec.domain.resources`"
    assert words.edits is not None
    assert words.edits(refusal) == (Move(source, place),)


def test_an_unquoted_word_that_yaml_reads_as_a_boolean_is_explained() -> None:
    text = """
    selector: {matchLabels: {app: y}}
    template:
      metadata: {labels: {app: "y"}}
      spec: {domain: {devices: {}}}
    """
    found = causes("VirtualMachineInstanceReplicaSet", text)
    assert brief(found) == [("spec.selector.matchLabels.app", SchemaKind.TYPE, Outcome.REFUSED)]
    assert in_words(WORDS, found[0]).wrong == "`app` must be a string; it is the boolean `true`"
    assert in_words(WORDS, found[0]).fix.startswith("quote it: in YAML an unquoted `y`")


@pytest.mark.parametrize(
    ("spec", "path", "kind"),
    [
        ("{domain: {devices: {}, cpu: {cores: two}}}", "domain.cpu.cores", SchemaKind.TYPE),
        ("{domain: {devices: {}, cpu: {cores: '2'}}}", "domain.cpu.cores", SchemaKind.TYPE),
        ("{domain: {devices: {}, cpu: {cores: 1.5}}}", "domain.cpu.cores", SchemaKind.TYPE),
        ("{domain: {devices: {}, cpu: {cores: -1}}}", "domain.cpu.cores", SchemaKind.RANGE),
        ("{domain: {devices: {}, cpu: {cores: 2147483648}}}", "domain.cpu.cores", SchemaKind.RANGE),
        ("{domain: {devices: {}, memory: {guest: 4GiB}}}", "domain.memory.guest", SchemaKind.PATTERN),
        ("{domain: {devices: {}, memory: {guest: true}}}", "domain.memory.guest", SchemaKind.TYPE),
        ("{domain: {devices: {disks: {name: root}}}}", "domain.devices.disks", SchemaKind.TYPE),
        ("{domain: {devices: {disks: [null]}}}", "domain.devices.disks[0]", SchemaKind.TYPE),
        ("{domain: {devices: {}, rebootPolicy: Never}}", "domain.rebootPolicy", SchemaKind.ENUM),
        ("{domain: {devices: {}, rebootPolicy: ''}}", "domain.rebootPolicy", SchemaKind.ENUM),
        ("{domain: {devices: {}}, dnsPolicy: none}", "dnsPolicy", SchemaKind.ENUM),
        ("{domain: {devices: {}}, dnsPolicy: ''}", "dnsPolicy", SchemaKind.ENUM),
        ("{domain: {devices: {}, clock: {zone: UTC}}}", "domain.clock.zone", SchemaKind.UNKNOWN),
        (
            "{domain: {devices: {}}, volumes: [{name: v, containerPath: {path: etc}}]}",
            "volumes[0].containerPath.path",
            SchemaKind.RULE,
        ),
        ("{domain: {}}", "domain.devices", SchemaKind.MISSING),
        ("{domain: {devices: }}", "domain.devices", SchemaKind.MISSING),
        ("{volumes: []}", "domain", SchemaKind.MISSING),
    ],
)
def test_what_the_cluster_refuses_of_a_vm(spec: str, path: str, kind: SchemaKind) -> None:
    assert brief(causes("VirtualMachine", machine(spec))) == [(f"spec.template.spec.{path}", kind, Outcome.REFUSED)]


@pytest.mark.parametrize(
    ("size", "fix"),
    [("4GiB", "write `4Gi`"), ("500mb", "write `500m`"), ("4 Gi", "write a quantity such as `4Gi` or `500m`")],
)
def test_the_quantity_that_is_meant(size: str, fix: str) -> None:
    (cause,) = causes("VirtualMachine", machine(f"domain: {{devices: {{}}, memory: {{guest: {size}}}}}"))
    assert in_words(WORDS, cause).fix == fix


def test_a_vm_without_a_spec_is_refused() -> None:
    schema = schema_of("kubevirt.io/v1", "VirtualMachine")
    assert schema is not None
    assert brief(list(check({"metadata": {"name": "a"}}, schema))) == [("spec", SchemaKind.MISSING, Outcome.REFUSED)]


def test_go_writes_a_fractional_quantity_of_a_vm_as_text_before_the_crd_sees_it() -> None:
    template = "{domain: {devices: {}, resources: {requests: {cpu: 0.5}}}}"
    assert causes("VirtualMachine", machine(template)) == []
    pool = f"virtualMachineTemplate: {{spec: {{runStrategy: Always, template: {{spec: {template}}}}}}}\nselector: {{}}"
    path = "spec.virtualMachineTemplate.spec.template.spec.domain.resources.requests.cpu"
    found = causes("VirtualMachinePool", pool)
    assert brief(found) == [(path, SchemaKind.TYPE, Outcome.REFUSED)]
    assert in_words(WORDS, found[0]).fix == 'quote it: `"0.5"`'


def test_an_absent_required_text_of_a_vm_becomes_an_empty_one() -> None:
    template = "{domain: {devices: {}}, volumes: [{name: root, containerDisk: {}}]}"
    path = "spec.template.spec.volumes[0].containerDisk.image"
    assert brief(causes("VirtualMachine", machine(template))) == [(path, SchemaKind.MISSING, Outcome.BLANK)]
    replicas = f"selector: {{}}\ntemplate: {{spec: {template}}}"
    assert brief(causes("VirtualMachineInstanceReplicaSet", replicas)) == [(path, SchemaKind.MISSING, Outcome.REFUSED)]


def test_metadata_of_a_template_is_refused_where_kubevirt_validates_and_inert_elsewhere() -> None:
    template = "{metadata: {labels: {a: 1}, domain: {cpu: {cores: 1}}}, spec: {domain: {devices: {}}}}"
    assert brief(causes("VirtualMachine", f"runStrategy: Always\ntemplate: {template}")) == [
        ("spec.template.metadata.labels.a", SchemaKind.TYPE, Outcome.REFUSED),
        ("spec.template.metadata.domain", SchemaKind.UNKNOWN, Outcome.REFUSED),
    ]
    pool = f"virtualMachineTemplate: {{spec: {{runStrategy: Always, template: {template}}}}}\nselector: {{}}"
    assert brief(causes("VirtualMachinePool", pool)) == [
        ("spec.virtualMachineTemplate.spec.template.metadata.labels.a", SchemaKind.TYPE, Outcome.REFUSED),
        ("spec.virtualMachineTemplate.spec.template.metadata.domain", SchemaKind.UNKNOWN, Outcome.INERT),
    ]


def test_null_metadata_of_a_template() -> None:
    template = "{metadata: {creationTimestamp: null, labels: null}, spec: {domain: {devices: {}}}}"
    found = causes("VirtualMachine", f"runStrategy: Always\ntemplate: {template}")
    assert brief(found) == [("spec.template.metadata.labels", SchemaKind.TYPE, Outcome.REFUSED)]


def test_nulls_of_fields_that_take_none_are_dropped() -> None:
    assert (
        causes("VirtualMachine", machine("{domain: {devices: {disks: null}, cpu: null}, nodeSelector: {a: null}}"))
        == []
    )


def test_values_that_are_decided_elsewhere_are_no_fault() -> None:
    text = machine(
        """
        domain:
          cpu: {cores: "${CORES}"}
          memory: {guest: "{{ memory }}"}
          devices: "${DEVICES}"
          rebootPolicy: "${POLICY}"
        volumes: ["${VOLUME}"]
        "${MORE}": {}
        """
    )
    assert causes("VirtualMachine", text) == []


def test_a_variable_among_the_keys_may_bring_what_is_missing() -> None:
    assert causes("VirtualMachine", machine("{'${DOMAIN}': x}")) == []


def test_a_fragment_may_lack_anything() -> None:
    assert causes("VirtualMachine", "{template: {spec: {$patch: merge, volumes: []}}}", whole=False) == []


def test_limits_of_lists_and_numbers() -> None:
    sets = "claimPropertySets: [" + "{accessModes: [ReadWriteOnce], volumeMode: Block}," * 9 + "]"
    assert brief(causes("StorageProfile", sets)) == [("spec.claimPropertySets", SchemaKind.LENGTH, Outcome.REFUSED)]
    memory = "{cpu: {guest: 1}, memory: {guest: 1Gi, overcommitPercent: 101}}"
    path = "spec.memory.overcommitPercent"
    assert brief(causes("VirtualMachineInstancetype", memory)) == [(path, SchemaKind.RANGE, Outcome.REFUSED)]


def test_rules_of_the_schema() -> None:
    sets = "claimPropertySets: [{accessModes: [ReadWriteOften], volumeMode: Block}]"
    path = "spec.claimPropertySets[0].accessModes"
    assert brief(causes("StorageProfile", sets)) == [(path, SchemaKind.RULE, Outcome.REFUSED)]
    variable = "claimPropertySets: [{accessModes: ['${MODE}'], volumeMode: Block}]"
    assert causes("StorageProfile", variable) == []
    source = "{pvcName: out, source: {apiGroup: kubevirt.io, kind: Machine, name: web}}"
    assert [kind for _, kind, _ in brief(causes("VirtualMachineBackup", source))] == [SchemaKind.RULE]


def test_entries_that_must_differ() -> None:
    constraint = "{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}"
    text = machine(f"{{domain: {{devices: {{}}}}, topologySpreadConstraints: [{constraint}, {constraint}]}}")
    path = "spec.template.spec.topologySpreadConstraints[1]"
    assert brief(causes("VirtualMachine", text)) == [(path, SchemaKind.DUPLICATE, Outcome.REFUSED)]


def test_durations_are_decoded() -> None:
    good, bad = (
        "{source: {kind: a, name: b}, failureDeadline: 1h30m}",
        "{source: {kind: a, name: b}, failureDeadline: 5 min}",
    )
    assert causes("VirtualMachineSnapshot", good) == []
    found = causes("VirtualMachineSnapshot", bad)
    assert brief(found) == [("spec.failureDeadline", SchemaKind.PATTERN, Outcome.REFUSED)]


def test_fields_of_other_releases() -> None:
    text = machine("{domain: {devices: {}, ioThreads: {supplementalPoolThreadCount: 4}}}")
    path = "spec.template.spec.domain.ioThreads"
    assert causes("VirtualMachine", text) == []
    assert causes("VirtualMachine", text, target=(1, 5)) == []
    found = causes("VirtualMachine", text, target=(1, 4, 3))
    assert brief(found) == [(path, SchemaKind.NEWER, Outcome.DROPPED)]
    assert in_words(WORDS, found[0]).wrong == "`ioThreads` exists only since KubeVirt 1.5"
    gone = "liveUpdateFeatures: {}\n" + machine("{domain: {devices: {}}}")
    assert causes("VirtualMachine", gone, target=(1, 1)) == []
    assert brief(causes("VirtualMachine", gone)) == [("spec.liveUpdateFeatures", SchemaKind.REMOVED, Outcome.DROPPED)]


def test_fields_of_proposals_are_known_until_a_release_is_named() -> None:
    text = (
        "volumeClaimTemplates: [{metadata: {name: root}, spec: {resources: {requests: {storage: 1Gi}}}}]\n"
        + machine(
            "{domain: {devices: {}, cpu: {guest: 2}}, volumes: [{name: root, persistentVolumeClaim: {name: root}}]}"
        )
    )
    assert causes("VirtualMachine", text) == []
    assert [(path, kind) for path, kind, _ in brief(causes("VirtualMachine", text, target=(1, 9)))] == [
        ("spec.volumeClaimTemplates", SchemaKind.PROPOSAL),
        ("spec.template.spec.domain.cpu.guest", SchemaKind.PROPOSAL),
        ("spec.template.spec.volumes[0].persistentVolumeClaim.name", SchemaKind.UNKNOWN),
        ("spec.template.spec.volumes[0].persistentVolumeClaim.claimName", SchemaKind.MISSING),
    ]


def test_what_a_crd_of_the_repository_says() -> None:
    openapi = {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "required": ["size"],
                "properties": {
                    "size": {"type": "integer", "minimum": 1},
                    "mode": {"type": "string", "enum": ["a", "b"], "pattern": "(a+)+$"},
                    "any": {"x-kubernetes-preserve-unknown-fields": True},
                    "port": {"x-kubernetes-int-or-string": True},
                },
            }
        },
    }
    schema = Schema("Widget", Admission.named("crd"), Node(normalise(openapi)))
    good = {"metadata": {"name": "a"}, "spec": {"size": 1, "mode": "a", "any": {"x": [1]}, "port": 2**40}}
    assert list(check(good, schema)) == []
    bad = {"metadata": {"name": "a"}, "spec": {"mode": "c", "any": 1, "port": [], "more": 1}}
    assert brief(list(check(bad, schema))) == [
        ("spec.mode", SchemaKind.ENUM, Outcome.REFUSED),
        ("spec.port", SchemaKind.TYPE, Outcome.REFUSED),
        ("spec.more", SchemaKind.UNKNOWN, Outcome.DROPPED),
        ("spec.size", SchemaKind.MISSING, Outcome.REFUSED),
    ]


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(2**70), st.just("${A}")
)
KEYS = st.sampled_from(
    ["spec", "metadata", "template", "domain", "devices", "disks", "cpu", "labels", "resources", "x", ""]
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@given(ANYTHING)
@settings(max_examples=60, deadline=None)
def test_no_data_makes_it_fail(data: Any) -> None:
    for kind, version in KINDS.items():
        schema = schema_of(version, kind)
        assert schema is not None
        for value in (
            data,
            {"spec": data, "metadata": data},
            {"spec": {"template": data, "virtualMachineTemplate": data}},
        ):
            for cause in check(value, schema):
                words = in_words(WORDS, cause)
                assert words.wrong
                assert words.fix
