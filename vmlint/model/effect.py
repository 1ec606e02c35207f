"""What happens to an object that is applied with a fault, and how much that matters."""

from __future__ import annotations

from vmlint.record import Codes

__all__ = ["Effect", "Level"]


class Level(Codes):
    """How much a finding matters; ordered from the least."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def weight(self) -> int:
        """The rank of the level: 1 for a note, 2 for a warning, 3 for an error."""
        return _WEIGHT[self]


_WEIGHT = {Level.NOTE: 1, Level.WARNING: 2, Level.ERROR: 3}


class Effect(Codes):
    """What happens when the object is applied."""

    REJECTED = "rejected"
    STUCK = "stuck"
    UNBUILDABLE = "unbuildable"
    IGNORED = "ignored"
    RISK = "risk"
    UNRESOLVED = "unresolved"
    RESTART = "restart"
    DEPRECATED = "deprecated"
    UNREADABLE = "unreadable"

    @property
    def level(self) -> Level:
        """The level of a finding with this effect, unless the configuration overrides it."""
        return _LEVEL[self]

    @property
    def meaning(self) -> str:
        """What the effect means for the object, as a clause."""
        return _MEANING[self]


_LEVEL = {
    Effect.REJECTED: Level.ERROR,
    Effect.STUCK: Level.ERROR,
    Effect.UNBUILDABLE: Level.ERROR,
    Effect.IGNORED: Level.WARNING,
    Effect.RISK: Level.WARNING,
    Effect.UNRESOLVED: Level.WARNING,
    Effect.RESTART: Level.NOTE,
    Effect.DEPRECATED: Level.NOTE,
    Effect.UNREADABLE: Level.ERROR,
}

_MEANING = {
    Effect.REJECTED: "the API server or an admission webhook refuses it",
    Effect.STUCK: "accepted, but never becomes ready",
    Effect.UNBUILDABLE: "the GitOps tool can't make objects of it: kustomize fails, or a path does not exist",
    Effect.IGNORED: "accepted, but the field or patch is dropped or does nothing",
    Effect.RISK: "works now, and breaks or loses data later",
    Effect.UNRESOLVED: "depends on an object that is not in the repository, context or catalogs",
    Effect.RESTART: "an update that reaches the guest only when it is restarted",
    Effect.DEPRECATED: "a newer field or version replaces it",
    Effect.UNREADABLE: "vmlint could not read the file or document",
}
