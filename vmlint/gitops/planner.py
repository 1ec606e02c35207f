"""What each kustomization and each folder makes that a tool applies, and what is left for nobody to apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vmlint.errors import VmlintError
from vmlint.gitops.applied import Applied
from vmlint.gitops.build import Build, Builder, Unread
from vmlint.gitops.deployment import MACHINES, Deployment
from vmlint.gitops.kustomization import Kustomization
from vmlint.gitops.substitute import substitute, variables_of
from vmlint.gitops.tree import Tree, beside
from vmlint.graph.cluster import makes
from vmlint.model.access import each, mapping, text
from vmlint.model.crash import Crash, crash
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Resource
from vmlint.source.document import Document

if TYPE_CHECKING:
    from vmlint.gitops.render import Renderer

__all__ = ["Planner"]


class Planner:
    """The deployments of a repository that has kustomizations, or tools that are told what to apply."""

    def __init__(
        self,
        tree: Tree,
        tools: Sequence[Applied],
        resources: Sequence[Resource],
        default_namespace: str,
        renderer: Renderer | None,
    ) -> None:
        self._renderer = renderer
        self._tree = tree
        self._tools = tools
        self._default = default_namespace
        self._resources = resources
        held: dict[str, list[Resource]] = {}
        for found in resources:
            held.setdefault(found.document.file, []).append(found)
        self._held: Mapping[str, Sequence[Resource]] = held
        self._builder = Builder(tree, held, default_namespace)
        self._used: set[str] = set()
        self.crashes: list[Crash] = []

    def plan(self) -> tuple[Deployment, ...]:
        deployments = [*self._by_tools(), *self._by_themselves()]
        loose = tuple(self._loose())
        deployments.append(Deployment("", loose))
        return tuple(one for one in deployments if one.resources)

    def _loose(self) -> Iterator[Resource]:
        """The objects that nothing is told to apply.

        One beside a kustomization that does not name it may be made whole by other means, as may any where a
        kustomization was not understood.
        """
        for found in self._resources:
            file = found.document.file
            if file not in self._used:
                folder = file.rpartition("/")[0]
                if self.crashes or self._tree.kustomization(folder) is not None:
                    found.patched = True
                yield found

    @contextmanager
    def _apart(self, work: str, document: Document) -> Iterator[None]:
        """A deployment at which vmlint itself fails takes no other with it."""
        try:
            yield
        except VmlintError:
            raise
        except MemoryError:
            raise
        except Exception as error:
            self.crashes.append(crash(error, work, document))

    def _by_tools(self) -> Iterator[Deployment]:
        for tool in self._tools:
            with self._apart(f"what {tool.tool.name} `{tool.name}` applies", tool.at.document):
                yield self._deployment(f"{tool.tool.name} {tool.name}", self._applied(tool), tool.namespace)

    def _applied(self, tool: Applied) -> Build:
        tree = self._tree
        build = Build()
        if tree.kustomization(tool.folder) is not None:
            made = self._built(tool.folder)
        elif tool.recurses:
            made = self._builder.folder(tool.folder)
        else:
            made = self._builder.files(tree.files_in(tool.folder))
        self._used |= made.files
        if not self._builder.affords(len(made.parts)):
            build.unread.append(Unread(f"`{tool.folder}` makes more objects than are looked at", tool.at))
            return build
        build.add(made)
        data = {key: value for key, value in tool.spec.items() if key in _OUTER}
        if tool.tool.forces and tool.namespace:
            data["namespace"] = tool.namespace
        outer = Kustomization(
            tool.at.document, tool.folder, data, tool.at.path, _FLUX_NAMES if tool.tool.forces else {}
        )
        self._builder.around(outer, build)
        if tool.post_build is not None:
            self._substitute(tool, build)
        return build

    def _built(self, folder: str) -> Build:
        """What a kustomization makes, by the tool where it is asked for and there is anything to lint."""
        build = self._builder.build(folder)
        kustomization = self._tree.kustomization(folder)
        if self._renderer is None or kustomization is None or kustomization.is_component:
            return build
        kinds = [*(part.kind for part in build.parts), *(patch.kind for patch in build.patches)]
        if not any(kind.group.endswith(MACHINES) for kind in kinds):
            return build
        return self._renderer.render(folder, self._builder.finish(build))

    def _substitute(self, tool: Applied, build: Build) -> None:
        post_build = mapping(tool.post_build)
        owner = text(tool.at.document.data, "metadata", "namespace") or self._default
        maps = [found for found in self._resources if found.kind is _CONFIG_MAP]
        variables = variables_of(post_build, maps, tool.name.rpartition("/")[0] or owner)
        all_known = not any(True for _ in each(post_build, "substituteFrom"))
        for part in build.parts:
            substitute(part, variables, all_known=all_known)

    def _by_themselves(self) -> Iterator[Deployment]:
        """The kustomizations that no other one includes, and that no tool is told to apply."""
        included = set(self._used)
        for kustomization in self._tree.kustomizations:
            for entry in (*kustomization.resources, *kustomization.components):
                folder = beside(kustomization.folder, entry.text)
                if folder != kustomization.folder and (found := self._tree.kustomization(folder)):
                    included.add(found.file)
        for kustomization in self._tree.kustomizations:
            if kustomization.file in included:
                continue
            with self._apart("the kustomization", kustomization.document):
                build = self._built(kustomization.folder)
                self._used |= build.files
                if not kustomization.is_component:
                    yield self._deployment(kustomization.folder or ".", build, "")

    def _deployment(self, name: str, build: Build, namespace: str) -> Deployment:
        done = self._builder.finish(build)
        default = namespace or self._default
        made = [found for part in done.parts if (found := part.finished(default))]
        for found in made:
            found.once(makes)  # where it fails, it takes no other deployment with it
        unclear = [
            *done.embedded,
            *(Unread(part.unclear, part.draft.written(_NAME)) for part in done.parts if part.unclear),
        ]
        unclear += (Unread(_NO_TARGET, patch.written(_NAME)) for patch in done.patches)
        return Deployment(name, (*made, *done.patches), tuple(done.unread), tuple(unclear))


_CONFIG_MAP = BY_GROUP_KIND["", "ConfigMap"]
_NAME: Path = ("metadata", "name")

_NO_TARGET = "a patch of an object that its kustomization does not include"

_FLUX_NAMES = {"namespace": "targetNamespace"}

_OUTER = ("patches", "components", "namePrefix", "nameSuffix", "commonLabels", "commonAnnotations", "namespace")
"""The fields of a tool's spec that mean what they mean in a kustomization."""
