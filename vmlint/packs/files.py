"""How packs of rules are named, and which files a name means.

A pack is named by a path, which has a `/` or the ending of a file, or by the name of an installed module. YAML is data;
Python is code, and runs only where a person asks for it.
"""

from __future__ import annotations

import os
from pathlib import Path

from vmlint.errors import PackError

__all__ = ["DATA", "is_path", "packs_at", "packs_in", "shown"]

DATA = (".yaml", ".yml")
"""The endings of packs that hold no code."""

_CODE = ".py"


def is_path(name: str) -> bool:
    """Whether a pack is named by its path. A bare word is a module: a folder that is called so can't pass for it."""
    return "/" in name or os.sep in name or name.endswith((*DATA, _CODE)) or name in (os.curdir, os.pardir)


def packs_at(path: Path) -> list[Path]:
    """The packs at a path: a file, a folder of Python, or each YAML file of a folder. PackError where there is none, or
    a folder has both."""
    if path.is_file() and path.suffix in (*DATA, _CODE):
        return [path]
    if not path.is_dir():
        what = "is not a pack: a pack is a YAML file, a Python file or a folder" if path.exists() else "does not exist"
        raise PackError([f"{shown(path)}: {what}"])
    if found := packs_in(path):
        return found
    raise PackError([f"{shown(path)}: it contains no YAML or Python file"])


def packs_in(folder: Path) -> list[Path]:
    """The packs of a folder: itself where it holds Python, else its YAML files. PackError where it holds both."""
    data = sorted(file for file in folder.iterdir() if file.suffix in DATA and not file.name.startswith("."))
    code = next((found for form in ("*.py", "*/__init__.py") for found in sorted(folder.glob(form))), None)
    if data and code:
        raise PackError([f"{shown(folder)}: it contains `{data[0].name}` and `{shown(code)}`: name one of the two"])
    return data or ([folder] if code else [])


def shown(path: Path) -> str:
    """The path from the working directory: the way packs are named in reports."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
