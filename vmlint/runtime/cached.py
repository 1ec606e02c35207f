"""`cached_property` without the lock that Python 3.11 takes, which costs more than most answers.

Later releases of Python have none either. For checkers of types it is that of the standard library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["cached_property"]

if TYPE_CHECKING:
    from functools import cached_property
else:

    class cached_property:  # noqa: N801 - its name in the standard library
        """A property that is worked out when it is first read; from then on it is an attribute of the object."""

        def __init__(self, answer: Any) -> None:
            self._answer = answer
            self.__doc__ = answer.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self._name = name

        def __get__(self, subject: Any, owner: type | None = None) -> Any:
            if subject is None:
                return self
            found = subject.__dict__[self._name] = self._answer(subject)
            return found
