"""For each of the API server's checks of a claim: what is wrong, after the claim's name, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.cdi.check import Check

from .._wording import Words

__all__ = ["LABEL", "WORDS"]

LABEL = 'label the claim `cdi.kubevirt.io/applyStorageProfile: "true"`'
_NAME = "use lower-case letters, digits, `-` and `.`, at most 253 characters"
WORDS: Mapping[Check, Words] = {
    Check.NAME_MISSING: Words("has no name", "set `metadata.name`"),
    Check.NAME_INVALID: Words("has a name that is not a valid DNS name", _NAME),
    Check.NAME_TOO_LONG: Words("has a name that is too long", "shorten the name"),
    Check.ACCESS_MODE_MISSING: Words(
        "has no access mode",
        f"add `accessModes: [ReadWriteOnce]`, or {LABEL} to take them from the storage profile",
    ),
    Check.ACCESS_MODES_SEVERAL: Words("has `ReadWriteOncePod` together with other access modes", "keep one"),
    Check.ACCESS_MODE_UNKNOWN: Words(
        "has an access mode that does not exist",
        "use `ReadWriteOnce`, `ReadWriteMany`, `ReadOnlyMany` or `ReadWriteOncePod`",
    ),
    Check.SIZE_MISSING: Words("has no size", "set `resources.requests.storage`"),
    Check.SIZE_NOT_POSITIVE: Words("has a size that is not more than zero", "set a size, such as `10Gi`"),
    Check.SIZE_TOO_SMALL: Words("has a size under 1Mi", "set at least `1Mi`; `M` is mega, and `m` is a thousandth"),
    Check.VOLUME_MODE_UNKNOWN: Words("has a volume mode that does not exist", "use `Block` or `Filesystem`"),
    Check.EXTERNAL_TWICE: Words(
        "names different sources in `dataSource` and `dataSourceRef`", "keep one of the two: each fills in the other"
    ),
    Check.EXTERNAL_INCOMPLETE: Words(
        "has an incomplete data source",
        "set `name`, `kind` and, unless it is a claim, `apiGroup` of an object in the same namespace",
    ),
}
