"""The configuration of a network, which Multus hands to a CNI plugin.

Sources: k8snetworkplumbingwg/network-attachment-definition-client `pkg/utils/cniconfig.go` (GetCNIConfigFromSpec);
containernetworking/cni `libcni/conf.go` (ConfFromBytes, ConfListFromBytes).
"""

from __future__ import annotations

import json
from typing import Any

from vmlint.model.refusal import Refusal, Refuser
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes
from vmlint.source.json_mistake import mistake

__all__ = ["ConfigCode", "Unread", "refusal_of"]

_AROUND = 100  # characters beside a mistake in which a variable explains it


_SHOWN = 30  # characters of the text at a mistake: enough to find it in a string that YAML folds into one line


class ConfigCode(Codes):
    """What keeps a plugin from reading a configuration."""

    NOT_JSON = "network/not-json"  # message; line, column: where the parser stops; next: the text there, "" at the end
    NOT_PARSED = "network/not-parsed"
    NOT_AN_OBJECT = "network/not-an-object"
    PLUGINS_EMPTY = "network/plugins-empty"
    TYPE_MISSING = "network/type-missing"
    PLUGIN_TYPE_MISSING = "network/plugin-type-missing"  # index: of the plugin


class Unread(Codes):
    """Why nobody can say whether a plugin reads a configuration."""

    VARIABLE = "variable"


def refusal_of(config: str) -> Refusal | Unread | None:
    """What keeps a plugin from reading the text of a configuration; None where it can be read."""
    try:
        found = json.loads(config)
    except json.JSONDecodeError as error:
        wrong = mistake(error)
        if _holds_variable(config, wrong.position):
            return Unread.VARIABLE
        rest = config[wrong.position :].strip().partition("\n")[0]
        values = {"message": wrong.reason, "line": wrong.line, "column": wrong.column, "next": rest[:_SHOWN].strip()}
        return _refusal(ConfigCode.NOT_JSON, **values)
    except (ValueError, RecursionError):
        return _refusal(ConfigCode.NOT_PARSED)
    if not isinstance(found, dict):
        return _refusal(ConfigCode.NOT_AN_OBJECT)
    if "plugins" not in found:
        return None if _has_type(found) else _refusal(ConfigCode.TYPE_MISSING)
    plugins = found["plugins"]
    if not isinstance(plugins, list) or not plugins:
        return _refusal(ConfigCode.PLUGINS_EMPTY)
    index = next((index for index, plugin in enumerate(plugins) if not _has_type(plugin)), None)
    return None if index is None else _refusal(ConfigCode.PLUGIN_TYPE_MISSING, index=index)


def _refusal(code: ConfigCode, **values: Any) -> Refusal:
    return Refusal(code, ("spec", "config"), values, Refuser.NODE)


def _has_type(plugin: Any) -> bool:
    kind = plugin.get("type") if isinstance(plugin, dict) else None
    return isinstance(kind, str) and bool(kind)


def _holds_variable(config: str, index: int) -> bool:
    """Whether a placeholder is where the JSON breaks, or a template fills the whole text in."""
    line_start = config.rfind("\n", 0, index) + 1
    line_end = config.find("\n", index)
    line = config[max(line_start, index - _AROUND) : min(line_end if line_end >= 0 else len(config), index + _AROUND)]
    return is_unknown(line) or "{{" in config or "${" in config
