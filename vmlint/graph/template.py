"""OpenShift Templates: objects with parameters, which `oc process` fills in.

Source: openshift/library-go `pkg/template/templateprocessing/template.go`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.model.access import each, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.runtime.pattern import late
from vmlint.source.built import MAX_SCALAR
from vmlint.source.json_values import JsonValues
from vmlint.source.problems import Unreadable

__all__ = ["STEP", "filled_in", "is_template", "processed"]

STEP = "objects"
"""The step that leads from a Template to its objects."""

_VERSIONS = ("template.openshift.io/v1", "v1")
_PARAMETER = late(r"\$\{([A-Za-z0-9_]+)\}", re.ASCII)
_WHOLE = late(r"\$\{\{([A-Za-z0-9_]+)\}\}", re.ASCII)


_OPENSHIFT_GROUP = "authorization.openshift.io"
_GROUPLESS = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
"""OpenShift once served its own kinds as `v1`; processing a Template writes their groups (`OAPIToGroupifiedGVK` in
`pkg/legacyapi/legacygroupification`). These are the kinds that Kubernetes has too."""


def is_template(data: Mapping[str, Any]) -> bool:
    return text(data, "kind") == "Template" and text(data, "apiVersion") in _VERSIONS


def processed(data: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    """The objects with the values of the parameters; one without a value stays a variable.

    `${NAME}` is text in a string. `${{NAME}}` represents a whole value, which need be no string.
    """
    values = _values(data)
    labels = mapping(data, "labels")
    for index, entry in enumerate(sequence(data, STEP)):
        filled = _filled(entry, values)
        if isinstance(filled, dict) and text(filled, "apiVersion") == "v1" and text(filled, "kind") in _GROUPLESS:
            filled = {**filled, "apiVersion": f"{_OPENSHIFT_GROUP}/v1"}
        if labels and isinstance(filled, dict):
            metadata = mapping(filled, "metadata")
            common = {**mapping(metadata, "labels"), **_filled(labels, values)}
            filled = {**filled, "metadata": {**metadata, "labels": common}}
        yield (*path, STEP, index), filled


def filled_in(value: Any, holder: Mapping[str, Any]) -> Any:
    """A value with the parameters of the mapping that holds `parameters`; one without a value stays a variable."""
    return _filled(value, _values(holder))


def _values(holder: Mapping[str, Any]) -> dict[str, str]:
    return {
        text(parameter, "name"): value
        for _, parameter in each(holder, "parameters")
        if isinstance(value := parameter.get("value"), str) and value and not text(parameter, "generate")
    }


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    """The same object where nothing changes."""
    if isinstance(value, str):
        return _text(value, values) if "${" in value else value
    if isinstance(value, dict):
        return {_key(key, values): _filled(inner, values) for key, inner in value.items()}
    return [_filled(entry, values) for entry in value] if isinstance(value, list) else value


def _key(key: str, values: Mapping[str, str]) -> str:
    return _PARAMETER.sub(lambda found: values.get(found[1], found[0]), key) if "${" in key else key


def _text(value: str, values: Mapping[str, str]) -> Any:
    whole = _WHOLE.fullmatch(value)
    if whole is None:
        length = len(value) + sum(len(values.get(name, "")) for name in _PARAMETER.findall(value))
        return value if length > MAX_SCALAR else _PARAMETER.sub(lambda found: values.get(found[1], found[0]), value)
    if whole[1] not in values:
        return value
    written = values[whole[1]].strip(" \t\n\r")
    try:
        read = JsonValues(written).at(0)
    except (json.JSONDecodeError, Unreadable):
        return values[whole[1]]
    return read.data if read.end == len(written) else values[whole[1]]
