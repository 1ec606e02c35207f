"""A file or document can't be parsed.

## What it does
Reports a document that kubectl can't decode, an object of KubeVirt or CDI without `kind` or without `apiVersion`, also
as an item of a list, and a file that could not be opened or is too large. The other documents of the file are linted
nevertheless. The items of a typed list, such as a VirtualMachineList, have both or none of the two.

## Why it fails
`kubectl apply` stops at such a document, and vmlint can't check its contents.

## Cluster message
kubectl's message contains `error converting YAML to JSON`, `error parsing`, `Object 'Kind' is missing` or
`apiVersion not set`.

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
`sigs.k8s.io/yaml`, `k8s.io/apimachinery/pkg/util/yaml`, `k8s.io/apimachinery/pkg/apis/meta/v1/unstructured`.
"""

from collections.abc import Iterator

from vmlint.graph.build import untyped_objects
from vmlint.model.access import mapping
from vmlint.model.field import Path
from vmlint.rule import Effect, Fault, Meta, Spot
from vmlint.source.document import Document
from vmlint.source.span import Span
from vmlint.world import World

META = Meta("VM901", effect=Effect.UNREADABLE, since="0.1", subject=Document)

_FIX = "fix the document; if it is not a manifest, skip it with `exclude:` in the configuration"
_FIX_FILE = "make the file readable, or skip it with `exclude:` in the configuration"


def check(document: Document, world: World) -> Iterator[Fault]:
    if (problem := document.problem) and not problem.trace:
        spot = Spot(document, Span(problem.line, problem.column, problem.line, problem.column + 1))
        yield META.at(spot, f"{problem.reason}.", fix=_FIX if document.text else _FIX_FILE)
        return
    uses = world.uses
    found = list(untyped_objects(document.data))
    if found and not uses.is_patch(document.file) and uses.refusal(document) is None:
        yield from (_without(document, path, missing) for path, missing in found)


def _without(document: Document, path: Path, missing: str) -> Fault:
    """An object of which kubectl does not know what it is; field names count in their case."""
    data = mapping(document.data, *path)
    misspelt = next((key for key in data if str(key).casefold() == missing.casefold()), None)
    name = mapping(data, "metadata").get("name") or "?"
    flaw = "is empty" if data.get(missing) in (None, "") else "must be a string"
    wrong = f"`{missing}` {flaw}" if misspelt == missing else f"the object `{name}` has no `{missing}`"
    refused = "it" if path else "the file"
    return META.at(
        Spot(document, document.span((*path, misspelt or "metadata"))),
        f"{wrong}. kubectl refuses {refused}, so the object is not applied.",
        fix=f"rename `{misspelt}` to `{missing}`" if misspelt not in (None, missing) else f"set `{missing}`",
    )
