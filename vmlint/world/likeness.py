"""VMs that KubeVirt judges alike, and DataVolume templates that CDI judges alike.

The VMs of a repository come from a few patterns: they differ in names, addresses and cloud-init texts, and in little
else. Such a value has no part in what instancetype, preference, defaults and admission do, as long as its form is
right. So it is blanked, and VMs that are the same then are judged once.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Mapping
from typing import Any

from vmlint.kubevirt.admission.forms import mac_length
from vmlint.model.access import get, mapping
from vmlint.model.subjects import VirtualMachine
from vmlint.model.unknown import is_unknown

__all__ = ["blanked", "blanked_template", "key_of"]

_SHORT = 1024  # in characters; cloud-init data may have 2048 bytes
_ROUND = re.compile(r"[1-9][0-9]{0,4}Gi")
_RESERVED_MAC = "02:00:00:00:00:00"  # an interface with masquerade may not have it


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and not is_unknown(value)


def _is_short(value: Any) -> bool:
    return _is_name(value) and len(value) <= _SHORT and value.isascii()


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and mac_length(value) == 6 and value != _RESERVED_MAC


def _is_time(value: Any) -> bool:
    return type(value) is int and 0 < value < 1 << 31


def _is_round(value: Any) -> bool:
    return isinstance(value, str) and _ROUND.fullmatch(value) is not None


def _are_names(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_name, value.values()))


class _Free:
    """A field of which no more matters than that its value is good; then it is replaced."""

    def __init__(self, field: str, good: Callable[[Any], bool], blank: Callable[[Any], Any]) -> None:
        self.field = field
        self.good = good
        self.blank = blank

    def __call__(self, holder: dict[str, Any]) -> dict[str, Any]:
        """The mapping with that field blanked."""
        value = holder.get(self.field)
        return {**holder, self.field: self.blank(value)} if value is not None and self.good(value) else holder


def _text(field: str, good: Callable[[Any], bool], blank: Any) -> _Free:
    return _Free(field, good, lambda _: blank)


_USER_DATA = (_text("userData", _is_short, "#cloud-config"), _text("networkData", _is_short, "version: 2"))
_VOLUME: Mapping[str, tuple[_Free, ...]] = {
    "dataVolume": (_text("name", _is_name, "blank"),),
    "persistentVolumeClaim": (_text("claimName", _is_name, "blank"),),
    "cloudInitNoCloud": _USER_DATA,
    "cloudInitConfigDrive": _USER_DATA,
}
"""By a volume's source."""

_INTERFACE = _text("macAddress", _is_address, "02:00:00:00:00:01")
_SPEC = (
    _text("terminationGracePeriodSeconds", _is_time, 1),
    _Free("nodeSelector", _are_names, lambda value: dict.fromkeys(value, "blank")),
)
_METADATA = _Free("labels", _are_names, lambda value: {key: "blank" for key in value if "kubevirt.io/" in key})


def blanked(vm: VirtualMachine) -> dict[str, Any]:
    """The VM's data without what has no part in a verdict: its own metadata and templates, and free values."""
    if not (inner := vm.vmi_spec):
        return vm.data
    for free in _SPEC:
        inner = free(dict(inner))
    volumes, domain = inner.get("volumes"), inner.get("domain")
    if isinstance(volumes, list):
        inner = {**inner, "volumes": [_volume(volume) for volume in volumes]}
    devices = mapping(domain, "devices")
    if isinstance(interfaces := devices.get("interfaces"), list):
        cards = [_INTERFACE(card) if isinstance(card, dict) else card for card in interfaces]
        inner = {**inner, "domain": {**mapping(domain), "devices": {**devices, "interfaces": cards}}}
    template = {**mapping(vm.vm_spec, "template"), "spec": inner}
    if isinstance(metadata := template.get("metadata"), dict):
        template["metadata"] = _METADATA(metadata)
    data: Any = {key: value for key, value in vm.vm_spec.items() if key != "dataVolumeTemplates"}
    data["template"] = template
    for step in reversed(vm.vm_path):
        data = {step: data}
    whole: dict[str, Any] = data
    return whole


def _volume(volume: Any) -> Any:
    if isinstance(volume, dict):
        for source, held in volume.items():
            if source in _VOLUME and isinstance(held, dict):
                for free in _VOLUME[source]:
                    held = free(held)
                volume = {**volume, source: held}
    return volume


_SIZE = _text("storage", _is_round, "1Gi")


def blanked_template(template: Mapping[str, Any]) -> dict[str, Any]:
    """A DataVolume template without its name, and with one size for all that are neither small nor out of bounds."""
    spec = template.get("spec")
    if isinstance(spec, dict):
        for form in ("storage", "pvc"):
            requests = get(spec, form, "resources", "requests")
            if isinstance(requests, dict):
                resources = {**spec[form]["resources"], "requests": _SIZE(requests)}
                spec = {**spec, form: {**spec[form], "resources": resources}}
    return {"metadata": {"annotations": get(template, "metadata", "annotations")}, "spec": spec}


def key_of(data: Any) -> bytes:
    """What is equal for equal data alone. YAML and JSON have no value that `marshal` does not know."""
    return marshal.dumps(data, 2)  # from version 3 on, equal values may be written in two ways
