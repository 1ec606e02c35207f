"""Codes: why KubeVirt refuses an operation on a VM (a snapshot, restore, clone, export, migration or backup), or a
preset, plugin or migration policy."""

from __future__ import annotations

from vmlint.record import Codes

__all__ = ["Check"]


class Check(Codes):
    """What is wrong, without words for it."""

    GATE_OFF = "operation/gate-off"
    """`value` is the feature gate, `expected` are all of which one is enough."""
    GROUP_MISSING = "operation/group-missing"
    GROUP_WRONG = "operation/group-wrong"
    KIND_WRONG = "operation/kind-wrong"
    NAME_EMPTY = "operation/name-empty"
    SOURCE_MISSING = "operation/source-missing"
    SAME_NAME = "operation/same-name"
    """The target is the source."""
    FILTER_IS_NEGATION = "operation/filter-is-negation"
    FILTER_EMPTY = "operation/filter-empty"
    FILTER_NEGATION = "operation/filter-negation"
    FILTER_WILDCARD = "operation/filter-wildcard"
    MAC_MALFORMED = "operation/mac-malformed"
    """`value` is the address."""
    PATCH_NOT_JSON = "operation/patch-not-json"
    PATCH_SPLIT = "operation/patch-split"
    """`value` is the part of a patch that KubeVirt can't read."""
    PATCH_PATH = "operation/patch-path"
    """`value` is a path that a patch may not change."""
    VOLUME_NAME_EMPTY = "operation/volume-name-empty"
    OVERRIDE_EMPTY = "operation/override-empty"
    POLICY_UNKNOWN = "operation/policy-unknown"
    """`value` is the word, `expected` are those that KubeVirt knows."""
    GUEST_UNNAMED = "operation/guest-unnamed"
    PRIORITY_SET = "operation/priority-set"
    MIGRATION_IDS_DIFFER = "operation/migration-ids-differ"
    """`value` and `expected` are the two."""
    NEGATIVE = "operation/negative"
    """`value` is the amount."""
    TUNED_TWICE = "operation/tuned-twice"
    FACTOR_OUT_OF_RANGE = "operation/factor-out-of-range"
    """`value` is the factor, `least` and `most` are its bounds in thousandths; `most` may be None."""
    FACTOR_TOO_PRECISE = "operation/factor-too-precise"
    EXPRESSION_MALFORMED = "operation/expression-malformed"
    """`flaw` is why it can't be parsed, and `token` where."""
    SOCKET_NOT_CLEAN = "operation/socket-not-clean"
    """`value` is the path, `expected` the same path in its clean form."""
    DOMAIN_MISSING = "operation/domain-missing"
    DOMAIN_REFUSED = "operation/domain-refused"
    """`inner` is the refusal by a check that guests share."""
