"""What a run leaves to the next one over the same files: their facts, and of which objects there was nothing to say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from vmlint.cache import Judged
from vmlint.facts import Facts, facts_of, packed, unpacked
from vmlint.model.resource import Resource
from vmlint.opening import Opened
from vmlint.quiet import Ends, ends, lacks_nothing
from vmlint.runner import Ran, Subject

__all__ = ["Memory", "Remembered", "can_remember", "learned", "recalled", "written"]


class Remembered(NamedTuple):
    """A file: what stands for its bytes, its facts, and where the references of each document's object end; None of
    one of which something was said. A file without facts has neither."""

    content: str
    facts: Facts | None
    quiet: Sequence[Ends | None]


class Memory(NamedTuple):
    """The linted files by their names, and the namespaces in which they held objects."""

    files: Mapping[str, Remembered]
    namespaces: frozenset[str]


def can_remember(opened: Opened) -> bool:
    """Whether the objects are applied as the files have them, and vmlint's own rules alone speak of them.

    What else acts on an object, or reads it, is known of these only.
    """
    deployments = opened.repository.deployments
    alone = len(deployments) == 1 and not deployments[0].name and opened.worlds == (opened.world,)
    return alone and not any(rule.pack for rule in opened.settings.all_rules())


def learned(judged: Judged, contents: Mapping[str, str]) -> Memory:
    """What a run has found out; `contents` stand for the bytes of the files."""
    _, opened, subjects, ran = judged
    held: dict[int, list[Resource]] = {}
    for found in opened.repository.resources:
        held.setdefault(id(found.document), []).append(found)
    quiet = {id(one.document): where for one, where in _quiet(opened, subjects, ran)}
    files = {}
    for file in opened.repository.files:
        facts = opened.repository.facts.get(file.file) or facts_of(file, lambda one: held.get(id(one), ()))
        where = [quiet.get(id(document)) for document in file.documents] if facts is not None else []
        files[file.file] = Remembered(contents[file.file], facts, where)
    return Memory(files, opened.world.cluster.namespaces)


def _quiet(opened: Opened, subjects: Sequence[tuple[int, Subject]], ran: Ran) -> Iterator[tuple[Resource, Ends]]:
    for index, (_, subject) in enumerate(subjects):
        if not isinstance(subject, Resource):
            continue
        if (known := ran.quiet.get(index)) is not None:
            yield subject, known
        elif index in ran.silent and lacks_nothing(subject, opened.world):
            yield subject, ends(subject, opened.world)


def written(memory: Memory) -> bytes:
    held = {
        "namespaces": sorted(memory.namespaces),
        "files": {
            name: [
                one.content,
                None if one.facts is None else packed(one.facts),
                [None if where is None else [end[2:] for end in where] for where in one.quiet],
            ]
            for name, one in memory.files.items()
        },
    }
    return json.dumps(held, separators=(",", ":")).encode("ascii")


def recalled(text: bytes) -> Memory | None:
    """The memory of an entry, None where the entry is none."""
    try:
        held = json.loads(text)
        return Memory(
            {name: _remembered(name, *row) for name, row in held["files"].items()}, frozenset(held["namespaces"])
        )
    except (ValueError, TypeError, KeyError):
        return None


def _remembered(name: str, content: str, facts: Any, quiet: Any) -> Remembered:
    if facts is None:
        return Remembered(content, None, ())
    ends = [
        None if where is None else tuple([(name, index, tuple(path), state) for path, state in where])
        for index, where in enumerate(quiet)
    ]
    return Remembered(content, unpacked(facts), ends)
