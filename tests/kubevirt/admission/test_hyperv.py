"""Hyper-V features that need each other; judged when the VirtualMachineInstance is made."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Row, at
from vmlint.kubevirt.admission import Cause, Stage, hyperv

ROWS = [
    Row(
        "a feature's need is not switched off",
        {"domain": {"features": {"hyperv": {"evmcs": {}}}}},
        {"domain": {"features": {"hyperv": {"evmcs": {}, "vapic": {"enabled": False}}}}},
        [
            Cause(
                at("domain.features.hyperv.evmcs"),
                "`hyperv.evmcs` needs `vapic`, which is disabled.",
                "remove `vapic.enabled: false`, or `evmcs`",
                "hyperv",
                Stage.VMI,
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
            Cause(
                at("domain.features.hyperv.ipi"),
                "`hyperv.ipi` needs `vpindex`, which is disabled.",
                "remove `vpindex.enabled: false`, or `ipi`",
                "hyperv",
                Stage.VMI,
            ),
            Cause(
                at("domain.features.hyperv.tlbflush"),
                "`hyperv.tlbflush` needs `vpindex`, which is disabled.",
                "remove `vpindex.enabled: false`, or `tlbflush`",
                "hyperv",
                Stage.VMI,
            ),
            Cause(
                at("domain.features.hyperv.synic"),
                "`hyperv.synic` needs `vpindex`, which is disabled.",
                "remove `vpindex.enabled: false`, or `synic`",
                "hyperv",
                Stage.VMI,
            ),
        ],
    ),
    Row(
        "timers need synic",
        {"domain": {"features": {"hyperv": {"synictimer": {}}}}},
        {"domain": {"features": {"hyperv": {"synictimer": {}, "synic": {"enabled": False}}}}},
        [
            Cause(
                at("domain.features.hyperv.synictimer"),
                "`hyperv.synictimer` needs `synic`, which is disabled.",
                "remove `synic.enabled: false`, or `synictimer`",
                "hyperv",
                Stage.VMI,
            )
        ],
    ),
    Row(
        "timers switch synic on, which has a need of its own",
        {"domain": {"features": {"hyperv": {"synictimer": {"enabled": False}, "vpindex": {"enabled": False}}}}},
        {"domain": {"features": {"hyperv": {"synictimer": {}, "vpindex": {"enabled": False}}}}},
        [
            Cause(
                at("domain.features.hyperv.synictimer"),
                "`hyperv.synictimer` enables `synic`, which needs `vpindex`, and it is disabled.",
                "remove `vpindex.enabled: false`, or `synictimer`",
                "hyperv",
                Stage.VMI,
            )
        ],
    ),
    Row(
        "features or passthrough",
        {"domain": {"features": {"hypervPassthrough": {}}}},
        {"domain": {"features": {"hypervPassthrough": {}, "hyperv": {"vapic": {}}}}},
        [
            Cause(
                at("domain.features.hyperv"),
                "`hyperv` and `hypervPassthrough` exclude each other.",
                "keep one of the two",
                "hyperv",
                Stage.VMI,
            )
        ],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(hyperv.check)
