"""Keys of Secrets and ConfigMaps without which a pod or guest never starts. See `secret_keys` for those of cloud-init.

Sources: CDI `pkg/controller/import-controller.go` (makeImportEnv), `pkg/common/common.go`; KubeVirt
`pkg/config/sysprep.go` (validateUnattendPresence).
"""

from __future__ import annotations

from vmlint.model.field import Path
from vmlint.record import Record

__all__ = ["Needed", "needed_by"]


class Needed(Record):
    """The keys that are read: all of them, or `any_of` them. `cased` means that letter case counts."""

    keys: tuple[str, ...]
    any_of: bool = False
    cased: bool = True

    def missing(self, present: frozenset[str]) -> tuple[str, ...]:
        """Those of the keys that an object lacks; with `any_of`, all or none."""
        known = present if self.cased else {key.lower() for key in present}
        lacking = tuple(key for key in self.keys if key not in known)
        return () if self.any_of and len(lacking) < len(self.keys) else lacking


_CREDENTIALS = Needed(("accessKeyId", "secretKey"))
_ANSWERS = Needed(("autounattend.xml", "unattend.xml"), any_of=True, cased=False)
_IMPORTS = ("http", "s3", "registry", "imageio", "vddk")
"""The sources whose importer gets the Secret's keys as variables; one of GCS gets the Secret as a file."""


def needed_by(path: Path) -> Needed | None:
    """What is read of the Secret or ConfigMap that a field names; None where no certain key is."""
    if path[-1:] == ("secretRef",) and path[-3:-2] == ("source",) and path[-2] in _IMPORTS:
        return _CREDENTIALS
    return _ANSWERS if "sysprep" in path else None
