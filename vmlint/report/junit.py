"""JUnit XML, which Jenkins, GitLab and most build services show as a list of tests.

A rule is a suite, and each of its findings a failed test. A rule without a finding is one test that passed. What could
not be decided, or was not linted, is a skipped test.

Sources: Jenkins `xunit-plugin`, `junit-10.xsd`; GitLab "Unit test reports" (of two tests with one class and one name
the second is lost). Times and host names are left out: the same report gives the same text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from vmlint.findings.finding import Finding, Report
from vmlint.record import Record
from vmlint.report import text
from vmlint.report.untrusted import visible
from vmlint.report.wording import doubt, place, sentence, statement, stop
from vmlint.report.xml import allowed, characters

__all__ = ["render"]


class _Case(Record):
    """A test. `outcome` is the element in it, "" for one that passed; the rest is that element's."""

    name: str
    outcome: str = ""
    type: str = ""
    message: str = ""
    text: str = ""


def render(report: Report) -> str:
    """The report as one XML document in ASCII, so that it is the same in any encoding."""
    suites = [_suite(name, kind, cases) for name, kind, cases in _suites(report) if cases]
    totals = {name: str(sum(int(suite.get(name, "0")) for suite in suites)) for name in ("tests", "failures", "errors")}
    root = Element("testsuites", {"name": "vmlint", **totals})
    root.extend(suites)
    indent(root)
    xml = tostring(root, encoding="us-ascii", xml_declaration=False).decode("ascii")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}\n'


def _suites(report: Report) -> Iterator[tuple[str, str, list[_Case]]]:
    """Each suite's name, the class of its tests, and the tests; the rules go by their numbers."""
    found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in report.findings:
        found[finding.rule, finding.slug].append(finding)
    for id, slug in sorted({(rule.id, rule.slug) for rule in report.rules} | set(found)):
        failed = [_failure(finding, report) for finding in found[id, slug]]
        yield f"{id} {slug}", slug, failed or [_Case("no finding")]
    stopped = sentence(stop(report.stopped)) if report.stopped else ""
    yield "vmlint", "vmlint", [_Case("whole run", "error", "stopped", stopped, stopped)] if stopped else []
    yield "undecided", "undecided", [_skip(doubt(item), item.file, item.line) for item in report.undecided]
    yield "not linted", "not-linted", [_skip(item.reason, item.file, item.line) for item in report.skipped]


def _failure(finding: Finding, report: Report) -> _Case:
    shown = text.render(report._replace(findings=(finding,)), quiet=True)
    name = " ".join(filter(None, (str(finding.resource or finding.file), finding.field)))
    return _Case(name, "failure", finding.level.value, statement(finding), shown)


def _skip(reason: str, file: str, line: int) -> _Case:
    shown = visible(f"{place(file, line)}: {sentence(reason)}")
    return _Case(f"{file}: {reason}", "skipped", "", shown, shown)


def _suite(name: str, kind: str, cases: list[_Case]) -> Element:
    outcomes = Counter(case.outcome for case in cases)
    counts = {
        "tests": len(cases),
        "failures": outcomes["failure"],
        "errors": outcomes["error"],
        "skipped": outcomes["skipped"],
    }
    suite = Element("testsuite", {"name": name, **{count: str(number) for count, number in counts.items()}})
    for case, unique in zip(cases, _unique(characters(case.name) for case in cases), strict=True):
        test = SubElement(suite, "testcase", {"classname": f"vmlint.{kind}", "name": unique})
        if case.outcome:
            about = {"type": case.type, "message": characters(case.message)}
            shown = SubElement(test, case.outcome, {key: value for key, value in about.items() if value})
            shown.text = allowed(case.text) or None
    return suite


def _unique(names: Iterable[str]) -> Iterator[str]:
    """The names in their order, each repeated one with its number; a number that is taken is passed over."""
    numbers: Counter[str] = Counter()
    taken: set[str] = set()
    for name in names:
        unique = name
        while unique in taken:
            numbers[name] += 1
            unique = f"{name} #{numbers[name] + 1}"
        taken.add(unique)
        yield unique
