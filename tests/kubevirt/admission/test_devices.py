"""Devices other than disks and interfaces."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import devices

ROWS = [
    Row(
        "a pool of threads has a number",
        {"domain": {"ioThreadsPolicy": "supplementalPool", "ioThreads": {"supplementalPoolThreadCount": 1}}},
        {"domain": {"ioThreadsPolicy": "supplementalPool"}},
        [
            Expected(
                at("domain.ioThreads"),
                "the policy `supplementalPool` needs `supplementalPoolThreadCount`, which is not set.",
                "set `ioThreads.supplementalPoolThreadCount` to 1 or more",
                "devices",
            )
        ],
    ),
    Row(
        "one display shows the boot",
        {
            "domain": {
                "devices": {
                    "gpus": [
                        {"name": "a", "virtualGPUOptions": {"display": {}}},
                        {"name": "b", "virtualGPUOptions": {"display": {"ramFB": {"enabled": False}}}},
                    ]
                }
            }
        },
        {
            "domain": {
                "devices": {
                    "gpus": [
                        {"name": "a", "virtualGPUOptions": {"display": {}}},
                        {"name": "b", "virtualGPUOptions": {"display": {"enabled": True, "ramFB": {}}}},
                    ]
                }
            }
        },
        [
            Expected(
                at("domain.devices.gpus[1]"),
                "2 GPUs have a display with `ramFB`; only one GPU can have it.",
                "set `virtualGPUOptions.display.ramFB.enabled: false` on the others",
                "devices",
            )
        ],
    ),
    Row(
        "a sound device has a name",
        {"domain": {"devices": {"sound": {"name": "s"}}}},
        {"domain": {"devices": {"sound": {}}}},
        [Expected(at("domain.devices.sound.name"), "the sound device has no name.", "set `sound.name`", "devices")],
    ),
    Row(
        "video needs graphics",
        {"domain": {"devices": {"video": {"type": "virtio"}}}},
        {"domain": {"devices": {"video": {"type": "virtio"}, "autoattachGraphicsDevice": False}}},
        [
            Expected(
                at("domain.devices.video"),
                "`video` is set together with `autoattachGraphicsDevice: false`, which exclude each other.",
                "remove one of the two",
                "devices",
            )
        ],
    ),
    Row(
        "s390x has no panic devices",
        {"domain": {"devices": {"panicDevices": [{"model": "isa"}]}}},
        {"architecture": "s390x", "domain": {"devices": {"panicDevices": [{"model": "isa"}]}}},
        [
            Expected(
                at("domain.devices.panicDevices"),
                "`s390x` guests can't have `panicDevices`.",
                "remove `panicDevices`",
                "devices",
            )
        ],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(devices.check)
