"""Rows as Arrow tables and Parquet files, and the folder that holds them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vmlint.audit.folder import OutFolder
from vmlint.audit.schema import COMMON, SCHEMA_VERSION, TABLES, columns
from vmlint.audit.tables import about, arrow_schema, completed, packed, table_of, unpacked
from vmlint.errors import UsageError

NOW = datetime.datetime(2026, 11, 28, 21, 30, tzinfo=datetime.UTC)
RUN = "2026-11-28T21-30-00Z"
FINDING = {"rule": "VM101", "level": "error", "line": 3, "message": "a \udcff file", "also": ["b", "a"]}


def rows(data: bytes, table: str) -> list[dict[str, Any]]:
    found = unpacked(data, table)
    assert found is not None
    listed: list[dict[str, Any]] = found.to_pylist()
    return listed


def test_packed_rows_come_back() -> None:
    data = packed({"findings": [FINDING], "objects": []}, {"until": None})
    assert about(data) == {"until": None}
    (row,) = rows(data, "findings")
    assert (row["rule"], row["line"], row["message"], row["also"]) == ("VM101", 3, "a \\udcff file", ["b", "a"])
    assert (row["fix"], row["chain"]) == (None, [])
    assert rows(data, "objects") == []
    assert unpacked(data, "updates") is None


@pytest.mark.parametrize("cut", [0, 4, 30, -1])
def test_a_damaged_result_is_none(cut: int) -> None:
    assert about(packed({"findings": [FINDING]}, {})[:cut]) is None


def test_every_table_begins_with_the_common_columns() -> None:
    for name in TABLES:
        assert columns(name)[: len(COMMON)] == COMMON
        names = [column.name for column in columns(name)]
        assert len(set(names)) == len(names)
        assert arrow_schema(name).names == names
        assert arrow_schema(name).metadata[b"vmlint.audit.schema"] == str(SCHEMA_VERSION).encode()


def parts(table: str) -> Iterable[pa.Table]:
    held: list[dict[str, Any]] = [FINDING] if table == "findings" else []
    yield completed(table, table_of(table, held), "r1", "shop", "web")


def test_a_run_is_a_file_for_each_table(tmp_path: Path) -> None:
    out = OutFolder(tmp_path / "out")
    run = out.add(out.new_name(NOW), parts, {"vmlint": "0"})
    assert [one.name for one in out.runs()] == ["2026-11-28T21-30-00Z"]
    (row,) = pq.read_table(run.file("findings"), partitioning=None).to_pylist()
    assert (row["run"], row["repository"], row["team"]) == ("r1", "shop", "web")
    assert {file.name for file in run.folder.iterdir()} == {"manifest.json", *(f"{name}.parquet" for name in TABLES)}
    assert out.new_name(NOW) == "2026-11-28T21-30-01Z"
    assert run.manifest["rows"]["findings"] == 1


def test_a_run_that_is_not_finished_is_not_there(tmp_path: Path) -> None:
    out = OutFolder(tmp_path / "out")

    def failing(table: str) -> Iterable[pa.Table]:
        if table == "undecided":
            assert out.runs() == []
            raise KeyboardInterrupt
        return parts(table)

    with pytest.raises(KeyboardInterrupt):
        out.add(RUN, failing, {})
    assert out.runs() == []
    assert list((tmp_path / "out/runs").iterdir()) == []


def test_a_later_schema_is_refused(tmp_path: Path) -> None:
    out = OutFolder(tmp_path / "out")
    run = out.add(RUN, parts, {})
    manifest = json.loads((run.folder / "manifest.json").read_text())
    (run.folder / "manifest.json").write_text(json.dumps({**manifest, "schema": SCHEMA_VERSION + 1}))
    with pytest.raises(UsageError, match="has version"):
        out.runs()


def test_results_are_kept_and_forgotten(tmp_path: Path) -> None:
    out = OutFolder(tmp_path / "out")
    keys = [start.ljust(40, "0") for start in ("aa1", "aa2", "bb1")]
    for key in keys:
        out.keep(key, key.encode())
    out.forget({keys[1]})
    assert [out.result(key) for key in keys] == [None, keys[1].encode(), None]
    assert out.result(f"../../{keys[1]}") is None


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UsageError, match="can't write to"):
        OutFolder(tmp_path / "out").keep("aa1", b"")
