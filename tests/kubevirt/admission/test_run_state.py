"""Whether a VM runs: `running` and `runStrategy`."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, kubevirt
from vmlint.kubevirt.admission import Owner, run_state
from vmlint.model.field import parse

ROWS = [
    Row(
        "a VM has a strategy",
        {},
        {},
        [
            Expected(
                parse("spec.runStrategy"),
                "`runStrategy` is missing.",
                "set `runStrategy`, such as `Always` or `Halted`",
                "run_state",
            )
        ],
        good_in={"vm": {"runStrategy": "Once"}},
        bad_in={},
    ),
    Row(
        "a VM has one strategy",
        {},
        {},
        [
            Expected(
                parse("spec.running"),
                "the VM has `running` and `runStrategy`, which exclude each other.",
                "remove `running`, which is deprecated",
                "run_state",
            )
        ],
        good_in={"vm": {"running": False}},
        bad_in={"vm": {"running": True, "runStrategy": "Always"}},
    ),
    Row(
        "a strategy is known",
        {},
        {},
        [
            Expected(
                parse("spec.runStrategy"),
                "`runStrategy` is `OnFailure`; it must be `Always`, `Halted`, `Manual`, `RerunOnFailure` or `Once`.",
                "use `Always`, `Halted`, `Manual`, `RerunOnFailure` or `Once`",
                "run_state",
            )
        ],
        good_in={"vm": {"runStrategy": "RerunOnFailure"}},
        bad_in={"vm": {"runStrategy": "OnFailure"}},
    ),
    Row(
        "a receiver needs a gate",
        {},
        {},
        [
            Expected(
                parse("spec.runStrategy"),
                ("`runStrategy: WaitAsReceiver` needs the feature gate `DecentralizedLiveMigration`, which is off."),
                "use `Always`, `Halted`, `Manual`, `RerunOnFailure` or `Once`",
                "run_state",
            )
        ],
        good_in={"vm": {"runStrategy": "WaitAsReceiver"}},
        bad_in={"vm": {"runStrategy": "WaitAsReceiver"}, "release": (1, 9)},
    ),
    Row(
        "a receiver came in 1.6",
        {},
        {},
        [
            Expected(
                parse("spec.runStrategy"),
                "`runStrategy` is `WaitAsReceiver`; it must be `Always`, `Halted`, `Manual`, `RerunOnFailure` or "
                "`Once`.",
                "use `Always`, `Halted`, `Manual`, `RerunOnFailure` or `Once`",
                "run_state",
            )
        ],
        good_in={
            "vm": {"runStrategy": "WaitAsReceiver"},
            "release": (1, 6),
            "cluster": kubevirt("DecentralizedLiveMigration"),
        },
        bad_in={"vm": {"runStrategy": "WaitAsReceiver"}, "release": (1, 5)},
    ),
    Row(
        "a pool's VMs have a strategy",
        {},
        {},
        [
            Expected(
                parse("spec.virtualMachineTemplate.spec.runStrategy"),
                "`runStrategy` is missing.",
                "set `runStrategy`, such as `Always` or `Halted`",
                "run_state",
            )
        ],
        good_in={"owner": Owner.VMI},
        bad_in={"owner": Owner.POOL},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(run_state.check)
