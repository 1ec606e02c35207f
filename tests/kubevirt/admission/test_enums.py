"""Fields that take one of a few words."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import Owner, enums
from vmlint.source.edit import Put

ROWS = [
    Row(
        "cpu.features policy",
        {"domain": {"cpu": {"features": [{"name": "vmx", "policy": "require"}]}}},
        {"domain": {"cpu": {"features": [{"name": "vmx", "policy": "must"}]}}},
        [
            Expected(
                at("domain.cpu.features[0].policy"),
                "`policy` is `must`; it must be `force`, `require`, `optional`, `disable` or `forbid`.",
                "use `force`, `require`, `optional`, `disable` or `forbid`, or remove the field",
                "enums",
            )
        ],
    ),
    Row(
        "startStrategy",
        {"startStrategy": "Paused"},
        {"startStrategy": ""},
        [
            Expected(
                at("startStrategy"),
                "`startStrategy` is empty; it must be `Paused`.",
                "use `Paused`, or remove the field",
                "enums",
            )
        ],
    ),
    Row(
        "interface state",
        {"domain": {"devices": {"interfaces": [{"name": "a", "state": "up"}, {"name": "b", "state": ""}]}}},
        {"domain": {"devices": {"interfaces": [{"name": "a"}, {"name": "b", "state": "off"}]}}},
        [
            Expected(
                at("domain.devices.interfaces[1].state"),
                "`state` is `off`; it must be `absent`, `up` or `down`.",
                "use `absent`, `up` or `down`, or remove the field",
                "enums",
            )
        ],
    ),
    Row(
        "interface model",
        {"domain": {"devices": {"interfaces": [{"name": "a", "model": "igb"}]}}},
        {"domain": {"devices": {"interfaces": [{"name": "a", "model": "e100"}]}}},
        [
            Expected(
                at("domain.devices.interfaces[0].model"),
                "`model` is `e100`; it must be `e1000`, `e1000e`, `igb`, `ne2k_pci`, `pcnet`, `rtl8139` or `virtio`.",
                ("use `e1000`, `e1000e`, `igb`, `ne2k_pci`, `pcnet`, `rtl8139` or `virtio`, or remove the field"),
                "enums",
            )
        ],
    ),
    Row(
        "input",
        {"domain": {"devices": {"inputs": [{"name": "a", "type": "tablet", "bus": "usb"}]}}},
        {"domain": {"devices": {"inputs": [{"name": "a", "type": "keyboard", "bus": "ps2"}]}}},
        [
            Expected(
                at("domain.devices.inputs[0].bus"),
                "`bus` is `ps2`; it must be `virtio` or `usb`.",
                "use `virtio` or `usb`, or remove the field",
                "enums",
            ),
            Expected(
                at("domain.devices.inputs[0].type"),
                "`type` is `keyboard`; it must be `tablet`.",
                "use `tablet`",
                "enums",
            ),
        ],
    ),
    Row(
        "an input device has a type, which a VirtualMachineInstance gets",
        {"domain": {"devices": {"inputs": [{"name": "a"}]}}},
        {"domain": {"devices": {"inputs": [{"name": "a"}]}}},
        [
            Expected(
                at("domain.devices.inputs[0].type"),
                "`type` is missing; it must be `tablet`.",
                "set `type` to `tablet`",
                "enums",
            )
        ],
        good_in={"owner": Owner.VMI},
    ),
    Row(
        "ioThreadsPolicy",
        {"domain": {"ioThreadsPolicy": "auto"}},
        {"domain": {"ioThreadsPolicy": "dedicated"}},
        [
            Expected(
                at("domain.ioThreadsPolicy"),
                "`ioThreadsPolicy` is `dedicated`; it must be `shared`, `auto` or `supplementalPool`.",
                "use `shared`, `auto` or `supplementalPool`, or remove the field",
                "enums",
            )
        ],
    ),
    Row(
        "disk cache, io, errorPolicy",
        {"domain": {"devices": {"disks": [{"name": "a", "cache": "none", "io": "native", "errorPolicy": "enospace"}]}}},
        {"domain": {"devices": {"disks": [{"name": "a", "cache": "all", "io": "io_uring", "errorPolicy": ""}]}}},
        [
            Expected(
                at("domain.devices.disks[0].cache"),
                "`cache` is `all`; it must be `none`, `writethrough` or `writeback`.",
                "use `none`, `writethrough` or `writeback`, or remove the field",
                "enums",
            ),
            Expected(
                at("domain.devices.disks[0].io"),
                "`io` is `io_uring`; it must be `native` or `threads`.",
                "use `native` or `threads`, or remove the field",
                "enums",
            ),
            Expected(
                at("domain.devices.disks[0].errorPolicy"),
                "`errorPolicy` is empty; it must be `stop`, `ignore`, `report` or `enospace`.",
                "use `stop`, `ignore`, `report` or `enospace`, or remove the field",
                "enums",
            ),
        ],
    ),
    Row(
        "hostDisk type",
        {"volumes": [{"name": "v", "hostDisk": {"path": "/d", "type": "Disk"}}]},
        {"volumes": [{"name": "v", "hostDisk": {"path": "/d", "type": "File"}}]},
        [
            Expected(
                at("volumes[0].hostDisk.type"),
                "`type` is `File`; it must be `DiskOrCreate` or `Disk`.",
                "use `DiskOrCreate` or `Disk`",
                "enums",
            )
        ],
    ),
    Row(
        "dnsPolicy",
        {"dnsPolicy": "Default"},
        {"dnsPolicy": "Cluster"},
        [
            Expected(
                at("dnsPolicy"),
                "`dnsPolicy` is `Cluster`; it must be `ClusterFirstWithHostNet`, `ClusterFirst`, `Default` or `None`.",
                "use `ClusterFirstWithHostNet`, `ClusterFirst`, `Default` or `None`, or remove the field",
                "enums",
            )
        ],
    ),
    Row(
        "evictionStrategy",
        {"evictionStrategy": "LiveMigrate"},
        {"evictionStrategy": "livemigrate"},
        [
            Expected(
                at("evictionStrategy"),
                "`evictionStrategy` is `livemigrate`; it must be `None`, `LiveMigrate`, `LiveMigrateIfPossible` "
                "or `External`.",
                "write `LiveMigrate`",
                "enums",
                edits=(Put(at("evictionStrategy"), "LiveMigrate"),),
            )
        ],
    ),
    Row(
        "sound model",
        {"domain": {"devices": {"sound": {"name": "s", "model": "ac97"}}}},
        {"domain": {"devices": {"sound": {"name": "s", "model": "sb16"}}}},
        [
            Expected(
                at("domain.devices.sound.model"),
                "`model` is `sb16`; it must be `ich9` or `ac97`.",
                "use `ich9` or `ac97`, or remove the field",
                "enums",
            )
        ],
    ),
    Row(
        "panic model",
        {"domain": {"devices": {"panicDevices": [{"model": "isa"}]}}},
        {"domain": {"devices": {"panicDevices": [{"model": "kernel"}]}}},
        [
            Expected(
                at("domain.devices.panicDevices[0].model"),
                "`model` is `kernel`; it must be `hyperv`, `isa` or `pvpanic`.",
                "use `hyperv`, `isa` or `pvpanic`, or remove the field",
                "enums",
            )
        ],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(enums.check)
