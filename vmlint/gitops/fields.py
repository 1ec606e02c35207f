"""The fields of a kustomization.yaml, found as kustomize finds them: whatever the case of their names.

Source: kustomize `api/types`, read by `Kustomization.Unmarshal` with Go's encoding/json, which takes a key for a field
whose name it equals after folding: `Resources`, `CRDS` and `reſources` are read. Keys of free mappings (labels,
annotations, `openapi`, the options of a patch) are kept as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from vmlint.record import Record

__all__ = ["FIELDS", "Clash", "Reading", "folded"]

Fields = Mapping[str, "Fields | None"]
"""The names of a structure's fields, each with the fields of its own value (of each entry, for a list)."""


def _fields(names: str, **below: Fields) -> Fields:
    return {**dict.fromkeys(names.split()), **below}


_OBJECT = "group version kind name namespace"
_SELECTOR = _fields(f"{_OBJECT} annotationSelector labelSelector")
_PATCH = _fields("path patch options", target=_SELECTOR)
_GENERATOR_OPTIONS = _fields("labels annotations disableNameSuffixHash immutable")
_GENERATOR = "namespace name behavior literals files envs env"
_VALUE_OPTIONS = _fields("delimiter index encoding create")
_IMAGE = _fields("name newName tagSuffix newTag digest")

FIELDS: Fields = _fields(
    "apiVersion kind openapi namePrefix nameSuffix namespace commonLabels commonAnnotations patchesStrategicMerge "
    "resources components crds bases configurations generators transformers validators buildMetadata",
    metadata=_fields("name namespace labels annotations"),
    labels=_fields(
        "pairs includeSelectors includeTemplates includeVolumeClaimTemplates",
        fields=_fields("group version kind path create"),
    ),
    patches=_PATCH,
    patchesJson6902=_PATCH,
    images=_IMAGE,
    imageTags=_IMAGE,
    replicas=_fields("name count"),
    replacements=_fields(
        "sourceValue path",
        source=_fields(f"{_OBJECT} fieldPath", options=_VALUE_OPTIONS),
        targets=_fields("fieldPaths", select=_SELECTOR, reject=_SELECTOR, options=_VALUE_OPTIONS),
    ),
    vars=_fields(
        "name",
        objref=_fields(f"apiVersion {_OBJECT}"),
        fieldref=_fields("fieldPath"),
    ),
    sortOptions=_fields("order", legacySortOptions=_fields("orderFirst orderLast")),
    configMapGenerator=_fields(_GENERATOR, options=_GENERATOR_OPTIONS),
    secretGenerator=_fields(f"{_GENERATOR} type", options=_GENERATOR_OPTIONS),
    generatorOptions=_GENERATOR_OPTIONS,
    helmGlobals=_fields("chartHome configHome"),
    helmCharts=_fields(
        "name version repo releaseName namespace additionalValuesFiles valuesFile valuesInline valuesMerge "
        "includeCRDs skipHooks apiVersions kubeVersion nameTemplate skipTests debug devel"
    ),
    helmChartInflationGenerator=_fields(
        "chartName chartVersion chartRepoUrl chartHome chartRepoName helmBin helmHome values valuesLocal valuesMerge "
        "releaseName releaseNamespace extraArgs"
    ),
)

_LIKE_ASCII = str.maketrans({"ſ": "s", "\N{KELVIN SIGN}": "k"})
"""The characters beyond ASCII that Go folds with a letter of ASCII."""


@lru_cache(maxsize=1024)
def folded(name: str) -> str:
    """A key as encoding/json compares it with the names of fields, all of which are ASCII."""
    if name.isascii():
        return name.lower()
    return "".join(char.lower() if char.isascii() else char for char in name.translate(_LIKE_ASCII))


class Clash(Record):
    """Two keys of one mapping that mean the same field: which of them counts depends on kustomize's release."""

    field: str
    path: tuple[str | int, ...]


class Reading(Record):
    """A kustomization with the names of fields as kustomize spells them.

    `written` has those that the file spells differently: from the field's path as kustomize spells it to its key in
    the file.
    """

    data: Mapping[str, Any]
    written: Mapping[tuple[str | int, ...], str]
    clashes: tuple[Clash, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Reading:
        """The reading of a file's data, which is given back as it is where every name is spelled as usual."""
        written: dict[tuple[str | int, ...], str] = {}
        clashes: list[Clash] = []
        read = _read(data, FIELDS, (), written, clashes)
        return cls(read if written or clashes else data, written, tuple(clashes))

    def path(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """Where the file has what is at a path."""
        return tuple(_steps(path, self.written)) if self.written else path


def _steps(path: tuple[str | int, ...], written: Mapping[tuple[str | int, ...], str]) -> Iterator[str | int]:
    for end, step in enumerate(path, 1):
        yield written.get(path[:end], step)


def _read(
    data: Mapping[str, Any],
    fields: Fields,
    path: tuple[str | int, ...],
    written: dict[tuple[str | int, ...], str],
    clashes: list[Clash],
) -> dict[str, Any]:
    names: dict[str, str] = {}
    read: dict[str, Any] = {}
    for key, value in data.items():
        name = key
        if key not in fields and isinstance(key, str):
            names = names or {folded(name): name for name in fields}
            name = names.get(folded(key), key)
        here = (*path, name)
        if name in read:
            clashes.append(Clash(name, (*path, key)))
            continue
        if name != key:
            written[here] = key
        below = fields.get(name)
        if below and isinstance(value, Mapping):
            value = _read(value, below, here, written, clashes)
        elif below and isinstance(value, list):
            value = [
                _read(entry, below, (*here, index), written, clashes) if isinstance(entry, Mapping) else entry
                for index, entry in enumerate(value)
            ]
        read[name] = value
    return read
