"""Argo CD or Flux applies a path that does not exist.

## What it does
Reports `path` of an Argo CD Application or ApplicationSet, and of a Flux Kustomization, that is not in this repository.
A path counts as one of this repository if another path of the same repository and revision exists here, or if a
kustomization has almost the same path.

## Why it fails
Argo CD and Flux apply nothing from a path that does not exist.

## Cluster message
Argo CD's condition contains `app path does not exist`, Flux's `kustomization path not found`.

## Bad
    spec:
      source: {repoURL: https://git.example.com/vms.git, path: overlays/prd}

## Good
    spec:
      source: {repoURL: https://git.example.com/vms.git, path: overlays/prod}

## How to fix
Correct `path`, or add the folder.

## Source
Argo CD `reposerver/repository/repository.go`, Flux `kustomize-controller` `internal/controller`.
"""

from collections.abc import Iterator

from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.model.access import text
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._kustomize import spot

META = Meta("VM945", effect=Effect.UNBUILDABLE, since="0.1", subject=BuildProblem)


def check(problem: BuildProblem, world: World) -> Iterator[Fault]:
    if problem.code is not BuildCode.PATH_NOT_APPLIED:
        return
    values = problem.values
    near = values["near"]
    fix = f"write `{near}`, the nearest path" if near else "fix the path, or add the folder"
    if "{{" in text(problem.at.document.data, *problem.at.path):
        fix = "fix the path or the values of the generators, or add the folder"
        fix = f"{fix}: the nearest path is `{near}`" if near else fix
    yield META.at(
        spot(problem),
        f"`{values['path']}` does not exist, so {values['tool']} `{values['object']}` applies nothing from it.",
        fix=fix,
    )
