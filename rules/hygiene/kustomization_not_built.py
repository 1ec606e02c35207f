"""A kustomization can't be built.

## What it does
Reports a kustomization that the installed tool refuses to build, with the tool's own reason. Kustomizations are built
with `--render` alone.

## Why it fails
Nothing of a kustomization that can't be built is applied.

## Bad
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources: [web.yaml]
    patches:
      - target: {kind: VirtualMachine}
        patch: '[{op: remove, path: /spec/running}]'
    # web.yaml has no `running`

## Good
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources: [web.yaml]
    patches:
      - target: {kind: VirtualMachine}
        patch: '[{op: add, path: /spec/runStrategy, value: Always}]'

## Source
`kustomize build`, `kubectl kustomize`.
"""

from collections.abc import Iterator

from vmlint.gitops.failed import Failed
from vmlint.rule import Effect, Fault, Meta, Spot
from vmlint.world import World

META = Meta("VM910", effect=Effect.UNREADABLE, since="0.1", subject=Failed)


def check(failed: Failed, world: World) -> Iterator[Fault]:
    document, path = failed.at
    yield META.at(
        Spot(document, document.span(path)),
        f"the kustomization can't be built: {failed.reason.rstrip('.')}.",
        fix="mend what the reason names; `kubectl kustomize` in the folder shows it again",
    )
