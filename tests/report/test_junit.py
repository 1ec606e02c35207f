"""JUnit XML, by the elements and attributes that Jenkins' `junit-10.xsd` allows."""

import re
from typing import NamedTuple
from xml.etree.ElementTree import Element, fromstring

import pytest

from vmlint.findings.finding import Report, Undecided
from vmlint.report.junit import render

from .sample import HOSTILE, LABEL_MISSING, OLD_VERSION, REPORT, UNREADABLE, rule
from .sample import REPORT as WHOLE


class Shape(NamedTuple):
    required: set[str]
    optional: set[str]
    children: set[str]


TEXT = Shape(set(), {"type", "message"}, set())
SHAPES = {
    "testsuites": Shape(set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": Shape(
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": Shape(
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": TEXT,
    "error": TEXT,
    "skipped": TEXT,
}


def check(element: Element) -> None:
    """Fails for what the schema does not allow."""
    shape = SHAPES[element.tag]
    assert shape.required <= set(element.attrib) <= shape.required | shape.optional
    assert {child.tag for child in element} <= shape.children
    assert element.tag in ("failure", "error", "skipped") or not (element.text or "").strip()
    for child in element:
        check(child)


def read(report: Report) -> Element:
    root = fromstring(render(report))
    assert root.tag == "testsuites"
    check(root)
    return root


def cases(report: Report) -> list[tuple[str, str]]:
    """Each test's suite and name."""
    return [(suite.get("name", ""), case.get("name", "")) for suite in read(report) for case in suite]


@pytest.mark.parametrize("report", [REPORT, HOSTILE, Report("0.1.0")])
def test_the_schema_holds_and_the_counts_are_right(report: Report) -> None:
    root = read(report)
    for suite in root:
        assert suite.get("tests") == str(len(suite))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        assert suite.get("skipped") == str(len(suite.findall("testcase/skipped")))
    assert root.get("tests") == str(len(root.findall("*/testcase")))
    assert root.get("failures") == str(len(report.findings))
    assert render(report).isascii()


def test_the_schema_refuses_what_jenkins_refuses() -> None:
    root = fromstring(render(REPORT))
    root[0][0].set("file", "vm.yaml")
    with pytest.raises(AssertionError):
        check(root)


def test_a_finding_is_a_failed_test_with_its_text() -> None:
    (suite,) = read(Report("0.1.0", (LABEL_MISSING,)))
    (case,) = suite
    (failure,) = case
    assert suite.get("name") == "VM103 infer-label-missing"
    assert case.attrib == {
        "classname": "vmlint.infer-label-missing",
        "name": "VirtualMachine shop/web spec.instancetype.inferFromVolume",
    }
    assert failure.get("type") == "error"
    assert failure.get("message", "").startswith("VirtualMachine shop/web: volume `root` leads to claim")
    assert (failure.text or "").startswith("vms/web.yaml:14:22  error  VM103 infer-label-missing · rejected\n")
    assert "images/fedora.yaml:22  claim golden/fedora: label missing\n" in (failure.text or "")


def test_a_rule_that_found_nothing_is_a_test_that_passed() -> None:
    report = Report("0.1.0", rules=(rule("VM701", "old", OLD_VERSION.effect), rule("VM103", "a", OLD_VERSION.effect)))
    assert cases(report) == [("VM103 a", "no finding"), ("VM701 old", "no finding")]
    assert read(report).find("*/testcase/*") is None


def test_what_was_not_decided_or_not_linted_is_skipped() -> None:
    root = read(WHOLE)
    skipped = {suite.get("name"): [case[0].text for case in suite] for suite in root if suite.get("skipped") != "0"}
    assert skipped["undecided"] == [
        "vms/mail.yaml:8: VirtualMachine shop/mail: the DataSource's name `${IMAGE}` holds a variable.",
        "vms/mail.yaml:30: a template expression stands for the whole document.",
    ]
    assert skipped["not linted"][-1] == "vms/list.yaml:12: not a mapping."


def test_no_two_tests_of_a_class_have_one_name() -> None:
    same = LABEL_MISSING._replace(line=90)
    numbered = LABEL_MISSING._replace(field=f"{LABEL_MISSING.field} #2")
    doubt = Undecided("vm.yaml", 3, None, "unknown")
    report = Report(
        "0.1.0", (numbered, LABEL_MISSING, same, same, UNREADABLE), undecided=(doubt, doubt._replace(line=5))
    )
    found = cases(report)
    assert len(found) == 7
    assert len(set(found)) == 7
    assert found[1:4] == [(found[0][0], found[1][1] + end) for end in ("", " #3", " #4")]


def test_what_no_xml_can_hold_is_written_as_an_escape() -> None:
    finding = LABEL_MISSING._replace(
        message="a\x00b\ufffec\udcffd <tag> & ]]>", field="\uffff\x0b", file="\ufffe", excerpt="\uffff"
    )
    (failure,) = read(Report("0.1.0", (finding,)))[0][0]
    assert r"a\x00b\ufffec\xffd <tag> & ]]>." in failure.get("message", "")
    assert re.search(r"\\uffff", failure.text or "")
