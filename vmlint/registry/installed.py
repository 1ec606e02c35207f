"""Packs that are installed: Python packages with an entry point of the group `vmlint.rules`, which names a module."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from vmlint.record import Record

__all__ = ["Installed", "installed"]

_GROUP = "vmlint.rules"


class Installed(Record):
    """An entry point: the module that it names, and the package that it comes from, with its version."""

    module: str
    pack: str


def installed() -> tuple[Installed, ...]:
    """The packs of this environment, by name."""
    if not any(_mentions(folder) for folder in dict.fromkeys(sys.path)):
        return ()

    from importlib.metadata import entry_points

    found = {
        Installed(point.value, f"{point.dist.name} {point.dist.version}" if point.dist else point.name)
        for point in entry_points(group=_GROUP)
    }
    return tuple(sorted(found, key=lambda installed: (installed.pack, installed.module)))


def _mentions(folder: str) -> bool:
    """Whether a package in the folder has such an entry point. A search of the texts: importlib.metadata takes many
    times as long, and nearly nobody has such packages."""
    heading = f"[{_GROUP}]".encode()
    for file in _texts(folder):
        try:
            with open(file, "rb") as text:  # noqa: PTH123 - half the time of Path.open
                if heading in text.read():
                    return True
        except OSError:
            continue
    return False


def _texts(folder: str) -> Iterator[str]:
    try:
        with os.scandir(folder or ".") as entries:
            for entry in entries:
                if entry.name.endswith((".dist-info", ".egg-info")):
                    yield f"{entry.path}/entry_points.txt"
    except OSError:
        return
