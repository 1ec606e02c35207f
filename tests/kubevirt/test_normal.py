from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from vmlint.kubevirt.normal import (
    COMMON,
    WITH_AMOUNTS,
    decode_instancetype,
    decode_preference,
    normal_template,
    normal_vm_spec,
)
from vmlint.kubevirt.releases import Release
from vmlint.kubevirt.values import Draft


def spec(**fields: Any) -> Any:
    return normal_template({"spec": {"domain": {"devices": {}}, **fields}})["spec"]


def domain(**fields: Any) -> Any:
    return normal_template({"spec": {"domain": {"devices": {}, **fields}}})["spec"]["domain"]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ({"cpu": {"cores": 0, "model": "", "dedicatedCpuPlacement": False}}, {"cpu": {}}),
        ({"cpu": {"cores": 2, "numa": {}}}, {"cpu": {"cores": 2, "numa": {}}}),
        (
            {"devices": {"gpus": [], "disableHotplug": False, "blockMultiQueue": False}},
            {"devices": {"blockMultiQueue": False}},
        ),
        ({"launchSecurity": {}, "ioThreadsPolicy": ""}, {"launchSecurity": {}, "ioThreadsPolicy": ""}),
        ({"memory": {"guest": "0"}}, {"memory": {"guest": "0"}}),
        ({"memory": {"guest": "2048Mi"}}, {"memory": {"guest": "2Gi"}}),
        (
            {"resources": {"requests": {"cpu": 0.5, "memory": 0}}},
            {"resources": {"requests": {"cpu": "500m", "memory": "0"}}},
        ),
        ({"resources": {"requests": {}, "overcommitGuestOverhead": False}}, {"resources": {}}),
        ({"features": {}}, {"features": {"acpi": {}}}),
        ({"machine": {"type": ""}}, {"machine": {"type": ""}}),
        ({"machine": {}}, {"machine": {"type": ""}}),
        ({"devices": {"watchdog": {}}}, {"devices": {"watchdog": {"name": ""}}}),
        (
            {"devices": {"interfaces": [{"name": "a", "ports": [{}]}]}},
            {"devices": {"interfaces": [{"name": "a", "ports": [{"port": 0}]}]}},
        ),
        ({"memory": None, "frobnicate": 1}, {}),
        ({"cpu": {"cores": "${CORES}"}}, {"cpu": {"cores": "${CORES}"}}),
        ({"memory": {"guest": "${SIZE}"}}, {"memory": {"guest": "${SIZE}"}}),
    ],
)
def test_domain(written: dict[str, Any], stored: dict[str, Any]) -> None:
    assert domain(**written) == {"devices": {}, "resources": {}, **stored}


def test_entries_of_lists_are_written_each() -> None:
    disk = {"name": "a", "disk": {"bus": "", "readonly": False}, "cache": "", "bootOrder": 0, "unknown": 1}
    assert domain(devices={"disks": [disk]})["devices"] == {"disks": [{"name": "a", "disk": {}, "bootOrder": 0}]}


def test_spec() -> None:
    assert "nodeSelector" not in spec(nodeSelector={}) and "hostname" not in spec(hostname="")
    assert spec(terminationGracePeriodSeconds=0)["terminationGracePeriodSeconds"] == 0
    assert spec(volumes=[{"name": "d", "hostDisk": {"path": "/d", "type": "Disk"}}])["volumes"] == [
        {"name": "d", "hostDisk": {"path": "/d", "type": "Disk", "capacity": "0"}}
    ]


def test_fields_of_the_proposals_stay_where_no_release_is_named() -> None:
    written = {"volumeClaimTemplates": [{}], "template": {"spec": {"domain": {"cpu": {"guest": 4}}}}}
    assert "volumeClaimTemplates" in normal_vm_spec(written, None)
    assert normal_vm_spec(written, None)["template"]["spec"]["domain"]["cpu"] == {"guest": 4}
    assert "volumeClaimTemplates" not in normal_vm_spec(written)
    assert normal_vm_spec(written)["template"]["spec"]["domain"]["cpu"] == {}


def test_fields_that_a_release_lacks_vanish() -> None:
    domain = {"devices": {"video": {"type": "vga"}}, "launchSecurity": {"tdx": {}}, "rebootPolicy": "Reboot"}
    template = {"spec": {"domain": domain}}
    assert normal_template(template, Release(1, 8))["spec"]["domain"] == {**domain, "resources": {}}
    old = normal_template(template, Release(1, 5))["spec"]["domain"]
    assert old == {"devices": {}, "launchSecurity": {}, "resources": {}}


def test_decoding_keeps_zero_values() -> None:
    assert decode_instancetype({"cpu": {"guest": 0, "maxSockets": 0}, "nodeSelector": {}, "gpus": [], "x": 1}) == {
        "cpu": {"guest": 0, "maxSockets": 0},
        "nodeSelector": {},
        "gpus": [],
    }
    assert decode_preference({"clock": {}, "preferredSubdomain": "", "cpu": None}) == {
        "clock": {},
        "preferredSubdomain": "",
    }


@pytest.mark.parametrize("value", [None, [], "text", 3, True])
def test_anything_else_is_an_empty_spec(value: Any) -> None:
    assert decode_instancetype(value) == {} == decode_preference(value)
    assert normal_template(value) == {"metadata": {}, "spec": {"domain": {"devices": {}, "resources": {}}}}


def test_what_is_as_kubevirt_writes_it_is_taken_as_it_is() -> None:
    volumes = [{"name": "a", "emptyDisk": {"capacity": "1Gi"}}, {"name": "b", "emptyDisk": {"capacity": "1024Mi"}}]
    template = {"metadata": {}, "spec": {"domain": {"devices": {}, "resources": {}}, "volumes": volumes}}
    normal = normal_template(template)
    assert normal["spec"]["domain"] is template["spec"]["domain"]
    assert normal["spec"]["volumes"][0] is volumes[0]
    assert normal["spec"]["volumes"][1] == {"name": "b", "emptyDisk": {"capacity": "1Gi"}}
    assert volumes[1] == {"name": "b", "emptyDisk": {"capacity": "1024Mi"}}
    assert normal_template(normal) is normal


def test_of_a_template_made_of_a_normal_one_only_what_is_new_is_written() -> None:
    before = normal_template(
        {"spec": {"domain": {"devices": {}, "resources": {"requests": {"cpu": None}}}, "tolerations": [{"key": "k"}]}}
    )
    draft = Draft(before)
    draft.at(("spec", "domain", "cpu"))["cores"] = 0
    draft.at(("spec", "domain", "features"))
    draft.at(("spec", "domain", "memory"))["guest"] = 1024
    draft.at(("spec", "nodeSelector"))
    written = normal_template(draft.data, before=before)
    assert written == normal_template(draft.data)
    assert written["spec"]["domain"] == {
        "devices": {},
        "resources": {},
        "cpu": {},
        "features": {"acpi": {}},
        "memory": {"guest": "1024"},
    }
    assert written["spec"]["tolerations"] is before["spec"]["tolerations"]


def test_every_type_of_the_table_is_there() -> None:
    table = json.loads(files("vmlint.catalog").joinpath("wire.json").read_bytes())
    words = {"omit", "keep", "ptr", "any", "qty", "*qty", "map", "mapqty", "list", "list!"}
    kinds = {kind for groups in table.values() for kind in groups} - words
    assert {kind.lstrip("*[]!") for kind in kinds} <= set(table)


def test_what_the_schema_fills_in() -> None:
    volumes = [
        {"name": "a", "containerPath": {"path": "/a"}},
        {"name": "b", "containerPath": {"path": "/b", "readOnly": False}},
    ]
    found = normal_template({"spec": {"domain": {"devices": {}}, "volumes": volumes}})["spec"]["volumes"]
    assert [volume["containerPath"] for volume in found] == [
        {"path": "/a", "readOnly": True},
        {"path": "/b", "readOnly": False},
    ]


def test_the_sets_of_types_are_those_of_the_table() -> None:
    table = json.loads(files("vmlint.catalog").joinpath("wire.json").read_bytes())
    held = {name: {kind.lstrip("*[]!") for kind in groups} for name, groups in table.items()}

    def has_amounts(name: str) -> bool:
        return "mapqty" in held[name] or any(kind in table and has_amounts(kind) for kind in held[name])

    assert {name for name in table if has_amounts(name)} == WITH_AMOUNTS
    assert set(table) >= COMMON and not COMMON & WITH_AMOUNTS
