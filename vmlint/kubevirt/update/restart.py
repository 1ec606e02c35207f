"""The comparison by which a VM's controller asks for a restart.

Compared are the spec that the guest was started with and the one of now, both with instancetype and preference
applied. What can be changed in the running guest is made equal first. Source: KubeVirt
`pkg/virt-controller/watch/vm/vm.go` (syncRestartRequired).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.kubevirt.update.differences import changed_paths
from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.memory import GUEST_MEMORY
from vmlint.kubevirt.update.networks import INTERFACES, NETWORKS, networks_need_restart
from vmlint.kubevirt.update.outcome import Restart, UpdateReason
from vmlint.kubevirt.update.rollout import Rollout
from vmlint.kubevirt.update.scheduling import PLACEMENT
from vmlint.kubevirt.update.volumes import DISKS, VOLUMES, disks_are_live, volumes_are_live
from vmlint.kubevirt.values import ensure
from vmlint.model.access import get
from vmlint.model.field import Path
from vmlint.source.clone import clone

__all__ = ["restart_required"]

_CPU: Path = ("domain", "cpu")
_UUID: Path = ("domain", "firmware", "uuid")


def restart_required(
    last: Mapping[str, Any],
    wanted: Mapping[str, Any],
    guest: Guest,
    rollout: Rollout,
    *,
    migrating: bool,
    attachable: bool | None,
) -> Restart | None:
    """The paths of the spec in which the guest differs from what the VM asks for, and that only a restart changes.

    `last` is the spec that the guest was started with, `migrating` whether changed volumes are to be migrated,
    `attachable` whether the guest can get other network attachments.
    """
    then = clone(dict(last))
    if volumes_are_live(last, wanted, migrating=migrating):
        _copy(wanted, then, VOLUMES)
    if disks_are_live(last, wanted):
        _copy(wanted, then, DISKS)
    if rollout.live_update:
        _allow_live(wanted, then)
    if not networks_need_restart(wanted, guest.spec, attachable=attachable):
        _copy(wanted, then, INTERFACES)
        _copy(wanted, then, NETWORKS)
    if get(wanted, *_UUID) == get(guest.spec, *_UUID):
        _copy(wanted, then, _UUID)
    fields = tuple(changed_paths(then, wanted))
    return Restart(UpdateReason.NOT_LIVE, fields) if fields else None


def _allow_live(wanted: Mapping[str, Any], then: dict[str, Any]) -> None:
    if get(wanted, *_CPU) is not None and get(then, *_CPU) is not None:
        _copy(wanted, then, (*_CPU, "sockets"))
    if get(wanted, *GUEST_MEMORY) is not None:
        _copy(wanted, then, GUEST_MEMORY)
    for field in PLACEMENT:
        _copy(wanted, then, (field,))


def _copy(source: Mapping[str, Any], target: dict[str, Any], path: Path) -> None:
    """Make one field of the target what it is in the source."""
    value = get(source, *path)
    keys = tuple(map(str, path))
    if value is None:
        holder = get(target, *keys[:-1])
        if isinstance(holder, dict):
            holder.pop(keys[-1], None)
    else:
        ensure(target, *keys[:-1])[keys[-1]] = clone(value)
