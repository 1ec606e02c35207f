"""A file or document can't be parsed.

## What it does
Reports a document that kubectl can't decode, and a file that could not be opened or is too large. The other documents
of the file are linted nevertheless.

## Why it fails
`kubectl apply` stops at such a document, and vmlint can't check its contents.

## Cluster message
kubectl's message contains `error converting YAML to JSON` or `error parsing`.

## Bad
    metadata:
      name: web
       namespace: shop

## Good
    metadata:
      name: web
      namespace: shop

## How to fix
Correct the YAML at the line that the finding names.

## How to configure
`max-file-size` sets the size above which a file is not read; `exclude` skips files that are not manifests.

## Source
`sigs.k8s.io/yaml`, `k8s.io/apimachinery/pkg/util/yaml`.
"""

from collections.abc import Iterator

from vmlint.rule import Effect, Fault, Meta, Spot
from vmlint.source.document import Document
from vmlint.source.span import Span
from vmlint.world import World

META = Meta("VM901", effect=Effect.UNREADABLE, since="0.1", subject=Document)


def check(document: Document, world: World) -> Iterator[Fault]:
    if (problem := document.problem) and not problem.trace:
        spot = Spot(document, Span(problem.line, problem.column, problem.line, problem.column + 1))
        yield META.at(
            spot,
            f"{problem.reason}.",
            fix="fix the document; if it is not a manifest, skip it with `exclude:` in the configuration",
        )
