"""Links to rules' documentation: where an address is known, and nowhere else."""

from __future__ import annotations

import json

import pytest

from vmlint.cli.output import uses_links
from vmlint.findings.finding import Report
from vmlint.registry import rules
from vmlint.report import links, render, sarif

from .sample import LABEL_MISSING

SITE = "https://docs.example.com/vmlint"
PAGE = f"{SITE}/rules/{LABEL_MISSING.slug}.html"
REPORT = Report("0.1.0", (LABEL_MISSING,), rules=tuple(rule for rule in rules() if rule.id == LABEL_MISSING.rule))


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "DOCUMENTATION", SITE)
    monkeypatch.setattr(sarif, "DOCUMENTATION", SITE)


def test_without_an_address_no_report_has_a_link() -> None:
    for format, options in (("text", {"links": True}), ("concise", {"links": True}), ("json", {}), ("sarif", {})):
        text = render(format, REPORT, **options)
        assert "\x1b]8" not in text
        assert not {"url", "helpUri", "informationUri"} & set(text.split('"'))


@pytest.mark.usefixtures("published")
def test_a_terminal_gets_hyperlinks() -> None:
    for format in ("text", "concise"):
        shown = render(format, REPORT, links=True)
        assert f"\x1b]8;;{PAGE}\x1b\\{LABEL_MISSING.rule}" in shown
        assert shown.count("\x1b]8;;") == 2  # one link: its begin and its end
        assert "\x1b" not in render(format, REPORT)


@pytest.mark.usefixtures("published")
def test_a_link_survives_wrapping() -> None:
    assert render("text", REPORT, links=True, width=46).count(f"\x1b]8;;{PAGE}\x1b\\") >= 1


@pytest.mark.usefixtures("published")
def test_programs_get_addresses() -> None:
    (finding,) = json.loads(render("json", REPORT))["findings"]
    assert finding["url"] == PAGE
    driver = json.loads(render("sarif", REPORT))["runs"][0]["tool"]["driver"]
    assert driver["informationUri"] == SITE
    assert driver["rules"][0]["helpUri"] == PAGE


@pytest.mark.usefixtures("published")
def test_rules_of_packs_have_no_page() -> None:
    report = Report("0.1.0", (LABEL_MISSING._replace(rule="ACME1"),))
    assert "\x1b]8" not in render("text", report, links=True)
    assert "url" not in json.loads(render("json", report))["findings"][0]


class Terminal:
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, False),
        ({"VTE_VERSION": "7600"}, True),
        ({"VTE_VERSION": "4600"}, False),
        ({"VTE_VERSION": "none"}, False),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "dumb", "WT_SESSION": "1"}, False),
        ({"WT_SESSION": "1", "FORCE_HYPERLINK": "0"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
    ],
)
def test_terminals_that_show_links_are_known(
    variables: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TERM", "TERM_PROGRAM", "VTE_VERSION", "WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("WEZTERM_PANE", "GHOSTTY_RESOURCES_DIR", "FORCE_HYPERLINK"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    assert uses_links("auto", terminal) is expected  # type: ignore[arg-type]
    assert not uses_links("never", terminal)  # type: ignore[arg-type]
    assert not uses_links("always", None)
