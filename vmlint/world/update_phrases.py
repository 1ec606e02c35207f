"""The sentences about restarts and failures that rules and reports of impacts share."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.outcome import Failure, Restart, Why
from vmlint.model.field import render

__all__ = ["failed", "restarted"]

_RESTARTS: Mapping[Why, str] = {
    Why.NOT_LIVE: "{fields} can't be changed in a running guest",
    Why.SOCKETS_ABOVE_MAXIMUM: "the guest was started for at most {most_sockets} sockets",
    Why.SOCKETS_REDUCED: "sockets can't be taken from a running guest",
    Why.SOCKETS_ARCHITECTURE: "KubeVirt can't plug CPUs on arm64",
    Why.MEMORY_NOT_MIGRATABLE: "memory is plugged by a live migration, and the guest can't be migrated",
    Why.MEMORY_NOT_PREPARED: "the guest was started without `maxGuest`, so it has no room for more memory",
    Why.MEMORY_REALTIME: "the memory of a realtime guest can't be changed while it runs",
    Why.MEMORY_NUMA: "the memory of a guest that maps the host's NUMA nodes can't be changed while it runs",
    Why.MEMORY_ENCRYPTED: "the memory of an encrypted guest can't be changed while it runs",
    Why.MEMORY_UNSET: "the new VM sets no guest memory",
    Why.MEMORY_NO_MAXIMUM: "the guest was started without `maxGuest`, so it has no room for more memory",
    Why.MEMORY_ABOVE_MAXIMUM: "the guest was started for at most {most_memory} of memory",
    Why.MEMORY_UNALIGNED: "KubeVirt plugs memory in blocks of 2Mi (1Gi with 1Gi pages), and this is not a multiple",
    Why.MEMORY_ARCHITECTURE: "KubeVirt plugs memory on amd64 only",
    Why.MEMORY_TOO_SMALL: "KubeVirt plugs memory only into guests with 1Gi or more",
    Why.MEMORY_BELOW_BOOT: "the guest can't have less memory than it was started with",
    Why.VOLUMES_INVALID: "volume `{entry}` can't be migrated: it is a file system, a LUN or shared",
    Why.VOLUMES_NOT_MIGRATABLE: "the volumes are moved by a live migration, and the guest can't be migrated",
    Why.VOLUMES_LEFT_BEHIND: "volume `{entry}` is on a ReadWriteOnce claim and is not moved with the others",
}

_FAILURES: Mapping[Why, str] = {
    Why.HOTPLUG_BUS: "The controller can't plug disk `{name}`: its bus must be set to `virtio` or `scsi` "
    "(for a LUN `scsi`).",
    Why.HOTPLUG_DEVICE: "The controller can't plug disk `{name}`: it must be a `disk` or `lun`.",
    Why.HOTPLUG_IO_THREAD: "The controller can't plug disk `{name}`: `dedicatedIOThread` needs the bus `virtio`.",
    Why.HOTPLUG_DISK_MISSING: "The controller can't plug volume `{name}`: the VM has no disk of that name.",
    Why.HOTPLUG_COUNT: "The controller can't plug the volumes, because volumes and disks don't match.",
    Why.HOTPLUG_PERMANENT: "The controller can't change disk `{name}` of a volume that is plugged.",
    Why.INSTANCETYPE_MISSING: "The instancetype `{name}` does not exist.",
    Why.PREFERENCE_MISSING: "The preference `{name}` does not exist.",
    Why.REVISION_MISSING: "The ControllerRevision `{name}` does not exist.",
    Why.INSTANCETYPE_CONFLICT: "The instancetype conflicts with the VM.",
}


def restarted(restart: Restart, guest: Guest | None) -> str:
    """Why a guest has to be restarted."""
    cpu, memory = ((guest.spec["domain"].get(part) or {}) if guest else {} for part in ("cpu", "memory"))
    fields = [f"`{render(path)}`" for path in restart.fields]
    listed = ", ".join(fields[:3]) + (f" and {len(fields) - 3} more" if len(fields) > 3 else "")
    reason = _RESTARTS[restart.why].format(
        fields=listed,
        entry=restart.entry,
        most_sockets=cpu.get("maxSockets", 0),
        most_memory=memory.get("maxGuest", "0"),
    )
    return f"the guest must be restarted: {reason}."


def failed(failure: Failure) -> str:
    """Why the controller fails on a VM."""
    return _FAILURES[failure.why].format(name=failure.name)
