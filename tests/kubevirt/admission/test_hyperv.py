"""Hyper-V features that need each other; judged when the VirtualMachineInstance is made."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import hyperv
from vmlint.model.refusal import Refuser

ROWS = [
    Row(
        "a feature's need is not switched off",
        {"domain": {"features": {"hyperv": {"evmcs": {}}}}},
        {"domain": {"features": {"hyperv": {"evmcs": {}, "vapic": {"enabled": False}}}}},
        [
            Expected(
                at("domain.features.hyperv.evmcs"),
                "`hyperv.evmcs` needs `vapic`, which is disabled.",
                "remove `vapic.enabled: false`, or `evmcs`",
                "hyperv",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "a feature that is off needs nothing",
        {"domain": {"features": {"hyperv": {"ipi": {"enabled": False}, "vpindex": {"enabled": False}}}}},
        {
            "domain": {
                "features": {
                    "hyperv": {"ipi": {"enabled": True}, "tlbflush": {}, "synic": {}, "vpindex": {"enabled": False}}
                }
            }
        },
        [
            Expected(
                at("domain.features.hyperv.ipi"),
                "`hyperv.ipi` needs `vpindex`, which is disabled.",
                "remove `vpindex.enabled: false`, or `ipi`",
                "hyperv",
                Refuser.GUEST_WEBHOOK,
            ),
            Expected(
                at("domain.features.hyperv.tlbflush"),
                "`hyperv.tlbflush` needs `vpindex`, which is disabled.",
                "remove `vpindex.enabled: false`, or `tlbflush`",
                "hyperv",
                Refuser.GUEST_WEBHOOK,
            ),
            Expected(
                at("domain.features.hyperv.synic"),
                "`hyperv.synic` needs `vpindex`, which is disabled.",
                "remove `vpindex.enabled: false`, or `synic`",
                "hyperv",
                Refuser.GUEST_WEBHOOK,
            ),
        ],
    ),
    Row(
        "timers need synic",
        {"domain": {"features": {"hyperv": {"synictimer": {}}}}},
        {"domain": {"features": {"hyperv": {"synictimer": {}, "synic": {"enabled": False}}}}},
        [
            Expected(
                at("domain.features.hyperv.synictimer"),
                "`hyperv.synictimer` needs `synic`, which is disabled.",
                "remove `synic.enabled: false`, or `synictimer`",
                "hyperv",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "timers switch synic on, which has a need of its own",
        {"domain": {"features": {"hyperv": {"synictimer": {"enabled": False}, "vpindex": {"enabled": False}}}}},
        {"domain": {"features": {"hyperv": {"synictimer": {}, "vpindex": {"enabled": False}}}}},
        [
            Expected(
                at("domain.features.hyperv.synictimer"),
                "`hyperv.synictimer` enables `synic`, which needs `vpindex`, and it is disabled.",
                "remove `vpindex.enabled: false`, or `synictimer`",
                "hyperv",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
    Row(
        "features or passthrough",
        {"domain": {"features": {"hypervPassthrough": {}}}},
        {"domain": {"features": {"hypervPassthrough": {}, "hyperv": {"vapic": {}}}}},
        [
            Expected(
                at("domain.features.hyperv"),
                "`hyperv` and `hypervPassthrough` exclude each other.",
                "keep one of the two",
                "hyperv",
                Refuser.GUEST_WEBHOOK,
            )
        ],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(hyperv.check)
