"""The page of a report in a browser: what is there, search, filters and links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.graph.browser import CHROMIUM, Browser, browser
from vmlint.audit.rendering import render

HOSTILE = "<img src=x onerror=alert(1)>"


def finding(number: int, **more: Any) -> dict[str, Any]:
    return {
        "repository": f"acme/repository-{number % 1000}",
        "rule": "VM101",
        "slug": "infer-label-missing",
        "level": ("error", "warning", "note")[number % 3],
        "kind": "VirtualMachine",
        "namespace": "shop",
        "name": f"web-{number}",
        "field": "spec",
        "message": f"volume `root` of {number} has no label",
        "fix": "add it",
        "file": f"vms/a b/{number}.yaml",
        "line": 7,
        "fingerprint": str(number),
        **more,
    }


def sample(repositories: int, findings: int) -> dict[str, Any]:
    """The values of a report."""
    link = "https://git.example.com/acme/shop/blob/abc/{path}#L{line}"
    listed = [
        {
            "repository": f"acme/repository-{number}",
            "team": f"team-{number % 7}",
            "labels": {"env": "prod"},
            "source": "mirror",
            "status": "checked",
            "reason": "",
            "commit": "abc",
            "link": link,
            "target": "1.8",
            "vms": number,
            "errors": number % 5,
            "warnings": 1,
            "notes": 0,
            "undecided": 0,
            "skipped": 0,
            "new": 0,
            "fixed": 0,
        }
        for number in range(repositories)
    ]
    listed[0] |= {
        "status": "failed",
        "reason": f"out of memory {HOSTILE}",
        "errors": None,
        "link": "javascript:alert(1)",
    }
    trend = [
        {
            "run": f"2026-11-{day:02}T10-00-00Z",
            "repositories": 1,
            "failed": 0,
            "vms": 1,
            "errors": 40 - day,
            "warnings": 9,
        }
        for day in range(1, 29)
    ]
    totals = {
        **dict.fromkeys(("repositories", "checked"), repositories),
        **dict.fromkeys(("failed", "empty", "new", "fixed"), 1),
        "vms": 500,
        "errors": 20,
        "warnings": 30,
        "notes": 4,
        "undecided": 5,
        "skipped": 6,
        "findings": findings + 5,
    }
    upgrade = {"before": "1.7", "after": "1.9", "refused": 3, "stuck": 1, "next_start": 9, "other_findings": 0}
    upgrade |= {"deprecated": 0, "resolved": 0}
    return {
        "version": "0",
        "run": "2026-11-28T10-00-00Z",
        "previous": "2026-11-27T10-00-00Z",
        "totals": totals,
        "repositories": listed,
        "teams": [],
        "trend": trend,
        "rules": [
            {"rule": "VM101", "slug": "infer-label-missing", "family": "inference", "effect": "stuck", "level": level}
            | {"findings": 9, "repositories": 3}
            for level in ("error", "warning")
        ],
        "instancetypes": [
            {
                "instancetype": "VirtualMachineClusterInstancetype u1.small",
                "vms": 9,
                "repositories": 2,
                "teams": ["a", ""],
            }
            | {"vcpus": 9, "memory_bytes": 2**34}
        ],
        "upgrades": [{**upgrade, "repositories": repositories, "ready": repositories - 1}],
        "upgrade_repositories": [{**upgrade, "repository": "acme/repository-3", "team": "team-3", "ready": False}],
        "findings": [finding(number) for number in range(findings)],
        "new": [finding(1, message=f"new {HOSTILE}")],
        "fixed": [finding(2)],
        "updates": [
            {"repository": "acme/repository-3", "basis": "edit", "verdict": "restart", "topic": "restart", "fix": ""}
            | {
                "kind": "VirtualMachine",
                "namespace": "shop",
                "name": "web",
                "file": "a.yaml",
                "line": 1,
                "message": "waits",
            }
        ],
        "migration": [{"yes": 1, "no": 2, "undecided": 0}],
        "titles": {"infer-label-missing": "No label to infer from"},
    }


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with browser() as opened:
        yield opened


class Page:
    """A page that is open."""

    def __init__(self, chromium: Browser, file: Path, overview: dict[str, Any], **options: Any) -> None:
        file.write_text(render("html", overview), "utf-8")
        chromium.asked.clear()
        chromium.complaints.clear()
        self.browser, self.file = chromium, file
        chromium.open(file, **options)
        chromium.settle()

    def texts(self, selector: str) -> list[str]:
        wanted = json.dumps(selector)
        found: list[str] = self.browser.evaluate(
            f"[...document.querySelectorAll({wanted})].map(one => one.textContent)"
        )
        return found

    def tab(self, name: str) -> None:
        self.browser.click(f"#tabs button[data-tab='{name}']")

    def search(self, text: str) -> None:
        self.browser.evaluate(
            f"(() => {{ const box = document.getElementById('search'); box.value = {json.dumps(text)};"
            " box.dispatchEvent(new Event('input')); })()"
        )
        self.browser.evaluate("new Promise(done => setTimeout(done, 120))")

    def calm(self) -> None:
        """Nothing was loaded but the page, and nothing was complained of."""
        assert set(self.browser.asked) <= {self.file.resolve().as_uri()}
        assert self.browser.complaints == []


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Page:
    return Page(chromium, tmp_path / "audit.html", sample(1000, 3000))


def test_the_overview(page: Page) -> None:
    assert page.texts(".tile b")[:2] == ["1,000", "500"]
    assert page.texts("h2")[:4] == ["Worst repositoriesby errors", "Rules by findings", "Runs", "Upgrades of KubeVirt"]
    assert len(page.texts("#worst tbody tr")) == 12
    assert len(page.texts(".chart circle")) == 56
    assert page.texts("#failed td p, #failed td.text") == [f"out of memory {HOSTILE}"]
    page.calm()


def test_a_thousand_repositories_can_be_searched_and_sorted(page: Page) -> None:
    page.tab("repositories")
    assert len(page.texts("#repositories tbody tr")) == 100
    page.browser.click(".more")
    assert len(page.texts("#repositories tbody tr")) == 600
    page.browser.click("#repositories th:nth-child(4) button")
    assert page.texts("#repositories tbody tr:first-child td")[0] == "acme/repository-999"
    page.search("repository-77")
    assert len(page.texts("#repositories tbody tr")) == 11
    page.calm()


def test_findings_by_level_and_team(page: Page) -> None:
    page.tab("findings")
    page.browser.click("#levels button[data-level='warning']")
    page.browser.click("#levels button[data-level='note']")
    assert set(page.texts("#findings tbody tr td:first-child")) == {"error"}
    page.browser.evaluate(
        "(() => { const team = document.getElementById('team'); team.value = 'team-3';"
        " team.dispatchEvent(new Event('change')); })()"
    )
    named = page.texts("#findings tbody tr td:nth-child(2)")
    assert named
    assert {int(name.rpartition("-")[2]) % 7 for name in named} == {3}
    assert any("5 more findings are not in this page" in text for text in page.texts(".empty"))
    page.calm()


def test_a_place_is_a_link_to_the_forge(page: Page) -> None:
    page.tab("findings")
    links = page.browser.evaluate("[...document.querySelectorAll('td.place a')].map(one => [one.href, one.rel])")
    assert links[0] == ["https://git.example.com/acme/shop/blob/abc/vms/a%20b/1.yaml#L7", "noopener noreferrer"]
    assert not [href for href, _ in links if not href.startswith("https://")]
    assert "vms/a b/0.yaml:7" in page.texts("td.place span")


def test_every_view_opens(page: Page) -> None:
    for name in page.browser.evaluate("[...document.querySelectorAll('#tabs button')].map(one => one.dataset.tab)"):
        page.tab(name)
        assert page.texts("main section")
        page.browser.wait(f"location.hash === '#{name}'")
    assert page.texts("#updates tbody td:first-child") == ["restart"]
    assert page.browser.evaluate("document.querySelectorAll('main img').length") == 0
    page.calm()


@pytest.mark.parametrize("dark", [False, True])
def test_light_and_dark(chromium: Browser, tmp_path: Path, dark: bool) -> None:
    page = Page(chromium, tmp_path / "audit.html", sample(20, 20), dark=dark)
    color = page.browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (color == "rgb(18, 21, 27)") is dark


def test_a_narrow_page_does_not_scroll_sideways(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "audit.html", sample(20, 20), width=400)
    for name in ("overview", "repositories", "findings", "changes"):
        page.browser.evaluate(f"location.hash = '#{name}'")
        page.browser.settle()
        assert page.browser.evaluate("document.documentElement.scrollWidth <= 400"), name
