"""What the text of a document is decoded to, and how much of it may be."""

from __future__ import annotations

from typing import Any

from vmlint.record import Record

__all__ = ["MAX_ALIASED", "MAX_DEPTH", "MAX_SCALAR", "Built", "Plain", "too_long"]

MAX_DEPTH = 250
"""How deep mappings and lists may be nested, aliases included. kubectl stops at 10,000; no manifest comes near 250,
and whatever walks over the data may do so with recursion."""

MAX_ALIASED = 1_200_000
"""The most values that aliases may add: go-yaml allows at most this many, whatever the document's size. Here it holds
for all documents of a file together."""

MAX_SCALAR = 2**20
"""The most characters of a key or value. etcd takes objects up to 1.5 MiB, and Kubernetes a ConfigMap of 1 MiB."""


class Built(Record):
    """A document's value; whether a mapping key appears twice; where text begins that kubectl does not read; how many
    values aliases have added."""

    data: Any
    repeated: bool
    rest: int | None
    aliased: int


class Plain(Built):
    """The value of a text in plain block YAML."""

    __slots__ = ()


def too_long(scalar: str) -> str:
    return f"a value of {len(scalar):,} characters is too long; the maximum is {MAX_SCALAR:,}"
