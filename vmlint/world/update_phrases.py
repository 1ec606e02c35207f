"""The sentences about restarts and failures that rules and reports of impacts share."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.update.guest import Guest
from vmlint.kubevirt.update.outcome import Failure, Restart, UpdateReason
from vmlint.model.field import render

__all__ = ["failed", "goes_on", "restarted"]

_RESTARTS: Mapping[UpdateReason, str] = {
    UpdateReason.NOT_LIVE: "{fields} can't be changed in a running guest",
    UpdateReason.SOCKETS_ABOVE_MAXIMUM: "the guest was started for at most {most_sockets} sockets",
    UpdateReason.SOCKETS_REDUCED: "sockets can't be taken from a running guest",
    UpdateReason.SOCKETS_ARCHITECTURE: "KubeVirt can't plug CPUs on arm64",
    UpdateReason.MEMORY_NOT_MIGRATABLE: "memory is plugged by a live migration, and the guest can't be migrated",
    UpdateReason.MEMORY_NOT_PREPARED: "the guest was started without `maxGuest`, so it has no room for more memory",
    UpdateReason.MEMORY_REALTIME: "the memory of a realtime guest can't be changed while it runs",
    UpdateReason.MEMORY_NUMA: "the memory of a guest that maps the host's NUMA nodes can't be changed while it runs",
    UpdateReason.MEMORY_ENCRYPTED: "the memory of an encrypted guest can't be changed while it runs",
    UpdateReason.MEMORY_UNSET: "the new VM sets no guest memory",
    UpdateReason.MEMORY_NO_MAXIMUM: "the guest was started without `maxGuest`, so it has no room for more memory",
    UpdateReason.MEMORY_ABOVE_MAXIMUM: "the guest was started for at most {most_memory} of memory",
    UpdateReason.MEMORY_UNALIGNED: "KubeVirt plugs memory in blocks of 2Mi (1Gi with 1Gi pages), and "
    "this is not a multiple",
    UpdateReason.MEMORY_ARCHITECTURE: "KubeVirt plugs memory on amd64 only",
    UpdateReason.MEMORY_TOO_SMALL: "KubeVirt plugs memory only into guests with 1Gi or more",
    UpdateReason.MEMORY_BELOW_BOOT: "the guest can't have less memory than it was started with",
    UpdateReason.VOLUMES_INVALID: "volume `{entry}` can't be migrated: it is a file system, a LUN or shared",
    UpdateReason.VOLUMES_NOT_MIGRATABLE: "the volumes are moved by a live migration, and the guest can't be migrated",
    UpdateReason.VOLUMES_LEFT_BEHIND: "volume `{entry}` is on a ReadWriteOnce claim and is not moved with the others",
}

_FAILURES: Mapping[UpdateReason, str] = {
    UpdateReason.HOTPLUG_BUS: "The controller can't plug disk `{name}`: its bus must be set to `virtio` or `scsi` "
    "(for a LUN `scsi`).",
    UpdateReason.HOTPLUG_DEVICE: "The controller can't plug disk `{name}`: it must be a `disk` or `lun`.",
    UpdateReason.HOTPLUG_IO_THREAD: "The controller can't plug disk `{name}`: `dedicatedIOThread` "
    "needs the bus `virtio`.",
    UpdateReason.HOTPLUG_DISK_MISSING: "The controller can't plug volume `{name}`: the VM has no disk of that name.",
    UpdateReason.HOTPLUG_COUNT: "The controller can't plug the volumes, because volumes and disks don't match.",
    UpdateReason.HOTPLUG_PERMANENT: "The controller can't change disk `{name}` of a volume that is plugged.",
    UpdateReason.ANNOTATIONS_TWICE: "The controller can't write the annotations of the VM and of its template into the "
    "guest at once: its patch tests the annotations twice, and the second test fails.",
    UpdateReason.INSTANCETYPE_MISSING: "The instancetype `{name}` does not exist.",
    UpdateReason.PREFERENCE_MISSING: "The preference `{name}` does not exist.",
    UpdateReason.REVISION_MISSING: "The ControllerRevision `{name}` does not exist.",
    UpdateReason.INSTANCETYPE_CONFLICT: "The instancetype conflicts with the VM.",
    UpdateReason.RECEIVER_RUNS: "The guest runs, and `runStrategy: WaitAsReceiver` is for a VM without a guest.",
    UpdateReason.DATA_VOLUME_REFUSED: "CDI refuses the DataVolume of template `{name}`.",
    UpdateReason.DATA_VOLUME_PENDING: "The DataVolume of template `{name}` never becomes ready.",
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


def goes_on(failure: Failure) -> str:
    """What the controller does from then on."""
    does = "waits for it" if failure.why is UpdateReason.DATA_VOLUME_PENDING else "retries without end"
    return f"KubeVirt {does}, and skips all later steps."
