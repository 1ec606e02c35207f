"""Cloud-init volumes: where user data and network data come from, and how long they may be.

Source: KubeVirt `vmi-create-admitter.go` (validateVolumes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.forms import decoded_length, utf8_length
from vmlint.kubevirt.admission.reading import has, word
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.kubevirt.admission.wording import choice, named
from vmlint.model.access import get
from vmlint.model.field import Path

__all__ = ["check"]

_SUBJECT = "cloud_init"
_TYPES = ("cloudInitNoCloud", "cloudInitConfigDrive")
_FIELDS = frozenset(_TYPES)
_MAX_BYTES = 2048
_SECRETS = {"userData": "secretRef", "networkData": "networkDataSecretRef"}
"""The field that names a Secret with the data."""


def check(view: View) -> Iterator[Cause]:
    """Data that is missing, twofold, undecodable or too long."""
    if view.fields.isdisjoint(_FIELDS):
        return
    for index, volume in view.volumes:
        if _FIELDS.isdisjoint(volume):
            continue
        kind = next((kind for kind in _TYPES if has(volume, kind)), None)
        if kind is None:
            continue
        path = view.at("volumes", index, kind)
        what = named("volume", volume, "volumes", index)
        source = get(volume, kind)
        user, network = _given(source, "userData"), _given(source, "networkData")
        yield from _data(source, "userData", user, path, what)
        yield from _data(source, "networkData", network, path, what)
        if user == network == []:
            yield Cause(
                path,
                f"{what} has neither user data nor network data.",
                "add `userData` or `secretRef`",
                _SUBJECT,
            )


def _given(source: Mapping[str, Any], field: str) -> list[str] | None:
    """The fields that give this data; None where one is undecided."""
    values = {
        _SECRETS[field]: word(source, _SECRETS[field], "name"),
        f"{field}Base64": word(source, f"{field}Base64"),
        field: word(source, field),
    }
    return None if None in values.values() else [name for name, value in values.items() if value]


def _data(source: Mapping[str, Any], field: str, given: list[str] | None, path: Path, what: str) -> Iterator[Cause]:
    if given == []:
        return
    if given is not None and len(given) > 1:
        yield Cause(
            path,
            f"{what} has {' and '.join(f'`{name}`' for name in given)}, which exclude each other.",
            f"keep {choice(given)}",
            _SUBJECT,
        )
    plain, packed = word(source, field), word(source, f"{field}Base64")
    length = utf8_length(plain) if plain else 0
    if packed:
        unpacked = decoded_length(packed)
        if unpacked is None:
            yield Cause(
                (*path, f"{field}Base64"),
                f"`{field}Base64` of {what} is not valid base64.",
                "encode the data",
                _SUBJECT,
            )
        elif not plain:
            length = unpacked
    if length > _MAX_BYTES:
        yield Cause(
            (*path, field if plain else f"{field}Base64"),
            f"`{field}` of {what} has {length} bytes; at most {_MAX_BYTES} are allowed.",
            f"move it to a Secret and name the Secret in `{_SECRETS[field]}`",
            _SUBJECT,
        )
