"""Who may set each field of a VM's domain: its instancetype, its preference, or the VM alone.

The rows are those of the design proposal on instancetypes and preferences, with what came of each in
`instancetype.kubevirt.io/v1beta1`, and the fields that came later. The data are in `owners.json`; `i:` and `p:`
stand for the `spec` of an instancetype and of a preference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from vmlint.catalog import data
from vmlint.record import Codes, Record

__all__ = ["Owned", "Owner", "owned", "owned_fields"]

_INDEX = re.compile(r"\[\d+\]")


class Owner(Codes):
    """Who besides the VM has a say over a field."""

    INSTANCETYPE = "instancetype"
    PREFERENCE = "preference"
    BOTH = "both"
    NEITHER = "neither"


class Owned(Record):
    """A field of `spec.template.spec.domain` (`devices.disks[].disk.bus`); a word in parentheses in front is where
    else it is. The fields of instancetypes and preferences lead from their `spec`.

    `designed` are the fields that the proposal gave it, None where the proposal does not mention it.
    """

    path: str
    owner: Owner
    instancetype: tuple[str, ...]
    preference: tuple[str, ...]
    designed: tuple[str, ...] | None


@lru_cache(maxsize=1)
def owned_fields() -> Mapping[str, Owned]:
    """Every field of the table, by its path."""
    rows = json.loads(data("owners.json"))
    return {path: _row(path, designed, present) for path, (designed, present) in rows.items()}


def owned(path: str) -> Owned | None:
    """The row of a field of the domain, or of the nearest section above it that has one; list indexes may be given."""
    plain = _INDEX.sub("[]", path)
    rows = owned_fields()
    while plain:
        if plain in rows:
            return rows[plain]
        plain = plain.rpartition(".")[0]
    return None


def _row(path: str, designed: list[str] | None, present: list[str]) -> Owned:
    instancetype = tuple(field[2:] for field in present if field.startswith("i:"))
    preference = tuple(field[2:] for field in present if field.startswith("p:"))
    owner = {
        (True, False): Owner.INSTANCETYPE,
        (False, True): Owner.PREFERENCE,
        (True, True): Owner.BOTH,
        (False, False): Owner.NEITHER,
    }[bool(instancetype), bool(preference)]
    names = None if designed is None else tuple(_written(field) for field in designed)
    return Owned(path, owner, instancetype, preference, names)


def _written(field: str) -> str:
    return field.replace("i:", "instancetype.spec.", 1).replace("p:", "preference.spec.", 1)
