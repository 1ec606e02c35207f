"""An object of the repository: its identity, its data, and where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar

from vmlint.model.access import mapping, text
from vmlint.model.field import Path, parse
from vmlint.model.kinds import Kind
from vmlint.model.ref import Ref
from vmlint.record import Record
from vmlint.source.document import Document
from vmlint.source.span import Span

__all__ = ["Place", "Renamed", "Resource", "Spot", "Written"]


_T = TypeVar("_T")
_UNASKED: Any = object()


class Written(Record):
    """Where a part of an object is written: the document, and the path from its root."""

    document: Document
    path: Path


class Renamed(Record):
    """The identity that an object has in its own file, and what gives it another one: a kustomization's field."""

    ref: Ref
    by: Written


class Resource:
    """One object, as the files have it.

    `data` is what kubectl would send. `prefix` leads from the document's root to the object (the item of a list).
    A fragment is a part of an object, a patch say: absent fields of it mean nothing. A `patched` object is whole, and
    may get other names and more fields before it is applied. An object that is not `linted` exists in the cluster, by
    the user's word or by a catalog's, and no rule speaks about it.

    An object that several files make, a base and its patches, has `parts`: which field another document than its own
    writes. `renamed` is the identity in its file, if the object is applied under another one.
    """

    __slots__ = (
        "_data",
        "_known",
        "_parts",
        "_whole",
        "api_version",
        "document",
        "fragment",
        "kind",
        "linted",
        "patched",
        "prefix",
        "ref",
        "renamed",
    )

    kind: Kind
    ref: Ref
    document: Document
    prefix: Path
    fragment: bool
    patched: bool
    linted: bool
    renamed: Renamed | None
    api_version: str
    _data: dict[str, Any] | None
    _parts: Mapping[Path, Written] | None
    _known: dict[object, Any]
    _whole: Callable[[], Resource] | None

    def __init__(
        self,
        kind: Kind,
        ref: Ref,
        data: dict[str, Any],
        document: Document,
        *,
        prefix: Path = (),
        fragment: bool = False,
        patched: bool = False,
        linted: bool = True,
        parts: Mapping[Path, Written] | None = None,
        renamed: Renamed | None = None,
    ) -> None:
        self.kind = kind
        self.ref = ref
        self._data = data
        self.document = document
        self.prefix = prefix
        self.fragment = fragment
        self.patched = patched
        self.linted = linted
        self.renamed = renamed
        self.api_version = text(data, "apiVersion")
        self._parts = parts
        self._known = {}
        self._whole = None

    @classmethod
    def undecoded(
        cls,
        kind: Kind,
        ref: Ref,
        api_version: str,
        document: Document,
        answers: dict[object, Any],
        *,
        prefix: Path = (),
        patched: bool = False,
        renamed: Renamed | None = None,
        whole: Callable[[], Resource] | None = None,
    ) -> Self:
        """An object whose data is decoded when somebody asks for it; some answers are known.

        It is the one of its document, or what `whole` gives: the same object as it is built.
        """
        one = cls.__new__(cls)
        one.kind = kind
        one.ref = ref
        one.document = document
        one._data = one._parts = None
        one.prefix = prefix
        one.fragment = False
        one.patched = patched
        one.linted = True
        one.renamed = renamed
        one.api_version = api_version
        one._known = answers
        one._whole = whole
        return one

    def twin(self, *, patched: bool = False, fragment: bool = False) -> Self:
        """The same object once more: one that more may be added to before it is applied where it is `patched`, or a
        part of another one where it is a `fragment`."""
        from copy import copy

        twin = copy(self)
        twin.patched = self.patched or patched
        twin.fragment = self.fragment or fragment
        twin._known = dict(self._known) if self._data is None else {}  # else they can be worked out again
        return twin

    @property
    def data(self) -> dict[str, Any]:
        """The object as a mapping; it is decoded, or built, when it is first read."""
        if self._data is None:
            if self._whole is None:
                self._data = self.document.data
            else:
                whole = self._whole()
                self._data, self._parts, self._whole = whole.data, whole.parts, None
        return self._data

    @property
    def parts(self) -> Mapping[Path, Written] | None:
        """Which field another document than its own writes."""
        if self._whole is not None:
            _ = self.data
        return self._parts

    @property
    def is_undecoded(self) -> bool:
        """Whether nobody has asked for its data so far."""
        return self._data is None

    def __repr__(self) -> str:
        return f"<{self.ref} in {self.document.file}>"

    def __str__(self) -> str:
        return str(self.ref)

    def once(self, question: Callable[[Self], _T]) -> _T:
        """The answer to a question about the object alone, worked out when it is first asked."""
        answer: _T = self._known.get(question, _UNASKED)
        if answer is _UNASKED:
            answer = self._known[question] = question(self)
        return answer

    @property
    def name(self) -> str:
        """The object's name, "" if it has none."""
        return self.ref.name

    @property
    def namespace(self) -> str:
        """The namespace that the object ends up in; "" for a cluster-wide one."""
        return self.ref.namespace

    @property
    def version(self) -> str:
        """The version of its API group: `v1beta1` of `cdi.kubevirt.io/v1beta1`."""
        return self.api_version.rpartition("/")[2]

    @property
    def labels(self) -> Mapping[str, Any]:
        """`metadata.labels`, an empty mapping if it is missing."""
        return mapping(self.data, "metadata", "labels")

    @property
    def annotations(self) -> Mapping[str, Any]:
        """`metadata.annotations`, an empty mapping if it is missing."""
        return mapping(self.data, "metadata", "annotations")

    @property
    def spec(self) -> Mapping[str, Any]:
        """`spec`, an empty mapping if it is missing or no mapping."""
        return mapping(self.data, "spec")

    def at(self, *path: str | int) -> Place:
        """The place of a field, given as steps."""
        return Place(self, path)

    def field(self, field: str) -> Place:
        """The place of a field, as KubeVirt writes it: `spec.instancetype.name`."""
        return Place(self, parse(field))

    def written(self, path: Path) -> Written:
        """Where a field is written: in the object's own document, unless another one writes it or what it lies in."""
        if parts := self.parts:
            for length in range(len(path), -1, -1):
                if part := parts.get(path[:length]):
                    return Written(part.document, (*part.path, *path[length:]))
        return Written(self.document, (*self.prefix, *path))

    @property
    def named(self) -> Place:
        """The place of the object's name: where a fault of the whole object is shown."""
        return Place(self, ("metadata", "name"))


class Place(Record):
    """A field of an object; it need not be there. The engine turns it into file, line and column.

    `key` means that the field's name is meant, not its value.
    """

    resource: Resource
    path: Path
    key: bool = False


class Spot(Record):
    """A place in a document that is not a field of an object: a syntax error, a duplicate key."""

    document: Document
    span: Span
