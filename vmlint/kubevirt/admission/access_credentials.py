"""Access credentials: where a key or password comes from and how it reaches the guest.

Source: KubeVirt `vmi-create-admitter.go` (validateAccessCredentials).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import UNDECIDED, look, many
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.kubevirt.admission.wording import choice
from vmlint.model.access import each, sequence
from vmlint.model.field import Path

__all__ = ["check"]

_SUBJECT = "access_credentials"
_FIELDS = frozenset(("accessCredentials",))
_METHODS = {
    "sshPublicKey": ("qemuGuestAgent", "noCloud", "configDrive"),
    "userPassword": ("qemuGuestAgent",),
}
# The volume that a method of propagation writes to.
_VOLUMES = {"noCloud": "cloudInitNoCloud", "configDrive": "cloudInitConfigDrive"}


def check(view: View) -> Iterator[Cause]:
    """Credentials without one kind, one source and one method."""
    if view.fields.isdisjoint(_FIELDS):
        return
    for index, credential in each(view.spec, "accessCredentials"):
        kinds = many(credential, keys=_METHODS)
        path = view.at("accessCredentials", index)
        what = f"`accessCredentials[{index}]`"
        for kind in kinds or ():
            yield from _kind(view, credential, kind, path, what)
        if kinds is not None and len(kinds) != 1:
            yield Cause(
                path,
                f"{what} must have exactly one of `sshPublicKey` and `userPassword`.",
                "split it into two entries" if kinds else f"add {choice(_METHODS)}",
                _SUBJECT,
            )


def _kind(view: View, credential: Mapping[str, Any], kind: str, path: Path, what: str) -> Iterator[Cause]:
    methods = many(credential, kind, "propagationMethod", keys=_METHODS[kind])
    for method in methods or ():
        volume = _VOLUMES.get(method)
        if volume and not _has_volume(view, volume):
            yield Cause(
                (*path, kind, "propagationMethod"),
                f"{what} needs a `{volume}` volume, which the guest does not have.",
                f"add a `{volume}` volume, or use `qemuGuestAgent`",
                _SUBJECT,
            )
        users = look(credential, kind, "propagationMethod", method, "users")
        if kind == "sshPublicKey" and method == "qemuGuestAgent" and users in (None, []):
            yield Cause(
                (*path, kind, "propagationMethod", method, "users"),
                f"{what} lists no `users` for its key.",
                "list the user names in `users`",
                _SUBJECT,
            )
    if many(credential, kind, "source", keys=("secret",)) == []:
        yield Cause((*path, kind, "source"), f"{what} has no source.", "set `source.secret.secretName`", _SUBJECT)
    if methods is not None and len(methods) != 1:
        yield Cause(
            (*path, kind, "propagationMethod"),
            f"{what} has {'several propagation methods' if methods else 'no propagation method'}; it must have one.",
            f"keep {choice(methods)}" if methods else f"add {choice(_METHODS[kind])}",
            _SUBJECT,
        )


def _has_volume(view: View, source: str) -> bool:
    """Whether a volume of that kind is there, or may be."""
    if look(view.spec, "volumes") is UNDECIDED:
        return True
    return any(look(volume, source) is not None for volume in sequence(view.spec, "volumes"))
