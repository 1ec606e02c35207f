"""What the client of the server sets: in `initializationOptions`, and in the section `vmlint` of its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vmlint.config.settings import SETTINGS, Setting
from vmlint.source.authored import At

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
    overrides: Mapping[str, Any] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Any) -> Options:
        """The settings that a client has sent, whatever that is: None and other values are no settings."""
        values = given if isinstance(given, Mapping) else {}
        values = values.get("vmlint", values) if isinstance(values.get("vmlint", {}), Mapping) else {}
        settings = {setting.key: setting for setting in SETTINGS if setting.key not in _NOT_HERE}
        mistakes: list[str] = []
        overrides: dict[str, Any] = {}
        for key, value in values.items():
            if key == "settings" and isinstance(value, Mapping):
                for name, one in value.items():
                    if name not in settings:
                        mistakes.append(f"`vmlint.settings.{name}` is not a setting that an editor can change")
                    elif one is not None:
                        overrides |= _as_keyword(settings[name], one, mistakes)
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


def _as_keyword(setting: Setting, value: Any, mistakes: list[str]) -> dict[str, Any]:
    """A value as in a file as the keyword that `Config.replace` takes, which checks all that are the same in both."""
    if setting.keyword is None:
        return {setting.field: value}
    at = At(folder=Path())
    read = setting.shape.read(value, at / setting.key)
    mistakes += [f"`vmlint.settings.{setting.key}`: {mistake.text}" for mistake in at.mistakes]
    return {} if at.mistakes else {setting.field: read}
