"""What the client of the server sets: in `initializationOptions`, and in the section `vmlint` of its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vmlint.config.settings import SETTINGS

__all__ = ["Options"]

_OWN = ("files", "hints", "lenses")
_NOT_HERE = frozenset({"render", "rules"})
"""Settings that make programs or code run: a client sets them for every folder, also for those it knows nothing of."""


@dataclass(frozen=True, slots=True)
class Options:
    """The client's settings.

    `all_files` shows the findings of all files, not only of those that are open. `overrides` are settings of
    `.vmlint.yaml`, by the names of `Config`, that count instead of what the file has. `mistakes` are settings that do
    not exist, or have another type, one sentence each.
    """

    all_files: bool = False
    hints: bool = True
    lenses: bool = True
    overrides: Mapping[str, Any] = ()  # type: ignore[assignment]
    mistakes: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Any) -> Options:
        """The settings that a client has sent, whatever that is: None and other values are no settings."""
        values = given if isinstance(given, Mapping) else {}
        values = values.get("vmlint", values) if isinstance(values.get("vmlint", {}), Mapping) else {}
        fields = {setting.key: setting.field for setting in SETTINGS if setting.key not in _NOT_HERE}
        mistakes = []
        overrides = {}
        for key, value in values.items():
            if key == "settings" and isinstance(value, Mapping):
                for name, one in value.items():
                    if name not in fields:
                        mistakes.append(f"`vmlint.settings.{name}` is not a setting that an editor can change")
                    elif one is not None:
                        overrides[fields[name]] = one
            elif key == "files" and value not in ("open", "all"):
                mistakes.append(f"`vmlint.files` must be `open` or `all`, not `{value}`")
            elif key in ("hints", "lenses") and not isinstance(value, bool):
                mistakes.append(f"`vmlint.{key}` must be true or false, not `{value}`")
        return cls(
            values.get("files") == "all",
            values.get("hints") is not False,
            values.get("lenses") is not False,
            overrides,
            tuple(mistakes),
        )
