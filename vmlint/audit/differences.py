"""What differs between the objects of two runs, where the earlier files are not there any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmlint.audit.schema import Row

__all__ = ["table_rows"]

_COMPARED = ("api_version", "kind", "namespace", "name", "deployment")
_SAID = {
    "created": "the object is new in the repository",
    "deleted": "the object was removed from the repository",
    "changed": "the object differs from the previous run",
}


def table_rows(before: Sequence[Row], after: Sequence[Row], names: tuple[str, str]) -> Iterator[Row]:
    """What differs between the objects of two runs, where the earlier files are not there any more."""
    old, new = ({tuple(row[key] for key in _COMPARED): row for row in rows} for rows in (before, after))
    for key in sorted({*old, *new}):
        if key not in old:
            verdict = "created"
        elif key not in new:
            verdict = "deleted"
        elif old[key]["content"] != new[key]["content"]:
            verdict = "changed"
        else:
            continue
        row = new.get(key, old.get(key, {}))
        yield {
            "basis": "tables",
            "before": names[0],
            "after": names[1],
            **{name: row[name] for name in ("api_version", "kind", "namespace", "name", "file", "line")},
            "verdict": verdict,
            "topic": verdict,
            "message": _SAID[verdict],
            "fix": "",
            "fields": [],
        }
