"""Strings with variables: what they may still turn out to be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmlint.model import unknown
from vmlint.model.unknown import before_variable, is_unknown, may_be

_SIGNS = "$%@#([{<>}])_-. aZ09/:\nSsſ"
_WORDS = ("...", "…", "__", "Me", "replace", "CHANGE", "your", "todo", "TBD", "vm", "NAME", "_URL")
_PIECES = st.sampled_from([*_SIGNS, *_WORDS])


@pytest.mark.parametrize("value", ["${APP}", "a-${APP:=web}-b", "{{ .Values.name }}", "x{{y"])
def test_a_variable_is_unknown(value: str) -> None:
    assert is_unknown(value)


@pytest.mark.parametrize(
    "value",
    [
        "__NAME__",
        "web-__ENV__-root",
        "<vm_name>",
        "<INSERT NAME HERE>",
        "<%= name %>",
        "<size>Gi",
        "%%NAME%%",
        "%NAME%",
        "@NAME@",
        "$(NAME)",
        "$(params.name)",
        "$APP",
        "{web}",
        "#{Name}#",
        "((name))",
        "[[ name ]]",
        "REPLACE_ME",
        "changeme",
        "replace-me",
        "your-storage-class",
        "YOUR_NAMESPACE",
        "web-placeholder",
        "VM_NAME",
        "...",
    ],
)
def test_a_placeholder_is_unknown(value: str) -> None:
    assert is_unknown(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "web",
        "web__root",
        "__web",
        "user@example.com",
        "https://example.com/%20a%20b",
        "docker://quay.io/containerdisks/fedora:42",
        "todos",
        "exchange-mesh",
        "yours",
        "RerunOnFailure",
        "100%",
        "1 < 2",
        "a\n$(date)",
        f"{'a' * 260} $(date)",
        None,
        7,
        True,
        ["${APP}"],
        {"${APP}": 1},
    ],
)
def test_anything_else_is_known(value: Any) -> None:
    assert not is_unknown(value)


@pytest.mark.parametrize(
    ("name", "before"), [("web-${A}", "web-"), ("a-__B__-${C}", "a-"), ("web", "web"), ("<vm>", "")]
)
def test_what_is_in_front_of_the_first_variable(name: str, before: str) -> None:
    assert before_variable(name) == before


@pytest.mark.parametrize(
    ("value", "wanted", "may"),
    [
        ("web", "web", True),
        ("web", "db", False),
        ("${APP}", "", True),
        ("${APP}", "web", True),
        ("${APP}-root", "web-root", True),
        ("${APP}-root", "web-data", False),
        ("a.${X}.b", "axyb", False),
        ("${X}-{{ y }}", "1-2", True),
        ("{{ a }}-{{ b }}-disk", "disk", False),
        ("web-__ENV__-root", "web-dev-root", True),
        ("<vm>-root", "web-data", False),
    ],
)
def test_what_a_value_may_turn_out_to_be(value: str, wanted: str, may: bool) -> None:
    assert may_be(value, wanted) is may


@given(st.lists(_PIECES, max_size=8).map("".join))
def test_placeholders_are_found_whatever_else_is_written(value: str) -> None:
    found = unknown._IN_NAMES.search(value) is not None and "\n" not in value
    assert is_unknown(value) == (found or "${" in value or "{{" in value)
