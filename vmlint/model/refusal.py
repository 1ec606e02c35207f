"""Why the cluster refuses something, as a value: the one answer of `schema`, `kubevirt` and `cdi`.

The words of a refusal, and the edits that fix it, are in the rules: `rules/_wording.py`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from vmlint.model.access import text
from vmlint.model.field import Path
from vmlint.record import Codes, Record

__all__ = ["Entry", "Refusal", "Refuser"]

_NO_VALUES: Mapping[str, Any] = MappingProxyType({})


class Refuser(Codes):
    """Who refuses an object."""

    API_SERVER = "api-server"
    """The API server itself: the schema, and what Kubernetes checks in each object."""
    MUTATING_WEBHOOK = "mutating-webhook"
    VALIDATING_WEBHOOK = "validating-webhook"
    GUEST_WEBHOOK = "guest-webhook"
    """The validating webhook for VirtualMachineInstances. An object that only holds the template of one is accepted."""
    NODE = "node"
    """The pod is scheduled, and what runs on the node can't start it."""
    CONTROLLER = "controller"
    """The object is accepted, and the controller that should act on it never does."""


class Entry(Record):
    """An entry of a list, as a value of a refusal: its name, "" for none, the list's field, and its index there."""

    name: str
    field: str
    number: int

    @classmethod
    def of(cls, data: Mapping[str, Any], field: str, number: int) -> Entry:
        """The entry with that index in the list `field`; its name is "" if it has none."""
        return cls(text(data, "name"), field, number)


class Refusal(Record):
    """One reason why an object is refused.

    `code` is a member of the enumeration of the room that checks; `path` leads from the root of what was checked to the
    field, or to where it would be. `values` are the parameters of the code: texts, numbers, quantities, lists of them,
    an `Entry`, or another refusal that this one repeats. `by` is None where the object is accepted and the field has no
    effect. `gate` names what the verdict depends on where the files don't show it: a feature gate, or a setting of the
    KubeVirt object.
    """

    code: enum.StrEnum
    path: Path
    values: Mapping[str, Any] = _NO_VALUES
    by: Refuser | None = Refuser.VALIDATING_WEBHOOK
    gate: str | None = None

    def below(self, *path: str | int) -> Refusal:
        """The same refusal with its path continued from the root of a larger object."""
        return self._replace(path=(*path, *self.path))
