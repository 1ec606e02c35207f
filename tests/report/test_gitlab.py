"""GitLab's code quality report, by the table of keys in GitLab's "Code Quality"."""

import json
from typing import Any

import jsonschema
import pytest

from vmlint.findings.finding import Finding, Report
from vmlint.report.gitlab import render
from vmlint.rule import Level

from .sample import HOSTILE, LABEL_MISSING, OLD_VERSION, REPORT

# Every key is asked for; the paths are relative without a leading `./`, and lines count from 1.
SHAPE = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "description": {"type": "string", "pattern": r"\S"},
            "check_name": {"type": "string", "pattern": r"^VM\d{3} [a-z0-9-]+$"},
            "fingerprint": {"type": "string", "pattern": r"^[0-9a-f]{32}:[1-9]\d*$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)."},
                    "lines": {
                        "type": "object",
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                        "required": ["begin"],
                        "additionalProperties": False,
                    },
                },
                "required": ["path", "lines"],
                "additionalProperties": False,
            },
        },
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
    },
}


def entries(*findings: Finding) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(render(Report("0.1.0", findings)))
    jsonschema.validate(read, SHAPE)
    return read


def test_a_finding() -> None:
    assert entries(LABEL_MISSING) == [
        {
            "description": "VirtualMachine shop/web: volume `root` leads to claim `golden/fedora`, which has no label "
            "`instancetype.kubevirt.io/default-instancetype`. [rejected] Fix: label the claim, or name the "
            "instancetype in the VM.",
            "check_name": "VM103 infer-label-missing",
            "fingerprint": "6e879dfada2b468c07eac375e3c35144:1",
            "severity": "critical",
            "location": {"path": "vms/web.yaml", "lines": {"begin": 14}},
        }
    ]


@pytest.mark.parametrize("report", [REPORT, HOSTILE])
def test_the_shape_that_gitlab_asks_for(report: Report) -> None:
    read = entries(*report.findings)
    assert len(read) == len(report.findings)
    assert not render(report).startswith("\ufeff")


def test_nothing_found_is_an_empty_list() -> None:
    assert render(Report("0.1.0")) == "[]\n"


@pytest.mark.parametrize(
    ("level", "severity"), [(Level.ERROR, "critical"), (Level.WARNING, "minor"), (Level.NOTE, "info")]
)
def test_a_level_is_a_severity(level: Level, severity: str) -> None:
    assert entries(OLD_VERSION._replace(level=level))[0]["severity"] == severity


def test_no_fingerprint_appears_twice() -> None:
    marks = [entry["fingerprint"] for entry in entries(LABEL_MISSING, LABEL_MISSING, OLD_VERSION)]
    assert len(set(marks)) == 3


def test_a_file_that_was_named_from_here() -> None:
    assert entries(LABEL_MISSING._replace(file="./vm.yaml"))[0]["location"]["path"] == "vm.yaml"


def test_a_whole_file_begins_at_its_first_line() -> None:
    assert entries(LABEL_MISSING._replace(line=0))[0]["location"]["lines"] == {"begin": 1}
