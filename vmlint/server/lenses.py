"""What is offered above a VM: the VM as KubeVirt would run it, and what the edits since the last commit do to it."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from vmlint.errors import VmlintError
from vmlint.explain.expand import Expanded, expanded_vm
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.report.manifest import manifest
from vmlint.server.session import Folder, within
from vmlint.server.uris import uri_of
from vmlint.server.view import Spelled, View
from vmlint.source.document import Document
from vmlint.world import World

__all__ = ["DIFF", "EXPAND", "diff_text", "expanded_text", "lenses"]

EXPAND = "vmlint.expand"
"""The command that returns a VM as KubeVirt would run it, as text. It takes the address of the file, a line of the VM,
and, where several deployments apply the VM, the number of one."""

DIFF = "vmlint.diff"
"""The command that returns what the edits since the last commit do, as text. It takes the address of a file."""


def lenses(view: View, name: str) -> list[types.CodeLens]:
    """The lenses of a file, at the name of each VM."""
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
        found.append(types.CodeLens(there, types.Command("Diff with the last commit", DIFF, arguments=[uri])))
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
    found = view.document_at(name, types.Position(line, 0))
    if found is None:
        return None
    document, row, _ = found
    held = [(resource, worlds) for one, resource, worlds in _vms(view, name) if one is document]
    before = [(resource, worlds) for resource, worlds in held if document.extent(resource.prefix)[0] <= row]
    if not (before or held):
        return None
    vm, worlds = (before or held)[-1]
    with within(view.folder.root):
        return _rendered(_twin(vm, worlds[min(number, len(worlds) - 1)]))


def _twin(vm: Resource, world: World) -> Expanded:
    """The VM of a world that is written at the same place."""
    same = (one for one in world.cluster.resources if one.document is vm.document and one.prefix == vm.prefix)
    return expanded_vm(next(same), world)


def _rendered(one: Expanded) -> str:
    givers = {path: str(giver) for path, giver in one.origin.items()}
    problem = f"# {one.problem.reason}\n" if one.problem is not None else ""
    return problem + manifest(one.data, givers)


def diff_text(folder: Folder) -> str:
    """What the edits since the last commit do to the running cluster, unsaved ones too, as text."""
    from vmlint.engine.request import RunRequest
    from vmlint.engine.states import commits
    from vmlint.impact.compare import compare
    from vmlint.report.impact.text import render

    after = folder.snapshot()
    settings = folder.settings()
    if after is None or settings is None:
        return "There are no manifests to compare.\n"
    with within(folder.root):
        try:
            states = commits("HEAD", "HEAD", RunRequest((), settings))
            return render(compare(states.after, after, ("the last commit", "the files in the editor"))) + "\n"
        except VmlintError as error:
            return f"{error}\n"
