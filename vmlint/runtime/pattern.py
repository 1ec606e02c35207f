"""Regular expressions that are compiled when they are first used: those that a run over one file hardly needs."""

from __future__ import annotations

import re
from typing import Any, cast

__all__ = ["late"]


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """What has the methods of the compiled pattern; a pattern that is wrong raises re.error at its first use."""
    return cast("re.Pattern[str]", _Late(pattern, flags))


class _Late:
    """Stands for a pattern. A method that was once asked for is from then on an attribute of its own."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._made_of = pattern, flags

    def __getattr__(self, name: str) -> Any:
        method = getattr(re.compile(*self._made_of), name)
        setattr(self, name, method)
        return method
