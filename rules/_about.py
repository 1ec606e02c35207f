"""What rules speak about: the questions whose answers many of them go through.

A question is asked once for an object, and the rules that are about it are called only where its answer is not empty.
Some answers are the same for many objects: `reach` says for which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vmlint.graph.links import Link, links
from vmlint.graph.resolution import State
from vmlint.model.access import mapping
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import Operation, VirtualMachine, Workload
from vmlint.rule import Reach, asked
from vmlint.runtime.module import late_module

if TYPE_CHECKING:  # who asks nothing, as where the answers are known, loads none of this
    from vmlint.kubevirt import matching
    from vmlint.kubevirt.conflicts import Conflict
    from vmlint.kubevirt.inference import Chain
    from vmlint.kubevirt.matching import Flaw, Match
    from vmlint.model.refusal import Refusal
    from vmlint.rule import Change
    from vmlint.world import World, machine, storage
    from vmlint.world.addresses import Address
    from vmlint.world.disks import Disk

    from .machine import _cloud_data
    from .machine._cloud_data import Given, Judged
    from .sizing import _sizing
    from .sizing._sizing import Sized
    from .storage import _clones
    from .storage._clones import Copy
else:
    matching = late_module("vmlint.kubevirt.matching")
    _cloud_data = late_module(".machine._cloud_data", __package__)
    _clones = late_module(".storage._clones", __package__)
    _sizing = late_module(".sizing._sizing", __package__)

__all__ = [
    "admission",
    "applied_again",
    "borrowed",
    "bounds",
    "configured",
    "contested",
    "copies",
    "disks",
    "doubled",
    "exported",
    "failed_inferences",
    "form",
    "granted",
    "inferences",
    "known_volumes",
    "lost_links",
    "lost_matchers",
    "matcher_flaws",
    "migrates",
    "misread_user_data",
    "network_data",
    "operation",
    "overridden",
    "permitted",
    "renamed",
    "sized",
    "storage_refusals",
    "taken_addresses",
    "unmet",
    "unsettled",
    "unusable_preference",
    "user_data",
]


_CLOUD_INIT = ("cloudInitNoCloud", "cloudInitConfigDrive")
_VOLUME = BY_GROUP_KIND["", "PersistentVolume"]
_MATCHERS = tuple(Matcher)


def form(resource: Resource, world: World) -> Sequence[Refusal]:
    """What is wrong with the object's form."""
    return world.form.refusals(resource)


@asked(reach=Reach.ALIKE)
def admission(workload: Workload, world: World) -> Sequence[machine.WorkloadVerdict]:
    """Why KubeVirt refuses the workload, or what it makes."""
    return world.machine.admission(workload)


@asked(reach=Reach.WORLD)
def bounds(subject: Resource, world: World) -> Sequence[Resource]:
    """The quotas and limits of the cluster's namespaces."""
    return [*world.cluster.of_kind("ResourceQuota"), *world.cluster.of_kind("LimitRange")]


def operation(subject: Operation, world: World) -> Sequence[Refusal]:
    """Why KubeVirt refuses an operation on a VM."""
    return world.operations.refusals(subject)


def storage_refusals(subject: Resource, world: World) -> Sequence[storage.DiskVerdict]:
    """Why CDI refuses the object, or a VM's templates."""
    return world.storage.refusals(subject)


def copies(subject: Resource, world: World) -> Sequence[Copy]:
    """The disks of the object that copy a claim of the files."""
    return _clones.copies(subject, world)


def disks(subject: Resource, world: World) -> Sequence[Disk]:
    """The claims that the object writes."""
    return world.storage.disks(subject)


def unsettled(subject: Resource, world: World) -> bool:
    """Whether CDI may make a claim of the object's that has no modes or no class, or none at all."""
    storage = world.storage
    return not all(map(storage.is_settled, storage.disks(subject)))


def contested(subject: Resource, world: World) -> bool:
    """Whether a claim that the object writes is written twice."""
    return world.storage.is_contested(subject)


def borrowed(vm: VirtualMachine, world: World) -> bool:
    """Whether the VM may use a disk that another object makes."""
    return world.storage.borrows(vm)


def doubled(workload: Workload, world: World) -> bool:
    """Whether two volumes name one claim."""
    return world.storage.is_doubled(workload)


SET_BY_CLUSTERS = ("resourceVersion", "uid", "managedFields", "selfLink", "generation", "creationTimestamp")
"""The fields of `metadata` that only a cluster sets."""


@asked(*SET_BY_CLUSTERS, "status")
def exported(subject: Resource, world: World) -> Sequence[str]:
    """What of the object only a cluster sets: an object that was exported from one."""
    metadata = mapping(subject.data, "metadata")
    fields = [field for field in SET_BY_CLUSTERS if metadata.get(field) not in (None, "", [])]
    return [*fields, *(["status"] if subject.data.get("status") else [])]


@asked(reach=Reach.WORLD)
def granted(vm: VirtualMachine, world: World) -> Sequence[Resource]:
    """Rights that are given in one namespace: without any, it is unknown whether one is missing."""
    return world.cluster.of_kind("RoleBinding")


@asked("inferFromVolume", reach=Reach.ALIKE)
def inferences(vm: VirtualMachine, world: World) -> Sequence[Chain]:
    """The VM's inferences, whatever comes of them."""
    return [chain for matcher in _MATCHERS if (chain := world.vms.infer(vm, matcher))]


@asked("inferFromVolume", reach=Reach.ALIKE)
def failed_inferences(vm: VirtualMachine, world: World) -> Sequence[Chain]:
    """Those of them that find no label."""
    return [chain for chain in inferences(vm, world) if chain.end.fails]


@asked(*_CLOUD_INIT)
def user_data(workload: Workload, world: World) -> Sequence[Given]:
    """The user data of the workload's cloud-init volumes."""
    return _cloud_data.user_data(workload, world)


@asked(*_CLOUD_INIT)
def misread_user_data(workload: Workload, world: World) -> Sequence[Judged]:
    """Those of its user data that cloud-init does not read as they are meant."""
    return _cloud_data.judged_user_data(workload, world)


@asked("networkData", "networkDataBase64", "networkDataSecretRef")
def network_data(workload: Workload, world: World) -> Sequence[Given]:
    """The network data of the workload's NoCloud volumes."""
    return _cloud_data.network_data(workload, world)


@asked(reach=Reach.ALIKE)
def matcher_flaws(vm: VirtualMachine, world: World) -> Sequence[tuple[Flaw, Path]]:
    """What is wrong with the VM's matchers as they are written."""
    flaws = matching.flaws
    return [flaw for matcher in _MATCHERS if (stanza := vm.matcher(matcher)) is not None for flaw in flaws(stanza)]


@asked(reach=Reach.ALIKE)
def lost_matchers(vm: VirtualMachine, world: World) -> Sequence[Match]:
    """The VM's matchers that don't lead to an object of known content."""
    used, found = matching.MatchOutcome.USED, [world.vms.match(vm, matcher) for matcher in _MATCHERS]
    return [match for match in found if match is not None and match.outcome is not used]


@asked(reach=Reach.ALIKE)
def unusable_preference(vm: VirtualMachine, world: World) -> object:
    """Why the VM's preference can't be applied to it."""
    return world.vms.unusable(vm)


@asked(reach=Reach.ALIKE)
def unmet(vm: VirtualMachine, world: World) -> object:
    """The requirement of its preference that the VM does not meet."""
    return world.vms.unmet(vm)


@asked(reach=Reach.ALIKE)
def overridden(vm: VirtualMachine, world: World) -> Sequence[Conflict]:
    """The fields that the VM and its instancetype both set."""
    return world.vms.conflicts(vm)


def lost_links(subject: Resource, world: World) -> Sequence[Link]:
    """The object's references that don't lead to an object of the files."""
    follow = world.cluster.follow
    return [link for link in links(subject) if follow(link).state is not State.FOUND]


@asked(reach=Reach.ALIKE)
def sized(vm: VirtualMachine, world: World) -> Sized | None:
    """The VM with who gives its amounts, where the proposals of sizing judge it."""
    return _sizing.sized(vm, world)


@asked(reach=Reach.WORLD)
def renamed(subject: Resource, world: World) -> bool:
    """Whether any object is applied under another name than its file gives it."""
    return world.cluster.has_renamed


@asked(reach=Reach.WORLD)
def applied_again(subject: VirtualMachine | Change, world: World) -> bool:
    """Whether the objects of the files are applied again and again, or this one is."""
    return not isinstance(subject, Resource) or bool(world.applied_by)


@asked(reach=Reach.WORLD)
def configured(subject: Resource, world: World) -> bool:
    """Whether the files hold the KubeVirt object."""
    return world.kubevirt is not None


@asked(reach=Reach.WORLD)
def permitted(subject: Workload, world: World) -> object:
    """The devices that the cluster permits, where it does not permit any."""
    return world.machine.permitted


@asked(reach=Reach.WORLD)
def known_volumes(subject: Resource, world: World) -> bool:
    """Whether the files have all PersistentVolumes of the cluster."""
    return world.closed(Ref(_VOLUME.group, _VOLUME.name, "", ""))


@asked("macAddress")
def taken_addresses(workload: Workload, world: World) -> Sequence[tuple[Address, Address]]:
    """The workload's MAC addresses that another one has."""
    return world.addresses.taken(workload)


def migrates(workload: Workload, world: World) -> bool:
    """Whether an eviction of the guest is to migrate it."""
    strategy = world.migration.strategy(workload)
    return strategy is not None and strategy.migrates
