"""Which checks surely have nothing to say about a guest.

Most guests consist of parts that stood in others before: the same disk, the same CPU, the same probe. What a check says
depends on a few parts of the spec, as the tables below tell. Each part is judged by itself, in a spec that holds no
more than it needs, and remembered with the checks that have something to say about it. What lies between parts, such as
names and the order of boot, is compared for each guest.

A check may be asked in vain, and is never left out wrongly: `tests/kubevirt/admission/test_silence.py` compares.
"""

from __future__ import annotations

import marshal
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from functools import lru_cache
from types import ModuleType
from typing import Any

from vmlint.kubevirt.admission import (
    access_credentials,
    architecture,
    claims,
    cloud_init,
    cpu,
    devices,
    disks,
    dns,
    enums,
    features,
    firmware,
    grace,
    hyperv,
    identity,
    interfaces,
    launch_security,
    memory,
    metadata,
    networks,
    probes,
    run_state,
    scheduling,
    sets,
    volumes,
)
from vmlint.kubevirt.admission.forms import is_dns_label
from vmlint.kubevirt.admission.view import Owner, View

__all__ = ["Silence"]

_Subjects = frozenset[ModuleType]
_Entries = dict[str, dict[str, Any]]
"""The entries of a list by their names."""

_NONE: _Subjects = frozenset()
_EMPTY: Mapping[str, Any] = {}
_MOST = 10_000
"""How many parts of a kind are remembered."""

_TOGETHER: tuple[tuple[tuple[str, ...], tuple[ModuleType, ...]], ...] = (
    (("cpu", "resources"), (cpu, enums, features, architecture)),
    (("memory", "resources"), (memory, features)),
    (("machine", "firmware", "features", "launchSecurity"), (firmware, features, hyperv, architecture)),
)
"""Fields of every domain that are judged together, with the checks of them."""

_ALONE: tuple[Mapping[str, tuple[ModuleType, ...]], ...] = (
    {
        "affinity": (scheduling,),
        "dnsConfig": (dns,),
        "dnsPolicy": (dns, enums),
        "evictionStrategy": (enums,),
        "topologySpreadConstraints": (scheduling,),
    },
    {
        "ioThreadsPolicy": (devices, enums),
        "rebootPolicy": (features,),
    },
    {
        "autoattachVSOCK": (features,),
        "downwardMetrics": (features,),
        "inputs": (enums,),
        "panicDevices": (devices, enums, features, architecture),
        "sound": (devices, enums, architecture),
        "tpm": (features,),
        "watchdog": (architecture,),
    },
)
"""Fields of a spec, of its domain and of its devices that are judged by themselves, with the checks of them."""

_NO_FIELD: Mapping[str, tuple[ModuleType, ...]] = {}
_ASKED: tuple[Mapping[str, _Subjects], ...] = (
    {
        "accessCredentials": frozenset((access_credentials,)),
        "hostname": frozenset((identity,)),
        "resourceClaims": frozenset((claims,)),
        "serviceAccountName": frozenset((identity,)),
        "startStrategy": frozenset((enums, probes)),
        "subdomain": frozenset((identity,)),
        "utilityVolumes": frozenset((volumes,)),
    },
    {
        "launchSecurity": frozenset((launch_security,)),
    },
    {
        "filesystems": frozenset((features,)),
        "gpus": frozenset((claims, devices, features, grace)),
        "hostDevices": frozenset((claims, features, grace)),
        "video": frozenset((devices, features, architecture)),
    },
    {
        "maxGuest": frozenset((memory,)),
    },
)
"""Fields of these and of the memory, with the checks that are asked wherever the field is: hardly any guest has it, or
each has its own."""

_FIELDS = tuple(frozenset((*alone, *about)) for alone, about in zip((*_ALONE, _NO_FIELD), _ASKED, strict=True))
"""The fields of both tables: no field is in two."""

_OF_SETS = frozenset((Owner.POOL, Owner.REPLICA_SET))
_RUN_STATE = ("runStrategy", "running")
_PROBES = ("livenessProbe", "readinessProbe")
_OF_VOLUMES = (volumes, cloud_init, enums, features)
_OF_DISKS = (disks, enums, features, architecture)
_OF_NETWORKS = (networks, features)
_OF_INTERFACES = (interfaces, disks, enums, features)  # they share the order of boot with the disks

_SHARED_SOURCES = frozenset(("containerPath", "downwardMetrics", "memoryDump", "serviceAccount"))
"""The sources of volumes that other parts of a spec are compared with, by these checks."""
_COMPARE_SOURCES = frozenset((volumes, disks))
_COMPARE_NETWORKS = frozenset((networks, interfaces, disks, enums, features, claims, probes))
_COMPARE_DISKS = frozenset((disks, features))

_FREE: Mapping[str, frozenset[str]] = {
    "cloudInitConfigDrive": frozenset(("userData", "networkData")),
    "cloudInitNoCloud": frozenset(("userData", "networkData")),
    "dataVolume": frozenset(("name",)),
    "persistentVolumeClaim": frozenset(("claimName",)),
}
"""The names and texts of volumes that differ from guest to guest: where they are short, they only have to be there."""
_SHORT = 1024  # of the 2048 bytes that a text may have
_MAC = "02:00:00:00:00:01"

_POD, _MULTUS, _MULTUS_DEFAULT = 1, 2, 3
_NETWORKS: Mapping[int, Mapping[str, Any]] = {
    _POD: {"pod": {}},
    _MULTUS: {"multus": {"networkName": "net"}},
    _MULTUS_DEFAULT: {"multus": {"networkName": "net", "default": True}},
}
"""The networks on which interfaces and probes are judged."""

_is_label: Callable[[str], bool] = lru_cache(maxsize=1024)(is_dns_label)


class _Parts(dict[object, _Subjects]):
    """Parts that were judged, each with the checks that say something about it."""

    def judge(
        self,
        key: object,
        view: View,
        subjects: Iterable[ModuleType],
        spec: Mapping[str, Any],
        metadata: Mapping[str, Any] = _EMPTY,
    ) -> _Subjects:
        """Judge a part of a guest in a spec of its own."""
        part = view.of(spec, metadata)
        if len(self) >= _MOST:
            self.clear()
        found = self[key] = frozenset([subject for subject in subjects if next(subject.check(part), None) is not None])
        return found


class Silence:
    """What is known of the parts of guests. The guests are of one cluster, and have owners of one kind."""

    def __init__(self) -> None:
        self._together = tuple((names, subjects, _Parts()) for names, subjects in _TOGETHER)
        self._alone, self._probes, self._vms = _Parts(), _Parts(), _Parts()
        self._metadata = (("labels", metadata, _Parts()), ("annotations", features, _Parts()))
        self._volumes, self._networks, self._interfaces = _Parts(), _Parts(), _Parts()
        self._disks: dict[str, _Parts] = defaultdict(_Parts)

    def asked(self, view: View) -> Set[ModuleType] | None:
        """The checks that may have something to say about a guest; None for all of them."""
        try:
            asked = self._asked(view)
        except (AttributeError, KeyError, TypeError, ValueError):  # something is not what it should be
            return None
        if view.owner in _OF_SETS:
            asked.add(sets)
        return asked

    def _asked(self, view: View) -> set[ModuleType]:
        spec = view.spec
        domain = spec.get("domain", _EMPTY)
        own = domain.get("devices", _EMPTY)
        cards, shown = _named(own.get("interfaces")), _named(own.get("disks"))
        asked: set[ModuleType] = set()
        self._of_domain(view, domain, asked)
        self._of_fields(view, (spec, domain, own, domain.get("memory", _EMPTY)), asked)
        self._of_metadata(view, asked)
        self._of_vm(view, asked)
        self._of_volumes(view, _named(spec.get("volumes")), shown, asked)
        self._of_networks(view, _named(spec.get("networks")), cards, asked)
        orders = [
            order for entry in (*shown.values(), *cards.values()) if (order := entry.get("bootOrder")) is not None
        ]
        if len(set(orders)) < len(orders):
            asked.add(disks)
        return asked

    def _of_domain(self, view: View, domain: Mapping[str, Any], asked: set[ModuleType]) -> None:
        for names, subjects, known in self._together:
            found = known.get(key := marshal.dumps((view.architecture, *map(domain.get, names)), 2))
            if found is None:
                part = {name: domain[name] for name in names if name in domain}
                found = known.judge(key, view, subjects, _spec(view, domain=part))
            if found:
                asked |= found

    def _of_fields(self, view: View, holders: tuple[Mapping[str, Any], ...], asked: set[ModuleType]) -> None:
        for depth, holder in enumerate(holders):
            for name in holder.keys() & _FIELDS[depth]:
                if (about := _ASKED[depth].get(name)) is not None:
                    asked |= about
                    continue
                value = holder[name]
                key: Any = depth, name, view.architecture, value
                if type(value) is not str:
                    key = marshal.dumps(key, 2)
                found = self._alone.get(key)
                if found is None:
                    part = {name: value}
                    whole = (part, {"domain": part}, {"domain": {"devices": part}})[depth]
                    found = self._alone.judge(key, view, _ALONE[depth][name], _spec(view, **whole))
                if found:
                    asked |= found

    def _of_metadata(self, view: View, asked: set[ModuleType]) -> None:
        """Labels and annotations: what keys there are. Which values count is left to the checks."""
        for field, subject, known in self._metadata:
            for key in view.metadata.get(field) or ():
                found = known.get(key)
                if found is None:
                    found = known.judge(key, view, (subject,), _EMPTY, {field: {key: "true"}})
                if found:
                    asked |= found

    def _of_vm(self, view: View, asked: set[ModuleType]) -> None:
        """Whether the VM runs, which its own spec tells."""
        if (vm := view.vm) is not None:
            found = self._vms.get(key := marshal.dumps([*map(vm.get, _RUN_STATE)], 2))
            if found is None:
                found = self._vms.judge(key, view, (run_state,), _EMPTY)
            if found:
                asked |= found

    def _of_volumes(self, view: View, owned: _Entries, shown: _Entries, asked: set[ModuleType]) -> None:
        """Volumes, and the disks that show them. A disk is judged beside a volume of its name."""
        for volume in owned.values():
            part = {**volume, "name": "disk"}
            for source in _FREE.keys() & volume.keys():
                part[source] = _blanked(volume[source], _FREE[source])
            found = self._volumes.get(key := _key(part))
            if found is None:
                found = self._volumes.judge(key, view, _OF_VOLUMES, {"volumes": [part]})
            if found:
                asked |= found
            if not _SHARED_SOURCES.isdisjoint(volume):
                asked |= _COMPARE_SOURCES
        known = self._disks[view.architecture]
        for name, disk in shown.items():
            part = {**disk, "name": "disk"}
            if "serial" in disk and disks.is_serial(disk["serial"]):
                part["serial"] = "serial"
            found = known.get(key := _key(part))
            if found is None:
                spec = _spec(view, volumes=[{"name": "disk"}], domain={"devices": {"disks": [part]}})
                found = known.judge(key, view, _OF_DISKS, spec)
            if found:
                asked |= found
            if name not in owned or not _is_label(name):
                asked |= _COMPARE_DISKS

    def _of_networks(self, view: View, given: _Entries, cards: _Entries, asked: set[ModuleType]) -> None:
        """Networks, and the interfaces on them, each judged beside its counterpart; and probes."""
        kinds: dict[str, int] = {}
        for name, network in given.items():
            kinds[name] = _kind_of(network)
            part = {**network, "name": "net"}
            found = self._networks.get(key := _key(part))
            if found is None:
                spec = {"networks": [part], "domain": {"devices": {"interfaces": [{"name": "net"}]}}}
                found = self._networks.judge(key, view, _OF_NETWORKS, spec)
            if found:
                asked |= found
        known = kinds.values()
        defaults = len(known) - list(known).count(_MULTUS)
        if defaults > 1 or 0 in known or given.keys() != cards.keys():
            asked |= _COMPARE_NETWORKS
            return
        for name, card in cards.items():
            part = {**card}
            if "macAddress" in card and interfaces.is_usual_mac(card["macAddress"]):
                part["macAddress"] = _MAC
            found = self._interfaces.get(on := (kinds[name], _key(part)))
            if found is None:
                network = {"name": name, **_NETWORKS[kinds[name]]}
                spec = {"networks": [network], "domain": {"devices": {"interfaces": [part]}}}
                found = self._interfaces.judge(on, view, _OF_INTERFACES, spec)
            if found:
                asked |= found
        for field in _PROBES:
            if field in view.spec:
                spec = {field: view.spec[field], "networks": [_NETWORKS[_POD]] if _POD in known else []}
                found = self._probes.get(key := marshal.dumps(spec, 2))
                if found is None:
                    found = self._probes.judge(key, view, (probes,), spec)
                if found:
                    asked |= found


def _blanked(source: dict[str, Any], free: frozenset[str]) -> dict[str, Any]:
    """The source of a volume with one text for all short ones."""
    return {
        field: "text"
        if field in free and type(value) is str and 0 < len(value) <= _SHORT and value.isascii()
        else value
        for field, value in source.items()
    }


def _key(entry: dict[str, Any]) -> bytes:
    """What is equal for equal entries alone, whatever the order of their fields."""
    return marshal.dumps(sorted(entry.items()) if len(entry) > 2 else entry, 2)


def _spec(view: View, **fields: Any) -> dict[str, Any]:
    """A spec with these fields and the guest's architecture."""
    return {"architecture": view.spec["architecture"], **fields} if "architecture" in view.spec else fields


def _named(entries: Any) -> _Entries:
    """The entries of a list by their names; KeyError, TypeError or ValueError where they have no names of their own."""
    if entries is None:
        return {}
    found = {entry["name"]: entry for entry in entries}
    if len(found) < len(entries) or not {str}.issuperset(map(type, found)):
        raise ValueError
    return found


def _kind_of(network: dict[str, Any]) -> int:
    """What a network is to an interface on it; 0 where that can't be said at once."""
    if len(network) != 2:  # the name and one source
        return 0
    if type(network.get("pod")) is dict:
        return _POD
    multus = network.get("multus")
    if type(multus) is not dict:
        return 0
    return {None: _MULTUS, False: _MULTUS, True: _MULTUS_DEFAULT}.get(multus.get("default"), 0)
