"""What the rules on disks share: the hops from a claim to its modes, its place, and who shares a cluster with whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from vmlint.catalog.provisioners import provisioner
from vmlint.cdi.check import Check
from vmlint.cdi.profile import Origin, Profile
from vmlint.cdi.render import Failure, Rendered
from vmlint.cdi.storageclass import Choice, ChoiceReason
from vmlint.model.access import mapping, text
from vmlint.model.chain import Hop
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import Workload
from vmlint.world import World
from vmlint.world.disks import Disk
from vmlint.world.storage_phrases import why_chosen

__all__ = ["access_modes", "clear", "hops", "meant_template", "together", "volume_mode"]

_ALIKE = 0.75  # how like two names must be for one to be meant by the other; difflib's ratio
_CLASS = BY_GROUP_KIND["storage.k8s.io", "StorageClass"]
_PROFILE = BY_GROUP_KIND["cdi.kubevirt.io", "StorageProfile"]


def clear(disk: Disk, world: World) -> bool:
    """Whether the cluster gets so far with the disk: nothing refuses it before."""
    return not world.storage.is_refused(disk)


def meant_template(vm: Workload, name: str, world: World) -> str:
    """The template that no volume uses and that a volume means by a misspelt name, "" for none."""
    unused = [
        verdict.disk.name
        for verdict in world.storage.refusals(vm)
        if verdict.refusal.code is Check.TEMPLATE_UNUSED and verdict.disk is not None
    ]
    if not unused:
        return ""
    from difflib import get_close_matches  # only a fault needs it

    return next(iter(get_close_matches(name, unused, 1, _ALIKE)), "")


def hops(disk: Disk, outcome: Rendered | Failure, world: World) -> Iterator[Hop]:
    """From the disk to its storage class, and on to the object that decides the modes of that class."""
    choice, profile = outcome.choice, outcome.profile
    if choice is None:
        return
    named = disk.spec.get("storageClassName") is not None
    written = disk.at(*disk.spec_path, "storageClassName") if named else disk.at(*disk.spec_path)
    yield Hop(f"{_plain(str(disk))} → {_plain(_of_class(choice))}", written)
    if profile is not None:
        yield Hop(f"storage class {profile.name} → {_of_profile(choice, profile)}", _source(profile, disk, world))


def _of_class(choice: Choice) -> str:
    if choice.why in (ChoiceReason.NOT_FOUND, ChoiceReason.NO_DEFAULT):
        return why_chosen(choice)
    return f"storage class {choice.name}" + ("" if choice.why is ChoiceReason.NAMED else " by default")


def _of_profile(choice: Choice, profile: Profile) -> str:
    if profile.origin in (Origin.STATUS, Origin.SPEC, Origin.INCOMPLETE):
        return f"StorageProfile {profile.name}: {_offers(profile)}"
    if profile.origin is Origin.VOLUMES:
        return f"its PersistentVolumes: {_offers(profile)}"
    name = text(choice.storage_class, "provisioner")
    key = provisioner(name, mapping(choice.storage_class, "parameters")).key
    message = f" as {key}" if key and key != name else ""
    return f"provisioner {name}{message}: {_offers(profile)}"


def _offers(profile: Profile) -> str:
    sets = [
        f"{'+'.join(claim_set.access_modes) or 'no access mode'} {claim_set.volume_mode or ''}".strip()
        for claim_set in profile.sets
    ]
    return ", ".join(sets) if sets else "no modes known"


def _source(profile: Profile, disk: Disk, world: World) -> Place | None:
    kind, field = _CLASS, "provisioner"
    if profile.origin in (Origin.STATUS, Origin.SPEC, Origin.INCOMPLETE):
        kind, field = _PROFILE, "status" if profile.origin is Origin.STATUS else "spec"
    found = world.cluster.resolve(Ref(kind.group, kind.name, "", profile.name), disk.holder).resource
    return found.at(field) if found is not None and found.document.text else None


def access_modes(disk: Disk, world: World) -> tuple[str, ...] | None:
    """The access modes that the claim is sure to have, None where that is not sure."""
    return world.storage.access_modes(disk)


def volume_mode(disk: Disk, world: World) -> str | None:
    """The volume mode that the claim is sure to have, None where that is not sure."""
    outcome = world.storage.outline(disk)
    if not isinstance(outcome, Rendered) or any(field == "volumeMode" for field, _ in outcome.undecided):
        return None
    mode = outcome.spec.get("volumeMode") or "Filesystem"
    return mode if mode in ("Block", "Filesystem") else None


def together(candidate: Resource, other: Resource) -> bool:
    """Whether two objects are sure to live in one cluster at a time.

    Objects that write no namespace may be alternatives, each for a namespace of its own, unless they share a folder.
    """
    written = all(text(resource.data, "metadata", "namespace") for resource in (candidate, other))
    folders = {PurePosixPath(resource.document.file).parent for resource in (candidate, other)}
    return candidate.ref != other.ref and (written or len(folders) == 1)


def _plain(words: str) -> str:
    return words.replace("`", "")
