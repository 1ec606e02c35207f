"""Where programs of the machine are."""

from __future__ import annotations

import os
import shutil

__all__ = ["installed"]


def installed(name: str) -> str | None:
    """The path of a program. A relative folder in PATH is passed over: it may be one of a linted repository."""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]  # noqa: PTH117
    return shutil.which(name, path=os.pathsep.join(folders)) if folders else None
