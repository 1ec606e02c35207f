"""The configuration of a network, which Multus hands to a CNI plugin.

Sources: k8snetworkplumbingwg/network-attachment-definition-client `pkg/utils/cniconfig.go` (GetCNIConfigFromSpec);
containernetworking/cni `libcni/conf.go` (ConfFromBytes, ConfListFromBytes).
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from vmlint.model.unknown import is_unknown

__all__ = ["ConfigFault", "fault_of"]

_AROUND = 100  # characters beside a mistake in which a variable explains it


class ConfigFault(NamedTuple):
    """What is wrong with a configuration, as the end of a sentence, and what to do; empty where it can be read.

    `undecided` says that a variable keeps it from being read.
    """

    wrong: str = ""
    fix: str = ""
    undecided: bool = False


def fault_of(config: str) -> ConfigFault:
    """What keeps a plugin from reading the text of a configuration."""
    try:
        found = json.loads(config)
    except json.JSONDecodeError as error:
        if _holds_variable(config, error.pos):
            return ConfigFault(undecided=True)
        place = f"line {error.lineno}, column {error.colno} of the string"
        return ConfigFault(f"is not valid JSON: {error.msg} in {place}", "fix the JSON")
    except (ValueError, RecursionError):
        return ConfigFault("is not valid JSON", "fix the JSON")
    if not isinstance(found, dict):
        return ConfigFault("must be a JSON object", 'write `{"type": …}`')
    return _plugins(found["plugins"]) if "plugins" in found else _plugin(found, "", "")


def _plugins(plugins: Any) -> ConfigFault:
    if not isinstance(plugins, list) or not plugins:
        return ConfigFault("has no entry in `plugins`", 'list at least one plugin: `"plugins": [{"type": "bridge"}]`')
    faults = (_plugin(plugin, f" of entry {index} of `plugins`", " in it") for index, plugin in enumerate(plugins))
    return next((fault for fault in faults if fault.wrong), ConfigFault())


def _plugin(plugin: Any, whose: str, where: str) -> ConfigFault:
    kind = plugin.get("type") if isinstance(plugin, dict) else None
    if isinstance(kind, str) and kind:
        return ConfigFault()
    fix = f'name the CNI plugin{where}, such as `"type": "bridge"`'
    return ConfigFault(f"has no `type`{whose}, which names the CNI plugin", fix)


def _holds_variable(config: str, index: int) -> bool:
    """Whether a placeholder stands where the JSON breaks, or a template fills the whole text in."""
    line_start = config.rfind("\n", 0, index) + 1
    line_end = config.find("\n", index)
    line = config[max(line_start, index - _AROUND) : min(line_end if line_end >= 0 else len(config), index + _AROUND)]
    return is_unknown(line) or "{{" in config or "${" in config
