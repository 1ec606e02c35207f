"""What a launcher pod may be made with: the devices that the cluster permits, the network bindings that it knows.

A VM that asks for others is accepted, and so is its guest; its pod is never made.
Sources: KubeVirt `pkg/virt-controller/services/renderresources.go` (validatePermittedHostDevices),
`pkg/network/multus/annotation.go` (newBindingPluginAnnotationData), of the tags v1.0.0 to v1.9.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.gates import Gates, GateState
from vmlint.kubevirt.releases import NEWEST, Release
from vmlint.model.access import each, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.unknown import is_unknown
from vmlint.record import Record

__all__ = ["Unpermitted", "permitted_devices", "registered_bindings", "unpermitted_devices", "unregistered_bindings"]

_DEVICES = ("spec", "domain", "devices")
_SECTIONS = ("pciHostDevices", "mediatedDevices", "usb", "usbHostDevices")
_DRA_GATE = "GPUsWithDRA"


class Unpermitted(Record):
    """A device or binding that the cluster does not permit: its path in the template, and its name."""

    path: Path
    name: str


def permitted_devices(settings: Mapping[str, Any]) -> frozenset[str] | None:
    """The resource names under `permittedHostDevices` of a KubeVirt object's configuration, or of the spec of a
    HyperConverged object; None where it has none, so that anything goes, or where a variable leaves them open."""
    permitted = settings.get("permittedHostDevices")
    if not isinstance(permitted, dict):
        return None
    devices = [device for section in _SECTIONS for _, device in each(permitted, section)]
    names = {text(device, "resourceName") for device in devices if device.get("disabled") is not True}
    is_open = any(
        is_unknown(value) for section in _SECTIONS for value in (permitted.get(section), *sequence(permitted, section))
    )
    return None if is_open or any(map(is_unknown, names)) else frozenset(names)


def unpermitted_devices(
    template: Mapping[str, Any], permitted: frozenset[str], gates: Gates, release: Release | None
) -> Iterator[Unpermitted]:
    """The GPUs and host devices of a guest that are not among the permitted ones.

    Devices that are claimed (DRA) are not asked about. From 1.6 to 1.8 no GPU is, where the gate for claims is on.
    """
    since_claims = (release or NEWEST).serves((1, 9))
    skips_gpus = not since_claims and gates.state(_DRA_GATE) is not GateState.OFF
    for kind in ("gpus", "hostDevices"):
        if kind == "gpus" and skips_gpus:
            continue
        for index, device in each(template, *_DEVICES, kind):
            name = text(device, "deviceName")
            claimed = device.get("claimName") is not None or device.get("requestName") is not None
            if name and not claimed and not is_unknown(name) and name not in permitted:
                yield Unpermitted((*_DEVICES, kind, index, "deviceName"), name)


def registered_bindings(configuration: Mapping[str, Any]) -> frozenset[str] | None:
    """The network bindings that a KubeVirt object's configuration registers; None where a variable leaves them open."""
    bindings = mapping(configuration, "network").get("binding")
    if is_unknown(bindings) or any(is_unknown(name) for name in mapping(bindings)):
        return None
    return frozenset(mapping(bindings))


def unregistered_bindings(template: Mapping[str, Any], registered: frozenset[str]) -> Iterator[Unpermitted]:
    """The interfaces of a guest whose binding plugin is not registered."""
    for index, interface in each(template, *_DEVICES, "interfaces"):
        name = text(interface, "binding", "name")
        if name and not is_unknown(name) and name not in registered:
            yield Unpermitted((*_DEVICES, "interfaces", index, "binding", "name"), name)
