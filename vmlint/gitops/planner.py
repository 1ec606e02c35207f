"""What each kustomization and each folder makes that a tool applies, and what is left for nobody to apply."""

from __future__ import annotations

import posixpath
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from vmlint.errors import VmlintError
from vmlint.gitops.applied import Applied
from vmlint.gitops.build import Builder
from vmlint.gitops.deployment import MACHINES, BuiltBefore, Deployment, Recipe
from vmlint.gitops.draft import Draft
from vmlint.gitops.kustomization import Kustomization
from vmlint.gitops.made import Build, Unread
from vmlint.gitops.part import Part
from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.gitops.substitute import is_done, malformed, substitute, variables_of
from vmlint.gitops.tree import Tree, beside
from vmlint.gitops.uses import Uses, is_called_patch
from vmlint.graph.cluster import makes
from vmlint.model.access import each, mapping, text
from vmlint.model.crash import Crash, crash
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Resource, Written
from vmlint.model.subjects import Workload
from vmlint.source.discover import KUSTOMIZATION_FILES
from vmlint.source.document import Document

if TYPE_CHECKING:
    from vmlint.gitops.render import Renderer

__all__ = ["Planner"]


def _patched(resource: Resource) -> Resource:
    """The object as one that more may be added to before it is applied."""
    return resource.twin(patched=True)


def _fragment(resource: Resource) -> Resource:
    """The object as a part of another one."""
    return resource.twin(fragment=True)


class Planner:
    """The deployments of a repository that has kustomizations, or tools that are told what to apply."""

    def __init__(
        self,
        tree: Tree,
        tools: Sequence[Applied],
        resources: Sequence[Resource],
        default_namespace: str,
        renderer: Renderer | None,
        before: Mapping[str, BuiltBefore] = {},
    ) -> None:
        self._renderer = renderer
        self._before = before
        self._tree = tree
        self._tools = tools
        self._default = default_namespace
        self._resources = resources
        objects_by_file: dict[str, list[Resource]] = {}
        for found in resources:
            objects_by_file.setdefault(found.document.file, []).append(found)
        self._held: Mapping[str, Sequence[Resource]] = objects_by_file
        self._builder = Builder(tree, objects_by_file, default_namespace)
        self._free_builder = Builder(tree, objects_by_file, default_namespace, restricted=False)
        self._used: set[str] = set()
        self.uses = Uses(tree, self._used, ChainMap(self._builder.refused, self._free_builder.refused))
        """How the kustomizations use the files; after `plan`."""
        self._problems: dict[object, BuildProblem] = {}
        self._applied_names: set[tuple[str, str]] = set()
        self.crashes: list[Crash] = []
        self.failed: tuple[str, ...] = ()
        """The names of the deployments that a tool refuses, those without any object too; after `plan`."""

    def plan(self) -> tuple[Deployment, ...]:
        deployments = [*self._by_tools(), *self._by_themselves()]
        loose = tuple(self._loose())
        deployments.append(Deployment("", loose))
        self.failed = tuple(deployment.name for deployment in deployments if deployment.failed)
        return tuple(deployment for deployment in deployments if deployment.resources)

    @property
    def problems(self) -> tuple[BuildProblem, ...]:
        """What can't be built, or changes nothing, each once; after `plan`."""
        return tuple(self._problems.values())

    @property
    def effort(self) -> float:
        """How much was done of what builds may do: 1 is all."""
        return max(self._builder.budget.effort, self._free_builder.budget.effort)

    def waits(self, file: str) -> bool:
        """Whether a file lies beside a kustomization that does not name it: nobody applies it; after `plan`."""
        return file not in self._used and self._tree.kustomization(file.rpartition("/")[0]) is not None

    def _loose(self) -> Iterator[Resource]:
        """The objects that nothing applies.

        One beside a kustomization that does not name it may be made whole by other means, as may any where a
        kustomization was not understood. One of a name that is applied elsewhere, and one that calls itself a patch,
        is a part of an object that waits to be used.
        """
        for found in self._resources:
            file = found.document.file
            if file not in self._used:
                folder = file.rpartition("/")[0]
                beside_one = self._tree.kustomization(folder) is not None
                # The object itself stays what its file has: a later plan may use it in another way.
                if self.crashes or beside_one:
                    found = found.once(_patched)
                if self._tree.kustomizations and self._is_standby(found, beside_one=beside_one):
                    found = found.once(_fragment)
                yield found

    def _is_standby(self, found: Resource, *, beside_one: bool) -> bool:
        """Whether an object that no kustomization names is a patch."""
        if not found.kind.group.endswith(MACHINES):
            return False
        if beside_one and (found.ref.kind, found.name) in self._applied_names:
            return True
        return is_called_patch(found.document.file) and not _is_whole(found)

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
                yield self._deployment(
                    f"{tool.tool.name} {tool.name}", self._applied(tool), tool.namespace, applied=True
                )

    def _applied(self, tool: Applied) -> Build:
        tree = self._tree
        build = Build()
        # Flux lets kustomizations name files anywhere in its source; Argo CD runs kustomize as it is.
        builder = self._free_builder if tool.tool.forces else self._builder
        data = _outer(tool)
        if (own := tree.kustomization(tool.folder)) is not None:
            replaced = frozenset(
                field for field in ("namePrefix", "nameSuffix") if data.get(field) and own.data.get(field)
            )
            made = self._built(tool.folder, builder, replaced)
        elif tool.recurses:
            made = builder.folder(tool.folder)
        else:
            made = builder.files(tree.files_in(tool.folder))
        self._used |= made.files
        if not builder.budget.affords(len(made.parts)):
            build.unread.append(Unread(f"`{tool.folder}` creates more objects than vmlint checks", tool.at))
            return build
        build.add(made)
        if build.failed:
            return build
        outer = Kustomization(
            tool.at.document, tool.folder, data, tool.at.path, _FLUX_NAMES if tool.tool.forces else _ARGO_NAMES
        )
        builder.around(outer, build)
        if tool.tool.forces:  # Flux writes a kustomization where there is none
            for part in build.parts:
                part.write_annotations_as_text()
        if tool.post_build is not None:
            self._substitute(tool, build)
        return build

    def _built(self, folder: str, builder: Builder, without: frozenset[str] = frozenset()) -> Build:
        """What a kustomization makes, by the tool where it is asked for and there is anything to lint."""
        build = builder.build(folder, without)
        kustomization = self._tree.kustomization(folder)
        if self._renderer is None or kustomization is None or kustomization.is_component or build.failed:
            return build
        if any(problem.code is BuildCode.OUTSIDE for problem in build.problems):
            return build
        kinds = [*(part.kind for part in build.parts), *(patch.kind for patch in build.patches)]
        if not any(kind.group.endswith(MACHINES) for kind in kinds):
            return build
        return self._renderer.render(folder, builder.finish(build, kustomization))

    def _substitute(self, tool: Applied, build: Build) -> None:
        post_build = mapping(tool.post_build)
        owner = text(tool.at.document.data, "metadata", "namespace") or self._default
        maps = [found for found in self._resources if found.kind is _CONFIG_MAP]
        variables = variables_of(post_build, maps, tool.name.rpartition("/")[0] or owner)
        all_known = not any(True for _ in each(post_build, "substituteFrom"))
        if all_known and not is_done(post_build):
            return
        if is_done(post_build):
            for part in build.parts:
                if flaw := malformed(part):
                    path, shown = flaw
                    values = {"text": shown, "name": tool.name}
                    problem = BuildProblem(BuildCode.SUBSTITUTION, part.draft.written(path), tool.folder, values)
                    build.problems.append(problem)
                    build.failed = True
                    return
        for part in build.parts:
            substitute(part, variables, all_known=all_known)

    def _by_themselves(self) -> Iterator[Deployment]:
        """The kustomizations that no other one includes, and that no tool applies."""
        included = set(self._used)
        includes: dict[str, set[str]] = {}
        included_by: dict[str, set[str]] = {}
        for kustomization in self._tree.kustomizations:
            for entry in (*kustomization.resources, *kustomization.components):
                folder = beside(kustomization.folder, entry.text)
                if folder != kustomization.folder and (found := self._tree.kustomization(folder)):
                    included.add(found.file)
                    includes.setdefault(kustomization.folder, set()).add(folder)
                    included_by.setdefault(folder, set()).add(kustomization.folder)
        for kustomization in self._tree.kustomizations:
            if kustomization.file in included or kustomization.is_component:
                continue
            with self._apart("the kustomization", kustomization.document):
                step = _is_a_step(kustomization.folder, includes, included_by)
                before = self._before.get(kustomization.folder)
                if before is not None and before.recipe.is_step == step and self._holds(before.recipe):
                    yield self._as_before(kustomization, before)
                    continue
                build = self._built(kustomization.folder, self._builder)
                self._used |= build.files
                yield self._deployment(kustomization.folder or ".", build, "", kustomization, is_step=step)
        yield from self._in_circles()

    def _holds(self, recipe: Recipe) -> bool:
        """Whether a kustomization of files that have not changed comes out as before.

        It does not where other objects of these files matter than before, or where a folder of it has a second
        kustomization file.
        """
        folders = {posixpath.dirname(file) for file in recipe.files if posixpath.basename(file) in KUSTOMIZATION_FILES}
        return all(self._places(file) == places for file, places in recipe.files.items()) and not any(
            map(self._tree.second_file, folders)
        )

    def _places(self, file: str) -> str:
        """The places of the objects of a file that matter."""
        return " ".join(str((found.document.index, *found.prefix)) for found in self._held.get(file, ()))

    def _as_before(self, kustomization: Kustomization, before: BuiltBefore) -> Deployment:
        """The deployment of a kustomization without building it, unless somebody asks for more than is known."""
        recipe = before.recipe
        self._used |= recipe.files.keys()
        self._applied_names |= recipe.names

        @cache
        def whole() -> Sequence[Resource]:
            done = self._builder.finish(self._built(kustomization.folder, self._builder), kustomization)
            return self._made(done, self._default, is_step=recipe.is_step)

        objects = before.objects(lambda file, index: self._documents(file)[index], whole)
        return Deployment(kustomization.folder or ".", tuple(objects), recipe=recipe)

    def _documents(self, file: str) -> Sequence[Document]:
        there = self._tree.file(file)
        return there.documents if there else ()

    def _in_circles(self) -> Iterator[Deployment]:
        """The kustomizations that only include each other, so that none of them is the first: each circle once."""
        for kustomization in self._tree.kustomizations:
            if kustomization.file in self._used or kustomization.is_component:
                continue
            with self._apart("the kustomization", kustomization.document):
                build = self._built(kustomization.folder, self._builder)
                if any(problem.code is BuildCode.CYCLE for problem in build.problems):
                    self._used |= build.files
                    yield self._deployment(kustomization.folder or ".", build, "", kustomization)

    def _deployment(
        self,
        name: str,
        build: Build,
        namespace: str,
        kustomization: Kustomization | None = None,
        *,
        is_step: bool = False,
        applied: bool = False,
    ) -> Deployment:
        done = self._builder.finish(build, kustomization)
        if done.failed or done.problems:
            self._note(done)
        default = namespace or self._default
        if done.failed:
            return Deployment(name, tuple(self._unbuilt(done, default)), tuple(done.unread), failed=True)
        names = {(part.kind.name, text) for part in done.parts for text in (part.name, part.first[1])}
        self._applied_names |= names
        made = self._made(done, default, is_step=is_step)
        for found in made:
            found.once(makes)  # where it fails, it takes no other deployment with it
        unclear = [
            *done.embedded,
            *(Unread(part.unclear, part.draft.written(_NAME)) for part in done.parts if part.unclear and part.relevant),
        ]
        unclear += (Unread(_NO_TARGET, patch.written(_NAME)) for patch in done.patches)
        tool = name if applied else ""
        recipe = None
        if kustomization is not None and not (done.problems or done.unread or unclear or done.patches):
            files = {file: self._places(file) for file in done.files}
            recipe = Recipe(files, names, is_step, self._forms_names(done))
        return Deployment(name, (*made, *done.patches), tuple(done.unread), tuple(unclear), tool, recipe=recipe)

    def _made(self, done: Build, default: str, *, is_step: bool) -> Sequence[Resource]:
        """The objects of a finished build."""
        made = [found for part in done.parts if (found := part.finished(default))]
        return [found.twin(patched=True) for found in made] if is_step else made

    def _forms_names(self, done: Build) -> bool:
        """Whether a build may write a name that is a word of no file: with a prefix, a hash, of parts of others."""
        if any(part.generated or "name" in part.by for part in done.parts):
            return True
        folders = map(posixpath.dirname, done.files)
        return any((found := self._tree.kustomization(folder)) and any(found.replacements) for folder in folders)

    def _unbuilt(self, build: Build, default: str) -> Iterator[Resource]:
        """The objects of a kustomization without a result, which no rule looks at, and to which others may refer."""
        for file in sorted(build.files - self.uses.parts):
            for found in self._held.get(file, ()):
                self._applied_names.add((found.ref.kind, found.name))
                part = Part(found.kind, Draft(found.data, Written(found.document, found.prefix)), linted=False)
                if made := part.finished(default):
                    yield made

    def _note(self, build: Build) -> None:
        """Keep the problems of a build that may hold machines or their disks; what else there is, is nobody's here."""
        matters = self._hold_machines(build.files) or any(part.kind.group.endswith(MACHINES) for part in build.parts)
        for problem in build.problems:
            if matters or problem.code in _HIDES or MACHINES in problem.at.document.text or self._empties(problem):
                self._problems.setdefault(problem.identity, problem)

    def _empties(self, problem: BuildProblem) -> bool:
        """Whether a kustomization that names nothing lies beside machines or their disks, or beside the kustomization
        of some: it is an overlay that makes nothing."""
        if problem.code is not BuildCode.EMPTY:
            return False
        folder, tree = problem.folder, self._tree
        others = tree.folders_in(posixpath.dirname(folder)) if folder else ()
        return self._hold_machines(tree.files_in(folder)) or any(
            self._hold_machines(self._builder.build(other).files) for other in others if tree.kustomization(other)
        )

    def _hold_machines(self, files: Iterable[str]) -> bool:
        return any(found.kind.group.endswith(MACHINES) for file in files for found in self._held.get(file, ()))


def _outer(tool: Applied) -> dict[str, Any]:
    """What a tool changes in a folder's kustomization: it replaces affixes of names, and adds all else.

    Sources: Flux `fluxcd/pkg/kustomize/kustomize_generator.go` (GenerateManifest); Argo CD
    `util/kustomize/kustomize.go` (Build).
    """
    data = {key: value for key, value in tool.spec.items() if key in _OUTER}
    if tool.tool.forces and tool.namespace:
        data["namespace"] = tool.namespace
    if tool.spec.get("labelWithoutSelector") is True and not tool.tool.forces and "commonLabels" in data:
        templates = tool.spec.get("labelIncludeTemplates") is True
        data["labels"] = [{"pairs": data.pop("commonLabels"), "includeTemplates": templates}]
    return data


def _is_whole(found: Resource) -> bool:
    """Whether a machine has what each needs; a kind that needs nothing is."""
    if isinstance(found, Workload):
        return bool(mapping(found.data, "spec", "template", "spec")) or bool(
            mapping(found.data, "spec", "virtualMachineTemplate", "spec")
        )
    return bool(mapping(found.data, "spec"))


def _is_a_step(folder: str, includes: Mapping[str, Set[str]], included_by: Mapping[str, Set[str]]) -> bool:
    """Whether a kustomization only leads to others below it, of which another kustomization outside makes use by
    itself: what it includes is completed there."""
    inside = f"{folder}/"
    below = (path for path in includes.get(folder, ()) if path.startswith(inside if folder else ""))
    return any(other != folder and not other.startswith(inside) for path in below for other in included_by[path])


_HIDES = (BuildCode.MISSING, BuildCode.OUTSIDE, BuildCode.NO_KUSTOMIZATION)
"""Problems that hide what is there."""

_CONFIG_MAP = BY_GROUP_KIND["", "ConfigMap"]
_NAME: Path = ("metadata", "name")

_NO_TARGET = "a patch of an object that its kustomization does not include"

_FLUX_NAMES = {"namespace": "targetNamespace"}
_ARGO_NAMES = {"labels": "commonLabels"}

_OUTER = ("patches", "components", "namePrefix", "nameSuffix", "commonLabels", "commonAnnotations", "namespace")
"""The fields of a tool's spec that mean what they mean in a kustomization."""
