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
    "email",
    "fractions",
    "importlib.metadata",
    "importlib.resources",
    "jsonpath_ng",
    "networkx",
    "packaging",
    "pathspec",
    "platformdirs",
    "re2",
    "rich",
    "selectors",
    "shlex",
    "shutil",
    "tempfile",
    "tomllib",
    "traceback",
    "vmlint.cdi.cron",
    "vmlint.config.schema",
    "vmlint.source.git",
    "vmlint.gitops.build",
    "vmlint.gitops.kustomization",
    "vmlint.gitops.patching",
    "vmlint.gitops.planner",
    "vmlint.gitops.render",
    "vmlint.engine.history",
    "vmlint.packs.reading",
    "vmlint.registry.python",
    "vmlint.report.layout",
    "vmlint.report.sarif",
    "vmlint.report.text",
    "vmlint.schema.differences",
    "vmlint.impact.touched",
}

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
    assert loaded(installed, folder, "--no-cache", "vm.yaml") & NEEDLESS == set()
