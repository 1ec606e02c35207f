"""A repository in which hardly two VMs are alike: the same bytes on every run.

VMs differ in their fields, devices, volumes and sources, in the order of keys, in style and comments. Files hold up to
four objects, and a part of the VMs is applied by kustomize: bases with overlays. One VM in four has a finding.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.fleet import IMAGES, PREFERENCES, SIZES, TEAMS, shared, write

__all__ = ["kustomized", "unlike"]

_SEED = 41_13
_PER_BASE = 4
_COMMENTS = ("owner: platform", "see the runbook", "reviewed in spring", "do not change without a ticket", "legacy")
_FIRST = ("apiVersion", "kind", "metadata", "name", "namespace")

Chance = random.Random
Object = dict[str, Any]


def unlike(folder: Path, count: int) -> int:
    """Write a repository of so many VMs, a quarter of them in kustomizations; how many bytes it has."""
    files = dict(shared())
    number = 0
    file = 0
    loose = count - count // 4
    while number < loose:
        chance = random.Random(f"{_SEED} {file}")
        several = min(chance.choice((1, 1, 1, 2, 2, 4)), loose - number)
        texts = [vm(number + index, f"team-{file % TEAMS}") for index in range(several)]
        files[f"vms/team-{file % TEAMS}/{file}.yaml"] = "---\n".join(texts)
        number += several
        file += 1
    files |= dict(_applications(loose, count))
    return write(folder, files.items())


def kustomized(folder: Path, count: int) -> int:
    """Write a repository of about so many files, all applied by kustomizations; how many bytes it has."""
    vms = count * _PER_BASE // (_PER_BASE + 1 + 4)
    return write(folder, {**dict(shared()), **dict(_applications(0, vms))}.items())


def _applications(first: int, end: int) -> Iterator[tuple[str, str]]:
    """Bases of a few VMs each, with overlays for development and production."""
    for base, start in enumerate(range(first, end, _PER_BASE)):
        folder = f"applications/app-{base}"
        names = range(start, min(start + _PER_BASE, end))
        for number in names:
            yield f"{folder}/base/vm-{number}.yaml", vm(number, "")
        listed = "".join(f"  - vm-{number}.yaml\n" for number in names)
        yield f"{folder}/base/kustomization.yaml", f"resources:\n{listed}"
        for stage, strategy in (("dev", "Halted"), ("prod", "Always")):
            yield f"{folder}/{stage}/kustomization.yaml", _OVERLAY.format(team=f"team-{base % TEAMS}", stage=stage)
            yield f"{folder}/{stage}/patch.yaml", _PATCH.format(name=_name(start), strategy=strategy)


_OVERLAY = """\
namespace: {team}-{stage}
resources:
  - ../base
labels:
  - pairs:
      stage: {stage}
patches:
  - path: patch.yaml
"""

_PATCH = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: {name}
spec:
  runStrategy: {strategy}
"""


def _name(number: int) -> str:
    return f"{random.Random(f'{_SEED} name {number}').choice(('web', 'db', 'mail', 'erp', 'ci'))}-{number}"


def vm(number: int, namespace: str) -> str:
    """The manifest of one VM; one in four has a fault."""
    chance = random.Random(f"{_SEED} vm {number}")
    name = _name(number)
    disks, volumes, templates = _storage(chance, name)
    interfaces, networks = _networks(chance, number)
    devices: Object = {"disks": disks, "interfaces": interfaces, **_devices(chance)}
    domain: Object = {"devices": devices, **_domain(chance)}
    spec: Object = {"domain": domain, "volumes": volumes, "networks": networks, **_guest(chance, name)}
    labels = {"kubevirt.io/domain": name, **_labels(chance)}
    manifest: Object = {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": name, "labels": _labels(chance), "annotations": _annotations(chance, number)},
        "spec": {
            "runStrategy": chance.choice(("Always", "RerunOnFailure", "Halted", "Manual")),
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }
    if namespace:
        manifest["metadata"]["namespace"] = namespace
    if templates:
        manifest["spec"]["dataVolumeTemplates"] = templates
    if chance.random() < 0.7:
        manifest["spec"]["preference"] = {"name": chance.choice(PREFERENCES)}
    if chance.random() < 0.6:
        manifest["spec"]["instancetype"] = {"name": chance.choice(SIZES)}
    else:
        domain["memory"] = {"guest": f"{chance.randrange(1, 64)}Gi"}
        cores = chance.randrange(1, 9)
        domain["cpu"] = chance.choice(
            ({"sockets": cores}, {"cores": cores, "threads": 1, "sockets": 2}, {"sockets": 4})
        )
    if number % 4 == 3:
        chance.choice(_FAULTS)(manifest, chance)
    style = random.Random(f"{_SEED} style {number}")
    return "\n".join(_lines(manifest, style, "")) + "\n"


def _some(chance: Chance, offers: Mapping[str, Sequence[Any]], odds: float) -> Object:
    return {key: chance.choice(values) for key, values in offers.items() if chance.random() < odds}


def _labels(chance: Chance) -> Object:
    offers = {
        "app.kubernetes.io/name": ("web", "db", "mail", "erp"),
        "app.kubernetes.io/part-of": [f"suite-{one}" for one in range(50)],
        "tier": ("gold", "silver"),
        "cost-center": [str(one) for one in range(1000, 1200)],
        "site": ("fra", "ams", "lon"),
        "example.com/backup": ("daily", "weekly"),
    }
    return _some(chance, offers, 0.5)


def _annotations(chance: Chance, number: int) -> Object:
    offers = {
        "example.com/owner": [f"user{number}@example.com"],
        "example.com/ticket": [f"OPS-{number}"],
        "description": [f"The machine {number}: ask before it is moved"],
        "vm.kubevirt.io/os": ("linux", "windows"),
    }
    return _some(chance, offers, 0.5)


def _devices(chance: Chance) -> Object:
    offers: dict[str, Sequence[Any]] = {
        "rng": [{}],
        "autoattachGraphicsDevice": (True, False),
        "autoattachMemBalloon": (True, False),
        "autoattachSerialConsole": (True,),
        "networkInterfaceMultiqueue": (True, False),
        "blockMultiQueue": (True, False),
        "inputs": [[{"type": "tablet", "bus": bus, "name": "tablet"}] for bus in ("virtio", "usb")],
        "watchdog": [{"name": "dog", "i6300esb": {"action": action}} for action in ("poweroff", "reset")],
        "tpm": [{}],
        "sound": [{"name": "audio", "model": "ich9"}],
    }
    return _some(chance, offers, 0.25)


def _domain(chance: Chance) -> Object:
    offers: dict[str, Sequence[Any]] = {
        "features": ({"acpi": {}}, {"acpi": {}, "apic": {}}, {"smm": {"enabled": True}}, {"kvm": {"hidden": True}}),
        "clock": ({"utc": {}}, {"utc": {}, "timer": {"hpet": {"present": False}}}, {"timezone": "Europe/Berlin"}),
        "machine": ({"type": "q35"},),
        "ioThreadsPolicy": ("auto", "shared"),
        "chassis": [{"serial": f"S{one}"} for one in range(99)],
    }
    return _some(chance, offers, 0.4)


def _guest(chance: Chance, name: str) -> Object:
    offers: dict[str, Sequence[Any]] = {
        "terminationGracePeriodSeconds": range(0, 3600, 15),
        "hostname": (name,),
        "subdomain": ("machines",),
        "nodeSelector": [{"example.com/zone": f"zone-{one}"} for one in range(9)],
        "priorityClassName": ("high", "low"),
        "schedulerName": ("default-scheduler",),
        "tolerations": [
            [{"key": f"example.com/{key}", "operator": "Exists", "effect": "NoSchedule"}]
            for key in ("gpu", "vms", "db")
        ],
        "affinity": [
            {
                "podAntiAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {
                            "weight": weight,
                            "podAffinityTerm": {
                                "topologyKey": "kubernetes.io/hostname",
                                "labelSelector": {"matchLabels": {"app.kubernetes.io/name": name}},
                            },
                        }
                    ]
                }
            }
            for weight in (1, 10, 100)
        ],
        "dnsPolicy": ("ClusterFirst", "Default"),
        "readinessProbe": [{"tcpSocket": {"port": port}, "initialDelaySeconds": 30} for port in (22, 80, 443)],
        "livenessProbe": [{"httpGet": {"port": 8080, "path": f"/{one}"}, "periodSeconds": one} for one in range(5, 30)],
    }
    return _some(chance, offers, 0.3)


def _storage(chance: Chance, name: str) -> tuple[list[Object], list[Object], list[Object]]:
    disks: list[Object] = []
    volumes: list[Object] = []
    templates: list[Object] = []
    for number in range(chance.choice((1, 1, 2, 2, 3, 4))):
        disk = f"disk{number}" if number else chance.choice(("root", "os", "boot"))
        made: Object = {"disk": {"bus": chance.choice(("virtio", "scsi", "sata"))}, "name": disk}
        made |= _some(chance, {"cache": ("none", "writethrough"), "io": ("native", "threads")}, 0.3)
        made |= _some(chance, {"serial": [f"{one:06d}" for one in range(9000)], "dedicatedIOThread": (False,)}, 0.2)
        if number == 0 and chance.random() < 0.5:
            made["bootOrder"] = 1
        disks.append(made)
        kind = chance.choice(("template", "template", "template", "image", "empty")) if number else "template"
        if kind == "template":
            templates.append(_template(chance, f"{name}-{disk}", first=not number))
            volumes.append({"name": disk, "dataVolume": {"name": f"{name}-{disk}"}})
        elif kind == "image":
            image = f"registry.example.com/images/{chance.choice(IMAGES)}:{chance.randrange(90)}"
            volumes.append({"name": disk, "containerDisk": {"image": image}})
        else:
            volumes.append({"name": disk, "emptyDisk": {"capacity": f"{chance.randrange(1, 90)}Gi"}})
    disks.append({"name": "init", "disk": {"bus": "virtio"}})
    source = chance.choice(("cloudInitNoCloud", "cloudInitConfigDrive"))
    volumes.append({"name": "init", source: {"userData": _user_data(chance, name)}})
    return disks, volumes, templates


def _template(chance: Chance, name: str, *, first: bool) -> Object:
    sources: list[Object] = [
        {"sourceRef": {"kind": "DataSource", "name": chance.choice(IMAGES), "namespace": "golden-images"}},
        {
            "source": {
                "http": {"url": f"https://images.example.com/{chance.choice(IMAGES)}-{chance.randrange(99)}.qcow2"}
            }
        },
        {
            "source": {
                "registry": {"url": f"docker://registry.example.com/{chance.choice(IMAGES)}:{chance.randrange(9)}"}
            }
        },
    ]
    spec: Object = chance.choice(sources) if first else {"source": {"blank": {}}}
    size = chance.choice((f"{chance.randrange(11, 500)}Gi", f"{chance.randrange(20000, 90000)}Mi"))
    storage: Object = {"resources": {"requests": {"storage": size}}}
    offers = {
        "storageClassName": ("ceph-rbd", "ceph-fs"),
        "accessModes": (["ReadWriteMany"],),
        "volumeMode": ("Block",),
    }
    storage |= _some(chance, offers, 0.4)
    if first:  # a copy has the mode of its source
        storage |= {"storageClassName": "ceph-rbd", "accessModes": ["ReadWriteMany"], "volumeMode": "Block"}
    elif storage.get("storageClassName") == "ceph-fs":
        storage.pop("volumeMode", None)
    spec["storage"] = storage
    metadata: Object = {"name": name}
    if chance.random() < 0.3:
        metadata["labels"] = _labels(chance)
    return {"metadata": metadata, "spec": spec}


def _user_data(chance: Chance, name: str) -> str:
    packages = "".join(f"  - {one}\n" for one in chance.sample(("vim", "tmux", "podman", "nginx", "chrony", "jq"), 3))
    parts = [
        f"hostname: {name}\n",
        f"packages:\n{packages}",
        f"timezone: {chance.choice(('Europe/Berlin', 'UTC', 'Asia/Tokyo'))}\n",
        f"users:\n  - name: {chance.choice(('ops', 'admin'))}\n    sudo: ALL=(ALL) NOPASSWD:ALL\n",
        f"runcmd:\n  - [systemctl, enable, --now, app{chance.randrange(999)}]\n",
        "ssh_pwauth: true\nchpasswd: {expire: false}\n",
    ]
    return "#cloud-config\n" + "".join(chance.sample(parts, chance.randrange(1, len(parts))))


def _networks(chance: Chance, number: int) -> tuple[list[Object], list[Object]]:
    interfaces: list[Object] = [{"name": "default", "masquerade": {}}]
    networks: list[Object] = [{"name": "default", "pod": {}}]
    if chance.random() < 0.3:
        interfaces[0]["ports"] = [{"port": port} for port in chance.sample((22, 80, 443, 8080, 5432), 2)]
    for index in range(chance.choice((0, 0, 0, 1, 2))):
        name = f"nic{index}"
        card: Object = {"name": name, "bridge": {}} | _some(chance, {"model": ("virtio", "e1000")}, 0.5)
        if chance.random() < 0.5:
            card["macAddress"] = (
                f"02:{index:02x}:00:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
            )
        interfaces.append(card)
        networks.append(
            {"name": name, "multus": {"networkName": f"team-{chance.randrange(TEAMS)}/vlan{chance.randrange(4)}"}}
        )
    return interfaces, networks


# Faults


def _misspelt(manifest: Object, chance: Chance) -> None:
    manifest["spec"]["template"]["spec"]["terminationGracePeriodSecond"] = 30


def _unknown_field(manifest: Object, chance: Chance) -> None:
    manifest["spec"]["template"]["spec"]["domain"]["devices"]["disks"][0]["readonly"] = False


def _no_such_bus(manifest: Object, chance: Chance) -> None:
    manifest["spec"]["template"]["spec"]["domain"]["devices"]["disks"][0]["disk"]["bus"] = "ide"


def _lost_volume(manifest: Object, chance: Chance) -> None:
    manifest["spec"]["template"]["spec"]["domain"]["devices"]["disks"].append({"name": "lost", "disk": {}})


def _lost_network(manifest: Object, chance: Chance) -> None:
    interfaces = manifest["spec"]["template"]["spec"]["domain"]["devices"]["interfaces"]
    interfaces.append({"name": "lost", "bridge": {}})


def _lost_preference(manifest: Object, chance: Chance) -> None:
    manifest["spec"]["preference"] = {"name": f"fedorra{chance.randrange(99)}"}


def _lost_source(manifest: Object, chance: Chance) -> None:
    reference = {"kind": "DataSource", "name": f"fedora{chance.randrange(99)}", "namespace": "golden-images"}
    template = manifest["spec"]["dataVolumeTemplates"][0]
    template["spec"] = {"sourceRef": reference, "storage": template["spec"]["storage"]}


def _wrong_amount(manifest: Object, chance: Chance) -> None:
    manifest["spec"]["dataVolumeTemplates"][0]["spec"]["storage"]["resources"]["requests"]["storage"] = "20 GB"


def _deprecated(manifest: Object, chance: Chance) -> None:
    manifest["spec"]["running"] = manifest["spec"].pop("runStrategy") == "Always"


_FAULTS = (
    _misspelt,
    _unknown_field,
    _no_such_bus,
    _lost_volume,
    _lost_network,
    _lost_preference,
    _lost_source,
    _wrong_amount,
    _deprecated,
)


# YAML of many hands


def _lines(value: Any, chance: Chance, margin: str) -> Iterator[str]:
    """The lines of a mapping or list, with keys in any order, comments, and some values in flow style."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        keys.sort(key=lambda key: _FIRST.index(key) if key in _FIRST and not margin else len(_FIRST))
        for key in keys:
            if chance.random() < 0.03:
                yield f"{margin}# {chance.choice(_COMMENTS)}"
            yield from _entry(f"{margin}{key}:", value[key], chance, margin)
        return
    for item in value:
        if isinstance(item, dict) and item:
            first, *rest = _lines(item, chance, f"{margin}  ")
            while first.lstrip().startswith("#"):
                yield first
                first, *rest = rest
            yield f"{margin}- {first.lstrip()}"
            yield from rest
        else:
            yield from _entry(f"{margin}-", item, chance, margin)


def _entry(start: str, value: Any, chance: Chance, margin: str) -> Iterator[str]:
    if isinstance(value, str) and "\n" in value:
        yield f"{start} |"
        yield from (f"{margin}  {line}" for line in value.splitlines())
    elif not isinstance(value, dict | list) or not value or (len(str(value)) < 40 and chance.random() < 0.3):
        tail = f"  # {chance.choice(_COMMENTS)}" if chance.random() < 0.02 else ""
        yield f"{start} {_flow(value, chance)}{tail}"
    else:
        indented = isinstance(value, dict) or chance.random() < 0.5
        yield start
        yield from _lines(value, chance, f"{margin}  " if indented else margin)


def _flow(value: Any, chance: Chance) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner, chance)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(inner, chance) for inner in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    plain = value.replace("-", "").replace(".", "").isalnum() and not value[0].isdigit()
    return value if plain and chance.random() < 0.8 else f'"{value}"' if chance.random() < 0.5 else f"'{value}'"
