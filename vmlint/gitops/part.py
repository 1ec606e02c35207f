"""An object on its way through kustomizations.

Source: kustomize `api/resource/resource.go` (the identities that it had, its prefixes and suffixes).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vmlint.gitops.draft import Draft
from vmlint.gitops.field_specs import Blocked, FieldSpec, places
from vmlint.gitops.scopes import is_cluster_wide
from vmlint.graph.build import resource
from vmlint.model.access import each, get, mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, Kind, kind_of
from vmlint.model.ref import Ref
from vmlint.model.resource import Renamed, Resource, Written
from vmlint.record import Record

__all__ = ["Identity", "Part"]

_DEFAULT = "default"
_NOWHERE = "_non_namespaceable_"
_KEEPS_ITS_NAME = ("Namespace", "CustomResourceDefinition")
_SERVICE = "APIService"
_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_NAMESPACE = BY_GROUP_KIND["", "Namespace"]


def _word(value: Any) -> str:
    """A name as kustomize reads it: it takes a number for its text."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


class Identity(Record):
    """What kustomize knows an object by, beside its group and version. The namespace is `default` where none is
    written, and a word of its own for kinds that have none."""

    kind: str
    namespace: str
    name: str


class Part:
    """An object, the identities that it has had, and what changed them.

    `first` is its namespace ("" where none is written) and name in its file, `was` what kustomize noted before it
    changed them, `by` what gave it another one. `unclear` is why the object is not wholly known, "" where it is.
    `hashed` means that a hash comes behind its name, and `behavior` what its generator does to an object that is there.
    `relevant` objects are those that vmlint knows the kind of.
    """

    __slots__ = (
        "behavior",
        "by",
        "draft",
        "first",
        "generated",
        "hashed",
        "kind",
        "linted",
        "prefixes",
        "relevant",
        "suffixes",
        "unclear",
        "was",
    )

    def __init__(
        self,
        kind: Kind,
        draft: Draft,
        *,
        hashed: bool = False,
        linted: bool = True,
        relevant: bool = True,
        generated: bool = False,
        behavior: str = "",
    ) -> None:
        self.kind = kind
        self.draft = draft
        self.hashed = hashed
        self.linted = linted
        self.relevant = relevant
        self.generated = generated
        self.behavior = behavior
        self.unclear = ""
        self.first = (self.namespace, self.name)
        self.was: tuple[Identity, ...] = ()
        self.prefixes: tuple[str, ...] = ()
        self.suffixes: tuple[str, ...] = ()
        self.by: dict[str, Written] = {}

    @property
    def api_version(self) -> str:
        return text(self.draft.data, "apiVersion")

    @property
    def version(self) -> str:
        return self.api_version.rpartition("/")[2]

    @property
    def namespace(self) -> str:
        """The namespace that it names, "" for none."""
        return _word(get(self.draft.data, "metadata", "namespace"))

    @property
    def name(self) -> str:
        return _word(get(self.draft.data, "metadata", "name"))

    @property
    def is_cluster_wide(self) -> bool:
        return is_cluster_wide(self.api_version, self.kind.name)

    @property
    def identity(self) -> Identity:
        return Identity(self.kind.name, _NOWHERE if self.is_cluster_wide else self.namespace or _DEFAULT, self.name)

    @property
    def original(self) -> Identity:
        """The first that kustomize noted."""
        return self.was[0] if self.was else self.identity

    @property
    def key(self) -> tuple[str, Identity]:
        """What no two objects of one result share."""
        return self.api_version, self.identity

    def has_had(self, api_version: str, wanted: Identity) -> bool:
        """Whether a patch of that identity means it."""
        if self.api_version != api_version:
            return False
        return wanted == self.identity or wanted in self.was

    @property
    def has_notes(self) -> bool:
        """Whether kustomize has notes of its own in the object's annotations, which makes them exist."""
        return bool(self.was or self.prefixes or self.suffixes or self.generated)

    def labels(self, field: str) -> Mapping[str, Any]:
        return mapping(self.draft.data, "metadata", field)

    def remember(self) -> None:
        """Note the identity that it has now, before it changes."""
        self.was = (*self.was, self.identity)

    def fill(self, spec: FieldSpec, value: Any, source: Written) -> None:
        """Write a value to a field wherever it is. Raises Blocked."""
        for path in self.places(spec, create=spec.create):
            self.draft.put(path, value, source)

    def places(self, spec: FieldSpec, *, create: bool) -> list[Path]:
        """The places of a field. Raises Blocked."""
        try:
            return list(places(self.draft.data, spec.steps, create=create))
        except Blocked as error:
            error.at = self.draft.written(error.path)
            raise

    def place_in(self, namespace: str, source: Written) -> None:
        """Put it into a namespace, whatever it names itself; a Namespace becomes that one."""
        self.remember()
        if not self.is_cluster_wide and self.namespace != namespace:
            self._change(("metadata", "namespace"), namespace, source)
        if self.kind is _NAMESPACE and self.api_version == "v1" and self.name != namespace:
            self._change(("metadata", "name"), namespace, source)
        if self.kind.name in _BINDINGS:
            for index, subject in each(self.draft.data, "subjects"):
                if subject.get("name") == _DEFAULT:
                    self.draft.put(("subjects", index, "namespace"), namespace, source)

    def rename(self, name: str, source: Written) -> None:
        place = self.draft.written(("metadata", "name"))
        self._change(("metadata", "name"), name, source)
        self.draft.parts[("metadata", "name")] = place  # the name itself is still where it was

    def prefix(self, prefix: str, source: Written) -> None:
        self.prefixes = (*self.prefixes, prefix)
        self.remember()
        self.rename(f"{prefix}{self.name}", source)

    def suffix(self, suffix: str, source: Written) -> None:
        self.suffixes = (*self.suffixes, suffix)
        self.remember()
        self.rename(f"{self.name}{suffix}", source)

    @property
    def may_be_renamed(self) -> bool:
        """Whether prefixes and suffixes are for it."""
        first = self.original.kind
        is_service = first == _SERVICE and self.kind.group == "apiregistration.k8s.io"
        return first not in _KEEPS_ITS_NAME and not is_service

    def _change(self, path: Path, value: str, source: Written) -> None:
        self.draft.set(path, value, source)
        self.by[str(path[-1])] = source

    def settle(self, source: Written, before: tuple[str, str]) -> None:
        """Take note of a patch that has changed its kind, or its namespace and name, which were `before`."""
        version, name = self.api_version, text(self.draft.data, "kind")
        if version.rpartition("/")[0] != self.kind.group or name != self.kind.name:
            self.kind = kind_of(version, name) or Kind(version.rpartition("/")[0], name, "")
        for field, old, new in (("namespace", before[0], self.namespace), ("name", before[1], self.name)):
            if old != new:
                self.by[field] = source

    def copy(self) -> Part:
        """A part that goes on by itself."""
        twin = Part.__new__(Part)
        for name in Part.__slots__:
            setattr(twin, name, getattr(self, name))
        twin.by = dict(self.by)
        twin.draft = Draft(self.draft.data, self.draft.own, self.draft.parts)
        return twin

    def write_annotations_as_text(self) -> None:
        """Make each annotation a string, as kustomize does in its output (`Resource.RemoveBuildAnnotations`): a number
        is its text, and a mapping or a list leaves nothing. Labels keep what they have."""
        for key, value in self.labels("annotations").items():
            if not isinstance(value, str):
                path = ("metadata", "annotations", key)
                written = "" if isinstance(value, dict | list) else json.dumps(value)
                self.draft.set(path, written, self.draft.written(path))

    def finished(self, default_namespace: str) -> Resource | None:
        """The object as it is applied, or None where vmlint does not know its kind."""
        own = self.draft.own
        data = self.draft.data
        if not self.relevant or not isinstance(get(data, "kind"), str) or not isinstance(get(data, "apiVersion"), str):
            return None
        namespace, name = self.first
        by = self.by.get("name" if name != self.name else "namespace")
        renamed = None
        if by is not None and self.first != (self.namespace, self.name):
            renamed = Renamed(Ref(self.kind.group, self.kind.name, namespace, name), by)
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
