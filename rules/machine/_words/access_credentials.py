"""Access credentials of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.access_credentials import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.KINDS_SEVERAL: Words(
        "{entry} must have exactly one of `sshPublicKey` and `userPassword`.",
        "split it into two entries",
    ),
    Code.KIND_MISSING: Words(
        "{entry} must have exactly one of `sshPublicKey` and `userPassword`.",
        "add {known:choice}",
    ),
    Code.VOLUME_MISSING: Words(
        "{entry} needs a `{volume}` volume, which the guest does not have.",
        "add a `{volume}` volume, or use `qemuGuestAgent`",
    ),
    Code.USERS_MISSING: Words(
        "{entry} lists no `users` for its key.",
        "list the user names in `users`",
    ),
    Code.SOURCE_MISSING: Words(
        "{entry} has no source.",
        "set `source.secret.secretName`",
    ),
    Code.METHODS_SEVERAL: Words(
        "{entry} has several propagation methods; it must have one.",
        "keep {methods:choice}",
    ),
    Code.METHOD_MISSING: Words(
        "{entry} has no propagation method; it must have one.",
        "add {known:choice}",
    ),
}
