"""The tables of an audit for SQL: views by name in a database that reads nothing else and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vmlint.audit.folder import OutFolder, Run
from vmlint.audit.schema import TABLES
from vmlint.errors import NothingToRead, UsageError
from vmlint.record import Record

if TYPE_CHECKING:
    import duckdb

__all__ = ["VIEWS", "Result", "View", "ask", "opened"]


class View(Record):
    """A view beside the tables: what it holds, and its query."""

    meaning: str
    query: str


_COMPARED = """
  SELECT now.repository FROM repositories now JOIN all_repositories earlier USING (repository)
  WHERE now.status = 'checked' AND earlier.status = 'checked' AND earlier.run = (SELECT name FROM runs WHERE place = 2)
"""
_THEN = "(SELECT name FROM runs WHERE place = 2)"

VIEWS: Mapping[str, View] = {
    "refs": View("The table `references`, whose name SQL reserves", 'SELECT * FROM "references"'),
    "located_findings": View(
        "The findings of the last run, each with `url`, its address at the forge",
        "SELECT f.*, nullif(replace(replace(r.link, '{path}', f.file), '{line}', f.line::VARCHAR), '') AS url "
        "FROM findings f JOIN repositories r USING (repository)",
    ),
    "new_findings": View(
        "Findings of the last run that the run before did not have, in repositories that both checked",
        f"SELECT * FROM located_findings WHERE repository IN ({_COMPARED}) AND (repository, fingerprint) NOT IN "
        f"(SELECT (repository, fingerprint) FROM all_findings WHERE run = {_THEN})",
    ),
    "fixed_findings": View(
        "Findings of the run before that the last one does not have, likewise",
        f"SELECT * FROM all_findings WHERE run = {_THEN} AND repository IN ({_COMPARED}) AND "
        "(repository, fingerprint) NOT IN (SELECT (repository, fingerprint) FROM findings)",
    ),
    "rule_counts": View(
        "How often each rule is found, and in how many repositories",
        "SELECT rule, slug, family, effect, level, count(*) AS findings, count(DISTINCT repository) AS repositories "
        "FROM findings GROUP BY ALL ORDER BY findings DESC, rule",
    ),
    "instancetype_users": View(
        "The VMs that get an instancetype: how many, of which repositories and teams",
        "SELECT instancetype, count(*) AS vms, count(DISTINCT repository) AS repositories, "
        "list_sort(list_distinct(list(team))) AS teams, sum(vcpus)::BIGINT AS vcpus, "
        "sum(memory_bytes)::BIGINT AS memory_bytes "
        "FROM objects WHERE instancetype IS NOT NULL GROUP BY instancetype ORDER BY vms DESC, instancetype",
    ),
    "upgrade_readiness": View(
        "What each upgrade means for each repository: VMs and other objects that it refuses, that get stuck, or that "
        "change at the next start",
        "SELECT u.before, u.after, r.repository, r.team, "
        "count(u.verdict) FILTER (u.topic = 'refused')::BIGINT AS refused, "
        "count(u.verdict) FILTER (u.topic = 'trouble')::BIGINT AS stuck, "
        "count(u.verdict) FILTER (u.topic = 'next start')::BIGINT AS next_start, "
        "count(u.verdict) FILTER (u.topic = 'finding')::BIGINT AS other_findings, "
        "count(u.verdict) FILTER (u.topic = 'deprecated')::BIGINT AS deprecated, "
        "count(u.verdict) FILTER (u.topic = 'resolved')::BIGINT AS resolved, "
        "refused + stuck = 0 AS ready "
        "FROM (SELECT DISTINCT before, after FROM updates WHERE basis = 'upgrade') p "
        "CROSS JOIN (SELECT repository, team FROM repositories WHERE status = 'checked') r "
        "LEFT JOIN (FROM updates WHERE basis = 'upgrade') u "
        "ON u.before = p.before AND u.after = p.after AND u.repository = r.repository "
        "GROUP BY ALL",
    ),
    "trend": View(
        "The sums of each run, the earliest first",
        "SELECT run, count(*) AS repositories, count(*) FILTER (status = 'failed') AS failed, "
        "sum(vms)::BIGINT AS vms, sum(errors)::BIGINT AS errors, sum(warnings)::BIGINT AS warnings, "
        "sum(notes)::BIGINT AS notes, sum(undecided)::BIGINT AS undecided "
        "FROM all_repositories GROUP BY run ORDER BY run",
    ),
}
"""The views beside the tables, each after those that it reads."""

_LOCKS = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


class Result(Record):
    """What a query gives: the names of its columns, and its rows as plain values."""

    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]

    def mappings(self) -> list[dict[str, Any]]:
        """The rows by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def opened(out: OutFolder) -> duckdb.DuckDBPyConnection:
    """A database in memory with a view for each table: `findings` has the rows of the last run, `all_findings` those
    of every run.

    It reads the tables and no other file, writes none, loads no extension, and keeps these settings.
    NothingToRead where the folder has no run.
    """
    import duckdb

    runs = out.runs()
    if not runs:
        raise NothingToRead(f"`{out.root}` has no run of an audit: `vmlint audit run` adds one")
    database = duckdb.connect(":memory:", config={"python_enable_replacements": "false"})
    for table in TABLES:
        database.register(f"all_{table}", _dataset(table, runs))
    places = ", ".join(f"('{run.name}', {place})" for place, run in enumerate(reversed(runs), 1))
    database.execute(f"CREATE VIEW runs AS SELECT * FROM (VALUES {places}) AS known (name, place) ORDER BY name")
    for table in TABLES:
        database.execute(f"CREATE VIEW \"{table}\" AS SELECT * FROM all_{table} WHERE run = '{runs[-1].name}'")
    for lock in _LOCKS:
        database.execute(lock)
    for name, view in VIEWS.items():
        database.execute(f"CREATE VIEW {name} AS {view.query}")
    return database


def _dataset(table: str, runs: Sequence[Run]) -> Any:
    import pyarrow.dataset as ds

    from vmlint.audit.tables import arrow_schema

    files = [str(run.file(table)) for run in runs]
    return ds.dataset(files, schema=arrow_schema(table), format="parquet")


def ask(database: duckdb.DuckDBPyConnection, sql: str) -> Result:
    """The rows of one query. UsageError with DuckDB's own words where there are none, or where it is no query."""
    import duckdb

    try:
        statements = database.extract_statements(sql)
        queries = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
        if len(statements) != 1 or statements[0].type not in queries:
            raise UsageError("`vmlint audit query` takes one SELECT")
        cursor = database.execute(statements[0])
        columns = [column[0] for column in cursor.description or ()]
        return Result(columns, cursor.fetchall())
    except duckdb.Error as error:
        raise UsageError(f"the query fails: {error}") from error
