"""What rules speak about: the questions whose answers many of them go through.

A question is asked once for an object, and the rules that are about it are called only where its answer is not empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vmlint.graph.links import Link, links
from vmlint.graph.resolution import State
from vmlint.model.access import mapping
from vmlint.model.field import Path
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource
from vmlint.model.subjects import Operation, VirtualMachine, Workload

if TYPE_CHECKING:  # who asks nothing, as where the answers are known, loads none of this
    from vmlint.kubevirt.conflicts import Conflict
    from vmlint.kubevirt.inference import Chain
    from vmlint.kubevirt.matching import Flaw, Match
    from vmlint.model.refusal import Refusal
    from vmlint.world import World, machine, storage
    from vmlint.world.disks import Disk

    from .machine._cloud_data import Given, Judged
    from .sizing._sizing import Sized
    from .storage._clones import Copy

__all__ = [
    "admission",
    "bounds",
    "copies",
    "disks",
    "exported",
    "form",
    "granted",
    "inferences",
    "lost_links",
    "lost_matchers",
    "matcher_flaws",
    "misread_user_data",
    "network_data",
    "operation",
    "overridden",
    "sized",
    "storage_refusals",
    "unusable_preference",
    "user_data",
]


def form(resource: Resource, world: World) -> Sequence[Refusal]:
    """What is wrong with the object's form."""
    return world.form.refusals(resource)


def admission(workload: Workload, world: World) -> Sequence[machine.WorkloadVerdict]:
    """Why KubeVirt refuses the workload, or what it makes."""
    return world.machine.admission(workload)


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
    from .storage._clones import copies

    return copies(subject, world)


def disks(subject: Resource, world: World) -> Sequence[Disk]:
    """The claims that the object writes."""
    return world.storage.disks(subject)


SET_BY_CLUSTERS = ("resourceVersion", "uid", "managedFields", "selfLink", "generation", "creationTimestamp")
"""The fields of `metadata` that only a cluster sets."""


def exported(subject: Resource, world: World) -> Sequence[str]:
    """What of the object only a cluster sets: an object that was exported from one."""
    metadata = mapping(subject.data, "metadata")
    fields = [field for field in SET_BY_CLUSTERS if metadata.get(field) not in (None, "", [])]
    return [*fields, *(["status"] if subject.data.get("status") else [])]


def granted(vm: VirtualMachine, world: World) -> Sequence[Resource]:
    """Rights that are given in one namespace: without any, it is unknown whether one is missing."""
    return world.cluster.of_kind("RoleBinding")


def inferences(vm: VirtualMachine, world: World) -> Sequence[Chain]:
    """The VM's inferences, whatever comes of them."""
    return [chain for matcher in Matcher if (chain := world.vms.infer(vm, matcher))]


def user_data(workload: Workload, world: World) -> Sequence[Given]:
    """The user data of the workload's cloud-init volumes."""
    from .machine._cloud_data import user_data

    return user_data(workload, world)


def misread_user_data(workload: Workload, world: World) -> Sequence[Judged]:
    """Those of its user data that cloud-init does not read as they are meant."""
    from .machine._cloud_data import judged_user_data

    return judged_user_data(workload, world)


def network_data(workload: Workload, world: World) -> Sequence[Given]:
    """The network data of the workload's NoCloud volumes."""
    from .machine._cloud_data import network_data

    return network_data(workload, world)


def matcher_flaws(vm: VirtualMachine, world: World) -> Sequence[tuple[Flaw, Path]]:
    """What is wrong with the VM's matchers as they are written."""
    from vmlint.kubevirt.matching import flaws

    return [flaw for matcher in Matcher if (stanza := vm.matcher(matcher)) is not None for flaw in flaws(stanza)]


def lost_matchers(vm: VirtualMachine, world: World) -> Sequence[Match]:
    """The VM's matchers that don't lead to an object of known content."""
    from vmlint.kubevirt.matching import MatchOutcome

    found = [world.vms.match(vm, matcher) for matcher in Matcher]
    return [match for match in found if match is not None and match.outcome is not MatchOutcome.USED]


def unusable_preference(vm: VirtualMachine, world: World) -> object:
    """Why the VM's preference can't be applied to it."""
    return world.vms.unusable(vm)


def overridden(vm: VirtualMachine, world: World) -> Sequence[Conflict]:
    """The fields that the VM and its instancetype both set."""
    return world.vms.conflicts(vm)


def lost_links(subject: Resource, world: World) -> Sequence[Link]:
    """The object's references that don't lead to an object of the files."""
    follow = world.cluster.follow
    return [link for link in links(subject) if follow(link).state is not State.FOUND]


def sized(vm: VirtualMachine, world: World) -> Sized | None:
    """The VM with who gives its amounts, where the proposals of sizing judge it."""
    from .sizing._sizing import sized

    return sized(vm, world)
