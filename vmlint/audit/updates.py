"""What changes between two commits of a repository, and between two releases of KubeVirt for one commit."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vmlint.audit.judge import configuration
from vmlint.audit.objects import Row
from vmlint.engine.request import RunRequest
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.workspace import snapshot_of
from vmlint.errors import NothingToRead
from vmlint.impact.compare import compare
from vmlint.impact.model import Impact
from vmlint.impact.releases import compare_releases
from vmlint.kubevirt.releases import Release

__all__ = ["edit_rows", "table_rows", "upgrade_rows"]


def edit_rows(
    roots: tuple[Path, Path], names: tuple[str, str], paths: Sequence[str], settings: Mapping[str, Any]
) -> list[Row]:
    """What an edit does to a cluster that runs the first state, for each object; `names` are those of the states.

    Raises what `vmlint.diff` raises.
    """
    before, after = (_snapshot(root, paths, settings) for root in roots)
    if before is None or after is None:
        return []
    return list(_rows("edit", compare(before, after, names), names))


def upgrade_rows(
    releases: Sequence[tuple[str, str]], paths: Sequence[str], settings: Mapping[str, Any]
) -> Iterator[Row]:
    """What each upgrade of KubeVirt means for the repository in the working directory."""
    known: dict[str, Snapshot] = {}
    for pair in releases:
        for release in pair:
            if release not in known:
                config = configuration(paths, {**settings, "target_kubevirt": release})
                known[release] = snapshot_of(RunRequest.of(paths, config))
        parsed = [Release.parse(release) for release in pair]
        if parsed[0] is not None and parsed[1] is not None:
            impact = compare_releases(known[pair[0]], known[pair[1]], (parsed[0], parsed[1]))
            yield from _rows("upgrade", impact, pair)


def _snapshot(root: Path, paths: Sequence[str], settings: Mapping[str, Any]) -> Snapshot | None:
    """The state of a repository in a folder; None for one without manifests."""
    os.chdir(root)
    try:
        return snapshot_of(RunRequest.of(paths, configuration(paths, settings)))
    except NothingToRead:
        return None


def _rows(basis: str, impact: Impact, names: tuple[str, str]) -> Iterator[Row]:
    for change in impact.changes:
        yield {
            "basis": basis,
            "before": names[0],
            "after": names[1],
            **change.resource._asdict(),
            "file": change.file,
            "line": change.line,
            "verdict": change.verdict.value,
            "topic": change.group,
            "message": change.message,
            "fix": change.fix,
            "fields": list(change.fields),
        }


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
