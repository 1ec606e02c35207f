"""The out folder of an audit: results by their content key, and runs.

    results/ab/abcd….arrow          what is known of one state of one repository
    runs/run=2026-11-28T21-30-00Z/  a run: a Parquet file for each table, and manifest.json

A result is written beside its place and moved there. A run is written in a folder of its own beside the others and then
renamed, so that a reader sees all of it or nothing.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmlint.audit.schema import SCHEMA_VERSION, TABLES
from vmlint.errors import UsageError
from vmlint.record import Record
from vmlint.source.write import check_place

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["OutFolder", "Run"]

_MANIFEST = "manifest.json"
_PREFIX = "run="
_RUN = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ", re.ASCII)
_RESULT = re.compile(r"[0-9a-f]{40}\.(?:arrow|\d+)", re.ASCII)
"""The files of results, and those that a run left which was killed while it wrote one."""
_LOCK = ".lock"


class Run(Record):
    """A finished run: its name, its folder, and what its manifest says."""

    name: str
    folder: Path
    manifest: Mapping[str, Any]

    def file(self, table: str) -> Path:
        """The Parquet file of a table."""
        return self.folder / f"{table}.parquet"


class OutFolder:
    """The folder that `--out` names, which is made with the first thing in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._results = root / "results"
        self._runs = root / "runs"

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Keep other runs from adding to the folder: each deletes results that it does not know to be used.

        UsageError while another run adds to it, and where a link leads it out of its repository.
        """
        try:
            for folder in (self.root, self._results, self._runs, self.root / _LOCK):
                check_place(str(folder))
            self.root.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.root / _LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        except OSError as error:
            raise UsageError(f"can't write to `{self.root}`: {error.strerror or error}") from error
        try:
            _take(lock, self.root)
            yield
        finally:
            os.close(lock)

    # Results

    def result(self, key: str) -> bytes | None:
        """What is known under a key; None where nothing is."""
        try:
            return self._place(key).read_bytes()
        except OSError:
            return None

    def has(self, key: str) -> bool:
        return self._place(key).is_file()

    def keep(self, key: str, data: bytes) -> None:
        """Keep a result. UsageError where it can't be written."""
        place = self._place(key)
        beside = place.with_suffix(f".{os.getpid()}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(data)
            beside.replace(place)
        except OSError as error:
            raise UsageError(f"can't write to `{self.root}`: {error.strerror or error}") from error

    def forget(self, kept: Iterable[str]) -> None:
        """Delete the results but for some, and no file that is not a result."""
        names = {f"{key}.arrow" for key in kept}
        for file in self._results.glob("[0-9a-f][0-9a-f]/*"):
            if file.name not in names and _RESULT.fullmatch(file.name):
                with suppress(OSError):
                    file.unlink()

    def _place(self, key: str) -> Path:
        return self._results / key[:2] / f"{key}.arrow"

    # Runs

    def runs(self) -> list[Run]:
        """The finished runs, the earliest first. UsageError where one was written by a later vmlint."""
        return sorted(self._read(), key=lambda run: run.name)

    def _read(self) -> Iterator[Run]:
        for folder in self._runs.glob(f"{_PREFIX}*"):
            if not _RUN.fullmatch(folder.name.removeprefix(_PREFIX)):
                continue
            try:
                manifest = json.loads((folder / _MANIFEST).read_text("utf-8"))
                version = int(manifest["schema"])
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if version > SCHEMA_VERSION:
                raise UsageError(
                    f"`{folder}` has version {version} of the tables, and this vmlint reads {SCHEMA_VERSION}"
                )
            yield Run(folder.name.removeprefix(_PREFIX), folder, manifest)

    def new_name(self, now: datetime.datetime) -> str:
        """The name of a run that begins at some time; no other has it."""
        while (self._runs / f"{_PREFIX}{(name := now.strftime('%Y-%m-%dT%H-%M-%SZ'))}").exists():
            now += datetime.timedelta(seconds=1)
        return name

    def add(self, name: str, tables: Callable[[str], Iterable[pa.Table]], manifest: Mapping[str, Any]) -> Run:
        """Write a run: `tables` gives the parts of a table. UsageError where it can't be written."""
        from vmlint.audit.tables import write_parquet

        beside = self._runs / f".{name}.{os.getpid()}"
        try:
            beside.mkdir(parents=True)
            counts = {table: write_parquet(beside / f"{table}.parquet", table, tables(table)) for table in TABLES}
            whole = {"schema": SCHEMA_VERSION, "run": name, **manifest, "rows": counts}
            (beside / _MANIFEST).write_text(json.dumps(whole, indent=2) + "\n", "utf-8")
            folder = self._runs / f"{_PREFIX}{name}"
            beside.rename(folder)
        except OSError as error:
            raise UsageError(f"can't write to `{self.root}`: {error.strerror or error}") from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return Run(name, folder, whole)

    def remove(self, run: Run) -> None:
        """Delete a run: first it is gone for readers, then its files are."""
        gone = run.folder.with_name(f".{run.name}.{os.getpid()}")
        with suppress(OSError):
            run.folder.rename(gone)
            shutil.rmtree(gone)


def _take(lock: int, root: Path) -> None:
    """Lock an open file until it is closed. UsageError where another process has it."""
    try:
        import fcntl
    except ImportError:  # Windows, where a run of the same second fails when it is renamed
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(
            f"another run adds to `{root}`: wait for its end, or name another folder with `--out`"
        ) from None
    except OSError:
        return  # a file system without locks
