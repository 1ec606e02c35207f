"""Documents to objects: lists are flattened, namespaces filled in, what is no Kubernetes object is counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vmlint.graph.template import is_template, processed
from vmlint.model.access import mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, Kind, kind_of, stranger, untyped
from vmlint.model.ref import Ref
from vmlint.model.resource import Renamed, Resource, Written
from vmlint.model.subjects import subject_class
from vmlint.source.document import Document

__all__ = ["Defined", "defined", "is_definition", "objects", "resource", "untyped_objects"]

Defined = Mapping[tuple[str, str], Kind]
"""Kinds that CustomResourceDefinitions define, by group and name."""

_DEFINITION = BY_GROUP_KIND["apiextensions.k8s.io", "CustomResourceDefinition"]
_NONE: Defined = {}


def objects(data: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The Kubernetes objects of a document: itself, the items of a list, however deep lists stand in lists, or the
    objects of an OpenShift Template."""
    if not isinstance(data, dict) or not text(data, "kind") or not text(data, "apiVersion"):
        return
    if _is_list(data):
        for at, item in _items(data, path):
            yield from objects(item, at)
        return
    if is_template(data):
        for at, entry in processed(data, path):
            yield from objects(entry, at)
        return
    yield path, data


def untyped_objects(data: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Where a document has objects without `kind` or `apiVersion`, and which of the two each lacks."""
    if isinstance(data, dict) and _is_list(data):
        for at, item in _items(data, path):
            yield from untyped_objects(item, at)
    elif missing := untyped(data):
        yield path, missing


def _is_list(data: Mapping[str, Any]) -> bool:
    return isinstance(data.get("items"), list) and text(data, "kind").endswith("List")


def _items(data: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    """The items of a list. A typed list that is in no other may leave out both the kind and the version of its items.

    Source: `k8s.io/apimachinery/pkg/apis/meta/v1/unstructured` (decodeToList, EachListItem).
    """
    kind = "" if path else data["kind"].removesuffix("List")
    for index, item in enumerate(sequence(data, "items")):
        if kind and isinstance(item, dict) and not text(item, "kind") and not text(item, "apiVersion"):
            item = {**item, "apiVersion": data["apiVersion"], "kind": kind}
        yield (*path, "items", index), item


def defined(found: Iterable[tuple[Path, dict[str, Any]]]) -> Defined:
    """The kinds that the CustomResourceDefinitions among some objects define."""
    kinds: dict[tuple[str, str], Kind] = {}
    for _, data in found:
        if kind_of(data["apiVersion"], data["kind"]) is _DEFINITION:
            spec = mapping(data, "spec")
            group, name, plural = text(spec, "group"), text(spec, "names", "kind"), text(spec, "names", "plural")
            kinds[group, name] = Kind(group, name, plural, text(spec, "scope") != "Cluster")
    return kinds


def is_definition(found: Resource) -> bool:
    """Whether an object is a CustomResourceDefinition."""
    return found.kind is _DEFINITION


def resource(
    document: Document,
    path: Path,
    data: dict[str, Any],
    *,
    default_namespace: str,
    custom: Defined = _NONE,
    fragment: bool = False,
    patched: bool = False,
    linted: bool = True,
    parts: Mapping[Path, Written] | None = None,
    renamed: Renamed | None = None,
) -> Resource | None:
    """The object as a Resource, or None where its kind is neither one that vmlint knows nor one of the custom kinds.

    A kind that an API group of KubeVirt or CDI does not have is kept as well: somebody has to say so.
    """
    version, name = data["apiVersion"], data["kind"]
    known = kind_of(version, name)
    kind = known or stranger(version, name) or custom.get((version.rpartition("/")[0], name))
    if kind is None:
        return None
    made = subject_class(kind) if known else Resource
    return made(
        kind,
        _ref(kind, data, default_namespace),
        data,
        document,
        prefix=path,
        fragment=fragment,
        patched=patched,
        linted=linted,
        parts=parts,
        renamed=renamed,
    )


def _ref(kind: Kind, data: dict[str, Any], default_namespace: str) -> Ref:
    metadata = mapping(data, "metadata")
    name = metadata.get("name") or metadata.get("generateName") or ""
    namespace = (text(metadata, "namespace") or default_namespace) if kind.namespaced else ""
    return Ref(kind.group, kind.name, namespace, str(name))
