"""Words that are true or false to kubectl and text to kustomize: `yes` and `on` without quotes.

kubectl reads YAML 1.1 (`sigs.k8s.io/yaml`, goyaml.v2 `resolve`); kustomize reads an object into values without a type,
for which such a word is text, and writes it with quotes (kyaml, go.yaml.in/yaml/v3 `resolve`, `isOldBool`).
"""

from __future__ import annotations

from typing import Any

from vmlint.model.field import Path
from vmlint.runtime.pattern import late
from vmlint.source.document import Document

__all__ = ["as_kustomize_reads"]

_MAY_BE_ONE = late(r"[-:,\[{] *(?:[yY](?:es|ES)?|[nN][oO]?|[oO](?:[nN]|[fF][fF]))(?:\s|[,}\]]|$)")
_WORDS = frozenset(
    word for lower in ("y", "yes", "n", "no", "on", "off") for word in (lower, lower.capitalize(), lower.upper())
)


def as_kustomize_reads(document: Document) -> Any:
    """The data of a document with its words as text; the same data where there are none."""
    if document.json or not _MAY_BE_ONE.search(document.text):
        return document.data
    return _read(document, document.data, ())


def _read(document: Document, value: Any, path: Path) -> Any:
    if isinstance(value, dict):
        return {key: _read(document, inner, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_read(document, entry, (*path, index)) for index, entry in enumerate(value)]
    if isinstance(value, bool):
        span = document.span(path)
        word = document.line_text(span.line)[span.column - 1 : span.end_column - 1]
        return word if word in _WORDS else value
    return value
