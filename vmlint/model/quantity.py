"""Kubernetes quantities (`4Gi`, `500m`, `1.5e3`), exact.

A quantity is kept as a whole number times a power of ten, so nothing is lost and `1e10000` costs no more than `1`.
Sources: Kubernetes `apimachinery/pkg/api/resource/quantity.go` and `suffix.go`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import isfinite
from typing import Any, final

from vmlint.record import Codes
from vmlint.runtime.pattern import late

__all__ = ["ERR_FORMAT", "ERR_NUMERIC", "ERR_SUFFIX", "Format", "Quantity", "QuantityError", "crd_pattern_ok"]

ERR_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
ERR_SUFFIX = "unable to parse quantity's suffix"
ERR_NUMERIC = "unable to parse numeric part of quantity"

# Possessive, as Kubernetes' scanner never goes back either; so a long text costs one pass.
_SCAN = re.compile(r"([+-]?+)0*+([0-9]*+)(?:\.([0-9]*+))?+([eEinumkKMGTP]*+[-+]?+[0-9]*+)")
_EXPONENT = late(r"[eE]([+-]?)0*+([0-9]{1,10})|[eE][+-]?0+")
_CRD = late(
    r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))?"
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_SUFFIX = ("", *_BINARY)
_SPACE = " \t\n\v\f\r\x85\xa0"

_NANO = -9
_MAX_BINARY = 2**63 - 1
_MAX_EXPONENT = 2**31 - 1
# No text has more digits, and no whole number is written out with more: no machine is that large.
_MAX_DIGITS = 1000


class QuantityError(ValueError):
    """A text that is no quantity; the message is the one that the API server gives."""


class Format(Codes):
    """The family of suffixes that a quantity prints with."""

    DECIMAL = "DecimalSI"
    BINARY = "BinarySI"
    EXPONENT = "DecimalExponent"


@final
class Quantity:
    """An amount. Equality, order and hash go by the amount alone: `1024Ki == 1Mi`."""

    __slots__ = ("_exponent", "_mantissa", "_text", "format")

    def __init__(
        self, mantissa: int, exponent: int = 0, format: Format = Format.DECIMAL, *, _text: str | None = None
    ) -> None:
        """The amount mantissa * 10**exponent."""
        self._mantissa, self._exponent = _normal(mantissa, exponent)
        self._text = _text
        self.format = format

    @classmethod
    def parse(cls, value: str | int | float) -> Quantity:
        """The quantity that a text or a number of a manifest means. Raises QuantityError with the API's reason."""
        return _parse(value if isinstance(value, str) else _number_text(value))

    @classmethod
    def try_parse(cls, value: Any) -> Quantity | None:
        """The quantity that any value of a manifest means, None for none. White space around a text is passed over,
        as the decoding of core types does; fields of custom resources are held to `crd_pattern_ok` besides."""
        try:
            if isinstance(value, str):
                return _parse(value.strip(_SPACE))
            if isinstance(value, int | float) and not isinstance(value, bool):
                return cls.parse(value)
        except QuantityError:
            pass
        return None

    def value(self) -> int:
        """The whole number, rounded away from zero."""
        return self._scaled(0)

    def milli(self) -> int:
        """Thousandths, rounded away from zero."""
        return self._scaled(3)

    def _scaled(self, shift: int) -> int:
        return _shifted(self._mantissa, self._exponent + shift)

    @property
    def sign(self) -> int:
        """-1, 0 or 1."""
        return (self._mantissa > 0) - (self._mantissa < 0)

    @property
    def is_zero(self) -> bool:
        """Whether the amount is zero."""
        return self._mantissa == 0

    def __add__(self, other: Quantity) -> Quantity:
        """The sum, in the suffixes of the first that is not zero."""
        if not isinstance(other, Quantity):
            return NotImplemented
        low, high = sorted((self, other), key=lambda quantity: quantity._exponent)
        gap = high._exponent - low._exponent
        if gap > _MAX_DIGITS:
            return high
        total = low._mantissa + high._mantissa * _ten(gap)
        return Quantity(total, low._exponent, other.format if self.is_zero else self.format)

    def __mul__(self, factor: int) -> Quantity:
        if isinstance(factor, bool) or not isinstance(factor, int):
            return NotImplemented
        return Quantity(self._mantissa * factor, self._exponent, self.format)

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self._mantissa == other._mantissa and self._exponent == other._exponent

    def __hash__(self) -> int:
        return hash((self._mantissa, self._exponent))

    def __lt__(self, other: Quantity) -> bool:
        return self._compare(other) < 0

    def __le__(self, other: Quantity) -> bool:
        return self._compare(other) <= 0

    def __gt__(self, other: Quantity) -> bool:
        return self._compare(other) > 0

    def __ge__(self, other: Quantity) -> bool:
        return self._compare(other) >= 0

    def _compare(self, other: Quantity) -> int:
        if self._exponent == other._exponent:
            return (self._mantissa > other._mantissa) - (self._mantissa < other._mantissa)
        if self.sign != other.sign:
            return self.sign - other.sign
        # A mantissa has at most as many digits as its text: far apart exponents decide before any number is made.
        if self.sign and (gap := self._magnitude() - other._magnitude()):
            return gap * self.sign
        shift = self._exponent - other._exponent
        ours, theirs = self._mantissa * _ten(max(shift, 0)), other._mantissa * _ten(max(-shift, 0))
        return (ours > theirs) - (ours < theirs)

    def _magnitude(self) -> int:
        """The place of the first digit, counted from the decimal point."""
        return _digits(self._mantissa) + self._exponent

    def __str__(self) -> str:
        """The text that the API server answers with: the one given if that is as good as canonical."""
        if self._text is None:
            self._text = self._canonical()
        return self._text

    def __repr__(self) -> str:
        return f"Quantity({str(self)!r})"

    def _canonical(self) -> str:
        if not self._mantissa:
            return "0"
        if self.format is Format.BINARY and self._exponent >= 0 and abs(self.value()) >= 1024:
            number, power = self.value(), 0
            while number % 1024 == 0 and power < len(_BINARY):
                number, power = number // 1024, power + 1
            return f"{number}{_BINARY_SUFFIX[power]}"
        extra = self._exponent % 3
        number, exponent = self._mantissa * _ten(extra), self._exponent - extra
        suffix = None if self.format is Format.EXPONENT else _DECIMAL_SUFFIX.get(exponent)
        if suffix is None:
            suffix = f"e{exponent}" if exponent else ""
        return f"{number}{suffix}"


def crd_pattern_ok(text: str) -> bool:
    """Whether a text passes the pattern that custom resource definitions put on quantities.

    The pattern and the parser differ both ways: `1e1.5` passes here and does not parse, `Gi` the other way round.
    """
    return _CRD.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _parse(text: str) -> Quantity:
    if not text or not (match := _SCAN.fullmatch(text)):
        raise QuantityError(ERR_FORMAT)
    sign, whole, fraction, suffix = match.groups(default="")
    if suffix in _BINARY:
        base, power, format = 2, _BINARY[suffix], Format.BINARY
    elif suffix in _DECIMAL:
        base, power, format = 10, _DECIMAL[suffix], Format.DECIMAL
    elif exponent := _EXPONENT.fullmatch(suffix):
        base, power, format = 10, int((exponent[1] or "") + (exponent[2] or "0")), Format.EXPONENT
    else:
        raise QuantityError(ERR_SUFFIX)
    whole = whole or "0"
    digits = whole + fraction
    short = _is_short(whole, fraction, base, power)
    if abs(power) > _MAX_EXPONENT or len(digits) > _MAX_DIGITS:
        raise QuantityError(ERR_NUMERIC)
    # A suffix alone is zero, but only where Kubernetes takes its short way through the parser.
    if not short and not any(char.isdigit() for char in text[: len(text) - len(suffix)]):
        raise QuantityError(ERR_NUMERIC)
    number = int(digits)
    keeps = short and _keeps_text(digits, number, base, power - len(fraction))
    scale = -len(fraction) + (power if base == 10 else 0)
    amount = number << power if base == 2 else number
    if scale < _NANO:
        amount, scale = _shifted(amount, scale - _NANO), _NANO
    if base == 2:
        nanos = _ten(-scale)
        amount = min(amount, _MAX_BINARY * nanos)
        if 0 < amount < nanos:
            format = Format.DECIMAL
    return Quantity(-amount if sign == "-" else amount, scale, format, _text=text if keeps else None)


def _is_short(whole: str, fraction: str, base: int, power: int) -> bool:
    """Whether Kubernetes parses this as a 64-bit integer; only then may it keep the text as it was given."""
    if base == 2:
        return not fraction and 15 - len(whole) - power * 3 // 10 - 1 >= 0
    return len(whole) + len(fraction) <= 18 and power - len(fraction) >= _NANO


def _keeps_text(digits: str, number: int, base: int, scale: int) -> bool:
    if base == 2:
        return number & 7 != 0
    return scale % 3 == 0 and not digits.endswith("000") and digits[0] != "0"


def _normal(mantissa: int, exponent: int) -> tuple[int, int]:
    """The same amount without trailing zeros, so that equal amounts have equal parts."""
    if not mantissa:
        return 0, 0
    if (excess := _digits(mantissa) - 2 * _MAX_DIGITS) > 0:
        mantissa, exponent = _shifted(mantissa, -excess), exponent + excess
    while mantissa % 10 == 0:
        mantissa, exponent = mantissa // 10, exponent + 1
    return mantissa, exponent


def _ten(power: int) -> int:
    return int(10**power)


def _digits(number: int) -> int:
    """How many decimal digits a whole number has, for any length."""
    number = abs(number)
    estimate = number.bit_length() * 30103 // 100000
    return estimate + (number >= _ten(estimate))


def _shifted(mantissa: int, exponent: int) -> int:
    """mantissa * 10**exponent as a whole number, rounded away from zero."""
    if exponent >= 0:
        return mantissa * _ten(min(exponent, _MAX_DIGITS))
    if -exponent > _digits(mantissa):
        return (mantissa > 0) - (mantissa < 0)
    size = -(-abs(mantissa) // _ten(-exponent))
    return size if mantissa > 0 else -size


def _number_text(value: int | float) -> str:
    """A number as JSON has it."""
    if isinstance(value, bool):
        raise QuantityError(ERR_FORMAT)
    if isinstance(value, int):
        if _digits(value) > _MAX_DIGITS:
            raise QuantityError(ERR_NUMERIC)
        return str(value)
    if not isfinite(value):
        raise QuantityError(ERR_FORMAT)

    from decimal import Decimal

    exact = Decimal(repr(value))
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        text = format(exact, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return re.sub(r"e([+-])0*", r"e\1", repr(value))
