"""`vmlint explain`."""

from __future__ import annotations

import pytest

from vmlint.cli.explain import _plain

from .conftest import RULES, Run


@pytest.mark.parametrize("name", ["VM103", "vm103", "label-missing"])
def test_the_page_as_markdown(run: Run, name: str) -> None:
    assert run("explain", name) == (
        0,
        """\
# VM103 label-missing: The volume to infer from carries no default

stuck (error): accepted, but never becomes ready

## What it does
Follows the volume to the claim or snapshot that it comes from, and looks for the label `example.io/default` there and
on each object on the way.

## Bad
    kind: PersistentVolumeClaim
    metadata:
      name: fedora

## How to configure
In the configuration, `levels: {label-missing: note}` changes the level of its findings, and `ignore: [label-missing]`
skips the rule. The comment `# vmlint: ignore[label-missing] reason` suppresses the finding at its field.
""",
        "",
    )


def test_sentences_are_wrapped_on_a_terminal() -> None:
    assert _plain(RULES[1], 50).split("\n\n")[2:] == [
        "## What it does\n"
        "Follows the volume to the claim or snapshot that\n"
        "it comes from, and looks for the label\n"
        "`example.io/default` there and on each object on\n"
        "the way.",
        "## Bad\n    kind: PersistentVolumeClaim\n    metadata:\n      name: fedora",
        "## How to configure\n"
        "In the configuration, `levels: {label-missing:\n"
        "note}` changes the level of its findings, and\n"
        "`ignore: [label-missing]` skips the rule. The\n"
        "comment `# vmlint: ignore[label-missing] reason`\n"
        "suppresses the finding at its field.\n",
    ]


def test_markdown_is_drawn_in_colour(run: Run) -> None:
    out = run("explain", "VM103", "--color", "always")[1]
    assert "\x1b[1mWhat it does\x1b[0m" in out
    assert "\x1b[36mexample.io/default\x1b[0m" in out
    assert " kind: PersistentVolumeClaim\n metadata:\n   name: fedora" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name a rule, such as `vmlint explain VM101`; `vmlint rules` lists them"),
        (["labelmissing"], "no rule or family is called `labelmissing`; did you mean `label-missing`?"),
        (["inference"], "`inference` names 2 rules: name one, such as `VM101` or `volume-missing`"),
        (["VM1"], "`VM1` names 2 rules: name one, such as `VM101` or `volume-missing`"),
        (["zzzzzz"], "no rule or family is called `zzzzzz`; `vmlint rules` lists them"),
        (["VM101", "VM103"], "one argument too many: `VM103` (see `vmlint explain --help`)"),
    ],
)
def test_a_usage_error_is_one_line(run: Run, words: list[str], message: str) -> None:
    assert run("explain", *words) == (2, "", f"vmlint explain: {message}\n")
