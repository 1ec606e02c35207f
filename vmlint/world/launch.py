"""The pods of the files' guests: what each asks for, and whether its namespace has room for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.cdi.render import Rendered
from vmlint.kubevirt.defaults import fill
from vmlint.kubevirt.gates import GateState
from vmlint.kubevirt.launcher import Launcher, LauncherConfig, launcher
from vmlint.kubevirt.migration import Blocker, Obstacle
from vmlint.kubevirt.normal import normal_template
from vmlint.kubevirt.releases import NEWEST
from vmlint.kubevirt.values import Draft
from vmlint.model.access import get, items, mapping, sequence, text
from vmlint.model.matcher import Matcher
from vmlint.model.quantity import Quantity
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine, VirtualMachinePool, Workload
from vmlint.record import Record
from vmlint.runtime.cached import cached_property
from vmlint.world.application import Application
from vmlint.world.disks import Disk
from vmlint.world.machine import Machine
from vmlint.world.storage import Storage

__all__ = ["Hard", "Launch"]

_FOR_RUNNING_PODS = ("NotTerminating", "NotBestEffort")
_LIMITS_GATE = "AutoResourceLimitsGate"
_RATIO_LABEL = "alpha.kubevirt.io/auto-memory-limits-ratio"
_LEAST_RATIO = 1.0


class Hard(Record):
    """One bound of a ResourceQuota: the object, the name under `spec.hard`, and the amount."""

    quota: Resource
    name: str
    amount: Quantity


class Launch:
    """The launcher pods of a world."""

    def __init__(self, world: Application, machine: Machine, storage: Storage) -> None:
        self._world = world
        self._storage = storage
        self._machine = machine
        self._cluster = world.cluster
        self._hard: dict[str, Sequence[Hard]] = {}

    def template(self, workload: Workload) -> Mapping[str, Any] | None:
        """The whole template of the guest that a workload makes, as it starts; None where it is refused before."""
        if isinstance(workload, VirtualMachine):
            return self._world.started_template(workload)
        draft = Draft(
            normal_template(mapping(workload.data, *workload.template_path), self._world.settings.release or NEWEST)
        )
        problem = fill(draft, self._world.cluster_config, self._world.settings.release)
        return draft.data if problem is None else None

    def unknown(self, workload: Workload) -> Matcher | None:
        """The matcher of which nobody knows what it gives."""
        if not isinstance(workload, VirtualMachine):
            return None
        return next((matcher for matcher in Matcher if not self._world.is_decided(workload, matcher)), None)

    def pod(self, workload: Workload) -> Launcher | None:
        """What the pod of a workload's guest asks for; None where it is refused before, or where the files don't say:
        the instancetype, the configuration of the cluster, a variable, a preset that fills in the rest."""
        return self._world.memo.once("pod", workload, lambda: self._pod(workload))

    def _pod(self, workload: Workload) -> Launcher | None:
        config, template = self._config, self.template(workload)
        if config is None or template is None or self.unknown(workload) is not None:
            return None
        if any(self._machine.presets(workload)):
            return None
        limited: frozenset[str] = frozenset()
        if self._machine.gates.state(_LIMITS_GATE) is GateState.ON:
            names = {bound.name for bound in self.hard(workload.namespace)}
            limited = frozenset(name for name in ("cpu", "memory") if f"limits.{name}" in names)
        return launcher(template, config._replace(limited=limited, limit_ratio=self._ratio(workload.namespace)))

    def exceeded(self, workload: Workload, pods: int = 1) -> Iterator[tuple[Hard, Quantity | None]]:
        """The bounds of the namespace that one pod of the guest exceeds, or several at a time, with what they ask for;
        None if the pod lacks a limit that the quota requires."""
        if (pod := self.pod(workload)) is None:
            return
        sets_limits = self._machine.gates.state(_LIMITS_GATE)
        for bound in self.hard(workload.namespace):
            requested = _request(pod, bound.name)
            if requested is None:
                if bound.name in _LIMITS and sets_limits is GateState.OFF:
                    yield bound, None
                continue
            total = requested if bound.name == _GUESTS else requested * pods
            if total > bound.amount:
                yield bound, total

    def together(self, quota: Resource) -> Iterator[tuple[Hard, Quantity, int]]:
        """The bounds of a ResourceQuota that all guests and claims exceed together which are sure to be there at a
        time, with the sum and how many they are; none of them exceeds it by itself.

        Those of unknown size are left out, so the sum is the least. Counted are VMs that are to run, and claims.
        """
        resources = self._residents.get(quota.namespace, [])
        if len({resource.ref for resource in resources}) < len(resources):
            return  # alternatives, of which one is applied
        guests = [resource for resource in resources if isinstance(resource, VirtualMachine) and _runs(resource)]
        pods = [pod for guest in guests if (pod := self.pod(guest)) is not None]
        claims = {
            disk.ref: disk for resource in resources for disk in self._storage.disks(resource) if disk.ref is not None
        }
        sizes = [self.size(disk) for disk in claims.values()]
        for bound in self.hard(quota.namespace):
            if bound.quota is not quota:
                continue
            storage_class, _, rest = bound.name.rpartition(_OF_CLASS)
            if rest == _STORAGE:
                amounts = [size for size, own in sizes if size is not None and storage_class in ("", own)]
            elif rest in _CLAIMS:
                amounts = [Quantity(1) for _, own in sizes if storage_class in ("", own)]
            elif rest in _VMS:
                amounts = [Quantity(1) for resource in resources if isinstance(resource, VirtualMachine)]
            else:
                amounts = [requested for pod in pods if (requested := _request(pod, bound.name)) is not None]
            total = sum(amounts, _ZERO)
            counts = rest in _CLAIMS or rest in _VMS  # which nobody compares with one object
            if total > bound.amount and (counts or all(amount <= bound.amount for amount in amounts)):
                yield bound, total, len(amounts)

    @cached_property
    def _residents(self) -> Mapping[str, Sequence[Resource]]:
        """By namespace the whole objects that say themselves that they live in it, and are there once."""
        found: dict[str, list[Resource]] = {}
        for resource in self._cluster.resources:
            if not resource.fragment and not isinstance(resource, VirtualMachinePool):
                found.setdefault(text(resource.data, "metadata", "namespace"), []).append(resource)
        return found

    def too_large(self, workload: Workload) -> Iterator[tuple[Resource, str, Quantity, Quantity]]:
        """The LimitRanges whose containers may not be as large as the guest's: the object, the resource, what is
        requested, and the limit that is written, that the LimitRange writes, or that it allows at most."""
        if (pod := self.pod(workload)) is None:
            return
        for holder, limit in self.limit_ranges(workload.namespace, "Container"):
            for name in ("memory", "cpu"):
                most = Quantity.try_parse(get(limit, "max", name))
                default = pod.limits.get(name) or Quantity.try_parse(get(limit, "default", name)) or most
                bounds = [bound for bound in (most, default) if bound is not None]
                requested = max(pod.requests.get(name, _ZERO), pod.limits.get(name, _ZERO))
                if bounds and requested > min(bounds):
                    yield holder, name, requested, min(bounds)

    def size(self, disk: Disk) -> tuple[Quantity | None, str]:
        """The least size of a disk's claim, and its storage class: "" where that is not known."""
        written = Quantity.try_parse(get(disk.spec, "resources", "requests", "storage"))
        outcome = self._storage.render(disk)
        if not isinstance(outcome, Rendered):
            return written, text(disk.spec, "storageClassName")
        undecided = {field for field, _ in outcome.undecided}
        rendered = Quantity.try_parse(get(outcome.spec, "resources", "requests", "storage"))
        known = None if "resources.requests.storage" in undecided else rendered
        return known or written, text(outcome.spec, "storageClassName")

    def no_room(self, disk: Disk) -> Iterator[tuple[Resource, str, Quantity, Quantity]]:
        """The bounds that a disk's claim exceeds by itself: the ResourceQuota or LimitRange, the name of the bound,
        the claim's size, and the bound."""
        size, storage_class = self.size(disk)
        if size is None:
            return
        names = (_STORAGE, f"{storage_class}{_OF_CLASS}{_STORAGE}") if storage_class else (_STORAGE,)
        for bound in self.hard(disk.holder.namespace):
            if bound.name in names and size > bound.amount:
                yield bound.quota, bound.name, size, bound.amount
        for holder, limit in self.limit_ranges(disk.holder.namespace, "PersistentVolumeClaim"):
            most, least = (Quantity.try_parse(get(limit, side, "storage")) for side in ("max", "min"))
            if most is not None and size > most:
                yield holder, "max", size, most
            if least is not None and size < least:
                yield holder, "min", size, least

    def no_second_pod(self, workload: Workload) -> Obstacle | None:
        """What keeps a second pod out of the namespace where there is room for one: a migration needs two."""
        if not self.hard(workload.namespace) or any(self.exceeded(workload)):
            return None
        for bound, requested in self.exceeded(workload, 2):
            words = f"two pods request `{requested}` of `{bound.name}`, and it allows `{bound.amount}`"
            return Obstacle(Blocker.QUOTA, ("spec", "domain"), (bound.quota.name, words))
        return None

    @cached_property
    def _config(self) -> LauncherConfig | None:
        """The configuration of the cluster. Without a KubeVirt object, the defaults are the least that pods ask for."""
        return LauncherConfig.of(self._world.kubevirt, self._world.settings.release)

    def _ratio(self, namespace: str) -> float:
        """The factor from request to limit that a namespace's label gives."""
        labels = [resource.labels for resource in self._cluster.of_kind("Namespace") if resource.name == namespace]
        written = text(labels[0], _RATIO_LABEL) if labels else ""
        try:
            ratio = float(written)
        except ValueError:
            return LauncherConfig().limit_ratio
        return ratio if ratio >= _LEAST_RATIO else LauncherConfig().limit_ratio

    def hard(self, namespace: str) -> Sequence[Hard]:
        """The bounds of a namespace's ResourceQuotas that count claims and running pods of any priority."""
        if namespace not in self._hard:
            self._hard[namespace] = tuple(self._bounds(namespace))
        return self._hard[namespace]

    def _bounds(self, namespace: str) -> Iterator[Hard]:
        for quota in self._quotas.get(namespace, ()):
            scopes = sequence(quota.data, "spec", "scopes")
            if quota.spec.get("scopeSelector") or not all(scope in _FOR_RUNNING_PODS for scope in scopes):
                continue
            for name, value in items(quota.data, "spec", "hard"):
                if (bound := Quantity.try_parse(value)) is not None:
                    yield Hard(quota, _ALIASES.get(name, name), bound)

    def limit_ranges(self, namespace: str, kind: str) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
        """The limits of a kind (`Container`, `PersistentVolumeClaim`) that a namespace's LimitRanges set."""
        for holder in self._limit_ranges.get(namespace, ()):
            for limit in sequence(holder.data, "spec", "limits"):
                if isinstance(limit, dict) and limit.get("type") == kind:
                    yield holder, limit

    @cached_property
    def _quotas(self) -> Mapping[str, Sequence[Resource]]:
        return _by_namespace(self._cluster.of_kind("ResourceQuota"))

    @cached_property
    def _limit_ranges(self) -> Mapping[str, Sequence[Resource]]:
        return _by_namespace(self._cluster.of_kind("LimitRange"))


def _by_namespace(resources: Sequence[Resource]) -> Mapping[str, Sequence[Resource]]:
    found: dict[str, list[Resource]] = {}
    for resource in resources:
        found.setdefault(resource.namespace, []).append(resource)
    return found


def _runs(vm: VirtualMachine) -> bool:
    """Whether KubeVirt keeps the VM's guest running."""
    return vm.vm_spec.get("running") is True or vm.vm_spec.get("runStrategy") == "Always"


def _request(pod: Launcher, name: str) -> Quantity | None:
    """How much of a resource of a quota a pod requests; None if it requests none, or if it is not known."""
    if name in _PODS:
        return Quantity(1)
    kind, _, resource = name.partition(".")
    amounts = {"requests": pod.requests, "limits": pod.limits}.get(kind)
    return pod.requests.get(name) if amounts is None else amounts.get(resource)


_GUESTS = "count/virtualmachineinstances.kubevirt.io"
_STORAGE = "requests.storage"
_OF_CLASS = ".storageclass.storage.k8s.io/"
_CLAIMS = ("persistentvolumeclaims", "count/persistentvolumeclaims")
_VMS = ("count/virtualmachines.kubevirt.io",)
_ZERO = Quantity(0)
_PODS = ("pods", "count/pods", _GUESTS)
_LIMITS = ("limits.cpu", "limits.memory")
_ALIASES = {"cpu": "requests.cpu", "memory": "requests.memory", "ephemeral-storage": "requests.ephemeral-storage"}
"""Names under `spec.hard` that mean others."""
