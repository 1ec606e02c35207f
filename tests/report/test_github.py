from urllib.parse import unquote

import pytest

from vmlint.findings.finding import Counts, Report
from vmlint.report.github import render
from vmlint.rule import Level

from .sample import HOSTILE, LABEL_MISSING, OLD_VERSION, REPORT, golden


def read(command: str) -> tuple[str, dict[str, str], str]:
    """A command the way GitHub's runner takes it apart: name, properties, message."""
    head, _, message = command.lstrip()[2:].partition("::")
    name, _, properties = head.partition(" ")
    pairs = (pair.split("=", 1) for pair in properties.split(",") if pair)
    return name, {key: unquote(value) for key, value in pairs}, unquote(message)


def test_the_whole_report() -> None:
    assert render(REPORT) == golden("github.txt")


def test_quiet_is_the_commands_alone() -> None:
    assert render(REPORT, quiet=True) == golden("github.txt").partition("\n\n")[0] + "\n"
    assert render(Report("0.1.0"), quiet=True) == ""


def test_nothing_found() -> None:
    assert render(Report("0.1.0", counts=Counts(files=2, objects=3))) == "clean: 3 objects from 2 files\n"


@pytest.mark.parametrize(
    ("level", "name"), [(Level.ERROR, "error"), (Level.WARNING, "warning"), (Level.NOTE, "notice")]
)
def test_a_level_is_a_command(level: Level, name: str) -> None:
    report = Report("0.1.0", (OLD_VERSION._replace(level=level),))
    assert read(render(report, quiet=True)[:-1]) == (
        name,
        {
            "file": "prefs.yaml",
            "line": "1",
            "endLine": "1",
            "col": "13",
            "endColumn": "46",
            "title": "VM701 old-version (deprecated)",
        },
        "VirtualMachineClusterPreference fedora: `v1alpha2` is replaced by `v1beta1`.\n"
        "Fix: write `instancetype.kubevirt.io/v1beta1`",
    )


def test_columns_count_only_on_one_line() -> None:
    text = render(Report("0.1.0", (LABEL_MISSING._replace(end_line=15),)), quiet=True)
    assert read(text)[1] == {
        "file": "vms/web.yaml",
        "line": "14",
        "endLine": "15",
        "title": "VM103 infer-label-missing (rejected)",
    }


def test_properties_hold_their_own_separators() -> None:
    finding = OLD_VERSION._replace(file="a:b,c%2Cd=e.yaml", message="100% `a::b`, c")
    _, properties, message = read(render(Report("0.1.0", (finding,)), quiet=True)[:-1])
    assert properties["file"] == "a:b,c%2Cd=e.yaml"
    assert message.startswith("VirtualMachineClusterPreference fedora: 100% `a::b`, c.\n")


def test_hostile_names_make_one_command() -> None:
    text = render(HOSTILE, quiet=True)
    assert text == golden("hostile-github.txt")
    name, properties, message = read(text[:-1])
    assert name == "error"
    assert set(properties) == {"file", "line", "endLine", "col", "endColumn", "title"}
    assert properties["title"] == "VM103 infer-label-missing (rejected)"
    assert len(message.split("\n")) == 4


def test_what_the_encoding_lacks_is_spelled() -> None:
    assert render(REPORT, encoding="ascii").isascii()
