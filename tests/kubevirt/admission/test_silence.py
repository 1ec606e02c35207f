"""No check is left out that has something to say: what the parts of a guest tell is what the whole guest tells."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import FIXTURES, report, repos
from tests.kubevirt.admission.scenario import left_out, view
from tests.kubevirt.admission.test_registry import CLUSTER, JUNK, RICH, places, replaced
from vmlint.cli.fixtures import cases
from vmlint.kubevirt.admission import SUBJECTS, Owner, Silence, View, asked, name_of, run_state
from vmlint.model.field import Path, parse

PLAIN: dict[str, Any] = {
    "architecture": "amd64",
    "evictionStrategy": "LiveMigrate",
    "networks": [{"name": "default", "pod": {}}, {"name": "lan", "multus": {"networkName": "lan"}}],
    "volumes": [
        {"name": "root", "dataVolume": {"name": "root"}},
        {"name": "init", "cloudInitNoCloud": {"userData": "#cloud-config"}},
    ],
    "readinessProbe": {"tcpSocket": {"port": 22}},
    "domain": {
        "cpu": {"cores": 2},
        "memory": {"guest": "2Gi"},
        "machine": {"type": "q35"},
        "features": {"acpi": {}},
        "firmware": {"bootloader": {"efi": {"secureBoot": False}}},
        "devices": {
            "disks": [
                {"name": "root", "disk": {"bus": "virtio"}, "bootOrder": 1, "serial": "A1"},
                {"name": "init", "disk": {"bus": "virtio"}},
            ],
            "interfaces": [{"name": "default", "masquerade": {}, "bootOrder": 2}, {"name": "lan", "bridge": {}}],
        },
    },
}
"""A guest of which nothing is out of the ordinary."""

METADATA = {
    "labels": {"app": "web", "kubevirt.io/nodeName": "a"},
    "annotations": {"hooks.kubevirt.io/hookSidecars": "[]"},
}
WORDS: list[Any] = [
    *("", "root", "init", "default", "lan", "a", "web", "net", "disk", "absent", "up", "Paused", "None", "auto"),
    *(
        "virtio",
        "sata",
        "scsi",
        "usb",
        "arm64",
        "s390x",
        "q35",
        "virt",
        "supplementalPool",
        "1Gi",
        "4Gi",
        "${X}",
        "Web_1",
    ),
    *({"pod": {}}, {"multus": {"networkName": "lan", "default": True}}, {"name": "lan", "pod": {}}, {"name": "root"}),
    *({"name": "root", "persistentVolumeClaim": {}}, {"name": "root", "cdrom": {}}, {"name": "root", "lun": {}}),
    *(True, False, 0, 1, 2, 513, [], {}, None),
]
"""Values that are at home somewhere in a spec, and elsewhere not."""


def without(spec: Any, path: Path) -> Any:
    found = copy.deepcopy(spec)
    holder = found
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    return found


def changed(spec: Any, path: Path, value: Any) -> Any:
    """The spec with another value at a path; as it is where the path leads nowhere any more."""
    try:
        return replaced(spec, path, value)
    except (AttributeError, IndexError, KeyError, TypeError):
        return spec


def test_of_an_ordinary_guest_nothing_is_asked() -> None:
    silence = Silence()
    for _ in range(2):
        assert silence.asked(view(PLAIN, vm={"runStrategy": "Always"})) == set()
    assert silence.asked(view(PLAIN, vm={"runStrategy": "always"})) == {run_state}


@pytest.mark.parametrize("spec", [RICH, PLAIN], ids=["rich", "plain"])
def test_any_field_may_be_absent_or_strange(spec: dict[str, Any]) -> None:
    silence = Silence()
    for path in filter(None, places(spec)):
        for strange in (without(spec, path), replaced(spec, path, {})):
            assert left_out(silence, view(strange, cluster=CLUSTER)) == []


@pytest.mark.parametrize(
    ("field", "value", "subject"),
    [
        ("domain.devices.interfaces[0].bootOrder", 1, "disks"),
        ("domain.devices.disks[1].name", "root", "disks"),
        ("domain.devices.disks[1].name", "lost", "disks"),
        ("domain.devices.disks[1].name", "Init", "disks"),
        ("volumes[1].name", "root", "volumes"),
        ("volumes[0].dataVolume.name", "", "volumes"),
        ("volumes[1].cloudInitNoCloud.userData", "x" * 2049, "cloud_init"),
        ("domain.devices.interfaces[0].macAddress", "02:00:00:00:00:00", "interfaces"),
        ("volumes[1]", {"name": "init", "downwardMetrics": {}}, "features"),
        ("networks[0]", {"name": "default", "multus": {"networkName": "lan"}}, "interfaces"),
        ("networks[1]", {"name": "lan", "pod": {}}, "networks"),
        ("networks[1].multus.default", True, "networks"),
        ("networks[1].name", "other", "networks"),
        ("domain.devices.interfaces[1].name", "other", "interfaces"),
        ("networks[0]", {"name": "default", "multus": {"networkName": "lan"}}, "probes"),
        ("architecture", "arm64", "firmware"),
        ("domain.memory", {}, "memory"),
    ],
)
def test_what_lies_between_parts_is_seen(field: str, value: Any, subject: str) -> None:
    """Each part of the guest was right elsewhere."""
    silence = Silence()
    assert left_out(silence, view(PLAIN)) == []
    seen = view(replaced(PLAIN, parse(field), value), closed=False)
    assert subject in {name_of(found) for found in SUBJECTS if list(found.check(seen))}
    assert left_out(silence, seen) == []


SILENCES = {(owner, decided): Silence() for owner in Owner for decided in (True, False)}
"""What all examples remember: that a part was right elsewhere says nothing wrong of it here."""


def judged(guest: tuple[Owner, bool], spec: Any, metadata: Mapping[str, Any]) -> list[str]:
    owner, decided = guest
    cluster = CLUSTER if decided else None
    vm = {"runStrategy": "Always"}
    seen = view(spec, owner=owner, vm=vm, metadata=metadata, cluster=cluster, closed=decided)
    return left_out(SILENCES[guest], seen)


@given(
    st.sampled_from(list(SILENCES)),
    st.sampled_from([RICH, PLAIN]),
    st.lists(st.sampled_from([path for path in places(RICH) if path]), max_size=6),
    st.lists(st.tuples(st.sampled_from([*places(RICH), *places(PLAIN)]), st.sampled_from([*WORDS, *JUNK])), max_size=3),
    st.sampled_from([{}, METADATA, {"labels": None}, {"labels": "a", "annotations": []}]),
)
def test_nothing_is_left_out_of_strange_guests(
    guest: tuple[Owner, bool],
    spec: dict[str, Any],
    absent: list[Path],
    other: list[tuple[Path, Any]],
    metadata: dict[str, Any],
) -> None:
    for path in absent:
        spec = changed(spec, path, None)
    for path, value in other:
        spec = changed(spec, path, value) if path else spec
    assert judged(guest, spec, metadata) == []


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def named(names: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"name": st.sampled_from(names)}, optional=fields)


def pairs(
    one: st.SearchStrategy[dict[str, Any]], other: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Two lists whose entries have the same names, but for a few."""

    def listed(found: list[tuple[dict[str, Any], dict[str, Any]]], odd: int) -> tuple[list[Any], list[Any]]:
        renamed = [
            {**second, "name": first["name"] if place != odd else second["name"]}
            for place, (first, second) in enumerate(found)
        ]
        return [first for first, _ in found], renamed

    entries = st.lists(st.tuples(one, other), max_size=3, unique_by=lambda pair: pair[0]["name"])
    return st.builds(listed, entries, st.integers(0, 9))


def several(entry: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(entry, max_size=3, unique_by=lambda found: found["name"])


EMPTY, FLAG, ORDER = some(), st.booleans(), st.integers(0, 2)
TARGET = some(bus=st.sampled_from(["virtio", "sata", "scsi", "ide", ""]), readonly=FLAG)
VOLUME = st.one_of(
    *(
        named("abcd", **{source: st.sampled_from([{field: "a"}, {field: ""}])})
        for source, field in (("dataVolume", "name"), ("secret", "secretName"))
    ),
    *(named("abcd", **{source: EMPTY}) for source in ("downwardMetrics", "memoryDump", "configMap", "emptyDisk")),
    named("abcd", serviceAccount=st.sampled_from([{"serviceAccountName": "robot"}, {"serviceAccountName": "other"}])),
    named("abcd", containerPath=some(path=st.sampled_from(["/a", "/var/run/kubevirt"]))),
    named("abcd", hostDisk=some(path=st.just("/a"), type=st.sampled_from(["Disk", "disk"]), capacity=st.just("1Gi"))),
    named(
        "abcd",
        cloudInitNoCloud=some(
            userData=st.sampled_from(["#cloud-config", "", "x" * 2049, "ä" * 1025]), userDataBase64=st.just("?")
        ),
    ),
)
DISK = st.one_of(
    named("abcd", disk=TARGET, bootOrder=ORDER, serial=st.sampled_from(["A1", "", "ä"]), dedicatedIOThread=FLAG),
    named("abcd", cdrom=TARGET, bootOrder=ORDER, cache=st.sampled_from(["none", "None"])),
    named("abcd", lun=some(bus=st.just("scsi"), reservation=FLAG), disk=EMPTY),
    named("abcd", disk=some(bus=st.just("virtio"), pciAddress=st.sampled_from(["0000:00:01.0", "1"]))),
    named(
        "abcd", disk=TARGET, blockSize=some(custom=st.sampled_from([{"logical": 512, "physical": 512}, {"logical": 3}]))
    ),
)
NETWORK = st.one_of(
    named("abc", pod=EMPTY),
    named("abc", multus=some(networkName=st.sampled_from(["lan", ""]), default=FLAG)),
    named("abc", resourceClaim=some(claimName=st.just("claim"), requestName=st.sampled_from(["r", "s"]))),
)
INTERFACE = st.one_of(
    named("abc", bridge=EMPTY, bootOrder=ORDER, state=st.sampled_from(["up", "down", "absent"])),
    named(
        "abc", masquerade=EMPTY, ports=st.lists(some(port=st.sampled_from([0, 80]), name=st.just("web")), max_size=2)
    ),
    named("abc", masquerade=EMPTY, macAddress=st.sampled_from(["02:00:00:00:00:00", "02:00:00:00:00:01"])),
    named("abc", passtBinding=EMPTY, model=st.sampled_from(["virtio", "Virtio"]), portRanges=st.just([{}])),
    named("abc", sriov=EMPTY, bridge=EMPTY, state=st.just("up")),
)
CPU = some(
    cores=st.integers(0, 3),
    sockets=st.integers(0, 3),
    threads=st.integers(0, 3),
    maxSockets=st.integers(0, 3),
    dedicatedCpuPlacement=FLAG,
    isolateEmulatorThread=FLAG,
    realtime=EMPTY,
    numa=some(guestMappingPassthrough=EMPTY),
    model=st.sampled_from(["host-passthrough", "Skylake"]),
    features=st.lists(some(name=st.just("vmx"), policy=st.sampled_from(["require", "Require"])), max_size=1),
)
AMOUNTS = some(cpu=st.sampled_from(["1", "1500m", "${C}"]), memory=st.sampled_from(["1Gi", "2Gi", "1"]))
MEMORY = some(
    guest=st.sampled_from(["0", "1Gi", "3Mi", "${M}"]),
    maxGuest=st.sampled_from(["1Gi", "4Gi"]),
    hugepages=some(pageSize=st.sampled_from(["2Mi", "1Gi", "x"])),
    reservedOverhead=EMPTY,
)
FIRMWARE = some(
    bootloader=some(bios=EMPTY, efi=some(secureBoot=FLAG, persistent=FLAG)),
    acpi=some(slicNameRef=st.sampled_from("abc")),
)
DEVICES = some(
    filesystems=several(named("abcd")),
    inputs=st.lists(some(bus=st.sampled_from(["usb", "ps2"]), type=st.just("tablet")), max_size=1),
    sound=some(name=st.just("s"), model=st.sampled_from(["ac97", "AC97"])),
    watchdog=some(name=st.just("w"), diag288=EMPTY, i6300esb=EMPTY),
    video=some(type=st.sampled_from(["vga", "virtio", ""])),
    autoattachGraphicsDevice=FLAG,
    autoattachVSOCK=FLAG,
    downwardMetrics=EMPTY,
    panicDevices=st.lists(some(model=st.sampled_from(["isa", "ISA"])), max_size=1),
    gpus=several(
        named("ab", deviceName=st.sampled_from(["v/g", ""]), claimName=st.just("claim"), requestName=st.just("r"))
    ),
    hostDevices=several(named("ab", deviceName=st.just("v/h"), claimName=st.just("claim"))),
)
SECURITY = some(sev=some(attestation=EMPTY), snp=EMPTY, tdx=EMPTY)
DOMAIN = some(
    cpu=CPU,
    memory=MEMORY,
    resources=some(requests=AMOUNTS, limits=AMOUNTS),
    features=some(smm=some(enabled=FLAG), hyperv=some(synic=some(enabled=FLAG), vpindex=some(enabled=FLAG))),
    firmware=FIRMWARE,
    machine=some(type=st.sampled_from(["q35", "virt", "pc"])),
    ioThreadsPolicy=st.sampled_from(["auto", "supplementalPool", "Auto"]),
    ioThreads=some(supplementalPoolThreadCount=st.integers(0, 1)),
    launchSecurity=SECURITY,
    rebootPolicy=st.just("Terminate"),
    devices=DEVICES,
)
PROBE = some(tcpSocket=EMPTY, guestAgentPing=EMPTY)
SPEC = some(
    architecture=st.sampled_from(["amd64", "arm64", "s390x", "x86", "${A}"]),
    domain=DOMAIN,
    readinessProbe=PROBE,
    livenessProbe=PROBE,
    startStrategy=st.sampled_from(["Paused", "paused"]),
    evictionStrategy=st.sampled_from(["None", "none"]),
    serviceAccountName=st.just("robot"),
    hostname=st.sampled_from(["web", "Web"]),
    dnsPolicy=st.sampled_from(["None", "Default", "none"]),
    dnsConfig=some(nameservers=st.lists(st.sampled_from(["192.0.2.1", "x"]), max_size=1)),
    resourceClaims=several(named("ab", resourceClaimName=st.just("gpu"))),
    accessCredentials=st.lists(some(userPassword=EMPTY), max_size=1),
    utilityVolumes=st.just([]),
    affinity=some(nodeAffinity=some(requiredDuringSchedulingIgnoredDuringExecution=EMPTY)),
)


@given(
    st.sampled_from(list(SILENCES)),
    SPEC,
    pairs(DISK, VOLUME),
    pairs(INTERFACE, NETWORK),
    st.sampled_from([{}, METADATA]),
)
def test_nothing_is_left_out_of_guests_of_usual_parts(
    guest: tuple[Owner, bool], spec: dict[str, Any], disks: Any, networks: Any, metadata: dict[str, Any]
) -> None:
    spec = {**spec, "volumes": disks[1], "networks": networks[1]}
    domain = spec.get("domain", {})
    devices = {**domain.get("devices", {}), "disks": disks[0], "interfaces": networks[0]}
    spec["domain"] = {**domain, "devices": devices}
    assert judged(guest, spec, metadata) == []


@pytest.mark.slow
def test_nothing_is_left_out_of_the_fixtures() -> None:
    trees = [*(case for case in cases(FIXTURES) if not (case / "before").is_dir()), *repos()]
    found: list[str] = []
    silences = {owner: Silence() for owner in Owner}

    def every(seen: View, silence: Silence | None) -> Sequence[ModuleType]:
        found.extend(left_out(silences[seen.owner], View(seen.owner, seen.data, seen.spec, metadata=seen.metadata)))
        return asked(seen, silence)

    with patch("vmlint.world.machine.asked", every):
        for tree in trees:
            report(tree)
    assert found == []
