"""The target of a patch matches no object.

## What it does
Reports a patch with a `target` that matches no object of its kustomization, with the nearest object.

## Why it does nothing
kustomize builds the kustomization without the patch and without a message: the objects keep the values of their base.

## Cluster message
kustomize reports nothing.

## Bad
    resources: [../base]     # has an instancetype `web-medium`
    patches:
      - path: bigger.yaml
        target: {kind: VirtualMachineInstancetype, name: web-large}

## Good
    resources: [../base]
    patches:
      - path: bigger.yaml
        target: {kind: VirtualMachineInstancetype, name: web-medium}

## How to fix
Correct the target; the finding names the nearest object.

## Source
kustomize `api/internal/builtins/PatchTransformer.go`, `api/resmap/reswrangler.go` (Select).
"""

from collections.abc import Iterator

from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._kustomize import spot

META = Meta("VM943", effect=Effect.IGNORED, since="0.1", subject=BuildProblem)


def check(problem: BuildProblem, world: World) -> Iterator[Fault]:
    if problem.code is not BuildCode.TARGET_UNMATCHED:
        return
    values = problem.values
    near = values.get("near", "")
    fix = "fix the `target`, or remove the patch"
    if near:
        fix = f"fix the `target` (the nearest object is {near}, in `{values['near_file']}`), or remove the patch"
    selected = values["asked"] or "an empty selector"
    yield META.at(
        spot(problem), f"the target of the patch matches no object ({selected}). kustomize ignores the patch.", fix=fix
    )
