"""What is known of vmlint's own rules before their modules are loaded, and which are loaded."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.index import INDEX, index, modules
from vmlint.registry import rules
from vmlint.registry.made import announced
from vmlint.rule import Rule

_LOADED = """\
import sys
from vmlint.cli import main
main()
print(*sorted(name for name in sys.modules if name.startswith("vmlint.rules.") and name.count(".") == 3))
"""

_MACHINE = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec: {runStrategy: Always, template: {spec: {domain: {devices: {}, memory: {guest: 1Gi}}}}}
"""


def test_the_index_is_up_to_date() -> None:
    assert INDEX.read_text("utf-8") == index()  # else: python -m tests.accept


def test_a_rule_is_what_its_module_says() -> None:
    def said(rule: Rule) -> tuple[object, ...]:
        return rule.meta, rule.slug, rule.family, rule.title, rule.page

    by_id = {rule.id: rule for rule in rules()}
    assert [said(by_id[rule.id]) for rule in modules().values()] == [said(rule) for rule in modules().values()]


def test_a_run_loads_the_modules_of_the_rules_that_it_asks(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "vm.yaml").write_text(_MACHINE, "utf-8")
    command = [sys.executable, "-c", _LOADED, "check", "-q", "--no-cache"]
    loaded = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    assert "vmlint.rules.references.source_not_found" not in loaded  # without a reference that is lost
    assert "vmlint.rules.machine.revision_name_set" in loaded
    assert not any(name.startswith(("vmlint.rules.preference.preference_cpu", "vmlint.rules.api.")) for name in loaded)


def test_a_list_of_the_rules_loads_none() -> None:
    command = [sys.executable, "-c", _LOADED, "rules", "--format", "json"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [name for name in said.splitlines()[-1].split() if not name.rpartition(".")[2].startswith("_")] == []


def test_a_module_that_says_something_else_than_the_index_is_told() -> None:
    rule = rules()[0]
    module = f"vmlint.rules.{rule.family}.{rule.slug.replace('-', '_')}"
    stale = announced(module, rule.title, replace(rule.meta, since="9"))
    with pytest.raises(RuntimeError, match=r"run `python -m tests\.accept`"):
        stale.check(None, None)  # type: ignore[arg-type]
    assert announced(module, rule.title, rule.meta).page == rule.page
