"""What is known of vmlint's own rules before their modules are loaded, and which are loaded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest

from tools.index import index
from vmlint.registry import rules
from vmlint.registry.made import announced, made
from vmlint.registry.own import is_newest
from vmlint.rule import Meta, Rule, RuleModule

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
spec: {running: true, template: {spec: {domain: {devices: {}, memory: {guest: 1Gi}}}}}
"""


def indexed() -> Mapping[str, tuple[str, Meta]]:
    """The index that a built package has."""
    namespace: dict[str, Any] = {}
    exec(index(), namespace)
    return cast(Mapping[str, tuple[str, Meta]], namespace["INDEX"])


def modules() -> dict[str, Rule]:
    """The rules as their modules have them, by the names in `RULES`."""
    names: tuple[str, ...] = import_module("vmlint.rules").RULES
    return {name: made(cast(RuleModule, import_module(f"vmlint.rules.{name}"))) for name in names}


def values(rule: Rule) -> tuple[object, ...]:
    return rule.meta, rule.slug, rule.family, rule.title, rule.page


def loaded(installed: Path, *words: str, cwd: Path | None = None) -> list[str]:
    """The modules in the families of the rules that a command loads."""
    said = subprocess.run(
        [sys.executable, "-c", _LOADED, *words],
        cwd=cwd or installed,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return said.stdout.splitlines()[-1].split()


def test_the_index_has_what_the_modules_have() -> None:
    assert indexed() == {name: (rule.title, rule.meta) for name, rule in modules().items()}


def test_a_rule_of_the_index_is_that_of_its_module() -> None:
    announcements = [announced(f"vmlint.rules.{name}", *entry) for name, entry in indexed().items()]
    assert [values(rule) for rule in announcements] == [values(rule) for rule in modules().values()]


def test_the_rules_are_those_of_their_modules() -> None:
    by_id = {rule.id: rule for rule in rules()}
    assert [values(by_id[rule.id]) for rule in modules().values()] == [values(rule) for rule in modules().values()]


def test_a_run_loads_the_modules_of_the_rules_that_it_asks(installed: Path, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "vm.yaml").write_text(_MACHINE, "utf-8")
    names = loaded(installed, "check", "-q", "--no-cache", cwd=tmp_path)
    assert "vmlint.rules.references.source_not_found" not in names  # without a reference that is lost
    assert "vmlint.rules.machine.revision_name_set" not in names  # without that field
    assert "vmlint.rules.machine.running_deprecated" in names
    assert not {"vmlint.rules.preference.preference_cpu_invalid", "vmlint.rules.api.value_invalid"} & {*names}


def test_a_list_of_the_rules_loads_none(installed: Path) -> None:
    names = loaded(installed, "rules", "--format", "json")
    assert [name for name in names if not name.rpartition(".")[2].startswith("_")] == []


def test_a_package_without_an_index_loads_the_modules(installed: Path, tmp_path: Path) -> None:
    without = shutil.copytree(
        installed, tmp_path / "without", ignore=shutil.ignore_patterns("_index.py*", "__pycache__")
    )
    assert "vmlint.rules.preference.preference_cpu_invalid" in loaded(without, "rules", "--format", "json")


@pytest.mark.parametrize("older", ["_index.py", "__init__.py", "storage/disk_too_small.py", "_about.py"])
def test_an_index_counts_that_is_newer_than_each_rule(older: str, tmp_path: Path) -> None:
    for name in ("_index.py", "__init__.py", "_about.py", "storage/disk_too_small.py"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
        os.utime(file, ns=(0, 2_000 if name == "_index.py" else 1_000))
    assert is_newest(tmp_path)
    os.utime(tmp_path / older, ns=(0, 1_000 if older == "_index.py" else 2_000))
    assert not is_newest(tmp_path)


def test_no_index_is_not_newest(tmp_path: Path) -> None:
    assert not is_newest(tmp_path)


def test_a_module_that_differs_from_the_index_is_reported() -> None:
    rule = rules()[0]
    module = f"vmlint.rules.{rule.family}.{rule.slug.replace('-', '_')}"
    stale = announced(module, rule.title, rule.meta._replace(since="9"))
    with pytest.raises(RuntimeError, match="another `META` than the index"):
        stale.check(None, None)  # type: ignore[arg-type]
    assert announced(module, rule.title, rule.meta).page == rule.page
