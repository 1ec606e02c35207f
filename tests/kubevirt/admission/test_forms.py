"""The forms of names, addresses and paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vmlint.kubevirt.admission.forms import (
    decoded_length,
    glob_matches,
    is_clean_path,
    is_dns_label,
    is_dns_subdomain,
    is_ip,
    is_ipv4,
    is_label_value,
    is_pci_address,
    is_port_name,
    is_qualified_name,
    mac_length,
    utf8_length,
)

VECTORS: list[tuple[Callable[[str], Any], Any, list[str]]] = [
    (is_dns_label, True, ["a", "0", "a-b", "a--b", "a" * 63]),
    (is_dns_label, False, ["", "A", "-a", "a-", "a.b", "a_b", "a" * 64, "a\n"]),
    (is_dns_subdomain, True, ["a", "a.b", "1.2.3", "a" * 253]),
    (is_dns_subdomain, False, ["", ".", "a..b", "a.", "a.-b", "a" * 254]),
    (is_qualified_name, True, ["a", "A_b.c-d", "x.io/a", "a" * 63, "x/" + "a" * 63]),
    (is_qualified_name, False, ["", "/a", "x/", "X/a", "a/b/c", "-a", "a.", "a" * 64, "ä"]),
    (is_label_value, True, ["", "a", "A.b_c-1", "a" * 63]),
    (is_label_value, False, ["-", "a b", "a/b", "a" * 64, "a\n"]),
    (is_port_name, True, ["a", "http-2", "8080a", "a" * 15]),
    (is_port_name, False, ["", "80", "-a", "a-", "a--b", "A", "a" * 16]),
    (is_pci_address, True, ["0000:00:00.0", "ffff:FF:1f.7"]),
    (is_pci_address, False, ["", "0000:00:00.8", "00:00.0", "0000:00:00.0\n", "٠٠٠٠:00:00.0"]),
    (mac_length, 6, ["02:00:00:00:00:01", "02-00-00-00-00-aF", "0200.0000.0001"]),
    (mac_length, 8, ["02:00:00:00:00:01:02:03", "0200.0000.0001.0203"]),
    (mac_length, 20, [":".join(["02"] * 20)]),
    (mac_length, None, ["", "02:00:00:00:00", "02:00-00:00:00:01", "020000000001", "2:0:0:0:0:1", "0g:00:00:00:00:01"]),
    (mac_length, None, [":".join(["02"] * 7), "02:00:00:00:00:01\n"]),
    (is_ip, True, ["1.2.3.4", "1.2.3.04", "01.02.003.0", "::1", "::ffff:1.2.3.4", "::ffff:1.2.3.04", "fd00::"]),
    (is_ip, False, ["", "1.2.3", "1.2..4", "256.1.1.1", "fe80::1%eth0", "1.2.3.4/24", " 1.2.3.4"]),
    (is_ipv4, True, ["1.2.3.4", "::ffff:1.2.3.4"]),
    (is_ipv4, False, ["::1", "x", ""]),
    (decoded_length, 0, ["", "\n"]),
    (decoded_length, 1, ["YQ==", "YR==", "Y\r\nQ=="]),
    (decoded_length, 2, ["YWI="]),
    (decoded_length, 3, ["YWJj"]),
    (decoded_length, None, ["YQ", "YQ=", "Y===", "YQ==YQ==", "YW-_", "YQ= ="]),
    (utf8_length, 3, ["abc", "€", "\ud800"]),
    (is_clean_path, True, ["/a", "/a/b", "/a/", "/a.b/..c"]),
    (is_clean_path, False, ["/", "a", "//a", "/a//b", "/a/./b", "/../a", "/a//", "./a"]),
]


@pytest.mark.parametrize(
    ("form", "answer", "text"),
    [(form, answer, text) for form, answer, texts in VECTORS for text in texts],
    ids=lambda value: ascii(value)[:24] if isinstance(value, str) else getattr(value, "__name__", str(value)),
)
def test_forms(form: Callable[[str], Any], answer: Any, text: str) -> None:
    assert form(text) == answer


@pytest.mark.parametrize(
    ("pattern", "text", "answer"),
    [
        ("q35*", "q35", True),
        ("pc-q35*", "pc-q35-rhel9.2", True),
        ("virt*", "a-virt", False),
        ("virt-?.0", "virt-7.0", True),
        ("virt-?.0", "virt-10.0", False),
        ("a*", "a/b", False),
        ("a.b", "axb", False),
        ("[pq]c", "pc", None),
        (r"p\*", "p*", None),
    ],
)
def test_globs(pattern: str, text: str, answer: bool | None) -> None:
    assert glob_matches(pattern, text) is answer
