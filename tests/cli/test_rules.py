"""`vmlint rules`."""

from __future__ import annotations

import json

from vmlint.cli.rules import _text

from .conftest import RULES, Run


def test_the_table_by_family(run: Run) -> None:
    assert run("rules") == (
        0,
        """\
inference
  VM101  volume-missing  rejected  error    The VM infers from a volume that it does not have
  VM103  label-missing   stuck     error    The volume to infer from carries no default

storage
  VM401  shared-disk     risk      warning  Two VMs write to one disk

vmlint explain RULE shows a rule's documentation.
""",
        "",
    )


def test_titles_stand_below_where_there_is_no_room() -> None:
    assert _text(RULES[:1], 50, "utf-8", False) == (
        "inference\n"
        "  VM101  volume-missing  rejected  error\n"
        "    The VM infers from a volume that it does not\n"
        "    have\n"
        "\n"
        "vmlint explain RULE shows a rule's documentation.\n"
    )


def test_titles_are_wrapped_in_their_column() -> None:
    assert _text(RULES[:1], 80, "utf-8", False).splitlines()[1:3] == [
        "  VM101  volume-missing  rejected  error  The VM infers from a volume that it",
        " " * 42 + "does not have",
    ]


def test_json(run: Run) -> None:
    code, out, _ = run("rules", "--format", "json")
    assert code == 0
    assert json.loads(out)[1] == {
        "id": "VM103",
        "slug": "label-missing",
        "family": "inference",
        "effect": "stuck",
        "level": "error",
        "fix": "",
        "since": "0.1",
        "title": "The volume to infer from carries no default",
        "pack": "",
    }


def test_colour_when_asked_for(run: Run) -> None:
    assert "\x1b[" in run("rules", "--color", "always")[1]


def test_an_argument_is_one_too_many(run: Run) -> None:
    message = "vmlint rules: one argument too many: `VM103` (see `vmlint rules --help`)\n"
    assert run("rules", "VM103") == (2, "", message)
