"""Why KubeVirt refuses an operation on a VM (a snapshot, restore, clone, export, migration or backup), or a preset,
plugin or migration policy."""

from __future__ import annotations

import enum
from typing import NamedTuple

from vmlint.model.field import Path

__all__ = ["Cause", "Check"]


class Check(enum.Enum):
    """What is wrong, without words for it."""

    GATE_OFF = enum.auto()
    """`value` is the feature gate."""
    GROUP_MISSING = enum.auto()
    GROUP_WRONG = enum.auto()
    KIND_WRONG = enum.auto()
    NAME_EMPTY = enum.auto()
    SOURCE_MISSING = enum.auto()
    SAME_NAME = enum.auto()
    """The target is the source."""
    FILTER_IS_NEGATION = enum.auto()
    FILTER_NEGATION = enum.auto()
    FILTER_WILDCARD = enum.auto()
    MAC_MALFORMED = enum.auto()
    """`value` is the address."""
    PATCH_NOT_JSON = enum.auto()
    PATCH_SPLIT = enum.auto()
    """`value` is the part of a patch that KubeVirt can't read."""
    PATCH_PATH = enum.auto()
    """`value` is a path that a patch may not change."""
    VOLUME_NAME_EMPTY = enum.auto()
    OVERRIDE_EMPTY = enum.auto()
    POLICY_UNKNOWN = enum.auto()
    """`value` is the word, `expected` are those that KubeVirt knows."""
    GUEST_UNNAMED = enum.auto()
    PRIORITY_SET = enum.auto()
    MIGRATION_IDS_DIFFER = enum.auto()
    """`value` and `expected` are the two."""
    NEGATIVE = enum.auto()
    """`value` is the amount."""
    TUNED_TWICE = enum.auto()
    FACTOR_OUT_OF_RANGE = enum.auto()
    """`value` is the factor, `expected` its bounds in words."""
    FACTOR_TOO_PRECISE = enum.auto()
    EXPRESSION_MALFORMED = enum.auto()
    """`value` says where it can't be parsed."""
    SOCKET_NOT_CLEAN = enum.auto()
    """`value` is the path, `expected` the same path in its clean form."""
    DOMAIN_MISSING = enum.auto()
    DOMAIN_REFUSED = enum.auto()
    """`value` is the sentence of a check that guests share, `expected` what to do."""


class Cause(NamedTuple):
    """One reason, at a path from the object's root.

    `gate` names the feature gate that decides, where the files don't show whether it is on.
    """

    path: Path
    check: Check
    value: str = ""
    expected: tuple[str, ...] = ()
    gate: str | None = None
