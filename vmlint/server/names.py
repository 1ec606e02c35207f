"""The names that a reference may have: what the repository, the context and the catalogs hold, with what each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from vmlint.catalog.images import IMAGES
from vmlint.engine.snapshot import Snapshot
from vmlint.graph.build import resource as resource_of
from vmlint.graph.cluster import Cluster
from vmlint.graph.links import Link, links
from vmlint.graph.resolution import State
from vmlint.model.access import get, mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import Instancetype, Preference
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.source.builder import build
from vmlint.source.document import Document
from vmlint.source.problems import Unreadable

__all__ = ["Named", "link_at", "matches", "namespaces", "size_of"]

_PLACEHOLDER = "x"
_DATA_SOURCE = ("cdi.kubevirt.io", "DataSource")


class Named(Record):
    """An object that a reference may name: what it is in a few words, and where it is from."""

    ref: Ref
    detail: str = ""
    origin: str = ""
    data: Mapping[str, Any] | None = None


def link_at(data: Any, path: Path, default_namespace: str) -> Link | None:
    """The reference that a value at a path would be, None where no reference is written there."""
    filled = _filled(data, path)
    if not isinstance(filled, dict) or not text(filled, "kind"):
        return None
    document = Document("", 0, 1, "", filled)
    subject = resource_of(document, (), filled, default_namespace=default_namespace)
    if subject is None:
        return None
    return next((link for link in links(subject) if link.path == path), None)


def _filled(data: Any, path: Path) -> Any:
    """A copy of the data with a name at the path."""
    if not path:
        return _PLACEHOLDER
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        entries = list(data) if isinstance(data, list) else []
        entries += [None] * (step + 1 - len(entries))
        entries[step] = _filled(entries[step], rest)
        return entries
    return {**mapping(data), step: _filled(get(data, step), rest)}


def matches(snapshot: Snapshot, ref: Ref, file: str = "", path: Path = ()) -> Iterator[Named]:
    """All objects of the ref's kind, those of its namespace first; then names that are used and defined nowhere.

    The field at `path` of an object in `file` does not count as a use: it is being written.
    """
    cluster = snapshot.world.cluster
    known: dict[Ref, None] = {}
    for one in cluster.names(ref):
        known.setdefault(one)
    for one in sorted(cluster.identities):
        if one[:2] == ref[:2]:
            known.setdefault(one)
    named = {one: _named(cluster, one) for one in known if one.name and not is_unknown(one.name)}
    for extra in (*_idle(snapshot, ref), *_golden(snapshot, ref)):
        named.setdefault(extra.ref, extra)
    for other, count in _used(cluster, ref, file, path).items():
        if other not in named:
            named[other] = Named(other, f"used {count} time{'s' if count > 1 else ''}", "not in the repository")
    yield from sorted(named.values(), key=lambda one: (one.ref.namespace not in ("", ref.namespace), one.ref))


def namespaces(snapshot: Snapshot) -> list[str]:
    """The namespaces that are known."""
    cluster = snapshot.world.cluster
    own = {one.name for one in cluster.of_kind("Namespace")} | set(cluster.namespaces)
    golden = {IMAGES[name].namespace for name in snapshot.settings.catalogs if name in IMAGES}
    return sorted(name for name in own | golden if name and not is_unknown(name))


def size_of(spec: Mapping[str, Any]) -> str:
    """The size that an instancetype gives, in a few words; "" for a preference."""
    cpus, memory = get(spec, "cpu", "guest"), get(spec, "memory", "guest")
    parts = [f"{cpus} vCPU{'' if cpus in (1, '1') else 's'}" if cpus else "", str(memory or "")]
    return ", ".join(filter(None, parts))


def _named(cluster: Cluster, ref: Ref) -> Named:
    own = cluster.named(ref)
    if own:
        return Named(ref, _detail(own[0]), own[0].document.file, own[0].data)
    if makers := cluster.makers(ref):
        maker = makers[0][0]
        return Named(ref, f"made by {maker.ref.kind} {maker.ref.name}", maker.document.file)
    seen_from = cluster.resources[0] if cluster.resources else None
    found = cluster.resolve(ref, seen_from) if seen_from is not None else None
    if found is not None and found.resource is not None and found.state is State.OUTSIDE:
        return Named(ref, _detail(found.resource), found.resource.document.file, found.resource.data)
    return Named(ref)


def _detail(found: Resource) -> str:
    spec = found.spec
    if isinstance(found, Instancetype):
        return size_of(spec)
    if isinstance(found, Preference):
        size = size_of(mapping(spec, "requirements"))
        return f"needs {size}" if size else ""
    source = mapping(spec, "source") or mapping(spec, "sourceRef")
    amount = next((size for size in map(_storage, (mapping(spec, "storage"), mapping(spec, "pvc"), spec)) if size), "")
    origin = "" if not source else f"from {text(source, 'name') or next(iter(source), '')}"
    return ", ".join(part for part in (amount, origin) if part)


def _storage(spec: Mapping[str, Any]) -> str:
    size = get(spec, "resources", "requests", "storage")
    return str(size) if isinstance(size, str | int) else ""


def _idle(snapshot: Snapshot, ref: Ref) -> Iterator[Named]:
    """Objects that nothing refers to yet, whose documents were not decoded."""
    kind = BY_GROUP_KIND.get((ref.group, ref.kind))
    for file in snapshot.repository.files if kind is not None else ():
        for document in file.documents:
            if document.waiting != ref.kind or kind is None:
                continue
            group, namespace, name = _identity(document.text)
            if group == ref.group and name:
                place = (namespace or snapshot.settings.default_namespace) if kind.namespaced else ""
                yield Named(Ref(ref.group, ref.kind, place, name), "", file.file)


@lru_cache(maxsize=4096)
def _identity(content: str) -> tuple[str, str, str]:
    """The API group, namespace and name in a document's text; the document itself waits until a check needs it."""
    try:
        data = build(content).data
    except Unreadable:
        return "", "", ""
    metadata = mapping(data, "metadata")
    return text(data, "apiVersion").rpartition("/")[0], text(metadata, "namespace"), text(metadata, "name")


def _golden(snapshot: Snapshot, ref: Ref) -> Iterator[Named]:
    """The images of the catalogs of golden images that the configuration names."""
    if ref[:2] != _DATA_SOURCE:
        return
    for name in snapshot.settings.catalogs:
        if (images := IMAGES.get(name)) is not None:
            for image in images.images:
                yield Named(Ref(*_DATA_SOURCE, images.namespace, image.name), "golden image", name)


def _used(cluster: Cluster, ref: Ref, file: str, path: Path) -> Mapping[Ref, int]:
    """Names that references have, whether the object is known or not."""
    found = Counter(
        link.ref
        for one in cluster.resources
        for link in links(one)
        if link.ref[:2] == ref[:2] and not (link.path == path and one.written(path).document.file == file)
    )
    return {one: count for one, count in found.items() if one.name and not is_unknown(one.name)}
