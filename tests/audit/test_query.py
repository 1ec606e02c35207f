"""Queries: the views by name, and a database that reaches nothing else."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from tests.audit.sample import INSTANCETYPE, Here, here, vm
from tests.history import write
from vmlint.audit.file import Audit
from vmlint.audit.folder import OutFolder
from vmlint.audit.overview import overview
from vmlint.audit.query import VIEWS, Result, ask, opened
from vmlint.audit.rendering import render as report
from vmlint.audit.rows import render
from vmlint.audit.run import run
from vmlint.audit.schema import TABLES
from vmlint.audit.task import Task
from vmlint.cli import main
from vmlint.errors import NothingToRead, UsageError

HOSTILE = "<script>alert(1)</script>|`{{data}}`"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> OutFolder:
    """Two runs: between them a fault is fixed, another comes, and a repository fails."""
    root = tmp_path_factory.mktemp("audit")
    folder = OutFolder(root / "out")
    link = "https://git.example.com/acme/shop/blob/{commit}/{path}#L{line}"
    tasks = [
        Task("shop", "folder", str(root / "shop"), labels={"team": "web", "env": HOSTILE}, link=link),
        Task("lost", "folder", str(root / "lost"), upgrades=(("1.7", "1.9"),)),
    ]
    write(root / "lost", {"vm.yaml": vm("lost", bus="floppy")})
    for number, bus in enumerate(("floppy", "virtio")):
        other = vm("new", bus="virtio" if number == 0 else "floppy")
        write(root / "shop", {"vm.yaml": vm("web", bus=bus), "new.yaml": other, "type.yaml": INSTANCETYPE})
        if number:
            write(root / "lost", {".vmlint.yaml": "nonsense: 1\n"})
        run(Audit("AUDIT.yaml", tuple(tasks)), folder, lambda n=number: here(Here(root / f"work-{n}")))  # type: ignore[misc]
    return folder


def test_views_have_the_last_run_and_all_runs(out: OutFolder) -> None:
    database = opened(out)
    for table in TABLES:
        ask(database, f'SELECT * FROM "{table}"')
        ask(database, f"SELECT * FROM all_{table}")
    for view in VIEWS:
        ask(database, f"SELECT * FROM {view}")
    assert ask(database, "SELECT count(*) FROM repositories").rows == [(2,)]
    assert ask(database, "SELECT count(*) FROM all_repositories").rows == [(4,)]


def test_new_and_fixed_are_of_repositories_that_both_runs_checked(out: OutFolder) -> None:
    database = opened(out)
    assert ask(database, "SELECT repository, name FROM new_findings").rows == [("shop", "new")]
    assert ask(database, "SELECT repository, name FROM fixed_findings").rows == [("shop", "web")]


def test_a_finding_has_its_address(out: OutFolder) -> None:
    (row,) = ask(opened(out), "SELECT url FROM located_findings WHERE level = 'error'").rows
    assert row[0].startswith("https://git.example.com/acme/shop/blob/")
    assert row[0].endswith("/new.yaml#L11")


def test_who_uses_an_instancetype(out: OutFolder) -> None:
    rows = ask(opened(out), "SELECT instancetype, vms, teams, vcpus FROM instancetype_users").rows
    assert rows == [("VirtualMachineInstancetype shop/small", 2, ["web"], 4)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "COPY findings TO '/tmp/vmlint-audit-copy.csv'",
        "ATTACH '/tmp/vmlint-audit.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET enable_external_access",
        "CREATE TABLE x AS SELECT 1",
        "DROP VIEW findings",
        "SELECT 1; SELECT 2",
        "EXPORT DATABASE '/tmp/vmlint-audit'",
        "SELECT * FROM out",
        "nonsense",
        "",
    ],
)
def test_a_query_only_reads_the_tables(out: OutFolder, sql: str) -> None:
    with pytest.raises(UsageError):
        ask(opened(out), sql)


def test_a_folder_without_runs(tmp_path: Path) -> None:
    with pytest.raises(NothingToRead, match="has no run"):
        opened(OutFolder(tmp_path))


def test_rows_as_text() -> None:
    result = Result(("name", "number"), [("=cmd()", 1), ("a\x1b[31m", None), (["x", "y"], 20)])
    assert render("table", result) == (
        "name       number\n---------  ------\n=cmd()          1\na\\x1b[31m\nx, y           20\n"
    )
    assert list(csv.reader(render("csv", result).splitlines()))[1:] == [
        ["'=cmd()", "1"],
        ["a\\x1b[31m", ""],
        ["x, y", "20"],
    ]
    assert json.loads(render("json", result))[2] == {"name": ["x", "y"], "number": 20}


def test_the_queries_of_the_documentation(out: OutFolder) -> None:
    page = (Path(__file__).parents[2] / "docs/audit.md").read_text("utf-8")
    queries = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert len(queries) == 3
    for query in queries:
        ask(opened(out), query)


# Reports


def test_the_report_as_json(out: OutFolder) -> None:
    found = json.loads(report("json", overview(out)))
    assert (found["totals"]["repositories"], found["totals"]["failed"]) == (2, 1)
    assert (found["totals"]["new"], found["totals"]["fixed"]) == (1, 1)
    assert found["repositories"][0]["labels"] == {"team": "web", "env": HOSTILE}
    assert [row["slug"] for row in found["new"]] == [row["slug"] for row in found["fixed"]]
    assert len(found["trend"]) == 2
    assert [row["topic"] for row in found["updates"]] == ["changed", "changed"]


def test_the_report_as_markdown(out: OutFolder) -> None:
    text = report("markdown", overview(out))
    assert text.startswith("# Audit of 2 repositories\n")
    assert "1 new findings, 1 fixed" in text
    assert "unknown key" in text
    for line in text.splitlines():
        assert line.count("|") == 0 or line.startswith("|")


def test_the_page_holds_its_data_and_no_markup_of_it(out: OutFolder) -> None:
    page = report("html", overview(out))
    assert page.count("<script") == 2
    assert "default-src 'none'" in page
    assert "<script>alert" not in page
    assert "\\u003cscript>alert(1)" in page


# The command


def test_the_command_line(out: OutFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--out", str(out.root)]
    assert main(["audit", "query", *folder, "SELECT repository FROM repositories ORDER BY 1"]) == 0
    assert capsys.readouterr().out == "repository\n----------\nlost\nshop\n"
    assert main(["audit", "report", *folder, "--output", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")
    assert main(["audit", "query", "--out", str(tmp_path), "SELECT 1"]) == 3


@pytest.mark.parametrize(
    "words",
    [
        ["audit"],
        ["audit", "run"],
        ["audit", "query"],
        ["audit", "run", "AUDIT.yaml", "--format", "html"],
        ["audit", "query", "SELECT 1", "--format", "html"],
        ["audit", "query", "SELECT 1", "--workers", "2"],
        ["audit", "report", "AUDIT.yaml"],
        ["audit", "run", "AUDIT.yaml", "--scheduler", "tcp://x:1", "--workers", "2"],
        ["audit", "run", "AUDIT.yaml", "--workers", "0"],
        ["audit", "run", "none.yaml"],
        ["audit", "tell"],
    ],
)
def test_invalid_command_lines(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err
