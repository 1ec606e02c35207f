"""What a kustomization.yaml says, whatever it holds: the entries of each field with the place of each.

Source: kustomize `api/types/kustomization.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from typing import Any

from vmlint.gitops.field_specs import Added, FieldSpec, Transformer, field_of, merged, specs_of
from vmlint.gitops.fields import Reading
from vmlint.gitops.generated_data import NotGenerated, sources
from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.resource import Written
from vmlint.record import Record
from vmlint.runtime.cached import cached_property
from vmlint.source.document import Document

__all__ = ["Entry", "Kustomization", "Pairs", "PatchEntry", "is_remote"]

_REMOTE = re.compile(r"^(?:[a-z+]+://|git@|git::|(?:[\w-]+\.)+[a-z]{2,}[/:])|[?&](?:ref|version|timeout)=|\.git(?:/|$)")

_INLINE = re.compile(r"\s*(?:\{|[\w$-]+:\s)")
_OTHER_PROGRAMS = ("transformers", "generators", "validators")
_NAMING = ("configurations", "crds", *_OTHER_PROGRAMS)
_CHARTS = ("helmCharts", "helmChartInflationGenerator")


class Entry(Record):
    """An entry of a list of paths, and where it is written."""

    text: str
    at: Written


class PatchEntry(Record):
    """A patch: a file's path or the patch itself, and the selector of what it changes; None for none."""

    path: str
    inline: str
    target: Mapping[str, Any] | None
    at: Written
    renames: bool = False
    """Whether the patch may change the name of what it is applied to."""
    retypes: bool = False
    """Whether it may change the kind."""
    selected_at: Written | None = None
    """Where the selector is written."""


class Pairs(Record):
    """Labels or annotations, the fields in which objects get them, and where they are written."""

    pairs: Mapping[str, Any]
    specs: Sequence[FieldSpec]
    at: Written


_LABELS = (FieldSpec("", ("metadata", "labels"), create=True),)
_INCLUDED = (
    ("includeTemplates", Transformer.TEMPLATE_LABELS),
    ("includeVolumeClaimTemplates", Transformer.CLAIM_TEMPLATE_LABELS),
)
_ANNOTATIONS = ("commonAnnotations", Transformer.ANNOTATIONS)


class Kustomization:
    """A kustomization.yaml in its folder, or the part of another object that has its fields.

    `base` leads to that part, and `names` has the fields with other names there. The fields of a file are found
    whatever the case of their names, as kustomize finds them.
    """

    def __init__(
        self,
        document: Document,
        folder: str,
        data: Mapping[str, Any] | None = None,
        base: Path = (),
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.document = document
        self.folder = folder
        self.reading = Reading.of(mapping(document.data)) if data is None else None
        self.data: Mapping[str, Any] = self.reading.data if self.reading else mapping(data)
        self._base = base
        self._names = names or {}

    def without(self, fields: Set[str]) -> Kustomization:
        """The same kustomization without some of its fields."""
        rest = Kustomization(self.document, self.folder)
        rest.data = {field: value for field, value in self.data.items() if field not in fields}
        return rest

    def __repr__(self) -> str:
        return f"<kustomization {self.document.file}>"

    @property
    def file(self) -> str:
        return self.document.file

    @property
    def is_component(self) -> bool:
        """Whether it is a part that others include, and never applied by itself."""
        return text(self.data, "kind") == "Component"

    @property
    def namespace(self) -> str:
        return text(self.data, "namespace")

    @property
    def prefix(self) -> str:
        return text(self.data, "namePrefix")

    @property
    def suffix(self) -> str:
        return text(self.data, "nameSuffix")

    def at(self, *path: str | int) -> Written:
        if self.reading is not None:
            return Written(self.document, (*self._base, *self.reading.path(path)))
        first = [self._names.get(str(step), step) for step in path[:1]]
        return Written(self.document, (*self._base, *first, *path[1:]))

    @cached_property
    def resources(self) -> tuple[Entry, ...]:
        """What is included: files, and folders with a kustomization of their own; `bases` is the old name."""
        return (*self._paths("resources"), *self._paths("bases"))

    @cached_property
    def components(self) -> tuple[Entry, ...]:
        return tuple(self._paths("components"))

    @cached_property
    def configurations(self) -> tuple[Entry, ...]:
        return tuple(self._paths("configurations"))

    @cached_property
    def merges(self) -> tuple[PatchEntry, ...]:
        """`patchesStrategicMerge`: each entry is a path, or a patch itself."""
        return tuple(
            PatchEntry(
                "" if _is_text_of_patch(entry.text) else entry.text,
                entry.text if _is_text_of_patch(entry.text) else "",
                None,
                entry.at,
            )
            for entry in self._paths("patchesStrategicMerge")
        )

    @cached_property
    def patches(self) -> tuple[PatchEntry, ...]:
        return tuple(self._patches("patches"))

    @cached_property
    def operations(self) -> tuple[PatchEntry, ...]:
        """`patchesJson6902`."""
        return tuple(self._patches("patchesJson6902"))

    def pairs(self, added: Added) -> Iterator[Pairs]:
        """Each set of labels and annotations that objects get; `added` are the fields of configurations.

        Raises Conflict where one of the fields is there with another `create`.
        """
        for index, entry in each(self.data, "labels"):
            specs: Sequence[FieldSpec] = [field_of(field) for _, field in each(entry, "fields")]
            specs = merged(specs, specs_of(Transformer.LABELS, added))
            if get(entry, "includeSelectors") is True:
                specs = merged(specs, specs_of(Transformer.COMMON_LABELS, added))
            else:
                for option, transformer in _INCLUDED:
                    if get(entry, option) is True:
                        specs = merged(specs, specs_of(transformer, added))
                specs = merged(specs, _LABELS)
            yield Pairs(mapping(entry, "pairs"), specs, self.at("labels", index, "pairs"))
        for field, transformer in (("commonLabels", Transformer.COMMON_LABELS), _ANNOTATIONS):
            if pairs := mapping(self.data, field):
                yield Pairs(pairs, specs_of(transformer, added), self.at(field))

    @property
    def replacements(self) -> Iterator[tuple[Written, Mapping[str, Any]]]:
        for index, entry in each(self.data, "replacements"):
            yield self.at("replacements", index), entry

    @property
    def parts(self) -> Iterator[str]:
        """The paths of what it names beside objects and kustomizations: patches, and what configures and generates."""
        yield from (patch.path for patch in (*self.merges, *self.patches, *self.operations) if patch.path)
        yield from (path for _, entry in self.replacements if (path := text(entry, "path")))
        for field in _NAMING:
            yield from (entry for entry in sequence(self.data, field) if isinstance(entry, str))
        for _, _, entry in self.generated():
            with suppress(NotGenerated):
                yield from (path for _, _, path in sources(entry))

    def generated(self) -> Iterator[tuple[str, Written, Mapping[str, Any]]]:
        """The kind, the place and the entry of each ConfigMap and Secret that is generated."""
        for field, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
            for index, entry in each(self.data, field):
                yield kind, self.at(field, index), entry

    def hashes(self, entry: Mapping[str, Any]) -> bool:
        """Whether a generator's object gets a hash of its content behind its name."""
        own = get(entry, "options", "disableNameSuffixHash")
        common = get(self.data, "generatorOptions", "disableNameSuffixHash")
        return own is not True and common is not True

    @property
    def beyond(self) -> Iterator[tuple[str, Written]]:
        """What only the tool itself, or another program, can tell: Helm charts and plugins."""
        for field in _CHARTS:
            for index, chart in each(self.data, field):
                name = text(chart, "name") or text(chart, "chartName")
                yield f"the Helm chart `{name}` is not rendered", self.at(field, index, "name")
        for field in _OTHER_PROGRAMS[:2]:
            if sequence(self.data, field):
                yield f"its `{field}` are not run", self.at(field)

    @property
    def transforms(self) -> bool:
        """Whether objects pass through transformers of its own, which may change anything."""
        return bool(sequence(self.data, "transformers"))

    @property
    def has_schema(self) -> bool:
        """Whether a schema of its own says how patches merge lists."""
        return bool(text(self.data, "openapi", "path"))

    def _paths(self, field: str) -> Iterator[Entry]:
        for index, entry in enumerate(sequence(self.data, field)):
            if isinstance(entry, str) or entry is None:
                yield Entry(entry or "", self.at(field, index))

    def _patches(self, field: str) -> Iterator[PatchEntry]:
        for index, entry in each(self.data, field):
            target = entry.get("target")
            options = mapping(entry, "options")
            inline = entry.get("patch")
            yield PatchEntry(
                text(entry, "path"),
                inline if isinstance(inline, str) else "",
                target if isinstance(target, dict) else None,
                self.at(field, index, "patch" if inline is not None else "path"),
                options.get("allowNameChange") is True,
                options.get("allowKindChange") is True,
                self.at(field, index, "target"),
            )


def is_remote(entry: str) -> bool:
    """Whether an entry that is no local path names something on the network."""
    return _REMOTE.search(entry) is not None


def _is_text_of_patch(entry: str) -> bool:
    """Whether an entry of `patchesStrategicMerge` is a patch itself: an address has no line break and no space."""
    return "\n" in entry.strip() or _INLINE.match(entry) is not None
