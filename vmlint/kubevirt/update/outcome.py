"""What an update does to a running guest, as values: changes that are made at once, and reasons for a restart."""

from __future__ import annotations

from typing import Any

from vmlint.model.field import Path
from vmlint.record import Codes, Record

__all__ = ["Failure", "Live", "Restart", "UpdateReason"]


class UpdateReason(Codes):
    """Why a guest has to be restarted before a change reaches it, or why the controller goes no further.

    The values are plain texts of their own; what a person reads is made of them elsewhere.
    """

    NOT_LIVE = "not live updatable"
    SOCKETS_ABOVE_MAXIMUM = "more sockets than the guest was started for"
    SOCKETS_REDUCED = "fewer sockets"
    SOCKETS_ARCHITECTURE = "sockets on arm64"
    MEMORY_NOT_MIGRATABLE = "memory of a guest that can't be migrated"
    MEMORY_NOT_PREPARED = "memory of a guest that was started without room to grow"
    MEMORY_REALTIME = "memory of a realtime guest"
    MEMORY_NUMA = "memory of a guest that maps the host's NUMA nodes"
    MEMORY_ENCRYPTED = "memory of an encrypted guest"
    MEMORY_UNSET = "no guest memory"
    MEMORY_NO_MAXIMUM = "no maximum of guest memory"
    MEMORY_ABOVE_MAXIMUM = "more memory than the guest was started for"
    MEMORY_UNALIGNED = "memory that is not a multiple of the block size"
    MEMORY_ARCHITECTURE = "memory on an architecture other than amd64"
    MEMORY_TOO_SMALL = "memory below 1Gi"
    MEMORY_BELOW_BOOT = "less memory than the guest was started with"
    VOLUMES_INVALID = "volumes that can't be migrated"
    VOLUMES_NOT_MIGRATABLE = "volumes of a guest that can't be migrated"
    VOLUMES_LEFT_BEHIND = "a ReadWriteOnce volume that is not migrated with the others"
    HOTPLUG_BUS = "a hotplugged disk without a bus that can be plugged"
    HOTPLUG_DEVICE = "a hotplugged device that is neither a disk nor a LUN"
    HOTPLUG_IO_THREAD = "a dedicated I/O thread on a bus other than virtio"
    HOTPLUG_DISK_MISSING = "a hotplugged volume without a disk"
    HOTPLUG_COUNT = "volumes and disks that don't match"
    HOTPLUG_PERMANENT = "a permanent volume or disk that would change"
    ANNOTATIONS_TWICE = "annotations of the VM and of its template that both follow"
    INSTANCETYPE_MISSING = "an instancetype that does not exist"
    PREFERENCE_MISSING = "a preference that does not exist"
    REVISION_MISSING = "a revision that does not exist"
    INSTANCETYPE_CONFLICT = "an instancetype that conflicts with the VM"
    DATA_VOLUME_REFUSED = "a DataVolume that CDI refuses"
    RECEIVER_RUNS = "a guest of a VM that is to receive one"
    DATA_VOLUME_PENDING = "a DataVolume that never becomes ready"


class Live(Record):
    """A change that is made in the running guest: the path in its spec or, from `metadata` on, in the object.

    `entry` is the name of the list's entry that is meant, and `before` or `after` is None where it is added or removed.
    `by_migration` means that the guest has it only after a live migration.
    """

    path: Path
    before: Any
    after: Any
    entry: str = ""
    by_migration: bool = False

    @property
    def what(self) -> str:
        """`added`, `removed` or `changed`."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


class Restart(Record):
    """A reason why the guest must be restarted: the paths in its spec that wait for it, and the entry's name."""

    why: UpdateReason
    fields: tuple[Path, ...]
    entry: str = ""


class Failure(Record):
    """Why the VM's controller fails on the VM, and tries again or waits without end."""

    why: UpdateReason
    path: Path = ()
    name: str = ""
