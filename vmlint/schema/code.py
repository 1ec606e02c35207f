"""What can be wrong with an object's form, as codes of refusals, and what the cluster does about it."""

from __future__ import annotations

from typing import Any

from vmlint.model.field import Path
from vmlint.model.refusal import Refusal, Refuser
from vmlint.record import Codes

__all__ = ["KeyFlaw", "Outcome", "SchemaCode", "SchemaKind", "fault", "kind_of", "outcome_of"]


class SchemaKind(Codes):
    """The sort of a fault, by which rules choose it."""

    UNKNOWN = "unknown"
    NEWER = "newer"
    REMOVED = "removed"
    PROPOSAL = "proposal"
    TYPE = "type"
    MISSING = "missing"
    ENUM = "enum"
    PATTERN = "pattern"
    RANGE = "range"
    LENGTH = "length"
    DUPLICATE = "duplicate"
    RULE = "rule"
    NAME = "name"
    LABEL = "label"
    VERSION = "version"
    DEPRECATED = "deprecated"


class SchemaCode(Codes):
    """What is wrong; the part before the slash is the sort. The comments say what the values are."""

    UNKNOWN = "unknown/field"  # hint: what is meant; nested: whether the field's value is a mapping or list
    NEWER = "newer/field"  # product, release
    REMOVED = "removed/field"  # product, release
    PROPOSAL = "proposal/field"
    TYPE = "type/value"  # the schema's type; value
    METADATA_TYPE = "type/metadata"  # value
    METADATA_FIELD_TYPE = "type/metadata-field"  # Python's type; value
    LABEL_TYPE = "type/label"  # value
    ANNOTATION_TYPE = "type/annotation"  # value
    MISSING = "missing/field"  # null: whether the field is there and null
    BLANK = "missing/blank"  # likewise
    NAMELESS = "missing/name"
    ENUM = "enum/value"  # value, choices; near: the choice that differs in case only, or None
    PATTERN = "pattern/value"  # value, pattern
    DURATION = "pattern/duration"  # value
    QUANTITY = "pattern/quantity"  # value; bare: the quantity that is meant; sure: nothing else can be
    RANGE = "range/bounds"  # value, low, high
    INT32 = "range/int32"  # value
    TOO_LONG = "length/most"  # length, unit, most
    TOO_SHORT = "length/least"  # length, unit, least
    ANNOTATIONS_TOO_LONG = "length/annotations"  # length, most
    DUPLICATE = "duplicate/entry"  # first: the index of the first one, keys
    RULE = "rule/broken"  # message: the schema's own
    NAME_INVALID = "name/invalid"  # value; form: label or subdomain
    NAME_TOO_LONG = "name/too-long"  # value, form, most
    NAMESPACE_INVALID = "name/namespace"  # value
    LABEL_KEY = "label/key"  # key, flaw
    ANNOTATION_KEY = "label/annotation-key"  # key, flaw
    LABEL_VALUE = "label/value"  # key, value
    VERSION_UNKNOWN = "version/unknown"  # group, kind, version, served, upgrade
    VERSION_GONE = "version/gone"  # api_version, kind, product, release, served, upgrade
    VERSION_NOT_YET = "version/not-yet"  # likewise
    VERSION_PROPOSED = "proposal/version"  # api_version, kind, product, served, upgrade
    VERSION_DEPRECATED = "deprecated/version"  # api_version, kind, product, release, instead, upgrade, sure
    KIND_MISSPELT = "version/kind-misspelt"  # group, kind, meant
    KIND_ELSEWHERE = "version/kind-elsewhere"  # api_version, kind, meant
    NEIGHBOUR_ELSEWHERE = "version/neighbour-elsewhere"  # api_version, kind, meant
    NEIGHBOUR_GONE = "version/neighbour-gone"  # api_version, meant
    NEIGHBOUR_UNKNOWN = "version/neighbour-unknown"  # api_version, meant


class KeyFlaw(Codes):
    """What is wrong with the key of a label or annotation."""

    PREFIX = "prefix"
    NAME = "name"


class Outcome(Codes):
    """What happens to an object with the fault."""

    REFUSED = "refused"
    """The API server or a webhook refuses the object."""
    DROPPED = "dropped"
    """The object is accepted without the field; kubectl, which requests strict decoding, is refused."""
    INERT = "inert"
    """The field is stored, and nothing reads it."""
    BLANK = "blank"
    """The object is accepted with an empty value in the field."""
    ACCEPTED = "accepted"
    """The object is accepted, with a warning."""


_KINDS = {code: SchemaKind(code.partition("/")[0]) for code in SchemaCode}


def kind_of(refusal: Refusal) -> SchemaKind:
    """The sort of a fault of the form. KeyError for a refusal of another room."""
    return _KINDS[SchemaCode(refusal.code)]


def outcome_of(refusal: Refusal) -> Outcome:
    """What happens to the object. One that is not refused has it in its values."""
    return Outcome.REFUSED if refusal.by is not None else Outcome(refusal.values["outcome"])


def fault(code: SchemaCode, path: Path, outcome: Outcome = Outcome.REFUSED, **values: Any) -> Refusal:
    """A fault of the form. An absent field's path is the one that it would have."""
    if outcome is Outcome.REFUSED:
        return Refusal(code, path, values, Refuser.API_SERVER)
    return Refusal(code, path, {"outcome": outcome, **values}, by=None)
