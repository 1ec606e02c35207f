"""The MAC addresses of the guests that run, on the networks that others can be attached to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

__all__ = ["Address", "Addresses", "addresses_of"]

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
        """Who runs with each address on each network that others can be attached to."""
        found: dict[tuple[Ref, str], list[Address]] = {}
        for resource in self._cluster.resources:
            if isinstance(resource, Workload) and not resource.fragment:
                for mac, path, network in resource.once(addresses_of):
                    found.setdefault((network, mac), []).append(Address(resource, path, network))
        return found


def _runs(workload: Workload) -> bool:
    """Whether guests run, as far as the files say."""
    spec = workload.vm_spec if isinstance(workload, VirtualMachine) else {}
    return spec.get("running") is not False and spec.get("runStrategy") != "Halted"


def addresses_of(workload: Workload) -> tuple[tuple[str, Path, Ref], ...]:
    """The MAC addresses that a guest runs with on networks of Multus, as far as the files say: each in one spelling,
    with its field and its network."""
    if not _runs(workload):
        return ()
    spec = workload.vmi_spec
    cards = [(index, card) for index, card in each(spec, "domain", "devices", "interfaces") if "macAddress" in card]
    if not cards:
        return ()
    networks: Any = spec.get("networks")
    names = {
        text(networks[link.path[-3]], "name"): link.ref for link in links(workload) if link.kind is LinkKind.NETWORK
    }
    base = (*workload.vmi_path, "domain", "devices", "interfaces")
    return tuple(
        (mac.lower().translate(_SEPARATORS), (*base, index, "macAddress"), network)
        for index, card in cards
        if (network := names.get(text(card, "name"))) is not None
        and mac_length(mac := text(card, "macAddress")) == _MAC_BYTES
        and not is_unknown(network.short)
    )
