"""The MAC addresses of the guests that run, on the networks that others can be attached to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vmlint.graph.cluster import Cluster
from vmlint.graph.links import LinkKind, links
from vmlint.kubevirt.admission.forms import mac_length
from vmlint.model.access import each, text
from vmlint.model.field import Path
from vmlint.model.ref import Ref
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.runtime.cached import cached_property

__all__ = ["Address", "Addresses", "addresses_of", "macs_of"]

_SEPARATORS = str.maketrans("", "", ":-.")
_MAC_BYTES = 6


class Address(Record):
    """A MAC address of an interface: who holds it, in which field, and on which network."""

    holder: Workload
    path: Path
    network: Ref


class Addresses:
    """Who runs with which MAC address."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def taken(self, workload: Workload) -> Sequence[tuple[Address, Address]]:
        """The workload's MAC addresses that an interface has which runs on the same network, and which comes first."""
        return self._taken.get(id(workload), ())

    @cached_property
    def _taken(self) -> Mapping[int, list[tuple[Address, Address]]]:
        found: dict[int, list[tuple[Address, Address]]] = {}
        for first, *others in self._addresses.values():
            for mine in others:
                if first.holder is mine.holder or first.holder.ref != mine.holder.ref:
                    found.setdefault(id(mine.holder), []).append((mine, first))
        return found

    @cached_property
    def _addresses(self) -> Mapping[tuple[Ref, str], list[Address]]:
        """Who runs with each address that several interfaces have, on each network that others can be attached to."""
        workloads = [one for one in self._cluster.resources if isinstance(one, Workload) and not one.fragment]
        cards = Counter(mac for workload in workloads for mac in workload.once(macs_of))
        found: dict[tuple[Ref, str], list[Address]] = {}
        for workload in workloads:
            if any(cards[mac] > 1 for mac in workload.once(macs_of)):
                for mac, path, network in workload.once(addresses_of):
                    found.setdefault((network, mac), []).append(Address(workload, path, network))
        return found


def _runs(workload: Workload) -> bool:
    """Whether guests run, as far as the files say."""
    spec = workload.vm_spec if isinstance(workload, VirtualMachine) else {}
    return spec.get("running") is not False and spec.get("runStrategy") != "Halted"


def macs_of(workload: Workload) -> tuple[str, ...]:
    """The MAC addresses that a guest runs with, as far as the files say, each in one spelling."""
    return tuple([mac for _, card in _cards(workload) if (mac := _mac(card))])


def addresses_of(workload: Workload) -> tuple[tuple[str, Path, Ref], ...]:
    """Those that are on networks of Multus, each with its field and its network."""
    cards = [(index, card, mac) for index, card in _cards(workload) if (mac := _mac(card))]
    if not cards:
        return ()
    networks: Any = workload.vmi_spec.get("networks")
    names = {
        text(networks[link.path[-3]], "name"): link.ref for link in links(workload) if link.kind is LinkKind.NETWORK
    }
    base = (*workload.vmi_path, "domain", "devices", "interfaces")
    return tuple(
        (mac, (*base, index, "macAddress"), network)
        for index, card, mac in cards
        if (network := names.get(text(card, "name"))) is not None and not is_unknown(network.short)
    )


def _cards(workload: Workload) -> Iterable[tuple[int, Mapping[str, Any]]]:
    """The interfaces of a guest that runs, with their indexes."""
    return each(workload.vmi_spec, "domain", "devices", "interfaces") if _runs(workload) else ()


def _mac(card: Mapping[str, Any]) -> str:
    """The MAC address of an interface in lower case without separators, "" where it has none that is valid."""
    mac = text(card, "macAddress")
    return mac.lower().translate(_SEPARATORS) if mac_length(mac) == _MAC_BYTES else ""
