"""Facts about releases: data files, and the functions that open them when they are needed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from importlib.abc import ResourceLoader

__all__ = ["data"]


def data(name: str) -> bytes:
    """The content of a data file, wherever the package lies, as importlib.resources would give it: to import that takes
    longer than to read."""
    loader = cast("ResourceLoader", __spec__.loader)
    return loader.get_data(os.path.join(__path__[0], name))  # noqa: PTH118
