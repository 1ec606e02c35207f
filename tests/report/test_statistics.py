import json

from vmlint.findings.finding import Report
from vmlint.report import json_, text
from vmlint.report.statistics import statistics
from vmlint.rule import Level

from .sample import HOSTILE, LABEL_MISSING, OLD_VERSION, REPORT, UNREADABLE

WARNED = LABEL_MISSING._replace(level=Level.WARNING, file="vms/db.yaml")
MANY = Report("0.1.0", (OLD_VERSION, LABEL_MISSING, WARNED, UNREADABLE))


def test_the_most_frequent_comes_first_and_every_finding_is_counted_once() -> None:
    counts = statistics(MANY)
    assert counts["rules"] == [
        {
            "rule": "VM103",
            "slug": "infer-label-missing",
            "effect": "rejected",
            "count": 2,
            "errors": 1,
            "warnings": 1,
            "notes": 0,
        },
        {
            "rule": "VM701",
            "slug": "old-version",
            "effect": "deprecated",
            "count": 1,
            "errors": 0,
            "warnings": 0,
            "notes": 1,
        },
        {
            "rule": "VM901",
            "slug": "unreadable",
            "effect": "unreadable",
            "count": 1,
            "errors": 1,
            "warnings": 0,
            "notes": 0,
        },
    ]
    assert [(row["kind"], row["count"]) for row in counts["kinds"]] == [
        ("VirtualMachine", 2),
        ("", 1),
        ("VirtualMachineClusterPreference", 1),
    ]
    assert [row["file"] for row in counts["files"]] == ["prefs.yaml", "vms/db.yaml", "vms/tab.yaml", "vms/web.yaml"]
    for rows in counts.values():
        assert sum(row["count"] for row in rows) == len(MANY.findings)


def test_the_order_of_the_findings_makes_no_difference() -> None:
    assert statistics(MANY._replace(findings=MANY.findings[::-1])) == statistics(MANY)


def test_json_has_them_where_they_are_wanted() -> None:
    plain, counted = json.loads(json_.render(REPORT)), json.loads(json_.render(REPORT, statistics=True))
    assert counted.pop("statistics") == statistics(REPORT)
    assert counted == plain


def test_text_counts_in_the_place_of_listing() -> None:
    assert text.render(MANY, statistics=True, quiet=True) == (
        "rules    2  VM103 infer-label-missing · rejected\n"
        "         1  VM701 old-version · deprecated\n"
        "         1  VM901 unreadable · unreadable\n"
        "\n"
        "kinds    2  VirtualMachine\n"
        "         1  no object\n"
        "         1  VirtualMachineClusterPreference\n"
        "\n"
        "files    1  prefs.yaml\n"
        "         1  vms/db.yaml\n"
        "         1  vms/tab.yaml\n"
        "         1  vms/web.yaml\n"
    )


def test_text_keeps_the_summary() -> None:
    assert text.render(REPORT, statistics=True).splitlines()[-1] == text.render(REPORT).splitlines()[-1]
    assert text.render(Report("0.1.0"), statistics=True) == text.render(Report("0.1.0"))


def test_no_name_takes_over_the_terminal() -> None:
    said = text.render(HOSTILE, statistics=True)
    assert all(char == "\n" or char.isprintable() for char in said)
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())
