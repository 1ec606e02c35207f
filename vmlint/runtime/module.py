"""Modules that are loaded when they are first used, from functions that are called too often to import in them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any, cast

__all__ = ["late_module"]


def late_module(name: str, package: str | None = None) -> ModuleType:
    """What has the attributes of the module of that name."""
    return cast("ModuleType", _Late(name, package))


class _Late:
    """Stands for a module. An attribute that was once asked for is from then on one of its own."""

    def __init__(self, name: str, package: str | None) -> None:
        self._named = name, package

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(*self._named), name)
        setattr(self, name, value)
        return value
