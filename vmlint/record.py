"""Named tuples whose classes are quickly made: a run makes a hundred of them before it reads the first file.

`typing.NamedTuple` compiles a text for the constructor of each class, and one for the type of each field. Here the
constructor is that of any class with as many fields, under other names, and types are left as they are written. For
checkers of types a record is a NamedTuple, and it behaves as one.
"""

from __future__ import annotations

from collections import namedtuple
from functools import cache
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["Record", "by_identity"]

_T = TypeVar("_T")

if TYPE_CHECKING:
    from typing import NamedTuple as Record
else:

    class _Row(tuple):
        """What the instances of all records can do."""

        __slots__ = ()

        @classmethod
        def _make(cls, values):
            row = tuple.__new__(cls, values)
            if len(row) != len(cls._fields):
                raise TypeError(f"expected {len(cls._fields)} values, got {len(row)}")
            return row

        def _replace(self, /, **values):
            row = self._make(map(values.pop, self._fields, self))
            if values:
                raise TypeError(f"{type(self).__name__} has no field {', '.join(values)}")
            return row

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            values = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self):
            return tuple(self)

    class _Making(type):
        """Makes an ordinary class of the body of a record."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = tuple(body["__annotations__"])
            defaults = {field: body[field] for field in fields if field in body}
            if tuple(defaults) != fields[len(fields) - len(defaults) :]:
                raise TypeError(f"{name}: a field without a default follows one with a default")
            body.update((field, _Field(number, None)) for number, field in enumerate(fields))
            body |= {"__slots__": (), "__match_args__": fields, "_fields": fields, "_field_defaults": defaults}
            code = _constructor(len(fields)).replace(
                co_varnames=("_cls", *fields), co_name="__new__", co_qualname=f"{name}.__new__"
            )
            body["__new__"] = FunctionType(code, _CONSTRUCTING, None, tuple(defaults.values()))
            return type(name, (_Row,), body)

    @cache
    def _constructor(fields: int) -> CodeType:
        names = "".join(f"_{number}, " for number in range(fields))
        code: CodeType = eval(f"lambda _cls, {names}: _new(_cls, ({names}))").__code__
        return code

    _CONSTRUCTING = {"__builtins__": {}, "_new": tuple.__new__}
    _Field = type(namedtuple("_One", "field").field)
    """What reads a field, written in C."""

    Record = type.__new__(_Making, "Record", (), {})


def by_identity(record: type[_T]) -> type[_T]:
    """Makes each record of a class equal to itself alone, whatever its fields hold."""
    for name in ("__eq__", "__ne__", "__hash__"):
        setattr(record, name, getattr(object, name))
    return record
