"""Documents to objects: lists are flattened, namespaces filled in, what is no Kubernetes object is counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.model.access import mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.kinds import Kind, kind_of
from vmlint.model.ref import Ref
from vmlint.model.resource import Renamed, Resource, Written
from vmlint.model.subjects import subject_class
from vmlint.source.document import Document

__all__ = ["objects", "resource"]


def objects(data: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The Kubernetes objects of a document: itself, or the items of a list, however deep lists stand in lists."""
    if not isinstance(data, dict) or not text(data, "kind") or not text(data, "apiVersion"):
        return
    if data["kind"].endswith("List") and isinstance(data.get("items"), list):
        kind = data["kind"].removesuffix("List")
        for index, item in enumerate(sequence(data, "items")):
            if isinstance(item, dict) and kind and "kind" not in item:  # a typed list may leave its items' kind out
                item = {"apiVersion": data["apiVersion"], "kind": kind, **item}
            yield from objects(item, (*path, "items", index))
        return
    yield path, data


def resource(
    document: Document,
    path: Path,
    data: dict[str, Any],
    *,
    default_namespace: str,
    fragment: bool = False,
    linted: bool = True,
    parts: Mapping[Path, Written] | None = None,
    renamed: Renamed | None = None,
) -> Resource | None:
    """The object as a Resource, or None where its kind is none that vmlint knows."""
    kind = kind_of(data["apiVersion"], data["kind"])
    if kind is None:
        return None
    return subject_class(kind.name)(
        kind,
        _ref(kind, data, default_namespace),
        data,
        document,
        prefix=path,
        fragment=fragment,
        linted=linted,
        parts=parts,
        renamed=renamed,
    )


def _ref(kind: Kind, data: dict[str, Any], default_namespace: str) -> Ref:
    metadata = mapping(data, "metadata")
    name = metadata.get("name") or metadata.get("generateName") or ""
    namespace = (text(metadata, "namespace") or default_namespace) if kind.namespaced else ""
    return Ref(kind.group, kind.name, namespace, str(name))
