import pytest

from vmlint.findings.finding import Changed, Counts, KindCount, OpenReference, Report, Skipped, Undecided
from vmlint.registry import rules
from vmlint.report.closing import closing
from vmlint.report.layout import Page, paint

from .sample import LABEL_MISSING, REPORT, vm

CLEAN = Report("0.1.0", counts=Counts(files=5, documents=12, objects=12))


def said(report: Report, *, width: int | None = None, verbose: bool = False) -> str:
    return "\n".join(paint(lines) for lines in closing(report, Page(width), verbose=verbose))


@pytest.mark.parametrize(
    ("counts", "summary"),
    [
        (Counts(files=5, objects=12), "clean: 12 objects from 5 files\n"),
        (Counts(files=1, objects=1), "clean: 1 object from 1 file\n"),
        (Counts(files=1), "nothing to lint: no KubeVirt or CDI objects in 1 file\n"),
        (
            Counts(files=2, objects=3, outside=1, unknown=2, irrelevant=1),
            "clean: 3 objects from 2 files · 1 external reference · 2 references with a variable · 1 other document\n",
        ),
    ],
)
def test_a_run_without_findings(counts: Counts, summary: str) -> None:
    assert said(Report("0.1.0", counts=counts)) == summary


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (
            Changed("main", "c0ffee", 3, 2),
            "3 of 12 objects affected by changes since `main`; 2 findings elsewhere are not shown",
        ),
        (
            Changed("main", "c0ffee", 1, 1),
            "1 of 12 objects affected by changes since `main`; 1 finding elsewhere is not shown",
        ),
        (Changed("HEAD", "c0ffee", 0, 0), "0 of 12 objects affected by changes since `HEAD`"),
        (Changed("HEAD", "", 12, 0), "12 of 12 objects affected by changes: no commit exists yet"),
        (Changed("HEAD", "c0ffee", 12, 0, "a.yaml"), "everything is reported, as `a.yaml` has changed since `HEAD`"),
    ],
)
def test_a_run_of_a_change(changed: Changed, line: str) -> None:
    counts = f"clean: {changed.objects} of 12 objects from 5 files"
    assert said(CLEAN._replace(changed=changed)) == f"changed    {line}\n\n{counts}\n"


def test_findings_are_counted_by_level() -> None:
    warning, note, error, other = REPORT.findings
    counts = Counts(files=1, objects=1)
    assert said(Report("0", (warning,), counts=counts)) == "1 warning in 1 object from 1 file\n"
    assert said(Report("0", (note, note), counts=counts)) == "2 notes in 1 object from 1 file\n"
    assert said(Report("0", (error, warning, other), counts=counts)) == (
        "2 errors and 1 warning in 1 object from 1 file\n"
    )
    assert said(Report("0", (error,))) == "1 error in 0 objects from 0 files\n"


def test_skipped_files_stand_under_their_reason() -> None:
    skipped = [Skipped(f"{name}.yaml", 0, "no YAML") for name in "abcde"]
    report = CLEAN._replace(skipped=(*skipped, Skipped("f.yaml", 9, "no YAML"), Skipped("g.yaml", 2, "no mapping")))
    assert said(report) == (
        "skipped    5 files and 1 document: no YAML\n"
        "             a.yaml, b.yaml, c.yaml and 3 more\n"
        "           1 document: no mapping\n"
        "             g.yaml:2\n"
        "\n"
        "clean: 12 objects from 5 files · 7 skipped\n"
    )
    assert said(report, verbose=True) == (
        "skipped    5 files and 1 document: no YAML\n"
        "             a.yaml\n"
        "             b.yaml\n"
        "             c.yaml\n"
        "             d.yaml\n"
        "             e.yaml\n"
        "             f.yaml:9\n"
        "           1 document: no mapping\n"
        "             g.yaml:2\n"
        "\n"
        "clean: 12 objects from 5 files · 7 skipped\n"
    )


def test_many_reasons_and_questions_are_listed_in_part() -> None:
    report = CLEAN._replace(
        skipped=tuple(Skipped("a.yaml", line, f"reason {line}") for line in range(1, 13)),
        undecided=tuple(Undecided("a.yaml", line, vm("web"), f"question {line}") for line in range(1, 12)),
    )
    text = said(report)
    assert "           and 2 more reasons, listed with --verbose\n\nundecided  a.yaml:1   VirtualMachine" in text
    assert "           a.yaml:10  VirtualMachine shop/web: question 10\n           and 1 more question, listed" in text
    assert "reason 11" not in text
    assert "question 11" not in text
    assert text.endswith(" · 12 skipped · 11 undecided\n")
    everything = said(report, verbose=True)
    assert "reason 12" in everything
    assert "question 11" in everything
    assert "--verbose" not in everything


def test_a_summary_wider_than_the_page_takes_two_lines() -> None:
    report = CLEAN._replace(counts=Counts(files=5, objects=12, outside=2, irrelevant=30))
    assert said(report, width=60) == ("clean: 12 objects from 5 files\n2 external references · 30 other documents\n")


def test_questions_that_differ_in_names_are_one_row() -> None:
    reason = "DataVolume template `{}`: which access mode the claim gets: no storage class in the files is the default"
    asked = tuple(Undecided("a.yaml", line, vm(f"web-{line}"), reason.format(line)) for line in range(1, 8))
    report = CLEAN._replace(undecided=(*asked, Undecided("b.yaml", 1, vm("db"), "another question")))
    text = said(report)
    assert text.count("which access mode") == 1
    assert "and 6 more questions like it: a.yaml:2, a.yaml:3, a.yaml:4 and 3 more" in text
    assert "another question" in text
    assert said(report, verbose=True).count("which access mode") == 7


def test_questions_with_one_cause_are_one_row() -> None:
    reason = "which access mode DataVolume template `{}` gets: storage class `{}` is not in the files"
    classes = ("ceph", "nfs", "ceph", "lvm", "ssd")
    asked = (Undecided("a.yaml", line, vm("web"), reason.format(line, name)) for line, name in enumerate(classes, 1))
    assert said(CLEAN._replace(undecided=tuple(asked))).partition("undecided  ")[2].partition("\n\n")[0] == (
        "a.yaml:1  VirtualMachine shop/web: which access mode DataVolume template `1` gets: "
        "storage class `ceph` is not in the files\n"
        "                       and 1 more question like it: a.yaml:3\n"
        "           a.yaml:2  VirtualMachine shop/web: which access mode DataVolume template `2` gets: "
        "storage class `nfs` is not in the files\n"
        "                       and 2 more questions like it: a.yaml:4, a.yaml:5"
    )


def test_a_report_without_findings_has_what_was_looked_at() -> None:
    kinds = tuple(KindCount(kind, number) for kind, number in zip("ABCDEFGH", (1, 2, 3, 4, 5, 6, 7, 8), strict=True))
    report = Report("0.1.0", counts=Counts(files=5, objects=36, kinds=kinds), rules=tuple(rules()[:2]))
    assert said(report) == (
        "checked    8 H, 7 G, 6 F, 5 E, 4 D, 3 C, 3 of other kinds, against 2 rules\n\nclean: 36 objects from 5 files\n"
    )
    assert "checked" not in said(report._replace(findings=(LABEL_MISSING,)))


def test_external_references_are_listed_by_kind_and_reason() -> None:
    catalog = "from common-instancetypes v1.7.0"
    rows = [
        OpenReference("DataSource", "images/fedora", "the name holds a variable", "a.yaml", 9),
        OpenReference("VirtualMachineClusterInstancetype", "u1.large", catalog, "b.yaml", 7),
        OpenReference("VirtualMachineClusterInstancetype", "u1.small", catalog, "a.yaml", 7),
        OpenReference("VirtualMachineClusterInstancetype", "u1.small", catalog, "c\x1b[1m.yaml", 7),
    ]
    report = CLEAN._replace(references=tuple(rows))
    assert said(report, verbose=True) == (
        "external   1 reference to DataSource: the name holds a variable\n"
        "             images/fedora: a.yaml:9\n"
        "           3 references to VirtualMachineClusterInstancetype: from common-instancetypes v1.7.0\n"
        "             u1.large: b.yaml:7\n"
        "             u1.small: a.yaml:7 and 1 more\n"
        "\n"
        "clean: 12 objects from 5 files\n"
    )
    assert said(report) == "clean: 12 objects from 5 files\n"
