"""Takes dead suppressions out of manifests: comments and annotations that match nothing or name no rule.

Every other byte of a file stays. A file whose objects would not be the same afterwards is left as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vmlint.fix.rewriting import Rewrite
from vmlint.model.resource import Place
from vmlint.model.suppression import ANNOTATION, Mark, Suppression, SuppressionState
from vmlint.record import Record
from vmlint.rule import Spot
from vmlint.source.decode import decode_text
from vmlint.source.discover import path_of

__all__ = ["Pruning", "prune"]

_DEAD = (SuppressionState.UNUSED, SuppressionState.UNKNOWN, SuppressionState.EXPIRED)
_BOM = "\ufeff"
_NAMES = re.compile(r"(#+[ \t]*vmlint:[ \t]*ignore(?:-file)?[ \t]*\[)([^\]]*)\]")
_VALUE = re.compile(r"""(?P<quote>["']?)(?P<names>[^"'#\r]*?)(?P=quote)(?P<rest>[ \t]*(?:#[^\r]*)?\r?)""")


class Pruning(Record):
    """The files to write, what is taken out of them, and what is left to a person with the reason; a line each."""

    rewrites: tuple[Rewrite, ...]
    done: tuple[str, ...]
    left: tuple[str, ...]


def prune(suppressions: Iterable[Suppression], contents: Mapping[str, bytes] | None = None) -> Pruning:
    """Plans to take the dead suppressions out of their files. Nothing is written.

    `contents` are those of files that will be written before.
    """
    dead: dict[Mark, list[str]] = defaultdict(list)
    for one in suppressions:
        if one.state in _DEAD and one.name and one.mark.source.in_manifest:
            dead[one.mark].append(one.name)
    by_file: dict[str, list[Mark]] = defaultdict(list)
    for mark in dead:
        by_file[_where(mark)[0]].append(mark)
    rewrites: list[Rewrite] = []
    done: list[str] = []
    left: list[str] = []
    for file in sorted(by_file):
        # From the end on: what is before keeps its line.
        marks = sorted(by_file[file], key=lambda mark: _where(mark)[1], reverse=True)
        content = (contents or {}).get(file)
        rewrite, taken, not_taken = _cut(file, content, [(mark, dead[mark]) for mark in marks])
        rewrites += [rewrite] if rewrite else []
        done += taken
        left += not_taken
    return Pruning(tuple(rewrites), tuple(done), tuple(left))


def _where(mark: Mark) -> tuple[str, int]:
    if isinstance(mark.place, Spot):
        return mark.place.document.file, mark.place.span.line
    document, path = _annotation(mark.place)
    return document.file, document.key_span(path).line


def _annotation(place: Place) -> tuple[Any, tuple[str | int, ...]]:
    return place.resource.document, (*place.resource.prefix, *place.path)


def _cut(
    file: str, content: bytes | None, marks: Sequence[tuple[Mark, list[str]]]
) -> tuple[Rewrite | None, list[str], list[str]]:
    told = [f"{file}:{_where(mark)[1]}: {', '.join(f'`{name}`' for name in names)}" for mark, names in marks]
    try:
        old = Path(path_of(file)).read_bytes() if content is None else content
        text = old.decode("utf-8")
    except (OSError, ValueError):
        return None, [], [f"{one} is kept, as the file is not UTF-8 text" for one in reversed(told)]
    lines = text.removeprefix(_BOM).split("\n")
    done: list[str] = []
    left: list[str] = []
    for (mark, names), what in zip(marks, told, strict=True):
        before = list(lines)
        change = _without_comment if isinstance(mark.place, Spot) else _without_annotation
        if change(lines, mark, names) and _same(before, lines, file):
            done.append(what)
        else:
            lines = before
            left.append(f"{what} is kept, as it shares its line with other text; remove it by hand")
    new = (_BOM if text.startswith(_BOM) else "") + "\n".join(lines)
    return Rewrite(file, old, new.encode("utf-8")) if done else None, done[::-1], left[::-1]


def _without_comment(lines: list[str], mark: Mark, names: list[str]) -> bool:
    assert isinstance(mark.place, Spot)
    number, column = mark.place.span.line - 1, mark.place.span.column - 1
    line = lines[number] if number < len(lines) else ""
    found = _NAMES.match(line, column)
    if not found:
        return False
    if kept := [name for name in mark.names if name not in names]:
        lines[number] = f"{line[: found.end(1)]}{', '.join(kept)}{line[found.end(2) :]}"
    elif head := line[:column].rstrip(" \t"):
        lines[number] = head + ("\r" if line.endswith("\r") else "")
    else:
        del lines[number]
    return True


def _without_annotation(lines: list[str], mark: Mark, names: list[str]) -> bool:
    assert isinstance(mark.place, Place)
    document, path = _annotation(mark.place)
    first, last = document.extent(path)
    key = document.key_span(path)
    number = first - 1
    line = lines[number] if number < len(lines) else ""
    colon = line.find(":", key.end_column - 1)
    if first != last or document.json or line[: key.column - 1].strip() or colon < 0:
        return False
    start = colon + 1 + len(line[colon + 1 :]) - len(line[colon + 1 :].lstrip(" \t"))
    value = _VALUE.fullmatch(line, start)
    if not value:
        return False
    if kept := [name for name in mark.names if name not in names]:
        lines[number] = f"{line[:start]}{value['quote']}{', '.join(kept)}{value['quote']}{value['rest']}"
        return True
    del lines[number]
    above = document.key_span(path[:-1]).line - 1
    if len(mark.place.resource.annotations) == 1 and lines[above].strip() == "annotations:":
        del lines[above]
    return True


def _same(before: Sequence[str], after: Sequence[str], file: str) -> bool:
    """Whether the objects are the same but for the annotation."""
    return list(_objects(before, file)) == list(_objects(after, file))


def _objects(lines: Sequence[str], file: str) -> Iterator[Any]:
    for document in decode_text("\n".join(lines), file).documents:
        yield _bare(document.data), document.problem is None


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        bare = {key: _bare(inner) for key, inner in value.items() if key != ANNOTATION}
        return {key: inner for key, inner in bare.items() if key != "annotations" or inner}
    return [_bare(inner) for inner in value] if isinstance(value, list) else value
