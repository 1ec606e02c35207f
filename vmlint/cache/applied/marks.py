"""What stands for an object as it is applied, and for the worlds of a run: it tells whether they are the same again."""

from __future__ import annotations

import json
import marshal
from collections.abc import Iterator
from typing import Any

from vmlint.cache.applied.entry import Contents
from vmlint.cache.earlier import face_of
from vmlint.cache.mentions import looked_for
from vmlint.digest import blake2b
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.summaries import Fact
from vmlint.model.resource import Resource, Written

__all__ = ["digests", "face", "identities", "lacks_of"]


def digests(one: Resource, contents: Contents) -> tuple[str, str]:
    """What stands for an object as it is applied, and for the places where it is written; "" where nothing does."""
    renamed = one.renamed
    flags = one.fragment, one.patched, one.linted, renamed is None
    own = _at(Written(one.document, one.prefix), contents)
    content: Any = type(one).__name__, *one.ref, one.api_version, flags, one.document.file, one.data
    by = renamed and (tuple(renamed.ref), *_at(renamed.by, contents))
    place: Any = own, by, [(path, *_at(part, contents)) for path, part in (one.parts or {}).items()]
    try:
        return _digest(content), _digest(place)
    except ValueError:  # not of plain values
        return "", ""


def _digest(value: Any) -> str:
    return blake2b(marshal.dumps(value, 2), digest_size=16).hexdigest()


def _at(written: Written, contents: Contents) -> tuple[object, ...]:
    document = written.document
    return document.file, contents.get(document.file, ""), document.index, document.line, tuple(written.path)


def identities(fact: Fact) -> Iterator[tuple[object, ...]]:
    """The names that an object gives to itself and to what it makes, and whether it writes its namespace."""
    yield fact.api_version.rpartition("/")[0], fact.kind, fact.namespace, fact.name, fact.placed
    for group, kind, name, _ in fact.makes:
        yield group, kind, fact.namespace, name, fact.placed


def lacks_of(one: Resource, snapshot: Snapshot, number: int) -> list[list[str]]:
    """What the inferences of a VM look for in vain."""
    return [list(ref) for _, ref in looked_for(one, snapshot, number)]


def face(snapshot: Snapshot) -> Any:
    """What worlds are beside their objects, in values of JSON."""
    deployments = [face_of(one) for one in snapshot.repository.deployments]
    return json.loads(json.dumps([deployments, sorted(snapshot.world.cluster.namespaces)]))
