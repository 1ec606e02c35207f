"""The configuration of CDI: its feature gates, the pods that fill disks, registries without TLS.

CDI's webhook lets any CDI object pass (`pkg/apiserver/webhooks/cdi-validate.go`), so what is wrong in one shows later.
Sources: CDI `pkg/feature-gates/feature-gates.go` of the tags v1.55.0 to v1.66.0, `pkg/controller/config-controller.go`,
`pkg/controller/import-controller.go` (IsInsecureTLS).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.model.access import get, sequence
from vmlint.model.field import Path
from vmlint.model.quantity import Quantity
from vmlint.model.refusal import Refusal, Refuser
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes
from vmlint.runtime.pattern import late

__all__ = ["ADOPTION", "GATES", "ConfigFlaw", "check_config", "meant_gate", "meant_gates"]

ADOPTION = "DataVolumeClaimAdoption"
GATES = ("HonorWaitForFirstConsumer", ADOPTION, "WebhookPvcRendering", "BootcImageImport")
"""Every feature gate that a release has, or once had."""

_LEAST = 8
"""The length from which a part of a gate's name means the gate."""
_DEFAULT_REQUESTS = {"cpu": "100m", "memory": "60M"}
_DEFAULT_LIMITS = {"cpu": "750m", "memory": "600M"}
_SCHEME = late(r"[a-z]+://", re.IGNORECASE)


class ConfigFlaw(Codes):
    """What is wrong with a configuration."""

    GATE_UNKNOWN = "gate-unknown"
    """No release has the feature gate, so it has no effect."""
    REQUEST_ABOVE_LIMIT = "request-above-limit"
    """The API server refuses every pod that fills a disk."""
    REGISTRY_NOT_A_HOST = "registry-not-a-host"
    """CDI compares hosts, so no registry matches."""


def meant_gate(name: str) -> str:
    """The gate that a name means, "" where it means none: another case, or a part of the name."""
    plain = name.casefold()
    near = [gate for gate in GATES if gate.casefold() == plain]
    near = near or [gate for gate in GATES if len(name) >= _LEAST and plain in gate.casefold()]
    return near[0] if len(near) == 1 else ""


def meant_gates(config: Any) -> frozenset[str]:
    """The gates that a configuration lists, those too that are misnamed."""
    return frozenset(meant_gate(name) for name in sequence(config, "featureGates") if isinstance(name, str))


def check_config(config: Mapping[str, Any]) -> Iterator[Refusal]:
    """What is wrong with `spec.config` of a CDI object; paths start there."""
    for index, name in enumerate(sequence(config, "featureGates")):
        if isinstance(name, str) and name not in GATES and not is_unknown(name):
            yield _inert(ConfigFlaw.GATE_UNKNOWN, ("featureGates", index), gate=name, meant=meant_gate(name))
    yield from _pods(config)
    for index, registry in enumerate(sequence(config, "insecureRegistries")):
        if isinstance(registry, str) and not is_unknown(registry) and (host := _host(registry)) != registry:
            yield _inert(ConfigFlaw.REGISTRY_NOT_A_HOST, ("insecureRegistries", index), registry=registry, host=host)


def _inert(flaw: ConfigFlaw, path: Path, **values: str) -> Refusal:
    """A setting that CDI accepts and never uses."""
    return Refusal(flaw, path, values, by=None)


def _host(registry: str) -> str:
    """The host, with its port, of what may be written as an URL or with a path."""
    return _SCHEME.sub("", registry.strip()).partition("/")[0]


def _pods(config: Mapping[str, Any]) -> Iterator[Refusal]:
    """Requests above limits; what is not written has CDI's default."""
    path = ("podResourceRequirements",)
    requests = {name: get(config, *path, "requests", name) or amount for name, amount in _DEFAULT_REQUESTS.items()}
    limits = {name: get(config, *path, "limits", name) or amount for name, amount in _DEFAULT_LIMITS.items()}
    for name, request in requests.items():
        requested, most = Quantity.try_parse(request), Quantity.try_parse(limits[name])
        if requested is not None and most is not None and requested > most:
            kind = "requests" if get(config, *path, "requests", name) is not None else "limits"
            values = {"resource": name, "request": str(request), "limit": str(limits[name])}
            yield Refusal(ConfigFlaw.REQUEST_ABOVE_LIMIT, (*path, kind, name), values, Refuser.API_SERVER)
