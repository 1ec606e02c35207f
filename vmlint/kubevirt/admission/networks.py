"""Networks: where each comes from, and that each has its interface.

Source: KubeVirt `pkg/network/admitter/{netsource,netiface,dra}.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import flag, has, many, names, word
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.kubevirt.admission.wording import choice, named
from vmlint.kubevirt.gates import GateState
from vmlint.model.access import get, text

__all__ = ["check"]

_SUBJECT = "networks"
_INTERFACES = ("domain", "devices", "interfaces")
_SOURCES = ("pod", "multus", "resourceClaim")


def check(view: View) -> Iterator[Cause]:
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


def _default_networks(view: View) -> Iterator[Cause]:
    pods = [index for index, network in view.networks if _is_pod(network)]
    defaults = [index for index, network in view.networks if "multus" in network and _is_multus_default(network)]
    if len(pods) > 1:
        second = get(view.spec, "networks", pods[1])
        attached = [index for index, nic in view.interfaces if text(nic, "name") == text(second, "name")]
        yield Cause(
            view.at(*_INTERFACES, attached[0]) if attached else view.at("networks", pods[1]),
            f"{len(pods)} networks are the pod network; a guest can have only one.",
            "keep one `pod: {}`; attach the others through `multus`",
            _SUBJECT,
        )
    if len(defaults) > 1:
        yield Cause(
            view.at("networks", defaults[1]),
            f"{len(defaults)} networks are the Multus default; a guest can have only one.",
            "keep one `default: true`",
            _SUBJECT,
        )
    if pods and defaults:
        yield Cause(
            view.at("networks", defaults[0]),
            "the guest has both the pod network and a Multus default network, which replaces it.",
            "remove the pod network, or `default: true`",
            _SUBJECT,
        )


def _sources(view: View) -> Iterator[Cause]:
    nameless = False
    for index, network in view.networks:
        sources = many(network, keys=_SOURCES)
        if sources is None:
            continue
        what = named("network", network, "networks", index)
        if len(sources) != 1:
            says = f"has {len(sources)} sources, {' and '.join(f'`{source}`' for source in sources)}"
            yield Cause(
                view.at("networks", index),
                f"{what} {says if sources else 'has no source'}; a network must have exactly one.",
                f"keep {choice(sources)}" if sources else "add `pod: {}`, or `multus` with a `networkName`",
                _SUBJECT,
            )
        if "multus" in sources and not nameless and word(network, "multus", "networkName") == "":
            nameless = True
            yield Cause(
                view.at("networks", index, "multus", "networkName"),
                f"{what} has no `multus.networkName`.",
                "set it to the name of a NetworkAttachmentDefinition",
                _SUBJECT,
            )


def _pairs(view: View) -> Iterator[Cause]:
    attached = names(view.spec, *_INTERFACES)
    seen: dict[str, int] = {}
    for index, network in view.networks:
        name = word(network, "name")
        if name is None:
            continue
        if seen.setdefault(name, index) != index:
            yield Cause(
                view.at("networks", index, "name"),
                f"two networks have the name `{name}`.",
                "give each network its own name",
                _SUBJECT,
            )
        if attached is not None and name not in attached:
            yield Cause(
                view.at("networks", index, "name"),
                f"{named('network', network, 'networks', index)} has no interface with the same name.",
                f"add an interface `{name}` to `domain.devices.interfaces`, or remove the network",
                _SUBJECT,
            )


def _claims(view: View) -> Iterator[Cause]:
    """Networks of resource claims. While the gate is off, that alone is what the cluster says."""
    claimed = [index for index, network in view.networks if has(network, "resourceClaim")]
    gate_off = view.gates.state("NetworkDevicesWithDRA") is GateState.OFF
    if gate_off or not claimed:
        return
    if mixed := [index for index, network in view.networks if has(network, "multus")]:
        yield Cause(
            view.at("networks", mixed[0]),
            "the guest mixes networks of resource claims and of Multus, which KubeVirt does not support.",
            "use one of the two for all",
            _SUBJECT,
        )
        return
    interfaces = {text(nic, "name"): index for index, nic in reversed(view.interfaces)}
    listed = names(view.spec, "resourceClaims")
    seen: dict[tuple[str, str], int] = {}
    for index in claimed:
        network = get(view.spec, "networks", index)
        what = named("network", network, "networks", index)
        nic = interfaces.get(text(network, "name"))
        bound = None if nic is None else many(view.spec, *_INTERFACES, nic, keys=("sriov", "binding"))
        if bound == []:
            yield Cause(
                view.at(*_INTERFACES, *(() if nic is None else (nic,))),
                f"{what} of a resource claim needs an interface with `sriov` or a binding plugin.",
                "bind its interface with `sriov: {}` or `binding`",
                _SUBJECT,
            )
        claim, request = word(network, "resourceClaim", "claimName"), word(network, "resourceClaim", "requestName")
        for field, value in (("claimName", claim), ("requestName", request)):
            if value == "":
                yield Cause(
                    view.at("networks", index, "resourceClaim", field),
                    f"{what} has no `resourceClaim.{field}`.",
                    f"set `{field}`",
                    _SUBJECT,
                )
        if not claim or not request:
            continue
        if listed is not None and claim not in listed:
            yield Cause(
                view.at("networks", index, "resourceClaim", "claimName"),
                f"{what} uses the resource claim `{claim}`, which `resourceClaims` does not list.",
                "list the claim in `resourceClaims`",
                _SUBJECT,
            )
        if seen.setdefault((claim, request), index) != index:
            yield Cause(
                view.at("networks", index),
                f"two networks use request `{request}` of claim `{claim}`.",
                "give each network its own request",
                _SUBJECT,
            )
