"""What one process tells another of a subject: faults and questions as bytes, in which numbers stand for the objects,
documents and rules that both processes have.

Both have the same worlds, copied or built of the same files, so that their objects have the same order.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from typing import Any

from vmlint.engine.snapshot import Snapshot
from vmlint.model.resource import Resource
from vmlint.rule import Meta, Rule
from vmlint.source.document import Document

__all__ = ["Codec"]

_Key = tuple[Any, ...]
_WHOLE: set[type] = set()
"""The types of values that were given whole so far."""


class Codec:
    """The numbers of what two processes have, for a snapshot that both have made and the rules that both ask."""

    def __init__(self, snapshot: Snapshot, rules: Sequence[Rule]) -> None:
        self._worlds = (snapshot.world, *snapshot.worlds)
        self._files = {file.file: file.documents for file in snapshot.repository.files}
        self._rules = {rule.id: rule for rule in rules}
        self._numbers: dict[int, _Key] | None = None

    def packed(self, value: Any) -> bytes | None:
        """A value as bytes; None where it holds an object or a document that only this process has."""
        buffer = io.BytesIO()
        try:
            _Pickler(buffer, self).dump(value)
        except (LookupError, TypeError, ValueError, AttributeError, pickle.PicklingError):
            return None
        return buffer.getvalue()

    def unpacked(self, data: bytes) -> Any:
        """The value of which another process has made bytes."""
        return _Unpickler(io.BytesIO(data), self).load()

    def key(self, value: Any) -> _Key | None:
        """What stands for an object that both processes have; None for a value that is given whole.

        Raises LookupError for an object that only this process has.
        """
        of = type(value)
        if of in _WHOLE:
            return None
        if issubclass(of, Resource | Document):
            return self._known[id(value)]
        if of is Rule:
            return "rule", value.id
        if of is Meta:
            return "meta", value.id
        _WHOLE.add(of)
        return None

    def of(self, key: _Key) -> Any:
        """The object of this process that a key stands for."""
        kind, *rest = key
        match kind:
            case "resource":
                number, index = rest
                return self._worlds[number].cluster.resources[index]
            case "document":
                file, index = rest
                return self._files[file][index]
            case "rule":
                return self._rules[rest[0]]
        return self._rules[rest[0]].meta

    @property
    def _known(self) -> dict[int, _Key]:
        """The keys of all objects and documents, by their ids."""
        if self._numbers is None:
            documents = (
                (id(document), ("document", file, index))
                for file, documents in self._files.items()
                for index, document in enumerate(documents)
            )
            resources = (
                (id(resource), ("resource", number, index))
                for number, world in enumerate(self._worlds)
                for index, resource in enumerate(world.cluster.resources)
            )
            self._numbers = {**dict(documents), **dict(resources)}
        return self._numbers


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, codec: Codec) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._codec = codec

    def persistent_id(self, obj: Any) -> Any:
        return self._codec.key(obj)


class _Unpickler(pickle.Unpickler):
    """Reads what this program's own process has written."""

    def __init__(self, file: io.BytesIO, codec: Codec) -> None:
        super().__init__(file)
        self._codec = codec

    def persistent_load(self, pid: Any) -> Any:
        return self._codec.of(pid)
