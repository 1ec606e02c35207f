"""JSON values as Kubernetes reads them, one after the other in a text.

Source: KubeVirt `vendor/k8s.io/apimachinery/pkg/util/json` (numbers are integers of 64 bits where they fit) and Go's
`encoding/json` (the last of two equal keys counts, halves of characters become U+FFFD).
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from vmlint.record import Record
from vmlint.runtime.pattern import late
from vmlint.source.built import MAX_DEPTH, MAX_SCALAR, too_long
from vmlint.source.problems import Unreadable
from vmlint.source.scalars import INT64, json_number

__all__ = ["JsonValue", "JsonValues"]

_BLANK = re.compile(r"[ \t\n\r]*")
_INT64_DIGITS = 20
_HALF = late(r"\\u[dD][89a-fA-F]")


class JsonValue(Record):
    """One value: where its text ends, and whether a key appears twice in it."""

    data: Any
    end: int
    repeated: bool


class JsonValues:
    """The values of a text, read at the places that the caller names."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start = 0
        self._repeated = False
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=self._number,
            parse_int=self._integer,
            parse_constant=self._constant,
        )

    def skip_blank(self, start: int) -> int:
        """The first place from `start` on that is no white space, or the end of the text."""
        match = _BLANK.match(self._text, start)
        return match.end() if match else start

    def at(self, start: int) -> JsonValue:
        """The value that begins at a place.

        Raises json.JSONDecodeError where there is none, and Unreadable for one that Kubernetes refuses all the same.
        """
        self._start = start
        self._repeated = False
        try:
            data, end = self._decoder.raw_decode(self._text, start)
        except RecursionError:
            raise _too_deep() from None
        _check_depth(data)
        if end - start > MAX_SCALAR:
            _check_lengths(data)
        if _HALF.search(self._text, start, end):
            data = _whole(data)
        return JsonValue(data, end, self._repeated)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        data = dict(pairs)
        if len(data) < len(pairs):
            self._repeated = True
        return data

    def _integer(self, digits: str) -> int | float:
        if len(digits) <= _INT64_DIGITS and (value := int(digits)) in INT64:
            return value
        return self._number(digits)

    def _number(self, digits: str) -> int | float:
        value = float(digits)
        if math.isinf(value):
            place = max(self._text.find(digits, self._start) - self._start, 0)
            raise Unreadable(place, f"`{digits[:40]}` is beyond the range of a number")
        return json_number(value)

    def _constant(self, name: str) -> None:
        raise json.JSONDecodeError(f"`{name}` is not JSON", self._text, self._start)


def _check_depth(data: Any) -> None:
    level = [data]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise _too_deep()


def _check_lengths(value: Any) -> None:
    if isinstance(value, str) and len(value) > MAX_SCALAR:
        raise Unreadable(0, too_long(value))
    for child in (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_lengths(child)


def _too_deep() -> Unreadable:
    return Unreadable(0, f"nested deeper than {MAX_DEPTH} levels")


def _whole(value: Any) -> Any:
    """The value with U+FFFD for halves of characters, which JSON can write and no text can hold."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole(key): _whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return value
