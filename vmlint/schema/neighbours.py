"""The API versions of the kinds beside KubeVirt's and CDI's that machines and disks refer to."""

from __future__ import annotations

from vmlint.catalog.neighbours import NEIGHBOURS
from vmlint.schema.cause import Outcome, SchemaCause, SchemaKind
from vmlint.source.edit import Put

__all__ = ["check_neighbour"]

_FIELD = ("apiVersion",)


def check_neighbour(api_version: str, kind: str) -> SchemaCause | None:
    """What is wrong with the API version of an object that no product of vmlint's own defines; None for nothing.

    A kind that stands in the wrong group is reported where one group alone has a kind of that name.
    """
    group, _, version = api_version.rpartition("/")
    known = NEIGHBOURS.get((group, kind))
    if known is None:
        homes = [home for home, name in NEIGHBOURS if name == kind]
        if len(homes) != 1:
            return None
        meant = _written(homes[0], NEIGHBOURS[homes[0], kind].served[0])
        return _refused(f"`{api_version}` has no kind `{kind}`", meant)
    if version in known.served:
        return None
    if version in known.gone:
        return _refused(f"current releases no longer serve `{api_version}`", _written(group, known.served[0]))
    return _refused(f"no release serves `{api_version}`", _written(group, known.served[0]))


def _refused(message: str, meant: str) -> SchemaCause:
    edits = (Put(_FIELD, meant),)
    return SchemaCause(_FIELD, SchemaKind.VERSION, Outcome.REFUSED, message, f"write `{meant}`", edits=edits)


def _written(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version
