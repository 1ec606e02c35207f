"""What holds for every format of the graph."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vmlint.errors import UsageError
from vmlint.report.graph import FORMATS, SUFFIXES, render

from .sample import HOSTILE, WHOLE

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_ends_with_one_line_break_and_is_stable(name: str) -> None:
    text = render(name, WHOLE)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert render(name, WHOLE) == text


@pytest.mark.parametrize("name", FORMATS)
def test_the_order_of_the_graph_and_of_hashes_makes_no_difference(name: str) -> None:
    code = (
        "from tests.report.graph.sample import HOSTILE, WHOLE, large\n"
        "from vmlint.graph.export import focus\n"
        "from vmlint.report.graph import render\n"
        f"print([render({name!r}, one) for one in (WHOLE, HOSTILE, focus(large(20, 4), 'vm-003'))])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            cwd=ROOT,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


@pytest.mark.parametrize("name", FORMATS)
def test_no_manifest_takes_over_a_terminal_or_a_log(name: str) -> None:
    text = render(name, HOSTILE)
    assert all(char == "\n" or char.isprintable() for char in text)
    assert "##[" not in text
    assert "##vso[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert text.encode("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_graph(name: str) -> None:
    assert render(name, WHOLE.subgraph([]))


def test_the_name_of_no_format() -> None:
    with pytest.raises(UsageError, match="no graph format is called 'png': choose one of dot, mermaid, json"):
        render("png", WHOLE)


def test_files_are_named_after_formats() -> None:
    assert set(SUFFIXES.values()) == set(FORMATS)


def test_json_gives_the_objects_and_their_references() -> None:
    read = json.loads(render("json", WHOLE))
    objects = {one["id"]: one for one in read["objects"]}
    assert list(read) == ["objects", "links"]
    assert all(link["source"] in objects and link["target"] in objects for link in read["links"])
    vm = objects["VirtualMachine.kubevirt.io/shop/web"]
    assert {**vm, "findings": len(vm["findings"])} == {
        "id": "VirtualMachine.kubevirt.io/shop/web",
        "group": "kubevirt.io",
        "kind": "VirtualMachine",
        "namespace": "shop",
        "name": "web",
        "standing": "here",
        "file": "all.yaml",
        "line": 2,
        "findings": 2,
        "guest": {
            "vcpus": 8,
            "topology": "2 sockets × 4 cores × 1 thread",
            "memory": "16Gi",
            "instancetype": "u1.huge",
            "preference": "fedora",
            "migratable": False,
            "reasons": ["it uses `hypervPassthrough`"],
            "problem": "",
        },
    }
    assert {one["standing"] for one in read["objects"]} == {"here", "made", "outside", "missing", "unknown"}
    assert vm["findings"][0]["rule"] == "VM201"
    assert {link["kind"]: link["state"] for link in read["links"] if link["source"] == vm["id"]} == {
        "instancetype": "missing",
        "preference": "outside",
        "makes": "found",
        "volume": "found",
        "secret": "found",
    }
