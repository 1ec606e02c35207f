"""A kustomization has an invalid field.

## What it does
Reports, in a kustomization.yaml: an unknown field, a value of a wrong type, another `kind` or `apiVersion`, an empty
file, and a second kustomization file in the same folder.

## Why it fails
kustomize reads the file strictly: one unknown field or wrong type, and it builds nothing.

## Cluster message
kustomize's message contains `invalid Kustomization`, `unknown field` or `kustomization.yaml is empty`.

## Bad
    resources: [vm.yaml]
    patchs:
      - path: bigger.yaml
    commonLabels: {tier: 1}

## Good
    resources: [vm.yaml]
    patches:
      - path: bigger.yaml
    commonLabels: {tier: "1"}

## How to fix
Correct the name or type of the field, or remove the second kustomization file.

## Source
kustomize `api/types/kustomization.go` (Unmarshal, CheckEmpty, EnforceFields), `api/internal/target/kusttarget.go`
(LoadKustFile).
"""

from collections.abc import Iterator
from difflib import get_close_matches

from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._kustomize import NOTHING_APPLIED, spot

META = Meta("VM940", effect=Effect.UNBUILDABLE, since="0.1", subject=BuildProblem)


def check(problem: BuildProblem, world: World) -> Iterator[Fault]:
    values = problem.values
    match problem.code:
        case BuildCode.UNKNOWN_FIELD:
            field, known = values["field"], values["known"].split()
            near = get_close_matches(field, known, 1, 0.7)
            fix = f"write `{near[0]}`" if near else "remove it; the fields here are " + _listed(known)
            yield META.at(spot(problem), f"`{field}` is not a field here. {NOTHING_APPLIED}", fix=fix)
        case BuildCode.WRONG_TYPE:
            field, expected, value = values["field"], values["expected"], values["value"]
            yield META.at(
                spot(problem),
                f"`{field}` is {value}; it must be {expected}. {NOTHING_APPLIED}",
                fix=_typed(field, expected, value),
            )
        case BuildCode.INVALID:
            yield META.at(spot(problem), f"{values['reason']}. {NOTHING_APPLIED}", fix="fix it")
        case BuildCode.EMPTY:
            yield META.at(
                spot(problem),
                f"the kustomization is empty. {NOTHING_APPLIED}",
                fix="list what it applies under `resources`, or remove the file",
            )
        case BuildCode.SEVERAL_FILES:
            yield META.at(
                spot(problem),
                f"the folder has two kustomization files, `{values['name']}` and `{values['other']}`. "
                + NOTHING_APPLIED,
                fix="merge them into one file",
            )


def _listed(known: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in known[:12])


def _typed(field: str, expected: str, value: str) -> str:
    if expected == "a string" and value.startswith("`"):
        return f'put the value in quotes: "{value.strip("`")}"'
    if field.startswith("patches") and expected == "a mapping":
        return f"write `- path: {value.strip('`')}` for a file, or `- patch: |-` for the patch itself"
    return f"write {expected}"
