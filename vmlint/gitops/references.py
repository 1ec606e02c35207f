"""The references that kustomize keeps in step with the names that it changes: its own few, and configured ones.

Sources: kustomize `api/internal/konfig/builtinpluginconsts/namereference.go` (KubeVirt's kinds stand in none of them),
`api/filters/nameref/nameref.go`, `api/internal/accumulator/namereferencetransformer.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.gitops.part import Part
from vmlint.model.access import each, get, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.record import Record

__all__ = ["Ambiguous", "NameReference", "Type", "configured", "rewrite"]


class Type(Record):
    """A group, version and kind, of which an empty one means any."""

    kind: str = ""
    group: str = ""
    version: str = ""

    def fits(self, part: Part, kind: str) -> bool:
        group, _, version = part.api_version.rpartition("/")
        return self.kind in ("", kind) and self.group in ("", group) and self.version in ("", version)


class NameReference(Record):
    """A field of objects of one type that holds the name of an object of another one."""

    target: Type
    holder: Type
    steps: tuple[str, ...]


class Ambiguous(Exception):  # noqa: N818 - the name is what the reference is
    """A reference that may mean several objects, for which kustomize refuses to build."""

    def __init__(self, part: Part, path: Path, names: Sequence[str]) -> None:
        super().__init__()
        self.part = part
        self.path = path
        self.names = names


_ACCOUNT, _BINDING = BY_GROUP_KIND["", "ServiceAccount"], BY_GROUP_KIND["rbac.authorization.k8s.io", "RoleBinding"]
_STORAGE, _RBAC = "storage.k8s.io", "rbac.authorization.k8s.io"


def _own(target: Type, *holders: tuple[str, str]) -> Iterator[NameReference]:
    for kind, path in holders:
        yield NameReference(target, Type(kind), tuple(path.split("/")))


_BINDINGS = (("RoleBinding", "roleRef/name"), ("ClusterRoleBinding", "roleRef/name"))
_RULES = (("Role", "rules/resourceNames"), ("ClusterRole", "rules/resourceNames"))
_OWN: tuple[NameReference, ...] = (
    *_own(Type("ConfigMap", version="v1"), *_RULES),
    *_own(
        Type("Secret", version="v1"),
        ("ServiceAccount", "imagePullSecrets/name"),
        *(("StorageClass", f"parameters/{name}") for name in ("secretName", "adminSecretName", "userSecretName")),
        ("StorageClass", "parameters/secretRef"),
        *_RULES,
        ("PersistentVolume", "spec/azureFile/secretName"),
    ),
    *_own(Type("Role", _RBAC), _BINDINGS[0]),
    *_own(Type("ClusterRole", _RBAC), *_BINDINGS),
    *_own(Type("ServiceAccount", version="v1"), ("RoleBinding", "subjects"), ("ClusterRoleBinding", "subjects")),
    *_own(
        Type("PersistentVolume", version="v1"),
        ("PersistentVolumeClaim", "spec/volumeName"),
        ("ClusterRole", "rules/resourceNames"),
    ),
    *_own(
        Type("StorageClass", _STORAGE, "v1"),
        ("PersistentVolume", "spec/storageClassName"),
        ("PersistentVolumeClaim", "spec/storageClassName"),
    ),
)


def configured(data: Any) -> Iterator[NameReference]:
    """The references that a file of `configurations` adds."""
    for _, entry in each(data, "nameReference"):
        for _, field in each(entry, "fieldSpecs"):
            steps = tuple(step for step in text(field, "path").split("/") if step)
            if steps:
                yield NameReference(_type(entry), _type(field), steps)


def _type(data: Any) -> Type:
    return Type(text(data, "kind"), text(data, "group"), text(data, "version"))


def rewrite(parts: Sequence[Part], references: Sequence[NameReference]) -> None:
    """Write the final names into the fields that refer to renamed objects. Raises Ambiguous."""
    known = [part for part in parts if part.was]
    if not known:
        return
    by_name: dict[str, list[Part]] = {}
    for part in known:
        for name in {identity.name for identity in part.was}:
            by_name.setdefault(name, []).append(part)
    kinds = {identity.kind for part in known for identity in part.was}
    wanted = [
        name_reference
        for name_reference in dict.fromkeys((*_OWN, *references))
        if name_reference.target.kind in ("", *kinds)
    ]
    for part in parts:
        for reference in wanted:
            if reference.holder.fits(part, part.original.kind):
                _Rewriter(part, reference, by_name, parts).run()


class _Rewriter:
    """Rewrites one kind of reference in one object."""

    def __init__(
        self, part: Part, reference: NameReference, by_name: Mapping[str, Sequence[Part]], parts: Sequence[Part]
    ) -> None:
        self._part = part
        self._parts = parts
        self._reference = reference
        self._by_name = by_name

    def run(self) -> None:
        for path, value in list(_places(self._part.draft.data, self._reference.steps, ())):
            if isinstance(value, str):
                self._rewrite(path, value)
            elif isinstance(value, dict):
                self._rewrite_pair(path, value)

    def _rewrite(self, path: Path, name: str) -> None:
        target = self._target(path, name, self._by_name.get(name, ()), lambda part: (part.name,))
        if target is not None and target.name != name:
            self._put(path, target.name)

    def _rewrite_pair(self, path: Path, value: Mapping[str, Any]) -> None:
        """A mapping with a name, and perhaps a namespace: both are rewritten."""
        name, namespace = get(value, "name"), get(value, "namespace")
        if not isinstance(name, str):
            return
        candidates = self._by_name.get(name, ())
        if isinstance(namespace, str):
            # Where any object was in that namespace first, only such ones count.
            if any(part.original.namespace == namespace and self._is_near(part) for part in self._parts):
                candidates = [part for part in candidates if part.original.namespace == namespace]
            else:
                candidates = [part for part in candidates if part.identity.namespace == namespace]
        target = self._target(path, name, candidates, lambda part: (part.name, part.namespace))
        if target is None or (target.name == name and not target.namespace):
            return
        self._put((*path, "name"), target.name)
        if target.namespace:
            self._put((*path, "namespace"), target.namespace)

    def _put(self, path: Path, value: str) -> None:
        self._part.draft.put(path, value, self._part.draft.written(path))

    def _target(self, path: Path, name: str, candidates: Sequence[Part], identical: Any) -> Part | None:
        """The object that a name means, None for none. The nearest by prefix and suffix counts."""
        found = [part for part in candidates if self._may_be_meant(part)]
        if len(found) != 1:
            found = [part for part in found if _is_near(part, self._part, loose=True)]
            if len(found) > 1:
                found = [part for part in found if _is_near(part, self._part, loose=False)]
        if not found:
            return None
        if len({identical(part) for part in found}) > 1:
            raise Ambiguous(self._part, path, [part.name for part in found])
        return found[0]

    def _may_be_meant(self, part: Part) -> bool:
        holder, target = self._part, self._reference.target
        if not any(target.fits(part, identity.kind) for identity in part.was):
            return False
        if self._reference.steps[-2:] == ("roleRef", "name"):
            role = get(holder.draft.data, "roleRef")
            group, kind = get(role, "apiGroup"), get(role, "kind")
            if (
                group is not None
                and kind is not None
                and not Type(str(kind), str(group)).fits(part, part.original.kind)
            ):
                return False
        if not self._is_near(part):
            return False
        same = part.identity.namespace == holder.identity.namespace
        return same or holder.is_cluster_wide or part.is_cluster_wide or part.kind is _ACCOUNT

    def _is_near(self, part: Part) -> bool:
        """Whether an object may be referred to at all: from its own namespace, or by a RoleBinding that names it."""
        holder = self._part
        if holder.is_cluster_wide or part.is_cluster_wide:
            return True
        same = part.identity.namespace == holder.identity.namespace
        return same or part.namespace in _namespaces_of(holder)


def _namespaces_of(binding: Part) -> set[str]:
    """The namespaces of the accounts to which a RoleBinding binds."""
    if binding.kind is not _BINDING:
        return set()
    return {
        text(subject, "namespace")
        for _, subject in each(binding.draft.data, "subjects")
        if subject.get("kind") == _ACCOUNT.name
    }


def _is_near(part: Part, other: Part, *, loose: bool) -> bool:
    """Whether both went through the same prefixes and suffixes last; where `loose`, none fits any."""
    return all(
        (loose and (not own or not its)) or _same_ending(own, its)
        for own, its in ((part.prefixes, other.prefixes), (part.suffixes, other.suffixes))
    )


def _same_ending(texts: Sequence[str], other: Sequence[str]) -> bool:
    shorter = min(len(texts), len(other))
    if not shorter:
        return len(texts) == len(other)
    return list(texts[len(texts) - shorter :]) == list(other[len(other) - shorter :])


def _places(data: Any, steps: tuple[str, ...], path: Path) -> Iterator[tuple[Path, Any]]:
    """Each value that the steps lead to; they pass through lists."""
    if isinstance(data, list):
        for index, entry in enumerate(data):
            yield from _places(entry, steps, (*path, index))
    elif steps and isinstance(data, dict):
        step = steps[0].removesuffix("[]")
        if step in data:
            yield from _places(data[step], steps[1:], (*path, step))
    elif not steps:
        yield path, data
