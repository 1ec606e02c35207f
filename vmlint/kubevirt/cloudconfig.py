"""Faults in a cloud-config or in network data: a text that is not YAML or not a mapping, unknown keys, wrong types.

Only what cloud-init certainly ignores or fails on is a fault. Sources: cloud-init
`cloudinit/config/schemas/schema-cloud-config-v1.json` (keys and their types), `cloudinit/handlers/cloud_config.py`,
`cloudinit/user_data.py` (MIME parts), `cloudinit/util.py` (shellify, get_cfg_option_list),
`cloudinit/net/network_state.py` (parse_net_config_data).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vmlint.kubevirt.cloudkeys import FILE_KEYS, KEYS, LIST, MAPPING, SCALAR, USER_KEYS, ConfigCheck, ConfigFault
from vmlint.runtime.pattern import late
from vmlint.source.lines import Unsure
from vmlint.source.plain import document

if TYPE_CHECKING:
    from email.message import Message

__all__ = ["ConfigCheck", "ConfigFault", "faults_of_network_data", "faults_of_user_data"]

_HEADER = "#cloud-config"
_NO_CONFIG = ("#cloud-config-archive", "#cloud-config-jsonp")
_MIME = ("content-type:", "mime-version:")
_LONGEST = 128 * 1024
"""The most characters of a text that is checked."""


def faults_of_user_data(data: str) -> tuple[ConfigFault, ...]:
    """The faults of user data that cloud-init reads as a cloud-config; () for user data of another kind."""
    if len(data) > _LONGEST:
        return ()
    return () if _is_config(data) and _has_no_fault(data) else tuple(_faults_of_user_data(data))


def _faults_of_user_data(data: str) -> Iterator[ConfigFault]:
    from vmlint.kubevirt.cloudnodes import of_config

    start = data.lstrip()[:4096].lower()
    if start.startswith(_MIME) and "content-type:" in start:
        for part in _parts(data):
            yield from of_config(part)
    elif _is_config(data):
        yield from of_config(data)


def _has_no_fault(config: str) -> bool:
    """Whether a cloud-config has no fault; False if that is not certain.

    Faults of keys and types don't depend on plain values. The cloud-configs of similar VMs differ only in these values:
    without them most are the same, and the rest shares a few entries. Both are decided once.
    """
    blanked = "\n".join(map(_BLANKED.__getitem__, config.split("\n")))
    return (_is_valid if len(blanked) <= _LONGEST_KEPT else _is_valid.__wrapped__)(blanked)


@lru_cache(maxsize=512)
def _is_valid(text: str) -> bool:
    """Whether a cloud-config without plain values has no fault, decided for each entry by itself."""
    head, *entries = _ENTRY.split(text)
    across = any(mark in text for mark in _ACROSS)
    return not across and _is_comment(head) and all(map(_is_valid_entry, entries))


_LONGEST_KEPT = 4096
"""How many characters a cloud-config in the cache may have."""

_ENTRY = re.compile(r"\n(?=[A-Za-z])")
"""Where an entry of the top-level mapping begins, if the text is a mapping and the entry before is complete."""

_ACROSS = ("&", "\n---", "\n...", "\n%")
"""Anchors and markers of documents, for which an entry can't be decided by itself."""


class _Blanked(dict[str, str]):
    """Lines in which one text replaces plain values, which can't have a fault."""

    def __missing__(self, line: str) -> str:
        plain = _PLAIN.fullmatch(line)
        blanked = line
        if plain is not None and plain[2].strip().lower() != "null":
            blanked = plain[1] + ("x" if plain[3] is None else "[x]")
        if len(line) <= _LONGEST_LINE:
            if len(self) >= _MOST_LINES:
                self.clear()
            self[line] = blanked
        return blanked


_LONGEST_LINE = 200
_MOST_LINES = 4096
"""How long a line in the cache may be, and how many lines are in it."""

_WORD = r"-{0,2}[A-Za-z0-9][A-Za-z0-9/.+=@_-]*"
_PLAIN = late(
    r"( *(?:- )*(?:[A-Za-z][A-Za-z0-9_-]*: +)?)"
    rf"([A-Za-z0-9][A-Za-z0-9 /.+=@()-]{{0,200}}|(\[{_WORD}(?:, {_WORD})*\]))"
)
"""A line that ends in a plain value or a list of words, without quotes, comments, anchors and other syntax of YAML."""

_BLANKED = _Blanked()


@lru_cache(maxsize=4096)
def _is_valid_entry(text: str) -> bool:
    """Whether an entry has no fault; plain data are checked without PyYAML."""
    try:
        data = document(f"{text}\n")
    except Unsure:
        data = None
    if isinstance(data, dict) and _have_no_fault(data, KEYS):
        return True

    from vmlint.kubevirt.cloudnodes import is_valid

    return is_valid(text)


def _have_no_fault(data: dict[str, Any], known: Mapping[str, str]) -> bool:
    """Whether all keys are known, and all values have the type of their key."""
    return all(_has_type_of_key(key, value, known) for key, value in data.items())


def _has_type_of_key(key: str, value: Any, known: Mapping[str, str]) -> bool:
    wanted = known.get(key, known.get(key.replace("-", "_")) if known is USER_KEYS else None)
    if wanted is None or (wanted and value is not None and wanted != _type_of(value)):
        return False
    below = _BELOW.get(key) if known is KEYS else None
    if below is None or not isinstance(value, list):
        return True
    return all(_have_no_fault(entry, below) for entry in value if isinstance(entry, dict))


_BELOW = {"users": USER_KEYS, "write_files": FILE_KEYS}
"""The keys of the mappings in the lists under some keys."""


def _type_of(value: Any) -> str:
    if isinstance(value, dict):
        return MAPPING
    return LIST if isinstance(value, list) else SCALAR


@lru_cache(maxsize=64)
def _is_comment(text: str) -> bool:
    if all(line.lstrip(" ")[:1] in ("", "#") and line.isprintable() for line in text.split("\n")):
        return True

    from vmlint.kubevirt.cloudnodes import is_comment

    return is_comment(text)


def _is_config(data: str) -> bool:
    start = data.lstrip()[: len(_NO_CONFIG[0])].lower()
    return start.startswith(_HEADER) and not start.startswith(_NO_CONFIG)


def _parts(data: str) -> Iterator[str]:
    """The cloud-configs among the parts of a MIME message."""
    from email import message_from_string

    for part in message_from_string(data.lstrip()).walk():
        kind = part.get_content_type()
        text = "" if part.is_multipart() else _payload(part)
        if kind == "text/cloud-config" or (kind == "text/plain" and _is_config(text)):
            yield text


def _payload(part: Message) -> str:
    raw = part.get_payload(decode=True)
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def faults_of_network_data(data: str) -> tuple[ConfigFault, ...]:
    """The faults of the network data of a NoCloud disk, version 1 or 2, with or without a top-level key `network`."""
    if len(data) > _LONGEST or not data.strip():
        return ()

    from vmlint.kubevirt.cloudnodes import of_network

    return tuple(of_network(data))
