import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmlint.report.untrusted import _indented, address, cells, json_text, visible

_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner), st.tuples(inner), st.dictionaries(st.one_of(st.text(), st.integers(), st.none()), inner)
    ),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("golden/fedora → `日本`", "golden/fedora → `日本`"),
        ("\x1b[31mred\x07\x9b", r"\x1b[31mred\x07\x9b"),
        ("a\r\n\tb\x00", r"a\r\n\tb\x00"),
        ("\u202eevil\u2066\u200b\u2028\u2029\ufeff", r"\u202eevil\u2066\u200b\u2028\u2029\ufeff"),
        ("\ud800 \U000e0041", r"\ud800 \U000e0041"),
        ("##[add-mask]x ##vso[task.setvariable]y", r"#\x23[add-mask]x #\x23vso[task.setvariable]y"),
        ("###[group]", r"##\x23[group]"),
        ("## a heading [1]", "## a heading [1]"),
    ],
)
def test_what_cannot_be_seen_is_written_as_its_escape(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert "".join(cells(text)) == shown
    assert len(cells(text)) == len(text)


def test_json_keeps_the_strings_and_is_harmless() -> None:
    value = {"a": "\x1b[2J\x7f\x85\u2028 → 𝄞 ##[error]x \\##vso[y]", "b": ["::error::", 1, None]}
    text = json_text(value)
    assert json.loads(text) == value
    assert text == (
        '{\n  "a": "\\u001b[2J\\u007f\\u0085\\u2028 \\u2192 \\ud834\\udd1e #\\u0023[error]x \\\\#\\u0023vso[y]",\n'
        '  "b": [\n    "::error::",\n    1,\n    null\n  ]\n}\n'
    )


@given(_VALUES)
def test_json_is_laid_out_as_by_the_library(value: object) -> None:
    assert _indented(value, "\n") == json.dumps(value, indent=2)


def test_compact_json_is_one_line() -> None:
    assert json_text({"a": ["##[x]", 1]}, compact=True) == '{"a":["#\\u0023[x]",1]}\n'


def test_json_has_no_lone_surrogate() -> None:
    assert json.loads(json_text(["\ud800\udc00", "x\udcff"])) == ["\ufffd\ufffd", "x\\xff"]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("vms/web.yaml", "vms/web.yaml"),
        ("a b/c#d?e%f[1]é.yaml", "a%20b/c%23d%3Fe%25f%5B1%5D%C3%A9.yaml"),
        ("http://x/y.yaml", "http%3A//x/y.yaml"),
        ("caf\udce9.yaml", "caf%E9.yaml"),
        ("\ud800\n", "%3F%0A"),
        ("", "."),
    ],
)
def test_address(file: str, uri: str) -> None:
    assert address(file) == uri
