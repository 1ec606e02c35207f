"""The settings of a KubeVirt object on which live updates depend.

Source: KubeVirt `pkg/virt-config/virt-config.go`, `configuration.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.kubevirt.gates import Gates, GateState
from vmlint.kubevirt.releases import Release, behaviour
from vmlint.kubevirt.values import whole
from vmlint.model.access import mapping, text
from vmlint.model.quantity import Quantity
from vmlint.record import Codes, Record

__all__ = ["Policy", "Rollout"]

_RATIO = 4
"""`maxHotplugRatio` where the KubeVirt object names none."""
_CPU_MODEL = "host-model"
_ATTACHMENTS = "LiveUpdateNADRef"


class Policy(Codes):
    """What becomes of the instancetype and the preference that a VM names: `instancetype.referencePolicy`."""

    REFERENCE = "reference"
    """The VM keeps its matchers, and KubeVirt stores a copy of what they name."""
    EXPAND = "expand"
    """A VM without stored copies gets the values, and loses its matchers."""
    EXPAND_ALL = "expandAll"
    """Every VM does."""


class Rollout(Record):
    """How a cluster rolls out changes of VMs."""

    live_update: bool = True
    """The rollout strategy is LiveUpdate."""
    max_sockets: int = 0
    """`maxCpuSockets`, 0 where it is not set."""
    max_guest: Quantity | None = None
    ratio: int = _RATIO
    cpu_model: str = _CPU_MODEL
    policy: Policy = Policy.REFERENCE
    hotplugs_volumes: bool = True
    """Volumes that are declared hotpluggable are plugged into running guests."""
    changes_attachments: bool | None = None
    """Whether running guests get another network attachment: all or none of them, None for those that can be
    migrated."""
    annotations_follow_apart: bool = True
    """See the field of `Behaviour`."""

    @classmethod
    def of(cls, kubevirt: Mapping[str, Any] | None, release: Release | None = None) -> Rollout:
        """The settings of a KubeVirt object; without one, those of a release, None for the newest."""
        configuration = mapping(kubevirt, "spec", "configuration")
        live = mapping(configuration, "liveUpdateConfiguration")
        strategy = text(configuration, "vmRolloutStrategy")
        ratio = whole(live.get("maxHotplugRatio"))
        gates = Gates(kubevirt, release, closed=True)
        policy = text(configuration, "instancetype", "referencePolicy")
        return cls(
            live_update=strategy == "LiveUpdate" if strategy else behaviour(release).live_update_by_default,
            max_sockets=whole(live.get("maxCpuSockets")) or 0,
            max_guest=Quantity.try_parse(live.get("maxGuest")),
            ratio=_RATIO if ratio is None else ratio,
            cpu_model=text(configuration, "cpuModel") or _CPU_MODEL,
            policy=Policy(policy) if policy in set(Policy) else Policy.REFERENCE,
            hotplugs_volumes=gates.state("DeclarativeHotplugVolumes") is GateState.ON
            and gates.state("HotplugVolumes") is not GateState.ON,
            changes_attachments=None
            if gates.stage(_ATTACHMENTS) == "GA"
            else gates.state(_ATTACHMENTS) is GateState.ON,
            annotations_follow_apart=behaviour(release).annotations_follow_apart,
        )
