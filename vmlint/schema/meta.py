"""What the API server demands of an object's metadata, whatever its kind.

Sources: Kubernetes `apimachinery/pkg/api/validation/objectmeta.go`, `apimachinery/pkg/util/validation`; a custom
resource's metadata is decoded into ObjectMeta first, so a label that is no text is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from vmlint.model.unknown import is_unknown
from vmlint.schema.cause import Outcome, SchemaCause, SchemaKind
from vmlint.schema.words import quote_edit, quote_fix, shown, the_value
from vmlint.source.span import Path

__all__ = ["FIELDS", "check_metadata", "is_label", "is_label_value", "is_subdomain", "label_key_fault"]

FIELDS: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "generateName": (str,),
    "namespace": (str,),
    "selfLink": (str,),
    "uid": (str,),
    "resourceVersion": (str,),
    "generation": (int,),
    "creationTimestamp": (str,),
    "deletionTimestamp": (str,),
    "deletionGracePeriodSeconds": (int,),
    "labels": (dict,),
    "annotations": (dict,),
    "ownerReferences": (list,),
    "finalizers": (list,),
    "managedFields": (list,),
}
"""The fields of an ObjectMeta with the types of their values."""

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_NAME_PART = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_SUBDOMAIN_FORM = "lower-case letters, digits, `-` and `.`, with a letter or digit at both ends of each part"
_LABEL_FORM = "lower-case letters, digits and `-`, with a letter or digit at both ends"
_ANNOTATIONS = 256 * 1024
_LABEL_NAMES = frozenset(
    {"Namespace"}
)  # kinds whose names are DNS labels; all others that vmlint knows take subdomains


def is_label(text: str) -> bool:
    """Whether a text is a DNS-1123 label of at most 63 characters."""
    return len(text) <= 63 and bool(_LABEL.fullmatch(text))


def is_subdomain(text: str) -> bool:
    """Whether a text is a DNS-1123 subdomain of at most 253 characters."""
    return len(text) <= 253 and all(_LABEL.fullmatch(part) for part in text.split("."))


def is_label_value(text: str) -> bool:
    """Whether a label may have that value."""
    return not text or (len(text) <= 63 and _NAME_PART.fullmatch(text) is not None)


@lru_cache(maxsize=1024)  # the same few keys stand in all objects
def label_key_fault(key: str) -> str:
    """What is wrong with the key of a label or annotation, "" if nothing is."""
    prefix, slash, name = key.rpartition("/")
    if slash and not (is_subdomain(prefix) and "/" not in prefix):
        return f"the part before `/` must be a DNS name of at most 253 characters: {_SUBDOMAIN_FORM}"
    if not name or len(name) > 63 or not _NAME_PART.fullmatch(name):
        return "its name must be 1 to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"
    return ""


def check_metadata(
    data: Any, kind: str = "", *, whole: bool = True, path: Path = ("metadata",)
) -> Iterator[SchemaCause]:
    """The faults of an object's `metadata`. A fragment (`whole` false) need not have a name."""
    if not isinstance(data, dict):
        if data is not None:
            yield _refused(path, SchemaKind.TYPE, f"`metadata` must be a mapping; it is {the_value(data)}", "")
        elif whole:
            yield _NAMELESS._replace(path=(*path, "name"))
        return
    for name, value in data.items():
        if not isinstance(name, str) or value is None or is_unknown(value) or is_unknown(name):
            continue
        types = FIELDS.get(name)
        if types is None:
            if whole or not name.startswith("$"):
                yield SchemaCause(
                    (*path, name),
                    SchemaKind.UNKNOWN,
                    Outcome.DROPPED,
                    f"`metadata` has no field `{shown(name)}`",
                    "remove it, or move it to its place",
                )
        elif not isinstance(value, types) or isinstance(value, bool):
            message = f"`{name}` must be {_TYPE_WORDS[types[0]]}; it is {the_value(value)}"
            yield _refused((*path, name), SchemaKind.TYPE, message, quote_fix(value) if types[0] is str else "")
    yield from _names(data, kind, whole, path)
    yield from _labels(data.get("labels"), (*path, "labels"))
    yield from _annotations(data.get("annotations"), (*path, "annotations"))


_TYPE_WORDS: Mapping[type, str] = {str: "a string", int: "a whole number", dict: "a mapping", list: "a list"}


def _names(data: Mapping[str, Any], kind: str, whole: bool, path: Path) -> Iterator[SchemaCause]:
    name, stem, namespace = data.get("name"), data.get("generateName"), data.get("namespace")
    good, form, most = (is_label, _LABEL_FORM, 63) if kind in _LABEL_NAMES else (is_subdomain, _SUBDOMAIN_FORM, 253)
    if whole and name in (None, "") and stem in (None, ""):
        yield _NAMELESS._replace(path=(*path, "name"))
    for field, value in (("name", name), ("generateName", stem)):
        if not isinstance(value, str) or not value or is_unknown(value):
            continue
        # What is generated follows the stem, so a dash at its end is inside the name.
        text = value[:-1] + "a" if field == "generateName" and value.endswith("-") and len(value) > 1 else value
        if not good(text):
            said = (
                f"has {len(value)} characters; at most {most} are allowed"
                if len(value) > most
                else "is not a valid name"
            )
            yield _refused((*path, field), SchemaKind.NAME, f"`{shown(value)}` {said}", f"use {form}")
    if isinstance(namespace, str) and namespace and not is_unknown(namespace) and not is_label(namespace):
        message = f"`{shown(namespace)}` is not a valid namespace"
        yield _refused((*path, "namespace"), SchemaKind.NAME, message, f"use up to 63 {_LABEL_FORM}")


def _labels(labels: Any, path: Path) -> Iterator[SchemaCause]:
    if not isinstance(labels, dict):
        return
    for key, value in labels.items():
        if not isinstance(key, str) or is_unknown(key):
            continue
        if fault := label_key_fault(key):
            yield _refused((*path, key), SchemaKind.LABEL, f"the label key `{shown(key)}` is not allowed: {fault}", "")
        if value is None or is_unknown(value):
            continue
        if not isinstance(value, str):
            yield _not_text((*path, key), f"the label `{shown(key)}`", value)
        elif not is_label_value(value):
            message = f"the label `{shown(key)}` has the value `{shown(value)}`, which is not allowed"
            fix = (
                "use up to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, or an annotation"
            )
            yield _refused((*path, key), SchemaKind.LABEL, message, fix)


def _annotations(annotations: Any, path: Path) -> Iterator[SchemaCause]:
    if not isinstance(annotations, dict):
        return
    size = 0
    for key, value in annotations.items():
        if not isinstance(key, str) or is_unknown(key):
            continue
        if fault := label_key_fault(key.lower()):
            message = f"the annotation key `{shown(key)}` is not allowed: {fault}"
            yield _refused((*path, key), SchemaKind.LABEL, message, "")
        if value is None or is_unknown(value):
            continue
        if not isinstance(value, str):
            yield _not_text((*path, key), f"the annotation `{shown(key)}`", value)
        else:
            size += len(key.encode("utf-8", "surrogatepass")) + len(value.encode("utf-8", "surrogatepass"))
    if size > _ANNOTATIONS:
        yield _refused(
            path, SchemaKind.LENGTH, f"the annotations have {size} bytes; at most {_ANNOTATIONS} are allowed", ""
        )


def _not_text(path: Path, what: str, value: Any) -> SchemaCause:
    message = f"{what} must be a string; it is {the_value(value)}"
    edit = quote_edit(value)
    if edit is None:
        return _refused(path, SchemaKind.TYPE, message, quote_fix(value))
    edits = (edit._replace(path=path),)
    return SchemaCause(path, SchemaKind.TYPE, Outcome.REFUSED, message, quote_fix(value), edits=edits, sure=True)


_NAMELESS = SchemaCause((), SchemaKind.MISSING, Outcome.REFUSED, "the object has no name", "set `metadata.name`")


def _refused(path: Path, kind: SchemaKind, message: str, fix: str) -> SchemaCause:
    return SchemaCause(path, kind, Outcome.REFUSED, message, fix or "fix the name")
