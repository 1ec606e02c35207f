"""Packs in a run: where they are named, what a configuration may name, and that their rules count as vmlint's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import vmlint
from vmlint.config.config import Config
from vmlint.config.file import load
from vmlint.errors import ConfigError, UsageError
from vmlint.registry import known
from vmlint.report import sarif, text

from .sample import VM, rule, write

PACK = """\
rules:
- id: HOUSE1
  slug: owner-missing
  subject: VirtualMachine
  require: {path: metadata.labels.owner, exists: true}
  message: it has no owner.
  fix: add the label
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    (home / ".git").mkdir(parents=True)
    (home / "vm.yaml").write_text(VM, "utf-8")
    (home / "policies").mkdir()
    (home / "policies" / "vm.yaml").write_text(PACK, "utf-8")
    (tmp_path / "away.yaml").write_text(PACK, "utf-8")
    monkeypatch.chdir(home)
    return home


def configure(content: str) -> Path:
    file = Path(".vmlint.yaml")
    file.write_text(content, "utf-8")
    return file


def mistakes(content: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(configure(content), known_rules=known(plugins=False))
    return caught.value.mistakes


def found(**keywords: object) -> list[tuple[str, str, int]]:
    report = vmlint.check(**keywords)  # type: ignore[arg-type]
    return [(finding.rule, finding.file, finding.line) for finding in report.findings]


@pytest.mark.parametrize("entry", ["policies/vm.yaml", "policies", "./policies/"])
def test_a_configuration_names_packs_of_data(entry: str) -> None:
    assert found() == []
    configure(f"rules: [{entry}]\n")
    assert found() == [("HOUSE1", "vm.yaml", 3)]
    assert found(rules=["policies/vm.yaml"]) == [("HOUSE1", "vm.yaml", 3)]  # it is named twice, and read once


def test_a_configuration_names_packs_from_its_own_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure("rules: [policies/]\n")
    (here / "apps").mkdir()
    (here / "vm.yaml").rename("apps/vm.yaml")
    monkeypatch.chdir("apps")
    assert found() == [("HOUSE1", "vm.yaml", 3)]


def test_a_configuration_brings_no_code(here: Path) -> None:
    ran = "raise SystemExit('it ran')"
    write(here / "code", a=ran)
    write(here, one=ran, json=ran)
    (here / "link.yaml").symlink_to(here.parent / "away.yaml")
    how = (
        "a configuration can't bring code that runs: write `--rules {}` where vmlint is called, "
        "or install the pack with an entry point of the group `vmlint.rules`"
    )
    listed = ["code", "one.py", "json", "../away.yaml", "link.yaml", "nowhere.yaml", "policies/vm.yaml"]
    assert mistakes(f"rules: [{', '.join(listed)}]\nselect: [HOUSE9]\n") == (
        ".vmlint.yaml:1: `../away.yaml` is outside `.`: a configuration may name only packs in its folder",
        f".vmlint.yaml:1: `code` is a Python pack, and {how.format('code')}",
        f".vmlint.yaml:1: `json` would be a Python pack, and {how.format('json')}",
        ".vmlint.yaml:1: `link.yaml` is outside `.`: a configuration may name only packs in its folder",
        ".vmlint.yaml:1: `nowhere.yaml`: does not exist",
        f".vmlint.yaml:1: `one.py` is a Python pack, and {how.format('one.py')}",
    )


def test_names_are_checked_against_the_rules_of_packs() -> None:
    assert load(configure("rules: [policies]\nlevels: {HOUSE1: error}\n"), known_rules=known()).levels == {
        "HOUSE1": "error"
    }
    assert mistakes("rules: [policies]\nselect: [HOUSE2, owner-mising]\n") == (
        ".vmlint.yaml:2: no rule or family is called `HOUSE2`; `vmlint rules` lists them",
        ".vmlint.yaml:2: no rule or family is called `owner-mising`; did you mean `owner-missing`?",
    )
    Path(".vmlint.yaml").unlink()
    with pytest.raises(UsageError, match="no rule or family is called `HOUSE2`"):
        vmlint.check(select=["HOUSE2"], rules=["policies/"])
    assert found(select=["HOUSE1"], rules=["policies/"], config=Config()) == [("HOUSE1", "vm.yaml", 3)]
    assert found(config=Config(rules=("policies/",))) == [("HOUSE1", "vm.yaml", 3)]


def test_the_mistakes_of_a_pack_come_with_those_of_the_configuration(here: Path) -> None:
    (here / "policies" / "vm.yaml").write_text(PACK.replace("HOUSE1", "house"), "utf-8")
    assert mistakes("rules: [policies]\nselect: [HOUSE1]\nnonsense: 1\n")[1:] == (
        "policies/vm.yaml:2: an `id` must consist of capital letters and a number, such as `HOUSE001`",
    )


@pytest.mark.parametrize("pack", ["policies/", "code/"])
def test_rules_of_packs_are_tuned_suppressed_and_described_as_others(here: Path, pack: str) -> None:
    write(here / "code", owner_missing=rule("HOUSE1"))
    assert found(rules=[pack], ignore=["HOUSE1"]) == []
    assert found(rules=[pack], ignore=["owner-missing"]) == []
    (finding,) = vmlint.check(rules=[pack], levels={"HOUSE1": "error"}).findings
    assert (finding.level, finding.effect) == ("error", "risk")
    (here / "vm.yaml").write_text(VM.replace("metadata:", "metadata: # vmlint: ignore[HOUSE1] it is mine"), "utf-8")
    report = vmlint.check(rules=[pack])
    assert ([one.reason for one in report.suppressed], report.findings) == (["it is mine"], ())
    (here / "vm.yaml").write_text(VM, "utf-8")
    report = vmlint.check(rules=[pack])
    run = json.loads(sarif.render(report))["runs"][0]
    (described,) = [one for one in run["tool"]["driver"]["rules"] if one["id"] == "HOUSE1"]
    shown = "policies/vm.yaml" if pack == "policies/" else "code"
    assert (described["name"], described["properties"]["pack"]) == ("owner-missing", shown)
    own = sum(not rule.pack for rule in report.rules)
    reported = text.render(report, verbose=True)
    assert f"\nrules      {own} rules of vmlint\n           1 rule of {shown}\n" in reported
    assert "rules      " not in text.render(vmlint.check(), verbose=True)


def test_a_baseline_knows_findings_of_packs() -> None:
    from vmlint.cli import main

    assert main(["baseline", "write", "--rules", "policies/"]) == 0
    assert main(["baseline", "check", "--rules", "policies/"]) == 0
    assert main(["check", "--baseline", ".vmlint-baseline.json", "--rules", "policies/", "--fail-on", "note"]) == 0
    assert main(["check", "--rules", "policies/", "--fail-on", "warning"]) == 1


def test_rules_and_pages_of_packs_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Also where the configuration names no rule that there is."""
    from vmlint.cli import main

    configure("rules: [policies]\nselect: [nothing]\n")
    assert main(["rules"]) == 0
    assert "vm · policies/vm.yaml\n  HOUSE1  " in capsys.readouterr().out
    assert main(["explain", "HOUSE1"]) == 0
    assert "from the pack policies/vm.yaml\n" in capsys.readouterr().out
    configure("rules: [nowhere.yaml]\n")
    assert main(["rules"]) == 2
    assert capsys.readouterr().err.startswith(".vmlint.yaml:1: `nowhere.yaml`: does not exist\n")
