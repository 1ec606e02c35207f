"""What is offered above a VM: the VM as KubeVirt would run it, and what the edits since the last commit do to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsprotocol import types

from vmlint.errors import VmlintError
from vmlint.explain.expand import Expanded, expanded_vm
from vmlint.findings.location import object_id
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.report.manifest import manifest
from vmlint.server.session import within
from vmlint.server.uris import uri_of
from vmlint.server.view import Spelled, View
from vmlint.source.document import Document
from vmlint.world import World

if TYPE_CHECKING:
    from vmlint.impact.model import ObjectChange

__all__ = ["DIFF", "EXPAND", "diff_text", "diff_title", "expanded_text", "lenses"]

EXPAND = "vmlint.expand"
"""The command that returns a VM as KubeVirt would run it, as text. It takes the address of the file, a line of the VM,
and, where several deployments apply the VM, the number of one."""

DIFF = "vmlint.diff"
"""The command that returns what the edits since the last commit do, as text. It takes the address of a file."""


UNKNOWN = "Diff with the last commit"
"""The title of the lens of that command, where nobody knows what the edits do."""


def lenses(view: View, name: str) -> list[types.CodeLens]:
    """The lenses of a file, at the name of each VM. That of the comparison has no title yet, which takes a moment."""
    found = []
    uri = uri_of(view.folder.root, name)
    for document, resource, worlds in _vms(view, name):
        there = view.range(Spelled(document, (*resource.prefix, "metadata", "name")))
        if there is None:
            continue
        for number, world in enumerate(worlds):
            title = "Expand" if len(worlds) == 1 else f"Expand {resource.name} of {_deployment(view, world) or number}"
            arguments = [uri, there.start.line, number]
            found.append(types.CodeLens(there, types.Command(title, EXPAND, arguments=arguments)))
        found.append(types.CodeLens(there, data=[uri, there.start.line]))
    return found


def _vms(view: View, name: str) -> Iterator[tuple[Document, Resource, list[World]]]:
    """The VMs of a file, each with the worlds that it is in."""
    for document in view.documents(name):
        held: dict[object, tuple[Resource, list[World]]] = {}
        for world, one in view.objects(document):
            if isinstance(one, VirtualMachine) and not one.fragment and one.document is document and one.linted:
                held.setdefault(one.prefix, (one, []))[1].append(world)
        yield from ((document, resource, worlds) for resource, worlds in held.values())


def _deployment(view: View, world: World) -> str:
    names = dict(zip(map(id, view.snapshot.worlds), view.snapshot.names, strict=False))
    return names.get(id(world), "")


def expanded_text(view: View, name: str, line: int, number: int = 0) -> str | None:
    """The VM at a line of the editor as KubeVirt would run it, as YAML with who gives each value.

    Of one that several deployments apply, that of the deployment with this number. None where there is no VM.
    """
    found = _vm_at(view, name, line)
    if found is None:
        return None
    vm, worlds = found
    world = worlds[min(number, len(worlds) - 1)]
    with within(view.folder.root):
        return _rendered(expanded_vm(_twin(vm, world), world))


def _vm_at(view: View, name: str, line: int) -> tuple[Resource, list[World]] | None:
    """The VM at a line of the editor with the worlds that it is in; else the first one of the document."""
    found = view.document_at(name, types.Position(line, 0))
    if found is None:
        return None
    document, row, _ = found
    held = [(resource, worlds) for one, resource, worlds in _vms(view, name) if one is document]
    before = [(resource, worlds) for resource, worlds in held if document.extent(resource.prefix)[0] <= row]
    return (before or held)[-1] if held else None


def _twin(vm: Resource, world: World) -> Resource:
    """The VM of a world that is written at the same place."""
    return next(one for one in world.cluster.resources if one.document is vm.document and one.prefix == vm.prefix)


def _rendered(one: Expanded) -> str:
    givers = {path: str(giver) for path, giver in one.origin.items()}
    problem = f"# {one.problem.reason}\n" if one.problem is not None else ""
    return problem + manifest(one.data, givers)


def diff_title(view: View, name: str, line: int) -> str:
    """The title of the lens that compares the VM at a line with the last commit: what the edits since do to it."""
    found = _vm_at(view, name, line)
    if found is None:
        return UNKNOWN
    vm, worlds = found
    try:
        before = view.folder.committed()
    except VmlintError:
        before = None
    if before is None:
        return UNKNOWN
    same = {object_id(_twin(vm, world)) for world in worlds}
    change = next((one for one in view.impact(before).changes if one.resource in same), None)
    return f"{UNKNOWN}: {_verdict(change)}"


def _verdict(change: ObjectChange | None) -> str:
    from vmlint.impact.model import Group
    from vmlint.report.impact.wording import GROUPS

    if change is None:
        return "unchanged"
    return "applied live" if change.group is Group.LIVE else GROUPS[change.group].title.lower()


def diff_text(view: View) -> str:
    """What the edits since the last commit do to the running cluster, unsaved ones too, as text."""
    from vmlint.report.impact.text import render

    try:
        before = view.folder.committed()
    except VmlintError as error:
        return f"{error}\n"
    return "There are no manifests to compare.\n" if before is None else render(view.impact(before)) + "\n"
