"""VirtualMachineClones.

Source: KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vmclone-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.forms import is_json, mac_length
from vmlint.kubevirt.admission.reading import UNDECIDED, look, word
from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.operations.check import Check
from vmlint.kubevirt.operations.reference import SNAPSHOT, VM, gated
from vmlint.model.access import mapping, sequence
from vmlint.model.field import Path
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown

__all__ = ["check_clone"]

_SPEC = ("spec",)
_FILTERS: tuple[Path, ...] = (
    ("spec", "annotationFilters"),
    ("spec", "labelFilters"),
    ("spec", "template", "annotationFilters"),
    ("spec", "template", "labelFilters"),
)
_SOURCES = (VM.kind, SNAPSHOT.kind)
_NEGATION, _WILDCARD = "!", "*"
_SHORT_FILTERS = {"": Check.FILTER_EMPTY, _NEGATION: Check.FILTER_IS_NEGATION}


def check_clone(data: Mapping[str, Any], gates: Gates) -> Iterator[Refusal]:
    """Why KubeVirt refuses a VirtualMachineClone."""
    yield from gated(gates, ("kind",), "Snapshot")
    for path in _FILTERS:
        yield from _filters(data, path)
    yield from _source(data)
    yield from _target(data)
    for name, address in mapping(data, "spec", "newMacAddresses").items():
        if isinstance(address, str) and address and not is_unknown(address) and mac_length(address) != 6:
            yield Refusal(Check.MAC_MALFORMED, (*_SPEC, "newMacAddresses", name), {"value": address})
    for index, patch in enumerate(sequence(data, "spec", "patches")):
        if isinstance(patch, str) and not is_unknown(patch) and not is_json(patch):
            yield Refusal(Check.PATCH_NOT_JSON, (*_SPEC, "patches", index))


def _filters(data: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    for index, entry in enumerate(sequence(data, *path)):
        if not isinstance(entry, str) or is_unknown(entry):
            continue
        if len(entry) < 2:
            if entry in _SHORT_FILTERS:
                yield Refusal(_SHORT_FILTERS[entry], (*path, index), {"value": entry})
            continue
        if _NEGATION in entry[1:]:
            yield Refusal(Check.FILTER_NEGATION, (*path, index), {"value": entry})
        if _WILDCARD in entry[:-1]:
            yield Refusal(Check.FILTER_WILDCARD, (*path, index), {"value": entry})


def _source(data: Mapping[str, Any]) -> Iterator[Refusal]:
    """API server and webhook want all three: group, kind and name."""
    path = (*_SPEC, "source")
    if look(data, *path) is None:
        yield Refusal(Check.SOURCE_MISSING, path)
        return
    kind = word(data, *path, "kind")
    if kind is not None and kind not in _SOURCES:
        yield Refusal(Check.KIND_WRONG, (*path, "kind"), {"value": kind, "expected": _SOURCES})
    if word(data, *path, "apiGroup") == "":
        group = SNAPSHOT.group if kind == SNAPSHOT.kind else VM.group
        yield Refusal(Check.GROUP_MISSING, (*path, "apiGroup"), {"expected": (group,)})
    if word(data, *path, "name") == "":
        yield Refusal(Check.NAME_EMPTY, (*path, "name"))


def _target(data: Mapping[str, Any]) -> Iterator[Refusal]:
    path = (*_SPEC, "target")
    if look(data, *path) in (None, UNDECIDED):
        return
    kind, name = word(data, *path, "kind"), word(data, *path, "name")
    if kind is not None and kind != VM.kind:
        yield Refusal(Check.KIND_WRONG, (*path, "kind"), {"value": kind, "expected": (VM.kind,)})
    elif kind == word(data, *_SPEC, "source", "kind") and name and name == word(data, *_SPEC, "source", "name"):
        yield Refusal(Check.SAME_NAME, (*path, "name"), {"value": name})
