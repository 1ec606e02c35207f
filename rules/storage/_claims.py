"""For each of the API server's checks of a claim: what is wrong, after the claim's name, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.cdi.cause import Check

__all__ = ["LABEL", "WORDS"]

LABEL = 'label the claim `cdi.kubevirt.io/applyStorageProfile: "true"`'
_NAME = "use lower-case letters, digits, `-` and `.`, at most 253 characters"
WORDS: Mapping[Check, tuple[str, str]] = {
    Check.NAME_MISSING: ("has no name", "set `metadata.name`"),
    Check.NAME_INVALID: ("has a name that is not a valid DNS name", _NAME),
    Check.NAME_TOO_LONG: ("has a name that is too long", "shorten the name"),
    Check.ACCESS_MODE_MISSING: (
        "has no access mode",
        f"add `accessModes: [ReadWriteOnce]`, or {LABEL} to take them from the storage profile",
    ),
    Check.ACCESS_MODES_SEVERAL: ("has `ReadWriteOncePod` together with other access modes", "keep one"),
    Check.ACCESS_MODE_UNKNOWN: (
        "has an access mode that does not exist",
        "use `ReadWriteOnce`, `ReadWriteMany`, `ReadOnlyMany` or `ReadWriteOncePod`",
    ),
    Check.SIZE_MISSING: ("has no size", "set `resources.requests.storage`"),
    Check.SIZE_NOT_POSITIVE: ("has a size that is not more than zero", "set a size, such as `10Gi`"),
    Check.SIZE_TOO_SMALL: ("has a size under 1Mi", "set at least `1Mi`; `M` is mega, and `m` is a thousandth"),
    Check.VOLUME_MODE_UNKNOWN: ("has a volume mode that does not exist", "use `Block` or `Filesystem`"),
    Check.EXTERNAL_INCOMPLETE: (
        "has an incomplete data source",
        "set `name`, `kind` and, unless it is a claim, `apiGroup` of an object in the same namespace",
    ),
}
