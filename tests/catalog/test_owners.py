from __future__ import annotations

import json
from importlib.resources import files

from vmlint.catalog.owners import Owned, Owner, owned, owned_fields


def test_rows() -> None:
    assert owned("cpu.cores") == Owned(
        "cpu.cores",
        Owner.BOTH,
        ("cpu.guest",),
        ("cpu.preferredCPUTopology",),
        ("instancetype.spec.cpu.guest", "preference.spec.cpu.preferredTopology"),
    )
    assert owned("cpu.maxSockets") == Owned("cpu.maxSockets", Owner.INSTANCETYPE, ("cpu.maxSockets",), (), None)
    assert owned("devices.watchdog.name") == Owned("devices.watchdog.name", Owner.NEITHER, (), (), ())


def test_indexes_and_sections() -> None:
    disk = owned("devices.disks[3].disk.bus")
    assert disk is not None and disk.path == "devices.disks[].disk.bus" and disk.owner is Owner.PREFERENCE
    policy = owned("launchSecurity.sev.policy")
    assert policy is not None and policy.path == "launchSecurity.sev"
    assert owned("chassis.serial") is None and owned("") is None


def test_the_table_is_whole() -> None:
    assert len(owned_fields()) == 106


def test_it_names_fields_that_exist() -> None:
    types = json.loads(files("vmlint.catalog").joinpath("wire.json").read_bytes())

    def exists(type_name: str, field: str) -> bool:
        for step in field.replace("[]", "").split("."):
            kinds = [kind for kind, names in types.get(type_name, {}).items() if step in names.split()]
            if not kinds:
                return False
            type_name = kinds[0].lstrip("*[]!")
        return True

    for row in owned_fields().values():
        for field in row.instancetype:
            assert exists("v1beta1.VirtualMachineInstancetypeSpec", field), field
        for field in row.preference:
            assert exists("v1beta1.VirtualMachinePreferenceSpec", field), field
        if not row.path.startswith("("):
            assert exists("DomainSpec", row.path) or row.path.startswith("resources.requests."), row.path
