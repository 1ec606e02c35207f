"""Python packs: what is found in files, folders and modules, and what is wrong with them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import vmlint
from vmlint import registry
from vmlint.errors import PackError
from vmlint.rule import Effect, Rule

from .sample import VM, rule, write


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def read(*packs: str) -> list[Rule]:
    return [rule for rule in registry.known(packs, plugins=False) if rule.pack]


def reported(*packs: str) -> tuple[str, ...]:
    with pytest.raises(PackError) as caught:
        read(*packs)
    return caught.value.mistakes


def names(*packs: str) -> list[tuple[str, str, str, str]]:
    return [(rule.id, rule.slug, rule.family, rule.pack) for rule in read(*packs)]


def test_a_rule_is_made_as_vmlints_own(here: Path) -> None:
    write(here / "policies", owner_missing=rule())
    (found,) = read("policies/owner_missing.py")
    assert (found.id, found.slug, found.family, found.title) == (
        "ACME1",
        "owner-missing",
        "policies",
        "A VM has no owner",
    )
    assert found.page.splitlines()[2:] == ["## What it does", "Reports a VM without the label `owner`."]
    assert (found.meta.effect, found.meta.since, found.pack) == (Effect.RISK, "1", "policies/owner_missing.py")


def test_a_folder_gives_every_module(here: Path) -> None:
    write(here / "policies", b=rule("ACME2"), storage__a=rule("ACME1"), _common="x = 1", fixtures__b__bad__c="x = 1")
    assert names("policies/") == [("ACME1", "a", "storage", "policies"), ("ACME2", "b", "policies", "policies")]


def test_a_list_names_the_modules_that_are_rules(here: Path) -> None:
    listed = 'RULES = ("storage.a",)'
    write(here / "policies", __init__=listed, b="x = 1", storage__a=rule("ACME1"))
    assert names("./policies") == [("ACME1", "a", "storage", "policies")]


def test_rules_share_a_module_beside_them(here: Path) -> None:
    write(here / "my-policies", _common='LABEL = "owner"', a=rule() + "\nfrom ._common import LABEL\n")
    assert names("my-policies/") == [("ACME1", "a", "my-policies", "my-policies")]
    assert names("my-policies/a.py") == [("ACME1", "a", "my-policies", "my-policies/a.py")]


def test_a_file_is_read_as_it_is_now(here: Path) -> None:
    write(here / "p", a=rule("ACME1"))
    assert [found.id for found in read("p/a.py")] == ["ACME1"]
    write(here / "p", a=rule("ACME20"))
    assert [found.id for found in read("p/a.py")] == ["ACME20"]


def test_a_module_is_found_where_python_looks(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here / "site" / "acme_rules_one", __init__="", a=rule("ACME1"))
    write(here / "site", acme_rule_two=rule("ACME2"))
    monkeypatch.syspath_prepend(here / "site")
    assert names("acme_rules_one", "acme_rule_two") == [
        ("ACME1", "a", "acme-rules-one", "acme_rules_one"),
        ("ACME2", "acme-rule-two", "acme-rule-two", "acme_rule_two"),
    ]


def test_a_bare_word_is_no_folder(here: Path) -> None:
    write(here / "policies", a=rule())
    assert reported("policies", "nothing") == (
        "policies: no module of this name is installed; for the folder write `./policies`",
        "nothing: no module of this name is installed; for a file or folder write its path",
    )


def test_a_pack_that_is_named_twice_is_read_once(here: Path) -> None:
    write(here / "policies", a=rule())
    assert names("policies/", "./policies") == [("ACME1", "a", "policies", "policies")]


def test_all_mistakes_of_all_packs_are_reported(here: Path) -> None:
    write(
        here / "bad",
        a="import nothing_of_that_name",
        b="x = (\n",
        c="META = 3",
        d=rule("acme")
        .replace("Effect.RISK", '"risk"')
        .replace('since="1"', "since=1")
        .replace("subject=VirtualMachine", 'subject="VM"'),
        e='"""A page."""\ndef check(vm, world): ...',
        Upper=rule(),
    )
    write(here / "exit", a="raise SystemExit(3)")
    write(here / "init", __init__="1 / 0", a=rule())
    write(here / "lists", __init__='RULES = ("a", "nothing")', a=rule("ACME5"))
    write(here / "listed", __init__='RULES = "a"', a=rule())
    write(here / "empty", _a="x = 1")
    (here / "both").mkdir()
    write(here / "both", a=rule())
    (here / "both" / "b.yaml").write_text("a: b", "utf-8")
    (here / "none").mkdir()
    (here / "text.txt").touch()
    packs = ["bad/", "exit/", "init/", "lists/", "listed/", "empty/", "both/", "none/", "./text.txt", "nowhere/"]
    assert reported(*packs) == (
        "both: it contains `b.yaml` and `both/a.py`: name one of the two",
        "none: it contains no YAML or Python file",
        "text.txt: is not a pack: a pack is a YAML file, a Python file or a folder",
        "nowhere: does not exist",
        "bad/Upper.py: the name of a rule's file must consist of lower-case letters, digits and `_`, such as "
        "`disk_too_small.py`",
        "bad/a.py:1: module `a` can't be imported: ModuleNotFoundError: No module named 'nothing_of_that_name'",
        "bad/b.py:1: this is not valid Python: '(' was never closed",
        "bad/c.py: it has no docstring, which is the rule's documentation: begin with a line that names the fault",
        "bad/c.py: it has no `check`: write `def check(vm: VirtualMachine, world: World) -> Iterator[Fault]`",
        "bad/c.py: `META` must be a `vmlint.rule.Meta`, not int",
        "bad/d.py: the number `acme` must be capital letters and digits with a digit at the end, such as `ACME1`",
        "bad/d.py: `effect` of META must be a `vmlint.rule.Effect`, such as `Effect.RISK`, not 'risk'",
        'bad/d.py: `since` of META must be the version of the pack as text, such as `"1.0"`, not 1',
        "bad/d.py: `subject` of META must be a class of `vmlint.model.subjects`, or several, not 'VM'",
        'bad/e.py: it has no `META`: write `META = Meta("ACME1", effect=Effect.RISK, since="1", subject=…)` '
        "(the names of other modules begin with `_`)",
        "exit/a.py:1: module `a` can't be imported: SystemExit: 3",
        "init/__init__.py:1: module `__init__` can't be imported: ZeroDivisionError: division by zero",
        "lists: the module `nothing` does not exist",
        'listed/__init__.py: `RULES` must name modules: write `RULES = ("storage.disk_too_small",)`',
        "empty: it contains no rule: a rule is a module with a docstring, `META` and `check`",
    )


def test_names_are_not_those_of_others(here: Path) -> None:
    write(here / "p", memory_unset=rule("ACME9"), storage=rule("ACME1"), a=rule("ACME2"))
    write(here / "q", b=rule("ACME2"), a=rule("ACME3"))
    assert reported("p/", "q/") == (
        "p: rule `ACME1` (storage): a family of vmlint has this name: choose another",
        "p: rule `ACME9` (memory-unset): `VM506` of vmlint has this name: choose another",
        "q: rule `ACME2` (b): `a` of p has this number: choose another",
        "q: rule `ACME3` (a): `ACME2` of p has this name: choose another",
    )
    write(here / "r", b=rule("VM506"))
    assert reported("r/") == (
        "r/b.py: the number `VM506` is reserved for vmlint, as it begins with `VM` and a digit: choose another",
    )


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("yield 3", "TypeError: `check` yields int; it must yield what `META.at` or `META.doubt` returns"),
        ("return None", "TypeError: 'NoneType' object is not iterable"),
        ("yield vm.nothing", "AttributeError: 'VirtualMachine' object has no attribute 'nothing' at p/a.py:14"),
    ],
)
def test_a_rule_that_fails_is_reported_as_the_packs(here: Path, body: str, error: str) -> None:
    text = rule()
    write(here / "p", a=text[: text.index("    if not")] + f"    {body}\n")
    (here / "vm.yaml").write_text(VM, "utf-8")
    (failed,) = vmlint.check(rules=["p/a.py"]).findings
    assert (failed.slug, str(failed.resource), failed.file) == ("rule-crashed", "VirtualMachine shop/web", "vm.yaml")
    assert failed.message.startswith(f"the rule `a` failed on it: {error}")
    assert failed.message.endswith(". This is a fault in `p/a.py`, not in the manifest.")
    assert failed.fix == "fix the rule (`vmlint check --verbose` shows the traceback), or skip it with `--ignore a`"
    assert not vmlint.check(rules=["p/a.py"], ignore=["ACME1"]).findings


def test_nothing_stays_among_the_modules_under_a_name_of_others(here: Path) -> None:
    write(here / "json", a=rule())
    before = set(sys.modules)
    read("./json")
    assert {name.partition("_")[0] for name in set(sys.modules) - before if "pack" in name} == {"vmlint"}
    assert "json.a" not in sys.modules
