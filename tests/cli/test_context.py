"""The command that collects a cluster's objects: a script that a shell takes, whose output vmlint reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import vmlint
from vmlint.cli import main
from vmlint.cli.exits import Exit

# Stands for kubectl: one claim, one object for each jsonpath, and a kind that the cluster does not know.
KUBECTL = """
import re, sys
words = sys.argv[1:]
if "volumesnapshots" in words[1]:
    sys.exit("error: the server does not know it")
elif words[-1].startswith("jsonpath="):
    item = re.fullmatch(r"jsonpath=\\{range \\.items\\[\\*\\]\\}(.*)\\{end\\}", words[-1])[1]
    item = item.replace("{.metadata.name}", "x").replace("{.metadata.namespace}", "shop")
    print(item.replace(r"{'\\n'}", chr(10)), end="")
elif words[1] == "persistentvolumeclaims":
    claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: shop}}"
    print(f"apiVersion: v1\\nkind: List\\nitems: [{claim}]")
else:
    print("apiVersion: v1\\nkind: List\\nitems: []")
"""


def test_the_script_collects_what_the_context_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["context", "--print-command"]) == Exit.CLEAN
    script = capsys.readouterr().out
    kubectl = tmp_path / "bin/kubectl"
    kubectl.parent.mkdir()
    kubectl.write_text(f"#!{sys.executable}{KUBECTL}", "utf-8")
    kubectl.chmod(0o755)
    path = f"{kubectl.parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["sh", "-c", script], cwd=tmp_path, env={"PATH": path}, check=True, timeout=30)
    vm = tmp_path / "vm.yaml"
    vm.write_text(
        "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: web, namespace: shop}\n"
        "spec: {runStrategy: Always, template: {spec: {domain: {memory: {guest: 1Gi}, devices: {disks: "
        "[{name: a, disk: {bus: virtio}}, {name: b, disk: {bus: virtio}}]}}, volumes: ["
        "{name: a, persistentVolumeClaim: {claimName: data}}, {name: b, secret: {secretName: x}}]}}}\n",
        "utf-8",
    )
    report = vmlint.check([vm], context=[str(tmp_path / "cluster.yaml")])
    assert (report.findings, report.counts.outside) == ((), 2)
    assert report.skipped == ()


def test_no_contents_of_secrets_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    main(["context", "--print-command"])
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "secrets" in line)
    assert "jsonpath=" in line
    assert ".data" not in line


def test_without_the_option_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["context"]) == Exit.USAGE
    assert "--print-command" in capsys.readouterr().err
