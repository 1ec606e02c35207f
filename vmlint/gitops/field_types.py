"""The fields of a kustomization and their types, and what kustomize refuses in the file itself.

kustomize reads the file as JSON with Go's decoder: unknown fields and other types are errors, the case of letters in a
field's name does not matter, and null is as good as nothing.
Source: kustomize `api/types/kustomization.go` and the types beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.gitops.field_specs import Transformer
from vmlint.gitops.fields import folded
from vmlint.model.field import Path
from vmlint.record import Record

__all__ = ["CONFIGURATION", "FieldFault", "faults", "is_empty"]


class _List(Record):
    of: Any


class _Map(Record):
    """A mapping with free keys."""

    of: Any


_TEXT, _FLAG, _NUMBER, _ANYTHING = "a string", "true or false", "a whole number", "anything"
_TEXTS, _PAIRS = _List(_TEXT), _Map(_TEXT)

_GVK = {"group": _TEXT, "version": _TEXT, "kind": _TEXT}
_ID = {**_GVK, "name": _TEXT, "namespace": _TEXT}
_SELECTOR = {**_ID, "annotationSelector": _TEXT, "labelSelector": _TEXT}
_FIELD_SPEC = {**_GVK, "path": _TEXT, "create": _FLAG}
_PATCH = {
    "path": _TEXT,
    "patch": _TEXT,
    "target": _SELECTOR,
    "options": _Map(_FLAG),
}
_GENERATOR_OPTIONS = {"labels": _PAIRS, "annotations": _PAIRS, "disableNameSuffixHash": _FLAG, "immutable": _FLAG}
_GENERATOR = {
    "namespace": _TEXT,
    "name": _TEXT,
    "behavior": _TEXT,
    "literals": _TEXTS,
    "files": _TEXTS,
    "envs": _TEXTS,
    "env": _TEXT,
    "options": _GENERATOR_OPTIONS,
}
_FIELD_OPTIONS = {"delimiter": _TEXT, "index": _NUMBER, "encoding": _TEXT, "create": _FLAG}
_REPLACEMENT = {
    "path": _TEXT,
    "sourceValue": _TEXT,
    "source": {**_ID, "fieldPath": _TEXT, "options": _FIELD_OPTIONS},
    "targets": _List(
        {"select": _SELECTOR, "reject": _List(_SELECTOR), "fieldPaths": _TEXTS, "options": _FIELD_OPTIONS}
    ),
}
_IMAGE = {"name": _TEXT, "newName": _TEXT, "tagSuffix": _TEXT, "newTag": _TEXT, "digest": _TEXT}
_CHART = {
    "name": _TEXT,
    "version": _TEXT,
    "repo": _TEXT,
    "releaseName": _TEXT,
    "namespace": _TEXT,
    "additionalValuesFiles": _TEXTS,
    "valuesFile": _TEXT,
    "valuesInline": _Map(_ANYTHING),
    "valuesMerge": _TEXT,
    "includeCRDs": _FLAG,
    "skipHooks": _FLAG,
    "apiVersions": _TEXTS,
    "kubeVersion": _TEXT,
    "nameTemplate": _TEXT,
    "skipTests": _FLAG,
    "debug": _FLAG,
    "devel": _FLAG,
}
_OLD_CHART = {
    **dict.fromkeys(
        [
            "chartName",
            "chartVersion",
            "chartRepoUrl",
            "chartHome",
            "chartRepoName",
            "helmBin",
            "helmHome",
            "values",
            "valuesMerge",
            "releaseName",
            "releaseNamespace",
        ],
        _TEXT,
    ),
    "valuesLocal": _Map(_ANYTHING),
    "extraArgs": _TEXTS,
}
_VAR = {
    "name": _TEXT,
    "objref": {"apiVersion": _TEXT, **_ID},
    "fieldref": {"fieldPath": _TEXT},
}

CONFIGURATION: Mapping[str, Any] = {
    **{transformer: _List(_FIELD_SPEC) for transformer in Transformer},
    "nameReference": _List({**_GVK, "fieldSpecs": _List(_FIELD_SPEC)}),
}
"""The fields of a file of `configurations`."""

_FIELDS: Mapping[str, Any] = {
    "apiVersion": _TEXT,
    "kind": _TEXT,
    "metadata": {"name": _TEXT, "namespace": _TEXT, "labels": _PAIRS, "annotations": _PAIRS},
    "openapi": _PAIRS,
    "namePrefix": _TEXT,
    "nameSuffix": _TEXT,
    "namespace": _TEXT,
    "commonLabels": _PAIRS,
    "labels": _List(
        {
            "pairs": _PAIRS,
            "includeSelectors": _FLAG,
            "includeTemplates": _FLAG,
            "includeVolumeClaimTemplates": _FLAG,
            "fields": _List(_FIELD_SPEC),
        }
    ),
    "commonAnnotations": _PAIRS,
    "patchesStrategicMerge": _TEXTS,
    "patchesJson6902": _List(_PATCH),
    "patches": _List(_PATCH),
    "images": _List(_IMAGE),
    "imageTags": _List(_IMAGE),
    "replacements": _List(_REPLACEMENT),
    "replicas": _List({"name": _TEXT, "count": _NUMBER}),
    "vars": _List(_VAR),
    "sortOptions": {"order": _TEXT, "legacySortOptions": {"orderFirst": _TEXTS, "orderLast": _TEXTS}},
    "resources": _TEXTS,
    "components": _TEXTS,
    "crds": _TEXTS,
    "bases": _TEXTS,
    "configMapGenerator": _List(_GENERATOR),
    "secretGenerator": _List({**_GENERATOR, "type": _TEXT}),
    "helmGlobals": {"chartHome": _TEXT, "configHome": _TEXT},
    "helmCharts": _List(_CHART),
    "helmChartInflationGenerator": _List(_OLD_CHART),
    "generatorOptions": _GENERATOR_OPTIONS,
    "configurations": _TEXTS,
    "generators": _TEXTS,
    "transformers": _TEXTS,
    "validators": _TEXTS,
    "buildMetadata": _TEXTS,
}


class FieldFault(Record):
    """A field that kustomize does not know, where `expected` is "", or one with a value of another type.

    `known` are the fields that could stand there instead.
    """

    path: Path
    expected: str
    known: tuple[str, ...] = ()


def faults(data: Any, fields: Mapping[str, Any] = _FIELDS) -> Iterator[FieldFault]:
    """Every field for which kustomize refuses to read the file, in the order of the file."""
    yield from _faults(data, fields, ())


def _faults(value: Any, schema: Any, path: Path) -> Iterator[FieldFault]:
    if value is None or schema == _ANYTHING:
        return
    if isinstance(schema, _List):
        if not isinstance(value, list):
            yield FieldFault(path, "a list")
            return
        for index, entry in enumerate(value):
            yield from _faults(entry, schema.of, (*path, index))
    elif isinstance(schema, _Map):
        if not isinstance(value, dict):
            yield FieldFault(path, "a mapping")
            return
        for key, inner in value.items():
            yield from _faults(inner, schema.of, (*path, key))
    elif isinstance(schema, Mapping):
        if not isinstance(value, dict):
            yield FieldFault(path, "a mapping")
            return
        names: dict[str, str] = {}
        for key, inner in value.items():
            name: str | None = key
            if key not in schema:
                names = names or {folded(known): known for known in schema}
                name = names.get(folded(str(key)))
            if name is None:
                yield FieldFault((*path, key), "", tuple(schema))
            else:
                yield from _faults(inner, schema[name], (*path, key))
    elif not _is_a(value, schema):
        yield FieldFault(path, schema)


def _is_a(value: Any, schema: str) -> bool:
    if schema == _TEXT:
        return isinstance(value, str)
    if schema == _FLAG:
        return isinstance(value, bool)
    return isinstance(value, int) and not isinstance(value, bool)


def is_empty(data: Mapping[str, Any]) -> bool:
    """Whether nothing is set but what the file is: kustomize refuses such a kustomization."""
    return all(value is None or value == "" for key, value in data.items() if key not in ("apiVersion", "kind"))
