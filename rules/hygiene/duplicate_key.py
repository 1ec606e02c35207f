"""A mapping has one key twice.

## What it does
Reports a key that stands twice in one mapping of a Kubernetes object.

## Why it does nothing
kubectl keeps the last value and drops the first one without a word, with everything below it. kustomize and strict
decoding refuse the file.

## Bad
    devices:
      interfaces: [{name: default, masquerade: {}}]
      interfaces: [{name: backup, bridge: {}}]

## Good
    devices:
      interfaces:
      - {name: default, masquerade: {}}
      - {name: backup, bridge: {}}

## Source
`sigs.k8s.io/yaml` (yamlToJSONTarget): decoding is not strict.
"""

from collections.abc import Iterator

from vmlint.rule import Effect, Fault, Meta, Spot
from vmlint.source.document import Document
from vmlint.world import World

META = Meta("VM902", effect=Effect.IGNORED, since="0.1", subject=Document)


def check(document: Document, world: World) -> Iterator[Fault]:
    for duplicate in document.duplicates:
        key = duplicate.path[-1]
        yield META.at(
            Spot(document, duplicate.span),
            f"key `{key}` stands twice in one mapping: the value in line {duplicate.first_line} is lost.",
            fix="join the two, or remove one",
        )
