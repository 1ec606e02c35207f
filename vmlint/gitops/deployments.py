"""What is applied together: each deployment of a repository is a picture of a cluster of its own.

A kustomization that nothing else includes is applied by itself, as is each folder that Flux or Argo CD is told to
apply, and each OpenShift Template. All other files are one more: the folder tree itself. A repository that has none
of these is that one alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from vmlint.crash import Crash, crash
from vmlint.errors import VmlintError
from vmlint.gitops.applied import Applied, applied
from vmlint.gitops.build import Build, Builder, Unread
from vmlint.gitops.embedded import charts
from vmlint.gitops.failed import Failed
from vmlint.gitops.kustomization import Kustomization
from vmlint.gitops.substitute import substitute, variables_of
from vmlint.gitops.tree import Tree, beside
from vmlint.graph.template import STEP
from vmlint.model.access import each, mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Resource
from vmlint.source.document import Document, Skipped, SourceFile

if TYPE_CHECKING:
    from vmlint.gitops.render import Renderer

__all__ = ["Deployment", "Plan", "plan"]


class Deployment(NamedTuple):
    """What is applied together. `name` is for people, "" for the folder tree.

    `unread` says what it includes that no file holds, `unclear` which of its objects and patches are no whole objects.
    """

    name: str
    resources: tuple[Resource, ...]
    unread: tuple[Unread, ...] = ()
    unclear: tuple[Unread, ...] = ()

    @property
    def left_out(self) -> Iterator[Skipped]:
        """What is not linted of a deployment that holds machines or their disks, with the reason."""
        if any(found.kind.group.endswith(_MACHINES) for found in self.resources):
            for reason, at in (*self.unread, *self.unclear):
                yield Skipped(at.document.file, at.document.span(at.path).line, reason)


class Plan(NamedTuple):
    """The deployments of a repository, the kustomizations that can't be built, the Helm charts, and the deployments at
    which vmlint itself failed."""

    deployments: tuple[Deployment, ...]
    failed: tuple[Failed, ...] = ()
    charts: tuple[Skipped, ...] = ()
    crashes: tuple[Crash, ...] = ()


def plan(
    files: Sequence[SourceFile], resources: Sequence[Resource], default_namespace: str, *, render: bool = False
) -> Plan:
    """The deployments that the files describe; `resources` are the objects that stand in them.

    With `render`, kustomizations that hold machines or their disks are built by the installed tool. Raises UsageError
    where there is none.
    """
    templates, resources = _templates(resources)
    tree = Tree(files)
    tools = list(applied(files, tree))
    if not tree.kustomizations and not tools:
        found = tuple(charts(files, tree))
        return Plan((*([Deployment("", tuple(resources))] if resources else ()), *templates), charts=found)
    renderer = None
    if render and tree.kustomizations:
        from vmlint.gitops.render import Renderer

        renderer = Renderer(tree)
    planner = _Planner(tree, tools, resources, default_namespace, renderer)
    own = planner.plan()
    failed = tuple(renderer.failed) if renderer else ()
    return Plan((*own, *templates), failed, tuple(charts(files, tree)), tuple(planner.crashes))


def _templates(resources: Sequence[Resource]) -> tuple[list[Deployment], Sequence[Resource]]:
    """The OpenShift Templates, each of which somebody applies by itself, and all other objects."""
    held: dict[tuple[str, int, Path], list[Resource]] = {}
    others = []
    for found in resources:
        if STEP in found.prefix:
            document = found.document
            held.setdefault((document.file, document.index, found.prefix[: found.prefix.index(STEP)]), []).append(found)
        else:
            others.append(found)
    return [Deployment(f"Template in {key[0]}", tuple(found)) for key, found in held.items()], others


class _Planner:
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
        if not any(kind.group.endswith(_MACHINES) for kind in kinds):
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
        unclear = [
            *done.embedded,
            *(Unread(part.unclear, part.draft.written(_NAME)) for part in done.parts if part.unclear),
        ]
        unclear += (Unread(_NO_TARGET, patch.written(_NAME)) for patch in done.patches)
        return Deployment(name, (*made, *done.patches), tuple(done.unread), tuple(unclear))


_CONFIG_MAP = BY_GROUP_KIND["", "ConfigMap"]
_MACHINES = "kubevirt.io"
"""How the API groups of KubeVirt and CDI end."""

_NAME: Path = ("metadata", "name")

_NO_TARGET = "a patch of an object that its kustomization does not include"

_FLUX_NAMES = {"namespace": "targetNamespace"}

_OUTER = ("patches", "components", "namePrefix", "nameSuffix", "commonLabels", "commonAnnotations", "namespace")
"""The fields of a tool's spec that mean what they mean in a kustomization."""
