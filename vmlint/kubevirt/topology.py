"""How an instancetype's vCPUs become sockets, cores and threads.

Source: KubeVirt `pkg/instancetype/apply/cpu.go`, `pkg/instancetype/preference/{apply,validation}/cpu.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.kubevirt.applying import Applying
from vmlint.kubevirt.releases import Release, behaviour
from vmlint.kubevirt.values import whole
from vmlint.model.access import get, mapping
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.record import Record

__all__ = [
    "ACROSS",
    "DEPRECATED",
    "THREADS_PER_CORE",
    "TOPOLOGIES",
    "UNDECIDED",
    "Spread",
    "Topology",
    "distribute",
    "indivisible",
    "preferred",
    "spread",
]

DEPRECATED: Mapping[str, str] = {
    "preferSockets": "sockets",
    "preferCores": "cores",
    "preferThreads": "threads",
    "preferSpread": "spread",
    "preferAny": "any",
}
"""Names of the first releases, and what replaced each in 1.4."""

TOPOLOGIES = frozenset((*DEPRECATED, *DEPRECATED.values()))

ACROSS: Mapping[str, tuple[str, ...]] = {
    "SocketsCores": ("sockets", "cores"),
    "CoresThreads": ("cores", "threads"),
    "SocketsCoresThreads": ("sockets", "cores", "threads"),
}
"""What vCPUs may be spread across, and the fields of `domain.cpu` that then hold them."""

THREADS_PER_CORE = 2

UNDECIDED = "${…}"
"""Stands in a template for a number that hangs on a variable elsewhere."""

_DEFAULT_RATIO = 2


class Topology(Record):
    """The CPU topology that the guest sees. A number that only a variable gives is that text."""

    sockets: int | str = 1
    cores: int | str = 1
    threads: int | str = 1


class Spread(Record):
    """A preference's spread options with their defaults; a value that only a variable gives is None."""

    across: str | None
    ratio: int | None


def preferred(preference: Mapping[str, Any] | None) -> str | None:
    """The preferred topology under its present name; None where only a variable gives it.

    No preference, or one that doesn't say, prefers sockets. A name that no release knows comes back as it is.
    """
    name = get(preference, "cpu", "preferredCPUTopology")
    if is_unknown(name):
        return None
    return DEPRECATED.get(name, name) if isinstance(name, str) else "sockets"


def spread(preference: Mapping[str, Any] | None) -> Spread:
    """The spread options of a preference's `spec`. The ratio under `spreadOptions` wins, even when it is 0."""
    options = mapping(preference, "cpu", "spreadOptions")
    across = options.get("across", "SocketsCores")
    ratio = options.get("ratio")
    if ratio is None:
        # An old field, by value: 0 is as good as absent.
        ratio = get(preference, "preferSpreadSocketToCoreRatio") or _DEFAULT_RATIO
    return Spread(across if isinstance(across, str) and not is_unknown(across) else None, whole(ratio))


def distribute(
    vcpus: int | str, preference: Mapping[str, Any] | None, release: Release | None = None
) -> Topology | None:
    """The topology of that many vCPUs, or None where only a variable decides it or the cluster divides by zero.

    The preference is its `spec`. An unknown topology leaves one socket, core and thread.
    """
    name = preferred(preference)
    if name is None:
        return None
    if vcpus == 1 and behaviour(release).one_vcpu_stays_flat:
        return Topology()
    if name in ("sockets", "any"):
        return Topology(sockets=vcpus)
    if name == "cores":
        return Topology(cores=vcpus)
    if name == "threads":
        return Topology(threads=vcpus)
    if name != "spread":
        return Topology()
    across, ratio = spread(preference)
    if across is None or not ratio or isinstance(vcpus, str):
        return None
    if across == "SocketsCores":
        return Topology(sockets=vcpus // ratio, cores=ratio)
    if across == "CoresThreads":
        return Topology(cores=vcpus // ratio, threads=ratio)
    if across == "SocketsCoresThreads":
        return Topology(sockets=vcpus // THREADS_PER_CORE // ratio, cores=ratio, threads=THREADS_PER_CORE)
    return Topology()


def indivisible(
    vcpus: int | str, preference: Mapping[str, Any] | None, release: Release | None = None
) -> Refusal | None:
    """Why the VM is refused because a preference can't spread an instancetype's vCPUs, or None.

    One vCPU is refused as well, although one socket would do. The path leads from the VM's root to its
    instancetype. With a ratio of 0 the webhook breaks off dividing, and the VM is refused for that.
    """
    if not behaviour(release).checks_spread or preferred(preference) != "spread" or isinstance(vcpus, str):
        return None
    across, ratio = spread(preference)
    if across is None or across not in ACROSS or ratio is None:
        return None
    path = ("spec", "instancetype")
    values = {"vcpus": vcpus, "levels": ACROSS[across], "ratio": ratio, "threads": THREADS_PER_CORE}
    with_threads = across == "SocketsCoresThreads"
    if with_threads and vcpus % THREADS_PER_CORE:
        return Refusal(Applying.VCPUS_ON_THREADS, path, values)
    if ratio == 0:
        return Refusal(Applying.RATIO_ZERO, path)
    if (vcpus // THREADS_PER_CORE if with_threads else vcpus) % ratio:
        code = Applying.VCPUS_INDIVISIBLE_ON_THREADS if with_threads else Applying.VCPUS_INDIVISIBLE
        return Refusal(code, path, values)
    return None
