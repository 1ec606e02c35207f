"""Faults in a cloud-config or in network data, which PyYAML reads as it does for cloud-init.

Sources: cloud-init `cloudinit/handlers/cloud_config.py`, `cloudinit/util.py` (shellify, get_cfg_option_list),
`cloudinit/net/network_state.py` (parse_net_config_data).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from vmlint.kubevirt.cloudkeys import (
    AMBIGUOUS_KEYS,
    FILE_KEYS,
    KEYS,
    LIST,
    MAPPING,
    NETWORK_V2,
    SCALAR,
    USER_ALIASES,
    USER_KEYS,
    ConfigCheck,
    ConfigFault,
)
from vmlint.model.unknown import is_unknown

__all__ = ["is_comment", "is_valid", "of_config", "of_network"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 500
"""The most brackets, or list markers in a row, of a text that is parsed: more may nest too deeply."""


def is_valid(entry: str) -> bool:
    """Whether an entry of a cloud-config has no fault by itself."""
    root = _composed(entry)
    in_order = isinstance(root, yaml.MappingNode) and root.start_mark.column == 0
    return in_order and not any(True for _ in _of_entries(root))


def is_comment(text: str) -> bool:
    """Whether a text has only comments."""
    return _composed(text) is None


def _composed(text: str) -> Any:
    """The root node of a YAML text, None for an empty one; the text itself if it can't be parsed."""
    try:
        return text if _may_nest_deeply(text) else yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError, ValueError):
        return text


def of_config(text: str) -> Iterator[ConfigFault]:
    """The faults of a cloud-config."""
    root = _parsed(text)
    if isinstance(root, ConfigFault):
        yield root
    elif isinstance(root, yaml.MappingNode):
        yield from _of_entries(root)
    elif root is not None and not is_unknown(text):
        yield ConfigFault(ConfigCheck.NOT_A_MAPPING, root.start_mark.line + 1, _type_of(root))


def _of_entries(root: Any) -> Iterator[ConfigFault]:
    for key, node, line in _entries(root):
        yield from _of_key(key, node, line, KEYS, {})
        if key in _BELOW and isinstance(node, yaml.SequenceNode):
            for entry in node.value:
                for own, value, at in _entries(entry):
                    yield from _of_key(own, value, at, *_BELOW[key], within=key)


_BELOW: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "users": (USER_KEYS, USER_ALIASES),
    "write_files": (FILE_KEYS, {}),
}
"""The keys of the mappings in the lists under some keys, and what people write instead."""


def _of_key(
    key: str, node: Any, line: int, known: Mapping[str, str], aliases: Mapping[str, str], within: str = ""
) -> Iterator[ConfigFault]:
    plain = key.replace("-", "_")
    wanted = known.get(key, known.get(plain) if known is USER_KEYS else None)
    if wanted is None:
        meant = aliases.get(plain)
        if within and not meant and key in KEYS and key not in AMBIGUOUS_KEYS:
            yield ConfigFault(ConfigCheck.KEY_MISPLACED, line, key, within)
        elif meant := meant or _near(plain, known):
            yield ConfigFault(ConfigCheck.KEY_MISSPELT, line, key, meant)
    elif wanted and not _fits(node, wanted):
        yield ConfigFault(ConfigCheck.WRONG_TYPE, line, key, wanted)


def _fits(node: Any, wanted: str) -> bool:
    """Whether a value may have a type; cloud-init ignores an empty value, and a variable may have any type."""
    if isinstance(node, yaml.ScalarNode):
        return wanted == SCALAR or is_unknown(node.value) or node.tag == "tag:yaml.org,2002:null"
    return wanted == _type_of(node) or _is_template(node)


def _is_template(node: Any) -> bool:
    """Whether a value is a template's expression: YAML reads `{{ name }}` as a mapping with a mapping as its key."""
    return (
        isinstance(node, yaml.MappingNode)
        and len(node.value) == 1
        and node.flow_style
        and not isinstance(node.value[0][0], yaml.ScalarNode)
    )


def _near(key: str, known: Mapping[str, str]) -> str:
    """The known key that differs only in dashes, letter case or one or two letters, "" for none."""
    for other in known:
        plain = other.replace("-", "_")
        if key.lower() == plain:
            return other
    most = 1 if len(key) < 7 else 2
    long = (other for other in known if len(other) > 3)
    nearest = sorted((_distance(key.lower(), other.replace("-", "_"), most), "-" in other, other) for other in long)
    return nearest[0][2] if len(key) > 3 and nearest and nearest[0][0] <= most else ""


def _distance(first: str, other: str, most: int) -> int:
    """How many letters to insert, delete or change; any number above `most` for more than that."""
    if abs(len(first) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for number, letter in enumerate(first, 1):
        before, row[0] = row[0], number
        for index, counterpart in enumerate(other, 1):
            changed = before + (letter != counterpart)
            before, row[index] = row[index], min(changed, row[index] + 1, row[index - 1] + 1)
    return row[-1]


def of_network(data: str) -> Iterator[ConfigFault]:
    """The faults of network data."""
    root = _parsed(data)
    if isinstance(root, ConfigFault):
        yield root
        return
    if root is None or (not isinstance(root, yaml.MappingNode) and is_unknown(data)):
        return
    if not isinstance(root, yaml.MappingNode):
        yield ConfigFault(ConfigCheck.NOT_A_MAPPING, root.start_mark.line + 1, _type_of(root))
        return
    entries = {key: (node, line) for key, node, line in _entries(root)}
    if "network" in entries and isinstance(entries["network"][0], yaml.MappingNode):
        entries = {key: (node, line) for key, node, line in _entries(entries["network"][0])}
    if any(is_unknown(key) or key == "<<" for key in entries):
        return
    version, line = entries.get("version", (None, 1))
    if "config" in entries and isinstance(entries["config"][0], yaml.ScalarNode):
        return  # `config: disabled`
    if version is None:
        if "config" in entries or not NETWORK_V2.isdisjoint(entries):
            yield ConfigFault(ConfigCheck.VERSION_MISSING, root.start_mark.line + 1)
    elif isinstance(version, yaml.ScalarNode) and not is_unknown(version.value):
        if version.value not in ("1", "2"):
            yield ConfigFault(ConfigCheck.VERSION_UNKNOWN, line, version.value)
        elif version.value == "1" and "config" not in entries:
            yield ConfigFault(ConfigCheck.VERSION_MISMATCH, line, "1", "config")
        elif version.value == "2" and "config" in entries and NETWORK_V2.isdisjoint(entries):
            yield ConfigFault(ConfigCheck.VERSION_MISMATCH, line, "2", "ethernets")


def _parsed(text: str) -> Any:
    """The root node of a YAML text, None for an empty one or one that can't be decided, or its fault.

    A text with a variable may be valid with the variable's value. PyYAML's parser in C is fast; the one in Python,
    which cloud-init uses, decides what the first one refuses.
    """
    if _may_nest_deeply(text):
        return None
    try:
        return yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError, ValueError):
        pass
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if is_unknown(text) or "{%" in text:
            return None
        return ConfigFault(ConfigCheck.NOT_YAML, mark.line + 1 if mark else 1, error.problem or "")
    except yaml.reader.ReaderError:
        return None if is_unknown(text) else ConfigFault(ConfigCheck.NOT_YAML, 1, "it has characters that YAML forbids")
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def _may_nest_deeply(text: str) -> bool:
    """Whether collections may nest more deeply than the recursive parsers can follow."""
    return text.count("[") + text.count("{") > _DEEPEST or any(mark * _DEEPEST in text for mark in ("- ", "? "))


def _entries(node: Any) -> Iterator[tuple[str, Any, int]]:
    """The entries of a mapping node whose keys are text, with their lines; none for another node."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and not is_unknown(key.value):
                yield key.value, value, key.start_mark.line + 1


def _type_of(node: Any) -> str:
    if isinstance(node, yaml.MappingNode):
        return MAPPING
    return LIST if isinstance(node, yaml.SequenceNode) else "a string"
