"""What a preference gives to a VM: one row a field, in the order in which KubeVirt applies them.

Source: KubeVirt `pkg/instancetype/preference/apply/*.go`; a preference never conflicts with a VM.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from typing import Any

from vmlint.kubevirt.applying import Applying
from vmlint.kubevirt.releases import Release, behaviour
from vmlint.kubevirt.topology import UNDECIDED
from vmlint.kubevirt.values import Draft
from vmlint.model.access import each, get, sequence
from vmlint.model.field import Path
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record
from vmlint.source.clone import clone

__all__ = [
    "TABLE",
    "How",
    "PreferencePlan",
    "Row",
    "apply_attachments",
    "apply_preference",
    "breakdown",
    "preference_plan",
]

EACH = "*"
"""A step of a row's path that represents every entry of a list."""


class How(Codes):
    """What happens to the VM's field."""

    GIVES_WAY = "set if the VM does not set it"
    FILLS_EMPTY = "set if the VM does not set it, or sets an empty text"
    OVERWRITES = "set in any case"
    CREATES = "an empty section is added if the VM lacks it"
    CREATES_ENTRY = "a list with this entry is added if the VM lacks the list"
    SWITCHES_ON = "an empty section is added if the VM lacks it and the preference is true"
    ADDS_KEYS = "keys that the VM lacks are added"
    ADDS_NAMED = "entries whose name the VM lacks are added"
    STEERS = "decides how something else is applied or checked"
    STORED = "written into the VM itself when it is created"
    IGNORED = "read by nothing"


Guard = Callable[[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any], "Release | None"], "bool | None"]
"""Asked with the preference's `spec`, the template, the mapping that will hold the field, and the release. None where
only a variable decides: then the field gets one."""


class Row(Record):
    """A field of a preference's `spec`, the VM's field from its template's root, and when the one sets the other.

    `needs` is a section that must be there already, with the same entry in place of each `*`. Before the release
    line `yields_since`, the preference won over the VM. `empty` is whether an empty text is given too, as KubeVirt does
    where the preference's field is a pointer that is not compared with "".
    """

    preference: Path
    vm: Path
    how: How
    since: tuple[int, int] = (0, 56)
    needs: Path = ()
    guard: Guard | None = None
    deprecated: bool = False
    yields_since: tuple[int, int] = (0, 0)
    empty: bool = False


def _free_of_bootloader(
    spec: Mapping[str, Any], template: Mapping[str, Any], holder: Mapping[str, Any], _: Any
) -> bool:
    return holder.get("bios") is None and holder.get("efi") is None


def _free_of_any_efi(
    spec: Mapping[str, Any], template: Mapping[str, Any], holder: Mapping[str, Any], release: Release | None
) -> bool:
    # The preferred EFI comes first where both are given; it is the later row only to keep secure boot away from it.
    return get(spec, "firmware", "preferredEfi") is None and _free_of_bootloader(spec, template, holder, release)


def _free_of_offset(spec: Mapping[str, Any], template: Mapping[str, Any], holder: Mapping[str, Any], _: Any) -> bool:
    return holder.get("utc") is None and holder.get("timezone") is None


def _on_virtio(
    spec: Mapping[str, Any], template: Mapping[str, Any], holder: Mapping[str, Any], release: Release | None
) -> bool:
    return get(holder, "disk", "bus") == "virtio" or not behaviour(release).io_thread_on_virtio_only


_BINDINGS = ("bridge", "slirp", "masquerade", "sriov", "macvtap", "passt", "passtBinding", "binding")


def _unbound_on_pod_network(
    spec: Mapping[str, Any], template: Mapping[str, Any], holder: Mapping[str, Any], release: Release | None
) -> bool | None:
    if any(holder.get(binding) is not None for binding in _BINDINGS):
        return False
    if not behaviour(release).masquerade_on_pod_network_only:
        return True
    networks = [network for _, network in each(template, "spec", "networks")]
    for network in networks:
        if network.get("name") == holder.get("name"):
            return network.get("pod") is not None
    names = (holder.get("name"), *(network.get("name") for network in networks))
    return None if networks and any(map(is_unknown, names)) else False


_DOMAIN = ("spec", "domain")
_DEVICES = (*_DOMAIN, "devices")
_DISK = (*_DEVICES, "disks", EACH)
_INTERFACE = (*_DEVICES, "interfaces", EACH)
_INPUT = (*_DEVICES, "inputs", EACH)
_FEATURES = (*_DOMAIN, "features")
_BOOTLOADER = (*_DOMAIN, "firmware", "bootloader")
_CLOCK = (*_DOMAIN, "clock")
_PANIC_MODEL = ("devices", "preferredPanicDeviceModel")


def _device(preference: str, vm: str, since: tuple[int, int] = (0, 56)) -> Row:
    return Row(("devices", preference), (*_DEVICES, vm), How.GIVES_WAY, since)


def _on_disk(preference: str, field: str, how: How, guard: Guard | None = None) -> Row:
    return Row(("devices", preference), (*_DISK, field), how, needs=(*_DISK, "disk"), guard=guard)


def _bus(preference: str, target: str) -> Row:
    return Row(("devices", preference), (*_DISK, target, "bus"), How.FILLS_EMPTY, needs=(*_DISK, target))


_HYPERV = (
    "evmcs",
    "frequencies",
    "ipi",
    "reenlightenment",
    "relaxed",
    "reset",
    "runtime",
    "spinlocks",
    "synic",
    "synictimer",
    "tlbflush",
    "vapic",
    "vpindex",
    "vendorid",
)

TABLE: tuple[Row, ...] = (
    Row(("cpu", "preferredCPUTopology"), (*_DOMAIN, "cpu"), How.STEERS),
    Row(("cpu", "spreadOptions"), (*_DOMAIN, "cpu"), How.STEERS, (1, 3)),
    Row(("preferSpreadSocketToCoreRatio",), (*_DOMAIN, "cpu"), How.STEERS, (1, 1)),
    Row(("requirements",), (), How.STEERS, (1, 0)),
    Row(("volumes", "preferredStorageClassName"), (), How.STORED, (0, 59)),
    Row(("cpu", "preferredCPUFeatures"), (*_DOMAIN, "cpu", "features"), How.ADDS_NAMED, (1, 0)),
    _device("preferredUseVirtioTransitional", "useVirtioTransitional"),
    _device("preferredBlockMultiQueue", "blockMultiQueue"),
    _device("preferredNetworkInterfaceMultiQueue", "networkInterfaceMultiqueue"),
    Row(("devices", "preferredDisableHotplug"), (*_DEVICES, "disableHotplug"), How.OVERWRITES),
    Row(("devices", "preferredVirtualGPUOptions"), (), How.IGNORED),
    Row(("devices", "preferredSoundModel"), (*_DEVICES, "sound", "model"), How.FILLS_EMPTY, needs=(*_DEVICES, "sound")),
    _device("preferredRng", "rng"),
    _device("preferredTPM", "tpm"),
    Row(("devices", "preferredVideoType"), (*_DEVICES, "video", "type"), How.FILLS_EMPTY, (1, 9), empty=True),
    _device("preferredAutoattachGraphicsDevice", "autoattachGraphicsDevice"),
    _device("preferredAutoattachMemBalloon", "autoattachMemBalloon"),
    _device("preferredAutoattachPodInterface", "autoattachPodInterface"),
    _device("preferredAutoattachSerialConsole", "autoattachSerialConsole"),
    _device("preferredAutoattachInputDevice", "autoattachInputDevice", (0, 57)),
    _bus("preferredDiskBus", "disk"),
    _on_disk("preferredDiskBlockSize", "blockSize", How.GIVES_WAY),
    _on_disk("preferredDiskCache", "cache", How.FILLS_EMPTY),
    _on_disk("preferredDiskIO", "io", How.FILLS_EMPTY),
    _on_disk("preferredDiskDedicatedIoThread", "dedicatedIOThread", How.GIVES_WAY, _on_virtio),
    _bus("preferredCdromBus", "cdrom"),
    _bus("preferredLunBus", "lun"),
    Row(("devices", "preferredInterfaceModel"), (*_INTERFACE, "model"), How.FILLS_EMPTY),
    Row(
        ("devices", "preferredInterfaceMasquerade"),
        (*_INTERFACE, "masquerade"),
        How.GIVES_WAY,
        (1, 0),
        guard=_unbound_on_pod_network,
    ),
    Row(("devices", "preferredInputBus"), (*_INPUT, "bus"), How.FILLS_EMPTY),
    Row(("devices", "preferredInputType"), (*_INPUT, "type"), How.FILLS_EMPTY),
    Row(_PANIC_MODEL, (*_DEVICES, "panicDevices", EACH, "model"), How.GIVES_WAY, (1, 6), empty=True),
    Row(_PANIC_MODEL, (*_DEVICES, "panicDevices", "model"), How.CREATES_ENTRY, (1, 9), empty=True),
    Row(("features",), _FEATURES, How.CREATES),
    Row(("features", "preferredAcpi"), (*_FEATURES, "acpi"), How.OVERWRITES),
    Row(("features", "preferredApic"), (*_FEATURES, "apic"), How.GIVES_WAY),
    Row(("features", "preferredHyperv"), (*_FEATURES, "hyperv"), How.CREATES),
    *(Row(("features", "preferredHyperv", name), (*_FEATURES, "hyperv", name), How.GIVES_WAY) for name in _HYPERV),
    Row(("features", "preferredKvm"), (*_FEATURES, "kvm"), How.GIVES_WAY),
    Row(("features", "preferredPvspinlock"), (*_FEATURES, "pvspinlock"), How.GIVES_WAY),
    Row(("features", "preferredSmm"), (*_FEATURES, "smm"), How.GIVES_WAY),
    Row(("firmware",), _BOOTLOADER, How.CREATES),
    Row(
        ("firmware", "preferredUseBios"),
        (*_BOOTLOADER, "bios"),
        How.SWITCHES_ON,
        guard=_free_of_bootloader,
    ),
    Row(
        ("firmware", "preferredUseBiosSerial"),
        (*_BOOTLOADER, "bios", "useSerial"),
        How.GIVES_WAY,
        needs=(*_BOOTLOADER, "bios"),
        yields_since=(1, 1),
    ),
    Row(
        ("firmware", "preferredUseEfi"),
        (*_BOOTLOADER, "efi"),
        How.SWITCHES_ON,
        guard=_free_of_any_efi,
        deprecated=True,
    ),
    Row(
        ("firmware", "preferredUseSecureBoot"),
        (*_BOOTLOADER, "efi", "secureBoot"),
        How.GIVES_WAY,
        needs=(*_BOOTLOADER, "efi"),
        deprecated=True,
        yields_since=(1, 1),
    ),
    Row(("firmware", "preferredEfi"), (*_BOOTLOADER, "efi"), How.GIVES_WAY, (1, 4), guard=_free_of_bootloader),
    Row(("machine", "preferredMachineType"), (*_DOMAIN, "machine", "type"), How.FILLS_EMPTY),
    Row(("clock",), _CLOCK, How.CREATES),
    Row(("clock", "preferredClockOffset"), _CLOCK, How.ADDS_KEYS, guard=_free_of_offset),
    Row(("clock", "preferredTimer"), (*_CLOCK, "timer"), How.GIVES_WAY),
    Row(("preferredSubdomain",), ("spec", "subdomain"), How.FILLS_EMPTY, (1, 0)),
    Row(("preferredTerminationGracePeriodSeconds",), ("spec", "terminationGracePeriodSeconds"), How.GIVES_WAY, (1, 0)),
    Row(("preferredArchitecture",), ("spec", "architecture"), How.FILLS_EMPTY, (1, 7)),
    Row(("annotations",), ("metadata", "annotations"), How.ADDS_KEYS, (1, 1)),
    Row(("preferredLaunchSecurity",), (*_DOMAIN, "launchSecurity"), How.GIVES_WAY, (1, 9)),
)
"""Every field of the newest release. The machine type and the architecture are stored in the VM as well."""


def breakdown(
    preference: Mapping[str, Any] | None, instancetype: Mapping[str, Any] | None, template: Mapping[str, Any]
) -> Refusal | None:
    """Why the webhook breaks down over a preference, so that the VM is refused; None where it does not.

    CPU features are added to `domain.cpu`, which must be there, from the VM or from an instancetype. The arguments
    are `spec`s and a template; the path leads from the VM's root.
    """
    features = sequence(preference, "cpu", "preferredCPUFeatures")
    if not features or instancetype is not None or get(template, *_DOMAIN, "cpu") is not None:
        return None
    return Refusal(Applying.FEATURES_WITHOUT_CPU, ("spec", "template", "spec", "domain"))


def apply_attachments(draft: Draft, preference: Mapping[str, Any]) -> None:
    """Which devices are attached by themselves, where the VM does not say; before any of them is added.

    Source: KubeVirt `pkg/instancetype/preference/apply/device.go` (ApplyAutoAttachPreferences).
    """
    preferences = get(preference, "devices")
    for device in ("GraphicsDevice", "MemBalloon", "PodInterface", "SerialConsole", "InputDevice"):
        preferred = get(preferences, f"preferredAutoattach{device}")
        if preferred is not None and draft.at(_DEVICES).get(f"autoattach{device}") is None:
            draft.at(_DEVICES)[f"autoattach{device}"] = preferred


class PreferencePlan(Record):
    """A preference's `spec`, prepared for many VMs: the steps that apply it, in order."""

    spec: Mapping[str, Any]
    release: Release | None
    steps: tuple[_Step | _Each, ...]


class _Step(Record):
    """A row, the value that the preference has for it, and what happens.

    `holder` leads from the template, or from an entry of a list, to the mapping that gets the field `key`, `needs` to
    the section that must be there.
    """

    value: Any
    handle: _Handler
    holder: tuple[str, ...]
    key: str
    needs: Path
    guard: Guard | None


class _Each(Record):
    """What happens to every entry of a list.

    `known` is what becomes of the entries that were seen before, by their content: None where they stay. There is no
    such thing where that depends on the VM.
    """

    entries: Path
    steps: tuple[_Step, ...]
    known: dict[bytes, dict[str, Any] | None] | None


def preference_plan(preference: Mapping[str, Any], release: Release | None = None) -> PreferencePlan:
    """The plan of a preference's `spec` in a release."""
    rows = [row for row in TABLE if release is None or release.serves(row.since)]
    spec = _served(preference, rows, release)
    steps: list[_Step] = []
    each: dict[Path, list[_Step]] = {} if get(spec, "devices") is None else {_DISK[:-1]: [_PLAIN_DISK]}
    order: dict[Path | int, None] = dict.fromkeys(each)
    for row in rows:
        value = get(spec, *row.preference)
        if row.how in _NOT_APPLIED or value is None or (value == "" and not row.empty):
            continue
        step = _step(row, value, release)
        if EACH in row.vm:
            entries = row.vm[: row.vm.index(EACH)]
            each.setdefault(entries, []).append(step)
            order[entries] = None
        else:
            order[len(steps)] = None
            steps.append(step)
    return PreferencePlan(
        spec, release, tuple(steps[at] if isinstance(at, int) else _each(at, each[at]) for at in order)
    )


def _each(entries: Path, steps: list[_Step]) -> _Each:
    depends = any(step.guard is _unbound_on_pod_network for step in steps)
    return _Each(entries, tuple(steps), None if depends else {})


def _step(row: Row, value: Any, release: Release | None) -> _Step:
    how = row.how if release is None or release.serves(row.yields_since) else How.OVERWRITES
    below = row.vm.index(EACH) + 1 if EACH in row.vm else 0
    *holder, key = map(str, row.vm[below:])
    return _Step(value, _HANDLERS[how], tuple(holder), key, row.needs[below:], row.guard)


def apply_preference(draft: Draft, plan: PreferencePlan) -> None:
    """Give what a preference gives to a VM's template.

    A disk without any target becomes a plain disk as soon as the preference has a `devices` section.
    """
    scope = _Scope(plan, draft)
    for step in plan.steps:
        if isinstance(step, _Step):
            _take(step, draft, scope)
        elif entries := sequence(draft.data, *step.entries):
            *holder, field = map(str, step.entries)
            draft.at(tuple(holder))[field] = [_entry(step, entry, scope) for entry in entries]


def _entry(each: _Each, entry: Any, scope: _Scope) -> Any:
    """What becomes of an entry of a list."""
    if not isinstance(entry, dict):
        return entry
    if each.known is None:
        return _changed(each, entry, scope)
    key = marshal.dumps(entry, 2)
    if key not in each.known:
        if len(each.known) >= _MOST_KNOWN:
            each.known.clear()
        changed = _changed(each, entry, scope)
        each.known[key] = None if changed is entry else changed
    return each.known[key] or entry


_MOST_KNOWN = 256


def _changed(each: _Each, entry: dict[str, Any], scope: _Scope) -> dict[str, Any]:
    draft = Draft(entry)
    for step in each.steps:
        _take(step, draft, scope)
    return entry if draft.data == entry else draft.data  # nobody writes a value over an equal one


def _take(step: _Step, draft: Draft, scope: _Scope) -> None:
    if not step.needs or isinstance(get(draft.data, *step.needs), dict):
        step.handle(draft, step, scope)


_NOT_APPLIED = frozenset((How.STEERS, How.STORED, How.IGNORED))


def _served(preference: Mapping[str, Any], rows: list[Row], release: Release | None) -> Mapping[str, Any]:
    """The preference without the fields that a release does not know."""
    if release is None or len(rows) == len(TABLE):
        return preference
    spec: dict[str, Any] = clone(preference)
    known = {row.preference for row in rows}
    for row in TABLE:
        if row.preference not in known:
            holder = get(spec, *row.preference[:-1])
            if isinstance(holder, dict):
                holder.pop(row.preference[-1], None)
    return spec


class _Scope(Record):
    """What a guard looks at besides the mapping that gets the field."""

    plan: PreferencePlan
    template: Draft

    def allows(self, step: _Step, holder: Mapping[str, Any]) -> bool | None:
        return step.guard is None or step.guard(self.plan.spec, self.template.data, holder, self.plan.release)


def _set(draft: Draft, step: _Step, scope: _Scope, value: Any, *, over: tuple[Any, ...]) -> None:
    holder = draft.at(step.holder)
    if holder.get(step.key) in over and (allowed := scope.allows(step, holder)) is not False:
        holder[step.key] = value if allowed else UNDECIDED


def _gives_way(draft: Draft, step: _Step, scope: _Scope) -> None:
    _set(draft, step, scope, step.value, over=(None,))


def _fills_empty(draft: Draft, step: _Step, scope: _Scope) -> None:
    _set(draft, step, scope, step.value, over=(None, ""))


def _overwrites(draft: Draft, step: _Step, scope: _Scope) -> None:
    draft.at(step.holder)[step.key] = step.value


def _creates(draft: Draft, step: _Step, scope: _Scope) -> None:
    draft.at((*step.holder, step.key))


def _switches_on(draft: Draft, step: _Step, scope: _Scope) -> None:
    if step.value is True or is_unknown(step.value):
        _set(draft, step, scope, {} if step.value is True else UNDECIDED, over=(None,))


def _creates_entry(draft: Draft, step: _Step, scope: _Scope) -> None:
    *holder, field = step.holder
    there = draft.at(tuple(holder))
    if there.get(field) is None or there.get(field) == []:
        there[field] = [{step.key: step.value}]


def _adds_keys(draft: Draft, step: _Step, scope: _Scope) -> None:
    target = draft.at((*step.holder, step.key))
    if isinstance(step.value, dict) and scope.allows(step, target):
        for key, entry in step.value.items():
            if target.get(key) is None:
                target[key] = entry


def _adds_named(draft: Draft, step: _Step, scope: _Scope) -> None:
    holder = draft.at(step.holder)
    found = holder.get(step.key)
    if found is None or isinstance(found, list):
        names = [get(entry, "name") for entry in found or ()]
        holder[step.key] = [*(found or ()), *(one for one in sequence(step.value) if get(one, "name") not in names)]


def _becomes_plain(draft: Draft, step: _Step, scope: _Scope) -> None:
    disk = draft.data
    if disk.get("disk") is None and disk.get("cdrom") is None and disk.get("lun") is None:
        draft.at(("disk",))


_Handler = Callable[[Draft, _Step, _Scope], None]
_HANDLERS: Mapping[How, _Handler] = {
    How.GIVES_WAY: _gives_way,
    How.FILLS_EMPTY: _fills_empty,
    How.OVERWRITES: _overwrites,
    How.CREATES: _creates,
    How.CREATES_ENTRY: _creates_entry,
    How.SWITCHES_ON: _switches_on,
    How.ADDS_KEYS: _adds_keys,
    How.ADDS_NAMED: _adds_named,
}
_PLAIN_DISK = _Step(None, _becomes_plain, (), "disk", (), None)
