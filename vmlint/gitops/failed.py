"""A kustomization that its tool can't build."""

from __future__ import annotations

from typing import NamedTuple

from vmlint.model.resource import Written

__all__ = ["Failed"]


class Failed(NamedTuple):
    """Where the kustomization stands, and the tool's reason."""

    at: Written
    reason: str
