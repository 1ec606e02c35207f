"""Packs as files: the rules that they hold, and every mistake with its line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vmlint.errors import ConfigError
from vmlint.packs.reading import _LARGEST, read
from vmlint.rule import Effect, Level

RULE = """\
- id: HOUSE001
  slug: owner-missing
  subject: VirtualMachine
  require: {path: metadata.labels.owner, exists: true}
  message: no owner
"""


def pack(folder: Path, text: str, name: str = "house.yaml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def mistakes(folder: Path, text: str) -> list[str]:
    """What is wrong with a pack, without the file's name."""
    file = pack(folder, text)
    with pytest.raises(ConfigError) as raised:
        read(file)
    shown = os.path.relpath(file)
    assert all(reported.startswith(f"{shown}:") for reported in raised.value.mistakes)
    return [reported.removeprefix(f"{shown}:") for reported in raised.value.mistakes]


def in_rule(folder: Path, **lines: str) -> list[str]:
    """What is wrong with a rule in which some keys have another value, or none; `_` represents a whole line more."""
    kept = [line for line in RULE.splitlines() if line[2:].partition(":")[0] not in lines]
    new = [f"  {key}: {value}" for key, value in lines.items() if value and key != "_"]
    more = [f"  {lines['_']}"] if "_" in lines else []
    first, *rest = [*kept, *new, *more]
    return mistakes(folder, "\n".join(["rules:", f"- {first[2:]}", *rest]) + "\n")


def test_a_rule_and_its_defaults(tmp_path: Path) -> None:
    (rule,) = read(pack(tmp_path, f"rules:\n{RULE}", "Our House.yaml"))
    assert (rule.id, rule.slug, rule.title, rule.page, rule.family, rule.meta.effect, rule.level) == (
        "HOUSE001",
        "owner-missing",
        "Owner missing",
        "Owner missing",
        "our-house",
        Effect.RISK,
        Level.WARNING,
    )


def test_what_a_rule_says_of_itself(tmp_path: Path) -> None:
    more = "  level: error\n  effect: stuck\n  docs: |\n    A VM has no owner.\n\n    ## What it does\n    Asks.\n"
    (rule,) = read(pack(tmp_path, f"pack: policies\nrules:\n{RULE}{more}"))
    assert (rule.title, rule.page, rule.family, rule.meta.effect, rule.level) == (
        "A VM has no owner",
        "A VM has no owner.\n\n## What it does\nAsks.",
        "policies",
        Effect.STUCK,
        Level.ERROR,
    )


def test_a_rule_whose_conditions_speak_needs_no_message(tmp_path: Path) -> None:
    text = RULE.replace("exists: true}", "exists: true, message: no owner}").replace("  message: no owner\n", "")
    assert [rule.slug for rule in read(pack(tmp_path, f"rules:\n{text}"))] == ["owner-missing"]


def test_rules_in_the_order_of_the_file(tmp_path: Path) -> None:
    second = RULE.replace("HOUSE001", "HOUSE000").replace("owner-missing", "owner-odd")
    assert [rule.id for rule in read(pack(tmp_path, f"rules:\n{RULE}{second}"))] == ["HOUSE001", "HOUSE000"]


def test_every_mistake_is_reported_with_its_line(tmp_path: Path) -> None:
    text = """\
pack: Our House
rules:
- id: VM001
  slug: owner-missing
  subject: VirtualMachin
  requires: {path: metadata.labels.owner, exists: true}
  forbid:
  - {path: "a.b[", exists: true}
  - {path: a.b, equal: 3}
  message: "{nam}"
- 3
rule: []
"""
    assert mistakes(tmp_path, text) == [
        "1: `pack` must consist of lower-case letters, digits and `-`, such as `owner-missing`",
        "3: `VM001`: numbers that begin with `VM` and a digit are reserved for vmlint: choose another beginning",
        "5: `VirtualMachin` is not a known kind; did you mean `VirtualMachine`?",
        "6: a rule has no key `requires`; did you mean `require`?",
        "8: `a.b[` is not a valid path: it ends too early, in column 5",
        "9: a condition has no key `equal`; did you mean `equals`?",
        "10: a message has no placeholder `{nam}`; did you mean `{name}`?",
        "11: a rule must be a mapping: write `{id: HOUSE001, slug: owner-missing, subject: VirtualMachine, "
        "require: {…}, "
        "message: …}`",
        "12: a pack has no key `rule`; did you mean `rules`?",
    ]


@pytest.mark.parametrize(
    ("lines", "reported"),
    [
        ({"id": ""}, ["2: the rule has no `id`: write a unique number, such as `id: HOUSE001`"]),
        ({"id": "house1"}, ["6: an `id` must consist of capital letters and a number, such as `HOUSE001`"]),
        ({"slug": ""}, ["2: the rule has no `slug`: write a short name for the fault, such as `slug: owner-missing`"]),
        ({"slug": "Owner"}, ["6: `slug` must consist of lower-case letters, digits and `-`, such as `owner-missing`"]),
        (
            {"subject": ""},
            ["2: the rule has no `subject`: write the kind of object that it checks, such as "
             "`subject: VirtualMachine`"],
        ),
        (
            {"subject": "3"},
            ["6: `subject` must be a kind or a list of kinds, not a number: write `subject: VirtualMachine`"],
        ),
        (
            {"message": ""},
            ["2: the rule has no `message`: write the message of its findings, such as `message: VM {name} has "
                "no owner`"],
        ),
        ({"message": "[a]"}, ["6: `message` must be a text, not a list: write `message: …`"]),
        ({"message": "'{'"}, ["6: a `{` is unmatched: write `{{` for a brace"]),
        (
            {"message": "'{via.name}'"},
            ["6: a message has no placeholder `{via.name}`: each condition of `require` and `forbid` that uses "
                "it needs `via`"],
        ),
        ({"level": "fatal"}, ["7: `level` must be error, warning or note, not `fatal`"]),
        ({"level": "[error]"}, ["7: `level` must be error, warning or note, not `['error']`"]),
        (
            {"effect": "riks"},
            ["7: `effect` must be rejected, stuck, unbuildable, ignored, risk, unresolved, restart, deprecated or "
             "unreadable, not `riks`; did you mean `risk`?"],
        ),
        ({"of": "expand"}, ["7: `of` must be written or expanded, not `expand`; did you mean `expanded`?"]),
        (
            {"subject": "DataVolume", "of": "expanded"},
            ["7: a DataVolume can't be expanded, only VirtualMachine and VirtualMachinePool: remove `of`"],
        ),
        ({"each": "3"}, ["7: `each` must be a JSONPath, not a number: write `each: metadata.labels.owner`"]),
        ({"require": ""}, ["2: the rule has no condition: add `require` or `forbid`"]),
        (
            {"require": "[]"},
            ["6: `require` must be a condition or a list of them, not a list: write "
             "`require: {path: metadata.labels.owner, exists: true}`"],
        ),
        ({"when": "[3]"}, ["7: a condition must be a mapping: write `{path: metadata.labels.owner, exists: true}`"]),
        (
            {"when": "{exists: true}"},
            ["7: the condition has no `path`: add one, such as `path: metadata.labels.owner`"],
        ),
        (
            {"when": "{path: a}"},
            ["7: the condition does not check its path: add one of exists, count, equals, in, contains, matches, "
             "regex, quantity, version"],
        ),
        ({"when": "{path: a, exists: 1}"}, ["7: `exists` must be true or false, not a number: write `exists: true`"]),
        (
            {"when": "{path: a, exists: true, equals: 3}"},
            ["7: `exists` is redundant: `equals` already requires a value"],
        ),
        (
            {"when": "{path: a, equals: null}"},
            ["7: `null` counts as a missing value: write `exists: false`"],
        ),
        (
            {"when": "{path: a, in: b}"},
            ["7: `in` must be a list of values, not text: write `in: [u1.small, u1.medium]`"],
        ),
        ({"when": "{path: a, regex: '(b'}"}, ["7: `(b` is not a regular expression: missing ): (b"]),
        (
            {"when": "{path: a, matches: [3]}"},
            ["7: `matches` must be a glob or a list of them, not a number: write `matches: '*:latest'`"],
        ),
        (
            {"when": "{path: a, quantity: 2Gi}"},
            ['7: `2Gi` is not a comparison with a quantity: write `quantity: ">= 2Gi, <= 64Gi"`'],
        ),
        (
            {"when": "{path: a, quantity: 2}"},
            ['7: `quantity` must be a comparison in quotes, not a number: write `quantity: ">= 2Gi, <= 64Gi"`'],
        ),
        ({"when": "{path: a, version: '>= "
            "x'}"}, ['7: `>= x` is not a comparison with a version: write `version: ">= 1.2"`']),
        ({"when": "{path: a, count: '> -1'}"}, ['7: `> -1` is not a comparison with a number: write `count: ">= 1"`']),
        (
            {"when": "{via: instancetyp, path: a, exists: true}"},
            ["7: `instancetyp` is not a known link; did you mean `instancetype`?"],
        ),
        (
            {"when": "{via: [instancetype, storageClass], path: a, exists: true}"},
            ["7: a VirtualMachineClusterInstancetype or VirtualMachineInstancetype has no link `storageClass`: "
             "its links are `secrets[*]`, `configMaps[*]`, `namespace`"],
        ),
        (
            {"subject": "StorageClass", "when": "{via: instancetype, path: a, exists: true}"},
            ["7: a StorageClass has no link `instancetype`: it has no links"],
        ),
        ({"_": "id: HOUSE002"}, ["7: `id` appears twice, first in line 2: keep one"]),
    ],
)  # fmt: skip
def test_mistakes_of_a_rule(tmp_path: Path, lines: dict[str, str], reported: list[str]) -> None:
    assert in_rule(tmp_path, **lines) == reported


def test_names_are_once_in_a_pack(tmp_path: Path) -> None:
    assert mistakes(tmp_path, f"rules:\n{RULE}{RULE}") == [
        "7: two rules of the pack have the id `HOUSE001`: choose another",
        "8: two rules of the pack have the slug `owner-missing`: choose another",
    ]


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (
            "- a\n",
            ["1: a pack must be a mapping with `rules`: write `rules: [{id: HOUSE001, slug: owner-missing, "
             "subject: VirtualMachine, require: {…}, message: …}]`"],
        ),
        ("a: [\n", ["2: this can't be read: "]),
        ("rules: []\n---\nrules: []\n", ["3: a second document begins here: a pack is a single one"]),
    ],
)  # fmt: skip
def test_what_is_no_pack(tmp_path: Path, text: str, reported: list[str]) -> None:
    got = mistakes(tmp_path, text)
    assert len(got) == len(reported)
    assert all(one.startswith(wanted) for one, wanted in zip(got, reported, strict=True))


def test_what_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: No such file or directory"):
        read(tmp_path / "lost.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"rules:\n- id: \xe9\n")
    with pytest.raises(ConfigError, match=r"latin\.yaml:2: the file is not UTF-8 text"):
        read(tmp_path / "latin.yaml")
    with pytest.raises(ConfigError, match="larger than 1 MiB"):
        read(pack(tmp_path, "#" * (_LARGEST + 1)))
