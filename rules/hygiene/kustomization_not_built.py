"""A kustomization can't be built.

## What it does
Reports a kustomization that kustomize refuses to build: a patch that does not fit its object, a generator or a
replacement without a source, an object with a number for a key, kustomizations that include each other, a component in
the place of a kustomization. Reports text such as `${hosts[0]}` in objects whose variables Flux substitutes. With
`--render`, reports each kustomization that the installed tool refuses, with the tool's own message.

## Why it fails
Nothing of a kustomization that can't be built is applied. vmlint does not check its objects further.

## Cluster message
kustomize's message contains `accumulating resources`, `accumulating components`, `cycle detected` or `unsupported
type`, that of Flux `post build failed`, `missing closing brace` or `unable to parse variable name`.

## Bad
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources: [web.yaml]
    patches:
      - target: {kind: VirtualMachine}
        patch: '[{"op": "remove", "path": "/spec/running"}]'
    # web.yaml has no `running`

## Good
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources: [web.yaml]
    patches:
      - target: {kind: VirtualMachine}
        patch: '[{"op": "add", "path": "/spec/runStrategy", "value": "Always"}]'

## How to fix
Correct the kustomization or the patch that the finding names; `kustomize build` shows the same fault.

## How to configure
`render: true` builds with the installed kustomize instead of vmlint's own reading.

## Source
kustomize `api/internal/target/kusttarget.go`, `api/internal/builtins`, `api/internal/loader/fileloader.go`,
`kyaml/yaml/rnode.go`; `kustomize build`, `kubectl kustomize`; Flux `fluxcd/pkg/envsubst/parse`, `kustomize-controller`
(build).
"""

from collections.abc import Iterator

from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._kustomize import NOTHING_APPLIED, spot

META = Meta("VM910", effect=Effect.UNBUILDABLE, since="0.1", subject=BuildProblem)


def check(problem: BuildProblem, world: World) -> Iterator[Fault]:
    wording = _wording(problem)
    if wording is not None:
        message, fix = wording
        yield META.at(spot(problem), message, fix=fix)


def _wording(problem: BuildProblem) -> tuple[str, str] | None:
    """What is wrong and what to do; None for what another rule reports."""
    values = problem.values
    name = values.get("name", "")
    match problem.code:
        case BuildCode.TOOL:
            reason = values["reason"].rstrip(".")
            return (
                f"the kustomization can't be built: {reason}.",
                "fix what the reason names; `kubectl kustomize` in the folder shows it again",
            )
        case BuildCode.CYCLE:
            flaw = "includes this kustomization again, or contains its folder"
            if above := values["above"]:
                flaw = f"contains the folder `{above}`, whose kustomization includes this one"
            return (
                f"`{name}` {flaw}. {NOTHING_APPLIED}",
                "move the base to a separate folder next to the overlays, and include that folder",
            )
        case BuildCode.IS_A_COMPONENT:
            return (
                f"`{name}` is a Component, and `resources` includes kustomizations only. {NOTHING_APPLIED}",
                f"list `{name}` under `components`",
            )
        case BuildCode.NOT_A_COMPONENT:
            return (
                f"`{name}` is not a Component, and `components` includes these only. {NOTHING_APPLIED}",
                f"list `{name}` under `resources`, or set `kind: Component` and "
                f"`apiVersion: kustomize.config.k8s.io/v1alpha1` in `{values['file']}`",
            )
        case BuildCode.PATCH_INVALID:
            return f"the patch is invalid: {values['reason']}. {NOTHING_APPLIED}", "fix the patch"
        case BuildCode.PATCH_FAILS:
            return (
                f"the patch does not fit {values['object']}: {values['reason']}. {NOTHING_APPLIED}",
                "change the patch to fit the object as it is before this patch",
            )
        case BuildCode.GENERATOR_FAILS:
            return f"{values['object']} can't be generated: {values['reason']}. {NOTHING_APPLIED}", "fix the entry"
        case BuildCode.REPLACEMENT_FAILS:
            return f"the replacement can't be made: {values['reason']}. {NOTHING_APPLIED}", "fix the replacement"
        case BuildCode.REFERENCE_AMBIGUOUS:
            return (
                f"`{values['field']}` of {values['object']} may mean several objects: {values['names']}. "
                + NOTHING_APPLIED,
                "give the objects different names in their files",
            )
        case BuildCode.SUBSTITUTION:
            return (
                f"`{values['text']}` is not an expression that Flux can substitute. Flux applies nothing of the "
                f"Kustomization `{name}`.",
                "write `$${` for text that is not Flux's, or set `kustomize.toolkit.fluxcd.io/substitute: disabled` in "
                "the annotations of the object",
            )
        case BuildCode.KEY_NOT_TEXT:
            return (
                f"the key `{values['key']}` is not a string, as kustomize reads it. {NOTHING_APPLIED}",
                "quote the key",
            )
        case BuildCode.OBJECT_INVALID if problem.at.document.problem is None or problem.at.document.stray:
            where = f" in `{values['kustomization']}`" if "kustomization" in values else ""
            return (
                f"{values['reason']}. kustomize refuses the file, so nothing of the kustomization{where} is applied.",
                "complete the object, or remove the file from `resources`",
            )
    return None
