"""What changes between two commits of a repository, and between two releases of KubeVirt for one commit."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vmlint.audit.judge import configuration
from vmlint.audit.schema import Row
from vmlint.engine.request import RunRequest
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.workspace import Workspace, snapshot_of
from vmlint.errors import NothingToRead
from vmlint.impact.compare import compare
from vmlint.impact.model import Impact
from vmlint.impact.releases import compare_releases
from vmlint.kubevirt.releases import Release

__all__ = ["edit_rows", "upgrade_rows"]


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


def upgrade_rows(upgrades: Sequence[tuple[str, str]], workspace: Workspace) -> Iterator[Row]:
    """What each upgrade of KubeVirt means for the files of a workspace: pairs of releases."""
    known: dict[str, Snapshot] = {}
    for pair in upgrades:
        releases = [Release.parse(text) for text in pair]
        for text in pair:
            if text not in known:
                known[text] = workspace.for_release(text).snapshot()
        before, after = releases
        if before is not None and after is not None:
            yield from _rows("upgrade", compare_releases(known[pair[0]], known[pair[1]], (before, after)), pair)


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
            "fields": list(change.fields or change.waiting),
        }
