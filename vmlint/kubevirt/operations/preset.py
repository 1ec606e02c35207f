"""VirtualMachineInstancePresets: their disks and firmware, which are checked as those of guests.

Source: KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vmi-preset-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission import disks, firmware
from vmlint.kubevirt.admission.reading import look
from vmlint.kubevirt.admission.view import Owner, Stage, View
from vmlint.kubevirt.operations.cause import Cause, Check
from vmlint.model.access import each, get, mapping, text

__all__ = ["check_preset"]

_DISKS = ("domain", "devices", "disks")
_SUBJECTS = ("disks", "firmware")
_NOT_CHECKED = frozenset(("acpi", "machine", "bootOrder"))
"""Fields that are checked in guests only."""


def check_preset(data: Mapping[str, Any]) -> Iterator[Cause]:
    """Why KubeVirt refuses a VirtualMachineInstancePreset."""
    if look(data, "spec", "domain") is None:
        yield Cause(("spec", "domain"), Check.DOMAIN_MISSING)
        return
    spec = mapping(data, "spec")
    # A preset has no volumes, and its disks need none.
    claims = [{"name": text(disk, "name"), "persistentVolumeClaim": {}} for _, disk in each(spec, *_DISKS)]
    view = View(Owner.VMI, data, {"domain": get(spec, "domain"), "volumes": claims})
    for cause in (*disks.check(view), *firmware.check(view)):
        if cause.stage is Stage.VM and cause.subject in _SUBJECTS and not _NOT_CHECKED.intersection(cause.path):
            yield Cause(cause.path, Check.DOMAIN_REFUSED, cause.message, (cause.fix,))
