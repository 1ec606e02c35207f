"""Network interfaces: binding, state, addresses, ports, DHCP options.

Source: KubeVirt `pkg/network/admitter/{admit,binding,discontinued,netiface,passt}.go`, `pkg/network/link/mac.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from vmlint.kubevirt.admission.forms import is_ipv4, is_pci_address, is_port_name, mac_length
from vmlint.kubevirt.admission.reading import UNDECIDED, flag, has, look, many, names, whole, word
from vmlint.kubevirt.admission.view import View
from vmlint.kubevirt.gates import GateState
from vmlint.model.access import each, sequence, text
from vmlint.model.field import Path
from vmlint.model.refusal import Entry, Refusal, Refuser
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record

__all__ = ["Code", "check", "is_usual_mac"]

_INTERFACES = ("domain", "devices", "interfaces")
_BINDINGS = ("bridge", "masquerade", "sriov", "passtBinding", "binding")
_REMOVED_BINDINGS = ("slirp", "passt", "macvtap")
_POD_ONLY = ("masquerade", "passtBinding")
_RESERVED_MAC = "02:00:00:00:00:00"
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_PROTOCOLS = ("TCP", "UDP")
_MAX_RANGES = 10
_PRIVATE_OPTIONS = range(224, 255)


class Code(Codes):
    """What is wrong with a guest's interfaces."""

    NAMELESS = "interfaces/nameless"
    NAME_TWICE = "interfaces/name-twice"
    WITHOUT_NETWORK = "interfaces/without-network"
    STATE_OF_SRIOV = "interfaces/state-of-sriov"
    ABSENT_WITHOUT_BRIDGE = "interfaces/absent-without-bridge"
    ABSENT_ON_DEFAULT_NETWORK = "interfaces/absent-on-default-network"
    BINDINGS_SEVERAL = "interfaces/bindings-several"
    BINDING_MISSING = "interfaces/binding-missing"
    NOT_ON_POD_NETWORK = "interfaces/not-on-pod-network"
    MAC_RESERVED = "interfaces/mac-reserved"
    BRIDGE_NOT_PERMITTED = "interfaces/bridge-not-permitted"
    NAME_INVALID = "interfaces/name-invalid"
    MAC_WRONG_LENGTH = "interfaces/mac-wrong-length"
    MAC_INVALID = "interfaces/mac-invalid"
    PCI_ADDRESS_INVALID = "interfaces/pci-address-invalid"
    PORT_NAME_TWICE = "interfaces/port-name-twice"
    PORT_NAME_INVALID = "interfaces/port-name-invalid"
    PORT_OUT_OF_RANGE = "interfaces/port-out-of-range"
    PORT_MISSING = "interfaces/port-missing"
    PROTOCOL_UNKNOWN = "interfaces/protocol-unknown"
    PORTS_AND_RANGES = "interfaces/ports-and-ranges"
    RANGES_WITHOUT_MASQUERADE = "interfaces/ranges-without-masquerade"
    RANGES_TOO_MANY = "interfaces/ranges-too-many"
    RANGE_PORT = "interfaces/range-port"
    RANGE_REVERSED = "interfaces/range-reversed"
    RANGES_OVERLAP = "interfaces/ranges-overlap"
    DHCP_OPTION_TWICE = "interfaces/dhcp-option-twice"
    DHCP_OPTION_OUT_OF_RANGE = "interfaces/dhcp-option-out-of-range"
    NTP_SERVER_INVALID = "interfaces/ntp-server-invalid"
    BINDING_REMOVED = "interfaces/binding-removed"
    CANNOT_BE_ADDED = "interfaces/cannot-be-added"


class _Nic(Record):
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
    def entry(self) -> Entry:
        return Entry.of(self.data, "interfaces", self.number)


def check(view: View) -> Iterator[Refusal]:
    """Interfaces that KubeVirt can't bind, or whose settings it refuses."""
    networks = names(view.spec, "networks")
    seen: dict[str, int] = {}
    for index, data in view.interfaces:
        name = word(data, "name")
        network = view.network(text(data, "name"))
        nic = _Nic(view, index, data, network, None if networks is None or name is None else has(network, "pod"))
        if name == "":  # whatever else is wrong with it comes of that
            yield _refusal(nic, Code.NAMELESS, "name")
            continue
        if "state" in data:
            yield from _state(nic)
        yield from _binding(nic)
        if name is not None and seen.setdefault(name, index) != index:
            yield _refusal(nic, Code.NAME_TWICE, "name", name=name)
        if name is not None and networks is not None and name not in networks:
            yield _refusal(nic, Code.WITHOUT_NETWORK, "name", name=name)
        yield from _fields(nic)
        if "ports" in data:
            yield from _ports(nic)
        if "portRanges" in data:
            yield from _port_ranges(nic)
        if "dhcpOptions" in data:
            yield from _dhcp(nic)


def _refusal(nic: _Nic, code: Code, *path: str | int, **values: Any) -> Refusal:
    return Refusal(code, (*nic.path, *path), {"entry": nic.entry, **values})


def _state(nic: _Nic) -> Iterator[Refusal]:
    state = word(nic.data, "state")
    if state in ("up", "down") and has(nic.data, "sriov"):
        yield _refusal(nic, Code.STATE_OF_SRIOV, "state", state=state)
    if state != "absent":
        return
    if has(nic.data, "bridge") is False:
        yield _refusal(nic, Code.ABSENT_WITHOUT_BRIDGE, "state")
    if nic.network is not None and nic.network is _default_network(nic.view):
        yield _refusal(nic, Code.ABSENT_ON_DEFAULT_NETWORK, "state")


def _default_network(view: View) -> Mapping[str, Any] | None:
    networks = (network for _, network in view.networks)
    return next((network for network in networks if has(network, "pod") or flag(network, "multus", "default")), None)


def _binding(nic: _Nic) -> Iterator[Refusal]:
    bindings, gone = many(nic.data, keys=_BINDINGS), many(nic.data, keys=_REMOVED_BINDINGS)
    if bindings is None or gone is None:
        return
    for old in gone:
        yield _refusal(nic, Code.BINDING_REMOVED, old, binding=old)
    exactly_one = nic.view.does.one_binding_exactly
    if len(bindings) != 1 and not gone and (exactly_one or not bindings or "binding" in bindings):
        yield _refusal(
            nic,
            Code.BINDINGS_SEVERAL if bindings else Code.BINDING_MISSING,
            count=len(bindings),
            bindings=bindings,
            known=tuple(known for known in _BINDINGS if known != "passtBinding" or nic.view.living("PasstBinding")),
        )._replace(by=Refuser.VALIDATING_WEBHOOK if exactly_one or bindings else Refuser.NODE)
    for binding in _POD_ONLY:
        if binding in bindings and nic.pod is False:
            yield _refusal(nic, Code.NOT_ON_POD_NETWORK, binding=binding)
    if "masquerade" in bindings and text(nic.data, "macAddress") == _RESERVED_MAC:
        yield _refusal(nic, Code.MAC_RESERVED, "macAddress", mac=_RESERVED_MAC)
    if "bridge" in bindings and nic.pod and nic.view.cluster.bridge_on_pod_network is False:
        yield _refusal(nic, Code.BRIDGE_NOT_PERMITTED)


def is_usual_mac(address: str) -> bool:
    """Whether a text is a MAC address that any interface may have."""
    return mac_length(address) == 6 and address != _RESERVED_MAC


def _fields(nic: _Nic) -> Iterator[Refusal]:
    name = word(nic.data, "name")
    if name is not None and not _NAME.fullmatch(name):
        yield _refusal(nic, Code.NAME_INVALID, "name", name=name)
    mac = word(nic.data, "macAddress")
    if mac and (length := mac_length(mac)) != 6:
        yield _refusal(nic, Code.MAC_WRONG_LENGTH if length else Code.MAC_INVALID, "macAddress", mac=mac, length=length)
    pci = word(nic.data, "pciAddress")
    if pci and not is_pci_address(pci):
        yield _refusal(nic, Code.PCI_ADDRESS_INVALID, "pciAddress", pci=pci)


def _ports(nic: _Nic) -> Iterator[Refusal]:
    if not nic.pod:
        return
    seen: dict[str, int] = {}
    for index, port in each(nic.data, "ports"):
        name, number, protocol = word(port, "name"), whole(port, "port"), word(port, "protocol")
        if name and seen.setdefault(name, index) != index:
            yield _refusal(nic, Code.PORT_NAME_TWICE, "ports", index, "name", name=name)
        if name and not is_port_name(name):
            yield _refusal(nic, Code.PORT_NAME_INVALID, "ports", index, "name", name=name)
        if number is not None and not 0 < number < 65536:
            yield _refusal(
                nic, Code.PORT_OUT_OF_RANGE if number else Code.PORT_MISSING, "ports", index, "port", number=number
            )
        if protocol and protocol not in _PROTOCOLS:
            yield _protocol(nic, protocol, "ports", index)


def _protocol(nic: _Nic, protocol: str, *path: str | int) -> Refusal:
    return _refusal(nic, Code.PROTOCOL_UNKNOWN, *path, "protocol", protocol=protocol)


def _port_ranges(nic: _Nic) -> Iterator[Refusal]:
    """Ranges of ports. While the gate is off, that alone is what the cluster reports."""
    if nic.view.gates.state("PortRangesSpec") is GateState.OFF or not nic.pod or not has(nic.data, "portRanges"):
        return
    if has(nic.data, "ports"):
        yield _refusal(nic, Code.PORTS_AND_RANGES)
    if has(nic.data, "masquerade") is False:
        yield _refusal(nic, Code.RANGES_WITHOUT_MASQUERADE)
    if len(sequence(nic.data, "portRanges")) > _MAX_RANGES:
        yield _refusal(nic, Code.RANGES_TOO_MANY, "portRanges", most=_MAX_RANGES)
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
            yield _refusal(nic, Code.RANGE_PORT, *place, field, field=field, value=value)
        elif start > end:
            yield _refusal(nic, Code.RANGE_REVERSED, *place, "start", start=start, end=end)
        else:
            good.setdefault(protocol, []).append((start, end))
    for protocol, ranges in good.items():
        ranges.sort()
        for before, after in pairwise(ranges):
            if after[0] <= before[1]:
                yield _refusal(
                    nic,
                    Code.RANGES_OVERLAP,
                    "portRanges",
                    protocol=protocol,
                    before_start=before[0],
                    before_end=before[1],
                    after_start=after[0],
                    after_end=after[1],
                )


def _dhcp(nic: _Nic) -> Iterator[Refusal]:
    seen: set[int] = set()
    for index, option in each(nic.data, "dhcpOptions", "privateOptions"):
        number = whole(option, "option")
        if number is None:
            continue
        place: Path = ("dhcpOptions", "privateOptions", index, "option")
        if number in seen:
            yield _refusal(nic, Code.DHCP_OPTION_TWICE, *place, number=number)
        seen.add(number)
        if number not in _PRIVATE_OPTIONS:
            yield _refusal(nic, Code.DHCP_OPTION_OUT_OF_RANGE, *place, number=number)
    servers = look(nic.data, "dhcpOptions", "ntpServers")
    for index, server in enumerate(servers if servers is not UNDECIDED and isinstance(servers, list) else []):
        if isinstance(server, str) and not is_unknown(server) and not is_ipv4(server):
            yield _refusal(nic, Code.NTP_SERVER_INVALID, "dhcpOptions", "ntpServers", index, server=server)
