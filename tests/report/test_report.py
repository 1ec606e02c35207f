import json
import subprocess
import sys

import pytest

from vmlint.errors import UsageError
from vmlint.report import FORMATS, render

from .sample import HOSTILE, REPORT


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_ends_with_one_line_break_and_is_stable(name: str) -> None:
    text = render(name, REPORT)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert render(name, REPORT) == text


@pytest.mark.parametrize("name", FORMATS)
def test_no_manifest_takes_over_a_terminal_or_a_log(name: str) -> None:
    text = render(name, HOSTILE)
    assert all(char == "\n" or char.isprintable() for char in text)
    assert "##[" not in text
    assert "##vso[" not in text
    obeyed = [line for line in text.split("\n") if line.lstrip().startswith("::")]
    assert len(obeyed) == (1 if name == "github" else 0)
    assert text.encode("utf-8")


def test_the_name_of_no_format() -> None:
    with pytest.raises(
        UsageError, match=f"no output format is called 'xml': choose one of text, concise, .*, {list(FORMATS)[-1]}$"
    ):
        render("xml", REPORT)


def test_a_plain_report_loads_nothing_heavy() -> None:
    code = (
        "import json, sys; from vmlint.findings.finding import Report; from vmlint.report import FORMATS, render\n"
        "for name in FORMATS: render(name, Report('0'))\n"
        "print(json.dumps(sorted({'rich', 'networkx', 'jsonschema'} & set(sys.modules))))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []
