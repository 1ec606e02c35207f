"""What the text of a scalar means: null, true, a number or a string.

kubectl reads YAML with go-yaml v2, whose rules are neither YAML 1.1 nor 1.2: `y` is true, `1e3` and `0o17` are
numbers, `52:54:00:12:34:56` and `2001-01-01` are strings. The value then passes through JSON, where `1.0` is the
integer 1 and an infinity has no form at all.

Source: KubeVirt `vendor/go.yaml.in/yaml/v2/resolve.go` and `vendor/sigs.k8s.io/yaml/yaml.go`.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from vmlint.runtime.pattern import late

__all__ = [
    "HINTS",
    "INT64",
    "KEY_HINTS",
    "Scalar",
    "ScalarError",
    "json_number",
    "plain",
    "plain_key",
    "tagged",
    "tagged_key",
]

Scalar = str | int | float | bool | None

HINTS = frozenset("+-.0123456789yYnNtTfFoO~") | {""}
"""The first characters of plain scalars that may be something else than a string; "" is the empty scalar."""

KEY_HINTS = HINTS | {"<"}
"""The same for keys, where `<<` is a merge."""

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}

_DIGITS = frozenset("+-0123456789")
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+)|(?P<dec>0|[1-9][0-9]{0,19}))"
)
_BASES = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}
_FLOAT = late(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DOTTED = late(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_TIMESTAMP = late(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:[Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})"
    r"| [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?)?"
)

INT64 = range(-(2**63), 2**63)
_UINT64 = range(2**64)
_CACHED = 40
"""The length up to which resolved texts are kept: the cache is for `true` and `8`, not for prose."""

_TAG_PREFIX = "tag:yaml.org,2002:"
_TAG_TYPES: dict[str, type] = {"null": type(None), "bool": bool, "int": int, "float": float}


class ScalarError(Exception):
    """A scalar that kubectl refuses; the text is why and what to write instead."""


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar without a tag.

    Raises ScalarError for infinities and `.nan`.
    """
    return _plain(text) if len(text) < _CACHED else _json(_native(text), text)


@lru_cache(maxsize=8192)
def _plain(text: str) -> Scalar:
    return _json(_native(text), text)


@lru_cache(maxsize=8192)
def plain_key(text: str) -> str:
    """The mapping key that an unquoted scalar without a tag makes: kubectl turns numbers and booleans into strings.

    Raises ScalarError for null and for integers beyond 64 bits with a sign.
    """
    return _key(_native(text), text)


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with a tag in full (`tag:yaml.org,2002:int`); tags that go-yaml doesn't know mean a string.

    Raises ScalarError where the text does not fit the tag.
    """
    return _json(_tagged(tag, text), text)


def tagged_key(tag: str, text: str) -> str:
    """The mapping key of a scalar with a tag."""
    return _key(_tagged(tag, text), text)


def json_number(value: float) -> int | float:
    """The number that Kubernetes reads back: JSON writes 1.0 as 1, and what fits into 64 bits is an integer then."""
    if not value.is_integer():
        return value
    if -(2**53) < value < 2**53:
        return int(value)

    from decimal import Decimal

    # Go writes the shortest digits that give the same float and fills up with zeros: 2**60 is …606847000.
    whole = int(Decimal(repr(value)))
    return whole if whole in INT64 else value


def _json(value: Scalar, text: str) -> Scalar:
    kind = type(value)
    if kind is float:
        assert isinstance(value, float)
        if not math.isfinite(value):
            raise ScalarError(f"`{text}` is a number that JSON does not support; quote it if it is meant as text")
        return json_number(value)
    if kind is int and value not in INT64:
        assert isinstance(value, int)
        return float(value)
    return value


def _key(value: Scalar, text: str) -> str:
    kind = type(value)
    if kind is str:
        return str(value)
    if value is None:
        raise ScalarError("a mapping key can't be null; write the key, or quote it if it is meant as text")
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        if value not in INT64:
            raise ScalarError(f"the mapping key `{text}` is beyond 64 bits; quote it")
        return str(value)
    assert isinstance(value, float)
    return _key_of_float(value)


def _native(text: str) -> Scalar:
    """go-yaml's own value; an integer may be one of its unsigned ones, above the range of 64 bits with a sign."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _DIGITS:
        return _number(text)
    if text[0] == "." and _DOTTED.fullmatch(text):
        return _finite(text)
    return text


def _number(text: str) -> Scalar:
    digits = text.replace("_", "") if "_" in text else text
    if match := _INTEGER.fullmatch(digits):
        base = match.lastgroup or "dec"
        value = int(match[base], _BASES[base])
        if match["sign"] == "-":
            value = -value
        if value in INT64 or (not match["sign"] and value in _UINT64):
            return value
    if _FLOAT.fullmatch(digits):
        number = _finite(digits)
        return text if isinstance(number, str) else number
    return text


def _finite(text: str) -> float | str:
    """The number, or the text where it is beyond the range of a double."""
    value = float(text)
    return text if math.isinf(value) else value


def _tagged(tag: str, text: str) -> Scalar:
    name = tag.removeprefix(_TAG_PREFIX) if tag.startswith(_TAG_PREFIX) else ""
    if name == "binary":
        return _binary(text)
    if name == "timestamp":
        if _TIMESTAMP.fullmatch(text):
            return text
        raise ScalarError(f"`{text}` is not a date or time, which its tag `!!timestamp` requires; remove the tag")
    if name not in _TAG_TYPES:
        return text
    value = _native(text) if text[:1] in HINTS else text
    wanted = _TAG_TYPES[name]
    if type(value) is wanted:
        return value
    if wanted is float and type(value) is int and value in INT64:
        return float(value)
    raise ScalarError(f"`{text}` does not fit its tag `!!{name}`; remove the tag or correct the value")


def _binary(text: str) -> str:
    import base64

    try:
        raw = base64.b64decode(text.replace("\n", "").replace("\r", "").encode("ascii"), validate=True)
    except ValueError:
        raise ScalarError(
            "the value of `!!binary` is not base64; it must not contain spaces, and needs its `=` signs"
        ) from None
    return raw.decode("utf-8", "replace")


def _key_of_float(value: float) -> str:
    """A float as a key: the shortest digits that name it in 32 bits, with an exponent outside 1e-4 to 1e6.

    Source: sigs.k8s.io/yaml `convertToJSONableObject` (strconv.FormatFloat 'g', 32 bits).
    """
    if math.isnan(value):
        return ".nan"
    single = _single(value)
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    digits = next((count for count in range(9) if _single(float(f"{single:.{count}e}")) == single), 9)
    mantissa, _, exponent = f"{single:.{digits}e}".partition("e")
    if -4 <= int(exponent) < 6:
        return f"{single:.{max(digits - int(exponent), 0)}f}"
    return f"{mantissa}e{exponent}"


def _single(value: float) -> float:
    """The nearest float of 32 bits; an infinity beyond their range."""
    import struct

    try:
        single: float = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return single
