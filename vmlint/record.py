"""Named tuples and lists of codes whose classes are quickly made: a run makes two hundred before it reads a file.

`typing.NamedTuple` compiles a text for the constructor of each class, and one for the type of each field. Here the
constructor is that of any class with as many fields, under other names, and types are left as they are written. For
checkers of types a record is a NamedTuple, and it behaves as one. Likewise a list of codes is a StrEnum.
"""

from __future__ import annotations

from collections import namedtuple
from functools import cache
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["Codes", "Record", "by_identity"]

_T = TypeVar("_T")

if TYPE_CHECKING:
    from enum import StrEnum as Codes
    from typing import NamedTuple as Record
else:
    # Named tuples

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

    _new = tuple.__new__
    _SMALL = (
        lambda c: _new(c, ()),
        lambda c, s: _new(c, (s,)),
        lambda c, s, t: _new(c, (s, t)),
        lambda c, s, t, u: _new(c, (s, t, u)),
        lambda c, s, t, u, v: _new(c, (s, t, u, v)),
        lambda c, s, t, u, v, w: _new(c, (s, t, u, v, w)),
        lambda c, s, t, u, v, w, x: _new(c, (s, t, u, v, w, x)),
        lambda c, s, t, u, v, w, x, y: _new(c, (s, t, u, v, w, x, y)),
        lambda c, s, t, u, v, w, x, y, z: _new(c, (s, t, u, v, w, x, y, z)),
    )
    """The constructors of most records, by the number of fields: to compile a text takes longer than the class."""

    @cache
    def _constructor(fields: int) -> CodeType:
        if fields < len(_SMALL):
            return _SMALL[fields].__code__
        names = "".join(f"_{number}, " for number in range(fields))
        code: CodeType = eval(f"lambda _cls, {names}: _new(_cls, ({names}))").__code__
        return code

    _CONSTRUCTING = {"__builtins__": {}, "_new": _new}
    _Field = type(namedtuple("_One", "field").field)
    """What reads a field, written in C."""

    Record = type.__new__(_Making, "Record", (), {})

    # Lists of codes

    class _Listing(type):
        """A class of texts, each under its name in the body of the class."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            texts = {key: text for key, text in body.items() if isinstance(text, str) and not key.startswith("__")}
            listing = type.__new__(cls, name, bases, body | {"__slots__": ()})
            codes: dict[str, Any] = {}
            for key, text in texts.items():
                if text not in codes:
                    code = codes[text] = str.__new__(listing, text)
                    code.name = key
                setattr(listing, key, codes[text])
            listing._codes = codes
            return listing

        def __call__(cls, text):
            try:
                return cls._codes[text]
            except KeyError:
                raise ValueError(f"{text!r} is not a valid {cls.__qualname__}") from None

        def __iter__(cls):
            return iter(cls._codes.values())

        def __reversed__(cls):
            return reversed(cls._codes.values())

        def __len__(cls):
            return len(cls._codes)

        def __contains__(cls, text):
            return text in cls._codes

    class _Code(str):
        """What all codes can do."""

        __slots__ = ("name",)

        value = property(str.__str__)

        def __repr__(self):
            return f"<{type(self).__name__}.{self.name}: {str.__repr__(self)}>"

        def __reduce_ex__(self, protocol):
            return type(self), (str(self),)

    Codes = type.__new__(_Listing, "Codes", (_Code,), {"__slots__": (), "_codes": {}})


def by_identity(record: type[_T]) -> type[_T]:
    """Makes each record of a class equal to itself alone, whatever its fields hold."""
    for name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__"):
        setattr(record, name, getattr(object, name))  # all that compare: they are then compared without a call
    return record
