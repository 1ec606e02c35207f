"""The resolver of the guest's pod, by the rules that Kubernetes has for pods."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import dns

ROWS = [
    Row(
        "no policy needs a resolver",
        {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["1.1.1.1"]}},
        {"dnsPolicy": "None"},
        [
            Expected(
                at("dnsConfig"),
                "`dnsPolicy` is `None`, which needs `dnsConfig.nameservers`, and it is not set.",
                "list servers in `dnsConfig.nameservers`, or use another policy",
                "dns",
            )
        ],
    ),
    Row(
        "no policy needs servers",
        {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["::1"]}},
        {"dnsPolicy": "None", "dnsConfig": {}},
        [
            Expected(
                at("dnsConfig.nameservers"),
                "`dnsPolicy` is `None`, which needs `dnsConfig.nameservers`, and it is not set.",
                "list servers in `dnsConfig.nameservers`, or use another policy",
                "dns",
            )
        ],
    ),
    Row(
        "three servers",
        {"dnsConfig": {"nameservers": ["1.1.1.1", "1.1.1.1", "1.1.1.1"]}},
        {"dnsConfig": {"nameservers": ["1.1.1.1"] * 4}},
        [
            Expected(
                at("dnsConfig.nameservers"), "`nameservers` has 4 entries; at most 3 are allowed.", "keep three", "dns"
            )
        ],
    ),
    Row(
        "servers are addresses",
        {"dnsConfig": {"nameservers": ["fd00::1"]}},
        {"dnsConfig": {"nameservers": ["dns.example", "fe80::1%eth0"]}},
        [
            Expected(
                at("dnsConfig.nameservers[0]"),
                "the name server `dns.example` is not a valid IP address.",
                "use an IP address",
                "dns",
            ),
            Expected(
                at("dnsConfig.nameservers[1]"),
                "the name server `fe80::1%eth0` is not a valid IP address.",
                "use an IP address",
                "dns",
            ),
        ],
    ),
    Row(
        "six search domains",
        {"dnsConfig": {"searches": ["a"] * 6}},
        {"dnsConfig": {"searches": ["a"] * 7}},
        [Expected(at("dnsConfig.searches"), "`searches` has 7 entries; at most 6 are allowed.", "keep six", "dns")],
    ),
    Row(
        "short search domains",
        {"dnsConfig": {"searches": ["a" * 127, "b" * 128]}},
        {"dnsConfig": {"searches": ["a" * 128, "b" * 128]}},
        [
            Expected(
                at("dnsConfig.searches"),
                "`searches` has 257 characters in total; at most 256 are allowed.",
                "use fewer or shorter domains",
                "dns",
            )
        ],
    ),
    Row(
        "search domains are names",
        {"dnsConfig": {"searches": ["a.b"]}},
        {"dnsConfig": {"searches": ["a_b"]}},
        [
            Expected(
                at("dnsConfig.searches[0]"), "the search domain `a_b` is not a valid DNS name.", "fix the name", "dns"
            )
        ],
    ),
    Row(
        "options have names",
        {"dnsConfig": {"options": [{"name": "ndots"}]}},
        {"dnsConfig": {"options": [{"value": "1"}]}},
        [Expected(at("dnsConfig.options[0]"), "a DNS option has no name.", "set its `name`", "dns")],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(dns.check)
