"""One reason why an object is refused, or warned of."""

from __future__ import annotations

from typing import NamedTuple

from vmlint.model.field import Path

__all__ = ["Cause"]


class Cause(NamedTuple):
    """Where the reason is written, as steps from the object's root, and what is wrong."""

    path: Path
    message: str
