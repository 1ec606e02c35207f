"""The findings that a repository had when it adopted vmlint: known by rule, object and field, never by lines.

Of each such key a baseline holds a number, which may only fall: what is above it is new, and what is left of it after
findings are fixed is stale.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vmlint.errors import UsageError
from vmlint.findings.finding import Finding, Stale, Suppressed
from vmlint.model.suppression import Source
from vmlint.record import Record
from vmlint.source.discover import BASELINE_FILE

__all__ = ["DEFAULT_FILE", "Baseline", "BaselineResult", "Key"]

DEFAULT_FILE = BASELINE_FILE
_FORMAT = 1
_MOST_BYTES = 64 * 2**20


class Key(Record):
    """What a known finding is recognized by. `file` is "" unless the finding hangs on no object: then the file is
    given from the baseline's folder."""

    rule: str
    group: str
    kind: str
    namespace: str
    name: str
    file: str
    field: str

    @property
    def about(self) -> str:
        """What it is about, for people."""
        return self.file or " ".join(filter(None, (self.kind, "/".join(filter(None, (self.namespace, self.name))))))


_SHOWN = Key._fields


class BaselineResult(Record):
    """Findings divided by a baseline: new ones, suppressed ones, and entries of the baseline without a finding."""

    new: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    stale: tuple[Stale, ...]


class Baseline:
    """The known findings, with how many there may be of each."""

    def __init__(self, counts: Mapping[Key, int], file: str = "") -> None:
        self._counts = dict(counts)
        self._file = file

    @classmethod
    def of(cls, file: str) -> Baseline:
        """The baseline in a file; an empty one for "". UsageError where there is none that can be read."""
        return cls(_read(file), file) if file else cls({})

    @classmethod
    def from_findings(cls, findings: Iterable[Finding], file: str) -> Baseline:
        """The baseline that knows all these findings, to be written to a file."""
        return cls(Counter(key for finding in findings for key in _keys(finding, file)), file)

    def with_findings(self, findings: Iterable[Finding]) -> Baseline:
        """The baseline with more known findings."""
        counts = Counter(self._counts)
        counts.update(key for finding in findings for key in _keys(finding, self._file))
        return Baseline(counts, self._file)

    def __len__(self) -> int:
        """How many findings it knows."""
        return sum(self._counts.values())

    def text(self) -> str:
        """The file's text: one entry a line, sorted, so that versions compare and merge well."""
        rows = [
            {**{name: value for name, value in key._asdict().items() if value}, "count": count}
            for key, count in sorted(self._counts.items())
        ]
        lines = ",".join(f"\n    {json.dumps(row)}" for row in rows)
        end = "\n  " if rows else ""
        return f'{{\n  "version": {_FORMAT},\n  "findings": [{lines}{end}]\n}}\n'

    def taken_from(self, findings: Sequence[Finding], idle: Collection[str]) -> BaselineResult:
        """The findings without the known ones. No entry of an `idle` rule is stale: it exists, and did not run."""
        left = Counter(self._counts)
        new: list[Finding] = []
        suppressed: list[Suppressed] = []
        for finding in findings:
            key = _key(finding, self._file) if self._file else None
            if key is not None and left[key] > 0:
                left[key] -= 1
                suppressed.append(Suppressed(finding, Source.BASELINE, "", self._file, 0))
            else:
                new.append(finding)
        stale = tuple(
            Stale(key.rule, key.about, key.field, number)
            for key, number in sorted(left.items())
            if number > 0 and key.rule not in idle
        )
        return BaselineResult(tuple(new), tuple(suppressed), stale)


def _keys(finding: Finding, file: str) -> Iterator[Key]:
    """The keys of a finding: one for each deployment that has it, so that none of them depends on another."""
    yield _key(finding, file)
    for other in finding.also:
        yield _key(finding._replace(resource=other), file)


def _key(finding: Finding, file: str) -> Key:
    if finding.resource is None:
        where = os.path.relpath(finding.file, Path(file).parent).replace(os.sep, "/")
        return Key(finding.rule, "", "", "", "", where, finding.field)
    version, kind, namespace, name = finding.resource
    return Key(finding.rule, version.rpartition("/")[0], kind, namespace, name, "", finding.field)


def _read(file: str) -> dict[Key, int]:
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise UsageError(f"the baseline `{file}` is larger than {_MOST_BYTES // 2**20} MiB, the maximum")
        stored = json.loads(content)
    except OSError as error:
        hint = "; `vmlint baseline write` makes one" if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"can't read the baseline `{file}`: {error.strerror or error}{hint}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the baseline `{file}` is not JSON: write a new one with `vmlint baseline write`") from error
    rows = stored.get("findings") if isinstance(stored, dict) and stored.get("version") == _FORMAT else None
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise UsageError(
            f"`{file}` is not a baseline that this vmlint reads: write a new one with `vmlint baseline write`"
        )
    return {Key(*(row.get(name, "") for name in _SHOWN)): row["count"] for row in rows}


def _is_row(row: Any) -> bool:
    if not isinstance(row, dict) or not row.keys() <= {*_SHOWN, "count"}:
        return False
    count = row.get("count")
    named = all(isinstance(row.get(name, ""), str) for name in _SHOWN)
    return named and isinstance(count, int) and not isinstance(count, bool) and count > 0
