"""The names that a guest goes by: host name, subdomain, service account."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import identity

ROWS = [
    Row(
        "a host name is a DNS label",
        {"hostname": "web-1"},
        {"hostname": "Web_1"},
        [
            Expected(
                at("hostname"),
                "`hostname` is `Web_1`, which is not a valid DNS label.",
                "use at most 63 lower-case letters, digits and inner dashes",
                "identity",
            )
        ],
    ),
    Row(
        "a host name has 63 characters",
        {"hostname": "a" * 63},
        {"hostname": "a" * 64},
        [
            Expected(
                at("hostname"),
                (
                    "`hostname` is `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`, which is "
                    "not a valid DNS label."
                ),
                "use at most 63 lower-case letters, digits and inner dashes",
                "identity",
            )
        ],
    ),
    Row(
        "a subdomain is a DNS subdomain",
        {"subdomain": "a.b-c"},
        {"subdomain": "a..b"},
        [
            Expected(
                at("subdomain"),
                "`subdomain` is `a..b`, which is not a valid DNS subdomain.",
                "use at most 253 lower-case letters, digits and inner dashes, with single dots between",
                "identity",
            )
        ],
    ),
    Row(
        "a service account is a DNS subdomain",
        {"serviceAccountName": "robot"},
        {"serviceAccountName": "Robot"},
        [
            Expected(
                at("serviceAccountName"),
                "`serviceAccountName` is `Robot`, which is not a valid DNS subdomain.",
                "use at most 253 lower-case letters, digits and inner dashes, with single dots between",
                "identity",
            )
        ],
    ),
    Row(
        "one service account",
        {"serviceAccountName": "a", "volumes": [{"name": "v", "serviceAccount": {"serviceAccountName": "a"}}]},
        {"serviceAccountName": "a", "volumes": [{"name": "v", "serviceAccount": {"serviceAccountName": "b"}}]},
        [
            Expected(
                at("serviceAccountName"),
                "`serviceAccountName` is `a`, and a `serviceAccount` volume names `b`; they must match.",
                "name the same service account in both",
                "identity",
            )
        ],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(identity.check)
