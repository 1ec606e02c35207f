"""A running guest: what its VirtualMachineInstance holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vmlint.model.field import Path
from vmlint.model.quantity import Quantity
from vmlint.model.refusal import Refusal
from vmlint.source.clone import clone

__all__ = ["Guest"]


@dataclass
class Guest:
    """A running guest. `spec` and the texts of `metadata` are what its VirtualMachineInstance holds now.

    `booted_with` is the memory that it was started with. `plugged` are the volumes that were attached to the pod later
    or can be detached from it, by name.
    """

    spec: dict[str, Any]
    metadata: dict[str, Any]
    booted_with: Quantity | None = None
    plugged: set[str] = field(default_factory=set)
    computed: frozenset[Path] = frozenset()
    """The paths in `spec` of the maxima that nobody gave."""
    problem: Refusal | None = None
    """Why KubeVirt can't start it, where that is so."""

    def copy(self) -> Guest:
        """The same guest, to be changed on its own."""
        return Guest(
            clone(self.spec), clone(self.metadata), self.booted_with, set(self.plugged), self.computed, self.problem
        )
