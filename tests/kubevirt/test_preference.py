from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from vmlint.kubevirt.preference import TABLE, How, apply_preference, breakdown, preference_plan
from vmlint.kubevirt.releases import Release
from vmlint.kubevirt.topology import UNDECIDED
from vmlint.kubevirt.values import Draft

from .sample import template

POD = [{"name": "default", "pod": {}}]


def given(vm: dict[str, Any], release: Release | None = None, **preference: Any) -> dict[str, Any]:
    spec: dict[str, Any] = whole(vm, release, **preference)["spec"]
    return spec


def whole(vm: dict[str, Any], release: Release | None = None, **preference: Any) -> dict[str, Any]:
    draft = Draft(vm)
    apply_preference(draft, preference_plan(preference, release))
    return draft.data


def devices(section: dict[str, Any], **preference: Any) -> Any:
    return given(template({"devices": section}), devices=preference)["domain"]["devices"]


def firmware(bootloader: dict[str, Any] | None, release: Release | None = None, **preference: Any) -> Any:
    vm = template({} if bootloader is None else {"firmware": {"bootloader": bootloader}})
    return given(vm, release, firmware=preference)["domain"]["firmware"]["bootloader"]


@pytest.mark.parametrize(
    ("preference", "vm", "value", "own"),
    [
        ("preferredRng", "rng", {}, {"own": True}),
        ("preferredTPM", "tpm", {"persistent": True}, {}),
        ("preferredBlockMultiQueue", "blockMultiQueue", True, False),
        ("preferredNetworkInterfaceMultiQueue", "networkInterfaceMultiqueue", True, False),
        ("preferredUseVirtioTransitional", "useVirtioTransitional", True, False),
        ("preferredAutoattachGraphicsDevice", "autoattachGraphicsDevice", False, True),
        ("preferredAutoattachInputDevice", "autoattachInputDevice", False, True),
        ("preferredAutoattachMemBalloon", "autoattachMemBalloon", False, True),
        ("preferredAutoattachPodInterface", "autoattachPodInterface", False, True),
        ("preferredAutoattachSerialConsole", "autoattachSerialConsole", False, True),
    ],
)
def test_devices_give_way(preference: str, vm: str, value: Any, own: Any) -> None:
    assert devices({}, **{preference: value}) == {vm: value}
    assert devices({vm: own}, **{preference: value}) == {vm: own}


def test_what_overwrites() -> None:
    assert devices({"disableHotplug": True}, preferredDisableHotplug=False) == {"disableHotplug": False}
    vm = template({"features": {"acpi": {"enabled": False}, "apic": {}}})
    features = given(vm, features={"preferredAcpi": {}, "preferredApic": {"enabled": True}})["domain"]["features"]
    assert features == {"acpi": {}, "apic": {}}


def test_sound_needs_a_device_and_video_makes_one() -> None:
    assert devices({}, preferredSoundModel="ac97") == {}
    assert devices({"sound": {"name": "s"}}, preferredSoundModel="ac97") == {"sound": {"name": "s", "model": "ac97"}}
    assert devices({}, preferredVideoType="vga") == {"video": {"type": "vga"}}
    assert devices({"video": {"type": ""}}, preferredVideoType="vga") == {"video": {"type": "vga"}}
    assert devices({"video": {"type": "bochs"}}, preferredVideoType="vga") == {"video": {"type": "bochs"}}


def test_disks() -> None:
    section = {"disks": [{"name": "a"}, {"name": "b", "cdrom": {}}, {"name": "c", "lun": {"bus": "scsi"}}, "junk"]}
    preference = {
        "preferredDiskBus": "virtio",
        "preferredCdromBus": "sata",
        "preferredLunBus": "virtio",
        "preferredDiskCache": "none",
        "preferredDiskIO": "native",
        "preferredDiskBlockSize": {"matchVolume": {}},
        "preferredDiskDedicatedIoThread": True,
    }
    assert devices(section, **preference)["disks"] == [
        {
            "name": "a",
            "disk": {"bus": "virtio"},
            "cache": "none",
            "io": "native",
            "blockSize": {"matchVolume": {}},
            "dedicatedIOThread": True,
        },
        {"name": "b", "cdrom": {"bus": "sata"}},
        {"name": "c", "lun": {"bus": "scsi"}},
        "junk",
    ]


def test_a_disk_without_a_target_becomes_a_disk() -> None:
    assert devices({"disks": [{"name": "a"}]}) == {"disks": [{"name": "a", "disk": {}}]}
    vm = template({"devices": {"disks": [{"name": "a"}]}})
    assert given(vm, features={})["domain"]["devices"]["disks"] == [{"name": "a"}]


def test_dedicated_threads_are_for_virtio() -> None:
    disks = {"disks": [{"name": "a", "disk": {"bus": "sata"}}]}
    assert "dedicatedIOThread" not in devices(disks, preferredDiskDedicatedIoThread=True)["disks"][0]
    vm = template({"devices": disks})
    old = given(vm, Release(1, 2), devices={"preferredDiskDedicatedIoThread": True})
    assert old["domain"]["devices"]["disks"][0]["dedicatedIOThread"] is True


def test_masquerade_is_for_an_unbound_interface_on_the_pod_network() -> None:
    def bound(interface: dict[str, Any], networks: list[Any], release: Release | None = None) -> Any:
        vm = template({"devices": {"interfaces": [{"name": "default", **interface}]}}, networks=networks)
        return given(vm, release, devices={"preferredInterfaceMasquerade": {}})["domain"]["devices"]["interfaces"][0]

    assert bound({}, POD) == {"name": "default", "masquerade": {}}
    assert bound({"bridge": {}}, POD) == {"name": "default", "bridge": {}}
    assert bound({"binding": {"name": "passt"}}, POD) == {"name": "default", "binding": {"name": "passt"}}
    assert bound({}, [{"name": "default", "multus": {}}]) == {"name": "default"}
    assert bound({}, []) == {"name": "default"}
    assert bound({}, [], Release(1, 0)) == {"name": "default", "masquerade": {}}
    unknown = {"name": "default", "masquerade": UNDECIDED}
    assert bound({}, [{"name": "${NETWORK}", "pod": {}}]) == unknown
    assert bound({"name": "${NETWORK}"}, POD) == {**unknown, "name": "${NETWORK}"}
    assert bound({"name": "${NETWORK}"}, []) == {"name": "${NETWORK}"}
    assert bound({}, [{"name": "${NETWORK}"}, *POD]) == {"name": "default", "masquerade": {}}


def test_inputs_and_interfaces_fill_what_is_empty() -> None:
    section = {
        "inputs": [{"name": "i", "type": ""}, {"name": "j", "type": "tablet", "bus": "usb"}],
        "interfaces": [{"name": "n"}],
    }
    preference = {"preferredInputBus": "virtio", "preferredInputType": "keyboard", "preferredInterfaceModel": "e1000"}
    assert devices(section, **preference) == {
        "inputs": [{"name": "i", "type": "keyboard", "bus": "virtio"}, {"name": "j", "type": "tablet", "bus": "usb"}],
        "interfaces": [{"name": "n", "model": "e1000"}],
    }


def test_panic_devices() -> None:
    assert devices({}, preferredPanicDeviceModel="isa") == {"panicDevices": [{"model": "isa"}]}
    own = {"panicDevices": [{}, {"model": "hyperv"}]}
    assert devices(own, preferredPanicDeviceModel="isa") == {"panicDevices": [{"model": "isa"}, {"model": "hyperv"}]}
    old = given(template(), Release(1, 8), devices={"preferredPanicDeviceModel": "isa"})
    assert old["domain"]["devices"] == {}


def test_some_empty_texts_are_given_as_well() -> None:
    # KubeVirt then refuses the panic device, and the guest for its video model.
    assert devices({}, preferredPanicDeviceModel="") == {"panicDevices": [{"model": ""}]}
    assert devices({"panicDevices": [{}]}, preferredPanicDeviceModel="") == {"panicDevices": [{"model": ""}]}
    assert devices({}, preferredVideoType="") == {"video": {"type": ""}}
    assert devices({"sound": {"name": "s"}}, preferredSoundModel="") == {"sound": {"name": "s"}}


def test_hyperv_is_merged_field_by_field() -> None:
    vm = template({"features": {"hyperv": {"relaxed": {"enabled": False}}}})
    preferred = {"relaxed": {}, "spinlocks": {"spinlocks": 8191}}
    assert given(vm, features={"preferredHyperv": preferred})["domain"]["features"]["hyperv"] == {
        "relaxed": {"enabled": False},
        "spinlocks": {"spinlocks": 8191},
    }


def test_empty_sections_leave_their_mark() -> None:
    assert given(template(), features={}, clock={}, firmware={}, machine={}, devices={})["domain"] == {
        "devices": {},
        "features": {},
        "clock": {},
        "firmware": {"bootloader": {}},
    }


@pytest.mark.parametrize(
    ("own", "preference", "bootloader"),
    [
        (None, {"preferredUseBios": True}, {"bios": {}}),
        (None, {"preferredUseBios": False}, {}),
        (None, {"preferredUseBios": "${BIOS}", "preferredEfi": {"secureBoot": True}}, {"bios": UNDECIDED}),
        (None, {"preferredUseEfi": "${EFI}", "preferredUseSecureBoot": True}, {"efi": UNDECIDED}),
        (None, {"preferredUseBios": True, "preferredUseBiosSerial": True}, {"bios": {"useSerial": True}}),
        (None, {"preferredUseBiosSerial": True}, {}),
        ({"bios": {"useSerial": False}}, {"preferredUseBiosSerial": True}, {"bios": {"useSerial": False}}),
        ({"efi": {}}, {"preferredUseBios": True}, {"efi": {}}),
        (None, {"preferredEfi": {"persistent": True}}, {"efi": {"persistent": True}}),
        (None, {"preferredEfi": {}, "preferredUseEfi": True, "preferredUseSecureBoot": True}, {"efi": {}}),
        (None, {"preferredUseEfi": True, "preferredUseSecureBoot": False}, {"efi": {"secureBoot": False}}),
        (
            {"efi": {}},
            {"preferredEfi": {"persistent": True}, "preferredUseSecureBoot": True},
            {"efi": {"secureBoot": True}},
        ),
        ({"bios": {}}, {"preferredEfi": {}, "preferredUseEfi": True}, {"bios": {}}),
        (None, {"preferredUseBios": True, "preferredEfi": {}}, {"bios": {}}),
    ],
)
def test_firmware(own: Any, preference: dict[str, Any], bootloader: dict[str, Any]) -> None:
    assert firmware(own, **preference) == bootloader


def test_firmware_of_old_releases() -> None:
    assert firmware(None, Release(1, 3), preferredEfi={}, preferredUseEfi=True) == {"efi": {}}
    assert firmware(None, Release(1, 3), preferredEfi={}) == {}
    own = {"bios": {"useSerial": False}}
    assert firmware(own, Release(1, 0), preferredUseBiosSerial=True) == {"bios": {"useSerial": True}}


def test_clock_offset_is_all_or_nothing() -> None:
    def clock(**own: Any) -> Any:
        preferred = {"preferredClockOffset": {"timezone": "UTC"}, "preferredTimer": {"hpet": {}}}
        return given(template({"clock": own}), clock=preferred)["domain"]["clock"]

    assert clock() == {"timezone": "UTC", "timer": {"hpet": {}}}
    assert clock(utc={}) == {"utc": {}, "timer": {"hpet": {}}}
    assert clock(timer={}) == {"timezone": "UTC", "timer": {}}


def test_cpu_features_are_merged_by_name() -> None:
    vm = template({"cpu": {"features": [{"name": "vmx", "policy": "forbid"}]}})
    preferred = [{"name": "vmx", "policy": "require"}, {"name": "avx"}]
    assert given(vm, cpu={"preferredCPUFeatures": preferred})["domain"]["cpu"]["features"] == [
        {"name": "vmx", "policy": "forbid"},
        {"name": "avx"},
    ]


def test_the_rest() -> None:
    vm = template({"machine": {"type": ""}}, subdomain="mine")
    vm["metadata"]["annotations"] = {"a": "own"}
    applied = whole(
        vm,
        machine={"preferredMachineType": "q35"},
        preferredSubdomain="theirs",
        preferredTerminationGracePeriodSeconds=0,
        preferredArchitecture="arm64",
        preferredLaunchSecurity={"sev": {}},
        annotations={"a": "1", "b": "2"},
    )
    assert applied["spec"] == {
        "domain": {"devices": {}, "machine": {"type": "q35"}, "launchSecurity": {"sev": {}}},
        "subdomain": "mine",
        "terminationGracePeriodSeconds": 0,
        "architecture": "arm64",
    }
    assert applied["metadata"]["annotations"] == {"a": "own", "b": "2"}


def test_what_a_release_does_not_know_is_not_applied() -> None:
    spec = given(template(), Release(1, 6), preferredArchitecture="arm64", preferredLaunchSecurity={"sev": {}})
    assert spec == {"domain": {"devices": {}}}


@pytest.mark.parametrize(
    ("features", "instancetype", "domain", "breaks"),
    [
        ([{"name": "vmx"}], None, {}, True),
        ([{"name": "vmx"}], {}, {}, False),
        ([{"name": "vmx"}], None, {"cpu": {}}, False),
        ([], None, {}, False),
    ],
)
def test_breakdown(features: list[Any], instancetype: Any, domain: dict[str, Any], breaks: bool) -> None:
    refusal = breakdown({"cpu": {"preferredCPUFeatures": features}}, instancetype, template(domain))
    assert (refusal is not None) == breaks
    assert refusal is None or refusal.path == ("spec", "template", "spec", "domain")


TYPES: dict[str, dict[str, str]] = json.loads(files("vmlint.catalog").joinpath("wire.json").read_bytes())


def exists(type_name: str, path: tuple[str | int, ...]) -> bool:
    """Whether a field path exists in KubeVirt's types."""
    for step in path:
        if step == "*":
            continue
        kind = next((k for k, names in TYPES.get(type_name, {}).items() if step in names.split()), None)
        if kind is None:
            return False
        type_name = kind.lstrip("*[]!")
    return True


def test_the_table_speaks_of_fields_that_exist() -> None:
    for row in TABLE:
        assert exists("v1beta1.VirtualMachinePreferenceSpec", row.preference), row
        assert exists("VirtualMachineInstanceTemplateSpec", row.vm), row


def test_the_table_speaks_of_every_field() -> None:
    def leaves(type_name: str, prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        out = []
        for kind, names in TYPES[type_name].items():
            for name in names.split():
                inner = kind.lstrip("*")
                own = inner.startswith("v1beta1.") and name not in ("requirements", "spreadOptions")
                out += leaves(inner, (*prefix, name)) if own else [(*prefix, name)]
        return out

    reported = {row.preference for row in TABLE}
    assert [path for path in leaves("v1beta1.VirtualMachinePreferenceSpec") if path not in reported] == []


def test_what_is_ignored() -> None:
    assert [row.preference for row in TABLE if row.how is How.IGNORED] == [("devices", "preferredVirtualGPUOptions")]
