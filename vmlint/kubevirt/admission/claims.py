"""Resource claims, and the GPUs and host devices that are taken from them.

Source: KubeVirt `pkg/dra/admitter/dra_admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.forms import is_dns_label, is_dns_subdomain
from vmlint.kubevirt.admission.reading import look, names, word
from vmlint.kubevirt.admission.view import View
from vmlint.kubevirt.gates import GateState
from vmlint.model.access import each, mapping
from vmlint.model.field import Path
from vmlint.model.refusal import Entry, Refusal, Refuser
from vmlint.record import Codes, Record

__all__ = ["Code", "check"]

_DEVICES = ("domain", "devices")
_REFERENCES = ("resourceClaimName", "resourceClaimTemplateName")


class Code(Codes):
    """What is wrong with a guest's resource claims."""

    NAME_MISSING = "claims/name-missing"
    NAME_TWICE = "claims/name-twice"
    NAME_INVALID = "claims/name-invalid"
    REFERENCES_SEVERAL = "claims/references-several"
    REFERENCE_MISSING = "claims/reference-missing"
    OBJECT_NAME_INVALID = "claims/object-name-invalid"
    GPUS_MIXED = "claims/gpus-mixed"
    DEVICE_UNNAMED = "claims/device-unnamed"
    DEVICE_NAMED_TWICE = "claims/device-named-twice"
    CLAIM_FIELD_MISSING = "claims/claim-field-missing"
    CLAIM_NOT_LISTED = "claims/claim-not-listed"
    REQUEST_TAKEN = "claims/request-taken"


class _Taken(Record):
    """A request of a claim, and who takes it."""

    claim: str
    request: str
    path: Path
    entry: Entry


def check(view: View) -> Iterator[Refusal]:
    """Claims that name nothing, and devices that name no claim."""
    if view.does.checks_resource_claims:
        yield from _claims(view)
    taken: list[_Taken] = []
    for field, gate, checked in (
        ("gpus", "GPUsWithDRA", view.does.checks_gpus),
        ("hostDevices", "HostDevicesWithDRA", view.does.checks_device_claims),
    ):
        yield from _devices(view, field, gate, taken) if checked else _unnamed(view, field)
    yield from _listed(view, taken)
    if not view.does.checks_device_claims:
        return
    if view.gates.state("NetworkDevicesWithDRA") is not GateState.OFF:
        taken += _of_networks(view)
    yield from _once(taken)


def _claims(view: View) -> Iterator[Refusal]:
    seen: set[str] = set()
    for index, claim in each(view.spec, "resourceClaims"):
        path = view.at("resourceClaims", index)
        entry = Entry.of(claim, "resourceClaims", index)
        name = word(claim, "name")
        if name == "":
            yield Refusal(Code.NAME_MISSING, (*path, "name"), {"entry": entry})
        elif name is not None and name in seen:
            yield Refusal(Code.NAME_TWICE, (*path, "name"), {"name": name})
        elif name is not None:
            seen.add(name)
            if not is_dns_label(name):
                yield Refusal(Code.NAME_INVALID, (*path, "name"), {"entry": entry})
        values = {field: look(claim, field) for field in _REFERENCES}
        references = [field for field, value in values.items() if value is not None]
        if len(references) != 1:
            yield Refusal(Code.REFERENCES_SEVERAL if references else Code.REFERENCE_MISSING, path, {"entry": entry})
        for field in references:
            value = values[field]
            if isinstance(value, str) and not is_dns_subdomain(value):
                yield Refusal(Code.OBJECT_NAME_INVALID, (*path, field), {"value": value})


def _is_claimed(device: Mapping[str, Any]) -> bool:
    return any(look(device, field) is not None for field in ("claimName", "requestName"))


def _unnamed(view: View, field: str) -> Iterator[Refusal]:
    """Devices that no check refuses: the launcher finds none for them when the guest starts."""
    for index, device in each(view.spec, *_DEVICES, field):
        if word(device, "deviceName") == "" and not _is_claimed(device):
            entry = Entry.of(device, field, index)
            yield Refusal(Code.DEVICE_UNNAMED, view.at(*_DEVICES, field, index), {"entry": entry}, by=Refuser.NODE)


def _devices(view: View, field: str, gate: str, taken: list[_Taken]) -> Iterator[Refusal]:
    devices = [(index, device) for index, device in each(view.spec, *_DEVICES, field)]
    claimed = [index for index, device in devices if word(device, "deviceName") == "" and _is_claimed(device)]
    other = [index for index, device in devices if index not in claimed]
    if field == "gpus" and claimed and other and view.does.checks_device_claims:
        yield Refusal(Code.GPUS_MIXED, view.at(*_DEVICES, field, claimed[0]))
        return
    for index, device in devices:
        path = view.at(*_DEVICES, field, index)
        entry = Entry.of(device, field, index)
        name = word(device, "deviceName")
        if name == "" and not _is_claimed(device):
            yield Refusal(Code.DEVICE_UNNAMED, path, {"entry": entry})
        elif name and _is_claimed(device):
            yield Refusal(Code.DEVICE_NAMED_TWICE, path, {"entry": entry})
        if index not in claimed or view.gates.state(gate) is GateState.OFF:
            continue
        claim, request = word(device, "claimName"), word(device, "requestName")
        for key, value in (("claimName", claim), ("requestName", request)):
            if value == "" and (key == "claimName" or view.does.checks_device_claims):
                yield Refusal(Code.CLAIM_FIELD_MISSING, (*path, key), {"entry": entry, "key": key})
        if claim and request is not None and (request or not view.does.checks_device_claims):
            taken.append(_Taken(claim, request, path, entry))


def _listed(view: View, taken: list[_Taken]) -> Iterator[Refusal]:
    listed = names(view.spec, "resourceClaims")
    for claim, _, _, entry in taken:
        if listed is not None and claim not in listed:
            yield Refusal(Code.CLAIM_NOT_LISTED, view.at("resourceClaims"), {"entry": entry, "claim": claim})


def _of_networks(view: View) -> Iterator[_Taken]:
    """The first network of each request; a second one is the networks' own fault."""
    seen: set[tuple[str, str]] = set()
    for index, network in view.networks:
        source = mapping(network, "resourceClaim")
        claim, request = word(source, "claimName"), word(source, "requestName")
        if claim and request and (claim, request) not in seen:
            seen.add((claim, request))
            yield _Taken(claim, request, view.at("networks", index), Entry.of(network, "networks", index))


def _once(taken: list[_Taken]) -> Iterator[Refusal]:
    holders: dict[tuple[str, str], _Taken] = {}
    for taker in taken:
        holder = holders.setdefault((taker.claim, taker.request), taker)
        if holder.path != taker.path:
            yield Refusal(
                Code.REQUEST_TAKEN,
                taker.path,
                {"entry": taker.entry, "request": taker.request, "claim": taker.claim, "holder": holder.entry},
            )
