"""An object as conditions look at it: as it is written, as KubeVirt would run it, or at the end of a link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vmlint.cdi.render import Failure
from vmlint.kubevirt.apply import Applied, Origin
from vmlint.model.access import get, with_value
from vmlint.model.chain import Hop
from vmlint.model.field import Path, render
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.packs.operators import is_open
from vmlint.record import Record
from vmlint.world import World
from vmlint.world.disks import Disk, Written
from vmlint.world.outcome import problem_of, reason_of
from vmlint.world.storage_phrases import failure_message, why_open

__all__ = ["View", "claim", "disk", "expanded", "named", "written"]

_KUBEVIRT = Ref("kubevirt.io", "KubeVirt", "kubevirt", "kubevirt")
_CLAIM = BY_GROUP_KIND["", "PersistentVolumeClaim"]
_FORM = {
    Written.CLAIM: "PersistentVolumeClaim",
    Written.CLAIM_TEMPLATE: "PersistentVolumeClaim",
    Written.DATA_VOLUME: "DataVolume",
    Written.TEMPLATE: "DataVolume",
}

_Open = Callable[[Path, bool], str]
_Put = Callable[[Path], tuple[Place | None, tuple[Hop, ...]]]


class View(Record):
    """What conditions see of an object.

    `open` is why the files don't tell the value at a path, "" where they do; its second argument is whether `data`
    has one. `put` is where a value is written, if anywhere, with the hops that a reader wants to see beside. `holder`
    is the object in whose manifest this stands, from `base` on; None where it is in none.
    """

    kind: str
    namespace: str
    name: str
    data: Mapping[str, Any]
    open: _Open
    put: _Put
    holder: Resource | None = None
    base: Path = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def _overlap(one: Path, other: Path) -> bool:
    """Whether one path leads to the other, or through it."""
    return all(a == b for a, b in zip(one, other, strict=False))


def _variable_key(data: Any, path: Path) -> bool:
    """Whether a key with a variable may turn out to be the one that is missing."""
    for step in path:
        if not isinstance(data, dict):
            return False
        if step not in data:
            return any(is_open(key) for key in data)
        data = data[step]
    return False


# As it is written


def written(resource: Resource) -> View:
    """An object as its files have it."""
    return _part(resource, (), _placed(resource, resource.data), resource.ref.kind, resource.name)


def _placed(resource: Resource, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data with the namespace that the object ends up in, which need not be written."""
    if not resource.namespace or get(data, "metadata", "namespace") == resource.namespace:
        return data
    return with_value(data, ("metadata", "namespace"), resource.namespace)


def _part(resource: Resource, base: Path, data: Mapping[str, Any], kind: str, name: str) -> View:
    def open(path: Path, found: bool) -> str:
        if found:
            return ""
        if resource.patched:
            return "a tool may add the field before the object is applied"
        return "one of its keys contains a variable" if _variable_key(data, path) else ""

    def put(path: Path) -> tuple[Place, tuple[Hop, ...]]:
        return resource.at(*base, *path), ()

    return View(kind, resource.namespace, name, data, open, put, resource, base)


def disk(found: Disk) -> View:
    """A claim, DataVolume or template as it is written."""
    if not found.is_template:
        return written(found.holder)
    return _part(found.holder, found.path, found.body, _FORM[found.form], found.name)


def named(ref: Ref, reason: str) -> View:
    """An object of which the name alone is known."""
    data = {"kind": ref.kind, "metadata": {"name": ref.name, "namespace": ref.namespace}}
    if not ref.namespace:
        del data["metadata"]["namespace"]  # type: ignore[attr-defined]
    return View(ref.kind, ref.namespace, ref.name, data, lambda _, found: "" if found else reason, lambda _: (None, ()))


# As the cluster makes of it


def claim(found: Disk, world: World) -> View:
    """The claim that CDI would make of a disk, or that a claim is."""
    outcome = world.storage.render(found)
    identity = {"name": found.name, "namespace": found.holder.namespace}
    labels = found.holder.data.get("metadata") if found.form is Written.CLAIM else None
    metadata = labels if isinstance(labels, dict) else identity
    spec = {**found.spec} if isinstance(outcome, Failure) else outcome.spec
    data = {"apiVersion": "v1", "kind": _CLAIM.name, "metadata": metadata, "spec": spec}

    def open(path: Path, _: bool) -> str:
        if isinstance(outcome, Failure):
            return (
                f"CDI creates no claim for {found}: {failure_message(outcome)}" if path[:1] in ((), ("spec",)) else ""
            )
        for field, reason in outcome.undecided:
            if _overlap(("spec", *(field.split(".") if field else ())), path):
                return f"{found}: {why_open(reason)}"
        return ""

    def put(path: Path) -> tuple[Place, tuple[Hop, ...]]:
        inner = path[1:] if path[:1] == ("spec",) else ()
        return (found.at(*found.spec_path, *inner) if inner else found.at("metadata", "name")), ()

    ref = found.ref
    name = ref.name if ref else found.name
    return View(_CLAIM.name, found.holder.namespace, name, data, open, put, found.holder, found.path)


_MATCHED = (
    ("metadata", "annotations"),
    ("spec", "architecture"),
    ("spec", "domain"),
    ("spec", "networks"),
    ("spec", "nodeSelector"),
    ("spec", "schedulerName"),
    ("spec", "subdomain"),
    ("spec", "terminationGracePeriodSeconds"),
)
"""What an instancetype or preference reaches in a VM's template. Source: KubeVirt `pkg/instancetype/apply`,
`pkg/instancetype/preference/apply`."""
_CONFIGURED = (
    ("spec", "evictionStrategy"),
    ("spec", "architecture"),
    ("spec", "domain", "machine"),
    ("spec", "domain", "devices", "interfaces"),
    ("spec", "domain", "resources"),
)
"""What the configuration of KubeVirt decides in a VM's template, where nobody else does."""


def expanded(vm: VirtualMachine, world: World) -> View:
    """A VM, or the template of a pool, as KubeVirt would run it."""
    applied = world.vms.started(vm)
    problem = problem_of(vm, world)
    refused = problem.reason if problem else reason_of(applied.problem) if applied.problem else None
    data = _placed(vm, with_value(vm.data, vm.vm_path, (applied.persisted if refused else applied.vm)["spec"]))
    configured = world.kubevirt is not None or world.settings.is_closed(_KUBEVIRT)
    depth = len(vm.template_path)
    reaches = [(*vm.template_path, *pair) for pair in _MATCHED] + [(*vm.vm_path, "dataVolumeTemplates")]

    def open(path: Path, found: bool) -> str:
        own = get(vm.data, *path)
        if own is not None and not isinstance(own, dict | list):
            return ""
        inner = path[depth:] if path[:depth] == vm.template_path else ()
        if refused and (any(_overlap(reached, path) for reached in reaches) or (inner and own is None)):
            return refused
        configurable = own is None and any(inner[: len(row)] == row for row in _CONFIGURED)
        if configurable and not configured and _origin(applied, inner) in (Origin.DEFAULT, None):
            return "it depends on the cluster's KubeVirt object, which is not in the files"
        return "a tool may add the field before the object is applied" if vm.patched and not found else ""

    def put(path: Path) -> tuple[Place, tuple[Hop, ...]]:
        origin = _origin(applied, path[depth:]) if path[:depth] == vm.template_path else None
        matcher = _MATCHER.get(origin) if origin and get(vm.data, *path) is None else None
        match = world.vms.match(vm, matcher) if matcher else None
        if match is None:
            return vm.at(*path), ()
        name = match.resolution.ref if match.resolution else match.matcher.noun
        giver = Place(match.resolution.resource, ()) if match.resolution and match.resolution.resource else None
        return vm.at(*match.path), (Hop(f"`{render(path)}` comes from {name}", giver),)

    return View(vm.ref.kind, vm.namespace, vm.name, data, open, put, vm)


_MATCHER = {Origin(matcher.noun): matcher for matcher in Matcher}


def _origin(applied: Applied, inner: Path) -> Origin | None:
    """Who gives the value at a path of the template; None where there is none, or several give it."""
    found = {origin for leaf, origin in applied.origin.items() if leaf[: len(inner)] == inner}
    return found.pop() if len(found) == 1 else None
