"""What CDI knows of storage provisioners: the modes that they offer, and what else depends on them.

The table is opened at the first question. Source: CDI `pkg/storagecapabilities/storagecapabilities.go`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from vmlint.catalog import data
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.runtime.pattern import late

__all__ = ["NOT_CSI", "NO_PROVISIONER", "Provisioner", "known_keys", "provisioner"]

NO_PROVISIONER = "kubernetes.io/no-provisioner"
"""The provisioner of classes whose volumes are made by hand: what it offers depends on those volumes."""
NOT_CSI = ("kubernetes.io/", "rancher.io/local-path", "kubevirt.io/hostpath-provisioner")
"""How the names of provisioners start that are not CSI drivers, so that their volumes have no snapshots."""

_SELECTOR_SPLIT = late(r"\s*[;,]\s*", re.ASCII)


class Provisioner(Record):
    """What CDI makes of a storage class's provisioner and parameters.

    `key` is the row of CDI's table, None where CDI can't tell it from the parameters. `sets` are pairs of access mode
    and volume mode, the default first; they are empty for a provisioner that CDI does not know. `decided` is false
    where a variable is in a parameter that matters.
    """

    key: str | None
    sets: tuple[tuple[str, str], ...] = ()
    clone_strategy: str | None = None
    cron_source_format: str | None = None
    cron_read_write_once: bool = False
    minimum_size: str | None = None
    supported: bool = True
    decided: bool = True


def provisioner(name: str, parameters: Mapping[str, Any]) -> Provisioner:
    """CDI's view of a storage class's provisioner and parameters."""
    if is_unknown(name):
        return Provisioner(None, decided=False)
    table = _table()
    key: str | None = name
    for rule in table["keys"].get(name, ()):
        if any(is_unknown(parameters.get(when[0])) for when in rule["when"]):
            return Provisioner(None, decided=False)
        if all(_TESTS[test](parameters.get(parameter), values) for parameter, test, *values in rule["when"]):
            key = rule["key"]
            break
    supported = name not in table["unsupported"]
    if key is None:
        return Provisioner(None, supported=supported)
    return Provisioner(
        key,
        _sets(key),
        table["cloneStrategy"].get(key),
        table["cronSourceFormat"].get(key),
        key in table["cronReadWriteOnce"],
        table["minimumSize"].get(key),
        supported,
    )


def known_keys() -> tuple[str, ...]:
    """The rows of the table, in its order."""
    return tuple(_table()["capabilities"])


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(data("provisioners.json"))
    return table


@cache
def _sets(key: str) -> tuple[tuple[str, str], ...]:
    pairs = (entry.split(" ") for entry in _table()["capabilities"].get(key, ()))
    return tuple((access_mode, volume_mode) for access_mode, volume_mode in pairs)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _has_options(value: Any, wanted: list[str]) -> bool:
    return set(wanted) <= set(_text(value).split(","))


# A parameter that is absent counts as the empty text, except where presence itself is the question.
_TESTS: dict[str, Callable[[Any, list[str]], bool]] = {
    "present": lambda value, wanted: value is not None,
    "absent": lambda value, wanted: value is None,
    "filled": lambda value, wanted: _text(value) != "",
    "is": lambda value, wanted: _text(value) in wanted,
    "prefix": lambda value, wanted: _text(value).startswith(wanted[0]),
    "folded-is": lambda value, wanted: _text(value).lower() in wanted,
    "folded-contains": lambda value, wanted: wanted[0] in _text(value).lower(),
    "options": _has_options,
    "selects": lambda value, wanted: wanted[0] in _SELECTOR_SPLIT.split(_text(value)),
}
