"""The Kustomizations and Applications that stay in the cluster though no file has them any more: another tool applied
them, and does not delete them. They go on applying their folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vmlint.engine.snapshot import Snapshot
from vmlint.engine.workspace import with_files
from vmlint.gitops.applied import Applied, tool_objects
from vmlint.gitops.tool_files import files_of
from vmlint.gitops.tree import Tree
from vmlint.impact.removal import Pruner, tools_of
from vmlint.impact.unapplied import Unapplied
from vmlint.runtime.cached import cached_property
from vmlint.source.document import Document, SourceFile

__all__ = ["with_remaining_tools"]


def with_remaining_tools(before: Snapshot, after: Snapshot) -> tuple[Snapshot, Sequence[str]]:
    """The state after an edit with the tools that stay, and a sentence about each of these."""
    tools = _Tools(before)
    notes = []
    for name, tool in tools.gone(after).items():
        if why := tools.why_it_stays(tool, after):
            after = with_files(after, [_file(tool, before, after)])
            notes.append(f"{name} is gone from the files, and still applies its folder, since {why}.")
    return after, notes


class _Tools:
    """The tools before an edit, and which of them apply the objects of others."""

    def __init__(self, before: Snapshot) -> None:
        self._before = before
        self._tools = tools_of(before)

    def gone(self, after: Snapshot) -> Mapping[str, Applied]:
        """The tools whose objects no file has after the edit, each after those that apply it, one for each object."""
        still = {name for name, _ in tool_objects(after.repository.files)}
        waiting = {
            tool.own_name: tool
            for tool in self._tools.values()
            if tool.own_name not in still and tool.at.path[0] == "spec"
        }
        found: dict[str, Applied] = {}
        while waiting:
            ready = {
                name: tool
                for name, tool in waiting.items()
                if not any(self._tools[parent].own_name in waiting for parent in self._parents(tool))
            }
            found |= ready or waiting
            waiting = {name: tool for name, tool in waiting.items() if name not in found}
        return found

    def why_it_stays(self, tool: Applied, after: Snapshot) -> str:
        """Why the object of a tool stays in the cluster, "" where it is deleted, or nobody is known to apply it."""
        pruner, unapplied = Pruner(self._before, after), Unapplied(self._before, after)
        reasons = []
        for parent in self._parents(tool):
            removal = pruner.removal(parent, tool.own_object)
            if unapplied.fails(parent):
                reasons.append(f"{parent} can't be built")
            else:
                reasons.append(f"{parent} is suspended" if removal.suspended else removal.stays)
        return reasons[0] if reasons and all(reasons) else ""

    def _parents(self, tool: Applied) -> Sequence[str]:
        """The tools that apply the object of a tool, other than itself."""
        file, name = tool.at.document.file, tool.own_name
        return [
            parent for parent, files in self._files.items() if file in files and self._tools[parent].own_name != name
        ]

    @cached_property
    def _files(self) -> Mapping[str, frozenset[str]]:
        tree = Tree(self._before.repository.files)
        return {name: frozenset(files_of(tool, tree)) for name, tool in self._tools.items()}


def _file(tool: Applied, before: Snapshot, after: Snapshot) -> SourceFile:
    """The object of a tool as a file of the state after the edit, beside that which had it."""
    old = tool.at.document
    file = old.file
    for path, new_path in zip(before.paths, after.paths, strict=False):
        if file.startswith(f"{path}/"):
            file = f"{new_path}{file[len(path) :]}"
            break
    document = Document(file, old.index, old.line, old.text, old.data, json=old.json, column=old.column)
    return SourceFile(f"{file}~", (document,), ())
