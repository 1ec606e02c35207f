"""Access credentials: where a key or password comes from and how it reaches the guest.

Source: KubeVirt `vmi-create-admitter.go` (validateAccessCredentials).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import UNDECIDED, look, many
from vmlint.kubevirt.admission.view import View
from vmlint.model.access import each, sequence
from vmlint.model.field import Path
from vmlint.model.refusal import Entry, Refusal
from vmlint.record import Codes

__all__ = ["Code", "check"]

_METHODS = {
    "sshPublicKey": ("qemuGuestAgent", "noCloud", "configDrive"),
    "userPassword": ("qemuGuestAgent",),
}
# The volume that a method of propagation writes to.
_VOLUMES = {"noCloud": "cloudInitNoCloud", "configDrive": "cloudInitConfigDrive"}


class Code(Codes):
    """What is wrong with the access credentials of a guest."""

    KINDS_SEVERAL = "access_credentials/kinds-several"
    KIND_MISSING = "access_credentials/kind-missing"
    VOLUME_MISSING = "access_credentials/volume-missing"
    USERS_MISSING = "access_credentials/users-missing"
    SOURCE_MISSING = "access_credentials/source-missing"
    METHODS_SEVERAL = "access_credentials/methods-several"
    METHOD_MISSING = "access_credentials/method-missing"


def check(view: View) -> Iterator[Refusal]:
    """Credentials without one kind, one source and one method."""
    for index, credential in each(view.spec, "accessCredentials"):
        kinds = many(credential, keys=_METHODS)
        path = view.at("accessCredentials", index)
        entry = Entry("", "accessCredentials", index)
        for kind in kinds or ():
            yield from _kind(view, credential, kind, path, entry)
        if kinds is not None and len(kinds) != 1:
            yield Refusal(
                Code.KINDS_SEVERAL if kinds else Code.KIND_MISSING, path, {"entry": entry, "known": tuple(_METHODS)}
            )


def _kind(view: View, credential: Mapping[str, Any], kind: str, path: Path, entry: Entry) -> Iterator[Refusal]:
    methods = many(credential, kind, "propagationMethod", keys=_METHODS[kind])
    for method in methods or ():
        volume = _VOLUMES.get(method)
        if volume and not _has_volume(view, volume):
            yield Refusal(Code.VOLUME_MISSING, (*path, kind, "propagationMethod"), {"entry": entry, "volume": volume})
        users = look(credential, kind, "propagationMethod", method, "users")
        if kind == "sshPublicKey" and method == "qemuGuestAgent" and users in (None, []):
            yield Refusal(Code.USERS_MISSING, (*path, kind, "propagationMethod", method, "users"), {"entry": entry})
    if many(credential, kind, "source", keys=("secret",)) == []:
        yield Refusal(Code.SOURCE_MISSING, (*path, kind, "source"), {"entry": entry})
    if methods is not None and len(methods) != 1:
        yield Refusal(
            Code.METHODS_SEVERAL if methods else Code.METHOD_MISSING,
            (*path, kind, "propagationMethod"),
            {"entry": entry, "methods": methods, "known": _METHODS[kind]},
        )


def _has_volume(view: View, source: str) -> bool:
    """Whether a volume of that kind is there, or may be."""
    if look(view.spec, "volumes") is UNDECIDED:
        return True
    return any(look(volume, source) is not None for volume in sequence(view.spec, "volumes"))
