"""What may be a name in an object or in a text, and which objects a change of some names reaches."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from sys import intern
from typing import Any

from vmlint.engine.snapshot import Snapshot
from vmlint.engine.summaries import acts_by_name_applied
from vmlint.graph.cluster import makes
from vmlint.graph.links import links
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.world.addresses import addresses_of
from vmlint.world.disks import claims_used, claims_written

__all__ = [
    "NAME",
    "acts_by_name",
    "looked_for",
    "macs_of",
    "mentions",
    "names_of",
    "reached_from",
    "words",
    "words_in",
]

NAME = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_KEPT = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
_SPACES = bytes(byte if byte in _KEPT else 0x20 for byte in range(256))
_ESCAPED = re.compile(rb"\\[xuU/\r\n]|!!|!<")
"""What may make a name of other characters than those of the text: escapes, and tags of a text in base64."""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ESCAPES = (b"\\\\", b"\\n", b"\\t", b"\\r", b"\\b", b"\\f")
"""How JSON writes characters that are part of no name: the backslash first, which may stand before such a letter."""


def acts_by_name(one: Resource) -> bool:
    """Whether an object matters only to those that mention a name of it, however many files make it."""
    return one.once(acts_by_name_applied)


def names_of(one: Resource) -> Iterator[str]:
    """The names under which an object is found, those of what it makes and writes, and of the claims that it uses."""
    yield one.name
    if one.renamed is not None:
        yield one.renamed.ref.name
    for ref, _ in one.once(makes):
        yield ref.name
    for ref, _ in one.once(claims_written):
        yield ref.name
    if isinstance(one, Workload):
        for _, name in one.once(claims_used):
            yield name


def macs_of(one: Resource) -> list[str]:
    return [mac for mac, *_ in one.once(addresses_of)] if isinstance(one, Workload) else []


def mentions(one: Resource) -> frozenset[str]:
    """What may be a name in an object."""
    return one.once(_mentions)


def _mentions(one: Resource) -> frozenset[str]:
    """The words of all texts of an object, and the names of what it refers to."""
    return frozenset({*names_of(one), *(link.ref.name for link in links(one)), *map(intern, words_in(one.data))})


def looked_for(one: Resource, snapshot: Snapshot, number: int) -> Iterator[tuple[int, Ref]]:
    """What the inferences of a VM look for in vain."""
    if isinstance(one, VirtualMachine) and not one.fragment:
        yield from ((number, ref) for ref in snapshot.worlds[number].vms.lacks(one))


def words(data: bytes) -> list[bytes] | None:
    """All words of a text that can be a name, None where it may mention a name in other words."""
    odd = (b"\\" in data or b"!" in data) and _ESCAPED.search(data)  # two looks for one byte are soon done
    return None if odd or data.startswith(_UTF16) else data.translate(_SPACES).split()


def words_in(data: Any) -> Iterable[str]:
    """The words of all texts and keys of an object that may be a name: those of its JSON, which is made in C."""
    try:
        written = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError):  # not of plain values
        return _words_of_each(data)
    if b"\\" in written:
        if b"\\u" in written:
            return _words_of_each(data)
        for escape in _ESCAPES:
            written = written.replace(escape, b" ")
    return written.translate(_SPACES).decode("ascii").split()


def _words_of_each(data: Any) -> Iterator[str]:
    waiting: list[Any] = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif value is not None and not isinstance(value, bool):
            yield from NAME.findall(value if isinstance(value, str) else str(value))


def reached_from(
    names: set[str],
    addresses: Set[str],
    resources: Sequence[Resource],
    mentioned_of: Callable[[Set[str]], Callable[[Resource], Iterable[str] | None]],
) -> set[int]:
    """The ids of the objects that mention a name, or have an address, and of all that mention these.

    `mentioned_of` gives what tells which of some names an object mentions, None for one that may mention any.
    """
    mentioned_by = mentioned_of({*names, *(name for one in resources for name in names_of(one))})
    mentioned: dict[str, list[Resource]] = {}
    waiting = list(names)
    reached: set[int] = set()
    for one in resources:
        found = mentioned_by(one)
        if found is None or (addresses and not addresses.isdisjoint(macs_of(one))):
            waiting += names_of(one)
            reached.add(id(one))
        for word in found or ():
            mentioned.setdefault(word, []).append(one)
    while waiting:
        for one in mentioned.pop(waiting.pop(), ()):
            if id(one) not in reached:
                reached.add(id(one))
                waiting += names_of(one)
    return reached
