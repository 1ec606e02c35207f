"""What a run over one VM loads: nothing that it does not need, as loading is most of what it costs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MACHINE = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec: {runStrategy: Always, template: {spec: {domain: {devices: {}, memory: {guest: 1Gi}}}}}
"""

NEEDLESS = {
    "base64",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "email",
    "fractions",
    "hashlib",
    "importlib.metadata",
    "importlib.resources",
    "inspect",
    "jsonpath_ng",
    "networkx",
    "packaging",
    "pathspec",
    "pickle",
    "platformdirs",
    "re2",
    "rich",
    "secrets",
    "selectors",
    "shlex",
    "shutil",
    "struct",
    "tempfile",
    "threading",
    "tomllib",
    "traceback",
    "yaml",
    "vmlint.cdi.cron",
    "vmlint.config.schema",
    "vmlint.engine.history",
    "vmlint.gitops.build",
    "vmlint.gitops.draft",
    "vmlint.gitops.generated_data",
    "vmlint.gitops.kustomization",
    "vmlint.gitops.planner",
    "vmlint.gitops.render",
    "vmlint.impact.touched",
    "vmlint.kubevirt.cloudnodes",
    "vmlint.packs.reading",
    "vmlint.parallel.split",
    "vmlint.registry.python",
    "vmlint.report.layout",
    "vmlint.report.sarif",
    "vmlint.report.text",
    "vmlint.schema.differences",
    "vmlint.schema.hints",
    "vmlint.schema.openapi",
    "vmlint.source.git",
    "vmlint.source.libyaml",
    "vmlint.world.launch",
    "vmlint.world.operations",
    "vmlint.world.services",
    "vmlint.world.snapshots",
}

MOST = 228
"""How many modules of vmlint a run over one VM loads at most. Each costs a tenth of a millisecond and more."""

_LOADED = "import sys; before = set(sys.modules); {}; print('\\n', *sorted(set(sys.modules) - before))"
_CHECK = "from vmlint.cli import main; main(['check', '-q', '--format', 'json', *sys.argv[1:]])"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "vm.yaml").write_text(MACHINE, "utf-8")
    return tmp_path


def loaded(installed: Path, folder: Path, *options: str) -> set[str]:
    """The modules that a run loads after the interpreter has started."""
    command = [sys.executable, "-c", _LOADED.format(_CHECK), *options]
    path = {**os.environ, "PYTHONPATH": str(installed)}
    said = subprocess.run(command, cwd=folder, env=path, capture_output=True, text=True, check=True)
    return set(said.stdout.splitlines()[-1].split())


def test_a_run_loads_nothing_needless(installed: Path, folder: Path) -> None:
    modules = loaded(installed, folder, "--no-cache", "vm.yaml")
    assert modules & NEEDLESS == set()
    assert sum(name.startswith("vmlint.") for name in modules) <= MOST
