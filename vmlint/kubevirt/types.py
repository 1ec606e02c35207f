"""What the webhooks of instancetypes and preferences refuse, and what they warn of.

Sources: KubeVirt `pkg/instancetype/webhooks/admitter.go`, `pkg/instancetype/preference/webhooks/admitter.go`.
All paths lead from the object's root, all arguments are `spec`s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.cause import Cause
from vmlint.kubevirt.releases import Release, behaviour
from vmlint.kubevirt.topology import ACROSS, DEPRECATED, TOPOLOGIES, preferred, spread
from vmlint.kubevirt.values import whole
from vmlint.model.access import get
from vmlint.model.unknown import is_unknown

__all__ = ["instancetype_causes", "instancetype_warnings", "preference_causes", "preference_warnings"]

_OVERCOMMIT = ("spec", "memory", "overcommitPercent")
_TOPOLOGY = ("spec", "cpu", "preferredCPUTopology")
_OPTIONS = ("spec", "cpu", "spreadOptions")


def instancetype_causes(spec: Mapping[str, Any], release: Release | None = None) -> Iterator[Cause]:
    """Why an instancetype is refused."""
    percent = whole(get(spec, "memory", "overcommitPercent"))
    if not percent or not behaviour(release).checks_overcommit:
        return
    if not 0 <= percent <= 100:
        yield Cause(_OVERCOMMIT, f"`overcommitPercent` is {percent}; it must be from 0 to 100")
    if get(spec, "memory", "hugepages") is not None:
        yield Cause(_OVERCOMMIT, "`overcommitPercent` is set together with huge pages, which can't be overcommitted")


def instancetype_warnings(spec: Mapping[str, Any], release: Release | None = None) -> Iterator[Cause]:
    """What is deprecated in an instancetype."""
    if behaviour(release).warns_of_launch_security and get(spec, "launchSecurity") is not None:
        yield Cause(
            ("spec", "launchSecurity"),
            "`launchSecurity` of an instancetype is deprecated; `preferredLaunchSecurity` of the preference "
            "replaces it",
        )


def preference_causes(spec: Mapping[str, Any], release: Release | None = None) -> Iterator[Cause]:
    """Why a preference is refused."""
    does = behaviour(release)
    name = get(spec, "cpu", "preferredCPUTopology")
    if does.checks_topology_name and isinstance(name, str) and not is_unknown(name) and name not in TOPOLOGIES:
        yield Cause(_TOPOLOGY, f"`{name}` is not a valid CPU topology")
    if not does.checks_spread or preferred(spec) != "spread":
        return
    across, ratio = spread(spec)
    if across is not None and across not in ACROSS:
        yield Cause((*_OPTIONS, "across"), f"vCPUs can't be spread across `{across}`")
    elif across == "CoresThreads" and ratio not in (2, None):
        yield Cause((*_OPTIONS, "ratio"), f"the spread ratio is {ratio}; across `CoresThreads` it must be 2")


def preference_warnings(spec: Mapping[str, Any], release: Release | None = None) -> Iterator[Cause]:
    """What is deprecated in a preference."""
    name = get(spec, "cpu", "preferredCPUTopology")
    if behaviour(release).warns_of_topology_names and isinstance(name, str) and name in DEPRECATED:
        yield Cause(_TOPOLOGY, f"`{name}` is deprecated; `{DEPRECATED[name]}` replaces it")
