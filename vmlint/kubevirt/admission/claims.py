"""Resource claims, and the GPUs and host devices that are taken from them.

Source: KubeVirt `pkg/dra/admitter/dra_admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from vmlint.kubevirt.admission.forms import is_dns_label, is_dns_subdomain
from vmlint.kubevirt.admission.reading import look, names, word
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.kubevirt.admission.wording import named
from vmlint.kubevirt.gates import GateState
from vmlint.model.access import each, mapping
from vmlint.model.field import Path

__all__ = ["check"]

_SUBJECT = "claims"
_FIELDS = frozenset(("resourceClaims", "gpus", "hostDevices", "resourceClaim"))
_DEVICES = ("domain", "devices")
_REFERENCES = ("resourceClaimName", "resourceClaimTemplateName")


class _Taken(NamedTuple):
    """A request of a claim, and who takes it."""

    claim: str
    request: str
    path: Path
    what: str


def check(view: View) -> Iterator[Cause]:
    """Claims that name nothing, and devices that name no claim."""
    if view.fields.isdisjoint(_FIELDS):
        return
    yield from _claims(view)
    taken: list[_Taken] = []
    for field, noun, gate in (("gpus", "GPU", "GPUsWithDRA"), ("hostDevices", "host device", "HostDevicesWithDRA")):
        yield from _devices(view, field, noun, gate, taken)
    yield from _listed(view, taken)
    if view.gates.state("NetworkDevicesWithDRA") is not GateState.OFF:
        taken += _of_networks(view)
    yield from _once(taken)


def _claims(view: View) -> Iterator[Cause]:
    seen: set[str] = set()
    for index, claim in each(view.spec, "resourceClaims"):
        path = view.at("resourceClaims", index)
        what = named("resource claim", claim, "resourceClaims", index)
        name = word(claim, "name")
        if name == "":
            yield Cause((*path, "name"), f"{what} has no name.", "set its `name`", _SUBJECT)
        elif name is not None and name in seen:
            yield Cause((*path, "name"), f"two resource claims have the name `{name}`.", "rename one", _SUBJECT)
        elif name is not None:
            seen.add(name)
            if not is_dns_label(name):
                yield Cause(
                    (*path, "name"),
                    f"the name of {what} is not a valid DNS label.",
                    "use at most 63 lower-case letters, digits and inner dashes",
                    _SUBJECT,
                )
        values = {field: look(claim, field) for field in _REFERENCES}
        given = [field for field, value in values.items() if value is not None]
        if len(given) != 1:
            yield Cause(
                path,
                f"{what} names {'both a claim and a template' if given else 'neither a claim nor a template'}.",
                "set one of `resourceClaimName` and `resourceClaimTemplateName`",
                _SUBJECT,
            )
        for field in given:
            value = values[field]
            if isinstance(value, str) and not is_dns_subdomain(value):
                yield Cause(
                    (*path, field), f"`{value}` is not a valid object name.", "use the name of an object", _SUBJECT
                )


def _is_claimed(device: Mapping[str, Any]) -> bool:
    return any(look(device, field) is not None for field in ("claimName", "requestName"))


def _devices(view: View, field: str, noun: str, gate: str, taken: list[_Taken]) -> Iterator[Cause]:
    devices = [(index, device) for index, device in each(view.spec, *_DEVICES, field)]
    claimed = [index for index, device in devices if word(device, "deviceName") == "" and _is_claimed(device)]
    other = [index for index, device in devices if index not in claimed]
    if field == "gpus" and claimed and other:
        yield Cause(
            view.at(*_DEVICES, field, claimed[0]),
            "the guest mixes GPUs of resource claims and of device plugins, which KubeVirt does not support.",
            "use one of the two for all",
            _SUBJECT,
        )
        return
    for index, device in devices:
        path = view.at(*_DEVICES, field, index)
        what = named(noun, device, field, index)
        name = word(device, "deviceName")
        if name == "" and not _is_claimed(device):
            yield Cause(path, f"{what} has neither `deviceName` nor a claim.", "set `deviceName`, or a claim", _SUBJECT)
        elif name and _is_claimed(device):
            yield Cause(path, f"{what} has `deviceName` and a claim.", "keep one of the two", _SUBJECT)
        if index not in claimed or view.gates.state(gate) is GateState.OFF:
            continue
        claim, request = word(device, "claimName"), word(device, "requestName")
        for key, value in (("claimName", claim), ("requestName", request)):
            if value == "":
                yield Cause((*path, key), f"{what} has no `{key}`.", f"set `{key}`", _SUBJECT)
        if claim and request:
            taken.append(_Taken(claim, request, path, what))


def _listed(view: View, taken: list[_Taken]) -> Iterator[Cause]:
    listed = names(view.spec, "resourceClaims")
    for claim, _, _, what in taken:
        if listed is not None and claim not in listed:
            yield Cause(
                view.at("resourceClaims"),
                f"{what} uses the resource claim `{claim}`, which `resourceClaims` does not list.",
                "list the claim in `resourceClaims`",
                _SUBJECT,
            )


def _of_networks(view: View) -> Iterator[_Taken]:
    """The first network of each request; a second one is the networks' own fault."""
    seen: set[tuple[str, str]] = set()
    for index, network in view.networks:
        source = mapping(network, "resourceClaim")
        claim, request = word(source, "claimName"), word(source, "requestName")
        if claim and request and (claim, request) not in seen:
            seen.add((claim, request))
            yield _Taken(claim, request, view.at("networks", index), named("network", network, "networks", index))


def _once(taken: list[_Taken]) -> Iterator[Cause]:
    holders: dict[tuple[str, str], _Taken] = {}
    for taker in taken:
        holder = holders.setdefault((taker.claim, taker.request), taker)
        if holder.path != taker.path:
            yield Cause(
                taker.path,
                f"{taker.what} uses request `{taker.request}` of claim `{taker.claim}`, which {holder.what} uses "
                "already.",
                "give each device its own request",
                _SUBJECT,
            )
