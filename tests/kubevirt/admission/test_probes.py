"""Readiness and liveness probes."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import probes

ROWS = [
    Row(
        "a probe has a handler",
        {"readinessProbe": {"exec": {}}},
        {"readinessProbe": {}},
        [
            Expected(
                at("readinessProbe"),
                "`readinessProbe` has no handler; a probe must have exactly one handler.",
                "add `httpGet`, `tcpSocket`, `exec` or `guestAgentPing`",
                "probes",
            )
        ],
    ),
    Row(
        "a probe has one handler",
        {"livenessProbe": {"guestAgentPing": {}}},
        {"livenessProbe": {"exec": {}, "guestAgentPing": {}}},
        [
            Expected(
                at("livenessProbe"),
                "`livenessProbe` has `exec` and `guestAgentPing`; a probe must have exactly one handler.",
                "keep `exec` or `guestAgentPing`",
                "probes",
            )
        ],
    ),
    Row(
        "a probe reaches the guest",
        {"networks": [{"name": "p", "pod": {}}], "readinessProbe": {"tcpSocket": {"port": 1}}},
        {
            "networks": [{"name": "m", "multus": {"networkName": "n"}}],
            "readinessProbe": {"tcpSocket": {"port": 1}},
            "livenessProbe": {"httpGet": {"port": 1}},
        },
        [
            Expected(
                at("readinessProbe.tcpSocket"),
                ("`readinessProbe.tcpSocket` uses the pod network, to which the guest is not connected."),
                "add a network with `pod: {}`, or probe with `exec` or `guestAgentPing`",
                "probes",
            ),
            Expected(
                at("livenessProbe.httpGet"),
                ("`livenessProbe.httpGet` uses the pod network, to which the guest is not connected."),
                "add a network with `pod: {}`, or probe with `exec` or `guestAgentPing`",
                "probes",
            ),
        ],
    ),
    Row(
        "a paused guest is not probed",
        {"startStrategy": "Paused", "readinessProbe": {"exec": {}}},
        {"startStrategy": "Paused", "livenessProbe": {"exec": {}}},
        [
            Expected(
                at("startStrategy"),
                "the guest starts paused and has a `livenessProbe`, which stops a paused guest.",
                "remove one of the two",
                "probes",
            )
        ],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(probes.check)
