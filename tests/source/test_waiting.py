"""What a document's object is, reported from its text: never wrong, however the document is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import FIXTURES
from vmlint.source.builder import build
from vmlint.source.problems import Unreadable
from vmlint.source.stream import split
from vmlint.source.waiting import header_of


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: apps/v1\nkind: Deployment\n",
        "# a comment\nkind: Deployment\nmetadata:\n  name: x\napiVersion:  apps/v1  \n",
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n- kind: VirtualMachine\n  apiVersion: kubevirt.io/v1\n",
        "apiVersion: apps/v1\nkind: Deployment\ndata: |\n  kind: VirtualMachine\n",
        "apiVersion: apps/v1\nmetadata: {}\nkind: Deployment\n\n  # the end\n",
        "kind: Deployment\napiVersion: apps/v1\n",
        "--- # the first\n\napiVersion: apps/v1\nkind: Deployment\n",
        "---\n# the first\nmetadata: {}\napiVersion: apps/v1\nkind: Deployment\n",
        'apiVersion: apps/v1\nkind: Deployment\ndata:\n  "kind": VirtualMachine\n  b: {"apiVersion": v1}\n- "kind"\n',
        "apiVersion: apps/v1\ndata:\n  a: |\n   {'x': y\n\n  b: \"\\\"c\"\n  d: 'it''s'\n"
        "  e: f's\n  g: 'h\n\n   i'\nkind: Deployment\n",
    ],
)
def test_the_usual_way_to_write_it(text: str) -> None:
    assert header_of(text) == ("apps/v1", "Deployment")


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: apps/v1\nkind: Deployment\nkind: VirtualMachine\n",
        'apiVersion: apps/v1\nkind: Deployment\n"kind": VirtualMachine\n',
        "apiVersion: apps/v1\nkind: Deployment\n? kind\n: VirtualMachine\n",
        "apiVersion: apps/v1\nkind: Deployment\n<<: {kind: VirtualMachine}\n",
        "apiVersion: apps/v1\nkind: Deployment\n...\n",
        "apiVersion: apps/v1\nkind: Deployment # or not\n",
        "apiVersion: apps/v1\nkind: Deployment\nkind : VirtualMachine\n",
        "apiVersion: apps/v1\nkind: *kind\n",
        "apiVersion: apps/v1\nkind: !!str Deployment\n",
        "apiVersion: apps/v1\nkind: Deployment\nname: {{ .Values.name }}\n",
        "{\napiVersion: apps/v1,\nkind: Deployment\n}\n",
        "apiVersion: apps/v1\nkind:\n  Deployment\n",
        "a: 'x\nkind: Deployment\napiVersion: v1\n'\n",
        "a: 'x\nkind: Deployment\napiVersion: v1\n  '\n",
        "a:\n- |\n  'x\n- 'y\nkind: Deployment\napiVersion: v1\n  '\n",
        "a: [x, {\nkind: Deployment\n   ,\napiVersion: v1\n  }]\n",
        "a b\n# c\nkind: Deployment\napiVersion: v1\n",
        "kind: Deployment\n",
        "apiVersion: 1\nkind: Deployment\n",
        "apiVersion: v1\nkind: On\nmetadata: {}\n",
        "metadata: {}\napiVersion: 1.5\nkind: Deployment\n",
        "apiVersion: apps/v1\nkind: Deployment\n\n  Set\nmetadata: {}\n",
        "metadata: {}\napiVersion: apps/v1\nkind: Deployment\n  Set\n",
        "apiVersion: apps/v1\nkind: Deployment\nname: x\rkind: VirtualMachine\n",
        "apiVersion: apps/v1\nkind: Deployment\nname: x\u2028kind: VirtualMachine\n",
        "metadata: {}\napiVersion: apps/v1\nkind: Deployment\nname: x\x85kind: VirtualMachine\n",
    ],
)
def test_any_other_way_is_left_to_the_parser(text: str) -> None:
    assert header_of(text) is None


def reported(text: str) -> None:
    """Nothing is reported, or what the parser finds; of a text that it refuses nothing is said."""
    header = header_of(text)
    if header is None:
        return
    try:
        data = build(text).data
    except Unreadable:
        return
    assert isinstance(data, dict)
    assert (data.get("apiVersion"), data.get("kind")) == header


LINES = r"""
kind: Deployment
kind: VirtualMachine
apiVersion: v1
apiVersion: kubevirt.io/v1
'kind': A
? kind
: B
<<: *a
a: &a {kind: C}
b: "x
y"
c: >
  kind: D
- kind: E
...
# kind: F
kind : G
  apiVersion: v2
d: |
h: "kind"
  j
# k
e: 'f
g'
{kind: H}
 "kind": K
- "kind": L
"\x6bind": I
""".strip().splitlines()


BREAKS = ["\n", "\n", "\n", "\n\n", "\r", "\x85", "\u2028", "\u2029"]
TOPS = [
    "",
    "---\n",
    "apiVersion: v1\nkind: Deployment\n",
    "# top\n\nkind: Deployment\napiVersion: v1\n",
    "kind: A\nb: c\n",
]


@given(
    st.sampled_from(TOPS), st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(BREAKS)).map("".join), max_size=8)
)
def test_whatever_lines_stand_together(top: str, lines: list[str]) -> None:
    reported(top + "".join(lines))


def test_the_fixtures() -> None:
    found = 0
    for file in sorted(FIXTURES.rglob("*.yaml")):
        for chunk in split(file.read_text("utf-8")):
            reported(chunk.text)
            found += header_of(chunk.text) is not None
    assert found > 100
