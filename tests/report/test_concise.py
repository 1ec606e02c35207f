import re

from vmlint.findings.finding import Counts, Report
from vmlint.report.concise import render
from vmlint.report.wording import statement

from .sample import HOSTILE, LABEL_MISSING, REPORT

LINE = re.compile(
    r"(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<level>error|warning|note) (?P<rule>\S+) (?P<text>.+)"
)


def test_each_finding_is_one_line_that_editors_read() -> None:
    lines = render(REPORT, quiet=True).splitlines()
    assert len(lines) == len(REPORT.findings)
    for line, finding in zip(lines, REPORT.findings, strict=True):
        read = LINE.fullmatch(line)
        assert read is not None, line
        assert (read["file"], read["level"], read["rule"]) == (finding.file, finding.level.value, finding.rule)
        assert read["text"] == f"{' '.join(statement(finding).splitlines())} [{finding.effect.value}]"


def test_the_summary_follows_unless_quiet() -> None:
    report = Report("0.1.0", (LABEL_MISSING,), counts=Counts(files=5, objects=12))
    assert render(report).splitlines()[-1] == "1 error in 12 objects from 5 files"
    assert len(render(report, quiet=True).splitlines()) == 1


def test_a_hostile_name_makes_no_second_line() -> None:
    assert len(render(HOSTILE, quiet=True).splitlines()) == len(HOSTILE.findings)


def test_what_an_encoding_lacks_is_written_in_ascii() -> None:
    assert render(REPORT, encoding="ascii").isascii()
