"""What can be changed in a document: single fields, named by their paths."""

from __future__ import annotations

from typing import Any

from vmlint.record import Record
from vmlint.source.span import Path

__all__ = ["Edit", "Move", "Put", "Quote", "Remove"]


class Put(Record):
    """Give a field a value, whether it is there or not. Mappings that lead to it are made where they are missing."""

    path: Path
    value: Any


class Move(Record):
    """Take a field with its value and its comments to another path of the same document; beside itself, rename it."""

    path: Path
    to: Path


class Remove(Record):
    """Take a field away, with all that is in it. A mapping that loses its only field stays, as `{}`.

    With `if_empty` only a field goes that is there, and has nothing in it.
    """

    path: Path
    if_empty: bool = False


class Quote(Record):
    """Make text of an unquoted number or boolean: the characters that stand in the file.

    With `text`, only where these are the characters: `yes` is read as `true`, and is not sure to be meant as that text.
    """

    path: Path
    text: str = ""


Edit = Put | Move | Remove | Quote
