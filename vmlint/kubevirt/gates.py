"""Feature gates: which are on, by a KubeVirt object, by a release's defaults, or not to be known.

The stages of each gate are data, `catalog/gates.json`: the first release line of a stage, `null` where the release no
longer knows the gate, `main` for what comes after the newest release. Sources: KubeVirt
`pkg/virt-config/featuregate/{active,inactive,feature-gates}.go` of the tags v1.0.0 to v1.9.0 and of the main branch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, final

from vmlint.catalog import data
from vmlint.kubevirt.releases import NEWEST, Release, behaviour
from vmlint.model.access import get, mapping, sequence
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes

__all__ = ["GateState", "Gates"]

_MAIN = "main"
_RESERVATION = "PersistentReservation"
_DEVELOPER = ("spec", "configuration", "developerConfiguration")


class GateState(Codes):
    """Whether a feature gate is on; UNKNOWN where the files don't say."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


@final
class Gates:
    """The feature gates of one cluster.

    `kubevirt` is the KubeVirt object, if the files have one: it decides, as its absent lists do. Without one, a closed
    world has the release's defaults; in an open world a gate that the defaults leave off may be on, so it is UNKNOWN.
    `release` is the release line, None for everything that is known, whatever release brings it.

    Before 1.9 a Beta gate was off unless listed; since then it is on unless disabled.
    """

    __slots__ = ("_beta_on", "_decided", "_disabled", "_enabled", "_release", "_reservation", "_vague")

    def __init__(
        self, kubevirt: Mapping[str, Any] | None = None, release: tuple[int, ...] | None = None, closed: bool = False
    ) -> None:
        facts = behaviour(Release(*release) if release else None)
        developer = mapping(kubevirt, *_DEVELOPER)
        enabled = sequence(developer, "featureGates")
        disabled = sequence(developer, "disabledFeatureGates") if facts.disabled_feature_gates else []
        self._release = release
        self._reservation = get(kubevirt, "spec", "configuration", "persistentReservationConfiguration", "enabled")
        self._enabled = frozenset(gate for gate in enabled if isinstance(gate, str))
        self._disabled = frozenset(gate for gate in disabled if isinstance(gate, str))
        self._beta_on = facts.beta_gates_on
        self._decided = kubevirt is not None or closed
        above = (get(kubevirt, *_DEVELOPER[:depth]) for depth in range(1, len(_DEVELOPER) + 1))
        lists = (developer.get("featureGates"), developer.get("disabledFeatureGates"))
        self._vague = any(is_unknown(value) for value in (*above, *lists, *enabled, *disabled))

    def state(self, name: str) -> GateState:
        """The gate's state. GA comes first, then the enabling list, the disabling list, and the stage's default."""
        stage = self.stage(name)
        if name == _RESERVATION and stage == "GA":
            return self._configured(name)
        if stage == "GA" or (stage and name in self._enabled):
            return GateState.ON
        if stage is None or stage == "Discontinued":
            return GateState.OFF
        if self._vague:
            return GateState.UNKNOWN
        if name in self._disabled:
            return GateState.OFF
        if stage == "Beta" and self._beta_on:
            return GateState.ON
        return GateState.OFF if self._decided else GateState.UNKNOWN

    def _configured(self, name: str) -> GateState:
        """A gate that has become a setting, and is off without it; listing the gate still counts."""
        if isinstance(self._reservation, bool):
            return GateState.ON if self._reservation else GateState.OFF
        if name in self._enabled:
            return GateState.ON
        known = self._decided and not self._vague and not is_unknown(self._reservation)
        return GateState.OFF if known else GateState.UNKNOWN

    def stage(self, name: str) -> str | None:
        """`Alpha`, `Beta`, `GA`, `Deprecated` or `Discontinued`; None for a gate that the release does not have."""
        return _stage(name, self._release[:2] if self._release else None)

    def comes_later(self, name: str) -> bool:
        """Whether a release after this one brings the gate."""
        return self._release is not None and _is_later(next(iter(_table().get(name, {})), ""), self._release[:2])

    @staticmethod
    def nearest(name: str) -> str:
        """The gate whose name is most like this one, "" where none is like it."""
        from difflib import get_close_matches  # only a fault needs it

        plain = {gate.casefold(): gate for gate in _table()}
        return next((plain[near] for near in get_close_matches(name.casefold(), plain, 1, 0.8)), "")


@cache
def _table() -> Mapping[str, Mapping[str, str | None]]:
    table: Mapping[str, Mapping[str, str | None]] = json.loads(data("gates.json"))
    return table


@cache
def _stage(name: str, release: tuple[int, ...] | None) -> str | None:
    stage = None
    for since, then in _table().get(name, {}).items():
        if release is not None and _is_later(since, release):
            break
        stage = then
    return stage


def _is_later(since: str, release: tuple[int, ...]) -> bool:
    """Whether what came with a line, or is in the main branch alone, is not in a release line; nothing never came."""
    return bool(since) and (release <= NEWEST[:2] if since == _MAIN else release < _line(since))


def _line(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split("."))
