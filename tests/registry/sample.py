"""Packs to read: rules of one's own, written to files."""

from __future__ import annotations

from pathlib import Path

__all__ = ["RULE", "VM", "rule", "write"]

RULE = '''"""{title}.

## What it does
Reports a VM without the label `{label}`.
"""

from vmlint.model import VirtualMachine, text
from vmlint.rule import Effect, Meta

META = Meta("{id}", effect=Effect.RISK, since="1", subject=VirtualMachine)


def check(vm, world):
    if not text(vm.data, "metadata", "labels", "{label}"):
        yield META.at(vm.at("metadata", "labels", "{label}"), "it has no `{label}`.", fix="add the label")
'''

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
  namespace: shop
spec:
  runStrategy: Halted
  template:
    spec:
      domain:
        devices: {}
        memory: {guest: 1Gi}
"""


def rule(id: str = "ACME1", label: str = "owner", title: str = "A VM has no owner") -> str:
    return RULE.format(id=id, label=label, title=title)


def write(folder: Path, **files: str) -> Path:
    """Modules in a folder; `__` in a name is a `/`."""
    for name, text in files.items():
        file = folder / f"{name.replace('__', '/') if not name.startswith('__') else name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder
