"""A session in Neovim, with the client that it has built in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SESSION = Path(__file__).with_name("neovim") / "session.lua"
FILES = {
    ".vmlint.yaml": "closed-world: true\n",
    "kustomization.yaml": "resources: [sizes.yaml, vms/web.yaml]\npatches: [{path: vms/patch.yaml}]\n",
    "sizes.yaml": """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata:
  name: small
  namespace: shop
spec:
  cpu:
    guest: 1
  memory:
    guest: 2Gi
""",
    "vms/web.yaml": """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
  namespace: shop
spec:
  runStrategy: Always
  instancetype:
    kind: VirtualMachineInstancetype
    name: small
  template:
    spec:
      domain:
        devices: {}
""",
    "vms/patch.yaml": """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
  namespace: shop
spec:
  instancetype:
    name: small
""",
}
STEPS = 12


def test_a_session_in_neovim(tmp_path: Path) -> None:
    if shutil.which("nvim") is None:
        pytest.skip("needs Neovim")
    root = tmp_path / "shop"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "utf-8")
    (root / ".git").mkdir()
    environment = {
        **os.environ,
        "VMLINT_SERVER": "\n".join((sys.executable, "-m", "vmlint", "server")),
        "VMLINT_ROOT": str(root),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    session = subprocess.run(
        ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", f"luafile {SESSION}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    output = session.stdout + session.stderr
    assert session.returncode == 0, output
    assert output.count("ok: ") == STEPS, output
