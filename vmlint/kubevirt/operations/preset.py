"""VirtualMachineInstancePresets: their disks and firmware, which are checked as those of guests.

Source: KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vmi-preset-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission import disks, firmware, subject_of
from vmlint.kubevirt.admission.reading import look
from vmlint.kubevirt.admission.view import Owner, View
from vmlint.kubevirt.operations.check import Check
from vmlint.model.access import each, get, mapping, text
from vmlint.model.refusal import Refusal, Refuser

__all__ = ["check_preset"]

_DISKS = ("domain", "devices", "disks")
_SUBJECTS = ("disks", "firmware")
_NOT_CHECKED = frozenset(("acpi", "machine", "bootOrder"))
"""Fields that are checked in guests only."""


def check_preset(data: Mapping[str, Any]) -> Iterator[Refusal]:
    """Why KubeVirt refuses a VirtualMachineInstancePreset."""
    if look(data, "spec", "domain") is None:
        yield Refusal(Check.DOMAIN_MISSING, ("spec", "domain"))
        return
    spec = mapping(data, "spec")
    # A preset has no volumes, and its disks need none.
    claims = [{"name": text(disk, "name"), "persistentVolumeClaim": {}} for _, disk in each(spec, *_DISKS)]
    view = View(Owner.VMI, data, {"domain": get(spec, "domain"), "volumes": claims})
    for found in (*disks.check(view), *firmware.check(view)):
        checked = found.by is not Refuser.GUEST_WEBHOOK and subject_of(found) in _SUBJECTS
        if checked and not _NOT_CHECKED.intersection(found.path):
            yield Refusal(Check.DOMAIN_REFUSED, found.path, {"inner": found})
