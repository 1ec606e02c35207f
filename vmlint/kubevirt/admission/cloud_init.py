"""Cloud-init volumes: where user data and network data come from, and how long they may be.

Source: KubeVirt `vmi-create-admitter.go` (validateVolumes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.forms import decoded_length, utf8_length
from vmlint.kubevirt.admission.reading import has, word
from vmlint.kubevirt.admission.view import View
from vmlint.model.access import get
from vmlint.model.field import Path
from vmlint.model.refusal import Entry, Refusal
from vmlint.record import Codes

__all__ = ["Code", "check"]

_TYPES = ("cloudInitNoCloud", "cloudInitConfigDrive")
_FIELDS = frozenset(_TYPES)
_MAX_BYTES = 2048
_SECRETS = {"userData": "secretRef", "networkData": "networkDataSecretRef"}
"""The field that names a Secret with the data."""


class Code(Codes):
    """What is wrong with the cloud-init data of a guest."""

    DATA_MISSING = "cloud_init/data-missing"
    DATA_SEVERAL = "cloud_init/data-several"
    NOT_BASE64 = "cloud_init/not-base64"
    TOO_LONG = "cloud_init/too-long"


def check(view: View) -> Iterator[Refusal]:
    """Data that is missing, twofold, undecodable or too long."""
    for index, volume in view.volumes:
        if _FIELDS.isdisjoint(volume):
            continue
        kind = next((kind for kind in _TYPES if has(volume, kind)), None)
        if kind is None:
            continue
        path = view.at("volumes", index, kind)
        entry = Entry.of(volume, "volumes", index)
        source = get(volume, kind)
        user, network = _sources_of(source, "userData"), _sources_of(source, "networkData")
        yield from _data(source, "userData", user, path, entry)
        yield from _data(source, "networkData", network, path, entry)
        if user == network == []:
            yield Refusal(Code.DATA_MISSING, path, {"entry": entry})


def _sources_of(source: Mapping[str, Any], field: str) -> list[str] | None:
    """The fields that give this data; None where one is undecided."""
    values = {
        _SECRETS[field]: word(source, _SECRETS[field], "name"),
        f"{field}Base64": word(source, f"{field}Base64"),
        field: word(source, field),
    }
    return None if None in values.values() else [name for name, value in values.items() if value]


def _data(
    source: Mapping[str, Any], field: str, sources: list[str] | None, path: Path, entry: Entry
) -> Iterator[Refusal]:
    if sources == []:
        return
    if sources is not None and len(sources) > 1:
        yield Refusal(Code.DATA_SEVERAL, path, {"entry": entry, "given": sources})
    plain, packed = word(source, field), word(source, f"{field}Base64")
    length = utf8_length(plain) if plain else 0
    if packed:
        unpacked = decoded_length(packed)
        if unpacked is None:
            yield Refusal(Code.NOT_BASE64, (*path, f"{field}Base64"), {"field": field, "entry": entry})
        elif not plain:
            length = unpacked
    if length > _MAX_BYTES:
        yield Refusal(
            Code.TOO_LONG,
            (*path, field if plain else f"{field}Base64"),
            {"field": field, "entry": entry, "length": length, "most": _MAX_BYTES, "secret": _SECRETS[field]},
        )
