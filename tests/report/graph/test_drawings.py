"""DOT, Mermaid, GraphML and SVG: read again as their readers do, and where the objects of a picture stand."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, fromstring

import networkx
import pytest

from tests.build import cluster
from vmlint.graph.export import build, edges, nodes
from vmlint.report.graph import render
from vmlint.report.graph.lanes import LANES, wires
from vmlint.report.graph.layout import columns, rows

from .sample import HOSTILE, WHOLE, large

if TYPE_CHECKING:
    from vmlint.graph.export import Graph

BOTH = pytest.mark.parametrize("graph", [WHOLE, HOSTILE], ids=["whole", "hostile"])

QUOTED = r'"(?:[^"\\]|\\.)*"'
ATTRIBUTES = rf"\[(?:\w+=(?:{QUOTED}|[\w.]+)(?:,\ )?)*\]"
DOT_LINE = re.compile(
    rf"""digraph\ vmlint\ \{{|\s*\}}|\s+subgraph\ cluster_\d+\ \{{|\s+rankdir=LR;
    |\s+(?:label|color)={QUOTED};|\s+(?:node|edge)\ \[(?:\w+=(?:{QUOTED}|\w+)(?:,\ )?)*\];
    |\s+n\d+\ {ATTRIBUTES};|\s+n\d+\ ->\ n\d+\ {ATTRIBUTES};""",
    re.VERBOSE,
)
MERMAID_TEXT = r'"(?:[\w ./,-]|\#\d+;|<br/>)*"'
MERMAID_LINE = re.compile(
    rf"""flowchart\ LR|\s+classDef\ \w+\ [\w\#:,\ -]+|\s+subgraph\ lane\d+\[{MERMAID_TEXT}\]|\s+end
    |\s+n\d+\[{MERMAID_TEXT}\](?::::\w+)?|\s+n\d+\ (?:-->|-\.->)\|{MERMAID_TEXT}\|\ n\d+""",
    re.VERBOSE,
)


@BOTH
def test_dot_holds_nothing_but_its_own_statements(graph: Graph) -> None:
    lines = render("dot", graph).splitlines()
    assert [line for line in lines if not DOT_LINE.fullmatch(line)] == []
    assert sum(" -> " in line for line in lines if line.startswith("  n")) == len(wires(edges(graph)))


@BOTH
@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_draws_it(graph: Graph) -> None:
    run = subprocess.run(["dot", "-Tsvg"], input=render("dot", graph).encode(), capture_output=True, check=True)
    assert run.stderr == b""
    assert run.stdout.count(b'class="node"') == len(nodes(graph))


@BOTH
def test_mermaid_holds_nothing_but_its_own_statements(graph: Graph) -> None:
    lines = render("mermaid", graph).splitlines()
    assert [line for line in lines if not MERMAID_LINE.fullmatch(line)] == []
    assert sum("->|" in line for line in lines) == len(wires(edges(graph)))


def test_mermaid_writes_what_is_special_as_its_number() -> None:
    vm = "{apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {name: 'a\"] --> b#quot;'}}"
    assert 'n0["shop/a#34;#93; --#62; b#35;quot#59;<br/>VirtualMachine"]' in render("mermaid", build(cluster(vm)))


@BOTH
def test_graphml_is_read_again(graph: Graph) -> None:
    read = networkx.read_graphml(BytesIO(render("graphml", graph).encode()), force_multigraph=True)
    assert len(read) == len(nodes(graph))
    assert [data["kind"] for _, _, data in read.edges(data=True)] == [edge.kind for edge in edges(graph)]


def test_graphml_counts_findings() -> None:
    read = networkx.read_graphml(BytesIO(render("graphml", WHOLE).encode()), force_multigraph=True)
    (vm,) = [data for _, data in read.nodes(data=True) if data["kind"] == "VirtualMachine"]
    assert (vm["label"], vm["errors"], vm["warnings"], vm["notes"]) == ("shop/web", 1, 0, 1)
    assert (vm["standing"], vm["lane"], vm["line"]) == ("here", LANES[0], 2)


# The picture

SVG = "{http://www.w3.org/2000/svg}"


def drawn(graph: Graph) -> Element:
    return fromstring(render("svg", graph))


def cards(svg: Element) -> list[tuple[float, float]]:
    found = [re.fullmatch(r"translate\((\S+) (\S+)\)", group.get("transform", "")) for group in svg.iter(f"{SVG}g")]
    return [(float(match[1]), float(match[2])) for match in found if match]


@BOTH
def test_the_picture_holds_every_object_and_nothing_that_acts(graph: Graph) -> None:
    svg = drawn(graph)
    assert len(cards(svg)) == len(nodes(graph))
    assert len(list(svg.iter(f"{SVG}path"))) == len(wires(edges(graph)))
    allowed = {"svg", "title", "style", "rect", "text", "path", "g"}
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} == allowed
    names = {name for element in svg.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or "href" in name or name == "style"}
    (style,) = svg.iter(f"{SVG}style")
    assert "url(" not in (style.text or "")
    assert "@import" not in (style.text or "")


@pytest.mark.parametrize("graph", [WHOLE, HOSTILE, large(60, 5)], ids=["whole", "hostile", "large"])
def test_no_card_covers_another_and_all_are_in_the_picture(graph: Graph) -> None:
    svg = drawn(graph)
    places = cards(svg)
    columns_of = defaultdict(list)
    for x, y in places:
        columns_of[x].append(y)
    for column in columns_of.values():
        column.sort()
        assert all(below - above >= 44 for above, below in pairwise(column))
    width, height = float(svg.get("width", "0")), float(svg.get("height", "0"))
    assert all(0 <= x <= width - 216 and 0 <= y <= height - 44 for x, y in places)


def test_lanes_go_from_vms_to_storage() -> None:
    titles = [column.title for column in columns(nodes(WHOLE), wires(edges(WHOLE)))]
    assert titles == [LANES[index] for index in (0, 1, 2, 3, 4, 5, 6)]


def source(name: str, other: str) -> str:
    return (
        f"{{apiVersion: cdi.kubevirt.io/v1beta1, kind: DataSource, metadata: {{name: {name}}}, "
        f"spec: {{source: {{dataSource: {{name: {other}}}}}}}}}"
    )


@pytest.mark.parametrize(
    ("written", "stand"),
    [
        (["ab", "bc"], ["a", "b", "c"]),
        (["ac", "bc"], ["ab", "c"]),
        (["ab", "bd", "xd"], ["ax", "b", "d"]),
        (["ab", "ba"], ["ab"]),
        (["aa"], ["a"]),
    ],
)
def test_objects_of_a_lane_stand_right_of_what_refers_to_them(written: list[str], stand: list[str]) -> None:
    graph = build(cluster(*(source(*pair) for pair in written)))
    lines = wires(edges(graph))
    assert ["".join(node.ref.name for node in column.nodes) for column in columns(nodes(graph), lines)] == stand


def test_an_object_is_beside_what_it_is_linked_with() -> None:
    """One claim of four VMs is at their middle; VMs with a disk each stand in one line with it."""
    graph = large(4, 1)
    lines = wires(edges(graph))
    listed = columns(nodes(graph), lines)
    down = rows(listed, lines, 10)
    vms, volumes = ([down[node.id] for node in column.nodes] for column in listed[:2])
    assert vms == volumes
    assert min(down.values()) == 0


def test_long_names_are_cut_and_shown_in_full() -> None:
    name = "a" * 200
    svg = drawn(build(cluster(f"{{apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {{name: {name}}}}}")))
    (card,) = svg.iter(f"{SVG}g")
    texts = [text.text or "" for text in card.iter(f"{SVG}text")]
    assert texts[0].endswith("a…")
    assert len(texts[0]) < 40
    assert name in (card.findtext(f"{SVG}title") or "")
