"""What cloud-init makes of the text of a cloud-config or of network data: is it YAML, a mapping, with keys that exist?

Only what cloud-init surely ignores or fails on is a fault. Sources: cloud-init
`cloudinit/config/schemas/schema-cloud-config-v1.json` (keys and their types), `cloudinit/handlers/cloud_config.py`,
`cloudinit/user_data.py` (MIME parts), `cloudinit/util.py` (shellify, get_cfg_option_list),
`cloudinit/net/network_state.py` (parse_net_config_data).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from vmlint.model.unknown import is_unknown
from vmlint.record import Record

if TYPE_CHECKING:
    from email.message import Message

__all__ = ["ConfigCheck", "ConfigFault", "faults_of_network_data", "faults_of_user_data"]

_HEADER = "#cloud-config"
_NO_CONFIG = ("#cloud-config-archive", "#cloud-config-jsonp")
_MIME = ("content-type:", "mime-version:")
_LONGEST = 128 * 1024
"""Of a longer text nothing is said."""

_DEEPEST = 500
"""So many brackets, or so many markers of lists one after the other, may nest too deeply."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ConfigCheck(enum.Enum):
    """What is wrong with a text, without words for it."""

    NOT_YAML = enum.auto()
    """`value` is the parser's reason, `line` where it stops."""
    NOT_A_MAPPING = enum.auto()
    """`value` is what it is instead."""
    KEY_MISSPELT = enum.auto()
    """`value` is the key, `meant` the one that cloud-init knows."""
    WRONG_TYPE = enum.auto()
    """`value` is the key, `meant` what it must be."""
    VERSION_MISSING = enum.auto()
    VERSION_UNKNOWN = enum.auto()
    """`value` is the version."""
    VERSION_MISMATCH = enum.auto()
    """`value` is the version, `meant` the key that it needs."""


class ConfigFault(Record):
    """A fault in a text, with its line there, counted from 1."""

    check: ConfigCheck
    line: int
    value: str = ""
    meant: str = ""


_LIST, _MAPPING, _SCALAR, _ANY = "a list", "a mapping", "a single value", ""

_KEYS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "bootcmd",
            "cloud_config_modules",
            "cloud_final_modules",
            "cloud_init_modules",
            "fs_setup",
            "mounts",
            "runcmd",
            "ssh_authorized_keys",
            "write_files",
        ),
        _LIST,
    ),
    **dict.fromkeys(
        (
            "ansible",
            "apk_repos",
            "apt",
            "ca_certs",
            "chef",
            "chpasswd",
            "disk_setup",
            "growpart",
            "keyboard",
            "landscape",
            "lxd",
            "ntp",
            "phone_home",
            "power_state",
            "puppet",
            "resolv_conf",
            "rh_subscription",
            "salt_minion",
            "snap",
            "ssh_keys",
            "swap",
            "wireguard",
            "yum_repos",
            "zypper",
        ),
        _MAPPING,
    ),
    **dict.fromkeys(
        (
            "create_hostname_file",
            "disable_root",
            "final_message",
            "fqdn",
            "hostname",
            "locale",
            "locale_configfile",
            "manage_etc_hosts",
            "manage_resolv_conf",
            "package_reboot_if_required",
            "package_update",
            "package_upgrade",
            "password",
            "prefer_fqdn_over_hostname",
            "preserve_hostname",
            "ssh_deletekeys",
            "ssh_pwauth",
            "timezone",
        ),
        _SCALAR,
    ),
    **dict.fromkeys(
        (
            "allow_public_ssh_keys",
            "apt_pipelining",
            "apt_reboot_if_required",
            "apt_update",
            "apt_upgrade",
            "authkey_hash",
            "autoinstall",
            "byobu_by_default",
            "ca-certs",
            "device_aliases",
            "disable_ec2_metadata",
            "disable_root_opts",
            "drivers",
            "fan",
            "groups",
            "grub-dpkg",
            "grub_dpkg",
            "launch-index",
            "mcollective",
            "merge_how",
            "merge_type",
            "migrate",
            "mount_default_fields",
            "network",
            "no_ssh_fingerprints",
            "output",
            "packages",
            "random_seed",
            "reporting",
            "resize_rootfs",
            "rpi",
            "rsyslog",
            "spacewalk",
            "ssh",
            "ssh_fp_console_blacklist",
            "ssh_genkeytypes",
            "ssh_import_id",
            "ssh_key_console_blacklist",
            "ssh_publish_hostkeys",
            "ssh_quiet_keygen",
            "system_info",
            "ubuntu_advantage",
            "ubuntu_pro",
            "updates",
            "user",
            "users",
            "vendor_data",
            "version",
            "yum_repo_dir",
        ),
        _ANY,
    ),
}
"""The keys at the top of a cloud-config, and what each must be where another type does not work."""

_USER_KEYS: Mapping[str, str] = {
    **dict.fromkeys(("ssh_authorized_keys", "ssh-authorized-keys"), _LIST),
    **dict.fromkeys(
        (
            "create_groups",
            "doas",
            "expiredate",
            "gecos",
            "groups",
            "hashed_passwd",
            "homedir",
            "inactive",
            "lock_passwd",
            "name",
            "no_create_home",
            "no_log_init",
            "no_user_group",
            "passwd",
            "plain_text_passwd",
            "primary_group",
            "selinux_user",
            "shell",
            "snapuser",
            "ssh_import_id",
            "ssh_redirect_user",
            "sudo",
            "system",
            "uid",
        ),
        _ANY,
    ),
}
"""The keys of a user; each may have dashes in the place of underscores."""

_USER_ALIASES = {
    "authorized_keys": "ssh_authorized_keys",
    "password": "plain_text_passwd",
    "ssh_keys": "ssh_authorized_keys",
    "ssh_public_keys": "ssh_authorized_keys",
    "username": "name",
}
"""What people write in a user, and what they mean."""

_FILE_KEYS = dict.fromkeys(
    ("append", "content", "defer", "encoding", "owner", "path", "permissions", "source"),
    _ANY,
)
_NETWORK_V2 = frozenset(
    ("bonds", "bridges", "dummy-devices", "ethernets", "modems", "nm-devices", "tunnels", "vlans", "vrfs", "wifis")
)


def faults_of_user_data(data: str) -> tuple[ConfigFault, ...]:
    """What is wrong with user data of which cloud-init reads a cloud-config; () for all other kinds."""
    if len(data) > _LONGEST:
        return ()
    return () if _is_config(data) and _is_surely_right(data) else tuple(_faults_of_user_data(data))


def _faults_of_user_data(data: str) -> Iterator[ConfigFault]:
    begin = data.lstrip()[:4096].lower()
    if begin.startswith(_MIME) and "content-type:" in begin:
        for part in _parts(data):
            yield from _of_config(part)
    elif _is_config(data):
        yield from _of_config(data)


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
_PLAIN = re.compile(
    r"( *(?:- )*(?:[A-Za-z][A-Za-z0-9_-]*: +)?)"
    rf"([A-Za-z0-9][A-Za-z0-9 /.+=@()-]{{0,200}}|(\[{_WORD}(?:, {_WORD})*\]))"
)
"""A line that ends in a plain value, or in a list of words: without quotes, comments, anchors, and all that YAML reads
as more than text."""

_BLANKED = _Blanked()


@lru_cache(maxsize=4096)
def _is_right_entry(text: str) -> bool:
    root = _composed(text)
    in_order = isinstance(root, yaml.MappingNode) and root.start_mark.column == 0
    return in_order and not any(True for _ in _of_entries(root))


@lru_cache(maxsize=64)
def _is_comment(text: str) -> bool:
    return _composed(text) is None


def _composed(text: str) -> Any:
    """The root node of a YAML text, None for none; the text where it can't be told."""
    try:
        return text if _may_nest_deeply(text) else yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError, ValueError):
        return text


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


def _of_config(text: str) -> Iterator[ConfigFault]:
    root = _parsed(text)
    if isinstance(root, ConfigFault):
        yield root
    elif isinstance(root, yaml.MappingNode):
        yield from _of_entries(root)
    elif root is not None and not is_unknown(text):
        yield ConfigFault(ConfigCheck.NOT_A_MAPPING, root.start_mark.line + 1, _type_of(root))


def _of_entries(root: Any) -> Iterator[ConfigFault]:
    for key, node, line in _entries(root):
        yield from _of_key(key, node, line, _KEYS, {})
        if key == "users" and isinstance(node, yaml.SequenceNode):
            for user in node.value:
                for own, value, at in _entries(user):
                    yield from _of_key(own, value, at, _USER_KEYS, _USER_ALIASES)
        elif key == "write_files" and isinstance(node, yaml.SequenceNode):
            for file in node.value:
                for own, value, at in _entries(file):
                    yield from _of_key(own, value, at, _FILE_KEYS, {})


def _of_key(
    key: str, node: Any, line: int, known: Mapping[str, str], aliases: Mapping[str, str]
) -> Iterator[ConfigFault]:
    plain = key.replace("-", "_")
    wanted = known.get(key, known.get(plain) if known is _USER_KEYS else None)
    if wanted is None:
        meant = aliases.get(plain) or _near(plain, known)
        if meant:
            yield ConfigFault(ConfigCheck.KEY_MISSPELT, line, key, meant)
    elif wanted and not _fits(node, wanted):
        yield ConfigFault(ConfigCheck.WRONG_TYPE, line, key, wanted)


def _fits(node: Any, wanted: str) -> bool:
    """Whether a value can be what is wanted; an empty one is left out by cloud-init, and a variable may be anything."""
    if isinstance(node, yaml.ScalarNode):
        return wanted == _SCALAR or is_unknown(node.value) or node.tag == "tag:yaml.org,2002:null"
    return wanted == _type_of(node) or _is_template(node)


def _is_template(node: Any) -> bool:
    """Whether a value is a template's expression: YAML reads `{{ name }}` as a mapping that is another one's key."""
    return (
        isinstance(node, yaml.MappingNode)
        and len(node.value) == 1
        and node.flow_style
        and not isinstance(node.value[0][0], yaml.ScalarNode)
    )


def _near(key: str, known: Mapping[str, str]) -> str:
    """The known key that differs in dashes, letter case or a letter or two, "" where none does."""
    for other in known:
        plain = other.replace("-", "_")
        if key.lower() == plain:
            return other
    most = 1 if len(key) < 7 else 2
    long = (other for other in known if len(other) > 3)
    found = sorted((_distance(key.lower(), other.replace("-", "_"), most), "-" in other, other) for other in long)
    return found[0][2] if len(key) > 3 and found and found[0][0] <= most else ""


def _distance(first: str, other: str, most: int) -> int:
    """How many letters have to be put in, taken out or changed; more than `most` is as good as any number."""
    if abs(len(first) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for number, letter in enumerate(first, 1):
        before, row[0] = row[0], number
        for index, counterpart in enumerate(other, 1):
            changed = before + (letter != counterpart)
            before, row[index] = row[index], min(changed, row[index] + 1, row[index - 1] + 1)
    return row[-1]


def faults_of_network_data(data: str) -> tuple[ConfigFault, ...]:
    """What is wrong with the network data of a NoCloud disk, version 1 or 2; both may be below a key `network`."""
    if len(data) > _LONGEST or not data.strip():
        return ()
    return tuple(_of_network(data))


def _of_network(data: str) -> Iterator[ConfigFault]:
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
        if "config" in entries or not _NETWORK_V2.isdisjoint(entries):
            yield ConfigFault(ConfigCheck.VERSION_MISSING, root.start_mark.line + 1)
    elif isinstance(version, yaml.ScalarNode) and not is_unknown(version.value):
        if version.value not in ("1", "2"):
            yield ConfigFault(ConfigCheck.VERSION_UNKNOWN, line, version.value)
        elif version.value == "1" and "config" not in entries:
            yield ConfigFault(ConfigCheck.VERSION_MISMATCH, line, "1", "config")
        elif version.value == "2" and "config" in entries and _NETWORK_V2.isdisjoint(entries):
            yield ConfigFault(ConfigCheck.VERSION_MISMATCH, line, "2", "ethernets")


def _parsed(text: str) -> Any:
    """The root node of a YAML text, None for an empty one or one that can't be judged, or why it is none.

    A text with a variable may be right once that is filled in. The library's parser in C is fast; what cloud-init uses
    is the one in Python, which has the last word.
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
    """Whether more collections may lie in each other than the parsers, which call themselves for each, can follow."""
    return text.count("[") + text.count("{") > _DEEPEST or any(mark * _DEEPEST in text for mark in ("- ", "? "))


def _entries(node: Any) -> Iterator[tuple[str, Any, int]]:
    """The entries of a mapping node with names that are text, and the line of each; none of another node."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and not is_unknown(key.value):
                yield key.value, value, key.start_mark.line + 1


def _type_of(node: Any) -> str:
    if isinstance(node, yaml.MappingNode):
        return _MAPPING
    return _LIST if isinstance(node, yaml.SequenceNode) else "a string"
