"""Readiness and liveness probes.

Source: KubeVirt `vmi-create-admitter.go` (validateProbe).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import UNDECIDED, has, look, many
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.kubevirt.admission.wording import choice
from vmlint.model.access import sequence

__all__ = ["check"]

_SUBJECT = "probes"
_FIELDS = frozenset(("readinessProbe", "livenessProbe"))
_HANDLERS = ("httpGet", "tcpSocket", "exec", "guestAgentPing")
_NETWORKED = ("httpGet", "tcpSocket")


def check(view: View) -> Iterator[Cause]:
    """Probes without one handler, or that need a network which the guest lacks."""
    if view.fields.isdisjoint(_FIELDS):
        return
    for field in ("readinessProbe", "livenessProbe"):
        handlers = many(view.spec, field, keys=_HANDLERS) if has(view.spec, field) else None
        if handlers is None:
            continue
        if len(handlers) != 1:
            says = f"has {' and '.join(f'`{name}`' for name in handlers)}" if handlers else "has no handler"
            yield Cause(
                view.at(field),
                f"`{field}` {says}; a probe must have exactly one handler.",
                f"keep {choice(handlers)}" if handlers else f"add {choice(_HANDLERS)}",
                _SUBJECT,
            )
        for handler in handlers:
            if handler in _NETWORKED and _on_pod_network(view) is False:
                yield Cause(
                    view.at(field, handler),
                    f"`{field}.{handler}` uses the pod network, to which the guest is not connected.",
                    "add a network with `pod: {}`, or probe with `exec` or `guestAgentPing`",
                    _SUBJECT,
                )
    if look(view.spec, "startStrategy") == "Paused" and has(view.spec, "livenessProbe"):
        yield Cause(
            view.at("startStrategy"),
            "the guest starts paused and has a `livenessProbe`, which stops a paused guest.",
            "remove one of the two",
            _SUBJECT,
        )


def _on_pod_network(view: View) -> bool | None:
    if look(view.spec, "networks") is UNDECIDED:
        return None
    pods = [has(network, "pod") for network in sequence(view.spec, "networks")]
    return None if None in pods else any(pods)
