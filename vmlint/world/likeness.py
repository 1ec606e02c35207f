"""VMs that KubeVirt judges alike, and DataVolume templates that CDI judges alike.

The VMs of a repository come from a few patterns: they differ in names, addresses and cloud-init texts, and in little
else. Such a value has no part in what instancetype, preference, defaults and admission do, nor in whether the form is
right, as long as its own form is. So it is blanked, and VMs that are the same then are judged once.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from vmlint.cdi.render import APPLY_PROFILE
from vmlint.cdi.storageworld import StorageWorld
from vmlint.digest import blake2b
from vmlint.kubevirt.admission.forms import mac_length
from vmlint.model.access import get, mapping, text
from vmlint.model.subjects import VirtualMachine
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.runtime.pattern import late

__all__ = ["Alike", "Firsts", "Templates", "blanked", "key_of", "restored"]

_T = TypeVar("_T")

_KEY_SIZE = 16  # in bytes
_SHORT = 1024  # in characters; cloud-init data may have 2048 bytes
_ROUND = late(r"[1-9][0-9]{0,4}Gi|[1-9][0-9]{3,6}Mi")
_URL = late(r"(https?|docker)://[a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]+)?/[A-Za-z0-9/_.:-]*")
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


def _is_plain_url(value: Any) -> bool:
    return isinstance(value, str) and _URL.fullmatch(value) is not None and not is_unknown(value)


def _are_names(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_name, value.values()))


class _Free(Record):
    """A field of which no more matters than that its value is good; then it is replaced."""

    field: str
    good: Callable[[Any], bool]
    blank: Callable[[Any], Any]


def _text(field: str, good: Callable[[Any], bool], blank: Any) -> _Free:
    return _Free(field, good, lambda _: blank)


def _texts(field: str, good: Callable[[Any], bool]) -> _Free:
    return _Free(field, good, lambda value: dict.fromkeys(value, "blank"))


def _cleared(holder: Any, free: tuple[_Free, ...]) -> Any:
    """A mapping with these fields blanked, a copy where there are any; anything else as it is."""
    if not isinstance(holder, dict):
        return holder
    cleared = holder
    for field, good, blank in free:
        if (value := holder.get(field)) is not None and good(value):
            if cleared is holder:
                cleared = dict(holder)
            cleared[field] = blank(value)
    return cleared


_USER_DATA = (_text("userData", _is_short, "#cloud-config"), _text("networkData", _is_short, "version: 2"))
_VOLUME: Mapping[str, tuple[_Free, ...]] = {
    "dataVolume": (_text("name", _is_name, "blank"),),
    "persistentVolumeClaim": (_text("claimName", _is_name, "blank"),),
    "cloudInitNoCloud": _USER_DATA,
    "cloudInitConfigDrive": _USER_DATA,
}
"""By a volume's source."""

_CARD = (_text("macAddress", _is_address, "02:00:00:00:00:01"),)
_SPEC = (
    _text("terminationGracePeriodSeconds", _is_time, 1),
    _texts("nodeSelector", _are_names),
)
_DOMAINS = _Free("labels", _are_names, lambda value: {key: "blank" for key in value if "kubevirt.io/" in key})


def blanked(vm: VirtualMachine) -> dict[str, Any]:
    """The VM's data without what has no part in a verdict: its own metadata and templates, and free values."""
    if not vm.vmi_spec:
        return vm.data
    inner = dict(_cleared(vm.vmi_spec, _SPEC))
    if isinstance(volumes := inner.get("volumes"), list):
        inner["volumes"] = [_volume(volume) for volume in volumes]
    domain = inner.get("domain")
    devices = mapping(domain, "devices")
    if isinstance(interfaces := devices.get("interfaces"), list):
        cards = [_cleared(card, _CARD) for card in interfaces]
        inner["domain"] = {**mapping(domain), "devices": {**devices, "interfaces": cards}}
    template = {**mapping(vm.vm_spec, "template"), "spec": inner}
    if "metadata" in template:
        template["metadata"] = _cleared(template["metadata"], (_DOMAINS,))
    data: Any = {key: value for key, value in vm.vm_spec.items() if key != "dataVolumeTemplates"}
    data["template"] = template
    for step in reversed(vm.vm_path):
        data = {step: data}
    whole: dict[str, Any] = data
    return whole


def _volume(volume: Any) -> Any:
    if not isinstance(volume, dict):
        return volume
    blanked = volume
    for source, content in volume.items():
        if (free := _VOLUME.get(source)) is not None:
            blanked = {**blanked, source: _cleared(content, free)}
    return blanked


def restored(template: Mapping[str, Any], vm: VirtualMachine) -> Mapping[str, Any]:
    """The template of a VM, from what became of the template of one that is like it: with the values that `blanked`
    takes."""
    spec, written = dict(mapping(template, "spec")), vm.vmi_spec
    for free in _SPEC:
        _give_back(free, spec, written)
    spec.update(_entries_restored(spec, written, "volumes", _volume_restored))
    cards = _entries_restored(
        mapping(spec, "domain", "devices"), mapping(written, "domain", "devices"), "interfaces", _card_restored
    )
    if cards:
        domain = mapping(spec, "domain")
        spec["domain"] = {**domain, "devices": {**mapping(domain, "devices"), **cards}}
    whole = {**template, "spec": spec}
    metadata = get(template, "metadata")
    labels = get(vm.vm_spec, "template", "metadata", "labels")
    if isinstance(metadata, dict) and _are_names(labels):  # nobody adds any, and `blanked` leaves some out
        others = {key: value for key, value in metadata.items() if key != "labels"}
        whole["metadata"] = {**others, "labels": labels} if labels else others
    return whole


def _give_back(free: _Free, holder: dict[str, Any], written: Mapping[str, Any]) -> None:
    """Put the written value of a field in the place of the blank one, beside what others have added."""
    value = written.get(free.field)
    if value is None or not free.good(value) or free.field not in holder:
        return
    there = holder[free.field]
    holder[free.field] = {**there, **value} if isinstance(there, dict) and isinstance(value, dict) else value


def _entries_restored(
    holder: Mapping[str, Any], written: Mapping[str, Any], field: str, restore: Callable[[Any, Any], Any]
) -> dict[str, Any]:
    """A list of the template with its entries restored from those of the same places that are written."""
    there, own = holder.get(field), written.get(field)
    if not isinstance(there, list) or not isinstance(own, list) or len(there) != len(own):
        return {}
    return {field: [restore(entry, source) for entry, source in zip(there, own, strict=True)]}


def _volume_restored(volume: Any, written: Any) -> Any:
    if not isinstance(volume, dict) or not isinstance(written, dict):
        return volume
    return {
        source: _fields_restored(content, written.get(source), _VOLUME.get(source, ()))
        for source, content in volume.items()
    }


def _card_restored(card: Any, written: Any) -> Any:
    return _fields_restored(card, written, _CARD)


def _fields_restored(holder: Any, written: Any, fields: tuple[_Free, ...]) -> Any:
    if not fields or not isinstance(holder, dict) or not isinstance(written, dict):
        return holder
    copy = dict(holder)
    for free in fields:
        _give_back(free, copy, written)
    return copy


class Firsts:
    """Of VMs that are alike, the first: it represents them all.

    Most VMs differ from all others at first glance, and those are not compared.
    """

    def __init__(self, key: Callable[[VirtualMachine], Any]) -> None:
        """`key` is equal for VMs that are alike, and for them alone."""
        self._key = key
        self._by_key: dict[Any, VirtualMachine] = {}
        self._by_glance: dict[Any, VirtualMachine | None] = {}

    def of(self, vm: VirtualMachine) -> VirtualMachine:
        """The first of the VMs that are like this one."""
        glance = _glance(vm)
        first = self._by_glance.setdefault(glance, vm)
        if first is vm:
            return vm
        if first is not None:  # it was not compared with any other before
            self._by_key[self._key(first)] = first
            self._by_glance[glance] = None
        return self._by_key.setdefault(self._key(vm), vm)


def _glance(vm: VirtualMachine) -> Any:
    """What is soon seen of a VM, and the same for all that are alike."""
    spec = vm.vmi_spec
    domain = mapping(spec, "domain")
    devices = mapping(domain, "devices")
    sizes = marshal.dumps((domain.get("cpu"), domain.get("memory"), devices.get("disks")), 2)
    return sizes, tuple(spec), tuple(domain), tuple(devices)


class Alike:
    """DataVolume templates that differ in their names, in labels, in the order of fields, and in sizes and URLs that
    make no difference.

    `body` is what represents them all.
    """

    __slots__ = ("_answers", "body", "is_local")

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body
        self.is_local = _is_local(body)
        self._answers: dict[object, dict[object, Any]] = {}

    def answers(self, place: object) -> dict[object, Any]:
        """The answers to questions about these templates that are known at a place."""
        return self._answers.setdefault(place, {})


class Templates:
    """The DataVolume templates of a run, whose worlds mostly have the same storage."""

    def __init__(self, *, likeness: bool = True) -> None:
        self._likeness = likeness
        self._known: dict[bytes, Alike] = {}  # few: a template takes one of few forms
        self._storages: dict[object, StorageWorld] = {}

    def alike(self, template: Mapping[str, Any]) -> Alike:
        """The template with all that are like it."""
        if not self._likeness:
            return Alike(template)
        body = _blanked_template(template)
        key = marshal.dumps(body, 2)
        if (found := self._known.get(key)) is None:
            found = self._known[key] = Alike(body)
        return found

    def storage(self, storage: StorageWorld) -> StorageWorld:
        """The first storage of a world that has the same classes, profiles, volumes and settings."""
        parts = (storage.classes, storage.profiles.values(), storage.volumes)
        overhead = storage.overhead.everywhere, tuple(storage.overhead.by_class.items())
        key = (
            *(tuple(map(id, part)) for part in parts),
            tuple(storage.profiles),
            overhead,
            storage.closed,
            storage.webhook,
        )
        return self._storages.setdefault(key, storage)


_METADATA = ("annotations", "name", "namespace")
_ADDRESS = _Free("url", _is_plain_url, lambda value: f"{value.partition(':')[0]}://blank/disk")
_ADDRESSED = ("http", "registry")


def _blanked_template(template: Mapping[str, Any]) -> dict[str, Any]:
    """What KubeVirt and CDI look at in a DataVolume template, with its fields in one order, and with one size for all
    that are neither small nor out of bounds."""
    metadata, spec = template.get("metadata"), template.get("spec")
    if isinstance(metadata, dict):
        labelled = get(metadata, "labels", APPLY_PROFILE)
        metadata = {field: metadata[field] for field in _METADATA if field in metadata}
        if labelled is not None:
            metadata["labels"] = {APPLY_PROFILE: labelled}
        if _is_name(metadata.get("name")):
            metadata["name"] = "disk"
    if isinstance(spec, dict):
        spec = _ordered(spec)
        for form in ("storage", "pvc"):
            if isinstance(claim := spec.get(form), dict):
                spec[form] = _sized(claim)
        if isinstance(source := spec.get("source"), dict):
            spec["source"] = _ordered(source)
            for kind in _ADDRESSED:
                if kind in source:
                    spec["source"][kind] = _cleared(source[kind], (_ADDRESS,))
        if isinstance(reference := spec.get("sourceRef"), dict):
            spec["sourceRef"] = _ordered(reference)
    return {"metadata": metadata, "spec": spec}


def _ordered(fields: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(fields.items()) if len(fields) > 1 else fields)


def _sized(claim: Mapping[str, Any]) -> dict[str, Any]:
    claim = _ordered(claim)
    requests = get(claim, "resources", "requests")
    if isinstance(requests, dict) and _is_round(requests.get("storage")):
        claim["resources"] = {**claim["resources"], "requests": {**requests, "storage": "1Gi"}}
    return claim


def _is_local(template: Mapping[str, Any]) -> bool:
    """Whether anything in a template depends on the namespace that it is in."""
    references = (
        get(template, "spec", "sourceRef"),
        *(get(template, "spec", "source", candidate) for candidate in _COPIED),
    )
    leads_on = any(isinstance(candidate, dict) and not text(candidate, "namespace") for candidate in references)
    return leads_on or get(template, "metadata", "namespace") is not None


_COPIED = ("pvc", "snapshot")


def key_of(data: Any) -> bytes:
    """What is equal for equal data alone. YAML and JSON have no value that `marshal` does not know."""
    # From version 3 on, equal values may be written in two ways.
    return blake2b(marshal.dumps(data, 2), digest_size=_KEY_SIZE).digest()
