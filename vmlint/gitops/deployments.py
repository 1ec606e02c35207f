"""What is applied together: each deployment of a repository is a picture of a cluster of its own.

A kustomization that nothing else includes is applied by itself, as is each folder that Flux or Argo CD is told to
apply, and each OpenShift Template. All other files are one more: the folder tree itself. A repository that has none
of these is that one alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vmlint.gitops.applied import applied, lost
from vmlint.gitops.deployment import BuiltBefore, Deployment
from vmlint.gitops.embedded import charts
from vmlint.gitops.problem import BuildProblem
from vmlint.gitops.tree import NOTHING_BESIDE, Beside, Tree
from vmlint.gitops.uses import NO_USES, Uses
from vmlint.graph.template import STEP
from vmlint.model.crash import Crash
from vmlint.model.field import Path
from vmlint.model.resource import Resource
from vmlint.record import Record
from vmlint.source.document import Skipped, SourceFile

__all__ = ["Deployment", "Plan", "plan"]


class Plan(Record):
    """The deployments of a repository, what can't be built or changes nothing, the Helm charts, the deployments at
    which vmlint itself failed, how much was done of what builds may do, where 1 is all, and how kustomizations use the
    files."""

    deployments: tuple[Deployment, ...]
    problems: tuple[BuildProblem, ...] = ()
    charts: tuple[Skipped, ...] = ()
    crashes: tuple[Crash, ...] = ()
    effort: float = 0
    uses: Uses = NO_USES
    failed: tuple[str, ...] = ()
    """The names of the deployments that a tool refuses, those without any object too."""


def plan(
    files: Sequence[SourceFile],
    resources: Sequence[Resource],
    default_namespace: str,
    *,
    render: bool = False,
    known: Beside = NOTHING_BESIDE,
    before: Mapping[str, BuiltBefore] = {},
) -> Plan:
    """The deployments that the files describe; `resources` are the objects that stand in them, `known` is what is known
    of files beside them. Kustomizations that were built `before` are known by their folders.

    With `render`, kustomizations that hold machines or their disks are built by the installed tool. Raises UsageError
    where there is none.
    """
    templates, resources = _templates(resources)
    tree = Tree(files, known)
    tools = list(applied(files, tree))
    if not tree.kustomizations and not tools:
        whole = [Deployment("", tuple(resources))] if resources else []
        return Plan((*whole, *templates), tuple(lost(files, tree)), tuple(charts(files, tree)))

    from vmlint.gitops.planner import Planner

    renderer = None
    if render and tree.kustomizations:
        from vmlint.gitops.render import Renderer

        renderer = Renderer(tree)
    planner = Planner(tree, tools, resources, default_namespace, renderer, before)
    own = planner.plan()
    problems = (*planner.problems, *lost((file for file in files if not planner.waits(file.file)), tree))
    crashes = tuple(planner.crashes)
    return Plan(
        (*own, *templates), problems, tuple(charts(files, tree)), crashes, planner.effort, planner.uses, planner.failed
    )


def _templates(resources: Sequence[Resource]) -> tuple[list[Deployment], Sequence[Resource]]:
    """The OpenShift Templates, each of which somebody applies by itself, and all other objects."""
    resources_by_place: dict[tuple[str, int, Path], list[Resource]] = {}
    others = []
    for found in resources:
        if STEP in found.prefix:
            document = found.document
            resources_by_place.setdefault(
                (document.file, document.index, found.prefix[: found.prefix.index(STEP)]), []
            ).append(found)
        else:
            others.append(found)
    return [Deployment(f"Template in {key[0]}", tuple(found)) for key, found in resources_by_place.items()], others
