"""A patch matches no object of its kustomization.

## What it does
Reports a strategic merge patch without `target` whose `apiVersion`, `kind`, name and namespace match no object, or
several objects, of the kustomization that names it.

## Why it fails
kustomize refuses to build the kustomization. It compares the namespace in the object's file: a patch without a
namespace does not match an object that has one, and `namespace:` of the same kustomization is set later.

## Cluster message
kustomize's message contains `no matches for Id`.

## Bad
    # base/vm.yaml:          metadata: {name: web, namespace: shop}
    # overlay/bigger.yaml:   metadata: {name: web}
    patches:
      - path: bigger.yaml

## Good
    # overlay/bigger.yaml:   metadata: {name: web, namespace: shop}
    patches:
      - path: bigger.yaml

## How to fix
Write the patch's kind, name and namespace as in the object's file, or use a `target`.

## Source
kustomize `api/internal/builtins/PatchTransformer.go`, `api/resmap/reswrangler.go` (GetById).
"""

from collections.abc import Iterator, Mapping

from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.model.ref import Ref
from vmlint.rule import Effect, Fault, Meta
from vmlint.schema.code import Outcome, outcome_of
from vmlint.schema.load import check_version
from vmlint.world import World

from ._kustomize import spot

META = Meta("VM942", effect=Effect.UNBUILDABLE, since="0.1", subject=BuildProblem)


def check(problem: BuildProblem, world: World) -> Iterator[Fault]:
    if problem.code not in (BuildCode.PATCH_UNMATCHED, BuildCode.PATCH_AMBIGUOUS):
        return
    values = problem.values
    what = f"{values['kind']} `{'/'.join(filter(None, (values['namespace'], values['name'])))}`"
    refused = f"kustomize refuses to build `{values['kustomization']}`, so nothing of it is applied."
    if problem.code is BuildCode.PATCH_AMBIGUOUS:
        message = f"the patch of {what} matches several objects. {refused}"
        yield META.at(spot(problem), message, fix="select the object with a `target` in the kustomization")
        return
    near = values.get("near", "")
    file = world.left_out(_wanted(values)) if values.get("near_name") != values["name"] else ""
    message = f"the patch of {what} matches no object of its kustomization. {refused}"
    fix = f"list `{file}`, which has it, in a kustomization: none includes that file" if file else _fix(values, near)
    yield META.at(spot(problem), message, fix=fix)


def _wanted(values: Mapping[str, str]) -> Ref:
    """The identity of the object, in no namespace: what kustomizations leave out is in the default one."""
    return Ref(values["version"].rpartition("/")[0], values["kind"], "", values["name"])


def _fix(values: Mapping[str, str], near: str) -> str:
    if not near:
        return "fix its kind and name, or list the file of the object under `resources`"
    if values["near_kind"] != values["kind"]:
        return _either("kind", values["near_kind"], values["kind"], near, values)
    if values["near_name"] != values["name"]:
        return f"write the name `{values['near_name']}`: {near} is the nearest, in `{values['near_file']}`"
    if values["near_namespace"] != values["namespace"]:
        if values["near_namespace"]:
            return f"write `namespace: {values['near_namespace']}`, as {near} has it in `{values['near_file']}`"
        return f"remove `namespace`: {near} in `{values['near_file']}` has none"
    return _either("apiVersion", values["near_version"], values["version"], near, values)


def _either(field: str, theirs: str, own: str, near: str, values: Mapping[str, str]) -> str:
    """The fix of the object where a cluster serves the patch's version and kind and not the object's, else that of the
    patch."""
    if _is_served(values["version"], values["kind"]) and not _is_served(values["near_version"], values["near_kind"]):
        return f"write `{field}: {own}` in `{values['near_file']}`, where the object has `{field}: {theirs}`"
    return f"write `{field}: {theirs}`, as {near} has it in `{values['near_file']}`"


def _is_served(api_version: str, kind: str) -> bool:
    wrong = check_version(api_version, kind)
    return wrong is None or outcome_of(wrong) is not Outcome.REFUSED
