"""The page: what its source promises, and how it behaves in a real browser."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import fromstring

import pytest

from tests.build import cluster
from vmlint.errors import UsageError
from vmlint.graph.export import Mark, build
from vmlint.report.graph.html import render
from vmlint.report.graph.lanes import LANES
from vmlint.report.graph.picture import About
from vmlint.report.sources import SourceUrl

from .browser import CHROMIUM, Browser, browser
from .sample import HOSTILE, TRAPS, WHOLE, large

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

ROOT = Path(__file__).parents[3]
BOTH = pytest.mark.parametrize("graph", [WHOLE, HOSTILE], ids=["whole", "hostile"])


def part(page: str, pattern: str) -> str:
    (found,) = re.findall(pattern, page, re.DOTALL)
    text: str = found
    return text


_CLAIM = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: %s}}"


def data(graph: Graph, about: About | None = None, sources: SourceUrl | None = None) -> dict[str, Any]:
    page = render(graph, about, sources)
    read: dict[str, Any] = json.loads(part(page, r'<script type="application/json" id="data">(.*?)</script>'))
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
    assert [read["findings"][number]["rule"] for number in vm["findings"]] == ["VM201", "VM202"]
    assert read["sources"][vm["source"]]["text"].startswith("apiVersion: kubevirt.io/v1\nkind: VirtualMachine")
    assert read["sources"][vm["source"]]["line"] == 2
    made = next(one for one in read["objects"] if one["standing"] == "made")
    assert made["source"] == vm["source"]


def test_hostile_names_reach_the_page_as_they_are() -> None:
    names = {one["name"] for one in data(HOSTILE)["objects"] if one["kind"] == "VirtualMachine"}
    assert names == set(TRAPS)


def test_one_finding_of_several_objects_is_one_finding() -> None:
    mark = Mark("error", "VM101", "a", "stuck", "message", "fix", "spec", 1, "base.yaml")
    read = data(build(cluster(("a.yaml", _CLAIM % "a"), ("b.yaml", _CLAIM % "b")), marks=lambda _: [mark]))
    assert len(read["findings"]) == 1
    assert [one["findings"] for one in read["objects"]] == [[0], [0]]


def test_what_the_report_says_of_the_whole_is_in_the_page() -> None:
    lost = Mark("error", "VM701", "unreadable", "unreadable", "no YAML", "fix it", "", 3, "broken.yaml")
    read = data(WHOLE, About("2 errors in 3 objects from 2 files", 3, (lost,)))
    assert (read["verdict"], read["total"]) == ("2 errors in 3 objects from 2 files", 3)
    assert [read["findings"][number]["file"] for number in read["elsewhere"]] == ["broken.yaml"]


def test_only_files_of_the_repository_have_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "apps").mkdir()
    names = ["apps/a b.yaml", "apps/{line}.yaml", "<claim>&.yaml"]
    for name in names:
        (tmp_path / name).write_text(_CLAIM % "a", "utf-8")
    monkeypatch.chdir(tmp_path / "apps")
    files = [os.path.relpath(tmp_path / name) for name in names]
    objects = build(cluster(*((file, _CLAIM % f"n{number}") for number, file in enumerate([*files, "gone.yaml"]))))
    url = SourceUrl.of("https://git.example.com/vms/blob/main/{path}#L{line}")
    assert data(objects, None, url)["addresses"] == {
        "../<claim>&.yaml": "https://git.example.com/vms/blob/main/%3Cclaim%3E%26.yaml#L{line}",
        "a b.yaml": "https://git.example.com/vms/blob/main/apps/a%20b.yaml#L{line}",
        "{line}.yaml": "https://git.example.com/vms/blob/main/apps/%7Bline%7D.yaml#L{line}",
    }
    assert data(objects)["addresses"] == {}


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert({path})",
        "data:text/html,{path}",
        "//git.example.com/{path}",
        "https:///{path}",
        "https://{path}/",
        "https://[/{path}",
        'https://git.example.com/{path}"onclick=',
        "https://git.example.com/{path}\n",
        "https://git.example.com/blob/main",
        "https://token@git.example.com/{path}",
        "git@example.com:{path}",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(template: str) -> None:
    with pytest.raises(UsageError, match="--source-url"):
        SourceUrl.of(template)


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


def test_a_long_source_is_cut_and_reports_it() -> None:
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

    def __init__(
        self,
        chromium: Browser,
        file: Path,
        graph: Graph,
        about: About | None = None,
        sources: SourceUrl | None = None,
        **options: Any,
    ) -> None:
        file.write_text(render(graph, about, sources), "utf-8")
        chromium.asked.clear()
        chromium.complaints.clear()
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

    def choose(self, name: str, value: str) -> None:
        """Takes an option of a choice."""
        found = f"document.getElementById('{name}')"
        self.browser.evaluate(f"{found}.value = {json.dumps(value)}; {found}.dispatchEvent(new Event('change'))")
        self.browser.settle()

    def calm(self) -> None:
        """Nothing was asked for but the page, and nothing was complained of."""
        assert set(self.browser.asked) <= {self.file.resolve().as_uri()}
        assert self.browser.complaints == []


VM = "VirtualMachine.kubevirt.io/shop/web"
CARD = "#lanes .card[data-key='%s']"
FOUND = "#lanes .card:not(.needed) b"
NEEDED = "#lanes .card.needed b"


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Page:
    return Page(chromium, tmp_path / "graph.html", WHOLE)


def test_every_object_has_a_card_in_its_lane(page: Page) -> None:
    assert page.texts(".lane h2")[0] == "Virtual machines 1"
    assert page.count(".lane") == 7
    assert page.count(".card[data-index]") == len(WHOLE)
    assert page.count("#wires path") == 7
    counts = "1 error and 1 note in 3 objects · beside them 1 made by controllers, 1 external, 2 missing, 1 undecided"
    assert page.texts("#counts") == [counts]
    page.calm()


def test_a_click_shows_links_findings_and_source(page: Page) -> None:
    page.browser.click(CARD % VM)
    assert page.texts("#panel h2") == ["shop/web"]
    assert page.texts("#panel h3")[:3] == ["Findings2", "Size and migration", "Refers to5"]
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
    assert page.texts("#panel h2") == ["1 error and 1 note"]
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
    assert page.texts(FOUND) == ["web"]
    assert page.texts("#counts")[0].startswith("1 error and 1 note in 1 of 3 objects · beside them 1 made")
    page.browser.type(" nothing")
    assert page.texts("#lanes") == ["Nothing here is like that."]
    page.browser.press("Escape")
    assert page.count(".card[data-index]") == len(WHOLE)


def test_filters(page: Page) -> None:
    page.browser.click("[data-filter='findings']")
    assert page.texts(FOUND) == ["web"]
    assert sorted(page.texts(NEEDED)) == ["${CLASS}", "fedora", "fedora", "fedora", "login", "u1.huge", "web-root"]
    page.browser.click("#needs")
    assert page.texts("#lanes .card b") == ["web"]
    page.browser.click("[data-filter='unresolved']")
    assert sorted(page.texts("#lanes .card b")) == ["${CLASS}", "fedora", "fedora", "u1.huge", "web", "web-root"]
    page.browser.click("#clear")
    assert page.count(".card[data-index]") == len(WHOLE)
    assert page.texts("#widen") == ["With needsClear"]
    assert page.browser.evaluate("document.getElementById('widen').hidden")
    page.calm()


def test_choices_of_namespace_rule_and_effect(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "graph.html", large(40, 4, faulty=5))
    assert page.texts("#namespace option") == [
        "All namespaces",
        "cluster-wide (3)",
        *(f"team-0{number} (23)" for number in range(4)),
    ]
    assert page.texts("#rule option") == ["All rules", "VM201 slug (4)", "VM512 slug (4)"]
    assert page.texts("#effect option") == ["All effects", "ignored (4)", "stuck (4)"]
    page.choose("rule", "VM201")
    assert sorted(page.texts(FOUND)) == ["vm-000", "vm-010", "vm-020", "vm-030"]
    assert page.texts("#counts")[0].startswith("4 errors in 4 of 40 objects · beside them 4 made by controllers")
    assert page.texts("#panel h2") == ["4 errors"]
    page.choose("namespace", "in team-02")
    assert page.texts(FOUND) == ["vm-010", "vm-030"]
    page.choose("effect", "ignored")
    assert page.texts("#lanes") == ["Nothing here is like that."]
    assert page.texts("#counts") == ["no findings in 0 of 40 objects"]
    page.choose("rule", "")
    page.choose("namespace", "")
    assert sorted(page.texts(FOUND)) == ["vm-005", "vm-015", "vm-025", "vm-035"]
    assert page.texts("#lanes .pill") == ["1"] * 4
    page.browser.press("Escape")
    assert page.texts("#counts")[0].startswith("4 errors and 4 warnings in 40 objects")
    assert [page.browser.evaluate(f"document.getElementById('{name}').value") for name in ("rule", "effect")] == [
        "",
        "",
    ]
    page.calm()


def test_findings_on_no_object_are_listed_and_counted(chromium: Browser, tmp_path: Path) -> None:
    lost = Mark("error", "VM701", "unreadable", "unreadable", "no YAML", "fix it", "", 3, "broken.yaml")
    page = Page(chromium, tmp_path / "graph.html", WHOLE, About("2 errors and 1 note in 3 objects", 3, (lost,)))
    assert page.texts("#counts b") == ["2 errors and 1 note in 3 objects"]
    assert page.texts("#panel h2") == ["2 errors and 1 note"]
    assert page.texts("#panel .row .mono.quiet") == ["broken.yaml:3"]
    page.choose("rule", "VM701")
    assert page.texts("#counts") == ["1 error in 0 of 3 objects"]


def test_the_panel_has_the_size_and_whether_the_guest_can_migrate(page: Page) -> None:
    page.browser.click(CARD % VM)
    facts = dict(zip(page.texts("#panel dt"), page.texts("#panel dd"), strict=True))
    assert facts == {
        "vCPUs": "8 2 sockets × 4 cores × 1 thread",
        "Memory": "16Gi",
        "Instancetype": "u1.huge",
        "Preference": "fedora",
        "Live migration": "not possibleit uses hypervPassthrough",
    }


def test_places_are_links_where_the_address_is_known(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.yaml").touch()
    url = SourceUrl.of("https://git.example.com/vms/{path}#L{line}")
    page = Page(chromium, tmp_path / "graph.html", WHOLE, None, url)
    page.browser.click(CARD % VM)
    links = page.browser.evaluate(
        "[...document.querySelectorAll('#panel a')].map(one => [one.textContent, one.href, one.rel])"
    )
    assert [text for text, _, _ in links] == ["all.yaml:2", "line 6", "line 4", "all.yaml:2"]
    assert {address for _, address, _ in links} == {f"https://git.example.com/vms/all.yaml#L{n}" for n in (2, 4, 6)}
    assert {rel for _, _, rel in links} == {"noopener noreferrer"}
    page.calm()


@pytest.mark.parametrize("graph", [WHOLE, HOSTILE, large(500, 20, faulty=7)], ids=["whole", "hostile", "large"])
def test_the_board_is_saved_as_svg_and_png(chromium: Browser, tmp_path: Path, graph: Graph) -> None:
    page = Page(chromium, tmp_path / "graph.html", graph)
    folder = tmp_path / "saved"
    chromium.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    page.browser.click("#svg")
    svg = fromstring(_saved(folder / "vmlint-graph.svg"))
    names = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert str(names[0]) == f"Who refers to whom: {page.texts('#counts')[0]}"
    assert len(list(svg.iter("{http://www.w3.org/2000/svg}path"))) == page.count("#wires path")
    assert len(names) == 1 + page.count(".lane h2") + 2 * page.count(".card b") + page.count(
        ".card .pill"
    ) + page.count(".more")
    assert {one.tag.partition("}")[2] for one in svg.iter()} == {"svg", "title", "rect", "path", "text"}
    page.browser.click("#png")
    png = _saved(folder / "vmlint-graph.png")
    width, height = (int.from_bytes(png[start : start + 4]) for start in (16, 20))
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert (width, height) == (2 * int(svg.attrib["width"]), 2 * int(svg.attrib["height"]))
    page.calm()


def _saved(file: Path) -> bytes:
    for _ in range(600):
        if file.exists():
            return file.read_bytes()
        time.sleep(0.05)
    raise AssertionError(f"{file} was not saved")


def test_the_panel_can_be_hidden(page: Page) -> None:
    page.browser.click("#toggle")
    assert page.browser.evaluate("document.getElementById('panel').clientHeight") == 0
    page.browser.click(CARD % VM)
    assert page.browser.evaluate("document.getElementById('panel').clientHeight") > 0


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
    named = {text.rpartition(" (")[0] for text in page.texts("#namespace option")[1:]}
    assert named == {*TRAPS, "cluster-wide"}
    for number in range(len(names)):
        page.browser.evaluate(f"document.querySelectorAll('#lanes .lane:first-child .card')[{number}].click()")
        page.browser.settle()
    assert page.browser.evaluate("document.title") == "vmlint graph"
    assert page.count("img, iframe, object, embed, link, script") == 2
    page.calm()


def test_five_hundred_vms_are_gathered_by_namespace(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "graph.html", large(500, 20, faulty=50))
    assert page.count(".lane:first-child .card.group") == 20
    assert page.texts(".lane:first-child .card small") == [
        *("5 of 25 affected" if number in (0, 10) else "25 objects" for number in range(20))
    ]
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
    assert page.texts("#counts") == ["no findings in 1 of 500 objects · beside them 1 made by controllers, 2 missing"]
    page.calm()


_LANES = """(() => {
  const board = document.getElementById('board').getBoundingClientRect();
  return [...document.querySelectorAll('.lane')].map(lane => {
    const box = lane.getBoundingClientRect();
    const title = lane.querySelector('h2 > span');
    const end = title.getBoundingClientRect().right;
    return box.left >= board.left && box.right <= board.right && box.width > 90 && end <= box.right + 20;
  });
})()"""

_REACT = """(() => {
  const list = document.getElementById('rule');
  const start = performance.now();
  list.value = 'VM201';
  list.dispatchEvent(new Event('change'));
  document.body.getBoundingClientRect();
  return performance.now() - start;
})()"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("vms", [10, 500, 5000])
def test_all_lanes_are_in_sight_and_filters_react(chromium: Browser, tmp_path: Path, vms: int, dark: bool) -> None:
    page = Page(chromium, tmp_path / "graph.html", _every_lane(vms), width=1400, height=900, dark=dark)
    assert page.browser.evaluate(_LANES) == [True] * 7
    assert page.browser.evaluate("document.documentElement.scrollWidth") <= 1400
    assert page.count(".card") < 700
    page.browser.evaluate(_REACT)
    number = -(-vms // 20) + 1  # every twentieth VM, and that of WHOLE
    assert page.texts("#counts")[0].startswith(f"{number} errors in {number} of {vms + 3} objects")
    page.calm()


def _every_lane(vms: int) -> Graph:
    """A large graph with claims and networks besides, so that no lane is empty."""
    graph = large(vms, min(vms, 40), faulty=10).copy()
    graph.add_nodes_from(WHOLE.nodes(data=True))
    graph.add_edges_from(WHOLE.edges(data=True))
    return graph


def test_many_of_one_namespace_are_shown_in_steps(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "graph.html", large(350, 1))
    assert page.count(".lane:first-child .card[data-index]") == 100
    assert page.texts(".lane:first-child .card.more") == ["250 more"]
    page.browser.click(".lane:first-child .card.more")
    assert page.count(".lane:first-child .card[data-index]") == 300
    assert page.focused().endswith("vm-100")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(dark: bool) -> None:
    """WCAG 2.1 asks for 4.5 to 1."""
    light, _, rest = (ROOT / "vmlint/report/graph/page/page.css").read_text("utf-8").partition("@media")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    if dark:
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", rest.partition("* {")[0]))
    pairs = [(text, page) for text in ("text", "quiet", "accent") for page in ("page", "surface", "sunken")]
    pairs += [
        (level, page) for level in ("error", "warning", "note") for page in ("surface", "sunken", f"{level}-soft")
    ]
    pairs += [("quiet", f"{level}-soft") for level in ("error", "warning")]
    low = {pair: ratio for pair in pairs if (ratio := _contrast(*(found[name] for name in pair))) < 4.5}
    assert not low


def _contrast(one: str, other: str) -> float:
    dim, bright = sorted(map(_luminance, (one, other)))
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_everything_that_can_be_used_has_a_name_and_takes_the_focus(page: Page) -> None:
    nameless = """[...document.querySelectorAll('button, input, select, a, [role=group], main, aside')]
      .filter(one => !(one.getAttribute('aria-label') || one.textContent).trim()).map(one => one.outerHTML)"""
    assert page.browser.evaluate(nameless) == []
    order = []
    for _ in range(9):
        page.browser.press("Tab")
        order.append(page.focused())
    assert order[:3] == ["toggle", "svg", "png"]
    assert order[3:7] == ["search", "namespace", "rule", "effect"]


def test_a_narrow_window_has_room_for_both_parts(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "graph.html", WHOLE, width=420, height=800)
    heights = page.browser.evaluate("['board', 'panel'].map(id => document.getElementById(id).clientHeight)")
    assert min(heights) > 200
    assert page.browser.evaluate("document.documentElement.scrollWidth") <= 420


def test_an_empty_graph_reports_it(chromium: Browser, tmp_path: Path) -> None:
    page = Page(chromium, tmp_path / "graph.html", build(cluster()))
    assert page.texts("#lanes") == ["Nothing here is like that."]
    assert page.texts("#panel h2") == ["No findings"]
    page.calm()
