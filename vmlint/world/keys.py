"""The keys of Secrets and ConfigMaps, and which of them KubeVirt and CDI read.

Sources: CDI `pkg/controller/import-controller.go` (makeImportEnv), `pkg/common/common.go`; KubeVirt
`pkg/config/sysprep.go` (validateUnattendPresence).
"""

from __future__ import annotations

from typing import NamedTuple

from vmlint.graph.links import Link
from vmlint.graph.resolution import Resolution, State
from vmlint.model.access import mapping
from vmlint.model.resource import Resource

__all__ = ["Needed", "keys_of", "needed_by"]

_HELD = ("data", "stringData", "binaryData")


class Needed(NamedTuple):
    """The keys that are read: all of them, or `any_of` them. `cased` says that letter case counts."""

    keys: tuple[str, ...]
    any_of: bool = False
    cased: bool = True

    def missing(self, held: frozenset[str]) -> tuple[str, ...]:
        """Those of the keys that an object lacks; with `any_of`, all or none."""
        known = held if self.cased else {key.lower() for key in held}
        lacking = tuple(key for key in self.keys if key not in known)
        return () if self.any_of and len(lacking) < len(self.keys) else lacking


_CREDENTIALS = Needed(("accessKeyId", "secretKey"))
_ANSWERS = Needed(("autounattend.xml", "unattend.xml"), any_of=True, cased=False)
_IMPORTS = ("http", "s3", "registry", "imageio", "vddk")
"""The sources whose importer gets the Secret's keys as variables; one of GCS gets the Secret as a file."""


def needed_by(link: Link) -> Needed | None:
    """What is read of the Secret or ConfigMap that a reference names; None where nothing certain is."""
    if link.path[-1:] == ("secretRef",) and link.path[-3:-2] == ("source",) and link.path[-2] in _IMPORTS:
        return _CREDENTIALS
    return _ANSWERS if "sysprep" in link.path else None


def keys_of(found: Resolution) -> frozenset[str] | None:
    """The keys of a Secret or ConfigMap; None where the files don't show them, or where it has none yet."""
    held = found.resource
    if found.state is not State.FOUND or held is None or found.made or held.fragment or held.patched:
        return None
    return _keys(held) or None


def _keys(held: Resource) -> frozenset[str]:
    return frozenset(key for field in _HELD for key in mapping(held.data, field))
