"""NVIDIA Grace devices: what a guest with one needs, and the annotations that exclude one.

Sources: KubeVirt `grace_io_virtualization.go`, `pkg/util/hardware/grace.go`, since 1.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import flag, word
from vmlint.kubevirt.admission.view import Owner, View
from vmlint.model.access import each, mapping
from vmlint.model.field import Path
from vmlint.model.refusal import Refusal, Refuser
from vmlint.record import Codes
from vmlint.runtime.pattern import late

__all__ = ["Code", "check"]

_GATE = "GraceIOVirtualization"
_OTHER_GATES = ("PCINUMAAwareTopology", "IOMMUFD")
_DEVICES = ("domain", "devices")
_FIELDS = frozenset(("gpus", "hostDevices"))
_SELECTOR = late(r"\s*(?:0x)?10de\s*:\s*(?:0x)?(2342|2348|2941|\*)\s*", re.IGNORECASE)
_ANY = "*"
_ANNOTATIONS = ("kubevirt.io/placePCIDevicesOnRootComplex", "kubevirt.io/disablePCIHole64")


class Code(Codes):
    """What is wrong with a guest that has NVIDIA Grace devices."""

    SELECTOR_NOT_EXACT = "grace/selector-not-exact"
    GATE_OFF = "grace/gate-off"
    ARCHITECTURE = "grace/architecture"
    MACHINE = "grace/machine"
    CPUS_NOT_DEDICATED = "grace/cpus-not-dedicated"
    OTHER_GATE_OFF = "grace/other-gate-off"
    ANNOTATION = "grace/annotation"


def check(view: View) -> Iterator[Refusal]:
    """Devices that the KubeVirt object permits by a Grace selector, in a guest that can't have them."""
    if view.fields.isdisjoint(_FIELDS) or not view.cluster.pci_selectors or view.gates.stage(_GATE) is None:
        return
    found = list(_requested(view))
    lacking, unknown = view.lacks(_GATE)
    if not lacking:
        for path, name in found:
            if _device_of(view, name) == _ANY:
                yield Refusal(Code.SELECTOR_NOT_EXACT, path, {"name": name, "needed": _GATE})
    grace = [(path, name) for path, name in found if _device_of(view, name) not in ("", _ANY)]
    if not grace:
        return
    yield from _annotations(view, grace[0][1])
    if lacking:
        for path, name in grace:
            yield Refusal(Code.GATE_OFF, path, {"name": name, "needed": _GATE}, gate=unknown)
        return
    yield from _needs(view, grace[0][1])


def _needs(view: View, name: str) -> Iterator[Refusal]:
    """What a guest with a Grace device must have."""
    if view.architecture and view.architecture != "arm64":
        yield Refusal(
            Code.ARCHITECTURE,
            view.at("architecture"),
            {"name": name, "architecture": view.architecture},
            gate=view.architecture_gate,
        )
    machine = word(view.spec, "domain", "machine", "type")
    if machine and not machine.startswith("virt"):
        yield Refusal(
            Code.MACHINE,
            view.at("domain", "machine", "type"),
            {"name": name, "machine": machine},
            gate=view.architecture_gate,
        )
    if flag(view.spec, "domain", "cpu", "dedicatedCpuPlacement") is False:
        yield Refusal(Code.CPUS_NOT_DEDICATED, view.at("domain", "cpu", "dedicatedCpuPlacement"), {"name": name})
    for gate in _OTHER_GATES:
        lacking, unknown = view.lacks(gate)
        if lacking:
            yield Refusal(Code.OTHER_GATE_OFF, view.at(*_DEVICES), {"name": name, "needed": gate}, gate=unknown)


def _annotations(view: View, name: str) -> Iterator[Refusal]:
    """A pool's annotations are checked only in the VMs that it makes."""
    annotations = mapping(view.metadata, "annotations")
    for key in _ANNOTATIONS:
        if annotations.get(key) == "true":
            by = Refuser.GUEST_WEBHOOK if view.owner is Owner.POOL else Refuser.VALIDATING_WEBHOOK
            yield Refusal(Code.ANNOTATION, view.at_metadata("annotations", key), {"name": name, "key": key}, by)


def _requested(view: View) -> Iterator[tuple[Path, str]]:
    for kind in ("gpus", "hostDevices"):
        for index, device in each(view.spec, *_DEVICES, kind):
            if name := word(device, "deviceName"):
                yield view.at(*_DEVICES, kind, index, "deviceName"), name


def _device_of(view: View, name: str) -> str:
    """The NVIDIA Grace device ID of a permitted resource, `*` for any of the vendor's, "" for others."""
    match = _SELECTOR.fullmatch(view.cluster.pci_selectors.get(name, ""))
    return match[1] if match else ""
