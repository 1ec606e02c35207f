"""An object on its way through kustomizations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from vmlint.gitops.patching import Draft
from vmlint.graph.build import resource
from vmlint.model.access import get, mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, Kind, kind_of
from vmlint.model.ref import Ref
from vmlint.model.resource import Renamed, Resource, Written

__all__ = ["Identity", "Part"]

_DEFAULT = "default"
_NAMESPACE = BY_GROUP_KIND["", "Namespace"]
_KEEPS_ITS_NAME = frozenset(("Namespace", "CustomResourceDefinition", "APIService"))


class Identity(NamedTuple):
    """A namespace ("" where none is written) and a name that an object has, or had on its way."""

    namespace: str
    name: str

    @property
    def effective(self) -> str:
        """The namespace that kustomize compares."""
        return self.namespace or _DEFAULT


class Part:
    """An object, the identities that it has had, and what changed them.

    `by` says what gave it another name or namespace than its file does. `unclear` says why the object is not wholly
    known, "" where it is. `hashed` says that a hash comes behind its name.
    """

    __slots__ = ("by", "draft", "hashed", "kind", "linted", "unclear", "was")

    def __init__(self, kind: Kind, draft: Draft, *, hashed: bool = False, linted: bool = True) -> None:
        self.kind = kind
        self.draft = draft
        self.hashed = hashed
        self.linted = linted
        self.unclear = ""
        self.was: tuple[Identity, ...] = (self.identity,)
        self.by: dict[str, Written] = {}

    @classmethod
    def of(cls, found: Resource) -> Part:
        """An object as its file has it."""
        return cls(found.kind, Draft(found.data, Written(found.document, found.prefix), found.parts))

    @property
    def identity(self) -> Identity:
        metadata = mapping(self.draft.data, "metadata")
        return Identity(text(metadata, "namespace"), text(metadata, "name"))

    @property
    def identities(self) -> tuple[Identity, ...]:
        """All that a patch may mean it by."""
        return (*self.was, self.identity)

    @property
    def version(self) -> str:
        return text(self.draft.data, "apiVersion").rpartition("/")[2]

    def labels(self, field: str) -> Mapping[str, Any]:
        return mapping(self.draft.data, "metadata", field)

    def place_in(self, namespace: str, source: Written) -> None:
        """Put it into a namespace, whatever it names itself; a Namespace becomes that one."""
        if self.kind is _NAMESPACE:
            self._change(("metadata", "name"), namespace, source)
        elif self.kind.namespaced and namespace and self.identity.namespace != namespace:
            self._change(("metadata", "namespace"), namespace, source)

    def rename(self, name: str, source: Written) -> None:
        if self.kind.name not in _KEEPS_ITS_NAME and self.identity.name:
            place = self.draft.written(("metadata", "name"))
            self._change(("metadata", "name"), name, source)
            self.draft.parts[("metadata", "name")] = place  # the name itself is still where it was

    def _change(self, path: Path, value: str, source: Written) -> None:
        self.remember()
        self.draft.set(path, value, source)
        self.by[str(path[-1])] = source

    def settle(self, source: Written) -> None:
        """Take note of a patch that has changed its kind or its name."""
        data = self.draft.data
        version, name = text(data, "apiVersion"), text(data, "kind")
        if version.rpartition("/")[0] != self.kind.group or name != self.kind.name:
            self.kind = kind_of(version, name) or Kind(version.rpartition("/")[0], name, "")
        before, now = self.was[-1], self.identity
        for field, changed in (("name", now.name != before.name), ("namespace", now.namespace != before.namespace)):
            if changed:
                self.by[field] = source

    def remember(self) -> None:
        """Keep the identity that it has now, before it changes."""
        if self.identity not in self.was:
            self.was = (*self.was, self.identity)

    def copy(self) -> Part:
        """A part that goes on by itself."""
        twin = Part.__new__(Part)
        twin.kind, twin.hashed, twin.linted = self.kind, self.hashed, self.linted
        twin.unclear, twin.was, twin.by = self.unclear, self.was, dict(self.by)
        twin.draft = Draft(self.draft.data, self.draft.own, self.draft.parts)
        return twin

    def finished(self, default_namespace: str) -> Resource | None:
        """The object as it is applied, or None where patches have made it another kind."""
        own = self.draft.own
        data = self.draft.data
        if not isinstance(get(data, "kind"), str) or not isinstance(get(data, "apiVersion"), str):
            return None
        first = self.was[0]
        by = self.by.get("name" if first.name != self.identity.name else "namespace")
        renamed = None
        if by is not None and first != self.identity:
            renamed = Renamed(Ref(self.kind.group, self.kind.name, first.namespace, first.name), by)
        return resource(
            own.document,
            own.path,
            data,
            default_namespace=default_namespace,
            custom={(self.kind.group, self.kind.name): self.kind},
            patched=bool(self.unclear),
            linted=self.linted,
            parts=self.draft.parts or None,
            renamed=renamed,
        )
