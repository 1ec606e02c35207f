"""What an entry of the cache holds of a run over kustomizations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.cache.reports import MALFORMED
from vmlint.engine.applied import AppliedFact
from vmlint.engine.summaries import Fact, Facts, unpacked
from vmlint.gitops.deployment import Recipe
from vmlint.record import Record

__all__ = ["Contents", "Memory", "Seen", "World", "recalled", "written"]

Contents = Mapping[str, str]
"""What stands for the bytes of each file: of manifests by their names, of texts in generated objects by `text NAME`."""


class Seen(Record):
    """An object of a world as an entry has it: what stands for it and for the places where it is written, what is known
    of it without building it, whether it acts by its names and MAC addresses alone, the files that write it, the words
    in it that are in none of these, what its inferences look for in vain, and what was found in it, None where nobody
    knows. `complete` says that it lacked nothing."""

    content: str
    place: str
    fact: AppliedFact
    by_name: bool
    files: Sequence[str]
    words: str
    lacks: Sequence[Sequence[str]]
    complete: bool
    found: Sequence[Any] | None

    @property
    def names(self) -> Iterator[str]:
        yield from self.fact.fact.names
        if self.fact.renamed is not None:
            yield self.fact.renamed[3]

    @property
    def addresses(self) -> Iterator[str]:
        return (mac for mac, *_ in self.fact.fact.addresses)


class World(Record):
    """A deployment: its name, how it is built, None where it is built anew in any case, and its objects."""

    name: str
    recipe: Recipe | None
    objects: Sequence[Seen]


class Memory(Record):
    """The files of a run, what its worlds are beside their objects, how much it compared and built, the facts of files
    that are decoded when somebody asks, and the worlds."""

    files: Contents
    face: Any
    compared: int
    effort: float
    facts: Mapping[str, Facts]
    worlds: Sequence[World]


def written(memory: Memory) -> bytes:
    """The entry of a memory."""
    worlds = [world._replace(recipe=_row(world.recipe)) for world in memory.worlds]
    return json.dumps(memory._replace(worlds=worlds), separators=(",", ":")).encode("ascii")


def _row(recipe: Recipe | None) -> Any:
    return recipe and (dict(recipe.files), sorted(recipe.names), recipe.is_step, recipe.forms_names)


def recalled(entry: bytes) -> Memory | None:
    """The memory of an entry, None where the entry is none."""
    try:
        files, face, compared, effort, facts, worlds = json.loads(entry)
        if not all(isinstance(one, dict) for one in (files, facts)) or not isinstance(compared + effort, float | int):
            return None
        known = {name: unpacked(rows) for name, rows in facts.items()}
        return Memory(files, face, compared, effort, known, [_world(*row) for row in worlds])
    except MALFORMED:
        return None


def _world(name: str, recipe: Any, rows: Sequence[Any]) -> World:
    if recipe is not None:
        files, names, is_step, forms_names = recipe
        recipe = Recipe(dict(files), {(kind, name) for kind, name in names}, bool(is_step), bool(forms_names))
    return World(name, recipe, [_fitting(*row) for row in rows])


def _fitting(content: Any, place: Any, fact: Any, by_name: Any, files: Any, words: Any, *rest: Any) -> Seen:
    first, *others = fact
    own = Fact(*first)
    texts = (content, place, words, *files, own.api_version, own.kind, own.namespace, own.name)
    if not all(isinstance(one, str) for one in texts):
        raise TypeError("no row of a memory")
    return Seen(content, place, AppliedFact(own, *others), by_name, files, words, *rest)
