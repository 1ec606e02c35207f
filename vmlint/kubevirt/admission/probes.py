"""Readiness and liveness probes.

Source: KubeVirt `vmi-create-admitter.go` (validateProbe).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import UNDECIDED, has, look, many
from vmlint.kubevirt.admission.view import View
from vmlint.model.access import sequence
from vmlint.model.refusal import Refusal
from vmlint.record import Codes

__all__ = ["Code", "check"]

_HANDLERS = ("httpGet", "tcpSocket", "exec", "guestAgentPing")
_NETWORKED = ("httpGet", "tcpSocket")


class Code(Codes):
    """What is wrong with a guest's probes."""

    HANDLERS_SEVERAL = "probes/handlers-several"
    HANDLER_MISSING = "probes/handler-missing"
    WITHOUT_POD_NETWORK = "probes/without-pod-network"
    STARTS_PAUSED = "probes/starts-paused"


def check(view: View) -> Iterator[Refusal]:
    """Probes without one handler, or that need a network which the guest lacks."""
    for field in ("readinessProbe", "livenessProbe"):
        handlers = many(view.spec, field, keys=_HANDLERS) if has(view.spec, field) else None
        if handlers is None:
            continue
        if len(handlers) != 1:
            yield Refusal(
                Code.HANDLERS_SEVERAL if handlers else Code.HANDLER_MISSING,
                view.at(field),
                {"field": field, "handlers": handlers, "_HANDLERS": _HANDLERS},
            )
        for handler in handlers:
            if handler in _NETWORKED and _on_pod_network(view) is False:
                yield Refusal(Code.WITHOUT_POD_NETWORK, view.at(field, handler), {"field": field, "handler": handler})
    if look(view.spec, "startStrategy") == "Paused" and has(view.spec, "livenessProbe"):
        yield Refusal(Code.STARTS_PAUSED, view.at("startStrategy"))


def _on_pod_network(view: View) -> bool | None:
    if look(view.spec, "networks") is UNDECIDED:
        return None
    pods = [has(network, "pod") for network in sequence(view.spec, "networks")]
    return None if None in pods else any(pods)
