"""Services and the guests that they select, as their pods are labelled.

Sources: KubeVirt `pkg/virt-controller/services/template.go` (podLabels), `pkg/network/link`; Kubernetes on Services.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.graph.cluster import Cluster
from vmlint.model.access import each, get, mapping, text
from vmlint.model.subjects import Service, VirtualMachine, VirtualMachinePool, Workload
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.runtime.cached import cached_property

__all__ = ["Port", "Services", "forwards", "ports_of", "selector_of"]

_LAUNCHER = ("kubevirt.io", "virt-launcher")
_NAME = "vm.kubevirt.io/name"


class Port(Record):
    """A port of a Service: its number in the list, the port of the pod as a number or a name, and the protocol."""

    number: int
    target: int | str
    protocol: str


class _Guest(Record):
    """A workload with its number among those of the files, and the labels of its guests' pods."""

    number: int
    workload: Workload
    labels: Mapping[str, Any]


class Services:
    """The Services of a cluster, and whom they select."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def selected(self, service: Service) -> Sequence[Workload]:
        """The workloads of the files whose guests' pods a Service selects."""
        selector = selector_of(service)
        return [guest.workload for guest in self._likely(service, selector) if _fits(selector, guest.labels)]

    def mistaken(self, service: Service) -> Sequence[tuple[VirtualMachine, Mapping[str, str]]]:
        """The VMs whose pods lack labels of a Service that the VMs have themselves, with these labels."""
        selector, found = selector_of(service), []
        for _, vm, labels in self._likely(service, selector):
            if isinstance(vm, VirtualMachine) and not isinstance(vm, VirtualMachinePool):
                missing = {key: value for key, value in selector.items() if not _fits({key: value}, labels)}
                if _fits(missing, vm.labels):
                    found.append((vm, missing))
        return found

    def _likely(self, service: Service, selector: Mapping[str, str]) -> Sequence[_Guest]:
        """The guests that have the rarest label of a selector, themselves or in their pods, in the order of files."""
        known = [self._labelled.get((service.namespace, key), {}) for key in selector]
        pairs = zip(selector.values(), known, strict=True)
        likely = [(values.get(value, ()), values.get(None, ())) for value, values in pairs]
        sure, unsure = min(likely, key=lambda guests: len(guests[0]) + len(guests[1]), default=((), ()))
        return [guest for _, guest in sorted({guest.number: guest for guest in (*sure, *unsure)}.items())]

    @cached_property
    def _labelled(self) -> Mapping[tuple[str, str], Mapping[str | None, Sequence[_Guest]]]:
        """By namespace and key: the guests by the values that they or their pods have; None for any value."""
        found: dict[tuple[str, str], dict[str | None, list[_Guest]]] = {}
        workloads = (one for one in self._cluster.resources if isinstance(one, Workload) and not one.fragment)
        for number, workload in enumerate(workloads):
            guest = _Guest(number, workload, _pod_labels(workload))
            pairs = {
                (key, None if is_unknown(value) else value)
                for labels in (guest.labels, workload.labels)
                for key, value in labels.items()
                if isinstance(key, str) and (isinstance(value, str) or is_unknown(value))
            }
            for key, value in pairs:
                found.setdefault((workload.namespace, key), {}).setdefault(value, []).append(guest)
        return found


def selector_of(service: Service) -> Mapping[str, str]:
    """The labels that a Service selects; none where it selects nothing, or where one holds a variable."""
    selector = mapping(service.spec, "selector")
    known = all(
        isinstance(value, str) and not is_unknown(value) and not is_unknown(key) for key, value in selector.items()
    )
    return selector if known and service.spec.get("type") != "ExternalName" else {}


def ports_of(service: Service) -> Iterator[Port]:
    """A Service's ports; one with a variable is left out."""
    for index, port in each(service.spec, "ports"):
        target = port.get("targetPort", port.get("port"))
        if isinstance(target, int | str) and not isinstance(target, bool) and not is_unknown(target):
            yield Port(index, target, text(port, "protocol") or "TCP")


def forwards(interface: Mapping[str, Any], port: Port) -> bool:
    """Whether an interface with a list of ports passes a Service's port on to the guest."""
    for _, own in each(interface, "ports"):
        number, name = own.get("port"), own.get("name")
        if is_unknown(number) or is_unknown(name) or is_unknown(own.get("protocol")):
            return True
        if port.target in (number, name) and (text(own, "protocol") or "TCP") == port.protocol:
            return True
    return False


def _fits(selector: Mapping[str, str], labels: Mapping[str, Any]) -> bool:
    return bool(selector) and all(
        labels.get(key) == value or is_unknown(labels.get(key)) for key, value in selector.items()
    )


def _pod_labels(workload: Workload) -> Mapping[str, Any]:
    """The labels of the launcher pod: the template's, and KubeVirt's own."""
    labels = dict(mapping(get(workload.data, *workload.template_path, "metadata"), "labels"))
    labels.setdefault(*_LAUNCHER)
    if not isinstance(workload, VirtualMachinePool):
        labels.setdefault(_NAME, text(workload.vmi_spec, "hostname") or workload.name)
    return labels
