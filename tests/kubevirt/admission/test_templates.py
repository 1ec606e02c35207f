"""DataVolume templates of a VM, seen from the VM: each is used by a volume, and lives in the VM's namespace."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Row
from vmlint.kubevirt.admission import Cause, Owner, Stage, templates
from vmlint.model.field import parse

ROWS = [
    Row(
        "a template is used",
        {"volumes": [{"name": "v", "dataVolume": {"name": "d"}}]},
        {"volumes": [{"name": "v", "emptyDisk": {}}]},
        [
            Cause(
                parse("spec.dataVolumeTemplates[0]"),
                "no volume uses the DataVolume template `d`.",
                "add a volume with `dataVolume.name: d`, or remove the template",
                "templates",
            )
        ],
        good_in={"vm": {"dataVolumeTemplates": [{"metadata": {"name": "d"}}]}},
        bad_in={"vm": {"dataVolumeTemplates": [{"metadata": {"name": "d"}}]}},
    ),
    Row(
        "a template is used as a claim",
        {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "d"}}]},
        {"volumes": [{"name": "v", "ephemeral": {"persistentVolumeClaim": {"claimName": "d"}}}]},
        [
            Cause(
                parse("spec.dataVolumeTemplates[0]"),
                "no volume uses the DataVolume template `d`.",
                "add a volume with `dataVolume.name: d`, or remove the template",
                "templates",
            )
        ],
        good_in={"vm": {"dataVolumeTemplates": [{"metadata": {"name": "d"}}]}},
        bad_in={"vm": {"dataVolumeTemplates": [{"metadata": {"name": "d"}}]}},
    ),
    Row(
        "a template is in the VM's namespace",
        {"volumes": [{"name": "v", "dataVolume": {"name": "d"}}]},
        {"volumes": [{"name": "v", "dataVolume": {"name": "d"}}]},
        [
            Cause(
                parse("spec.dataVolumeTemplates[0].metadata.namespace"),
                "the DataVolume template `d` is for namespace `n`, and the VM is in `m`.",
                "remove the template's `namespace`",
                "templates",
            )
        ],
        good_in={"vm": {"dataVolumeTemplates": [{"metadata": {"name": "d", "namespace": "n"}}]}, "namespace": "n"},
        bad_in={"vm": {"dataVolumeTemplates": [{"metadata": {"name": "d", "namespace": "n"}}]}, "namespace": "m"},
    ),
    Row(
        "a template of a pool is in its namespace",
        {"volumes": [{"name": "v", "dataVolume": {"name": "d"}}]},
        {"volumes": [{"name": "v", "dataVolume": {"name": "d"}}]},
        [
            Cause(
                parse("spec.virtualMachineTemplate.spec.dataVolumeTemplates[0].metadata.namespace"),
                "the DataVolume template `d` is for namespace `n`, and the VM is in `m`.",
                "remove the template's `namespace`",
                "templates",
                Stage.VMI,
            )
        ],
        good_in={"vm": {"dataVolumeTemplates": [{"metadata": {"name": "d", "namespace": "n"}}]}, "owner": Owner.POOL},
        bad_in={
            "vm": {"dataVolumeTemplates": [{"metadata": {"name": "d", "namespace": "n"}}]},
            "namespace": "m",
            "owner": Owner.POOL,
        },
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(templates.check)
