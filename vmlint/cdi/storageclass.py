"""Which storage class a claim gets, and why.

Sources: CDI `pkg/controller/common/util.go` (getStorageClassByName, GetPlatformDefaultStorageClass); Kubernetes
`pkg/kubeapiserver/options/plugins.go` (AllOrderedPlugins), `plugin/pkg/admission/storage/storageclass/setdefault`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vmlint.model.access import get, text
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["ARCHIVE", "DEFAULT", "VIRT_DEFAULT", "Choice", "ChoiceReason", "choose", "server_default"]

VIRT_DEFAULT = "storageclass.kubevirt.io/is-default-virt-class"
DEFAULT = "storageclass.kubernetes.io/is-default-class"
_BETA_DEFAULT = "storageclass.beta.kubernetes.io/is-default-class"
ARCHIVE = "archive"


class ChoiceReason(Codes):
    """Why CDI uses a storage class, or none."""

    NAMED = "named"
    VIRT_DEFAULT = "virt-default"
    DEFAULT = "default"
    NOT_FOUND = "not-found"
    NO_DEFAULT = "no-default"


class Choice(Record):
    """A storage class, None for no class. `rivals` are other classes with the same mark of a default.

    `decided` is false where the files leave the choice open: several defaults of unknown age, a variable as the mark.
    """

    storage_class: Mapping[str, Any] | None
    why: ChoiceReason
    rivals: tuple[str, ...] = ()
    decided: bool = True

    @property
    def name(self) -> str:
        """The class's name, "" for no class."""
        return text(self.storage_class, "metadata", "name")


def choose(classes: Sequence[Mapping[str, Any]], name: str | None, content_type: str = "") -> Choice:
    """The class of a claim with this `storageClassName`; None means that the field is absent.

    The default for virtual machines goes before the general one, except for archives; pass "archive" for a claim
    that CDI does not make. A name that no class has, "" too, means no class.
    """
    if name is not None:
        found = next((entry for entry in classes if text(entry, "metadata", "name") == name), None)
        return Choice(found, ChoiceReason.NAMED if found is not None else ChoiceReason.NOT_FOUND)
    general = _marked(classes, (DEFAULT,), ChoiceReason.DEFAULT)
    if content_type == ARCHIVE:
        return general
    special = _marked(classes, (VIRT_DEFAULT,), ChoiceReason.VIRT_DEFAULT)
    chosen = general if special.storage_class is None else special
    return chosen._replace(decided=chosen.decided and special.decided)


def server_default(classes: Sequence[Mapping[str, Any]]) -> Choice:
    """The class that the API server puts into a claim without one, before any webhook sees the claim.

    It knows no default for virtual machines, and the old form of its annotation still counts.
    """
    return _marked(classes, (DEFAULT, _BETA_DEFAULT), ChoiceReason.DEFAULT)


def _marked(classes: Sequence[Mapping[str, Any]], marks: tuple[str, ...], why: ChoiceReason) -> Choice:
    """The newest class with one of these annotations."""
    values = [[get(entry, "metadata", "annotations", mark) for mark in marks] for entry in classes]
    decided = not any(is_unknown(value) for row in values for value in row)
    marked = sorted((entry for entry, row in zip(classes, values, strict=True) if "true" in row), key=_by_name)
    return _newest(marked, why, decided) if marked else Choice(None, ChoiceReason.NO_DEFAULT, decided=decided)


def _newest(marked: Sequence[Mapping[str, Any]], why: ChoiceReason, decided: bool) -> Choice:
    if len(marked) == 1:
        return Choice(marked[0], why, (), decided)

    from datetime import UTC, datetime

    ages = [_created(entry) for entry in marked]
    before_all = datetime.min.replace(tzinfo=UTC)
    first = max(range(len(marked)), key=lambda index: (ages[index] or before_all, -index))
    rivals = tuple(_by_name(entry) for index, entry in enumerate(marked) if index != first)
    return Choice(marked[first], why, rivals, decided and not (rivals and None in ages))


def _by_name(storage_class: Mapping[str, Any]) -> str:
    return text(storage_class, "metadata", "name")


def _created(storage_class: Mapping[str, Any]) -> datetime | None:
    from datetime import UTC, datetime

    try:
        time = datetime.fromisoformat(text(storage_class, "metadata", "creationTimestamp"))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
