"""KubeVirt's releases, and in what their admission differs.

Sources: the tags v0.56.0 to v1.9.0 of KubeVirt, `pkg/instancetype`, `pkg/defaults`, `pkg/virt-api/webhooks`,
`pkg/virt-config/featuregate`.
"""

from __future__ import annotations

from functools import lru_cache

from vmlint.record import Record
from vmlint.runtime.pattern import late

__all__ = ["MAIN", "NEWEST", "RELEASES", "Behaviour", "Release", "behaviour"]

_NEWEST_PATCH = 1 << 30
_MAIN = "main"
_TEXT = late(r"v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?(?:[-+][0-9A-Za-z.+-]+)?")


class Release(Record):
    """A release of KubeVirt. One without a patch number is the newest of its line, so `1.8` comes after `1.8.2`."""

    major: int
    minor: int
    patch: int = _NEWEST_PATCH

    @classmethod
    def parse(cls, text: str) -> Release | None:
        """The release that `1.8`, `v1.8.2`, `v1.9.0-rc.1` or `main` names, None for another text."""
        if text.strip() == _MAIN:
            return MAIN
        match = _TEXT.fullmatch(text.strip())
        if not match:
            return None
        major, minor, patch = match.groups()
        return cls(int(major), int(minor), _NEWEST_PATCH if patch is None else int(patch))

    def __str__(self) -> str:
        if self == MAIN:
            return _MAIN
        line = f"{self.major}.{self.minor}"
        return line if self.patch == _NEWEST_PATCH else f"{line}.{self.patch}"

    def serves(self, since: tuple[int, int]) -> bool:
        """Whether what came with that release line is there."""
        return self[:2] >= since


RELEASES = (*((0, minor) for minor in range(49, 60)), *((1, minor) for minor in range(11)))
"""The release lines of which anything is known, the one in development last. Source: KubeVirt's tags and branches."""

NEWEST = Release(1, 9)
"""The newest release whose behaviour is known; what no release at all means."""

MAIN = Release(NEWEST.major, NEWEST.minor + 1)
"""KubeVirt's main branch, of which the next release is made."""


class Behaviour(Record):
    """What a release does; each field is true from some release on."""

    cpu_conflicts_by_field: bool
    """Before, any `domain.cpu` at all conflicted with an instancetype."""
    memory_conflicts_by_field: bool
    """Before, any `domain.memory` at all conflicted with an instancetype."""
    admits_missing: bool
    """A VM whose instancetype or preference is missing is accepted, and does not start. Before, it was refused."""
    infers_from_snapshots: bool
    checks_overcommit: bool
    checks_topology_name: bool
    """An unknown `preferredCPUTopology` is refused."""
    checks_spread: bool
    """Spread options are checked, and vCPUs that they can't divide refused."""
    one_vcpu_stays_flat: bool
    """One vCPU is one socket, core and thread, whatever topology is preferred."""
    masquerade_on_pod_network_only: bool
    io_thread_on_virtio_only: bool
    warns_of_topology_names: bool
    prefers_efi: bool
    """`preferredEfi` replaces the two fields before it."""
    warns_of_running: bool
    warns_of_launch_security: bool
    guest_memory_by_default: bool
    """Guest memory is filled from requests, limits or the page size."""
    leaves_memory_requests: bool
    """Before, a memory request was filled from limits, guest memory or the page size, less the overcommit."""
    eviction_strategy_by_default: bool
    live_update_by_default: bool
    architecture_from_data_source: bool
    firmware_ids_when_created: bool
    """A VM's firmware gets its serial number and identifier when the VM is created."""
    pci_topology_annotation: bool
    disabled_feature_gates: bool
    """`disabledFeatureGates` exists."""
    beta_gates_on: bool
    """Beta feature gates are on unless disabled. Before, they were off unless listed."""


_SINCE: dict[str, tuple[int, int]] = {
    "cpu_conflicts_by_field": (1, 0),
    "memory_conflicts_by_field": (1, 7),
    "admits_missing": (1, 6),
    "infers_from_snapshots": (1, 9),
    "checks_overcommit": (1, 0),
    "checks_topology_name": (1, 4),
    "checks_spread": (1, 3),
    "one_vcpu_stays_flat": (1, 3),
    "masquerade_on_pod_network_only": (1, 1),
    "io_thread_on_virtio_only": (1, 3),
    "warns_of_topology_names": (1, 4),
    "prefers_efi": (1, 4),
    "warns_of_running": (1, 4),
    "warns_of_launch_security": (1, 9),
    "guest_memory_by_default": (1, 3),
    "leaves_memory_requests": (1, 7),
    "eviction_strategy_by_default": (1, 1),
    "live_update_by_default": (1, 6),
    "architecture_from_data_source": (1, 7),
    "firmware_ids_when_created": (1, 7),
    "pci_topology_annotation": (1, 8),
    "disabled_feature_gates": (1, 8),
    "beta_gates_on": (1, 9),
}


@lru_cache(maxsize=64)
def behaviour(release: Release | None) -> Behaviour:
    """What a release does; None means the newest."""
    chosen = release or NEWEST
    return Behaviour(**{name: chosen.serves(since) for name, since in _SINCE.items()})
