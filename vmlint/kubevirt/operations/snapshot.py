"""VirtualMachineSnapshots and VirtualMachineRestores.

Sources: KubeVirt `pkg/storage/admitters/vmsnapshot.go`, `vmrestore.go`; before 1.6 the same checks were in
`pkg/virt-api/webhooks/validating-webhook/admitters`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import look, word
from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.operations.check import Check
from vmlint.kubevirt.operations.reference import VM, check_reference, gated
from vmlint.kubevirt.releases import Release
from vmlint.model.access import each, sequence
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown

__all__ = ["check_restore", "check_snapshot"]

_GATE = "Snapshot"
_POLICIES: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "volumeRestorePolicy": {"InPlace": (1, 6), "RandomizeNames": (1, 6), "PrefixTargetName": (1, 8)},
    "volumeOwnershipPolicy": {"Vm": (1, 7), "None": (1, 7)},
}
"""The values of each policy, and since which release line."""
_PATCHED = ('"/metadata/labels/', '"/metadata/annotations/', '"/spec/')
"""What patches of a restore may change."""


def check_snapshot(data: Mapping[str, Any], gates: Gates) -> Iterator[Refusal]:
    """Why KubeVirt refuses a VirtualMachineSnapshot."""
    yield from gated(gates, ("kind",), _GATE)
    yield from check_reference(data, ("spec", "source"), (VM,))


def check_restore(data: Mapping[str, Any], gates: Gates, release: Release | None = None) -> Iterator[Refusal]:
    """Why KubeVirt refuses a VirtualMachineRestore; its patches and policies are judged only where its target is
    right."""
    yield from gated(gates, ("kind",), _GATE)
    wrong = list(check_reference(data, ("spec", "target"), (VM,)))
    yield from wrong
    if not wrong:
        yield from _patches(data)
        yield from _overrides(data)
        yield from _policies(data, release)


def _patches(data: Mapping[str, Any]) -> Iterator[Refusal]:
    """KubeVirt cuts a patch at each comma and colon, so that a value may hold neither."""
    for index, patch in enumerate(sequence(data, "spec", "patches")):
        if not isinstance(patch, str) or is_unknown(patch):
            continue
        for part in patch.strip("{}").split(","):
            pair = part.split(":")
            path = ("spec", "patches", index)
            if len(pair) != 2:
                yield Refusal(Check.PATCH_SPLIT, path, {"value": part.strip()})
            elif pair[0].strip() == '"path"' and not pair[1].strip().startswith(_PATCHED):
                yield Refusal(Check.PATCH_PATH, path, {"value": pair[1].strip().strip('"')})


def _overrides(data: Mapping[str, Any]) -> Iterator[Refusal]:
    for index, override in each(data, "spec", "volumeRestoreOverrides"):
        path = ("spec", "volumeRestoreOverrides", index)
        if word(override, "volumeName") == "":
            yield Refusal(Check.VOLUME_NAME_EMPTY, (*path, "volumeName"))
        if word(override, "restoreName") == "" and all(
            look(override, key) is None for key in ("annotations", "labels")
        ):
            yield Refusal(Check.OVERRIDE_EMPTY, path)


def _policies(data: Mapping[str, Any], release: Release | None) -> Iterator[Refusal]:
    for field, values in _POLICIES.items():
        policy = look(data, "spec", field)
        known = tuple(value for value, since in values.items() if release is None or release.serves(since))
        if known and isinstance(policy, str) and policy not in known:  # a release without values has no such field
            yield Refusal(Check.POLICY_UNKNOWN, ("spec", field), {"value": policy, "expected": known})
