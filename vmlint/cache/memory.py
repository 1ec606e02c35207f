"""What a run leaves to the next one over the same files: their facts, and of which objects there was nothing to say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.cache.reports import MALFORMED
from vmlint.engine.analysis import Analysis
from vmlint.engine.silent import Ends, ends, lacks_nothing
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.summaries import Facts, facts_of, packed, unpacked
from vmlint.model.resource import Resource
from vmlint.record import Record

__all__ = ["Memory", "Remembered", "can_remember", "learned", "recalled", "written"]


class Remembered(Record):
    """A file: what stands for its bytes, its facts, and where the references of each document's object end; None of
    one of which something was said. A file without facts has neither. `row` is how an entry has it, if one does."""

    content: str
    facts: Facts | None
    quiet: Sequence[Ends | None]
    row: str = ""


class Memory(Record):
    """The linted files by their names, and the namespaces in which they held objects."""

    files: Mapping[str, Remembered]
    namespaces: frozenset[str]


def can_remember(snapshot: Snapshot) -> bool:
    """Whether the objects are applied as the files have them, and vmlint's own rules alone speak of them.

    What else acts on an object, or reads it, is known of these only.
    """
    deployments = snapshot.repository.deployments
    alone = len(deployments) == 1 and not deployments[0].name and snapshot.worlds == (snapshot.world,)
    return alone and not any(rule.pack for rule in snapshot.settings.all_rules())


def learned(analysis: Analysis, contents: Mapping[str, str], before: Memory | None) -> Memory:
    """What a run has found out; `contents` stand for the bytes of the files. What it had of an earlier one is there."""
    snapshot = analysis.snapshot
    held: dict[int, list[Resource]] = {}
    for found in snapshot.repository.resources:
        held.setdefault(id(found.document), []).append(found)
    quiet = {id(one.document): where for one, where in _quiet(analysis)}
    files = {}
    for file in snapshot.repository.files:
        facts = snapshot.repository.facts.get(file.file)
        if facts is None:
            facts = facts_of(file, lambda one: held.get(id(one), ()))
        where = [quiet.get(id(document)) for document in file.documents] if facts else []
        now = Remembered(contents[file.file], facts, where)
        was = before.files.get(file.file) if before else None
        files[file.file] = was if was and was[:3] == now[:3] else now
    return Memory(files, snapshot.world.cluster.namespaces)


def _quiet(analysis: Analysis) -> Iterator[tuple[Resource, Ends]]:
    for index, (_, subject) in enumerate(analysis.subjects):
        if not isinstance(subject, Resource):
            continue
        if (known := analysis.reused.get(index)) is not None:
            yield subject, known
        elif index in analysis.silent and lacks_nothing(subject, analysis.snapshot.world):
            yield subject, ends(subject, analysis.snapshot.world)


def written(memory: Memory) -> bytes:
    """An entry: a line with the namespaces, and one for each file, so that what stays is not written anew."""
    rows = (one.row or _row(name, one) for name, one in memory.files.items())
    return "\n".join((_json(sorted(memory.namespaces)), *rows)).encode("ascii")


def _row(name: str, one: Remembered) -> str:
    facts = None if one.facts is None else packed(one.facts)
    quiet = [None if where is None else [end[2:] for end in where] for where in one.quiet]
    return _json([name, one.content, facts, quiet])


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def recalled(entry: bytes) -> Memory | None:
    """The memory of an entry, None where the entry is none."""
    try:
        namespaces, *rows = entry.decode("ascii").split("\n")
        held = zip(rows, json.loads(f"[{','.join(rows)}]"), strict=True)
        files = {name: _remembered(row, name, content, facts, quiet) for row, (name, content, facts, quiet) in held}
        return Memory(files, frozenset(json.loads(namespaces)))
    except MALFORMED:
        return None


def _remembered(row: str, name: Any, content: Any, facts: Any, quiet: Any) -> Remembered:
    if not isinstance(name, str) or not isinstance(content, str) or len(quiet) != len(facts or ()):
        raise TypeError("no row of a memory")
    ends = [
        None if where is None else tuple([(name, index, tuple(path), state) for path, state in where])
        for index, where in enumerate(quiet)
    ]
    return Remembered(content, None if facts is None else unpacked(facts), ends, row)
