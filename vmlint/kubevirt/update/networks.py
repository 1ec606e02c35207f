"""Interfaces and networks of a running guest.

Sources: KubeVirt `pkg/network/vmliveupdate/restart.go`, `pkg/network/controllers/vm.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.outcome import Live
from vmlint.kubevirt.values import ensure
from vmlint.model.access import each, get, text
from vmlint.model.field import Path
from vmlint.source.clone import clone

__all__ = ["INTERFACES", "NETWORKS", "change_networks", "forget_absent", "networks_need_restart"]

INTERFACES: Path = ("domain", "devices", "interfaces")
NETWORKS: Path = ("networks",)
_ABSENT = "absent"
_PLUGGABLE = ("bridge", "sriov")

_Named = Mapping[str, Mapping[str, Any]]


def networks_need_restart(wanted: Mapping[str, Any], guest: Mapping[str, Any], *, attachable: bool | None) -> bool:
    """Whether what became of interfaces and networks since the guest was started takes a restart. `attachable` is
    whether the guest can get other network attachments."""
    now, then = _named(wanted, INTERFACES), _named(guest, INTERFACES)
    if any(name not in now or _stateless(now[name]) != _stateless(interface) for name, interface in then.items()):
        return True
    networks, old = _named(wanted, NETWORKS), _named(guest, NETWORKS)
    if _has_pod_network(networks) and not _has_pod_network(old):
        return True
    alike = _without_attachment if attachable is not False else dict
    return any(name not in networks or alike(networks[name]) != alike(network) for name, network in old.items())


def change_networks(wanted: Mapping[str, Any], guest: Guest, *, attachable: bool | None) -> Iterator[Live]:
    """Plug and unplug interfaces of a running guest, in place. `wanted` is the VM's spec as it is stored."""
    networks = _named(wanted, NETWORKS)
    current = _named(guest.spec, INTERFACES)
    for name, interface in _named(wanted, INTERFACES).items():
        state = text(interface, "state")
        own = current.get(name)
        if own is None:
            if state != _ABSENT and any(interface.get(binding) is not None for binding in _PLUGGABLE):
                yield from _plug(interface, networks.get(name), guest)
        elif state != text(own, "state") and text(own, "state") != _ABSENT:
            before = clone(own)
            changed = next(entry for _, entry in each(guest.spec, *INTERFACES) if entry.get("name") == name)
            _set(changed, "state", state)
            yield Live(INTERFACES, before, None if state == _ABSENT else clone(changed), name)
    forget_absent(guest.spec, None)  # as soon as they are unplugged
    if attachable is not False:
        yield from _attach_elsewhere(networks, guest)


def forget_absent(spec: dict[str, Any], guest: Mapping[str, Any] | None) -> None:
    """Remove the interfaces that are to be absent and that the guest does not have, with their networks, in place.

    The networks come into the order of the interfaces.
    """
    has = _named(guest, INTERFACES) if guest is not None else {}
    interfaces = get(spec, *INTERFACES)
    if not isinstance(interfaces, list) or not all(isinstance(interface, dict) for interface in interfaces):
        return
    kept = [
        interface for interface in interfaces if text(interface, "state") != _ABSENT or text(interface, "name") in has
    ]
    networks = _named(spec, NETWORKS)
    ordered = [networks[name] for value in kept if (name := text(value, "name")) in networks]
    for holder, key, entries in ((spec["domain"]["devices"], "interfaces", kept), (spec, "networks", ordered)):
        holder[key] = entries
        if not entries:
            del holder[key]


def _plug(interface: Mapping[str, Any], network: Mapping[str, Any] | None, guest: Guest) -> Iterator[Live]:
    devices = ensure(guest.spec, "domain", "devices")
    devices["interfaces"] = [*(devices.get("interfaces") or ()), clone(interface)]
    guest.spec["networks"] = [*(guest.spec.get("networks") or ()), clone(network or {})]
    name = text(interface, "name")
    yield Live(INTERFACES, None, clone(interface), name)
    yield Live(NETWORKS, None, clone(network or {}), name)


def _attach_elsewhere(networks: _Named, guest: Guest) -> Iterator[Live]:
    """A guest gets another network attachment when it is migrated."""
    for _, network in each(guest.spec, *NETWORKS):
        name = text(network, "name")
        wanted = networks.get(name)
        if wanted is None or not isinstance(network.get("multus"), dict) or not isinstance(wanted.get("multus"), dict):
            continue
        before, after = (text(entry, "multus", "networkName") for entry in (network, wanted))
        if before != after:
            old = clone(network)
            network["multus"]["networkName"] = after
            yield Live(NETWORKS, old, clone(network), name, by_migration=True)


def _named(spec: Mapping[str, Any], path: Sequence[str | int]) -> _Named:
    return {text(entry, "name"): entry for _, entry in each(spec, *path)}


def _stateless(interface: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in interface.items() if key != "state"}


def _without_attachment(network: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(network.get("multus"), dict):
        return dict(network)
    multus = {key: value for key, value in network["multus"].items() if key != "networkName"}
    return {**network, "multus": multus}


def _has_pod_network(networks: _Named) -> bool:
    return any(network.get("pod") is not None for network in networks.values())


def _set(data: Any, key: str, value: str) -> None:
    if value:
        data[key] = value
    else:
        data.pop(key, None)
