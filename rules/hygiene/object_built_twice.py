"""A kustomization has the same object twice.

## What it does
Reports an entry of a kustomization that adds a second object of the same `apiVersion`, kind, namespace and name, and a
`namespace` that makes two objects the same.

## Why it fails
kustomize refuses to build the kustomization.

## Cluster message
kustomize's message contains `may not add resource with an already registered id`.

## Bad
    resources:
      - vm.yaml
      - ../base      # has the same VirtualMachine

## Good
    resources:
      - ../base

## How to fix
Remove one of the two entries.

## Source
kustomize `api/resmap/reswrangler.go` (Append), `api/internal/builtins/NamespaceTransformer.go`.
"""

from collections.abc import Iterator

from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._kustomize import NOTHING_APPLIED, spot

META = Meta("VM944", effect=Effect.UNBUILDABLE, since="0.1", subject=BuildProblem)


def check(problem: BuildProblem, world: World) -> Iterator[Fault]:
    if problem.code is not BuildCode.IDENTITY_TAKEN:
        return
    values = problem.values
    first = f"`{values['other']}` (line {values['other_line']})"
    second = f"`{values['file']}` (line {values['line']})"
    where = f"both times from {first}" if first == second else f"from {first} and from {second}"
    yield META.at(
        spot(problem),
        f"{values['object']} is in the kustomization twice, {where}. {NOTHING_APPLIED}",
        fix="include only one of them, or change the name or namespace of one",
    )
