"""The CEL rules of KubeVirt's and CDI's schemas, each as what it says; a rule that is not here is left undecided.

Rules that compare with the stored object (`oldSelf`) say nothing of a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vmlint.model.access import sequence, text

__all__ = ["RULES"]

_ACCESS_MODES = frozenset({"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"})
_SOURCES = {"kubevirt.io": "VirtualMachine", "backup.kubevirt.io": "VirtualMachineBackupTracker"}

RULES: dict[str, Callable[[Any], bool]] = {
    "self.startsWith('/')": lambda value: text(value).startswith("/"),
    "!self.contains('..')": lambda value: ".." not in text(value),
    "self == true": lambda value: value is True,
    "self.all(am, am in ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'])": lambda value: all(
        mode in _ACCESS_MODES for mode in sequence(value) if isinstance(mode, str)
    ),
    "has(self.apiGroup)": lambda value: value.get("apiGroup") is not None,
    "!has(self.apiGroup) || self.apiGroup == 'kubevirt.io' || self.apiGroup == 'backup.kubevirt.io'": lambda value: (
        value.get("apiGroup") is None or text(value, "apiGroup") in _SOURCES
    ),
    "!has(self.apiGroup) || (self.apiGroup == 'kubevirt.io' && self.kind == 'VirtualMachine') || "
    "(self.apiGroup == 'backup.kubevirt.io' && self.kind == 'VirtualMachineBackupTracker')": lambda value: (
        value.get("apiGroup") is None or _SOURCES.get(text(value, "apiGroup")) == text(value, "kind")
    ),
    "self.name != ''": lambda value: value.get("name") != "",
    'has(self.pvcName) && self.pvcName != ""': lambda value: bool(text(value, "pvcName")),
    "!has(self.mode) || self.mode != 'Pull' || "
    '(has(self.tokenSecretRef) && self.tokenSecretRef != "")': lambda value: (
        text(value, "mode") != "Pull" or bool(text(value, "tokenSecretRef"))
    ),
    "has(self.apiGroup) && self.apiGroup == 'kubevirt.io'": lambda value: text(value, "apiGroup") == "kubevirt.io",
    "self.kind == 'VirtualMachine'": lambda value: text(value, "kind") == "VirtualMachine",
}
