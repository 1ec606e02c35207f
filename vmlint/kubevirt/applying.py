"""Codes: why KubeVirt can't give a VM its instancetype, preference and defaults, or refuses what it gets."""

from __future__ import annotations

from vmlint.record import Codes

__all__ = ["Applying"]


class Applying(Codes):
    """What is wrong. Of requirements of a preference, `required` and `provided` are the amounts."""

    VCPUS_ON_THREADS = "applying/vcpus-on-threads"
    """`vcpus` can't be spread over `levels`, as a core has `threads`."""
    VCPUS_INDIVISIBLE = "applying/vcpus-indivisible"
    """`vcpus` can't be spread over `levels` with a `ratio`."""
    VCPUS_INDIVISIBLE_ON_THREADS = "applying/vcpus-indivisible-on-threads"
    """Likewise, with `threads` to a core."""
    RATIO_ZERO = "applying/ratio-zero"
    FEATURES_WITHOUT_CPU = "applying/features-without-cpu"
    INSTANCETYPE_CONFLICTS = "applying/instancetype-conflicts"
    """`field` is set by both."""
    BRIDGE_NOT_PERMITTED = "applying/bridge-not-permitted"
    """The default binding of the interface that KubeVirt would add."""
    SLIRP_REMOVED = "applying/slirp-removed"
    VCPUS_OF_INSTANCETYPE = "applying/vcpus-of-instancetype"
    VCPUS_OF_VM = "applying/vcpus-of-vm"
    """`parts` are the fields of `domain.cpu` whose product counts."""
    VCPUS_UNCOUNTED = "applying/vcpus-uncounted"
    """vCPUs are spread across a level that KubeVirt does not know."""
    MEMORY_OF_INSTANCETYPE = "applying/memory-of-instancetype"
    MEMORY_OF_VM = "applying/memory-of-vm"
    ARCHITECTURE = "applying/architecture"
