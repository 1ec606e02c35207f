"""What is shown of the field under the pointer: its documentation, what it means and comes to, hop by hop, the value
that counts and who gives it, who uses an object, and whether a change needs a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from lsprotocol import types

from vmlint.explain.expand import expanded_vm
from vmlint.explain.trace import Way, trace
from vmlint.graph.links import Link, LinkKind, links
from vmlint.graph.resolution import Resolution, State
from vmlint.kubevirt.apply import Origin
from vmlint.model.access import get, mapping, text
from vmlint.model.field import Path, render
from vmlint.model.matcher import Matcher
from vmlint.model.quantity import Quantity
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import Instancetype, Preference, VirtualMachine, VirtualMachinePool
from vmlint.server.fields import documentation
from vmlint.server.markdown import code, label, plain
from vmlint.server.names import size_of
from vmlint.server.uris import uri_of
from vmlint.server.view import Cursor, Held, Spelled, Target, View
from vmlint.world import World
from vmlint.world.update import VmUpdate, update
from vmlint.world.update_phrases import restarted

__all__ = ["hover"]

_log = logging.getLogger(__name__)
_MOST_HOPS = 8
_MOST_USERS = 12
_MOST_VALUES = 12
_FOLLOWED = (LinkKind.SOURCE, LinkKind.POPULATOR, LinkKind.STORAGE_CLASS, LinkKind.VOLUME_NAME)
_STATES = {
    State.MISSING: "not in the files",
    State.OUTSIDE: "outside the repository",
    State.UNKNOWN: "undecided",
}


def hover(view: View, cursor: Cursor) -> types.Hover | None:
    """What is shown of a place; None where there is nothing to show."""
    if not cursor.on_word:
        return None
    parts: list[str] = []
    for held in cursor.held[:1]:
        parts += filter(None, [_documented(held)])
    seen: dict[str, None] = {}
    for held in cursor.held:
        for part in _about(view, cursor, held):
            seen.setdefault(part)
    parts += seen
    if not parts:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(parts))
    return types.Hover(content, view.range(Spelled(cursor.document, cursor.path), key=cursor.on_key))


def _documented(held: Held) -> str:
    resource, release = held.resource, held.world.settings.release
    own = release if resource.kind.group.endswith("kubevirt.io") and "cdi" not in resource.kind.group else None
    found = documentation(resource.kind.name, held.path, own, api_version=resource.api_version)
    return found.markdown if found is not None else ""


def _about(view: View, cursor: Cursor, held: Held) -> Iterator[str]:
    """What is known of a field of one object. A failure of one part is logged, and takes no other with it."""
    for part in (_matcher, _meaning, _users, _effective, _restart):
        try:
            found = part(view, held)
        except Exception:
            _log.exception("a part of the hover at %s failed", render(held.path))
            continue
        if found:
            yield found


# What it means


def _matcher(view: View, held: Held) -> str:
    """How a VM comes to its instancetype or preference."""
    vm = held.resource
    if not isinstance(vm, VirtualMachine) or vm.fragment:
        return ""
    for matcher in Matcher:
        base = vm.matcher_path(matcher)
        if held.path[: len(base)] != base:
            continue
        way = next(one for one in trace(expanded_vm(vm, held.world), held.world).ways if one.matcher == matcher.noun)
        match = held.world.vms.match(vm, matcher)
        size = size_of(mapping(match.object, "spec")) if match is not None else ""
        return "\n".join([*_hops(view, way), *([f"\n**{plain(size)}**"] if size else [])])
    return ""


def _hops(view: View, way: Way) -> Iterator[str]:
    for number, step in enumerate(way.chain, 1):
        yield f"{number}. {plain(step.text)}{_link(view, step.file, step.line)}"
    if way.reason:
        yield f"\n{way.result.value}: {plain(way.reason)}"
    elif way.found is not None and way.found.catalog:
        yield f"\nfrom the catalog {way.found.catalog}"


def _meaning(view: View, held: Held) -> str:
    """What a reference resolves to, and what that comes from."""
    link = view.link_at(held)
    if link is None or (link.kind in (LinkKind.INSTANCETYPE, LinkKind.PREFERENCE) and not _is_label(link)):
        return ""
    lines: list[str] = []
    seen: set[object] = set()
    waiting = [(link, 0)]
    while waiting and len(lines) < _MOST_HOPS:
        link, depth = waiting.pop(0)
        resolution = held.world.cluster.follow(link)
        indent = "  " * depth
        lines.append(f"{indent}- {link.kind.value} → {_resolved(view, resolution)}")
        resource = resolution.resource
        if resource is None or (key := (id(resource), resolution.made_at)) in seen:
            continue
        seen.add(key)
        own = (one for one in links(resource) if one.kind in _FOLLOWED)
        start = resolution.made_at if resolution.made and resolution.made_at != ("metadata", "name") else ()
        waiting[:0] = [(one, depth + 1) for one in own if one.path[: len(start)] == start]
    return "\n".join(lines)


def _is_label(link: Link) -> bool:
    return "labels" in link.path[-2:-1]


def _resolved(view: View, resolution: Resolution) -> str:
    """An object in a few words: what it is, and where."""
    what = f"{plain(resolution.ref.kind)} {code(resolution.ref.short)}"
    if resolution.place is not None:
        made = f", made by {plain(str(resolution.resource))}" if resolution.made else ""
        return f"{what}{made}{_place(view, resolution.place)}{_details(resolution)}"
    reason = f": {plain(resolution.reason)}" if resolution.reason else ""
    return f"{what}, {_STATES.get(resolution.state, '')}{reason}"


def _details(resolution: Resolution) -> str:
    """The size and class of a claim, the size of an instancetype."""
    resource = resolution.resource
    if resource is None:
        return ""
    if isinstance(resource, Instancetype):
        return f": {plain(size_of(resource.spec))}"
    base = resolution.made_at if resolution.made_at and resolution.made_at != ("metadata", "name") else ()
    spec = mapping(resource.data, *base, "spec")
    for section in (mapping(spec, "storage"), mapping(spec, "pvc"), spec):
        if size := get(section, "resources", "requests", "storage"):
            return f": {plain(str(size))}"
    return ""


def _place(view: View, place: Place) -> str:
    document, path = place.resource.written(place.path)
    return _link(view, document.file, document.span(path).line)


def _link(view: View, file: str, line: int) -> str:
    if not file:
        return ""
    shown = view.texts.line(file, line) or line
    return f" ([{label(file)}:{shown}]({uri_of(view.folder.root, file)}#L{shown}))"


# Who uses it


def _users(view: View, held: Held) -> str:
    """Who refers to an object, at its name."""
    target = view.named_at(held)
    if target is None:
        return ""
    found = dict(_user_lines(view, target))
    if not found:
        is_shared = isinstance(held.resource, Instancetype | Preference)
        return "No object of this folder uses it." if is_shared else ""
    shown = [f"- {line}" for line in list(found.values())[:_MOST_USERS]]
    if len(found) > _MOST_USERS:
        shown.append(f"- and {len(found) - _MOST_USERS} more")
    return "\n".join([f"Used {len(found)} time{'s' if len(found) != 1 else ''}:", *shown])


def _user_lines(view: View, target: Target) -> Iterator[tuple[object, str]]:
    """A line for each place that refers to an object, however many objects it makes, and for each VM that infers it."""
    for _, link in view.uses(view.key(target)):
        written = link.source.written(link.path)
        line = f"{plain(str(link.source))}, {code(render(link.path))}{_place(view, Place(link.source, link.path))}"
        yield (id(written.document), written.path), line
    resource = target.resolution.resource
    if isinstance(resource, Instancetype | Preference):
        for world in view.snapshot.worlds:
            for vm in _inferring(world, resource):
                yield id(vm.document), f"{plain(str(vm))}, inferred{_place(view, vm.named)}"


def _inferring(world: World, resource: Resource) -> Iterator[VirtualMachine]:
    """The VMs that infer an instancetype or preference."""
    for vm in world.cluster.resources:
        if not isinstance(vm, VirtualMachine) or vm.fragment or not vm.linted:
            continue
        for matcher in Matcher:
            if text(vm.matcher(matcher), "inferFromVolume"):
                match = world.vms.match(vm, matcher)
                if match is not None and match.resolution is not None and match.resolution.resource is resource:
                    yield vm


# What it comes to


def _effective(view: View, held: Held) -> str:
    """The value that KubeVirt uses, where it is not what is written, and values that others give below a field."""
    vm, path = held.resource, held.path
    if not isinstance(vm, VirtualMachine) or vm.fragment or path[: len(vm.vm_path)] != vm.vm_path:
        return ""
    known = expanded_vm(vm, held.world)
    value = get(known.data, *path)
    if not isinstance(value, dict | list):
        giver = known.origin.get(path)
        if giver is None:
            return ""
        if giver.origin is Origin.VM and value == get(vm.data, *path):
            return ""
        return f"Effective value: {code(str(value))}, from {plain(str(giver))}"
    given = [
        f"- {code(render(at[len(path) :]))}: {code(str(get(known.data, *at)))}, from {plain(str(giver))}"
        for at, giver in known.origin.items()
        if at[: len(path)] == path and giver.origin is not Origin.VM and not isinstance(get(known.data, *at), dict)
    ]
    more = [f"- and {len(given) - _MOST_VALUES} more"] if len(given) > _MOST_VALUES else []
    return "\n".join(["Effective values that are not written here:", "", *given[:_MOST_VALUES], *more]) if given else ""


# What a change of it does


def _restart(view: View, held: Held) -> str:
    """Whether a change of a field reaches a running guest."""
    vm, path = held.resource, held.path
    if not isinstance(vm, VirtualMachine) or isinstance(vm, VirtualMachinePool) or vm.fragment:
        return ""
    value = get(vm.data, *path)
    if path[: len(vm.template_path)] != vm.template_path or isinstance(value, dict | list) or value is None:
        return ""
    outcomes = {direction: _outcome(held, changed) for direction, changed in _changed(value)}
    if not outcomes or None in outcomes.values():
        return ""
    reasons = {direction: reason for direction, reason in outcomes.items() if reason}
    if not reasons:
        return ""
    if len(reasons) == len(outcomes) and len(set(reasons.values())) == 1:
        return f"After a change {plain(next(iter(reasons.values())))}"
    return "  \n".join(f"With {direction} {plain(reason)}" for direction, reason in reasons.items())


def _changed(value: Any) -> Iterator[tuple[str, Any]]:
    """Other values for a field, with what is different about them."""
    if isinstance(value, bool):
        yield "another value", not value
    elif isinstance(value, int):
        yield "a larger value", value + 1
        if value > 1:
            yield "a smaller value", value - 1
    elif isinstance(value, str):
        quantity = Quantity.try_parse(value)
        if quantity is not None and quantity.value() > 1:
            yield "a larger value", str(quantity.value() * 2)
            yield "a smaller value", str(quantity.value() // 2)
        else:
            yield "another value", f"{value}x"


def _outcome(held: Held, value: Any) -> str | None:
    """Why a running guest has to be restarted after a change, "" where it need not be; None where nobody can tell."""
    vm, path, world = held.resource, held.path, held.world
    if not isinstance(vm, VirtualMachine):
        return None
    new = type(vm)(vm.kind, vm.ref, _with(vm.data, path, value), vm.document, prefix=vm.prefix, parts=vm.parts)
    result = update(VmUpdate(vm, new, world, world))
    if not result.running or result.unknown or result.synced.failure is not None:
        return None
    restart = next(iter(result.synced.restarts), None)
    return restarted(restart, result.synced.guest) if restart is not None else ""


def _with(data: Any, path: Path, value: Any) -> Any:
    """A copy of some data with another value at a path."""
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        return [_with(one, tuple(rest), value) if index == step else one for index, one in enumerate(data)]
    return {**data, step: _with(data[step], tuple(rest), value)}
