"""The claims that Harvester makes for a VM: it reads them from an annotation of the VM, as JSON.

Source: harvester/harvester `pkg/util/constants.go` (AnnotationVolumeClaimTemplates, AnnotationImageID),
`pkg/controller/master/virtualmachine/vm_controller.go` (createPVCsFromAnnotation),
`pkg/webhook/resources/virtualmachine/validator.go`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vmlint.model.access import mapping, text
from vmlint.record import Record
from vmlint.source.json_mistake import mistake

__all__ = ["CLAIMS", "IMAGE", "Claims", "claims_of"]

CLAIMS = "harvesterhci.io/volumeClaimTemplates"
"""The annotation of a VM that lists its claims."""

IMAGE = "harvesterhci.io/imageId"
"""The annotation of a claim that names the image which fills it. Harvester makes a storage class for each image."""

_VARIABLES = ("${", "{{")


class Claims(Record):
    """What the annotation of a VM holds: the names of its claims, and what is wrong with it ("" for nothing).

    `decided` is false where a variable keeps the annotation from being read.
    """

    names: tuple[str, ...] = ()
    wrong: str = ""
    decided: bool = True


def claims_of(data: Any) -> Claims | None:
    """The claims that Harvester makes for a VM, None for one without the annotation."""
    written = mapping(data, "metadata", "annotations").get(CLAIMS)
    if not isinstance(written, str):
        return None
    try:
        found = json.loads(written)
    except (ValueError, RecursionError) as error:
        if any(opening in written for opening in _VARIABLES):
            return Claims(decided=False)
        if not isinstance(error, json.JSONDecodeError):
            return Claims(wrong="is not JSON: it is nested too deeply")
        wrong = mistake(error)
        return Claims(wrong=f"is not JSON: {wrong.reason} at character {wrong.position + 1}")
    if not isinstance(found, list):
        return Claims(wrong="must be a list of claims")
    names = tuple(text(entry, "metadata", "name") for entry in found)
    return Claims(names, next(_faults(found), ""))


def _faults(claims: list[Any]) -> Iterator[str]:
    for index, claim in enumerate(claims):
        if not isinstance(claim, dict):
            yield f"has an entry that is not a claim (index {index})"
        elif not text(claim, "metadata", "name"):
            yield f"has an entry without `metadata.name` (index {index})"
        elif not isinstance(claim.get("spec"), dict):
            yield f"has an entry without `spec` (index {index})"
