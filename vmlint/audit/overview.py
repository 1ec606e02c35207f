"""What a report of an audit shows, as plain values: gathered with the same views that `vmlint audit query` has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmlint.audit.folder import OutFolder
from vmlint.audit.query import ask, opened
from vmlint.errors import UsageError
from vmlint.version import VERSION

if TYPE_CHECKING:
    import duckdb

__all__ = ["MOST_FINDINGS", "overview"]

MOST_FINDINGS = 20_000
"""The most findings that a report lists, errors first. The sums count all of them."""

_MOST_CHANGES = 2_000
"""The most new, fixed and changed things that a report lists of each sort."""

_LEVELS = "CASE level WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END"
_LISTED = "repository, rule, slug, level, kind, namespace, name, field, message, fix, file, line"
_ORDER = f"ORDER BY {_LEVELS}, repository, file, line, rule, field, message, namespace, name"

_QUERIES = {
    "repositories": (
        "SELECT r.repository, r.team, r.labels, r.source, r.status, r.reason, r.commit, r.link, r.target, "
        "r.vms, r.errors, r.warnings, r.notes, r.undecided, r.skipped, "
        "(SELECT count(*) FROM new_findings n WHERE n.repository = r.repository) AS new, "
        "(SELECT count(*) FROM fixed_findings f WHERE f.repository = r.repository) AS fixed "
        "FROM repositories r ORDER BY errors DESC NULLS LAST, warnings DESC NULLS LAST, repository"
    ),
    "teams": (
        "SELECT team, count(*) AS repositories, sum(vms)::BIGINT AS vms, sum(errors)::BIGINT AS errors, "
        "sum(warnings)::BIGINT AS warnings FROM repositories GROUP BY team ORDER BY errors DESC NULLS LAST, team"
    ),
    "trend": "SELECT * FROM trend",
    "rules": "SELECT * FROM rule_counts ORDER BY findings DESC, rule, effect, level",
    "instancetypes": "SELECT * FROM instancetype_users",
    "upgrades": (
        "SELECT before, after, count(*) AS repositories, count(*) FILTER (ready) AS ready, "
        "sum(refused)::BIGINT AS refused, sum(stuck)::BIGINT AS stuck, sum(next_start)::BIGINT AS next_start, "
        "sum(other_findings)::BIGINT AS other_findings, sum(deprecated)::BIGINT AS deprecated, "
        "sum(resolved)::BIGINT AS resolved FROM upgrade_readiness GROUP BY ALL ORDER BY before, after"
    ),
    "upgrade_repositories": (
        "SELECT * FROM upgrade_readiness "
        "WHERE refused + stuck + next_start + other_findings + deprecated + resolved > 0 "
        "ORDER BY before, after, refused + stuck DESC, other_findings + next_start DESC, repository"
    ),
    "findings": f"SELECT {_LISTED}, fingerprint FROM findings {_ORDER} LIMIT {MOST_FINDINGS}",
    "new": f"SELECT {_LISTED} FROM new_findings {_ORDER} LIMIT {_MOST_CHANGES}",
    "fixed": f"SELECT {_LISTED} FROM fixed_findings {_ORDER} LIMIT {_MOST_CHANGES}",
    "updates": (
        "SELECT repository, basis, kind, namespace, name, file, line, verdict, topic, message, fix FROM updates "
        f"WHERE basis <> 'upgrade' ORDER BY repository, topic, kind, namespace, name, message LIMIT {_MOST_CHANGES}"
    ),
    "migration": (
        "SELECT count(*) FILTER (migratable) AS yes, count(*) FILTER (NOT migratable) AS no, "
        "count(*) FILTER (migratable IS NULL) AS undecided FROM objects "
        "WHERE kind IN ('VirtualMachine', 'VirtualMachinePool')"
    ),
}

_TOTALS = (
    "SELECT count(*) AS repositories, count(*) FILTER (status = 'checked') AS checked, "
    "count(*) FILTER (status = 'failed') AS failed, count(*) FILTER (status = 'empty') AS empty, "
    "coalesce(sum(vms), 0)::BIGINT AS vms, coalesce(sum(errors), 0)::BIGINT AS errors, "
    "coalesce(sum(warnings), 0)::BIGINT AS warnings, coalesce(sum(notes), 0)::BIGINT AS notes, "
    "coalesce(sum(undecided), 0)::BIGINT AS undecided, coalesce(sum(skipped), 0)::BIGINT AS skipped, "
    "(SELECT count(*) FROM findings) AS findings, (SELECT count(*) FROM new_findings) AS new, "
    "(SELECT count(*) FROM fixed_findings) AS fixed FROM repositories"
)


def overview(out: OutFolder) -> dict[str, Any]:
    """The values of a report about the last run. NothingToRead where the folder has none."""
    database = opened(out)
    runs = out.runs()
    (totals,) = ask(database, _TOTALS).mappings()
    found = {name: ask(database, query).mappings() for name, query in _QUERIES.items()}
    return {
        "version": VERSION,
        "run": runs[-1].name,
        "previous": runs[-2].name if len(runs) > 1 else None,
        "totals": totals,
        **found,
        "titles": _titles(database),
    }


def _titles(database: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What the rules are about, of those with findings; those of packs are not known here."""
    from vmlint.registry import rules

    try:
        slugs = {row[0] for row in ask(database, "SELECT DISTINCT slug FROM findings").rows}
    except UsageError:
        return {}
    return {rule.slug: rule.title for rule in rules() if rule.slug in slugs}
