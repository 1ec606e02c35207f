"""Networks: where each comes from, and that each has its interface.

Source: KubeVirt `pkg/network/admitter/{netsource,netiface,dra}.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import flag, has, many, names, word
from vmlint.kubevirt.admission.view import View
from vmlint.kubevirt.gates import GateState
from vmlint.model.access import get, text
from vmlint.model.refusal import Entry, Refusal
from vmlint.record import Codes

__all__ = ["Code", "check"]

_INTERFACES = ("domain", "devices", "interfaces")
_SOURCES = ("pod", "multus", "resourceClaim")


class Code(Codes):
    """What is wrong with a guest's networks."""

    POD_NETWORKS_SEVERAL = "networks/pod-networks-several"
    MULTUS_DEFAULTS_SEVERAL = "networks/multus-defaults-several"
    POD_AND_MULTUS_DEFAULT = "networks/pod-and-multus-default"
    SOURCES_SEVERAL = "networks/sources-several"
    SOURCE_MISSING = "networks/source-missing"
    NETWORK_NAME_MISSING = "networks/network-name-missing"
    NAME_TWICE = "networks/name-twice"
    WITHOUT_INTERFACE = "networks/without-interface"
    CLAIMS_AND_MULTUS = "networks/claims-and-multus"
    CLAIM_NOT_BOUND = "networks/claim-not-bound"
    CLAIM_FIELD_MISSING = "networks/claim-field-missing"
    CLAIM_NOT_LISTED = "networks/claim-not-listed"
    REQUEST_TWICE = "networks/request-twice"


def check(view: View) -> Iterator[Refusal]:
    """Networks without a source, too many default networks, networks without an interface."""
    yield from _default_networks(view)
    yield from _sources(view)
    yield from _pairs(view)
    if "resourceClaim" in view.fields:
        yield from _claims(view)


def _is_pod(network: Mapping[str, Any]) -> bool:
    return has(network, "pod") is True


def _is_multus_default(network: Mapping[str, Any]) -> bool:
    return flag(network, "multus", "default") is True


def _default_networks(view: View) -> Iterator[Refusal]:
    pods = [index for index, network in view.networks if _is_pod(network)]
    defaults = [index for index, network in view.networks if "multus" in network and _is_multus_default(network)]
    if len(pods) > 1:
        second = get(view.spec, "networks", pods[1])
        attached = [index for index, nic in view.interfaces if text(nic, "name") == text(second, "name")]
        yield Refusal(
            Code.POD_NETWORKS_SEVERAL,
            view.at(*_INTERFACES, attached[0]) if attached else view.at("networks", pods[1]),
            {"count": len(pods)},
        )
    if len(defaults) > 1:
        yield Refusal(Code.MULTUS_DEFAULTS_SEVERAL, view.at("networks", defaults[1]), {"count": len(defaults)})
    if pods and defaults:
        yield Refusal(Code.POD_AND_MULTUS_DEFAULT, view.at("networks", defaults[0]))


def _sources(view: View) -> Iterator[Refusal]:
    nameless = False
    for index, network in view.networks:
        sources = many(network, keys=_SOURCES)
        if sources is None:
            continue
        entry = Entry.of(network, "networks", index)
        if len(sources) != 1:
            yield Refusal(
                Code.SOURCES_SEVERAL if sources else Code.SOURCE_MISSING,
                view.at("networks", index),
                {"entry": entry, "count": len(sources), "sources": sources},
            )
        if "multus" in sources and not nameless and word(network, "multus", "networkName") == "":
            nameless = True
            yield Refusal(
                Code.NETWORK_NAME_MISSING, view.at("networks", index, "multus", "networkName"), {"entry": entry}
            )


def _pairs(view: View) -> Iterator[Refusal]:
    attached = names(view.spec, *_INTERFACES)
    seen: dict[str, int] = {}
    for index, network in view.networks:
        name = word(network, "name")
        if name is None:
            continue
        if seen.setdefault(name, index) != index:
            yield Refusal(Code.NAME_TWICE, view.at("networks", index, "name"), {"name": name})
        if attached is not None and name not in attached:
            yield Refusal(
                Code.WITHOUT_INTERFACE,
                view.at("networks", index, "name"),
                {"entry": Entry.of(network, "networks", index), "name": name},
            )


def _claims(view: View) -> Iterator[Refusal]:
    """Networks of resource claims. While the gate is off, that alone is what the cluster reports."""
    claimed = [index for index, network in view.networks if has(network, "resourceClaim")]
    gate_off = view.gates.state("NetworkDevicesWithDRA") is GateState.OFF
    if gate_off or not claimed:
        return
    if mixed := [index for index, network in view.networks if has(network, "multus")]:
        yield Refusal(Code.CLAIMS_AND_MULTUS, view.at("networks", mixed[0]))
        return
    interfaces = {text(nic, "name"): index for index, nic in reversed(view.interfaces)}
    listed = names(view.spec, "resourceClaims")
    seen: dict[tuple[str, str], int] = {}
    for index in claimed:
        network = get(view.spec, "networks", index)
        entry = Entry.of(network, "networks", index)
        nic = interfaces.get(text(network, "name"))
        bound = None if nic is None else many(view.spec, *_INTERFACES, nic, keys=("sriov", "binding"))
        if bound == []:
            yield Refusal(
                Code.CLAIM_NOT_BOUND, view.at(*_INTERFACES, *(() if nic is None else (nic,))), {"entry": entry}
            )
        claim, request = word(network, "resourceClaim", "claimName"), word(network, "resourceClaim", "requestName")
        for field, value in (("claimName", claim), ("requestName", request)):
            if value == "":
                yield Refusal(
                    Code.CLAIM_FIELD_MISSING,
                    view.at("networks", index, "resourceClaim", field),
                    {"entry": entry, "field": field},
                )
        if not claim or not request:
            continue
        if listed is not None and claim not in listed:
            yield Refusal(
                Code.CLAIM_NOT_LISTED,
                view.at("networks", index, "resourceClaim", "claimName"),
                {"entry": entry, "claim": claim},
            )
        if seen.setdefault((claim, request), index) != index:
            yield Refusal(Code.REQUEST_TWICE, view.at("networks", index), {"request": request, "claim": claim})
