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

    def has_patch(self, since: tuple[int, int, int]) -> bool:
        """Whether it is of the patch release's line, and not older than it."""
        return self[:2] == since[:2] and self >= since


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
    annotations_follow_apart: bool
    """Annotations of the template and those of the VM follow into a running guest by two patches in one request, of
    which the second fails where both differ. Before, it was one patch."""
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
    leaves_matcher_kinds: bool
    """Before, a matcher without a kind was stored with that of the cluster-wide one."""
    firmware_ids_when_created: bool
    """A VM's firmware gets its serial number and identifier when the VM is created."""
    pci_topology_annotation: bool
    """A new VM is marked with the version of its PCI topology."""
    pci_topology_on_pcie_only: bool
    """Only a VM with PCI Express is marked. Before, every VM was."""
    disabled_feature_gates: bool
    """`disabledFeatureGates` exists."""
    beta_gates_on: bool
    """Beta feature gates are on unless disabled. Before, they were off unless listed."""
    matches_machines_as_globs: bool
    """The patterns of `emulatedMachines` match whole machine types. Before, regular expressions, they matched parts."""
    admits_empty_cdroms: bool
    """A CD-ROM drive may be without a volume. Before, no disk was."""
    checks_arm64_cpu_model: bool
    """Guests on arm64 have the CPU model `host-passthrough`. Before, only `host-model` was refused."""
    checks_gpus: bool
    """A GPU without a device, or with a device and a claim, is refused."""
    needs_gate_by_encryption: bool
    """Each kind of encryption needs its own feature gate. Before, any `launchSecurity` needed that of AMD SEV."""
    checks_kind_of_encryption: bool
    """Encryption needs an architecture that has it, and on amd64 exactly one kind. Before, only SEV was checked."""
    checks_device_claims: bool
    """Host devices are checked as GPUs are, and so is which request of a claim each uses."""
    checks_resource_claims: bool
    """The entries of `resourceClaims` are checked."""
    service_account_by_name: bool
    """A guest has `serviceAccountName`. Before, only a volume named a ServiceAccount."""
    one_binding_exactly: bool
    """An interface without exactly one binding is refused. Before, only a plugin beside another binding was."""
    tdx_without_smm: bool
    """Secure Boot needs no SMM in a guest with TDX."""
    arm64_secure_boot: bool
    """Secure Boot is off by default on arm64 and may be on. Before, UEFI there had to switch it off."""


_SINCE: dict[str, tuple[int, int]] = {
    "cpu_conflicts_by_field": (1, 0),
    "memory_conflicts_by_field": (1, 7),
    "admits_missing": (1, 6),
    "infers_from_snapshots": (1, 9),
    "checks_overcommit": (1, 0),
    "checks_topology_name": (1, 4),
    "checks_spread": (1, 3),
    "one_vcpu_stays_flat": (1, 3),
    "annotations_follow_apart": (1, 7),
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
    "leaves_matcher_kinds": (1, 7),
    "firmware_ids_when_created": (1, 7),
    "pci_topology_annotation": (1, 8),
    "disabled_feature_gates": (1, 8),
    "pci_topology_on_pcie_only": (1, 9),
    "beta_gates_on": (1, 9),
    "matches_machines_as_globs": (1, 6),
    "admits_empty_cdroms": (1, 6),
    "checks_arm64_cpu_model": (1, 6),
    "checks_gpus": (1, 6),
    "needs_gate_by_encryption": (1, 6),
    "checks_kind_of_encryption": (1, 7),
    "checks_device_claims": (1, 8),
    "checks_resource_claims": (1, 9),
    "service_account_by_name": (1, 9),
    "one_binding_exactly": (1, 9),
    "tdx_without_smm": (1, 9),
    "arm64_secure_boot": (1, 9),
}

_PATCHED: dict[str, tuple[tuple[int, int, int], ...]] = {
    "leaves_memory_requests": ((1, 6, 4),),
    "architecture_from_data_source": ((1, 6, 4),),
    "firmware_ids_when_created": ((1, 6, 1),),
    "pci_topology_annotation": ((1, 6, 4), (1, 7, 2)),
    "pci_topology_on_pcie_only": ((1, 6, 5), (1, 7, 3), (1, 8, 2)),
    "arm64_secure_boot": ((1, 8, 3),),
}
"""The patch releases of older lines that have it, too."""


@lru_cache(maxsize=64)
def behaviour(release: Release | None) -> Behaviour:
    """What a release does; None means the newest."""
    chosen = release or NEWEST
    return Behaviour(
        **{
            name: chosen.serves(since) or any(map(chosen.has_patch, _PATCHED.get(name, ())))
            for name, since in _SINCE.items()
        }
    )
