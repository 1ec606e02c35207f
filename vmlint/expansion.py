"""Objects as the cluster runs them, before anybody applies them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from vmlint.config import Config
from vmlint.finding import ObjectId
from vmlint.kubevirt.apply import Applied, Origin
from vmlint.kubevirt.values import leaves
from vmlint.load import Progress
from vmlint.model.access import get
from vmlint.model.field import Path as Field
from vmlint.model.field import render
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.opening import open_world
from vmlint.outcome import Problem, Trouble, trouble_of
from vmlint.runner import object_id
from vmlint.world import World

__all__ = ["VMS", "Expanded", "Giver", "expand", "expanded"]


class Giver(NamedTuple):
    """Who gives a value: the VM itself, its instancetype or preference by name, or KubeVirt's defaults."""

    origin: Origin
    name: str = ""

    def __str__(self) -> str:
        return f"{self.origin} {self.name}" if self.name else str(self.origin)


class Expanded:
    """An object as the cluster would run it.

    `resource` says which object it is, `file` and `line` where it stands. `data` is the whole manifest; where
    `problem` says why the object can't be expanded, it is the object as far as what is known goes, and still asks for
    the rest. `origin` says of each value in `data` who gives it, by its path; an empty section counts as a value.
    """

    def __init__(
        self,
        source: Resource,
        data: dict[str, Any],
        givers: Callable[[], Mapping[Field, Giver]],
        problem: Problem | None = None,
    ) -> None:
        self.resource: ObjectId = object_id(source)
        self.file: str = source.document.file
        self.data = data
        self.problem = problem
        self.source = source
        """The object as it is written."""
        self._givers = givers

    def __repr__(self) -> str:
        return f"<{self.resource} expanded{f', {self.problem}' if self.problem else ''}>"

    @cached_property
    def line(self) -> int:
        return self.source.document.span(self.source.prefix).line

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
    """The VMs under some paths as KubeVirt would run them, in the order of their files.

    Matchers are resolved, instancetype, preference and defaults are applied. Arguments and errors are those of
    `check`. What `check` alone says, such as a device that KubeVirt refuses, is no problem here.
    """
    world = open_world(list(paths), config, overrides, stdin=stdin, progress=progress).world
    return list(expanded(world))


def expanded(world: World, kinds: Collection[str] | None = None) -> Iterator[Expanded]:
    """Every linted object of a world that can be expanded, of some kinds or of all."""
    for resource in world.cluster.resources:
        way = _WAYS.get(resource.ref.kind)
        wanted = kinds is None or resource.ref.kind in kinds
        if way is not None and wanted and resource.linted and not resource.fragment:
            yield way(resource, world)


def _virtual_machine(vm: Any, world: World) -> Expanded:
    """A VM, or a pool with its template for VMs."""
    applied = world.expanded(vm)
    lost = [problem for matcher in Matcher if (problem := trouble_of(vm, matcher, world))]
    problem = _joined(lost) if lost else _refusal(vm, applied, world)
    stored = bool(lost or applied.conflicts or applied.refusal)
    spec = applied.persisted["spec"] if stored else applied.vm["spec"]
    data = _with(vm.data, vm.vm_path, spec)
    return Expanded(vm, data, lambda: _givers(vm, data, applied, world), problem)


VMS = ("VirtualMachine", "VirtualMachinePool")
"""The kinds that are expanded as VMs."""

_WAYS: Mapping[str, Callable[[Any, World], Expanded]] = dict.fromkeys(VMS, _virtual_machine)
"""How the objects of each kind are expanded."""


def _joined(problems: list[Problem]) -> Problem:
    """All reasons; the trouble is that of the first."""
    return Problem(problems[0].trouble, "; ".join(problem.reason for problem in problems))


def _refusal(vm: VirtualMachine, applied: Applied, world: World) -> Problem | None:
    """Why the VM, of which everything is known, does not start."""
    reason = applied.problem or ""
    if applied.conflicts:
        fields = ", ".join(f"`{render((*vm.template_path, *conflict.path))}`" for conflict in applied.conflicts)
        reason = f"the VM sets what its instancetype sets: {fields}"
    elif applied.refusal:
        reason = applied.refusal.message
    elif short := world.unmet(vm):
        reason = short.message
    elif (reviewed := world.reviewed(vm)) and reviewed.refusal:
        reason = reviewed.refusal.message
    return Problem(Trouble.REFUSED, reason) if reason else None


def _with(data: Mapping[str, Any], path: Field, value: Any) -> dict[str, Any]:
    """The data with another value at a path of keys."""
    if not path:
        return value  # type: ignore[no-any-return]
    key, *rest = path
    inner = get(data, key)
    return {**data, key: _with(inner if isinstance(inner, dict) else {}, tuple(rest), value)}  # type: ignore[dict-item]


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
        found[path] = Giver(origin, names.get(origin, ""))
    return found


def _name(vm: VirtualMachine, matcher: Matcher, world: World) -> str:
    match = world.match(vm, matcher)
    return match.resolution.ref.short if match and match.resolution else ""
