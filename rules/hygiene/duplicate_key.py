"""A key appears twice in a mapping.

## What it does
Reports a key that appears twice in one mapping of a Kubernetes object.

## Why it does nothing
kubectl keeps the last value and drops the first one, with everything below it, without a message. kustomize refuses the
file: if a kustomization names it, nothing of that kustomization is applied, and the finding is an error.

## Cluster message
kubectl reports nothing; kustomize's message contains `already defined` or `already set in map`.

## Bad
    devices:
      interfaces: [{name: default, masquerade: {}}]
      interfaces: [{name: default, masquerade: {}, model: e1000e}]

## Good
    devices:
      interfaces: [{name: default, masquerade: {}}]

## How to fix
Remove or merge the duplicate.

## Source
`sigs.k8s.io/yaml` (yamlToJSONTarget): decoding is not strict.
"""

from collections.abc import Iterator

from vmlint.gitops.problem import BuildCode
from vmlint.rule import Effect, Fault, Meta, Spot
from vmlint.source.document import Document
from vmlint.world import World

META = Meta("VM902", effect=Effect.IGNORED, since="0.1", subject=Document, strict=True)


def check(document: Document, world: World) -> Iterator[Fault]:
    for duplicate in document.duplicates:
        key = duplicate.path[-1]
        spot = Spot(document, duplicate.span)
        if world.uses.refusal(document) is BuildCode.KEY_TWICE:
            yield META.at(
                spot,
                f"key `{key}` appears twice in one mapping, first in line {duplicate.first_line}. kustomize refuses "
                "the file, so nothing of its kustomization is applied.",
                fix="merge the two, or remove one",
                effect=Effect.UNREADABLE,
            )
        else:
            yield META.at(
                spot,
                f"key `{key}` appears twice in one mapping; the value in line {duplicate.first_line} is dropped.",
                fix="merge the two, or remove one",
            )
