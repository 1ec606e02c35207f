"""What a VM's matcher means: which object, or why there is none."""

from __future__ import annotations

import pytest

from tests.build import cluster
from vmlint.graph.cluster import Cluster
from vmlint.kubevirt.inference import infer
from vmlint.kubevirt.matching import Flaw, Match, MatchOutcome, flaws, match, namespaced_twin
from vmlint.model.access import mapping
from vmlint.model.field import render
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine

CLAIM_LABELS = "instancetype.kubevirt.io/default-instancetype"


def vm(spec: str) -> str:
    return f"{{apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {{name: web}}, spec: {spec}}}"


def sized(kind: str, name: str, namespace: str = "shop", version: str = "v1beta1") -> str:
    return (
        f"{{apiVersion: instancetype.kubevirt.io/{version}, kind: {kind}, "
        f"metadata: {{name: {name}, namespace: {namespace}}}, spec: {{cpu: {{guest: 2}}}}}}"
    )


CLUSTERWIDE = sized("VirtualMachineClusterInstancetype", "small")
NAMESPACED = sized("VirtualMachineInstancetype", "small")


def world_and_vm(*files: str, outside: tuple[str, ...] = ()) -> tuple[Cluster, VirtualMachine]:
    world = cluster(*files, outside=outside)
    subject = world.resources[0]
    assert isinstance(subject, VirtualMachine)
    return world, subject


def matched(*files: str, outside: tuple[str, ...] = (), matcher: Matcher = Matcher.INSTANCETYPE) -> Match:
    world, subject = world_and_vm(*files, outside=outside)
    chain = infer(subject, matcher, world, snapshots=True, closed=False)
    found = match(subject, matcher, world, chain)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("stanza", "expected"),
    [
        ("{}", [(Flaw.EMPTY, "")]),
        ("{kind: VirtualMachineInstancetype}", [(Flaw.EMPTY, "")]),
        ("{name: ''}", [(Flaw.EMPTY, "")]),
        ("{name: 7}", [(Flaw.EMPTY, "")]),
        ("{revisionName: web-1}", [(Flaw.EMPTY, "")]),
        ("{name: small}", []),
        ("{name: '${SIZE}'}", []),
        ("{inferFromVolume: root}", []),
        ("{inferFromVolume: root, name: small}", [(Flaw.NAME_AND_INFER, "name")]),
        ("{inferFromVolume: root, kind: X}", [(Flaw.KIND_AND_INFER, "kind")]),
        (
            "{inferFromVolume: root, name: small, kind: X, inferFromVolumeFailurePolicy: ''}",
            [
                (Flaw.NAME_AND_INFER, "name"),
                (Flaw.KIND_AND_INFER, "kind"),
                (Flaw.BAD_POLICY, "inferFromVolumeFailurePolicy"),
            ],
        ),
        ("{inferFromVolume: root, inferFromVolumeFailurePolicy: Ignore}", []),
        ("{inferFromVolume: root, inferFromVolumeFailurePolicy: Reject}", []),
        ("{inferFromVolume: root, inferFromVolumeFailurePolicy: '${POLICY}'}", []),
        ("{inferFromVolume: root, inferFromVolumeFailurePolicy: null}", []),
        ("{inferFromVolume: root, revisionName: web-1}", []),
        ("{name: small, inferFromVolumeFailurePolicy: Ignore}", []),
        ("{name: small, inferFromVolumeFailurePolicy: ignore}", [(Flaw.BAD_POLICY, "inferFromVolumeFailurePolicy")]),
    ],
)
def test_flaws(stanza: str, expected: list[tuple[Flaw, str]]) -> None:
    _, subject = world_and_vm(vm(f"{{instancetype: {stanza}}}"))
    assert [(flaw, render(path)) for flaw, path in flaws(subject.matcher(Matcher.INSTANCETYPE) or {})] == expected


@pytest.mark.parametrize("spec", ["{}", "{instancetype: null}", "{instancetype: []}", "{instancetype: small}", "7"])
def test_no_matcher(spec: str) -> None:
    world, subject = world_and_vm(vm(spec))
    assert match(subject, Matcher.INSTANCETYPE, world, None) is None


def test_a_flawed_matcher_is_refused() -> None:
    found = matched(vm("{instancetype: {}}"))
    assert (found.outcome, render(found.path), found.object) == (MatchOutcome.REFUSED, "spec.instancetype", None)


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("", "VirtualMachineClusterInstancetype small"),
        ("VirtualMachineClusterInstancetype", "VirtualMachineClusterInstancetype small"),
        ("virtualmachineclusterinstancetypes", "VirtualMachineClusterInstancetype small"),
        ("VirtualMachineInstancetype", "VirtualMachineInstancetype shop/small"),
        ("VIRTUALMACHINEINSTANCETYPES", "VirtualMachineInstancetype shop/small"),
    ],
)
def test_the_kind_in_any_case_singular_or_plural(kind: str, meant: str) -> None:
    found = matched(vm(f"{{instancetype: {{name: small, kind: '{kind}'}}}}"), CLUSTERWIDE, NAMESPACED)
    assert (found.outcome, found.name, found.version) == (MatchOutcome.USED, "small", "v1beta1")
    assert found.resolution is not None
    assert str(found.resolution.ref) == meant
    assert found.spec == {"cpu": {"guest": 2}}
    assert render(found.path) == "spec.instancetype.name"


def test_a_preference_has_kinds_of_its_own() -> None:
    preference = sized("VirtualMachinePreference", "small")
    text = vm("{preference: {name: small, kind: virtualmachinepreference}}")
    assert matched(text, preference, matcher=Matcher.PREFERENCE).outcome is MatchOutcome.USED
    text = vm("{preference: {name: small, kind: VirtualMachineInstancetype}}")
    assert matched(text, NAMESPACED, matcher=Matcher.PREFERENCE).outcome is MatchOutcome.UNKNOWN_KIND


def test_an_unknown_kind() -> None:
    found = matched(vm("{instancetype: {name: small, kind: ClusterInstancetype}}"), CLUSTERWIDE)
    assert (found.outcome, found.kind, found.resolution) == (MatchOutcome.UNKNOWN_KIND, "ClusterInstancetype", None)


def test_missing() -> None:
    assert matched(vm("{instancetype: {name: small}}"), NAMESPACED).outcome is MatchOutcome.MISSING


@pytest.mark.parametrize(
    ("stanza", "outside"),
    [
        ("{name: '${SIZE}'}", ()),
        ("{name: small, kind: '${KIND}'}", ()),
        ("{name: small}", ("VirtualMachineClusterInstancetype small",)),
        ("{name: small, revisionName: web-1}", ("ControllerRevision shop/*",)),
    ],
)
def test_undecided(stanza: str, outside: tuple[str, ...]) -> None:
    found = matched(vm(f"{{instancetype: {stanza}}}"), outside=outside)
    assert (found.outcome, found.object) == (MatchOutcome.UNDECIDED, None)


def test_a_revision_is_used_instead_of_the_object() -> None:
    revision = f"{{apiVersion: apps/v1, kind: ControllerRevision, metadata: {{name: web-1}}, data: {NAMESPACED}}}"
    found = matched(vm("{instancetype: {name: small, kind: Nonsense, revisionName: web-1}}"), revision)
    assert (found.outcome, found.spec, found.version) == (MatchOutcome.USED, {"cpu": {"guest": 2}}, "v1beta1")
    assert render(found.path) == "spec.instancetype.revisionName"
    assert (
        matched(vm("{instancetype: {name: small, revisionName: web-1}}"), CLUSTERWIDE).outcome is MatchOutcome.MISSING
    )


VOLUME = "template: {spec: {volumes: [{name: root, persistentVolumeClaim: {claimName: disk}}]}}"


def claim(labels: str) -> str:
    return f"{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: disk, labels: {labels}}}}}"


@pytest.mark.parametrize(
    ("policy", "labels", "outcome", "meant"),
    [
        ("Reject", f"{{{CLAIM_LABELS}: small}}", MatchOutcome.USED, "VirtualMachineClusterInstancetype small"),
        ("Reject", f"{{{CLAIM_LABELS}: small, {CLAIM_LABELS}-kind: VirtualMachineInstancetype}}", MatchOutcome.USED,
         "VirtualMachineInstancetype shop/small"),
        ("Reject", f"{{{CLAIM_LABELS}: big}}", MatchOutcome.MISSING, "VirtualMachineClusterInstancetype big"),
        ("Reject", f"{{{CLAIM_LABELS}: ''}}", MatchOutcome.MISSING, "VirtualMachineClusterInstancetype "),
        ("Reject", f"{{{CLAIM_LABELS}: small, {CLAIM_LABELS}-kind: Nonsense}}", MatchOutcome.UNKNOWN_KIND, None),
        ("Reject", "{}", MatchOutcome.REFUSED, None),
        ("Ignore", "{}", MatchOutcome.DROPPED, None),
        ("Ignore", f"{{{CLAIM_LABELS}: small}}", MatchOutcome.USED, "VirtualMachineClusterInstancetype small"),
        ("Reject", f"{{{CLAIM_LABELS}: '${{SIZE}}'}}", MatchOutcome.UNDECIDED, None),
    ],
)  # fmt: skip
def test_after_inference(policy: str, labels: str, outcome: MatchOutcome, meant: str | None) -> None:
    stanza = f"{{inferFromVolume: root, inferFromVolumeFailurePolicy: {policy}}}"
    found = matched(vm(f"{{instancetype: {stanza}, {VOLUME}}}"), claim(labels), CLUSTERWIDE, NAMESPACED)
    assert (found.outcome, render(found.path)) == (outcome, "spec.instancetype.inferFromVolume")
    assert (str(found.resolution.ref) if found.resolution else None) == meant


@pytest.mark.parametrize(
    ("stanza", "twin"),
    [
        ("{name: small}", "VirtualMachineInstancetype shop/small"),
        ("{name: small, kind: VirtualMachineClusterInstancetype}", "VirtualMachineInstancetype shop/small"),
        ("{name: small, kind: VirtualMachineInstancetype}", None),
        ("{name: big}", None),
        ("{name: small, revisionName: small}", None),
    ],
)
def test_namespaced_twin(stanza: str, twin: str | None) -> None:
    files = (vm(f"{{instancetype: {stanza}}}"), NAMESPACED, sized("VirtualMachineInstancetype", "big", "other"))
    world, subject = world_and_vm(*files)
    found = namespaced_twin(subject, matched(*files), world)
    assert (str(found) if found else None) == twin


@pytest.mark.parametrize("strange", ["7", "[]", "true", "{}", "[{}]", "null"])
@pytest.mark.parametrize("field", ["name", "kind", "revisionName", "inferFromVolume"])
def test_strange_values_never_raise(field: str, strange: str) -> None:
    stanza = f"{{name: small, {field}: {strange}}}" if field != "name" else f"{{name: {strange}}}"
    found = matched(vm(f"{{instancetype: {stanza}}}"), CLUSTERWIDE)
    assert found.outcome is (MatchOutcome.REFUSED if field == "name" else MatchOutcome.USED)
    assert mapping(found.object, "spec") == found.spec
