"""A kustomization names a file or folder that does not exist.

## What it does
Reports each entry of `resources`, `components`, `patches`, `configurations`, of a generator or a replacement that names
a file or folder that does not exist, a folder without a kustomization, a file outside the kustomization's folder, or a
path outside the repository, which vmlint does not read.

## Why it fails
kustomize builds nothing if it can't read one of the files. It refuses files outside the folder of the kustomization
that names them (`kubectl kustomize` and Argo CD do, Flux does not); bases may be anywhere.

## Cluster message
kustomize's message contains `accumulating resources`, `no such file or directory` or `is not in or below`.

## Bad
    resources:
      - vm.yaml
      - nads.yaml     # the file is called nad.yaml
      - ../shared/secret.yaml

## Good
    resources:
      - vm.yaml
      - nad.yaml
      - ../shared     # a folder with a kustomization

## How to fix
Correct the path, or add the file.

## Source
kustomize `api/internal/target/kusttarget.go` (accumulateResources), `api/internal/loader/loadrestrictions.go`.
"""

import posixpath
from collections.abc import Iterator

from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._kustomize import NOTHING_APPLIED, spot

META = Meta("VM941", effect=Effect.UNBUILDABLE, since="0.1", subject=BuildProblem)


def check(problem: BuildProblem, world: World) -> Iterator[Fault]:
    values = problem.values
    name = values.get("name", "")
    match problem.code:
        case BuildCode.MISSING if not name:
            yield META.at(spot(problem), f"the entry is empty. {NOTHING_APPLIED}", fix="remove it, or name a file")
        case BuildCode.MISSING:
            near = values.get("near", "")
            fix = f"write `{near}`, the nearest match" if near else "create it, or fix the path"
            yield META.at(spot(problem), f"{values['what']} `{name}` does not exist. {NOTHING_APPLIED}", fix=fix)
        case BuildCode.OUTSIDE:
            yield META.at(
                spot(problem),
                f"`{name}` is outside the repository, where vmlint does not read, so it can't check what this "
                "kustomization builds.",
                fix="run vmlint in the folder that contains both, or move the base into the repository",
            )
        case BuildCode.RESTRICTED:
            yield META.at(
                spot(problem),
                f"the file `{name}` is outside the folder of the kustomization. {NOTHING_APPLIED}",
                fix="add a kustomization next to the file and include that folder, or move the file",
            )
        case BuildCode.NO_KUSTOMIZATION:
            yield META.at(
                spot(problem),
                f"the folder `{name}` has no kustomization.yaml. {NOTHING_APPLIED}",
                fix=f"add `{posixpath.join(name, 'kustomization.yaml')}`, or list the files themselves",
            )
