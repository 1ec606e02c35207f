"""NVIDIA Grace devices: what a guest with one needs, and the annotations that exclude one.

Sources: KubeVirt `grace_io_virtualization.go`, `pkg/util/hardware/grace.go`, since 1.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import flag, word
from vmlint.kubevirt.admission.view import Cause, Owner, Stage, View
from vmlint.model.access import each, mapping
from vmlint.model.field import Path

__all__ = ["check"]

_SUBJECT = "grace"
_GATE = "GraceIOVirtualization"
_OTHER_GATES = ("PCINUMAAwareTopology", "IOMMUFD")
_DEVICES = ("domain", "devices")
_FIELDS = frozenset(("gpus", "hostDevices"))
_SELECTOR = re.compile(r"\s*(?:0x)?10de\s*:\s*(?:0x)?(2342|2348|2941|\*)\s*", re.IGNORECASE)
_ANY = "*"
_ANNOTATIONS = {
    "kubevirt.io/placePCIDevicesOnRootComplex": "places devices on the root complex",
    "kubevirt.io/disablePCIHole64": "disables the 64-bit PCI hole",
}


def check(view: View) -> Iterator[Cause]:
    """Devices that the KubeVirt object permits by a Grace selector, in a guest that can't have them."""
    if view.fields.isdisjoint(_FIELDS) or not view.cluster.pci_selectors or view.gates.stage(_GATE) is None:
        return
    found = list(_requested(view))
    lacking, unknown = view.lacks(_GATE)
    if not lacking:
        for path, name in found:
            if _device_of(view, name) == _ANY:
                yield Cause(
                    path,
                    f"`{name}` is permitted with the selector `10DE:*`; with `{_GATE}` the selector of an NVIDIA "
                    "device "
                    "must be exact.",
                    "set `pciVendorSelector` of the KubeVirt object to the exact device ID",
                    _SUBJECT,
                )
    grace = [(path, name) for path, name in found if _device_of(view, name) not in ("", _ANY)]
    if not grace:
        return
    yield from _annotations(view, grace[0][1])
    if lacking:
        for path, name in grace:
            yield Cause(
                path,
                f"`{name}` is an NVIDIA Grace device, which needs the feature gate `{_GATE}`"
                + (", which is off." if unknown is None else "."),
                f"add `{_GATE}` to `featureGates` of the KubeVirt object",
                _SUBJECT,
                gate=unknown,
            )
        return
    yield from _needs(view, grace[0][1])


def _needs(view: View, name: str) -> Iterator[Cause]:
    """What a guest with a Grace device must have."""
    what = f"`{name}` is an NVIDIA Grace device"
    if view.architecture and view.architecture != "arm64":
        yield Cause(
            view.at("architecture"),
            f"{what}, which needs an `arm64` guest, and the guest is `{view.architecture}`.",
            "set `architecture: arm64`",
            _SUBJECT,
            gate=view.architecture_gate,
        )
    machine = word(view.spec, "domain", "machine", "type")
    if machine and not machine.startswith("virt"):
        yield Cause(
            view.at("domain", "machine", "type"),
            f"{what}, which needs the machine type `virt`, and the guest has `{machine}`.",
            "set `machine.type: virt`",
            _SUBJECT,
            gate=view.architecture_gate,
        )
    if flag(view.spec, "domain", "cpu", "dedicatedCpuPlacement") is False:
        yield Cause(
            view.at("domain", "cpu", "dedicatedCpuPlacement"),
            f"{what}, which needs dedicated CPUs in an `arm64` guest of the machine type `virt`, and the guest has "
            "no dedicated CPUs.",
            "set `cpu.dedicatedCpuPlacement: true`",
            _SUBJECT,
        )
    for gate in _OTHER_GATES:
        lacking, unknown = view.lacks(gate)
        if lacking:
            yield Cause(
                view.at(*_DEVICES),
                f"{what}, which needs the feature gate `{gate}`" + (", which is off." if unknown is None else "."),
                f"add `{gate}` to `featureGates` of the KubeVirt object",
                _SUBJECT,
                gate=unknown,
            )


def _annotations(view: View, name: str) -> Iterator[Cause]:
    """A pool's annotations are checked only in the VMs that it makes."""
    held = mapping(view.metadata, "annotations")
    for key, does in _ANNOTATIONS.items():
        if held.get(key) == "true":
            yield Cause(
                view.at_metadata("annotations", key),
                f"`{name}` is an NVIDIA Grace device, which does not work with the annotation `{key}`; it {does}.",
                "remove the annotation",
                _SUBJECT,
                stage=Stage.VMI if view.owner is Owner.POOL else Stage.VM,
            )


def _requested(view: View) -> Iterator[tuple[Path, str]]:
    for kind in ("gpus", "hostDevices"):
        for index, device in each(view.spec, *_DEVICES, kind):
            if name := word(device, "deviceName"):
                yield view.at(*_DEVICES, kind, index, "deviceName"), name


def _device_of(view: View, name: str) -> str:
    """The NVIDIA Grace device ID of a permitted resource, `*` for any of the vendor's, "" for others."""
    match = _SELECTOR.fullmatch(view.cluster.pci_selectors.get(name, ""))
    return match[1] if match else ""
