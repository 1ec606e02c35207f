"""VirtualMachineExports.

Source: KubeVirt `pkg/storage/admitters/vmexport.go`; a backup can be exported since 1.8, a template since 1.9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import word
from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.operations.check import Check
from vmlint.kubevirt.operations.reference import CLAIM, SNAPSHOT, VM, Target, gated
from vmlint.kubevirt.releases import Release
from vmlint.model.refusal import Refusal

__all__ = ["check_export"]

_BACKUP = Target("backup.kubevirt.io", "VirtualMachineBackup")
_TEMPLATE = Target("template.kubevirt.io", "VirtualMachineTemplate")
_SOURCES: Mapping[Target, tuple[int, int]] = {
    CLAIM: (1, 0),
    SNAPSHOT: (1, 0),
    VM: (1, 0),
    _BACKUP: (1, 8),
    _TEMPLATE: (1, 9),
}
"""What can be exported, and since which release line."""

_SOURCE = ("spec", "source")


def check_export(data: Mapping[str, Any], gates: Gates, release: Release | None) -> Iterator[Refusal]:
    """Why KubeVirt refuses a VirtualMachineExport."""
    yield from gated(gates, ("kind",), "VMExport")
    kind = word(data, *_SOURCE, "kind")
    known = {target.kind: target for target, since in _SOURCES.items() if release is None or release.serves(since)}
    if kind is None:
        return
    target = known.get(kind)
    if target is None:
        yield Refusal(Check.KIND_WRONG, (*_SOURCE, "kind"), {"value": kind, "expected": tuple(known)})
        return
    if target is _TEMPLATE:
        yield from gated(gates, (*_SOURCE, "kind"), "OCIExport")
    if word(data, *_SOURCE, "name") == "":
        yield Refusal(Check.NAME_EMPTY, (*_SOURCE, "name"))
    group = word(data, *_SOURCE, "apiGroup")
    if group is not None and group != target.group:
        check = Check.GROUP_WRONG if group else Check.GROUP_MISSING
        yield Refusal(check, (*_SOURCE, "apiGroup"), {"value": group, "expected": (target.group,)})
