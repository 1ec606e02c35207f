"""Values of any shape under the names that CDI's objects use."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["JSON"]

_KEYS = (
    "spec storage pvc source sourceRef blank http registry url resources requests accessModes volumeMode metadata name "
    "kind namespace storageClassName annotations dataSource dataSourceRef contentType checksum template schedule"
)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_WORDS = st.sampled_from(["1Gi", "Block", "ceph", "${X}", "DataSource", "http://x"])

JSON = st.recursive(
    _SCALARS | _WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(_KEYS.split()), inner, max_size=4),
    max_leaves=12,
)
