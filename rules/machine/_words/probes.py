"""Probes of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.probes import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.HANDLERS_SEVERAL: Words(
        "`{field}` has {handlers:and}; a probe must have exactly one handler.",
        "keep {handlers:choice}",
    ),
    Code.HANDLER_MISSING: Words(
        "`{field}` has no handler; a probe must have exactly one handler.",
        "add {_HANDLERS:choice}",
    ),
    Code.WITHOUT_POD_NETWORK: Words(
        "`{field}.{handler}` uses the pod network, to which the guest is not connected.",
        "add a network with `pod: {{}}`, or probe with `exec` or `guestAgentPing`",
    ),
    Code.STARTS_PAUSED: Words(
        "the guest starts paused and has a `livenessProbe`, which stops a paused guest.",
        "remove one of the two",
    ),
}
