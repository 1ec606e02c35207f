"""Manifests as YAML: what is written is what kubectl reads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmlint.report.layout import Page
from vmlint.report.manifest import manifest
from vmlint.source.decode import decode_text

# What go-yaml, JSON, PyYAML or a build service may take for something else than text.
WORDS = """
on y N yes null ~ true 08 0o17 0x1F 1e3 1_000 .5 5. -.inf
.nan 52:54:00:12:34:56 1:30 2001-01-01 << = | > - ? :
"""
NASTY = [
    *WORDS.split(),
    "",
    " ",
    "a ",
    " a",
    "- a",
    "a: b",
    "a #b",
    "#cloud-config\nhostname: web\n",
    "#!/bin/sh\n\nls\n",
    "a\n",
    "a\n\n",
    "\na",
    " a\nb",
    "a \nb",
    "a\n\tb",
    "a\r\nb",
    "{a: 1}",
    "[a]",
    "&a",
    "*a",
    "!a",
    "%a",
    "@a",
    "`a",
    "'a'",
    '"a"',
    "\\n",
    "---",
    "---\na",
    "...",
    "${VAR}",
    "{{ x }}",
    "x" * 200,
    "word " * 60,
    "日本語",
    "\ue000",
    "\u202eevil",
    "\x1b[31m",
    "\x85",
    "\u2028",
    "\ufeff",
    "##[error]x",
    "##vso[x]\ny\n",
    "::error::x",
    "a\n  ::error::x\n",
    "\U0001f680",
]
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=20), st.text("\n a#:-\t'\"", max_size=12))
NUMBERS = st.one_of(
    st.booleans(),
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer()),
)
VALUES = st.recursive(
    st.one_of(TEXTS, NUMBERS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


def read_back(text: str) -> Any:
    file = decode_text(text, "x.yaml")
    assert file.skipped == ()
    (document,) = file.documents
    assert document.problem is None, document.problem
    return document.data


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, inner in entries for found in paths(inner, (*path, key)))]


@pytest.mark.slow
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_what_is_written_is_what_kubectl_reads(value: dict[str, Any]) -> None:
    assert read_back(manifest(value)) == value
    assert read_back(manifest(value, encoding="ascii")) == value


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4), TEXTS)
def test_comments_change_nothing(value: dict[str, Any], comment: str) -> None:
    assert read_back(manifest(value, dict.fromkeys(paths(value), comment))) == value


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4), TEXTS)
def test_no_line_can_act_on_a_terminal_or_a_log(value: dict[str, Any], comment: str) -> None:
    page = Page(None, "ascii")
    for line in manifest(value, dict.fromkeys(paths(value), comment), encoding="ascii").split("\n"):
        assert line == page.show(line)
        assert not line.lstrip().startswith("::")


@pytest.mark.parametrize("text", NASTY)
def test_each_nasty_text_is_read_back(text: str) -> None:
    value = {"key": text, text or "empty": "value", "list": [text]}
    assert read_back(manifest(value)) == value


def test_the_look() -> None:
    value = {
        "kind": "VirtualMachine",
        "mac": "52:54:00:12:34:56",
        "on": "on",
        "count": 1,
        "empty": {},
        "list": [{"name": "a", "userData": "#cloud-config\nhostname: web\n"}, {"name": "日本"}],
    }
    comments = {
        ("kind",): "VM",
        ("count",): "default",
        ("list", 0, "userData"): "VM",
        ("list", 1, "name"): "preference fedora",
        ("gone",): "nowhere",
    }
    assert manifest(value, comments) == (
        """\
kind: VirtualMachine  # VM
mac: '52:54:00:12:34:56'
'on': 'on'
count: 1              # default
empty: {}
list:
- name: a
  userData: |         # VM
    #cloud-config
    hostname: web
- name: 日本          # preference fedora
"""
    )


def test_a_long_line_does_not_push_the_comments_away() -> None:
    text = manifest({"a": "x" * 100, "b": 1}, {("a",): "VM", ("b",): "VM"})
    assert text == f"a: {'x' * 100}  # VM\nb: 1  # VM\n"


def test_a_value_that_is_used_twice_is_written_twice() -> None:
    shared = {"a": [1]}
    assert manifest({"x": shared, "z": shared}) == "x:\n  a:\n  - 1\nz:\n  a:\n  - 1\n"
