"""What the webhooks of instancetypes and preferences refuse, and what they warn of.

Sources: KubeVirt `pkg/instancetype/webhooks/admitter.go`, `pkg/instancetype/preference/webhooks/admitter.go`.
All paths lead from the object's root, all arguments are `spec`s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.releases import Release, behaviour
from vmlint.kubevirt.topology import ACROSS, DEPRECATED, TOPOLOGIES, preferred, spread
from vmlint.kubevirt.values import whole
from vmlint.model.access import get
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes

__all__ = ["Code", "instancetype_refusals", "instancetype_warnings", "preference_refusals", "preference_warnings"]


class Code(Codes):
    """What is wrong with an instancetype or a preference, or deprecated in it."""

    OVERCOMMIT_OUT_OF_RANGE = "types/overcommit-out-of-range"
    OVERCOMMIT_OF_HUGEPAGES = "types/overcommit-of-hugepages"
    LAUNCH_SECURITY_DEPRECATED = "types/launch-security-deprecated"
    TOPOLOGY_UNKNOWN = "types/topology-unknown"
    TOPOLOGY_DEPRECATED = "types/topology-deprecated"
    ACROSS_UNKNOWN = "types/across-unknown"
    RATIO_NOT_TWO = "types/ratio-not-two"


_OVERCOMMIT = ("spec", "memory", "overcommitPercent")
_TOPOLOGY = ("spec", "cpu", "preferredCPUTopology")
_OPTIONS = ("spec", "cpu", "spreadOptions")


def instancetype_refusals(spec: Mapping[str, Any], release: Release | None = None) -> Iterator[Refusal]:
    """Why an instancetype is refused."""
    percent = whole(get(spec, "memory", "overcommitPercent"))
    if not percent or not behaviour(release).checks_overcommit:
        return
    if not 0 <= percent <= 100:
        yield Refusal(Code.OVERCOMMIT_OUT_OF_RANGE, _OVERCOMMIT, {"percent": percent})
    if get(spec, "memory", "hugepages") is not None:
        yield Refusal(Code.OVERCOMMIT_OF_HUGEPAGES, _OVERCOMMIT)


def instancetype_warnings(spec: Mapping[str, Any], release: Release | None = None) -> Iterator[Refusal]:
    """What is deprecated in an instancetype."""
    if behaviour(release).warns_of_launch_security and get(spec, "launchSecurity") is not None:
        yield Refusal(Code.LAUNCH_SECURITY_DEPRECATED, ("spec", "launchSecurity"), by=None)


def preference_refusals(spec: Mapping[str, Any], release: Release | None = None) -> Iterator[Refusal]:
    """Why a preference is refused."""
    does = behaviour(release)
    name = get(spec, "cpu", "preferredCPUTopology")
    if does.checks_topology_name and isinstance(name, str) and not is_unknown(name) and name not in TOPOLOGIES:
        yield Refusal(Code.TOPOLOGY_UNKNOWN, _TOPOLOGY, {"name": name})
    if not does.checks_spread or preferred(spec) != "spread":
        return
    across, ratio = spread(spec)
    if across is not None and across not in ACROSS:
        yield Refusal(Code.ACROSS_UNKNOWN, (*_OPTIONS, "across"), {"across": across})
    elif across == "CoresThreads" and ratio not in (2, None):
        yield Refusal(Code.RATIO_NOT_TWO, (*_OPTIONS, "ratio"), {"ratio": ratio})


def preference_warnings(spec: Mapping[str, Any], release: Release | None = None) -> Iterator[Refusal]:
    """What is deprecated in a preference."""
    name = get(spec, "cpu", "preferredCPUTopology")
    if behaviour(release).warns_of_topology_names and isinstance(name, str) and name in DEPRECATED:
        yield Refusal(Code.TOPOLOGY_DEPRECATED, _TOPOLOGY, {"name": name, "successor": DEPRECATED[name]}, by=None)
