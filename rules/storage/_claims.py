"""What the rules on refused claims share: what is wrong, and what to do, for each of the API server's checks."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.cdi.cause import Check

__all__ = ["LABEL", "WORDS"]

LABEL = 'label the claim `cdi.kubevirt.io/applyStorageProfile: "true"`'
_NAME = "use lower-case letters, digits, `-` and `.`, at most 253 characters"
WORDS: Mapping[Check, tuple[str, str]] = {
    Check.NAME_MISSING: ("it has no name", "name it"),
    Check.NAME_INVALID: ("its name is no DNS name", _NAME),
    Check.NAME_TOO_LONG: ("its name is too long", "shorten the name"),
    Check.ACCESS_MODE_MISSING: (
        "it has no access mode",
        f"add `accessModes: [ReadWriteOnce]`, or {LABEL} to take them from the storage profile",
    ),
    Check.ACCESS_MODES_SEVERAL: ("`ReadWriteOncePod` goes with no other access mode", "keep one"),
    Check.ACCESS_MODE_UNKNOWN: (
        "it has an unknown access mode",
        "write one of ReadWriteOnce, ReadWriteMany, ReadOnlyMany, ReadWriteOncePod",
    ),
    Check.SIZE_MISSING: ("it has no size", "set `resources.requests.storage`"),
    Check.SIZE_NOT_POSITIVE: ("its size is not above zero", "give a size, for instance `10Gi`"),
    Check.SIZE_TOO_SMALL: ("its size is under 1Mi", "give at least `1Mi`: `10M` and `10m` differ by far"),
    Check.VOLUME_MODE_UNKNOWN: ("it has an unknown volume mode", "write `Block` or `Filesystem`"),
    Check.EXTERNAL_INCOMPLETE: (
        "the reference to the claim's content is incomplete",
        "name an object of the same namespace: `name`, `kind`, and `apiGroup` unless it is a claim",
    ),
}
