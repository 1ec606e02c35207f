"""A run of an audit: what is known is kept, the rest is checked by workers, and all of it becomes one run's tables."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmlint.audit.cluster import Answer, Request, Workers
from vmlint.audit.differences import table_rows
from vmlint.audit.file import Audit
from vmlint.audit.folder import OutFolder, Run
from vmlint.audit.quick import states
from vmlint.audit.schema import Row
from vmlint.audit.task import Task
from vmlint.errors import UsageError
from vmlint.version import VERSION

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Summary", "run"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: its name, how many repositories it has by status, and how many of them were checked anew."""

    run: str
    statuses: Mapping[str, int]
    checked: int
    reused: int
    seconds: float


@dataclass(slots=True)
class _State:
    """What is known of a repository in this run."""

    task: Task
    content: str = ""
    key: str = ""
    is_kept: bool | None = None
    """Whether results are kept under the key; None where nobody has looked."""
    failure: Row | None = None
    previous: Row | None = None
    updates: str | None = None
    """The key of the comparison with the previous run; None where there is none."""
    silent: dict[str, Any] = field(default_factory=dict)
    parts: int = 0
    """The parts of a large repository that have not answered yet."""


def run(
    audit: Audit,
    out: OutFolder,
    workers: Callable[[], AbstractContextManager[Workers]],
    progress: Progress | None = None,
) -> Summary:
    """Check what has changed since the results in the out folder, and add a run to it.

    Raises UsageError where the out folder or the scheduler fails, and while another run adds to the folder. On Ctrl-C
    the results so far are kept, and no run is added.
    """
    with out.reserved():
        return _run(audit, out, workers, progress)


def _run(
    audit: Audit,
    out: OutFolder,
    workers: Callable[[], AbstractContextManager[Workers]],
    progress: Progress | None,
) -> Summary:
    start = time.monotonic()
    name = out.new_name(datetime.datetime.now(datetime.UTC))
    earlier = out.runs()
    work = _Work(audit, out, earlier[-1] if earlier else None, progress or (lambda *_: None))
    checked = 0
    work.look()
    if work.needs_workers():
        with workers() as team:
            try:
                work.identify(team)
                checked = work.check(team)
                work.compare(team)
            except BaseException:
                team.stop()
                raise
    statuses = Counter(work.status(state) for state in work.states.values())
    manifest = {
        "vmlint": VERSION,
        "started": name,
        "audit": audit.file,
        "repositories": len(work.states),
        "statuses": dict(sorted(statuses.items())),
        "checked": checked,
        "seconds": round(time.monotonic() - start, 1),
        "cpu_seconds": round(sum(work.cpu.values()), 1),
        "most_memory": work.memory,
        "slowest": {name: round(cpu, 1) for name, cpu in sorted(work.cpu.items(), key=_most)[:_SLOWEST]},
        "previous": earlier[-1].name if earlier else None,
        "comparisons": sorted(state.updates for state in work.states.values() if state.updates),
    }
    added = out.add(name, lambda table: work.parts(table, name), manifest)
    _clean(audit, out, [*earlier, added])
    return Summary(name, statuses, checked, len(work.states) - checked, time.monotonic() - start)


def _today() -> datetime.date:
    return datetime.date.today()


def _most(used: tuple[str, float]) -> tuple[float, str]:
    name, cpu = used
    return -cpu, name


def _clean(audit: Audit, out: OutFolder, runs: list[Run]) -> None:
    """Delete the runs that the audit does not keep, and the results that no recent run uses."""
    if audit.keep_runs:
        for old in runs[: -audit.keep_runs]:
            out.remove(old)
        runs = runs[-audit.keep_runs :]
    used = {row["key"] for one in runs[-_RECENT:] for row in _read(one, "repositories")}
    updates = {key for one in runs[-_RECENT:] for key in one.manifest.get("comparisons", ())}
    out.forget(used | updates)


_SLOWEST = 10
"""The repositories of which a manifest has the processor time."""

_RECENT = 10
"""The runs whose results are kept for reuse."""


class _Work:
    """The repositories of a run on their way to its tables."""

    def __init__(self, audit: Audit, out: OutFolder, previous: Run | None, progress: Progress) -> None:
        self._out = out
        self._previous = previous
        self._progress = progress
        self._build = _build_id(out)
        self._today = _today()
        self.states = {task.name: _State(task) for task in audit.tasks}
        for row in _read(previous, "repositories") if previous else ():
            if row["repository"] in self.states:
                self.states[row["repository"]].previous = row
        self._given: dict[str, str] = {}
        self.cpu: dict[str, float] = {}
        """The seconds of processor time that each repository took."""
        self.memory = 0
        """The most bytes that a process used."""

    def look(self) -> None:
        """Find out the state of each repository that this machine sees, and so the key of its results."""
        tasks = [state.task for state in self.states.values()]
        for done, (task, content) in enumerate(states(tasks), 1):
            self._progress("finding changes", done, len(tasks))
            if content:
                self._known_as(self.states[task.name], content)

    def needs_workers(self) -> bool:
        """Whether anything is left to find out, to check or to compare."""
        return any(
            not state.key or not self._is_kept(state) or self._comparison(state) is not None
            for state in self.states.values()
        )

    # What is asked of the workers

    def identify(self, team: Workers) -> None:
        """Find out the state of the other repositories."""
        requests = [Request(state.task, "identify") for state in self.states.values() if not state.key]
        for done, answer in enumerate(team.answers(requests), 1):
            state = self.states[answer.request.task.name]
            self._progress("finding remote changes", done, len(requests))
            if (failure := _failure(answer)) is not None:
                state.failure = failure
            else:
                self._known_as(state, answer.content["content"])

    def check(self, team: Workers) -> int:
        """Check each repository of which no result is kept; how many these are."""
        wanted = {state.key: state for state in self.states.values() if not state.failure and not self._is_kept(state)}
        states = list(wanted.values())  # equal ones once
        parts = team.number if team.number > 1 else 0
        done = 0
        self._progress("checking", 0, len(states))
        for answer in team.answers([Request(state.task, "check", {"parts": parts}) for state in states]):
            state = self.states[answer.request.task.name]
            self.cpu[state.task.name] = self.cpu.get(state.task.name, 0.0) + answer.cpu
            self.memory = max(self.memory, answer.memory)
            if answer.content.get("split"):
                state.parts = parts
                for part in range(parts):
                    team.add(Request(state.task, "part", {"part": part, "parts": parts}))
                continue
            if answer.request.do == "part":
                state.silent.update(answer.content.get("silent", {}))
                state.parts -= 1
                if not state.parts:
                    team.add(Request(state.task, "check", {"silent": state.silent}))
                    state.silent = {}
                continue
            done += 1
            self._progress("checking", done, len(states))
            self._take(state, answer)
        for state in self.states.values():
            if state.key in wanted and state is not wanted[state.key]:
                twin = wanted[state.key]
                state.failure, state.key, state.content = twin.failure, twin.key, twin.content
        return len(states)

    def compare(self, team: Workers) -> None:
        """Compare each repository that has changed since the previous run with what it was then."""
        requests = [
            Request(state.task, "compare", {"before": before})
            for state in self.states.values()
            if (before := self._comparison(state)) is not None and state.task.is_versioned
        ]
        for done, answer in enumerate(team.answers(requests), 1):
            state = self.states[answer.request.task.name]
            self._progress("comparing with the previous run", done, len(requests))
            if answer.tables and state.updates:
                self._out.keep(state.updates, answer.tables)

    def _comparison(self, state: _State) -> str | None:
        """The earlier commit that is to be compared with; None where there is none, or where that is known."""
        before = state.previous
        if before is None or state.failure or before["status"] != "checked" or before["commit"] == state.content:
            return None
        digest = blake2b(f"{before['key']} {before['commit']} {state.key}".encode(), digest_size=20)
        state.updates = digest.hexdigest()
        return None if self._out.has(state.updates) else str(before["commit"])

    def _known_as(self, state: _State, content: str) -> None:
        state.content = content
        state.is_kept = None
        state.key = state.task.key(content, self._build, self._given_of(state.task))

    def _given_of(self, task: Task) -> str:
        """What stands for the content of the files that a task's settings name."""
        digest = blake2b(digest_size=20)
        for name, path in sorted(task.given.items()):
            if path not in self._given:
                self._given[path] = _content(Path(path))
            digest.update(f"{name} {self._given[path]} ".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _is_kept(self, state: _State) -> bool:
        from vmlint.audit.tables import about

        if state.is_kept is None:
            data = self._out.result(state.key)
            known = None if data is None else about(data)
            until = known and known.get("until")
            state.is_kept = known is not None and (not until or datetime.date.fromisoformat(until) >= self._today)
        return state.is_kept

    def _take(self, state: _State, answer: Answer) -> None:
        """Keep what a worker found out of a repository. It may have changed since it was identified."""
        if "content" in answer.content and answer.content["content"] != state.content:
            self._known_as(state, answer.content["content"])
        state.failure = _failure(answer)
        if state.failure is None:
            self._out.keep(state.key, answer.tables)

    # What becomes of it

    def status(self, state: _State) -> str:
        """The status of a repository in the run."""
        return str(state.failure["status"]) if state.failure else "checked"

    def parts(self, table: str, run: str) -> Iterator[pa.Table]:
        """The rows of a table, repository by repository in the order of their names."""
        from vmlint.audit.tables import completed, table_of

        for name, state in sorted(self.states.items()):
            rows = self._rows(table, state)
            if rows is not None:
                yield completed(table, rows, run, name, state.task.labels.get("team", ""))
            if table == "updates" and state.updates:
                yield completed(table, self._updates(state), run, name, state.task.labels.get("team", ""))
            if table == "repositories" and rows is None:
                known = {"target": str(state.task.settings.get("target_kubevirt") or ""), "version": VERSION}
                failed = table_of(table, [{**known, **self._about(state), **(state.failure or {})}])
                yield completed(table, failed, run, name, state.task.labels.get("team", ""))

    def _rows(self, table: str, state: _State) -> pa.Table | None:
        if state.failure:
            return None
        rows = self._result(state.key, table)
        if rows is None:  # never a repository without findings
            raise UsageError(f"the result of `{state.task.name}` is gone from `{self._out.root}`: start the run again")
        if table != "repositories":
            return rows
        from vmlint.audit.tables import table_of

        return table_of(table, [{**row, **self._about(state)} for row in rows.to_pylist()])

    def _about(self, state: _State) -> Row:
        """What a repository's row holds that its content does not decide."""
        task = state.task
        return {
            "labels": dict(task.labels),
            "source": task.kind,
            "revision": task.revision,
            "commit": state.content,
            "link": task.link.replace("{commit}", state.content),
            "key": state.key,
        }

    def _updates(self, state: _State) -> pa.Table:
        """What an edit since the previous run does, else what differs between the rows of both."""
        from vmlint.audit.tables import table_of

        kept = self._result(state.updates or "", "updates")
        if kept is not None:
            return kept
        assert state.previous is not None
        assert self._previous is not None
        now = self._rows("objects", state)
        before = _read(self._previous, "objects", state.task.name)
        names = state.previous["commit"], state.content
        return table_of("updates", table_rows(list(before), now.to_pylist() if now is not None else [], names))

    def _result(self, key: str, table: str) -> pa.Table | None:
        """The rows of a table that are kept under a key; None where there are none."""
        from vmlint.audit.tables import unpacked

        data = self._out.result(key) if key else None
        return None if data is None else unpacked(data, table)


def _failure(answer: Answer) -> Row | None:
    """Why a repository has no result, as its row says; None where it has one."""
    if answer.failure:
        return {"status": "failed", "reason": answer.failure}
    error = answer.content.get("error")
    return {"status": error["status"], "reason": error["reason"]} if error else None


def _read(run: Run, table: str, repository: str = "") -> Iterator[Row]:
    """The rows of a run's table, of one repository where it is named."""
    import pyarrow.parquet as pq

    filters = [("repository", "=", repository)] if repository else None
    try:
        yield from pq.read_table(run.file(table), filters=filters, partitioning=None).to_pylist()
    except OSError as error:
        raise UsageError(f"can't read `{run.file(table)}`: {error}") from error


def _build_id(out: OutFolder) -> str:
    """What stands for vmlint's own code and data."""
    from vmlint.cache.keys import build_id
    from vmlint.cache.store import Store

    return build_id(Store(out.root / "build"))


def _content(path: Path) -> str:
    """What stands for the content of a file or folder of the audit."""
    digest = blake2b(digest_size=20)
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for file in files:
        digest.update(f"{file.relative_to(path)}\0".encode("utf-8", "surrogateescape"))
        digest.update(blake2b(file.read_bytes(), digest_size=20).digest())
    return digest.hexdigest()
