"""Where two values differ for the API server: unknown fields are gone, and an empty list or map is as good as none.

An empty value differs from an absent one where Go holds a pointer: in the fields named here, and in sections, but for
a few that Go embeds. Sources: Kubernetes `apimachinery/pkg/api/equality` (Semantic); the Go types of CDI's and
KubeVirt's API.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vmlint.model.field import Path
from vmlint.model.quantity import Quantity
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.schema.node import Node

__all__ = ["Difference", "differences"]


_POINTERS = frozenset(
    (
        "apiGroup",
        "failureDeadline",
        "imageStream",
        "importsToKeep",
        "insecureSkipVerify",
        "preallocation",
        "pullMethod",
        "storageClassName",
        "targetClaim",
        "ttlDuration",
        "volumeMode",
    )
)
_POINTERS_OF = frozenset(
    (("registry", "certConfigMap"), ("registry", "secretRef"), ("registry", "url"), ("sourceRef", "namespace"))
)
"""Fields that are pointers in one section, and texts in others."""
_EMBEDDED = frozenset(("devices", "domain", "metadata", "resources", "source", "spec", "target", "template"))


class Difference(Record):
    """A field that is not what it was; None means nothing."""

    path: Path
    old: Any
    new: Any


def differences(old: Any, new: Any, node: Node | None, path: Path = ()) -> Iterator[Difference]:
    """Where `new` is not what `old` was, by the schema of both, in the order of its fields; `path` leads to `new`.

    A value that holds a variable equals any other.
    """
    if node is None or is_unknown(old) or is_unknown(new) or old == new:
        return
    if not old and not new:
        if (old is None or new is None) and _is_pointer(path, node):
            yield Difference(path, old, new)
    elif isinstance(old or {}, dict) and isinstance(new or {}, dict):
        before, after = old or {}, new or {}
        for key in dict.fromkeys((*after, *before)):
            below = node.field(key) or node.values
            if below is None and node.open:
                below = node
            yield from differences(before.get(key), after.get(key), below, (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differences(before, after, node.items, (*path, index))
    elif node.type != "quantity" or _amount(old) != _amount(new):
        yield Difference(path, old, new)


def _is_pointer(path: Path, node: Node) -> bool:
    """Whether an empty value at a path is not the same as none."""
    if not path or node.values is not None or node.open:
        return False
    if path[-1] in _POINTERS or path[-2:] in _POINTERS_OF:
        return True
    return node.type == "object" and path[-1] not in _EMBEDDED


def _amount(value: Any) -> Any:
    found = Quantity.try_parse(value)
    return value if found is None else found
