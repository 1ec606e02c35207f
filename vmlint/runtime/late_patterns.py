"""Regular expressions of modules, compiled when they are first used.

A run over one file loads more than a hundred, most of them of PyYAML and of checks that its objects never reach. To
compile them takes longer than to check the file.
"""

from __future__ import annotations

import re
import sys
from typing import Any

__all__ = ["compile_late"]

_WHOSE = ("vmlint.", "yaml.")
"""The packages whose modules use nothing of a pattern but its methods."""
_OF_FUNCTION = 0x1
"""A flag that the code of functions has, and that of modules and classes has not: `inspect.CO_OPTIMIZED`."""
_compile = re.compile


def compile_late() -> None:
    """From now on, what is loaded into this process compiles its patterns when it first uses them."""
    re.compile = _compiled


def _compiled(pattern: Any, flags: Any = 0) -> Any:
    caller = sys._getframe(1)
    is_constant = not caller.f_code.co_flags & _OF_FUNCTION
    if is_constant and str(caller.f_globals.get("__name__")).startswith(_WHOSE):
        return _Late(pattern, flags)
    return _compile(pattern, flags)


class _Late:
    """Stands for a pattern. A method that was once asked for is from then on an attribute of its own."""

    def __init__(self, pattern: Any, flags: Any) -> None:
        self._made_of = pattern, flags

    def __getattr__(self, name: str) -> Any:
        method = getattr(_compile(*self._made_of), name)
        setattr(self, name, method)
        return method
