"""The words for what is wrong with instancetypes and preferences; a sentence without its full stop."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.topology import ACROSS, DEPRECATED
from vmlint.kubevirt.types import Code
from vmlint.source.edit import Put

from ._wording import Wording, Words

__all__ = ["WORDS"]

_OVERCOMMIT = "remove `overcommitPercent`, or write a percentage from 0 to 100 and use no huge pages"

WORDS: Mapping[Code, Wording] = {
    Code.OVERCOMMIT_OUT_OF_RANGE: Words("`overcommitPercent` is {percent}; it must be from 0 to 100", _OVERCOMMIT),
    Code.OVERCOMMIT_OF_HUGEPAGES: Words(
        "`overcommitPercent` is set together with huge pages, which can't be overcommitted", _OVERCOMMIT
    ),
    Code.LAUNCH_SECURITY_DEPRECATED: Words(
        "`launchSecurity` of an instancetype is deprecated; `preferredLaunchSecurity` of the preference replaces it",
        "move it to the preference, as `preferredLaunchSecurity`",
    ),
    Code.TOPOLOGY_UNKNOWN: Words(
        "`{name}` is not a valid CPU topology", f"use one of {', '.join(f'`{name}`' for name in DEPRECATED.values())}"
    ),
    Code.TOPOLOGY_DEPRECATED: Words(
        "`{name}` is deprecated; `{successor}` replaces it",
        "write `{successor}`",
        lambda refusal: (Put(refusal.path, refusal.values["successor"]),),
    ),
    Code.ACROSS_UNKNOWN: Words(
        "vCPUs can't be spread across `{across}`", f"use one of {', '.join(f'`{name}`' for name in sorted(ACROSS))}"
    ),
    Code.RATIO_NOT_TWO: Words(
        "the spread ratio is {ratio}; across `CoresThreads` it must be 2", "set `ratio: 2`, or use another `across`"
    ),
}
