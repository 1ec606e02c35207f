"""The rules that come with vmlint, in the order of their numbers. `rules/__init__.py` lists their modules.

A built package has an index of them, so that a run loads only the modules of the rules that it needs
(tools/index.py). Without an index all modules are loaded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import cast

from vmlint import version
from vmlint.registry.made import announced, made
from vmlint.rule import Meta, Rule, RuleModule

__all__ = ["OWN", "is_newest", "rules"]

OWN = "vmlint.rules"
"""The name of vmlint's own rules, which are there without being named."""


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule that comes with vmlint."""
    root = import_module(OWN)
    names: tuple[str, ...] = root.RULES
    index = _index(Path(str(root.__file__)).parent)
    found = (
        announced(f"{OWN}.{name}", *index[name])
        if name in index
        else made(cast(RuleModule, import_module(f"{OWN}.{name}")))
        for name in names
    )
    return tuple(sorted(found, key=lambda rule: rule.id))


def _index(folder: Path) -> Mapping[str, tuple[str, Meta]]:
    """The title and `META` of rules by their modules; empty where the folder has no index that can be trusted."""
    is_installed = folder.parent == Path(str(version.__file__)).parent
    if not ((folder / "_index.py").is_file() if is_installed else is_newest(folder)):
        return {}
    try:
        index: Mapping[str, tuple[str, Meta]] = import_module(f"{OWN}._index").INDEX
    except (ImportError, TypeError):
        if is_installed:
            raise
        return {}  # what it imports or calls has changed since
    return index


def is_newest(folder: Path) -> bool:
    """Whether the index is newer than every rule: in a checkout rules change after it was written."""
    index = folder / "_index.py"
    try:
        written = index.stat().st_mtime_ns
    except OSError:
        return False
    return all(entry.stat().st_mtime_ns < written for entry in _modules(folder) if entry.path != str(index))


def _modules(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield entry
            elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                yield from _modules(entry.path)
