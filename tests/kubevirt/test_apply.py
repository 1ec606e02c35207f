from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmlint.kubevirt.apply import Applied, Origin
from vmlint.kubevirt.normal import normal_template
from vmlint.kubevirt.preference import TABLE, How
from vmlint.kubevirt.releases import Release
from vmlint.model.unknown import is_unknown

from .sample import copies, instancetype, kubevirt, preference, vm

PCI = {"kubevirt.io/pci-topology-version": "v3"}


def test_mutate_stores_architecture_machine_and_storage_class() -> None:
    subject = vm()
    subject["spec"]["dataVolumeTemplates"] = [
        {"metadata": {"name": "a"}, "spec": {"storage": {}}},
        {"metadata": {"name": "b"}, "spec": {"pvc": {"storageClassName": ""}}},
        "junk",
    ]
    preferred = preference(
        preferredArchitecture="arm64",
        machine={"preferredMachineType": "virt-9"},
        volumes={"preferredStorageClassName": "fast"},
        features={"preferredAcpi": {}},
    )
    stored = copies(subject, None, preferred).stored
    assert stored["metadata"] == {"name": "vm"} and stored["spec"]["runStrategy"] == "Always"
    assert stored["spec"]["template"] == {
        "metadata": {"annotations": PCI},
        "spec": {
            "architecture": "arm64",
            "domain": {"devices": {}, "resources": {}, "firmware": {}, "machine": {"type": "virt-9"}},
        },
    }
    storage, pvc, junk = stored["spec"]["dataVolumeTemplates"]
    assert storage["spec"] == {"storage": {"resources": {}, "storageClassName": "fast"}}
    assert pvc["spec"]["pvc"]["storageClassName"] == "" and junk == "junk"


@pytest.mark.parametrize(
    ("own", "preferred", "source", "stored"),
    [
        ("s390x", "arm64", "amd64", "s390x"),
        ("", "arm64", "s390x", "arm64"),
        ("", "", "s390x", "s390x"),
        ("", "", "", "arm64"),
    ],
)
def test_where_an_architecture_comes_from(own: str, preferred: str, source: str, stored: str) -> None:
    cluster = {**kubevirt(), "status": {"defaultArchitecture": "arm64"}}
    found = copies(
        vm(architecture=own),
        None,
        preference(preferredArchitecture=preferred),
        kubevirt=cluster,
        source_architecture=source,
    ).stored
    assert found["spec"]["template"]["spec"]["architecture"] == stored


def test_mutate_of_old_releases() -> None:
    preferred = preference(preferredArchitecture="arm64", volumes={"preferredStorageClassName": "fast"})
    stored = copies(vm(), None, preferred, release=Release(1, 5), source_architecture="arm64").stored
    assert stored["spec"]["template"] == {
        "metadata": {},
        "spec": {"architecture": "amd64", "domain": {"devices": {}, "resources": {}, "machine": {"type": "q35"}}},
    }


def test_old_releases_store_the_kind_of_a_matcher() -> None:
    matchers = {"instancetype": {"name": "small"}, "preference": {"name": "linux", "kind": "VirtualMachinePreference"}}
    machine = vm()
    machine["spec"] |= matchers
    stored = copies(machine, release=Release(1, 6)).stored["spec"]
    assert stored["instancetype"] == {"name": "small", "kind": "virtualmachineclusterinstancetype"}
    assert stored["preference"] == matchers["preference"]
    assert copies(machine, release=Release(1, 7)).stored["spec"].items() >= matchers.items()


def test_a_flat_bus_has_no_pci_topology() -> None:
    assert copies(vm(architecture="s390x")).stored["spec"]["template"]["metadata"] == {}
    old = copies(vm(architecture="s390x"), release=Release(1, 8, 1)).stored["spec"]["template"]
    assert old["metadata"] == {"annotations": {"kubevirt.io/pci-topology-version": "v3"}}


def test_a_vm_alone_is_as_it_is_stored() -> None:
    subject = vm({"memory": {"guest": "1024Mi"}})
    applied = copies(subject).expanded
    assert applied.template == copies(subject).stored["spec"]["template"] == applied.persisted["spec"]["template"]
    assert "cpu" not in applied.template["spec"]["domain"]


def test_expand() -> None:
    subject = vm(volumes=[{"name": "root", "containerDisk": {"image": "x"}}])
    subject["spec"]["instancetype"] = {"name": "i"}
    applied = copies(
        subject,
        instancetype(memory={"guest": "4096Mi"}, annotations={"a": "1"}),
        preference(cpu={"preferredCPUTopology": "cores"}, devices={"preferredDiskBus": "virtio"}),
    ).expanded
    assert applied.template == {
        "metadata": {"annotations": {**PCI, "a": "1"}},
        "spec": {
            "architecture": "amd64",
            "evictionStrategy": "None",
            "networks": [{"name": "default", "pod": {}}],
            "volumes": [{"name": "root", "containerDisk": {"image": "x", "imagePullPolicy": "Always"}}],
            "domain": {
                "cpu": {"sockets": 1, "cores": 2, "threads": 1},
                "memory": {"guest": "4Gi"},
                "machine": {"type": "q35"},
                "firmware": {},
                "resources": {},
                "devices": {
                    "disks": [{"name": "root", "disk": {"bus": "virtio"}}],
                    "interfaces": [{"name": "default", "bridge": {}}],
                },
            },
        },
    }
    assert "instancetype" not in applied.vm["spec"] and applied.vm["spec"]["template"] == applied.template
    assert subject["spec"]["instancetype"] == {"name": "i"}


def test_preferences_reach_implicit_disks_only_when_it_runs() -> None:
    subject = vm(volumes=[{"name": "root", "containerDisk": {"image": "x"}}])
    preferred = preference(devices={"preferredDiskBus": "virtio"})
    assert copies(subject, None, preferred).reviewed.template["spec"]["domain"]["devices"]["disks"] == [
        {"name": "root"}
    ]
    assert copies(subject, None, preferred).expanded.template["spec"]["domain"]["devices"]["disks"] == [
        {"name": "root", "disk": {"bus": "virtio"}}
    ]


def test_what_was_reviewed_starts_where_nothing_comes_by_itself() -> None:
    devices = {"disks": [{"name": "root", "disk": {}}], "autoattachPodInterface": False, "inputs": [{"name": "i"}]}
    subject = vm({"devices": devices}, volumes=[{"name": "root", "containerDisk": {"image": "x"}}])
    made = copies(subject, instancetype(), preference(devices={"preferredDiskBus": "virtio"}))
    typed = [{"name": "i", "type": "tablet"}]
    assert made.reviewed.template["spec"]["domain"]["devices"]["inputs"] != typed
    expected = {**made.reviewed.template["spec"]["domain"]["devices"], "inputs": typed}
    assert made.started.template["spec"]["domain"]["devices"] == expected


def test_what_comes_by_itself_gets_what_is_preferred() -> None:
    preferred = preference(devices={"preferredAutoattachInputDevice": True, "preferredInputBus": "usb"})
    made = copies(vm(), instancetype(), preferred)
    assert made.started.template["spec"]["domain"]["devices"]["inputs"] == [
        {"name": "default-0", "type": "tablet", "bus": "usb"}
    ]
    assert "inputs" not in made.reviewed.template["spec"]["domain"]["devices"]


def test_copies_leave_each_other_and_the_vm_alone() -> None:
    subject = vm({"devices": {"inputs": [{"name": "i"}]}}, volumes=[{"name": "root", "containerDisk": {"image": "x"}}])
    written = deepcopy(subject)
    given_ = instancetype(), preference(devices={"preferredDiskBus": "virtio", "preferredInputBus": "usb"})
    one, all_ = copies(subject, *given_), copies(subject, *given_)
    for made in (all_.started, all_.expanded, all_.reviewed):
        assert made.persisted == copies(subject, *given_).stored
    assert subject == written
    assert (one.reviewed.template, one.expanded.template, one.started.template) == (
        all_.reviewed.template,
        all_.expanded.template,
        all_.started.template,
    )


def test_defaults_are_part_of_every_review() -> None:
    assert copies(vm()).reviewed.template["spec"]["domain"]["cpu"] == {"sockets": 1, "cores": 1, "threads": 1}


@pytest.mark.parametrize("copy", ["expanded", "reviewed"])
def test_conflicts_leave_the_vm_alone(copy: str) -> None:
    subject = vm({"cpu": {"cores": 1}})
    applied = getattr(copies(subject, instancetype(), preference(features={})), copy)
    assert [conflict.field for conflict in applied.conflicts] == ["spec.template.spec.domain.cpu.cores"]
    assert applied.template == copies(subject).stored["spec"]["template"]
    assert applied.refusal is None


def test_refusals() -> None:
    spread = preference(cpu={"preferredCPUTopology": "spread", "spreadOptions": {"ratio": 3}})
    refused = copies(vm({"cpu": {"cores": 1}}), instancetype(), spread).reviewed
    assert refused.refusal is not None and refused.conflicts == ()
    features = preference(cpu={"preferredCPUFeatures": [{"name": "vmx"}]})
    broken = copies(vm(), None, features).reviewed
    assert broken.refusal is not None and broken.refusal.path == ("spec", "template", "spec", "domain")
    assert copies(vm({"cpu": {}}), None, features).reviewed.refusal is None
    assert copies(vm(), instancetype(), features).reviewed.refusal is None


def test_defaults_that_the_cluster_refuses() -> None:
    cluster = kubevirt(network={"permitBridgeInterfaceOnPodNetwork": False})
    assert copies(vm(), instancetype(), kubevirt=cluster).expanded.problem is not None
    assert copies(vm(), kubevirt=cluster).reviewed.problem is not None
    assert copies(vm(), kubevirt=kubevirt()).reviewed.problem is None


def test_an_undecided_topology_stays_undecided() -> None:
    applied = copies(vm(), instancetype(), preference(cpu={"preferredCPUTopology": "${T}"})).expanded
    assert set(applied.template["spec"]["domain"]["cpu"].values()) == {"${…}"}


def origins(applied: Applied) -> dict[str, Origin]:
    return {".".join(map(str, path)): origin for path, origin in applied.origin.items()}


def test_origin() -> None:
    subject = vm(
        {"devices": {"disks": [{"name": "own", "disk": {"bus": "sata"}}], "disableHotplug": True}},
        hostname="h",
        volumes=[
            {"name": "own", "containerDisk": {"image": "x:1"}},
            {"name": "more", "emptyDisk": {"capacity": "1Gi"}},
        ],
    )
    applied = copies(
        subject,
        instancetype(annotations={"a": "1"}),
        preference(
            machine={"preferredMachineType": "q35"},
            devices={"preferredDiskBus": "virtio", "preferredDisableHotplug": False, "preferredRng": {}},
        ),
    ).expanded
    found = origins(applied)
    assert found == {
        "metadata.annotations.a": Origin.INSTANCETYPE,
        "metadata.annotations.kubevirt.io/pci-topology-version": Origin.DEFAULT,
        "spec.architecture": Origin.DEFAULT,
        "spec.hostname": Origin.VM,
        "spec.evictionStrategy": Origin.DEFAULT,
        "spec.networks.0.name": Origin.DEFAULT,
        "spec.networks.0.pod": Origin.DEFAULT,
        "spec.volumes.0.name": Origin.VM,
        "spec.volumes.0.containerDisk.image": Origin.VM,
        "spec.volumes.0.containerDisk.imagePullPolicy": Origin.DEFAULT,
        "spec.volumes.1.name": Origin.VM,
        "spec.volumes.1.emptyDisk.capacity": Origin.VM,
        "spec.domain.cpu.sockets": Origin.INSTANCETYPE,
        "spec.domain.cpu.cores": Origin.INSTANCETYPE,
        "spec.domain.cpu.threads": Origin.INSTANCETYPE,
        "spec.domain.memory.guest": Origin.INSTANCETYPE,
        "spec.domain.machine.type": Origin.PREFERENCE,
        "spec.domain.firmware": Origin.DEFAULT,
        "spec.domain.resources": Origin.VM,
        "spec.domain.devices.rng": Origin.PREFERENCE,
        "spec.domain.devices.disks.0.name": Origin.VM,
        "spec.domain.devices.disks.0.disk.bus": Origin.VM,
        "spec.domain.devices.disks.1.name": Origin.DEFAULT,
        "spec.domain.devices.disks.1.disk.bus": Origin.PREFERENCE,
        "spec.domain.devices.interfaces.0.name": Origin.DEFAULT,
        "spec.domain.devices.interfaces.0.bridge": Origin.DEFAULT,
    }


def test_origin_of_a_vm_alone_and_of_a_refused_one() -> None:
    alone = origins(copies(vm({"cpu": {"cores": 1}})).expanded)
    assert alone["spec.domain.cpu.cores"] is Origin.VM and alone["spec.domain.machine.type"] is Origin.DEFAULT
    refused = origins(copies(vm({"cpu": {"cores": 1}}), instancetype()).expanded)
    assert refused == alone


# Properties, over VMs and preferences made of these pieces.


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


FLAG, COUNT = st.booleans(), st.integers(0, 4)
EMPTY: st.SearchStrategy[dict[str, Any]] = st.just({})
AMOUNT = st.sampled_from(["0", "1Gi", "1024Mi", "${SIZE}", 2**30])
STATE = some(enabled=FLAG)
BUS = st.sampled_from(["", "virtio", "sata", "scsi"])
TARGET = some(bus=BUS)
DISK = st.one_of(
    st.fixed_dictionaries({"name": st.sampled_from("abc")}, optional={"disk": TARGET, "cache": st.just("none")}),
    st.fixed_dictionaries({"name": st.sampled_from("abc"), "cdrom": TARGET}),
)
INTERFACE = st.fixed_dictionaries(
    {"name": st.just("default")}, optional={"bridge": EMPTY, "model": st.sampled_from(["", "e1000"])}
)
FIRMWARE = some(bootloader=some(bios=some(useSerial=FLAG), efi=some(secureBoot=FLAG)))
FEATURES = some(acpi=STATE, apic=STATE, smm=STATE, hyperv=some(relaxed=STATE, vapic=STATE))
DEVICES = some(
    disks=st.lists(DISK, max_size=3),
    interfaces=st.lists(INTERFACE, max_size=1),
    disableHotplug=FLAG,
    blockMultiQueue=FLAG,
    rng=EMPTY,
    sound=st.fixed_dictionaries({"name": st.just("s")}, optional={"model": st.sampled_from(["", "ac97"])}),
    panicDevices=st.lists(some(model=st.just("isa")), max_size=2),
    autoattachPodInterface=FLAG,
)
AMOUNTS = {"sockets": COUNT, "cores": COUNT, "threads": COUNT}
CPU = some(maxSockets=COUNT, model=st.just("host-model"), features=st.just([{"name": "vmx"}]), **AMOUNTS)
RESOURCES = some(requests=some(cpu=st.just("2"), memory=AMOUNT), limits=some(cpu=st.just("4"), memory=AMOUNT))
DOMAIN = some(
    devices=DEVICES,
    cpu=CPU,
    memory=some(guest=AMOUNT, hugepages=st.just({"pageSize": "2Mi"})),
    resources=RESOURCES,
    features=FEATURES,
    firmware=FIRMWARE,
    clock=some(utc=EMPTY, timer=EMPTY),
    machine=some(type=st.sampled_from(["", "q35"])),
    launchSecurity=EMPTY,
)
VOLUME = st.fixed_dictionaries({"name": st.sampled_from("abd"), "containerDisk": st.just({"image": "x"})})
SPEC = some(
    volumes=st.lists(VOLUME, max_size=2, unique_by=lambda volume: volume["name"]),
    networks=st.just([{"name": "default", "pod": {}}]),
    subdomain=st.sampled_from(["", "own"]),
    architecture=st.sampled_from(["", "arm64", "s390x"]),
    nodeSelector=some(a=st.just("b")),
)
VM = st.builds(lambda domain, spec: vm(domain, **spec), DOMAIN, SPEC)
PREFERENCE = st.one_of(
    st.none(),
    st.builds(
        lambda spec: preference(**spec),
        some(
            cpu=some(
                preferredCPUTopology=st.sampled_from(["cores", "threads", "any", "spread", "bogus", "${T}"]),
                preferredCPUFeatures=st.just([{"name": "avx"}]),
            ),
            devices=some(
                preferredDiskBus=BUS,
                preferredCdromBus=BUS,
                preferredDiskCache=st.just("writeback"),
                preferredDisableHotplug=FLAG,
                preferredRng=EMPTY,
                preferredSoundModel=st.just("ich9"),
                preferredInterfaceModel=st.just("virtio"),
                preferredInterfaceMasquerade=EMPTY,
                preferredPanicDeviceModel=st.just("hyperv"),
                preferredAutoattachPodInterface=FLAG,
                preferredDiskDedicatedIoThread=FLAG,
            ),
            features=some(preferredAcpi=STATE, preferredSmm=STATE, preferredHyperv=some(relaxed=STATE)),
            firmware=some(
                preferredUseBios=FLAG, preferredUseBiosSerial=FLAG, preferredUseEfi=FLAG, preferredUseSecureBoot=FLAG
            ),
            clock=some(preferredClockOffset=st.just({"timezone": "UTC"})),
            machine=some(preferredMachineType=st.just("virt")),
            preferredSubdomain=st.just("theirs"),
            preferredArchitecture=st.sampled_from(["", "arm64"]),
            annotations=some(a=st.just("1")),
        ),
    ),
)
INSTANCETYPE = st.one_of(
    st.none(),
    st.builds(
        lambda cpu, memory, spec: instancetype(cpu, memory, **spec),
        some(guest=st.integers(0, 8), maxSockets=COUNT, dedicatedCPUPlacement=FLAG, model=st.just("m")),
        some(guest=AMOUNT, overcommitPercent=st.integers(0, 100), hugepages=st.just({"pageSize": "2Mi"})),
        some(nodeSelector=some(c=st.just("d")), launchSecurity=EMPTY, annotations=some(a=st.just("2"))),
    ),
)
RELEASE = st.sampled_from([None, Release(1, 9), Release(1, 6), Release(1, 0)])


@settings(max_examples=150, deadline=None)
@given(VM, INSTANCETYPE, PREFERENCE, RELEASE)
def test_expanding_what_is_expanded_changes_nothing(subject: Any, given_: Any, preferred: Any, release: Any) -> None:
    once = copies(subject, given_, preferred, release=release).expanded
    assert copies(once.vm, release=release).expanded.template == once.template


# Fields that are overwritten although nothing conflicts.
OVERWRITTEN = {row.vm for row in TABLE if row.how is How.OVERWRITES} | {("spec", "domain", "cpu", "maxSockets")}


def kept(before: Any, after: Any, path: tuple[str, ...] = ()) -> bool:
    """Whether every value is still there; lists may have grown."""
    if path in OVERWRITTEN:
        return True
    if isinstance(before, dict):
        return isinstance(after, dict) and all(
            kept(value, after.get(key), (*path, key)) for key, value in before.items()
        )
    if isinstance(before, list):
        return (
            isinstance(after, list)
            and all(kept(*pair, path) for pair in zip(before, after, strict=False))
            and len(after) >= len(before)
        )
    # What a variable stands for may be nothing, so an instancetype's value takes its place.
    return before in (after, "", False, 0) or is_unknown(before)


@settings(max_examples=150, deadline=None)
@given(VM, INSTANCETYPE, PREFERENCE)
def test_a_vm_keeps_what_it_says(subject: Any, given_: Any, preferred: Any) -> None:
    stored = copies(subject).stored["spec"]["template"]
    own = {key: value for key, value in stored["spec"].items() if key in subject["spec"]["template"]["spec"]}
    # What the webhook stores by default yields to the preference; only what the VM itself says is kept.
    own["domain"] = {key: value for key, value in stored["spec"]["domain"].items() if key in _domain(subject)}
    for empty in ("architecture", "machine"):
        if not subject["spec"]["template"]["spec"].get(empty):
            own.pop(empty, None)
    if not _domain(subject).get("machine", {}).get("type"):
        own["domain"].pop("machine", None)
    applied = copies(subject, given_, preferred).expanded
    assert kept(own, applied.template["spec"], ("spec",))


def _domain(subject: Any) -> Any:
    return subject["spec"]["template"]["spec"]["domain"]


@settings(max_examples=100, deadline=None)
@given(VM, INSTANCETYPE, PREFERENCE, RELEASE)
def test_every_value_has_an_origin(subject: Any, given_: Any, preferred: Any, release: Any) -> None:
    made = copies(subject, given_, preferred, release=release)
    for applied in (made.expanded, made.reviewed, made.started):
        assert set(applied.origin) == set(_leaves(applied.template))


@settings(deadline=None)
@given(VM, INSTANCETYPE, PREFERENCE, RELEASE)
def test_nothing_that_is_given_changes(subject: Any, given_: Any, preferred: Any, release: Any) -> None:
    before = deepcopy([subject, given_, preferred])
    made = copies(subject, given_, preferred, release=release)
    stored = deepcopy(made.stored)
    for applied in (made.reviewed, made.started, made.compared, made.expanded):
        assert normal_template(applied.template, release) == applied.template
    assert before == [subject, given_, preferred] and made.stored == stored


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [leaf for key, entry in pairs for leaf in _leaves(entry, (*path, key))] if pairs else [path]


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(["", "x", "${X}", "1e999"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ("spec", "template", "metadata", "annotations", "domain", "cpu", "memory", "devices", "disks", "name")
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=20,
)
OBJECT = st.builds(lambda spec: {"spec": spec}, ANYTHING)


@settings(max_examples=150, deadline=None)
@given(OBJECT, OBJECT, OBJECT, OBJECT, RELEASE)
def test_strange_objects_do_no_harm(subject: Any, given_: Any, preferred: Any, cluster: Any, release: Any) -> None:
    made = copies(subject, given_, preferred, kubevirt=cluster, release=release)
    for applied in (made.expanded, made.reviewed, made.started):
        assert isinstance(applied.template, dict)
