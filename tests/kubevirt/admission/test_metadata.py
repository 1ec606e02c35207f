"""Labels of the template that only KubeVirt may set."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row
from vmlint.kubevirt.admission import Owner, metadata

ROWS = [
    Row(
        "reserved labels",
        {},
        {},
        [
            Expected(
                ("spec", "template", "metadata", "labels", "kubevirt.io/nodeName"),
                "the label `kubevirt.io/nodeName` is reserved for KubeVirt.",
                "remove the label",
                "metadata",
            )
        ],
        good_in={"metadata": {"labels": {"kubevirt.io/size": "small"}}},
        bad_in={"metadata": {"labels": {"kubevirt.io/nodeName": "n"}}},
    ),
    Row(
        "reserved labels of a replica set",
        {},
        {},
        [
            Expected(
                ("metadata", "labels", "kubevirt.io/schedulable"),
                "the label `kubevirt.io/schedulable` is reserved for KubeVirt.",
                "remove the label",
                "metadata",
            )
        ],
        good_in={"owner": Owner.REPLICA_SET, "metadata": {"labels": {"kubevirt.io/schedulable": "true"}}},
        bad_in={"owner": Owner.VMI, "metadata": {"labels": {"kubevirt.io/schedulable": "true"}}},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(metadata.check)
