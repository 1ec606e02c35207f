"""What `kubectl apply` makes of a custom resource that exists: the three-way merge of its live and its new manifest.

The patch is computed by the client from the manifest that was applied last, the new one, and the live object. Fields
that somebody else wrote stay; a field that the last manifest had and the new one lacks is removed; a list is replaced
whole. Source: Kubernetes `apimachinery/pkg/util/jsonmergepatch/patch.go` (CreateThreeWayJSONMergePatch).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.model.access import mapping

__all__ = ["three_way_merge"]


def three_way_merge(live: Mapping[str, Any], last: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The object after the new manifest is applied; it shares values with its arguments, and changes none of them."""
    merged = dict(live)
    for key in last:
        if new.get(key) is None:
            merged.pop(key, None)
    for key, value in new.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = three_way_merge(mapping(live, key), mapping(last, key), value)
        else:
            merged[key] = value
    return merged
