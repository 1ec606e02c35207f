"""Network interfaces: binding, state, addresses, ports, DHCP options.

Source: KubeVirt `pkg/network/admitter/{admit,binding,discontinued,netiface,passt}.go`, `pkg/network/link/mac.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from vmlint.kubevirt.admission.forms import is_ipv4, is_pci_address, is_port_name, mac_length
from vmlint.kubevirt.admission.reading import UNDECIDED, flag, has, look, many, names, whole, word
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.kubevirt.admission.wording import choice, named
from vmlint.kubevirt.gates import GateState
from vmlint.model.access import each, sequence, text
from vmlint.model.field import Path
from vmlint.model.unknown import is_unknown

__all__ = ["check"]

_SUBJECT = "interfaces"
_INTERFACES = ("domain", "devices", "interfaces")
_BINDINGS = ("bridge", "masquerade", "sriov", "passtBinding", "binding")
# Old bindings, each with what takes its place.
_GONE = {
    "slirp": "use `masquerade: {}`, or `passtBinding: {}`",
    "passt": "use `passtBinding: {}`",
    "macvtap": "use the binding plugin for macvtap",
}
_POD_ONLY = ("masquerade", "passtBinding")
_RESERVED_MAC = "02:00:00:00:00:00"
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_PROTOCOLS = ("TCP", "UDP")
_MAX_RANGES = 10
_PRIVATE_OPTIONS = range(224, 255)


class _Nic(NamedTuple):
    """One interface with its number in the list, and the network of its name."""

    view: View
    number: int
    data: Mapping[str, Any]
    network: Mapping[str, Any] | None
    pod: bool | None
    """Whether it is on the pod network; None where that is undecided."""

    @property
    def path(self) -> Path:
        return self.view.at(*_INTERFACES, self.number)

    @property
    def what(self) -> str:
        """How a message calls it."""
        return named("interface", self.data, "interfaces", self.number)


def check(view: View) -> Iterator[Cause]:
    """Interfaces that KubeVirt can't bind, or whose settings it refuses."""
    networks = names(view.spec, "networks")
    seen: dict[str, int] = {}
    for index, data in view.interfaces:
        name = word(data, "name")
        network = view.network(text(data, "name"))
        nic = _Nic(view, index, data, network, None if networks is None or name is None else has(network, "pod"))
        if name == "":  # whatever else is wrong with it comes of that
            yield _cause(nic, f"{nic.what} has no name.", "set the name of its network", "name")
            continue
        if "state" in data:
            yield from _state(nic)
        yield from _binding(nic)
        if name is not None and seen.setdefault(name, index) != index:
            yield _cause(nic, f"two interfaces have the name `{name}`.", "attach each network to one interface", "name")
        if name is not None and networks is not None and name not in networks:
            yield _cause(
                nic,
                f"{nic.what} has no network with the same name.",
                f"add a network `{name}` to `networks`, or remove the interface",
                "name",
            )
        yield from _fields(nic)
        if "ports" in data:
            yield from _ports(nic)
        if "portRanges" in data:
            yield from _port_ranges(nic)
        if "dhcpOptions" in data:
            yield from _dhcp(nic)


def _cause(nic: _Nic, message: str, fix: str, *path: str | int) -> Cause:
    return Cause((*nic.path, *path), message, fix, _SUBJECT)


def _state(nic: _Nic) -> Iterator[Cause]:
    state = word(nic.data, "state")
    if state in ("up", "down") and has(nic.data, "sriov"):
        yield _cause(
            nic, f"{nic.what} has `sriov`, which does not support the link state `{state}`.", "remove `state`", "state"
        )
    if state != "absent":
        return
    if has(nic.data, "bridge") is False:
        yield _cause(
            nic, f"{nic.what} can't be `absent`; only an interface with `bridge` can.", "remove `state`", "state"
        )
    if nic.network is not None and nic.network is _default_network(nic.view):
        yield _cause(nic, f"{nic.what} can't be `absent`: its network is the default.", "remove `state`", "state")


def _default_network(view: View) -> Mapping[str, Any] | None:
    networks = (network for _, network in view.networks)
    return next((network for network in networks if has(network, "pod") or flag(network, "multus", "default")), None)


def _binding(nic: _Nic) -> Iterator[Cause]:
    bindings, gone = many(nic.data, keys=_BINDINGS), many(nic.data, keys=_GONE)
    if bindings is None or gone is None:
        return
    for old in gone:
        yield _cause(nic, f"{nic.what} has the binding `{old}`, which KubeVirt 1.3 removed.", _GONE[old], old)
    if len(bindings) != 1 and not gone:
        says = f"has {len(bindings)} bindings, {' and '.join(f'`{name}`' for name in bindings)}"
        yield _cause(
            nic,
            f"{nic.what} {says if bindings else 'has no binding'}; an interface must have exactly one.",
            f"keep {choice(bindings)}" if bindings else f"add {choice(_BINDINGS)}",
        )
    for binding in _POD_ONLY:
        if binding in bindings and nic.pod is False:
            yield _cause(
                nic,
                f"{nic.what} has `{binding}`, which works only on the pod network.",
                "attach it to a network with `pod: {}`, or use another binding",
            )
    if "masquerade" in bindings and text(nic.data, "macAddress") == _RESERVED_MAC:
        yield _cause(
            nic,
            f"{nic.what} has the MAC address `{_RESERVED_MAC}`, which KubeVirt reserves for its bridge in the pod.",
            "choose another address",
            "macAddress",
        )
    if "bridge" in bindings and nic.pod and nic.view.cluster.bridge_on_pod_network is False:
        yield _cause(
            nic,
            f"{nic.what} uses `bridge` on the pod network, which this cluster does not permit.",
            "use `masquerade: {}`, or set `permitBridgeInterfaceOnPodNetwork` in the KubeVirt object",
        )


def _fields(nic: _Nic) -> Iterator[Cause]:
    name = word(nic.data, "name")
    if name is not None and not _NAME.fullmatch(name):
        yield _cause(
            nic,
            f"the interface name `{name}` contains characters other than letters, digits, `-` and `_`.",
            "rename it and its network",
            "name",
        )
    mac = word(nic.data, "macAddress")
    if mac and (length := mac_length(mac)) != 6:
        says = f"has {length} bytes; it must have 6" if length else "is not valid"
        yield _cause(
            nic,
            f"the MAC address `{mac}` of {nic.what} {says}.",
            "write six bytes, such as `02:00:00:12:34:56`",
            "macAddress",
        )
    pci = word(nic.data, "pciAddress")
    if pci and not is_pci_address(pci):
        yield _cause(
            nic,
            f"the PCI address `{pci}` of {nic.what} is not valid.",
            "write it as `0000:81:00.1`",
            "pciAddress",
        )


def _ports(nic: _Nic) -> Iterator[Cause]:
    if not nic.pod:
        return
    seen: dict[str, int] = {}
    for index, port in each(nic.data, "ports"):
        name, number, protocol = word(port, "name"), whole(port, "port"), word(port, "protocol")
        if name and seen.setdefault(name, index) != index:
            yield _cause(nic, f"two ports of {nic.what} have the name `{name}`.", "rename one", "ports", index, "name")
        if name and not is_port_name(name):
            yield _cause(
                nic,
                f"`{name}` is not a valid port name.",
                "use at most 15 lower-case letters, digits and single inner dashes, with a letter",
                "ports",
                index,
                "name",
            )
        if number is not None and not 0 < number < 65536:
            yield _cause(
                nic,
                f"a port of {nic.what} is {number}; it must be from 1 to 65535." if number else "a port has no number.",
                "use a port from 1 to 65535",
                "ports",
                index,
                "port",
            )
        if protocol and protocol not in _PROTOCOLS:
            yield _protocol(nic, protocol, "ports", index)


def _protocol(nic: _Nic, protocol: str, *path: str | int) -> Cause:
    return _cause(
        nic, f"`protocol` is `{protocol}`; it must be `TCP` or `UDP`.", "use `TCP` or `UDP`", *path, "protocol"
    )


def _port_ranges(nic: _Nic) -> Iterator[Cause]:
    """Ranges of ports. While the gate is off, that alone is what the cluster says."""
    if nic.view.gates.state("PortRangesSpec") is GateState.OFF or not nic.pod or not has(nic.data, "portRanges"):
        return
    if has(nic.data, "ports"):
        yield _cause(nic, f"{nic.what} has `ports` and `portRanges`, which exclude each other.", "keep one of the two")
    if has(nic.data, "masquerade") is False:
        yield _cause(nic, f"{nic.what} has `portRanges`, which need `masquerade`.", "use `masquerade: {}`")
    if len(sequence(nic.data, "portRanges")) > _MAX_RANGES:
        yield _cause(
            nic,
            f"{nic.what} has more than {_MAX_RANGES} `portRanges`, the maximum.",
            "merge or remove ranges",
            "portRanges",
        )
        return
    good: dict[str, list[tuple[int, int]]] = {}
    for index, entry in each(nic.data, "portRanges"):
        protocol, start, end = word(entry, "protocol"), whole(entry, "start"), whole(entry, "end")
        if protocol is None or start is None or end is None:
            continue
        place: Path = ("portRanges", index)
        if protocol not in _PROTOCOLS:
            yield _protocol(nic, protocol, *place)
        elif not 0 < start < 65536 or not 0 < end < 65536:
            field, value = ("end", end) if 0 < start < 65536 else ("start", start)
            yield _cause(
                nic, f"`{field}` is {value}; it must be from 1 to 65535.", "use a port from 1 to 65535", *place, field
            )
        elif start > end:
            yield _cause(nic, f"the range starts at {start} and ends at {end}.", "swap the two", *place, "start")
        else:
            good.setdefault(protocol, []).append((start, end))
    for protocol, ranges in good.items():
        ranges.sort()
        for before, after in pairwise(ranges):
            if after[0] <= before[1]:
                yield _cause(
                    nic,
                    f"the {protocol} ranges {before[0]}-{before[1]} and {after[0]}-{after[1]} overlap.",
                    "merge them",
                    "portRanges",
                )


def _dhcp(nic: _Nic) -> Iterator[Cause]:
    seen: set[int] = set()
    for index, option in each(nic.data, "dhcpOptions", "privateOptions"):
        number = whole(option, "option")
        if number is None:
            continue
        place: Path = ("dhcpOptions", "privateOptions", index, "option")
        if number in seen:
            yield _cause(nic, f"{nic.what} sets the private DHCP option {number} twice.", "keep one", *place)
        seen.add(number)
        if number not in _PRIVATE_OPTIONS:
            yield _cause(
                nic,
                f"the private DHCP option is {number}; it must be from 224 to 254.",
                "use an option from 224 to 254",
                *place,
            )
    servers = look(nic.data, "dhcpOptions", "ntpServers")
    for index, server in enumerate(servers if servers is not UNDECIDED and isinstance(servers, list) else []):
        if isinstance(server, str) and not is_unknown(server) and not is_ipv4(server):
            yield _cause(
                nic,
                f"the NTP server `{server}` is not a valid IPv4 address.",
                "write an IPv4 address",
                "dhcpOptions",
                "ntpServers",
                index,
            )
