"""What is wrong with an object's form, and what the cluster does about it."""

from __future__ import annotations

import enum
from typing import NamedTuple

from vmlint.source.edit import Edit
from vmlint.source.span import Path

__all__ = ["Outcome", "SchemaCause", "SchemaKind", "Taken"]


class SchemaKind(enum.Enum):
    """The sort of fault."""

    UNKNOWN = "unknown field"
    NEWER = "field of a later release"
    REMOVED = "field of an earlier release"
    PROPOSAL = "field of a proposal"
    TYPE = "wrong type"
    MISSING = "missing field"
    ENUM = "value outside an enumeration"
    PATTERN = "value of a wrong form"
    RANGE = "number out of range"
    LENGTH = "too long or too short"
    DUPLICATE = "entry twice"
    RULE = "broken rule of the schema"
    NAME = "bad name"
    LABEL = "bad label or annotation"
    VERSION = "API version that is not served"
    DEPRECATED = "deprecated API version"


class Outcome(enum.Enum):
    """What happens to an object with the fault."""

    REFUSED = "the API server or a webhook refuses the object"
    DROPPED = "the object is accepted without the field; kubectl, which requests strict decoding, is refused"
    INERT = "the field is stored, and nothing reads it"
    BLANK = "the object is accepted with an empty value in the field"
    ACCEPTED = "the object is accepted, with a warning"


class Taken(NamedTuple):
    """What to do about a field whose right place has a value already; the edits are sure where it is the same value."""

    fix: str
    edits: tuple[Edit, ...] = ()


class SchemaCause(NamedTuple):
    """One fault: where, of which sort, its outcome, what is wrong in words, and what to do.

    `taken` says what to do instead where the place in `belongs` has a value in the same document.

    `edits` do that, and `sure` says that nobody can have meant anything else. `belongs` is the path under which an
    unknown field is at home, () where no place is sure. An absent field's path is the one that it would have.
    """

    path: Path
    kind: SchemaKind
    outcome: Outcome
    message: str
    fix: str
    belongs: Path = ()
    edits: tuple[Edit, ...] = ()
    sure: bool = False
    taken: Taken | None = None
