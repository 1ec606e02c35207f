"""The rows of objects and references: what a snapshot holds, with what KubeVirt makes of each VM."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

from vmlint.audit.schema import Row
from vmlint.engine.snapshot import Snapshot
from vmlint.findings.location import object_id, where
from vmlint.graph.links import Link, LinkKind, links
from vmlint.kubevirt.migration import Migratability
from vmlint.kubevirt.values import whole
from vmlint.model.access import each, get, mapping, text
from vmlint.model.field import Path, render
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.matcher import Matcher
from vmlint.model.quantity import Quantity
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.model.unknown import is_unknown
from vmlint.world import World
from vmlint.world.outcome import problem_of

__all__ = ["RESTART_SETTINGS", "object_rows", "reference_rows"]

_BESIDE = frozenset(
    BY_GROUP_KIND[one]
    for one in (
        ("", "PersistentVolumeClaim"),
        ("storage.k8s.io", "StorageClass"),
        ("snapshot.storage.k8s.io", "VolumeSnapshot"),
        ("k8s.cni.cncf.io", "NetworkAttachmentDefinition"),
    )
)
"""The kinds beside KubeVirt's and CDI's own that VMs are made of."""

RESTART_SETTINGS: tuple[Path, ...] = (
    ("architecture",),
    ("domain", "machine", "type"),
    ("domain", "cpu", "model"),
    ("domain", "cpu", "cores"),
    ("domain", "cpu", "threads"),
    ("domain", "cpu", "dedicatedCpuPlacement"),
    ("domain", "cpu", "isolateEmulatorThread"),
    ("domain", "memory", "hugepages", "pageSize"),
    ("domain", "firmware", "bootloader", "efi", "secureBoot"),
    ("domain", "firmware", "bootloader", "efi", "persistent"),
    ("domain", "firmware", "uuid"),
    ("domain", "firmware", "serial"),
    ("domain", "ioThreadsPolicy"),
    ("domain", "clock", "timezone"),
    ("domain", "devices", "networkInterfaceMultiqueue"),
    ("domain", "devices", "blockMultiQueue"),
    ("hostname",),
    ("terminationGracePeriodSeconds",),
    ("evictionStrategy",),
    ("priorityClassName",),
    ("schedulerName",),
)
"""Settings of a guest that only a restart changes. No content of volumes is among them: it may hold passwords.

Source: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (syncRestartRequired), which compares the whole spec but for
sockets, guest memory, placement, and the volumes, disks and networks that can be plugged.
"""

_DOMAIN = ("spec", "domain")


def object_rows(snapshot: Snapshot) -> Iterator[Row]:
    """The objects of each deployment, in the order of deployments and files."""
    for deployment, world in zip(snapshot.names, snapshot.worlds, strict=True):
        for resource in _listed(world):
            row = {**_identity(resource), **_place(resource), "deployment": deployment, "content": _hash(resource)}
            if isinstance(resource, VirtualMachine):
                row |= _vm(resource, world)
            yield row


def reference_rows(snapshot: Snapshot) -> Iterator[Row]:
    """The references of each deployment's objects, inferred ones among them, in the same order."""
    for deployment, world in zip(snapshot.names, snapshot.worlds, strict=True):
        for resource in _listed(world):
            own = [(link, False) for link in links(resource)]
            inferred = [(link, True) for link in _inferred(resource, world)]
            for link, is_inferred in (*own, *inferred):
                found = world.cluster.follow(link)
                yield {
                    **_identity(resource),
                    **_place(resource, link.path),
                    "deployment": deployment,
                    "field": render(link.path),
                    "reference": str(link.kind),
                    "target_kind": found.ref.kind,
                    "target_namespace": found.ref.namespace,
                    "target_name": found.ref.name,
                    "state": found.state.value,
                    "inferred": is_inferred,
                }


def _listed(world: World) -> Iterator[Resource]:
    for resource in world.cluster.resources:
        if resource.linted and not resource.fragment and _matters(resource):
            yield resource


def _matters(resource: Resource) -> bool:
    return resource.kind.group.endswith("kubevirt.io") or resource.kind in _BESIDE


def _identity(resource: Resource) -> Row:
    return object_id(resource)._asdict()


def _place(resource: Resource, path: Path = ()) -> Row:
    document, span = where(resource.at(*path))
    return {"file": document.file, "line": span.line}


def _hash(resource: Resource) -> str:
    written = json.dumps(resource.data, sort_keys=True, default=str)
    return blake2b(written.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _inferred(resource: Resource, world: World) -> Iterator[Link]:
    """The instancetype and preference that a VM comes to through a volume."""
    if not isinstance(resource, VirtualMachine):
        return
    for matcher in Matcher:
        match = world.vms.match(resource, matcher)
        if match is not None and match.chain is not None and match.resolution is not None:
            yield Link(LinkKind(matcher.noun), resource, match.path, match.resolution.ref)


# VMs


def _vm(vm: VirtualMachine, world: World) -> Row:
    matches = {matcher: world.vms.match(vm, matcher) for matcher in Matcher}
    names = {
        matcher.noun: str(match.resolution.ref) if match and match.resolution else None
        for matcher, match in matches.items()
    }
    problem = problem_of(vm, world)
    verdict = world.migration.verdict(vm)
    strategy = world.migration.strategy(vm)
    is_decided = all(world.vms.is_decided(vm, matcher) for matcher in Matcher)
    template = world.launch.template(vm)
    return {
        "run_strategy": _run_strategy(vm),
        **names,
        "inferred": any(match is not None and match.chain is not None for match in matches.values()),
        **(_size(template) if template is not None and is_decided else {}),
        "disk_bytes": _disk_bytes(vm, world),
        "storage_classes": _storage_classes(vm, world),
        "networks": _networks(vm),
        **_migration(verdict),
        "eviction": None if strategy is None else strategy.name or "None",
        "restart_settings": dict(_restart_settings(template)) if template is not None and is_decided else {},
        "problem": str(problem) if problem else None,
    }


def _run_strategy(vm: VirtualMachine) -> str | None:
    running = vm.vm_spec.get("running")
    if isinstance(running, bool):
        return "Always" if running else "Halted"
    return text(vm.vm_spec, "runStrategy") or None


def _size(template: Mapping[str, Any]) -> Row:
    """The size of a guest as it starts.

    Source: KubeVirt `pkg/virt-launcher/virtwrap/converter/vcpu/vcpu.go` (GetCPUTopology, GetVirtualMemory).
    """
    return {
        "vcpus": _vcpus(template),
        "memory_bytes": _memory(template),
        "architecture": text(template, "spec", "architecture") or None,
    }


def _vcpus(template: Mapping[str, Any]) -> int | None:
    cpu = get(template, *_DOMAIN, "cpu")
    parts = [get(cpu, part) for part in ("cores", "sockets", "threads")]
    if any(isinstance(part, str) for part in parts):  # a variable
        return None
    counts = [number for part in parts if (number := whole(part))]
    if counts:
        return math.prod(counts)
    resources = mapping(template, *_DOMAIN, "resources")
    written = [get(resources, section, "cpu") for section in ("limits", "requests")]
    amount = next((one for one in written if one is not None), 1)
    return None if (cpus := Quantity.try_parse(amount)) is None else cpus.value()


def _memory(template: Mapping[str, Any]) -> int | None:
    resources = mapping(template, *_DOMAIN, "resources")
    written = [get(template, *_DOMAIN, "memory", "guest")]
    written += [get(resources, section, "memory") for section in ("requests", "limits")]
    amount = next((one for one in written if one is not None), None)
    return _bytes(amount)


def _bytes(amount: Any) -> int | None:
    quantity = None if amount is None else Quantity.try_parse(amount)
    return None if quantity is None or quantity.value() >= 2**63 else quantity.value()


def _disk_bytes(vm: VirtualMachine, world: World) -> int | None:
    """What the VM's templates request together; None where one of them does not decide its size."""
    sizes = [_bytes(get(disk.spec, "resources", "requests", "storage")) for disk in world.storage.disks(vm)]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _storage_classes(vm: VirtualMachine, world: World) -> list[str]:
    """The classes that the claims behind the VM's disks name, or get of its preference."""
    preferred = world.vms.preferred_class(vm)
    named = set()
    for disk in world.storage.disks(vm):
        name = text(disk.spec, "storageClassName") or (preferred if isinstance(preferred, str) else "")
        if name and not is_unknown(name):
            named.add(name)
    for link in links(vm):
        if link.kind is LinkKind.VOLUME and (found := world.cluster.follow(link)).resource is not None:
            for disk in () if found.made_at else world.storage.disks(found.resource):
                if name := text(disk.spec, "storageClassName"):
                    named.add(name)
    return sorted(named)


def _networks(vm: VirtualMachine) -> list[str]:
    names = set()
    for _, network in each(vm.vmi_spec, "networks"):
        if isinstance(network.get("pod"), dict):
            names.add("pod")
        elif name := text(network, "multus", "networkName"):
            names.add(name)
    return sorted(names)


def _migration(verdict: Migratability | None) -> Row:
    if verdict is None:
        return {"migratable": None, "obstacles": []}
    return {
        "migratable": verdict.migratable,
        "obstacles": sorted({obstacle.blocker.value for obstacle in verdict.obstacles}),
    }


def _restart_settings(template: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path in RESTART_SETTINGS:
        value = get(template, "spec", *path)
        if value is not None and not isinstance(value, dict | list):
            yield ".".join(map(str, path)), json.dumps(value) if not isinstance(value, str) else value
