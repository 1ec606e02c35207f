"""What a DataVolume's claim depends on: the storage objects of the cluster, as far as the files tell them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from vmlint.model.access import items, text
from vmlint.record import Codes, Record

__all__ = ["Gap", "Lookup", "Overhead", "Reason", "StorageWorld", "Undecided"]

_T = TypeVar("_T")
Manifest = Mapping[str, Any]


class Gap(Codes):
    """What the files don't say. The comment explains what the names of its reason are."""

    OBJECT_OUTSIDE = "object-outside"  # the kind ("" where nobody knows it), the object
    CLASS_OUTSIDE = "class-outside"  # the storage class
    CLASS_EMPTY = "class-empty"
    PREFERENCE_OUTSIDE = "preference-outside"
    VARIABLE_IN_SOURCE = "variable-in-source"
    VARIABLE_IN_SOURCE_REFERENCE = "variable-in-source-reference"
    VARIABLE_IN_DATA_SOURCE = "variable-in-data-source"
    VARIABLE_IN_DATA_SOURCE_REFERENCE = "variable-in-data-source-reference"
    VARIABLE_IN_MODES = "variable-in-modes"
    VARIABLE_IN_PROFILE = "variable-in-profile"  # the profile
    VARIABLE_NAMES_CLASS = "variable-names-class"
    VARIABLE_IN_CLASS = "variable-in-class"  # the storage class
    NO_DEFAULT_CLASS = "no-default-class"
    DEFAULT_CLASS_UNCERTAIN = "default-class-uncertain"
    NEWEST_DEFAULT_UNKNOWN = "newest-default-unknown"
    PROFILE_INCOMPLETE = "profile-incomplete"  # the profile
    MODES_WITHOUT_ORDER = "modes-without-order"  # the storage class
    SIZE_OF_SOURCE = "size-of-source"
    SIZE_NOT_A_NUMBER = "size-not-a-number"
    SIZE_OF_COPY = "size-of-copy"
    OVERHEAD = "overhead"
    SOURCE_MISSING = "source-missing"  # the source
    SOURCE_NOT_READY = "source-not-ready"  # where the DataSource ends, the DataSource that it names
    IMAGE_NOT_MEASURED = "image-not-measured"
    CAPACITY_UNKNOWN = "capacity-unknown"
    RESTORE_SIZE_UNKNOWN = "restore-size-unknown"
    SNAPSHOT_MODE_UNKNOWN = "snapshot-mode-unknown"


class Reason(Record):
    """Why a question is open: what the files don't say, and the names that a sentence about it needs."""

    gap: Gap
    names: tuple[str, ...] = ()


class Undecided(Record):
    """A question that the files don't answer: the field of the claim that hangs on it ("" for all), and why."""

    field: str
    reason: Reason


Lookup = Callable[[str, str], Manifest | Undecided | None]
"""An object by namespace and name; None is the knowledge that there is none."""

_PERCENT = re.compile(r"0(\.\d{1,3})?|1", re.ASCII)
_NO_OBJECTS: Mapping[str, Manifest] = MappingProxyType({})


def _ask_nobody(namespace: str, name: str) -> Undecided:
    return Undecided("", Reason(Gap.OBJECT_OUTSIDE, ("", f"{namespace}/{name}")))


class Overhead(Record):
    """The share of a filesystem volume that the filesystem itself takes, as CDI is configured.

    Source: CDI `pkg/controller/config-controller.go` and `GetFilesystemOverheadForStorageClass`.
    """

    everywhere: str = "0.06"
    by_class: Mapping[str, str] = MappingProxyType({})

    @classmethod
    def of(cls, cdi: Manifest | None = None, config: Manifest | None = None) -> Overhead:
        """The overhead that a CDI object and a CDIConfig say; the config's status is what CDI works with."""
        places = (
            (config, ("status", "filesystemOverhead")),
            (cdi, ("spec", "config", "filesystemOverhead")),
            (config, ("spec", "filesystemOverhead")),
        )
        for manifest, path in places:
            everywhere = text(manifest, *path, "global")
            by_class = {name: share for name, share in items(manifest, *path, "storageClass") if _is_share(share)}
            if _is_share(everywhere) or by_class:
                return cls(everywhere if _is_share(everywhere) else cls().everywhere, by_class)
        return cls()

    def share(self, class_name: str | None) -> float:
        """The overhead of a class, for example 0.06; the general one for no class."""
        return float(self.by_class.get(class_name or "", self.everywhere))


def _is_share(value: Any) -> bool:
    return isinstance(value, str) and _PERCENT.fullmatch(value) is not None


class StorageWorld(Record):
    """The storage of the cluster. In a closed world what is not here does not exist; in an open one it may.

    `classes`, `volumes` and `profiles` (by the name of their class) are manifests; `claim`, `snapshot` and
    `data_source` look an object up. `webhook` means that CDI's webhook fills in claims with its label. `known` keeps
    what follows from classes, profiles and overhead alone, where the world is asked more than once.
    """

    classes: Sequence[Manifest] = ()
    profiles: Mapping[str, Manifest] = _NO_OBJECTS
    volumes: Sequence[Manifest] = ()
    overhead: Overhead = Overhead()
    closed: bool = False
    webhook: bool = True
    claim: Lookup = _ask_nobody
    snapshot: Lookup = _ask_nobody
    data_source: Lookup = _ask_nobody
    known: dict[object, Any] | None = None

    def once(self, question: object, answer: Callable[[], _T]) -> _T:
        """The answer to a question about classes, profiles and overhead."""
        if self.known is None:
            return answer()
        if question not in self.known:
            self.known[question] = answer()
        found: _T = self.known[question]
        return found
