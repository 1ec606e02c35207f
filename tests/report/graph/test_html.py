"""The page: what its source promises, and how it behaves in a real browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.build import cluster
from vmlint.graph.export import build
from vmlint.report.graph.html import render
from vmlint.report.graph.lanes import LANES

from .browser import CHROMIUM, Browser, browser
from .sample import HOSTILE, TRAPS, WHOLE, large

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

BOTH = pytest.mark.parametrize("graph", [WHOLE, HOSTILE], ids=["whole", "hostile"])


def part(page: str, pattern: str) -> str:
    (found,) = re.findall(pattern, page, re.DOTALL)
    text: str = found
    return text


def data(graph: Graph) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(part(render(graph), r'<script type="application/json" id="data">(.*?)</script>'))
    return read


@BOTH
def test_the_policy_allows_the_pages_own_style_and_script_alone(graph: Graph) -> None:
    page = render(graph)
    policy = dict(rule.split(" ", 1) for rule in part(page, r'Content-Security-Policy" content="(.*?)"').split("; "))
    own = {
        "style-src": part(page, r"<style>(.*?)</style>"),
        "script-src": part(page, r"<script>(.*?)</script>\n</body>"),
    }
    hashes = {
        name: f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for name, text in own.items()
    }
    assert policy == {
        "default-src": "'none'",
        **hashes,
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
    }


@BOTH
def test_the_page_loads_nothing(graph: Graph) -> None:
    page = render(graph)
    own = page.replace(part(page, r'id="data">(.*?)</script>'), "")
    assert "http" not in own.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"\b(?:src|href)\s*=|url\(|@import|\bfetch\(|XMLHttpRequest|innerHTML|\beval\(", own)


@BOTH
def test_no_manifest_ends_the_data(graph: Graph) -> None:
    page = render(graph)
    assert page.count("<script") == page.count("</script") == 2
    assert "<" not in part(page, r'id="data">(.*?)\n?</script>')


def test_the_data_are_the_graphs() -> None:
    read = data(WHOLE)
    vm = next(one for one in read["objects"] if one["kind"] == "VirtualMachine")
    assert read["lanes"] == list(LANES)
    assert [finding["rule"] for finding in vm["findings"]] == ["VM201", "VM202"]
    assert read["sources"][vm["source"]]["text"].startswith("apiVersion: kubevirt.io/v1\nkind: VirtualMachine")
    assert read["sources"][vm["source"]]["line"] == 2
    made = next(one for one in read["objects"] if one["standing"] == "made")
    assert made["source"] == vm["source"]


def test_hostile_names_reach_the_page_as_they_are() -> None:
    names = {one["name"] for one in data(HOSTILE)["objects"] if one["kind"] == "VirtualMachine"}
    assert names == set(TRAPS)


def test_secrets_stay_out_of_the_page() -> None:
    secret = next(one for one in data(WHOLE)["objects"] if one["kind"] == "Secret")
    assert (secret["withheld"], secret["source"]) == (True, None)
    assert "hunter2" not in render(WHOLE)


def test_an_item_of_a_list_has_its_own_lines() -> None:
    items = "".join(
        f"  - apiVersion: v1\n    kind: PersistentVolumeClaim\n    metadata:\n      name: {name}\n\n" for name in "ab"
    )
    read = data(build(cluster(("all.yaml", f"apiVersion: v1\nkind: List\nitems:\n{items}"))))
    texts = [(source["line"], source["text"]) for source in read["sources"]]
    assert [line for line, _ in texts] == [4, 9]
    assert [text.count("PersistentVolumeClaim") for _, text in texts] == [1, 1]
    assert [text.split()[-1] for _, text in texts] == ["a", "b"]


def test_a_long_source_is_cut_and_says_so() -> None:
    labels = "\n".join(f"    label-{number}: x" for number in range(1000))
    claim = f"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: a\n  labels:\n{labels}\n"
    (source,) = data(build(cluster(("all.yaml", claim))))["sources"]
    assert (len(source["text"].split("\n")), source["cut"]) == (400, 605)


# In a browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with browser() as opened:
        yield opened


class Page:
    """A page that is open, with the questions that the tests have."""

    def __init__(self, chromium: Browser, file: Path, graph: Graph, **options: Any) -> None:
        file.write_text(render(graph), "utf-8")
        chromium.asked.clear()
        chromium.told.clear()
        self.browser = chromium
        self.file = file
        chromium.open(file, **options)
        chromium.settle()

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.browser.evaluate(
            f"[...document.querySelectorAll({json.dumps(selector)})].map(one => one.textContent)"
        )
        return found

    def count(self, selector: str) -> int:
        return len(self.texts(selector))

    def focused(self) -> str:
        key: str = self.browser.evaluate("document.activeElement.dataset.key || document.activeElement.id || ''")
        return key

    def calm(self) -> None:
        """Nothing was asked for but the page, and nothing was complained of."""
        assert set(self.browser.asked) <= {self.file.resolve().as_uri()}
        assert self.browser.told == []


VM = "VirtualMachine.kubevirt.io/shop/web"
CARD = "#lanes .card[data-key='%s']"


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Page:
    return Page(chromium, tmp_path / "graph.html", WHOLE)


def test_every_object_has_a_card_in_its_lane(page: Page) -> None:
    assert page.texts(".lane h2")[0] == "Virtual machines1"
    assert page.count(".lane") == 7
    assert page.count(".card[data-index]") == len(WHOLE)
    assert page.count("#wires path") == 7
    assert page.texts("#counts") == ["8 objects · 1 error · 1 note"]
    page.calm()


def test_a_click_shows_links_findings_and_source(page: Page) -> None:
    page.browser.click(CARD % VM)
    assert page.texts("#panel h2") == ["shop/web"]
    assert page.texts("#panel h3")[:2] == ["Findings2", "Refers to5"]
    assert page.texts("#panel code")[:1] == ["u1.huge"]
    assert page.texts("#panel pre .error") == ["  instancetype: {name: u1.huge}"]
    assert page.texts("#panel pre .note") == ["metadata: {name: web}"]
    assert page.browser.evaluate("decodeURIComponent(location.hash)") == f"#{VM}"
    assert page.count(".card.far") == 0
    assert page.count(".wire.hot") == 4
    page.calm()


def test_a_link_leads_to_the_other_object(page: Page) -> None:
    page.browser.click(CARD % VM)
    page.browser.click("#panel button.row")
    assert page.texts("#panel h2") == ["shop/web-root"]
    assert page.texts("#panel h3")[:2] == ["Refers to2", "Referred to by2"]
    assert page.texts("#panel pre .here") == ["    - metadata: {name: web-root}"]


def test_what_is_not_linked_steps_back(page: Page) -> None:
    page.browser.click(CARD % "Secret/shop/login")
    assert page.count(".card.far") == len(WHOLE) - 2
    assert "left out" in page.texts("#panel")[0]


def test_keys_move_open_and_go_back(page: Page) -> None:
    page.browser.evaluate(f"document.querySelector({json.dumps(CARD % VM)}).focus()")
    page.browser.press("ArrowRight")
    first = page.focused()
    assert first.startswith("VirtualMachineCluster")
    page.browser.press("End")
    page.browser.press("Home")
    assert page.focused().startswith("VirtualMachineCluster")
    page.browser.press("ArrowLeft")
    assert page.focused() == VM
    page.browser.press("Enter")
    assert page.texts("#panel h2") == ["shop/web"]
    assert page.focused() == VM
    page.browser.press("Escape")
    assert page.texts("#panel h2") == ["2 findings"]
    assert page.browser.evaluate("location.hash") == ""
    page.calm()


def test_one_card_at_a_time_is_in_the_order_of_tabs(page: Page) -> None:
    page.browser.evaluate(f"document.querySelector({json.dumps(CARD % VM)}).focus()")
    page.browser.press("ArrowRight")
    assert page.count("#lanes .card[tabindex='0']") == 1


def test_search_narrows_and_escape_widens(page: Page) -> None:
    page.browser.press("/")
    assert page.focused() == "search"
    page.browser.type("vm201")
    assert page.texts("#lanes .card b") == ["web"]
    page.browser.type(" nothing")
    assert page.texts("#lanes") == ["Nothing here is like that."]
    page.browser.press("Escape")
    assert page.count(".card[data-index]") == len(WHOLE)


def test_filters(page: Page) -> None:
    page.browser.click("[data-filter='findings']")
    assert page.texts("#lanes .card b") == ["web"]
    page.browser.click("[data-filter='unresolved']")
    assert sorted(page.texts("#lanes .card b")) == ["${CLASS}", "fedora", "fedora", "u1.huge", "web", "web-root"]
    page.calm()


def test_long_names_keep_their_ends(chromium: Browser, tmp_path: Path) -> None:
    vm = "{{apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {{name: {}-{}}}}}"
    long = [vm.format("cluster-production-west" * 3, number) for number in (1, 2)]
    page = Page(chromium, tmp_path / "graph.html", build(cluster(*long)))
    assert page.texts(".card .tail") == ["on-west-1", "on-west-2"]
    inside = "(() => { const [a, b] = [document.querySelector('.card .tail'), document.querySelector('.card')]"
    inside += ".map(one => one.getBoundingClientRect()); return a.width > 40 && a.right <= b.right; })()"
    assert page.browser.evaluate(inside)


def test_an_address_opens_its_object(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "graph.html", WHOLE)
    page.browser.click(CARD % VM)
    page.browser.send("Page.reload")
    page.browser.wait("document.querySelector('#panel h2')?.textContent === 'shop/web'")


@pytest.mark.parametrize("dark", [False, True])
def test_light_and_dark(chromium: Browser, tmp_path: Path, dark: bool) -> None:
    page = Page(chromium, tmp_path / "graph.html", WHOLE, dark=dark)
    shade = page.browser.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert all(value < 60 for value in shade) if dark else all(value > 200 for value in shade)


def test_hostile_names_are_only_ever_text(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "graph.html", HOSTILE)
    names = page.texts("#lanes .lane:first-child .card b")
    assert sorted(names) == sorted(TRAPS)
    for number in range(len(names)):
        page.browser.evaluate(f"document.querySelectorAll('#lanes .lane:first-child .card')[{number}].click()")
        page.browser.settle()
    assert page.browser.evaluate("document.title") == "vmlint graph"
    assert page.count("img, iframe, object, embed, link, script") == 2
    page.calm()


def test_five_hundred_vms_are_gathered_by_namespace(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "graph.html", large(500, 20))
    assert page.count(".lane:first-child .card.group") == 20
    assert page.texts(".lane:first-child .card small") == ["25 objects"] * 20
    assert page.count(".card") < 120
    page.browser.click(".lane:first-child .card.group")
    assert page.texts(".lane:first-child .card b")[:3] == ["▾ team-00", "vm-000", "vm-020"]
    assert page.count(".lane:first-child .card") == 45
    page.browser.press("/")
    page.browser.type("vm-123")
    page.browser.press("Enter")
    page.browser.press("Enter")
    assert page.texts("#panel h2") == ["team-03/vm-123"]
    assert page.texts("#lanes .card b") == ["vm-123", "vm-123-root", "image-0", "image-0"]
    assert page.texts("#counts")[0].startswith("4 of 1,0")
    page.calm()


def test_many_of_one_namespace_are_shown_in_steps(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "graph.html", large(350, 1))
    assert page.count(".lane:first-child .card[data-index]") == 100
    assert page.texts(".lane:first-child .card.more") == ["250 more"]
    page.browser.click(".lane:first-child .card.more")
    assert page.count(".lane:first-child .card[data-index]") == 300
    assert page.focused().endswith("vm-100")


def test_a_narrow_window_has_room_for_both_parts(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "graph.html", WHOLE, width=420, height=800)
    heights = page.browser.evaluate("['board', 'panel'].map(id => document.getElementById(id).clientHeight)")
    assert min(heights) > 200
    assert page.browser.evaluate("document.documentElement.scrollWidth") <= 420


def test_an_empty_graph_says_so(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "graph.html", build(cluster()))
    assert page.texts("#lanes") == ["Nothing here is like that."]
    assert page.texts("#panel h2") == ["No findings"]
    page.calm()
