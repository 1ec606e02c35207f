"""Rows as Arrow tables: the types of columns, results as bytes, and Parquet files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmlint.audit.schema import COMMON, SCHEMA_VERSION, TABLES, Column, columns

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["about", "arrow_schema", "completed", "packed", "table_of", "unpacked", "write_parquet"]

_LENGTH = 8


def _types() -> dict[str, pa.DataType]:
    """The words of `vmlint/audit/schema.py` for types of columns."""
    import pyarrow as pa

    return {
        "word": pa.string(),
        "text": pa.string(),
        "number": pa.int64(),
        "flag": pa.bool_(),
        "words": pa.list_(pa.string()),
        "labels": pa.map_(pa.string(), pa.string()),
    }


def arrow_schema(table: str, *, common: bool = True) -> pa.Schema:
    """The schema of a table, with or without the columns that all tables begin with."""
    import pyarrow as pa

    types = _types()
    wanted: Iterable[Column] = columns(table) if common else TABLES[table].columns
    fields = [pa.field(column.name, types[column.type], metadata={"meaning": column.meaning}) for column in wanted]
    return pa.schema(fields, metadata={"vmlint.audit.schema": str(SCHEMA_VERSION), "vmlint.audit.table": table})


def table_of(table: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows without the common columns, as a table; what a row does not have is null."""
    import pyarrow as pa

    held = list(rows)
    schema = arrow_schema(table, common=False)
    kinds = {column.name: column.type for column in TABLES[table].columns}
    return pa.table(
        [
            pa.array([_value(row.get(name), kinds[name]) for row in held], schema.field(name).type)
            for name in schema.names
        ],
        schema=schema,
    )


def _value(value: Any, kind: str) -> Any:
    """A value as Arrow takes it. Text that is not Unicode, such as some names of files, is written with escapes."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if kind == "labels":
        return sorted((_value(key, ""), _value(entry, "")) for key, entry in (value or {}).items())
    if kind == "words":
        return [_value(entry, "") for entry in value or ()]
    return value


def packed(tables: Mapping[str, Iterable[Mapping[str, Any]]], values: Mapping[str, Any]) -> bytes:
    """The tables of a repository as bytes, with a few values about them."""
    import pyarrow as pa

    options = pa.ipc.IpcWriteOptions(compression="zstd")
    parts: list[bytes] = []
    for name, rows in tables.items():
        sink = pa.BufferOutputStream()
        table = table_of(name, rows)
        with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
            writer.write_table(table)
        parts.append(sink.getvalue().to_pybytes())
    sizes = [[name, len(part)] for name, part in zip(tables, parts, strict=True)]
    head = json.dumps({"about": dict(values), "tables": sizes}).encode("ascii")
    return b"".join((len(head).to_bytes(_LENGTH), head, *parts))


def about(data: bytes) -> dict[str, Any] | None:
    """The values about the tables of `packed`; None where the bytes are no such thing, or not all of it."""
    try:
        start = _LENGTH + int.from_bytes(data[:_LENGTH])
        head = json.loads(data[_LENGTH:start])
        whole = start + sum(size for _, size in head["tables"]) == len(data)
        values: dict[str, Any] = head["about"]
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    return values if whole else None


def unpacked(data: bytes, table: str) -> pa.Table | None:
    """One table of `packed`; None where it is not among them."""
    import pyarrow as pa

    start = _LENGTH + int.from_bytes(data[:_LENGTH])
    for name, size in json.loads(data[_LENGTH:start])["tables"]:
        if name == table:
            with pa.ipc.open_stream(pa.py_buffer(data[start : start + size])) as reader:
                return reader.read_all()
        start += size
    return None


def completed(table: str, rows: pa.Table, run: str, repository: str, team: str) -> pa.Table:
    """A repository's rows with the common columns, in the order of the schema."""
    import pyarrow as pa

    values = {"run": run, "repository": repository, "team": team}
    schema = arrow_schema(table)
    held = {name: rows.column(name) for name in rows.schema.names}
    common = {column.name: pa.array([values[column.name]] * rows.num_rows, pa.string()) for column in COMMON}
    return pa.table([{**held, **common}[name] for name in schema.names], schema=schema)


def write_parquet(file: Path, table: str, parts: Iterable[pa.Table]) -> int:
    """Write the rows of a table, part by part; how many there are."""
    import pyarrow.parquet as pq

    schema = arrow_schema(table)
    words = [column.name for column in columns(table) if column.type == "word"]
    rows, held, waiting = 0, [], 0
    with pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=words, write_statistics=True) as writer:
        for part in parts:
            held.append(part)
            waiting += part.num_rows
            rows += part.num_rows
            if waiting >= _GROUP:
                _write(writer, held)
                held, waiting = [], 0
        if held:
            _write(writer, held)
    return rows


_GROUP = 100_000
"""The rows that are written at once, and so the memory that writing takes."""


def _write(writer: Any, parts: list[pa.Table]) -> None:
    import pyarrow as pa

    writer.write_table(pa.concat_tables(parts))
