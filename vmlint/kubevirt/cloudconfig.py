"""What cloud-init makes of the text of a cloud-config or of network data: is it YAML, a mapping, with keys that exist?

Only what cloud-init surely ignores or fails on is a fault. Sources: cloud-init
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
"""Of a longer text nothing is said."""


def faults_of_user_data(data: str) -> tuple[ConfigFault, ...]:
    """What is wrong with user data of which cloud-init reads a cloud-config; () for all other kinds."""
    if len(data) > _LONGEST:
        return ()
    return () if _is_config(data) and _is_surely_right(data) else tuple(_faults_of_user_data(data))


def _faults_of_user_data(data: str) -> Iterator[ConfigFault]:
    from vmlint.kubevirt.cloudnodes import of_config

    begin = data.lstrip()[:4096].lower()
    if begin.startswith(_MIME) and "content-type:" in begin:
        for part in _parts(data):
            yield from of_config(part)
    elif _is_config(data):
        yield from of_config(data)


def _is_surely_right(config: str) -> bool:
    """Whether there is nothing wrong with a cloud-config, as far as its entries tell that one by one.

    What is wrong with keys and types is wrong whatever plain values there are. VMs of a kind differ in these alone, and
    their configs are made of the same few entries.
    """
    text = "\n".join(map(_BLANKED.__getitem__, config.split("\n")))
    head, *entries = _ENTRY.split(text)
    across = any(mark in text for mark in _ACROSS)
    return not across and _is_comment(head) and all(map(_is_right_entry, entries))


_ENTRY = re.compile(r"\n(?=[A-Za-z])")
"""Where an entry of the mapping at the top begins, if the text is one and what is before is complete."""

_ACROSS = ("&", "\n---", "\n...", "\n%")
"""Anchors and marks of documents, which can make wrong what is right by itself."""


class _Blanked(dict[str, str]):
    """Lines with one text for plain values, in which there is nothing to be found."""

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
"""How long a line may be that is remembered, and how many are."""

_WORD = r"-{0,2}[A-Za-z0-9][A-Za-z0-9/.+=@_-]*"
_PLAIN = late(
    r"( *(?:- )*(?:[A-Za-z][A-Za-z0-9_-]*: +)?)"
    rf"([A-Za-z0-9][A-Za-z0-9 /.+=@()-]{{0,200}}|(\[{_WORD}(?:, {_WORD})*\]))"
)
"""A line that ends in a plain value, or in a list of words: without quotes, comments, anchors, and all that YAML reads
as more than text."""

_BLANKED = _Blanked()


@lru_cache(maxsize=4096)
def _is_right_entry(text: str) -> bool:
    """Whether an entry is right, which plain data show without PyYAML."""
    try:
        data = document(f"{text}\n")
    except Unsure:
        data = None
    if isinstance(data, dict) and _are_surely_right(data, KEYS):
        return True

    from vmlint.kubevirt.cloudnodes import is_right

    return is_right(text)


def _are_surely_right(data: dict[str, Any], known: Mapping[str, str]) -> bool:
    """Whether all keys are known ones, with values of their types."""
    return all(_is_surely_right_value(key, value, known) for key, value in data.items())


def _is_surely_right_value(key: str, value: Any, known: Mapping[str, str]) -> bool:
    wanted = known.get(key, known.get(key.replace("-", "_")) if known is USER_KEYS else None)
    if wanted is None or (wanted and value is not None and wanted != _type_of(value)):
        return False
    below = _BELOW.get(key) if known is KEYS else None
    if below is None or not isinstance(value, list):
        return True
    return all(_are_surely_right(entry, below) for entry in value if isinstance(entry, dict))


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

    from vmlint.kubevirt.cloudnodes import is_nothing

    return is_nothing(text)


def _is_config(data: str) -> bool:
    begin = data.lstrip()[: len(_NO_CONFIG[0])].lower()
    return begin.startswith(_HEADER) and not begin.startswith(_NO_CONFIG)


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
    """What is wrong with the network data of a NoCloud disk, version 1 or 2; both may be below a key `network`."""
    if len(data) > _LONGEST or not data.strip():
        return ()

    from vmlint.kubevirt.cloudnodes import of_network

    return tuple(of_network(data))
