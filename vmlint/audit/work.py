"""What a process does for one repository: a request in, an answer out, both as JSON can hold them.

The process may die of it. So it runs apart (`vmlint/audit/host.py`), and everything that it writes is in its folder.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vmlint.audit.checkout import SourceError, at_commit, checkout, identity
from vmlint.audit.judge import tables
from vmlint.audit.parts import Parts, silent_part
from vmlint.audit.task import Task
from vmlint.audit.updates import edit_rows, upgrade_rows
from vmlint.errors import ConfigError, NothingToRead, UsageError

__all__ = ["perform"]

Answer = dict[str, Any]


def perform(request: Mapping[str, Any]) -> Answer:
    """The answer to a request.

    `do` is `identify`, `check`, `part` or `compare`. A check of a large repository may answer `split` in place of
    tables. `error` is there where there is no result: the status of the repository, and the reason as a sentence.
    """
    task, folder = Task.of(request["task"]), Path(request["folder"])
    try:
        return _ACTIONS[request["do"]](task, folder, request)
    except NothingToRead:
        return _error("empty", "no YAML or JSON document")
    except (SourceError, ConfigError, UsageError) as error:
        return _error("failed", str(error))


def _error(status: str, reason: str) -> Answer:
    return {"error": {"status": status, "reason": reason}}


def _identify(task: Task, folder: Path, request: Mapping[str, Any]) -> Answer:
    return identity(task, folder)._asdict()


def _check(task: Task, folder: Path, request: Mapping[str, Any]) -> Answer:
    files = checkout(task, folder)
    answer: Answer = files.identity._asdict()
    if request.get("parts") and files.manifests >= task.limits.split:
        return {**answer, "split": True}
    _enter(files.root, task, folder)
    try:
        parts = Parts(request.get("silent", {}))
        found, workspace, until = tables(task.paths, task.settings, parts, absent=files.absent)
        found["updates"] = list(upgrade_rows(task.upgrades, workspace))
    except NothingToRead:
        return {**answer, **_error("empty", "no YAML or JSON document")}
    except (ConfigError, UsageError) as error:
        return {**answer, **_error("failed", str(error))}
    return {**answer, "tables": found, "until": until.isoformat() if until else None}


def _part(task: Task, folder: Path, request: Mapping[str, Any]) -> Answer:
    files = checkout(task, folder)
    _enter(files.root, task, folder)
    return {"silent": silent_part(task.paths, task.settings, request["part"], request["parts"])}


def _compare(task: Task, folder: Path, request: Mapping[str, Any]) -> Answer:
    """What the edit between two commits does; no tables where the earlier one is not there any more."""
    files = checkout(task, folder)
    before = at_commit(task, folder, request["before"])
    if before is None:
        return {}
    _enter(files.root, task, folder)
    names = request["before"], files.identity.content
    return {"tables": {"updates": edit_rows((before, files.root), names, task.paths, task.settings)}}


_ACTIONS = {"identify": _identify, "check": _check, "part": _part, "compare": _compare}


def _enter(root: Path, task: Task, folder: Path) -> None:
    """Make the repository the working directory, and link what the settings name beside it."""
    given = folder / "given"
    given.mkdir(exist_ok=True)
    for name, target in task.given.items():
        if not Path(target).exists():
            raise SourceError(f"`{target}`, which the settings name, does not exist on this machine")
        (given / name).symlink_to(target)
    os.chdir(root)
