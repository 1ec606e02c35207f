"""The forms of names, addresses and paths, as Kubernetes and Go's library check them.

Sources: Kubernetes `apimachinery/pkg/util/validation`, Go `net`, `encoding/base64`, `encoding/json`, `path/filepath`;
KubeVirt `pkg/util/hardware`.
"""

from __future__ import annotations

import ipaddress
import json
import posixpath
import re
from functools import lru_cache

from vmlint.runtime.pattern import late

__all__ = [
    "decoded_length",
    "glob_matches",
    "is_clean_path",
    "is_dns_label",
    "is_dns_subdomain",
    "is_ip",
    "is_ipv4",
    "is_json",
    "is_label_value",
    "is_pci_address",
    "is_port_name",
    "is_qualified_name",
    "mac_length",
    "utf8_length",
]

_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_DNS_LABEL = late(_LABEL)
_DNS_SUBDOMAIN = late(rf"{_LABEL}(?:\.{_LABEL})*")
_QUALIFIED = late(r"(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_PORT_NAME = late(r"(?=.*[a-z])(?!.*--)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_LEADING_ZEROS = late(r"\b0+(?=[0-9])")
_PCI = late(r"[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]")
_MAC = late(r"[0-9a-fA-F]{2}(?:([:-])[0-9a-fA-F]{2})(?:\1[0-9a-fA-F]{2}){4,18}|[0-9a-fA-F]{4}(?:\.[0-9a-fA-F]{4}){2,9}")
_MAC_LENGTHS = {17: 6, 23: 8, 59: 20, 14: 6, 19: 8, 49: 20}
"""By the number of characters the bytes of an address: written in pairs of digits, then in fours."""
_BASE64 = late(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def is_dns_label(text: str) -> bool:
    """Lower-case letters, digits and inner dashes, at most 63."""
    return len(text) <= 63 and _DNS_LABEL.fullmatch(text) is not None


def is_dns_subdomain(text: str) -> bool:
    """Labels of any length joined by dots, at most 253 characters."""
    return len(text) <= 253 and _DNS_SUBDOMAIN.fullmatch(text) is not None


def is_qualified_name(text: str) -> bool:
    """The key of a label: a name of at most 63 characters, after `domain/` if there is one."""
    prefix, slash, name = text.rpartition("/")
    if slash and not is_dns_subdomain(prefix):
        return False
    return len(name) <= 63 and _QUALIFIED.fullmatch(name) is not None


def is_label_value(text: str) -> bool:
    """Whether a text is a valid value of a label. Source: Kubernetes `IsValidLabelValue`."""
    return not text or (len(text) <= 63 and _QUALIFIED.fullmatch(text) is not None)


def is_port_name(text: str) -> bool:
    """At most 15 characters, one letter at least, single inner dashes."""
    return len(text) <= 15 and _PORT_NAME.fullmatch(text) is not None


def is_pci_address(text: str) -> bool:
    """Whether a text is a PCI address, such as `0000:65:00.0`."""
    return _PCI.fullmatch(text) is not None


def mac_length(text: str) -> int | None:
    """The number of bytes of a MAC address that Go can parse, None for another text."""
    length = _MAC_LENGTHS.get(len(text))
    return length if length is not None and _MAC.fullmatch(text) else None


def is_ip(text: str) -> bool:
    """An address of either version; one with a zone is none. Numbers of IPv4 may have leading zeros: KubeVirt's types
    drop them when they are read.
    """
    return _address(text) is not None


def is_ipv4(text: str) -> bool:
    """An IPv4 address, also in its IPv6 form (`::ffff:192.0.2.1`)."""
    address = _address(text)
    return isinstance(address, ipaddress.IPv4Address) or (address is not None and address.ipv4_mapped is not None)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    groups, colon, last = text.rpartition(":")
    if "." in last:
        text = groups + colon + _LEADING_ZEROS.sub("", last)
    try:
        return None if "%" in text else ipaddress.ip_address(text)
    except ValueError:
        return None


def decoded_length(text: str) -> int | None:
    """How many bytes a standard base64 text holds, None for another text. Line breaks are passed over."""
    packed = text.replace("\r", "").replace("\n", "")
    return len(packed) * 3 // 4 - packed.count("=") if _BASE64.fullmatch(packed) else None


def utf8_length(text: str) -> int:
    """The length of a text in bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def is_clean_path(path: str) -> bool:
    """An absolute path to something below the root, without `.`, `..` and double slashes; one may end it."""
    return path != "/" and posixpath.normpath("/" + path.lstrip("/")) == path.removesuffix("/")


@lru_cache(maxsize=256)
def glob_matches(pattern: str, text: str) -> bool | None:
    """Whether a pattern with `*` and `?` matches; None for a pattern with ranges or escapes."""
    if "[" in pattern or "\\" in pattern:
        return None
    expression = re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.fullmatch(expression, text, re.DOTALL) is not None


def is_json(text: str) -> bool:
    """Whether Go reads a text as JSON. One nested too deep to be read here counts as one."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse)  # Go knows no NaN
    except RecursionError:
        return True
    except ValueError:
        return False
    return True
