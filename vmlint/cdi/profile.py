"""The storage profile of a class: which modes its claims get where they ask for none.

CDI makes one StorageProfile a class; people may fill its spec. Claims are rendered from the status.
Source: CDI `pkg/controller/storageprofile-controller.go`, `pkg/storagecapabilities`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vmlint.catalog.provisioners import NO_PROVISIONER, provisioner
from vmlint.cdi.storageworld import Gap, Reason
from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.quantity import Quantity
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record
from vmlint.source.span import Path

__all__ = [
    "MINIMUM_SIZE",
    "ClaimSet",
    "Incomplete",
    "Origin",
    "Profile",
    "clone_strategy",
    "incomplete_set",
    "profile_of",
]

MINIMUM_SIZE = "cdi.kubevirt.io/minimumSupportedPvcSize"
_CLONE_STRATEGY = "cdi.kubevirt.io/clone-strategy"


class Origin(Codes):
    """Where a profile's sets come from."""

    STATUS = "status"
    SPEC = "spec"
    PROVISIONER = "provisioner"
    VOLUMES = "volumes"
    UNKNOWN_PROVISIONER = "unknown-provisioner"
    UNKNOWN_PARAMETERS = "unknown-parameters"
    INCOMPLETE = "incomplete"


class ClaimSet(Record):
    """Access modes that go with a volume mode."""

    access_modes: tuple[str, ...]
    volume_mode: str | None


class Incomplete(Record):
    """A set of a profile's spec that CDI can't use: its position and the mode that it lacks."""

    position: int
    missing: str

    @property
    def path(self) -> Path:
        """The path of the missing field in the StorageProfile."""
        return ("spec", "claimPropertySets", self.position, self.missing)


class Profile(Record):
    """What CDI knows of a class. The first set is the default; no set means that a claim must say its modes itself.

    `undecided` is the reason why the files don't give the sets, None where they do.
    """

    name: str
    origin: Origin
    sets: tuple[ClaimSet, ...] = ()
    minimum_size: Quantity | None = None
    incomplete: Incomplete | None = None
    undecided: Reason | None = None


def incomplete_set(profile: Mapping[str, Any]) -> Incomplete | None:
    """The first set of the spec without a volume mode or without access modes; CDI then leaves the status as it is."""
    for index, entry in each(profile, "spec", "claimPropertySets"):
        if not get(entry, "volumeMode"):
            return Incomplete(index, "volumeMode")
        if not sequence(entry, "accessModes"):
            return Incomplete(index, "accessModes")
    return None


def profile_of(
    storage_class: Mapping[str, Any],
    profile: Mapping[str, Any] | None = None,
    volumes: Iterable[Mapping[str, Any]] = (),
) -> Profile:
    """The profile of a class, from its StorageProfile (if the files have one) and the volumes that exist.

    A status in a file was read from a cluster: it is what CDI renders from. Without it, it is what CDI would write
    there: the spec's sets, else those that go with the provisioner.
    """
    name = text(storage_class, "metadata", "name")
    known = provisioner(text(storage_class, "provisioner"), mapping(storage_class, "parameters"))
    annotated = get(profile, "metadata", "annotations", MINIMUM_SIZE)
    minimum = Quantity.try_parse(known.minimum_size if annotated is None else annotated)
    broken = incomplete_set(profile) if profile is not None else None
    if sets := tuple(_sets(profile, "status")):
        return _written(name, Origin.STATUS, sets, minimum, broken)
    if broken is not None:
        reason = Reason(Gap.PROFILE_INCOMPLETE, (name,))
        return Profile(name, Origin.INCOMPLETE, (), minimum, broken, reason)
    if sets := tuple(_sets(profile, "spec")):
        return _written(name, Origin.SPEC, sets, minimum, None)
    if text(storage_class, "provisioner") == NO_PROVISIONER:
        return _of_volumes(name, volumes, minimum)
    if not known.decided:
        reason = Reason(Gap.VARIABLE_IN_CLASS, (name,))
        return Profile(name, Origin.UNKNOWN_PARAMETERS, (), minimum, undecided=reason)
    if known.key is None:
        return Profile(name, Origin.UNKNOWN_PARAMETERS, (), minimum)
    pairs = tuple(ClaimSet((access_mode,), volume_mode) for access_mode, volume_mode in known.sets)
    return Profile(name, Origin.PROVISIONER if pairs else Origin.UNKNOWN_PROVISIONER, pairs, minimum)


def clone_strategy(storage_class: Mapping[str, Any], profile: Mapping[str, Any] | None = None) -> str:
    """How CDI copies claims of a class: "copy" (over the network), "snapshot" or "csi-clone"; "" where that depends on
    whether there is a snapshot class.

    Source: `reconcileCloneStrategy`.
    """
    known = provisioner(text(storage_class, "provisioner"), mapping(storage_class, "parameters"))
    return (
        text(profile, "status", "cloneStrategy")
        or text(profile, "spec", "cloneStrategy")
        or text(storage_class, "metadata", "annotations", _CLONE_STRATEGY)
        or known.clone_strategy
        or ""
    )


def _sets(profile: Mapping[str, Any] | None, section: str) -> Iterator[ClaimSet]:
    for _, entry in each(profile, section, "claimPropertySets"):
        modes = tuple(mode for mode in sequence(entry, "accessModes") if isinstance(mode, str))
        yield ClaimSet(modes, text(entry, "volumeMode") or None)


def _written(
    name: str, origin: Origin, sets: tuple[ClaimSet, ...], minimum: Quantity | None, broken: Incomplete | None
) -> Profile:
    has_variable = any(
        is_unknown(mode) for claim_set in sets for mode in (*claim_set.access_modes, claim_set.volume_mode)
    )
    reason = Reason(Gap.VARIABLE_IN_PROFILE, (name,)) if has_variable else None
    return Profile(name, origin, sets, minimum, broken, reason)


def _of_volumes(name: str, volumes: Iterable[Mapping[str, Any]], minimum: Quantity | None) -> Profile:
    sets: dict[ClaimSet, None] = {}
    for volume in volumes:
        if text(volume, "spec", "storageClassName") == name:
            mode = "Block" if text(volume, "spec", "volumeMode") == "Block" else "Filesystem"
            for access_mode in sequence(volume, "spec", "accessModes"):
                if isinstance(access_mode, str):
                    sets[ClaimSet((access_mode,), mode)] = None
    # CDI collects these in a map and so has them in no fixed order.
    reason = Reason(Gap.MODES_WITHOUT_ORDER, (name,)) if len(sets) > 1 else None
    return Profile(name, Origin.VOLUMES, tuple(sets), minimum, undecided=reason)
