"""kustomize's own transformers: namespace, prefix and suffix, labels and annotations, replicas, images, variables.

Source: kustomize `api/internal/builtins`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vmlint.gitops.budget import Budget
from vmlint.gitops.field_specs import Conflict, FieldSpec, Transformer, specs_of
from vmlint.gitops.images import images_of, retagged
from vmlint.gitops.kustomization import Kustomization
from vmlint.gitops.made import NAME, Build, check_identities
from vmlint.gitops.part import Part
from vmlint.gitops.problem import BuildCode, BuildProblem, Unbuildable, invalid
from vmlint.model.access import each, get, mapping, text
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.resource import Written

__all__ = ["Transformers"]

_DEFINITION = BY_GROUP_KIND["apiextensions.k8s.io", "CustomResourceDefinition"]
_PLACED = (("metadata", "namespace"), NAME)
"""What a namespace is written to by other means."""


class Transformers:
    """Changes what a kustomization has made, each method by one of its fields."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def place(self, kustomization: Kustomization, build: Build) -> None:
        """Put the objects into the namespace of the kustomization. Raises Unbuildable."""
        if not kustomization.namespace:
            return
        source = kustomization.at("namespace")
        fitting = _Fitting(specs_of(Transformer.NAMESPACE, build.added))
        for part in build.parts:
            part.place_in(kustomization.namespace, source)
            for spec in fitting.of(part):
                if spec.steps not in _PLACED:
                    part.fill(spec, kustomization.namespace, source)
        check_identities(build.parts, kustomization, source)

    def rename(self, kustomization: Kustomization, build: Build) -> None:
        """Write the prefix and the suffix to the names, and to the fields that configurations add."""
        for affix, transformer, rename, form in (
            (kustomization.prefix, Transformer.PREFIX, Part.prefix, "{affix}{value}"),
            (kustomization.suffix, Transformer.SUFFIX, Part.suffix, "{value}{affix}"),
        ):
            source = kustomization.at(transformer)
            fitting = _Fitting(specs_of(transformer, build.added))
            for part in build.parts if affix else ():
                for spec in fitting.of(part) if part.may_be_renamed else ():
                    if spec.steps == NAME:
                        rename(part, affix, source)
                        continue
                    for path in part.places(spec, create=spec.create):
                        value = get(part.draft.data, *path)
                        if not isinstance(value, dict | list):
                            text_of = "" if value is None else _shown_plain(value)
                            part.draft.put(path, form.format(affix=affix, value=text_of), source)

    def label(self, kustomization: Kustomization, build: Build) -> None:
        """Write the labels and annotations of the kustomization. Raises Unbuildable."""
        try:
            sets = list(kustomization.pairs(build.added))
        except Conflict as conflict:
            raise Unbuildable(invalid(kustomization.at("labels"), conflict.reason, kustomization.folder)) from None
        for pairs, specs, at in sets:
            # Each label copies those that are there.
            cost = len(pairs) * (len(pairs) // 10 + 1) * len(build.parts)
            if not self._budget.allows(cost, kustomization.file, build):
                return
            fitting = _Fitting(specs)
            written = [(key, value, Written(at.document, (*at.path, key))) for key, value in pairs.items()]
            for part in build.parts:
                for spec in fitting.of(part):
                    for path in part.places(spec, create=spec.create):
                        for key, value, source in written:
                            part.draft.put((*path, key), value, source)

    def scale(self, kustomization: Kustomization, build: Build) -> None:
        """Set what `replicas` has for objects of a name. Without an object to change kustomize refuses it."""
        specs = specs_of(Transformer.REPLICAS, build.added)
        for index, entry in each(kustomization.data, "replicas"):
            name, met = text(entry, "name"), False
            for part in build.parts:
                kinds = {identity.kind for identity in (*part.was, part.identity) if identity.name == name}
                for spec in specs if kinds else ():
                    if any(spec.fits(part.api_version, kind) for kind in kinds):
                        met = True
                        part.fill(spec, entry.get("count") or 0, kustomization.at("replicas", index, "count"))
            if not met and not build.unread:
                kinds_known = list(dict.fromkeys(spec.kind or "object" for spec in specs))
                values = {"reason": f"no {_or(kinds_known)} is called `{name}`", "field": "replicas"}
                at = kustomization.at("replicas", index, "name")
                raise Unbuildable(BuildProblem(BuildCode.INVALID, at, kustomization.folder, values))

    def retag(self, kustomization: Kustomization, build: Build) -> None:
        """Change the images that `images` names."""
        entries = each(kustomization.data, "images")
        if not entries:
            return
        fitting = _Fitting(specs_of(Transformer.IMAGES, build.added))
        for index, entry in entries:
            if not self._budget.allows(len(build.parts), kustomization.file, build):
                return
            for part in build.parts:
                if part.kind is not _DEFINITION:
                    for path in images_of(part, fitting.of(part)):
                        image = get(part.draft.data, *path)
                        if isinstance(image, str) and (new := retagged(image, entry)) != image:
                            part.draft.put(path, new, kustomization.at("images", index))

    def note_variables(self, kustomization: Kustomization, build: Build) -> None:
        """Take note of the names of `vars`. Raises Unbuildable for one whose object is not there."""
        for index, entry in each(kustomization.data, "vars"):
            name, ref = text(entry, "name"), mapping(entry, "objref")
            version = text(ref, "apiVersion") or "/".join(filter(None, (text(ref, "group"), text(ref, "version"))))
            found = [part for part in build.parts if part.api_version == version and _is_referred_to(ref, part)]
            if len(found) > 1 or not (found or build.unread):
                reason = (
                    f"the object of the variable `{name}` in `vars` {'is not unique' if found else 'does not exist'}"
                )
                raise Unbuildable(invalid(kustomization.at("vars", index), reason, kustomization.folder))
            if name in build.variables:
                reason = f"the variable `{name}` appears twice in `vars`"
                raise Unbuildable(invalid(kustomization.at("vars", index), reason, kustomization.folder))
            build.variables.add(name)


class _Fitting:
    """The fields of a transformer that objects have, found once for each of their types."""

    def __init__(self, specs: Sequence[FieldSpec]) -> None:
        self._specs = specs
        self._of_type: dict[tuple[str, str], Sequence[FieldSpec]] = {}

    def of(self, part: Part) -> Sequence[FieldSpec]:
        of_type = part.api_version, part.kind.name
        if (found := self._of_type.get(of_type)) is None:
            found = self._of_type[of_type] = [spec for spec in self._specs if spec.fits(*of_type)]
        return found


def _is_referred_to(ref: Mapping[str, Any], part: Part) -> bool:
    """Whether the object of a variable is meant, by any identity that it has had."""
    kind, name, namespace = (text(ref, field) for field in ("kind", "name", "namespace"))
    return any(
        identity.kind == kind and identity.name == name and namespace in ("", identity.namespace)
        for identity in (*part.was, part.identity)
    )


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _shown_plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
