"""What admission reports for whole objects: who is judged at which stage, and with what applied."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Iterator
from pathlib import Path as File
from textwrap import indent
from typing import Any

import pytest

from rules.machine._words import words_of
from tests.build import cluster
from vmlint.kubevirt.admission import NAMES, subject_of
from vmlint.kubevirt.apply import Origin
from vmlint.kubevirt.releases import Release
from vmlint.model.field import Path, render
from vmlint.model.subjects import Workload
from vmlint.rule import Effect
from vmlint.world import World
from vmlint.world.machine import WorkloadVerdict
from vmlint.world.settings import Settings

RULES = File(__file__).parents[2] / "rules" / "machine"

SMALL = """
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: small}
spec:
  cpu: {guest: 4, maxSockets: 2}
  memory: {guest: 2Gi}
"""
SECURE = """
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachinePreference
metadata: {name: secure}
spec:
  firmware:
    preferredEfi: {secureBoot: true}
"""
ASKS_SMALL = "instancetype: {name: small, kind: VirtualMachineInstancetype}"
ASKS_SECURE = "preference: {name: secure, kind: VirtualMachinePreference}"
KUBEVIRT = """
apiVersion: kubevirt.io/v1
kind: KubeVirt
metadata: {name: kubevirt}
spec:
  configuration:
    developerConfiguration: {featureGates: [%s]}
"""
MEMORY = "domain: {memory: {guest: 1Gi}, devices: {}}"
WATCHDOG = "domain: {memory: {guest: 1Gi}, devices: {watchdog: {name: w, diag288: {}}}}"
HOST_DEVICE = "domain: {memory: {guest: 1Gi}, devices: {hostDevices: [{name: h, deviceName: v/h}]}}"


def vm(spec: str, *, asks: str = "", name: str = "web", run: str = "Always") -> str:
    return f"""
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: {name}}}
spec:
  runStrategy: {run}
{indent(asks, "  ")}
  template:
    spec:
{indent(spec, "      ")}
"""


def vmi(spec: str) -> str:
    return f"""
apiVersion: kubevirt.io/v1
kind: VirtualMachineInstance
metadata: {{name: web}}
spec:
{indent(spec, "  ")}
"""


def replica_set(spec: str) -> str:
    return f"""
apiVersion: kubevirt.io/v1
kind: VirtualMachineInstanceReplicaSet
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
{indent(spec, "      ")}
"""


def pool(spec: str, *, asks: str = "") -> str:
    return f"""
apiVersion: pool.kubevirt.io/v1beta1
kind: VirtualMachinePool
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  virtualMachineTemplate:
    metadata: {{labels: {{app: web}}}}
    spec:
      runStrategy: Always
{indent(asks, "      ")}
      template:
        spec:
{indent(spec, "          ")}
"""


def refusals(*objects: str, closed: bool = False, release: str = "") -> tuple[WorkloadVerdict, ...]:
    """What is said of the first object."""
    world = World(cluster(*objects), Settings(closed, Release.parse(release)))
    subject = world.cluster.resources[0]
    assert isinstance(subject, Workload)
    return world.machine.admission(subject)


def said(*objects: str, closed: bool = False, release: str = "") -> list[tuple[str, Effect]]:
    return [(subject_of(one.refusal), one.effect) for one in refusals(*objects, closed=closed, release=release)]


def test_nothing_is_wrong_with_a_plain_guest() -> None:
    for text in (vm(MEMORY), vmi(MEMORY), pool(MEMORY), replica_set(MEMORY)):
        assert said(text, closed=True) == []


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        (vm(f"hostname: Web\n{MEMORY}"), Effect.REJECTED),
        (vmi(f"hostname: Web\n{MEMORY}"), Effect.REJECTED),
        (pool(f"hostname: Web\n{MEMORY}"), Effect.REJECTED),
        (replica_set(f"hostname: Web\n{MEMORY}"), Effect.REJECTED),
    ],
)
def test_what_the_first_webhook_refuses(text: str, effect: Effect) -> None:
    assert said(text) == [("identity", effect)]


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        (vm(WATCHDOG), Effect.STUCK),
        (vmi(WATCHDOG), Effect.REJECTED),
        (pool(WATCHDOG), Effect.STUCK),
        (replica_set(WATCHDOG), Effect.STUCK),
    ],
)
def test_what_only_the_webhook_for_guests_refuses(text: str, effect: Effect) -> None:
    assert said(text, closed=True) == [("architecture", effect)]


def test_a_pool_is_judged_as_written_and_its_vms_with_what_they_get() -> None:
    assert said(pool(MEMORY, asks=ASKS_SECURE), SECURE) == [("secure_boot", Effect.STUCK)]
    bare = (
        "domain: {memory: {guest: 1Gi}, devices: {interfaces: [{name: default}]}}\nnetworks: [{name: default, pod: {}}]"
    )
    masquerade = SECURE.replace("firmware:", "devices: {preferredInterfaceMasquerade: {}}").replace(
        "    preferredEfi: {secureBoot: true}\n", ""
    )
    assert said(vm(bare, asks=ASKS_SECURE), masquerade) == []
    assert said(pool(bare, asks=ASKS_SECURE), masquerade) == [("interfaces", Effect.REJECTED)]


def test_the_instancetype_and_the_preference_are_applied_first() -> None:
    (found,) = refusals(
        vm("domain: {devices: {}}", asks=f"{ASKS_SMALL}\n{ASKS_SECURE}"), SMALL, SECURE.replace("true", "false")
    )
    assert (subject_of(found.refusal), found.origin, found.value) == ("cpu", Origin.INSTANCETYPE, 4)
    assert render(found.refusal.path) == "spec.template.spec.domain.cpu.sockets"
    (found,) = refusals(vm(MEMORY, asks=ASKS_SECURE), SECURE)
    assert (subject_of(found.refusal), found.origin, found.value) == ("secure_boot", Origin.PREFERENCE, True)


@pytest.mark.parametrize(
    ("preferred", "spec", "subject", "value"),
    [
        ("{preferredInterfaceModel: ne2000}", "", "enums", "ne2000"),
        ("{preferredAutoattachInputDevice: true, preferredInputType: keyboard}", "", "enums", "keyboard"),
        ("{preferredInputBus: ps2}", "autoattachInputDevice: true", "enums", "ps2"),
    ],
)
def test_when_a_vm_starts_its_preference_reaches_what_defaults_have_added(
    preferred: str, spec: str, subject: str, value: str
) -> None:
    preference = SECURE[: SECURE.index("firmware")] + f"devices: {preferred}\n"
    text = vm(f"domain: {{memory: {{guest: 1Gi}}, devices: {{{spec}}}}}", asks=ASKS_SECURE)
    (found,) = refusals(text, preference)
    assert (subject_of(found.refusal), found.effect, found.origin, found.value) == (
        subject,
        Effect.STUCK,
        Origin.PREFERENCE,
        value,
    )


def test_a_guest_gets_the_only_type_of_input_device_where_its_own_is_empty() -> None:
    assert said(vmi("domain: {memory: {guest: 1Gi}, devices: {inputs: [{name: a, type: ''}]}}")) == []


def test_a_vm_with_an_attached_input_device_starts() -> None:
    text = vm("domain: {memory: {guest: 1Gi}, devices: {autoattachInputDevice: true}}", asks=ASKS_SECURE)
    assert said(text, SECURE.replace("true", "false")) == []


def test_a_value_of_the_vm_is_its_own() -> None:
    text = vm("domain: {memory: {guest: 1Gi}, cpu: {sockets: 3, maxSockets: 2}, devices: {}}")
    assert [(found.origin, found.value) for found in refusals(text)] == [(Origin.VM, None)]


def test_a_default_is_reported_as_such() -> None:
    text = "domain: {memory: {guest: 1Gi}, resources: {limits: {cpu: 3}}, cpu: {maxSockets: 2}, devices: {}}"
    for whole in (vm(text), vmi(text)):
        (found,) = refusals(whole)
        assert (subject_of(found.refusal), found.origin, found.value) == ("cpu", Origin.DEFAULT, 3)


@pytest.mark.parametrize("asks", [ASKS_SMALL, ASKS_SECURE])
def test_without_the_matched_object_only_what_it_can_not_change_is_reported(asks: str) -> None:
    spec = """
hostname: Web
domain:
  cpu: {sockets: 3, maxSockets: 2}
  devices: {}
"""
    assert said(vm(spec, asks=asks)) == [("identity", Effect.REJECTED)]


def test_an_unknown_preference_may_give_a_binding_and_an_unknown_instancetype_not() -> None:
    spec = (
        "domain: {memory: {guest: 1Gi}, devices: {interfaces: [{name: default}]}}\nnetworks: [{name: default, pod: {}}]"
    )
    assert said(vm(spec, asks=ASKS_SECURE)) == []
    assert said(vm(spec, asks=ASKS_SMALL)) == [("interfaces", Effect.REJECTED)]


def test_of_a_vm_that_is_refused_before_only_what_stays_is_reported() -> None:
    spec = "hostname: Web\ndomain: {memory: {guest: 1Gi}, cpu: {sockets: 3, maxSockets: 2}, devices: {}}"
    assert said(vm(spec, asks=ASKS_SMALL), SMALL) == [("identity", Effect.REJECTED)]
    assert said(vm(spec, asks="instancetype: {}")) == [("identity", Effect.REJECTED)]


def test_a_lost_instancetype_was_refused_before_1_6() -> None:
    spec = "domain: {cpu: {sockets: 3, maxSockets: 2}, devices: {}}"
    assert said(vm(spec, asks=ASKS_SMALL), closed=True) == [("cpu", Effect.REJECTED)]
    assert said(vm(spec, asks=ASKS_SMALL), closed=True, release="1.5") == []


def test_memory_is_an_instancetypes_to_give() -> None:
    bare = "domain: {devices: {}}"
    assert said(vm(bare)) == [("memory_unset", Effect.STUCK)]
    assert said(vmi(bare)) == [("memory_unset", Effect.REJECTED)]
    assert said(vm(bare, asks=ASKS_SMALL), closed=True) == []
    forgiven = "instancetype: {inferFromVolume: root, inferFromVolumeFailurePolicy: Ignore}"
    unlabelled = f"{bare}\nvolumes: [{{name: root, containerDisk: {{image: a}}}}]"
    assert said(vm(unlabelled, asks=forgiven)) == [("memory_unset", Effect.STUCK)]


@pytest.mark.parametrize(
    ("metadata", "spec", "fills"),
    [
        ("", "domain: {resources: {requests: {memory: 1Gi}}}", True),
        ("", "selector: {matchLabels: {size: small}}, domain: {resources: {requests: {memory: 1Gi}}}", True),
        ("", "selector: {matchLabels: {size: $SIZE}}, domain: {resources: {requests: {memory: 1Gi}}}", True),
        ("", "selector: {matchLabels: {size: large}}, domain: {resources: {requests: {memory: 1Gi}}}", False),
        ("", "domain: {memory: {guest: 1Gi}}", False),
        ("", "domain: {resources: {limits: {memory: 1Gi}}}", False),
        (", namespace: far", "domain: {resources: {requests: {memory: 1Gi}}}", False),
    ],
)
def test_memory_that_a_preset_requests(metadata: str, spec: str, fills: bool) -> None:
    preset = f"""
apiVersion: kubevirt.io/v1
kind: VirtualMachineInstancePreset
metadata: {{name: small{metadata}}}
spec: {{{spec}}}
"""
    guest = vmi("domain: {devices: {}}").replace("metadata: {", "metadata: {labels: {size: small}, ", 1)
    assert said(guest, preset) == ([] if fills else [("memory_unset", Effect.REJECTED)])


def test_the_disk_of_a_nameless_volume_is_not_written_and_not_reported() -> None:
    (found,) = refusals(vm(f"{MEMORY}\nvolumes: [{{emptyDisk: {{capacity: 1Gi}}}}]"))
    assert render(found.refusal.path) == "spec.template.spec.volumes[0].name"
    assert words_of(found.refusal).wrong == "`volumes[0]` has no name."


def test_nothing_is_said_without_a_domain() -> None:
    assert said(vm("hostname: Web")) == []
    assert said(vm("hostname: Web\ndomain: []")) == []


# What depends on the cluster


def gate_of(*objects: str, closed: bool = False, release: str = "") -> list[str | None]:
    return [one.refusal.gate for one in refusals(*objects, closed=closed, release=release)]


def test_a_feature_gate_that_nobody_mentions_may_be_on() -> None:
    assert gate_of(vm(HOST_DEVICE)) == ["HostDevices"]
    assert gate_of(vm(HOST_DEVICE), closed=True) == [None]


def test_the_kubevirt_object_decides() -> None:
    assert gate_of(vm(HOST_DEVICE), KUBEVIRT % "") == [None]
    assert gate_of(vm(HOST_DEVICE), KUBEVIRT % "HostDevices") == []


def test_of_two_kubevirt_objects_none_decides() -> None:
    assert gate_of(vm(HOST_DEVICE), KUBEVIRT % "", KUBEVIRT % "HostDevices", closed=True) == ["HostDevices"]


def test_the_release_decides_of_defaults() -> None:
    guest = vm(
        "domain: {memory: {guest: 1Gi}, devices: {interfaces: [{name: pod, passtBinding: {}}]}}\n"
        "networks: [{name: pod, pod: {}}]"
    )
    assert gate_of(guest, closed=True, release="1.9") == []
    assert gate_of(guest, closed=True, release="1.8") == [None]


def test_one_cause_represents_all_that_depend_on_a_gate() -> None:
    twice = "domain: {memory: {guest: 1Gi}, devices: {}}\nvolumes:\n" + "".join(
        f"- {{name: v{index}, hostDisk: {{path: /x, type: Disk}}}}\n" for index in range(2)
    )
    assert gate_of(vm(twice)) == ["HostDisk"]
    assert gate_of(vm(twice), closed=True) == [None, None]


def test_the_default_architecture_decides_where_none_is_written() -> None:
    sealed = "domain: {memory: {guest: 1Gi}, launchSecurity: {}, devices: {}}"
    assert gate_of(vm(sealed)) == ["defaultArchitecture"]
    assert gate_of(vm(sealed), closed=True) == gate_of(vm(f"architecture: amd64\n{sealed}")) == [None]
    assert gate_of(vm(f"architecture: s390x\n{sealed}")) == []


def test_a_cluster_without_a_default_interface_refuses_guests_that_give_none() -> None:
    forbidden = """
apiVersion: kubevirt.io/v1
kind: KubeVirt
metadata: {name: kubevirt}
spec:
  configuration:
    network: {permitBridgeInterfaceOnPodNetwork: false}
"""
    for text in (vm(MEMORY), vmi(MEMORY)):
        assert said(text, forbidden) == [("interfaces", Effect.REJECTED)]


# MAC addresses


def attached(name: str, mac: str, *, network: str = "lan", run: str = "Always") -> str:
    spec = f"""
domain:
  memory: {{guest: 1Gi}}
  devices:
    interfaces:
    - {{name: lan, bridge: {{}}, macAddress: "{mac}"}}
networks:
- {{name: lan, multus: {{networkName: {network}}}}}
"""
    return vm(spec, name=name, run=run)


def taken(*objects: str | tuple[str, str]) -> list[tuple[str, str]]:
    """Who has an address that is taken, and who takes it."""
    world = World(cluster(*objects), Settings())
    return [
        (mine.holder.name, first.holder.name)
        for one in world.cluster.resources
        if isinstance(one, Workload)
        for mine, first in world.addresses.taken(one)
    ]


MAC = "02:00:00:00:00:0a"


def test_an_address_is_taken_once() -> None:
    assert taken(attached("a", MAC), attached("b", MAC.upper().replace(":", "-")), attached("c", MAC)) == [
        ("b", "a"),
        ("c", "a"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        attached("b", "02:00:00:00:00:0b"),
        attached("b", MAC, network="dmz"),
        attached("b", MAC, run="Halted"),
        attached("b", MAC, network="'${NETWORK}'"),
        attached("b", "junk"),
        attached("b", MAC).replace("multus: {networkName: lan}", "pod: {}"),
    ],
)
def test_an_address_that_is_free(other: str) -> None:
    assert taken(attached("a", MAC), other) == []


def test_variants_of_one_vm_do_not_meet() -> None:
    assert taken(("one/vm.yaml", attached("a", MAC)), ("two/vm.yaml", attached("a", MAC))) == []


# The rules


def reported() -> Iterator[str]:
    """The names of causes that the rules tell."""
    for file in sorted(RULES.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refused":
                yield from (part.value for part in node.args if isinstance(part, ast.Constant))  # type: ignore[misc]


def test_every_cause_has_one_rule() -> None:
    assert sorted(reported()) == sorted(NAMES)


# Strange data

RICH = {
    "apiVersion": "kubevirt.io/v1",
    "kind": "VirtualMachine",
    "metadata": {"name": "web"},
    "spec": {
        "runStrategy": "Always",
        "instancetype": {"name": "small", "kind": "VirtualMachineInstancetype"},
        "preference": {"name": "secure", "kind": "VirtualMachinePreference"},
        "template": {
            "metadata": {"labels": {"app": "web"}, "annotations": {"a": "b"}},
            "spec": {
                "domain": {
                    "devices": {
                        "disks": [{"name": "root", "disk": {"bus": "virtio"}}],
                        "interfaces": [{"name": "lan", "bridge": {}, "macAddress": MAC}],
                    }
                },
                "networks": [{"name": "lan", "multus": {"networkName": "lan"}}],
                "volumes": [{"name": "root", "containerDisk": {"image": "a"}}],
            },
        },
    },
}
JUNK: list[Any] = [None, True, -1, 1.5, "junk", "${X}", [], {}, [None], [[]], {"name": []}]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in pairs:
        yield from places(entry, (*path, key))


@pytest.mark.parametrize("path", [path for path in places(RICH["spec"]) if path], ids=render)
def test_strange_data_are_no_surprise(path: Path) -> None:
    for junk in JUNK:
        changed: Any = copy.deepcopy(RICH)
        holder = changed["spec"]
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = junk
        world = World(cluster(SMALL, SECURE, json.dumps(changed)), Settings(closed=True))
        subject = world.cluster.resources[-1]
        assert isinstance(subject, Workload)
        for found in world.machine.admission(subject):
            assert words_of(found.refusal).wrong.endswith(".")
        list(world.addresses.taken(subject))
