"""What the API server demands of an object's metadata, whatever its kind.

Sources: Kubernetes `apimachinery/pkg/api/validation/objectmeta.go`, `apimachinery/pkg/util/validation`; a custom
resource's metadata is decoded into ObjectMeta first, so a label that is no text is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.schema.code import KeyFlaw, Outcome, SchemaCode, fault
from vmlint.source.span import Path

__all__ = [
    "FIELDS",
    "are_labels_surely_right",
    "check_metadata",
    "is_label",
    "is_label_value",
    "is_subdomain",
    "is_surely_right",
    "label_key_fault",
]

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

_DNS_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_LABEL = re.compile(_DNS_LABEL)
_SUBDOMAIN = re.compile(rf"{_DNS_LABEL}(?:\.{_DNS_LABEL})*")
_NAME_PART = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_ANNOTATIONS = 256 * 1024
_FEW = _ANNOTATIONS // 4  # a character has at most four bytes
_LABEL_NAMES = frozenset(
    {"Namespace"}
)  # kinds whose names are DNS labels; all others that vmlint knows take subdomains


def is_label(text: str) -> bool:
    """Whether a text is a DNS-1123 label of at most 63 characters."""
    return len(text) <= 63 and _LABEL.fullmatch(text) is not None


def is_subdomain(text: str) -> bool:
    """Whether a text is a DNS-1123 subdomain of at most 253 characters."""
    return len(text) <= 253 and _SUBDOMAIN.fullmatch(text) is not None


def is_label_value(text: str) -> bool:
    """Whether a label may have that value."""
    return not text or (len(text) <= 63 and _NAME_PART.fullmatch(text) is not None)


@lru_cache(maxsize=1024)  # the same few keys stand in all objects
def label_key_fault(key: str) -> KeyFlaw | None:
    """What is wrong with the key of a label or annotation, None if nothing is."""
    prefix, slash, name = key.rpartition("/")
    if slash and not (is_subdomain(prefix) and "/" not in prefix):
        return KeyFlaw.PREFIX
    if not name or len(name) > 63 or not _NAME_PART.fullmatch(name):
        return KeyFlaw.NAME
    return None


def is_surely_right(data: Any, kind: str = "") -> bool:
    """Whether `check_metadata` finds nothing in an object's `metadata`, as far as that is seen at once."""
    if type(data) is not dict or not data.get("name"):
        return False
    good = is_label if kind in _LABEL_NAMES else is_subdomain
    for name, value in data.items():
        if name == "name":
            if type(value) is not str or not good(value):
                return False
        elif name == "namespace":
            if type(value) is not str or not (is_label(value) or not value):
                return False
        elif name == "labels":
            if not _are_labels(value):
                return False
        elif name == "annotations":
            if not _are_annotations(value):
                return False
        else:
            return False
    return True


def are_labels_surely_right(data: Any) -> bool:
    """The same of the labels and annotations alone."""
    if type(data) is not dict:
        return False
    labels, annotations = data.get("labels"), data.get("annotations")
    return (labels is None or _are_labels(labels)) and (annotations is None or _are_annotations(annotations))


def _are_labels(data: Any) -> bool:
    return _are_texts(data) and all(map(is_label_value, data.values()))


def _are_annotations(data: Any) -> bool:
    return _are_texts(data) and sum(map(len, (*data, *data.values()))) <= _FEW


def _are_texts(data: Any) -> bool:
    """Whether a mapping of keys as labels have them leads to texts."""
    if type(data) is not dict:
        return False
    for key, value in data.items():
        if type(key) is not str or type(value) is not str or label_key_fault(key):
            return False
    return True


def check_metadata(data: Any, kind: str = "", *, whole: bool = True, path: Path = ("metadata",)) -> Iterator[Refusal]:
    """The faults of an object's `metadata`. A fragment (`whole` false) need not have a name."""
    if not isinstance(data, dict):
        if data is not None:
            yield fault(SchemaCode.METADATA_TYPE, path, value=data)
        elif whole:
            yield fault(SchemaCode.NAMELESS, (*path, "name"))
        return
    for name, value in data.items():
        if not isinstance(name, str) or value is None or is_unknown(value) or is_unknown(name):
            continue
        types = FIELDS.get(name)
        if types is None:
            if whole or not name.startswith("$"):
                yield fault(SchemaCode.UNKNOWN, (*path, name), Outcome.DROPPED)
        elif not isinstance(value, types) or isinstance(value, bool):
            yield fault(SchemaCode.METADATA_FIELD_TYPE, (*path, name), type=types[0].__name__, value=value)
    yield from _names(data, kind, whole, path)
    yield from _labels(data.get("labels"), (*path, "labels"))
    yield from _annotations(data.get("annotations"), (*path, "annotations"))


def _names(data: Mapping[str, Any], kind: str, whole: bool, path: Path) -> Iterator[Refusal]:
    name, stem, namespace = data.get("name"), data.get("generateName"), data.get("namespace")
    good, form, most = (is_label, "label", 63) if kind in _LABEL_NAMES else (is_subdomain, "subdomain", 253)
    if whole and name in (None, "") and stem in (None, ""):
        yield fault(SchemaCode.NAMELESS, (*path, "name"))
    for field, value in (("name", name), ("generateName", stem)):
        if not isinstance(value, str) or not value or is_unknown(value):
            continue
        # What is generated follows the stem, so a dash at its end is inside the name.
        text = value[:-1] + "a" if field == "generateName" and value.endswith("-") and len(value) > 1 else value
        if not good(text):
            code = SchemaCode.NAME_TOO_LONG if len(value) > most else SchemaCode.NAME_INVALID
            yield fault(code, (*path, field), value=value, form=form, most=most)
    if isinstance(namespace, str) and namespace and not is_unknown(namespace) and not is_label(namespace):
        yield fault(SchemaCode.NAMESPACE_INVALID, (*path, "namespace"), value=namespace)


def _labels(labels: Any, path: Path) -> Iterator[Refusal]:
    if not isinstance(labels, dict):
        return
    for key, value in labels.items():
        if not isinstance(key, str) or is_unknown(key):
            continue
        if flaw := label_key_fault(key):
            yield fault(SchemaCode.LABEL_KEY, (*path, key), key=key, flaw=flaw)
        if value is None or is_unknown(value):
            continue
        if not isinstance(value, str):
            yield fault(SchemaCode.LABEL_TYPE, (*path, key), key=key, value=value)
        elif not is_label_value(value):
            yield fault(SchemaCode.LABEL_VALUE, (*path, key), key=key, value=value)


def _annotations(annotations: Any, path: Path) -> Iterator[Refusal]:
    if not isinstance(annotations, dict):
        return
    size = 0
    for key, value in annotations.items():
        if not isinstance(key, str) or is_unknown(key):
            continue
        if flaw := label_key_fault(key.lower()):
            yield fault(SchemaCode.ANNOTATION_KEY, (*path, key), key=key, flaw=flaw)
        if value is None or is_unknown(value):
            continue
        if not isinstance(value, str):
            yield fault(SchemaCode.ANNOTATION_TYPE, (*path, key), key=key, value=value)
        else:
            size += len(key.encode("utf-8", "surrogatepass")) + len(value.encode("utf-8", "surrogatepass"))
    if size > _ANNOTATIONS:
        yield fault(SchemaCode.ANNOTATIONS_TOO_LONG, path, length=size, most=_ANNOTATIONS)
