"""Links that a condition may follow: `via`. One row a link, from which kinds it leads, to which, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from vmlint.cdi.render import Failure, Rendered
from vmlint.graph.links import Link, LinkKind, links
from vmlint.graph.resolution import Resolution
from vmlint.model.access import text
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, KINDS
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.packs.view import View, claim, disk, named, written
from vmlint.record import Record
from vmlint.world import World
from vmlint.world.disks import Disk, claim_name
from vmlint.world.outcome import trouble_of
from vmlint.world.storage_phrases import failure_message, why_open

__all__ = ["WAYS", "End", "Way", "follow"]


class End(Record):
    """What a link leads to, and the field where it is written. `view` is None, and `lost` is why, where the files
    don't tell what that is. `hops` lead from the field to it, where that is no single step."""

    path: Path
    view: View | None
    lost: str = ""
    hops: tuple[Hop, ...] = ()


_Follow = Callable[[View, World], Iterator[End]]


class Way(Record):
    """A link: the kinds that have it, the kinds that it leads to, and what it is for people."""

    starts: frozenset[str]
    ends: frozenset[str]
    meaning: str
    follow: _Follow


def follow(ways: Sequence[Way], start: View, world: World) -> Iterator[tuple[tuple[tuple[View, End], ...], End]]:
    """All that the links lead to one after the other: the hops that went there, and the end."""
    reached: list[tuple[tuple[View, End], ...]] = [((start, end),) for end in ways[0].follow(start, world)]
    for way in ways[1:]:
        further: list[tuple[tuple[View, End], ...]] = []
        for hops in reached:
            view = hops[-1][1].view
            further += [hops] if view is None else [(*hops, (view, end)) for end in way.follow(view, world)]
        reached = further
    for hops in reached:
        yield hops, hops[-1][1]


def _of(resolution: Resolution) -> View:
    """What a reference leads to; its name alone where the files hold no more."""
    found = resolution.resource
    if found is not None and not resolution.made:
        return written(found)
    return named(resolution.ref, _unknown(resolution))


def _unknown(resolution: Resolution) -> str:
    return f"the content of {resolution.ref} is not in the files{f': {resolution.reason}' if resolution.reason else ''}"


# A VM's matchers


def _matched(matcher: Matcher) -> _Follow:
    def follow(view: View, world: World) -> Iterator[End]:
        vm = view.holder
        match = world.vms.match(vm, matcher) if isinstance(vm, VirtualMachine) else None
        if match is None or not isinstance(vm, VirtualMachine):
            return
        problem = trouble_of(vm, matcher, world)
        found = match.resolution
        hops = tuple(match.chain.hops) if match.chain else ()
        if found is None:
            if problem:
                yield End(match.path, None, problem.reason, hops)
        elif match.object is None or found.resource is None:
            yield End(match.path, named(found.ref, problem.reason if problem else _unknown(found)), hops=hops)
        else:
            yield End(match.path, written(found.resource)._replace(data=match.object), hops=hops)

    return follow


# Disks


def _volumes(view: View, world: World) -> Iterator[tuple[Path, Disk | Resolution]]:
    """The volumes of a workload that live on a claim, with what each means."""
    if isinstance(view.holder, Workload):
        for path, volume in view.holder.volumes():
            found = world.storage.own_claim(view.holder, volume)
            if found is not None:
                yield (*path, claim_name(volume)[0]), found


def _volume_sources(view: View, world: World) -> Iterator[End]:
    for path, found in _volumes(view, world):
        yield End(path, disk(found) if isinstance(found, Disk) else _of(found))


def _volume_claims(view: View, world: World) -> Iterator[End]:
    for path, found in _volumes(view, world):
        if isinstance(found, Disk):
            yield End(path, claim(found, world))
        else:
            ref = found.ref._replace(group=_CLAIM.group, kind=_CLAIM.name)
            yield End(path, named(ref, _unknown(found)))


def _disks(view: View, world: World) -> Iterator[Disk]:
    """The disk that is seen."""
    if view.holder is not None:
        yield from (found for found in world.storage.disks(view.holder) if found.path == view.base)


def _own_claim(view: View, world: World) -> Iterator[End]:
    for found in _disks(view, world):
        yield End((*view.base, *found.spec_path), claim(found, world))


def _storage_class(view: View, world: World) -> Iterator[End]:
    for found in _disks(view, world):
        path = (*view.base, *found.spec_path, "storageClassName")
        name, lost = _class_of(world.storage.render(found))
        if lost:
            yield End(path, None, f"{found}: {lost}")
        elif name:
            yield End(path, _of(world.cluster.resolve(_STORAGE_CLASS._replace(name=name), found.holder)))


def _class_of(outcome: Rendered | Failure) -> tuple[str, str]:
    """The name of a claim's storage class, or why nobody can tell it; neither where the claim has none."""
    if isinstance(outcome, Failure):
        name = outcome.choice.name if outcome.choice is not None else ""
        return name, "" if name else f"CDI creates no claim for it: {failure_message(outcome)}"
    lost = next((why_open(reason) for field, reason in outcome.undecided if field in ("", "storageClassName")), "")
    return text(outcome.spec, "storageClassName"), lost


_CLAIM = BY_GROUP_KIND["", "PersistentVolumeClaim"]
_STORAGE_CLASS = Ref("storage.k8s.io", "StorageClass", "", "")


# All other links


def _linked(*kinds: LinkKind) -> _Follow:
    """The references of some kinds, as the table of links has them, in the part of the object that is seen."""

    def follow(view: View, world: World) -> Iterator[End]:
        for link in links(view.holder) if view.holder is not None else ():
            if link.kind in kinds and link.path[: len(view.base)] == view.base:
                yield End(link.path, _seen(link, world))

    return follow


def _seen(link: Link, world: World) -> View:
    found = world.cluster.follow(link)
    writer = world.storage.claim(found) if found.made else None
    return disk(writer) if writer is not None else _of(found)


def _namespace(view: View, world: World) -> Iterator[End]:
    if view.namespace and view.holder is not None:
        ref = Ref("", "Namespace", "", view.namespace)
        yield End(("metadata", "namespace"), _of(world.cluster.resolve(ref, view.holder)))


_WORKLOADS = frozenset(
    ("VirtualMachine", "VirtualMachineInstance", "VirtualMachineInstanceReplicaSet", "VirtualMachinePool")
)
_VMS = frozenset(("VirtualMachine", "VirtualMachinePool"))
_DISKS = frozenset(("DataVolume", "PersistentVolumeClaim"))
_SOURCES = frozenset(("PersistentVolumeClaim", "VolumeSnapshot", "DataSource"))
_NAMESPACED = frozenset(kind.name for kind in KINDS if kind.namespaced)


def _kinds(matcher: Matcher) -> frozenset[str]:
    return frozenset((matcher.namespaced.name, matcher.cluster.name))


WAYS: Mapping[str, Way] = {
    **{
        matcher.noun: Way(
            _VMS, _kinds(matcher), f"the {matcher.noun} that the VM gets, named or inferred", _matched(matcher)
        )
        for matcher in Matcher
    },
    "volumes[*].source": Way(
        _WORKLOADS, _DISKS, "the DataVolume, template or claim that each volume names", _volume_sources
    ),
    "volumes[*].claim": Way(
        _WORKLOADS, frozenset((_CLAIM.name,)), "the claim of each volume, as CDI makes it", _volume_claims
    ),
    "networks[*]": Way(
        _WORKLOADS,
        frozenset(("NetworkAttachmentDefinition",)),
        "the network attachment that each network names",
        _linked(LinkKind.NETWORK),
    ),
    "secrets[*]": Way(_NAMESPACED, frozenset(("Secret",)), "each Secret that is named", _linked(LinkKind.SECRET)),
    "configMaps[*]": Way(
        _NAMESPACED, frozenset(("ConfigMap",)), "each ConfigMap that is named", _linked(LinkKind.CONFIG_MAP)
    ),
    "claim": Way(_DISKS, frozenset((_CLAIM.name,)), "the claim that CDI creates for the disk", _own_claim),
    "storageClass": Way(
        _DISKS, frozenset(("StorageClass",)), "the storage class of the claim, named or by default", _storage_class
    ),
    "source": Way(
        _DISKS | {"DataSource", "VolumeCloneSource", "VolumeSnapshot"},
        _SOURCES,
        "what the disk is filled from",
        _linked(LinkKind.SOURCE, LinkKind.POPULATOR),
    ),
    "namespace": Way(_NAMESPACED, frozenset(("Namespace",)), "the object's namespace", _namespace),
}
"""The links by the names that packs give them."""
