"""Objects as the cluster runs them, before anybody applies them: VMs, and the claims that disks become."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from vmlint.cdi.render import Failure
from vmlint.cdi.storageclass import ChoiceReason
from vmlint.config.config import Config
from vmlint.engine.request import Progress, RunRequest
from vmlint.engine.workspace import snapshot_of
from vmlint.explain.cdi_messages import message_of
from vmlint.findings.finding import ObjectId
from vmlint.findings.location import object_id
from vmlint.kubevirt.apply import Applied, Origin
from vmlint.kubevirt.launcher import Launcher
from vmlint.kubevirt.values import leaves
from vmlint.model.access import get, mapping, with_value
from vmlint.model.field import Path as Field
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, VirtualMachine
from vmlint.record import Codes, Record
from vmlint.rule import Effect
from vmlint.runtime.cached import cached_property
from vmlint.world import World
from vmlint.world.disks import Disk, Written
from vmlint.world.outcome import Problem, Trouble, problem_of, trouble_of
from vmlint.world.storage_phrases import failure_message, why_open

__all__ = ["Expanded", "Giver", "claims", "claims_of", "expand", "expanded", "expanded_vm"]


class Filler(Codes):
    """Who gives a value of a claim."""

    WRITTEN = "manifest"
    PREFERENCE = "preference"
    DEFAULT = "default storage class"
    PROFILE = "storage profile"
    CDI = "CDI"


class Giver(Record):
    """Who gives a value: the VM itself, its instancetype or preference by name, KubeVirt's defaults; or, for a claim,
    what its disk says, and who fills that in. Of a VM that kustomizations change, `name` is the file of the patch that
    writes the value."""

    origin: Origin | Filler
    name: str = ""

    def __str__(self) -> str:
        return f"{self.origin} {self.name}" if self.name else str(self.origin)


class Expanded:
    """An object as the cluster would run it.

    `resource` is the object, `file` and `line` its place. `data` is the whole manifest. If the object can't be
    expanded, `problem` is the reason, and `data` is the object with all that is known; it still refers to the rest. Of
    a DataVolume `data` is the spec of its claim. `origin` has the source of each value in `data`, by its path; an
    empty section counts as a value.
    """

    def __init__(
        self,
        source: Resource,
        data: dict[str, Any],
        givers: Callable[[], Mapping[Field, Giver]],
        problem: Problem | None = None,
        identity: ObjectId | None = None,
        pod: Callable[[], Launcher | None] = lambda: None,
    ) -> None:
        self.resource: ObjectId = identity or object_id(source)
        self.file: str = source.document.file
        self.data = data
        self.problem = problem
        self.source = source
        """The object as it is written."""
        self._givers = givers
        self._pod = pod

    def __repr__(self) -> str:
        return f"<{self.resource} expanded{f', {self.problem}' if self.problem else ''}>"

    @cached_property
    def line(self) -> int:
        return self.source.document.span(self.source.prefix).line

    @property
    def guest(self) -> Mapping[str, Any]:
        """The spec of the guest that a VM or a pool starts, with `domain` and `volumes`; empty for a claim."""
        path = self.source.vmi_path if isinstance(self.source, VirtualMachine) else ()
        return mapping(self.data, *path) if path else {}

    @cached_property
    def pod(self) -> Launcher | None:
        """What the launcher pod of a VM asks for; None for other objects, and where the files don't say."""
        return self._pod()

    @cached_property
    def origin(self) -> Mapping[Field, Giver]:
        return self._givers()


def expand(
    paths: Iterable[str | Path] = (),
    config: Config | None = None,
    *,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
    **overrides: Any,
) -> list[Expanded]:
    """The VMs and pools under some paths as KubeVirt would run them, and the DataVolumes, in the order of their files.

    The `data` of a DataVolume is the spec of its claim, and its `guest` is empty; `claims` gives claims as manifests.
    Matchers are resolved; instancetype, preference and defaults are applied. Arguments and errors are those of `check`.
    What only `check` reports, such as a device that KubeVirt refuses, is no `problem` here.
    """
    request = RunRequest.of(paths, config, overrides=overrides, stdin=stdin, progress=progress)
    return [vm for world in snapshot_of(request).worlds for vm in _objects(world)]


def claims(
    paths: Iterable[str | Path] = (),
    config: Config | None = None,
    *,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
    **overrides: Any,
) -> list[Expanded]:
    """The claims that CDI makes of the DataVolumes and templates under some paths, in the order of their files.

    A claim that asks for CDI's rendering is one of them. Each `data` is a whole manifest with class, modes and size;
    `file` and `line` are those of the object that the claim comes from. Arguments and errors are those of `check`.
    """
    request = RunRequest.of(paths, config, overrides=overrides, stdin=stdin, progress=progress)
    return [claim for world in snapshot_of(request).worlds for claim in claims_of(world)]


def expanded(world: World) -> Iterator[Expanded]:
    """Every linted VM and pool of VMs of a world."""
    return (expanded_vm(resource, world) for resource in _linted(world) if isinstance(resource, VirtualMachine))


def _objects(world: World) -> Iterator[Expanded]:
    """Every linted VM, pool and DataVolume of a world."""
    for resource in _linted(world):
        if isinstance(resource, VirtualMachine):
            yield expanded_vm(resource, world)
        elif isinstance(resource, DataVolume):
            yield _data_volume(resource, world)


def _linted(world: World) -> Iterator[Resource]:
    return (resource for resource in world.cluster.resources if resource.linted and not resource.fragment)


def _data_volume(volume: DataVolume, world: World) -> Expanded:
    """A DataVolume: the spec of its claim."""
    disk = world.storage.disks(volume)[0]
    spec, problem = _claim(disk, world)
    return Expanded(volume, spec, lambda: _fillers(disk, spec, (), world), problem)


def expanded_vm(vm: Any, world: World) -> Expanded:
    """A VM, or a pool with its template for VMs."""
    applied = world.vms.expanded(vm)
    lost = any(trouble_of(vm, matcher, world) for matcher in Matcher)
    stored = bool(lost or applied.conflicts or applied.refusal)
    data = with_value(vm.data, vm.vm_path, applied.persisted["spec"] if stored else applied.vm["spec"])
    problem = problem_of(vm, world)
    return Expanded(
        vm,
        data,
        lambda: _givers(vm, data, applied, world),
        problem,
        pod=lambda: None if problem else world.launch.pod(vm),
    )


def claims_of(world: World) -> Iterator[Expanded]:
    """The claim that each DataVolume, template and claim with CDI's label of a world becomes, as a manifest."""
    for resource in _linted(world):
        for disk in world.storage.disks(resource):
            if disk.form is not Written.CLAIM or world.storage.renders(disk):
                yield _manifest(disk, world)


def _manifest(disk: Disk, world: World) -> Expanded:
    """The whole claim. One whose name is made up in the cluster has the beginning of that name."""
    spec, problem = _claim(disk, world)
    name = disk.ref.name if disk.ref is not None else disk.name
    identity = ObjectId("v1", "PersistentVolumeClaim", disk.holder.namespace, name)
    metadata = {"name": name, "namespace": disk.holder.namespace}
    data = {"apiVersion": identity.api_version, "kind": identity.kind, "metadata": metadata, "spec": spec}
    return Expanded(disk.holder, data, lambda: _fillers(disk, data, ("spec",), world), problem, identity)


_OUTCOME = {Effect.REJECTED: "the cluster refuses it", Effect.STUCK: "CDI refuses the DataVolume"}


def _claim(disk: Disk, world: World) -> tuple[dict[str, Any], Problem | None]:
    """A claim's spec, and what is between the disk and it."""
    for verdict in world.storage.refusals(disk.holder):
        if verdict.disk == disk:
            reason = f"{disk}: {_OUTCOME[verdict.effect]}: {message_of(verdict.refusal)}"
            return {**disk.spec}, Problem(Trouble.REFUSED, reason)
    outcome = world.storage.render(disk)
    if isinstance(outcome, Failure):
        return {**disk.spec}, Problem(Trouble.MISSING, f"{disk}: {failure_message(outcome)}")
    if outcome.undecided:
        field, gap = outcome.undecided[0]
        return outcome.spec, Problem(Trouble.UNDECIDED, f"{disk}: `{field}` is not known: {why_open(gap)}")
    return outcome.spec, None


def _fillers(disk: Disk, data: Mapping[str, Any], start: Field, world: World) -> dict[Field, Giver]:
    """Who gives each value of a claim."""
    outcome = world.storage.render(disk)
    profile = outcome.profile.name if outcome.profile is not None else ""
    by_default = outcome.choice is not None and outcome.choice.why is not ChoiceReason.NAMED
    found = {}
    for path, value in leaves(data):
        inner = path[len(start) :]
        if path[: len(start)] != start or get(disk.spec, *inner) == value:
            found[path] = Giver(Filler.WRITTEN)
        elif inner[0] == "storageClassName":
            found[path] = Giver(Filler.DEFAULT if by_default else Filler.PREFERENCE)
        elif inner[0] == "resources":
            found[path] = Giver(Filler.CDI)
        else:
            found[path] = Giver(Filler.PROFILE, profile)
    return found


def _givers(vm: VirtualMachine, data: Mapping[str, Any], applied: Applied, world: World) -> dict[Field, Giver]:
    """Who gives each value.

    A value outside the template that the VM does not have is stored by the webhook: for the preference in the
    DataVolume templates, else by default.
    """
    names = {Origin(matcher.noun): _name(vm, matcher, world) for matcher in Matcher}
    start = len(vm.template_path)
    found = {}
    for path, value in leaves(data):
        own = value is None or get(vm.data, *path) is not None  # no one else writes null
        if path[:start] == vm.template_path:
            origin = applied.origin.get(path[start:], Origin.VM if own else Origin.DEFAULT)
            origin = Origin.DEFAULT if origin is Origin.VM and not own else origin
        elif own:
            origin = Origin.VM
        else:
            origin = Origin.PREFERENCE if path[-1:] == ("storageClassName",) else Origin.DEFAULT
        found[path] = Giver(origin, _patch(vm, path) if origin is Origin.VM else names.get(origin, ""))
    return found


def _patch(vm: VirtualMachine, path: Field) -> str:
    """The file of the patch or kustomization that writes a value, "" where the VM's own file does."""
    file = vm.written(path).document.file if vm.parts else vm.document.file
    return file if file != vm.document.file else ""


def _name(vm: VirtualMachine, matcher: Matcher, world: World) -> str:
    match = world.vms.match(vm, matcher)
    return match.resolution.ref.short if match and match.resolution else ""
