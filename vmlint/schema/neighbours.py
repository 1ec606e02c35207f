"""The API versions of the kinds beside KubeVirt's and CDI's that machines and disks refer to."""

from __future__ import annotations

from vmlint.catalog.neighbours import NEIGHBOURS
from vmlint.model.refusal import Refusal
from vmlint.schema.code import SchemaCode, fault

__all__ = ["check_neighbour"]

_FIELD = ("apiVersion",)


def check_neighbour(api_version: str, kind: str) -> Refusal | None:
    """What is wrong with the API version of an object that no product of vmlint's own defines; None for nothing.

    A kind that is in the wrong group is reported where one group alone has a kind of that name.
    """
    group, _, version = api_version.rpartition("/")
    known = NEIGHBOURS.get((group, kind))
    if known is None:
        homes = [home for home, name in NEIGHBOURS if name == kind]
        if len(homes) != 1:
            return None
        meant = _written(homes[0], NEIGHBOURS[homes[0], kind].served[0])
        return fault(SchemaCode.NEIGHBOUR_ELSEWHERE, _FIELD, api_version=api_version, kind=kind, meant=meant)
    if version in known.served:
        return None
    code = SchemaCode.NEIGHBOUR_GONE if version in known.gone else SchemaCode.NEIGHBOUR_UNKNOWN
    return fault(code, _FIELD, api_version=api_version, meant=_written(group, known.served[0]))


def _written(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version
