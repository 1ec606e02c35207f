"""What an edit does to VMs and to other objects, through the public function."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import vmlint
from tests.cases import FIXTURES
from vmlint.impact.model import Impact, ObjectChange, Verdict

Edit = Callable[[dict[str, Any]], None]

VM: dict[str, Any] = {
    "apiVersion": "kubevirt.io/v1",
    "kind": "VirtualMachine",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {
        "runStrategy": "Always",
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "domain": {
                    "cpu": {"sockets": 2, "cores": 1, "threads": 1},
                    "memory": {"guest": "2Gi"},
                    "devices": {
                        "disks": [{"name": "root", "disk": {"bus": "virtio"}}],
                        "interfaces": [{"name": "default", "masquerade": {}}],
                    },
                },
                "networks": [{"name": "default", "pod": {}}],
                "volumes": [{"name": "root", "containerDisk": {"image": "quay.io/containerdisks/fedora:41"}}],
            },
        },
    },
}


def _write(folder: Path, *objects: dict[str, Any]) -> Path:
    folder.mkdir()
    (folder / "all.yaml").write_text("---\n".join(map(yaml.safe_dump, objects)))
    return folder


def _impact(tmp_path: Path, before: list[dict[str, Any]], after: list[dict[str, Any]], **settings: Any) -> Impact:
    settings.setdefault("closed_world", True)
    return vmlint.diff([_write(tmp_path / "before", *before)], [_write(tmp_path / "after", *after)], **settings)


def _edited(vm: dict[str, Any], edit: Edit) -> dict[str, Any]:
    new = copy.deepcopy(vm)
    edit(new)
    return new


def _spec(vm: dict[str, Any]) -> Any:
    return vm["spec"]["template"]["spec"]


def _domain(vm: dict[str, Any]) -> Any:
    return _spec(vm)["domain"]


def _change(impact: Impact, kind: str = "VirtualMachine") -> ObjectChange:
    (change,) = [one for one in impact.changes if one.resource.kind == kind]
    return change


def _kubevirt(**configuration: Any) -> dict[str, Any]:
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "KubeVirt",
        "metadata": {"name": "kubevirt", "namespace": "kubevirt"},
        "spec": {"configuration": configuration},
    }


def _instancetype(name: str, cpu: int, memory: str) -> dict[str, Any]:
    return {
        "apiVersion": "instancetype.kubevirt.io/v1beta1",
        "kind": "VirtualMachineClusterInstancetype",
        "metadata": {"name": name},
        "spec": {"cpu": {"guest": cpu}, "memory": {"guest": memory}},
    }


def with_instancetype(name: str) -> dict[str, Any]:
    vm = copy.deepcopy(VM)
    del _domain(vm)["cpu"], _domain(vm)["memory"]
    vm["spec"]["instancetype"] = {"name": name}
    return vm


def _set(*path: str, value: Any) -> Edit:
    def edit(vm: dict[str, Any]) -> None:
        holder = vm
        for step in path[:-1]:
            holder = holder.setdefault(step, {})
        holder[path[-1]] = value

    return edit


_DOMAIN = ("spec", "template", "spec", "domain")
_TEMPLATE = ("spec", "template", "spec")

EDITS: dict[str, tuple[Edit, Verdict, str]] = {
    "sockets": (_set(*_DOMAIN, "cpu", "sockets", value=4), Verdict.LIVE, "spec.domain.cpu.sockets"),
    "too many sockets": (_set(*_DOMAIN, "cpu", "sockets", value=9), Verdict.RESTART, "at most 8 sockets"),
    "fewer sockets": (_set(*_DOMAIN, "cpu", "sockets", value=1), Verdict.RESTART, "can't be taken"),
    "cores": (_set(*_DOMAIN, "cpu", "cores", value=2), Verdict.RESTART, "domain.cpu.cores"),
    "memory": (_set(*_DOMAIN, "memory", "guest", value="4Gi"), Verdict.LIVE, "spec.domain.memory.guest"),
    "too much memory": (_set(*_DOMAIN, "memory", "guest", value="9Gi"), Verdict.RESTART, "at most 8Gi"),
    "odd memory": (_set(*_DOMAIN, "memory", "guest", value="2049Mi"), Verdict.RESTART, "not a multiple"),
    "unit": (_set(*_DOMAIN, "memory", "guest", value="2048Mi"), Verdict.NOTHING, "no value that reaches"),
    "tolerations": (_set(*_TEMPLATE, "tolerations", value=[{"key": "vms"}]), Verdict.LIVE, "spec.tolerations"),
    "empty affinity": (_set(*_TEMPLATE, "affinity", value={}), Verdict.LIVE, "spec.affinity"),
    "empty node selector": (_set(*_TEMPLATE, "nodeSelector", value={}), Verdict.NOTHING, "no value that reaches"),
    "hostname": (_set(*_TEMPLATE, "hostname", value="web2"), Verdict.RESTART, "`hostname`"),
    "label": (_set("spec", "template", "metadata", "labels", value={"app": "x"}), Verdict.NOTHING, "next start"),
    "both run states": (_set("spec", "running", value=True), Verdict.REFUSED, "exclude each other"),
    "stop": (_set("spec", "runStrategy", value="Halted"), Verdict.NOTHING, "stops at once"),
}


@pytest.mark.parametrize("name", EDITS)
def test_edits_of_a_running_vm(name: str, tmp_path: Path) -> None:
    edit, verdict, reported = EDITS[name]
    change = _change(_impact(tmp_path, [VM], [_edited(VM, edit)]))
    assert change.verdict is verdict
    assert reported in change.message


def test_a_rollout_strategy_of_stage_makes_everything_wait(tmp_path: Path) -> None:
    kubevirt = _kubevirt(vmRolloutStrategy="Stage")
    after = _edited(VM, _set(*_DOMAIN, "cpu", "sockets", value=4))
    change = _change(_impact(tmp_path, [VM, kubevirt], [after, kubevirt]))
    assert change.verdict is Verdict.RESTART
    assert change.fields == ("spec.template.spec.domain.cpu.sockets",)
    assert [str(value) for value in change.values] == ["domain.cpu.sockets: 2 → 4"]


def test_releases_differ_in_their_strategy(tmp_path: Path) -> None:
    after = _edited(VM, _set(*_DOMAIN, "cpu", "sockets", value=4))
    change = _change(_impact(tmp_path, [VM], [after], target_kubevirt="1.5"))
    assert change.verdict is Verdict.RESTART


def test_an_edited_instancetype_reaches_no_vm_that_exists(tmp_path: Path) -> None:
    vm = with_instancetype("small")
    impact = _impact(tmp_path, [vm, _instancetype("small", 1, "1Gi")], [vm, _instancetype("small", 2, "1Gi")])
    (change,) = impact.changes
    assert change.verdict is Verdict.NOTHING
    assert not change.next_start
    assert change.message.startswith("VM `shop/web` keeps the old instancetype")


def test_another_instancetype_is_live_within_the_limits(tmp_path: Path) -> None:
    types = [_instancetype("small", 1, "1Gi"), _instancetype("large", 2, "2Gi")]
    impact = _impact(tmp_path, [with_instancetype("small"), *types], [with_instancetype("large"), *types])
    change = _change(impact)
    assert change.verdict is Verdict.LIVE
    assert {one.path for one in change.live} == {"spec.domain.cpu.sockets", "spec.domain.memory.guest"}
    assert [step.text for step in change.chain] == ["instancetype small → large"]


def test_under_the_policy_expand_the_next_apply_with_the_matcher_is_refused(tmp_path: Path) -> None:
    kubevirt = _kubevirt(instancetype={"referencePolicy": "expand"})
    objects = [kubevirt, _instancetype("small", 1, "1Gi")]
    vm = with_instancetype("small")
    after = _edited(vm, _set(*_TEMPLATE, "nodeSelector", value={"zone": "a"}))
    change = _change(_impact(tmp_path, [vm, *objects], [after, *objects]))
    assert change.verdict is Verdict.REFUSED
    assert "spec.template.spec.domain.memory.guest" in change.fields


def _plug(bus: str) -> Edit:
    def edit(vm: dict[str, Any]) -> None:
        disk = {"bus": bus} if bus else {}
        _domain(vm)["devices"]["disks"].append({"name": "data", "disk": disk})
        claim = {"claimName": "data", "hotpluggable": True}
        _spec(vm)["volumes"].append({"name": "data", "persistentVolumeClaim": claim})

    return edit


CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data", "namespace": "shop"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}


def test_a_declared_hotplug_volume_is_plugged(tmp_path: Path) -> None:
    change = _change(_impact(tmp_path, [VM, CLAIM], [_edited(VM, _plug("scsi")), CLAIM]))
    assert change.verdict is Verdict.LIVE
    assert [str(one) for one in change.live] == ["spec.volumes[data] added", "spec.domain.devices.disks[data] added"]
    assert not change.next_start


def test_a_hotplug_disk_without_a_bus_makes_the_controller_fail(tmp_path: Path) -> None:
    change = _change(_impact(tmp_path, [VM, CLAIM], [_edited(VM, _plug("")), CLAIM]))
    assert change.verdict is Verdict.NOTHING
    assert change.next_start
    assert "`data`" in change.controller_error
    assert change.group == "trouble"


UNKNOWN_CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "odd"},
    "provisioner": "csi.odd.example.com",
}


def _add_template(**storage: Any) -> Edit:
    def edit(vm: dict[str, Any]) -> None:
        spec = {"source": {"http": {"url": "https://images.example.com/data.img"}}, "storage": storage}
        vm["spec"]["dataVolumeTemplates"] = [{"metadata": {"name": "web-data"}, "spec": spec}]
        _spec(vm)["domain"]["devices"]["disks"].append({"name": "data", "disk": {"bus": "scsi"}})
        _spec(vm)["volumes"].append({"name": "data", "dataVolume": {"name": "web-data", "hotpluggable": True}})
        _spec(vm)["domain"]["cpu"]["sockets"] = 3

    return edit


SIZED = {"resources": {"requests": {"storage": "1Gi"}}}


@pytest.mark.parametrize(
    ("storage", "expected"),
    [
        ({"storageClassName": "odd", "accessModes": ["ReadWriteOnce"]}, "CDI refuses"),
        ({"storageClassName": "odd", **SIZED}, "never becomes ready"),
    ],
)
def test_a_new_datavolume_that_fails_keeps_the_controller_from_all_else(
    tmp_path: Path, storage: dict[str, Any], expected: str
) -> None:
    after = _edited(VM, _add_template(**storage))
    change = _change(_impact(tmp_path, [VM, UNKNOWN_CLASS], [after, UNKNOWN_CLASS]))
    assert change.verdict is Verdict.NOTHING
    assert change.next_start
    assert expected in change.controller_error
    assert change.message.startswith("the guest continues to run, but can't start again")
    lines = (tmp_path / "after" / "all.yaml").read_text().splitlines()
    assert lines[change.line - 2].strip() == "dataVolumeTemplates:"


@pytest.mark.parametrize(
    ("storage", "run"),
    [
        ({"storageClassName": "odd", "accessModes": ["ReadWriteOnce"]}, None),
        ({"storageClassName": "odd", **SIZED}, "stops"),
    ],
)
def test_a_refused_datavolume_keeps_the_guest_from_being_stopped(
    tmp_path: Path, storage: dict[str, Any], run: str | None
) -> None:
    after = _edited(_edited(VM, _add_template(**storage)), _set("spec", "runStrategy", value="Halted"))
    assert _change(_impact(tmp_path, [VM, UNKNOWN_CLASS], [after, UNKNOWN_CLASS])).run == run


def test_a_vm_that_is_to_receive_a_guest_keeps_its_own(tmp_path: Path) -> None:
    gate = _kubevirt(developerConfiguration={"featureGates": ["DecentralizedLiveMigration"]})
    change = _change(
        _impact(tmp_path, [VM, gate], [_edited(VM, _set("spec", "runStrategy", value="WaitAsReceiver")), gate])
    )
    assert change.run is None
    assert "WaitAsReceiver" in change.controller_error
    assert not change.never_starts


def test_a_guest_whose_datavolume_is_refused_does_not_start(tmp_path: Path) -> None:
    halted = _edited(
        _edited(VM, _add_template(accessModes=["ReadWriteOnce"])), _set("spec", "runStrategy", value="Halted")
    )
    started = _edited(halted, _set("spec", "runStrategy", value="Always"))
    change = _change(_impact(tmp_path, [halted], [started]))
    assert change.run is None
    assert change.message.startswith("the guest is stopped, and can't start: CDI refuses")


def test_sockets_of_a_guest_that_cannot_be_migrated_never_arrive(tmp_path: Path) -> None:
    vm = _edited(VM, _set(*_DOMAIN, "devices", "interfaces", value=[{"name": "default", "bridge": {}}]))
    change = _change(_impact(tmp_path, [vm], [_edited(vm, _set(*_DOMAIN, "cpu", "sockets", value=4))]))
    assert change.verdict is Verdict.LIVE
    assert any("can't be migrated" in note for note in change.notes)


def test_a_vm_that_is_gone_takes_its_disks_along(tmp_path: Path) -> None:
    template = {
        "metadata": {"name": "web-root"},
        "spec": {"source": {"blank": {}}, "storage": {"resources": {"requests": {"storage": "1Gi"}}}},
    }
    vm = _edited(VM, _set("spec", "dataVolumeTemplates", value=[template]))
    _spec(vm)["volumes"] = [{"name": "root", "dataVolume": {"name": "web-root"}}]
    renamed = _edited(vm, _set("metadata", "name", value="shop-web"))
    impact = _impact(tmp_path, [vm], [renamed])
    gone, new = impact.changes
    assert gone.verdict is Verdict.DELETED
    assert gone.data_loss == ("web-root",)
    assert any("renamed" in note for note in gone.notes)
    assert new.verdict is Verdict.CREATED


def test_what_moves_to_another_namespace_is_renamed_to_the_object_of_its_name(tmp_path: Path) -> None:
    def placed(namespace: str, *names: str) -> list[dict[str, Any]]:
        return [_edited(VM, _set("metadata", value={"name": name, "namespace": namespace})) for name in names]

    before, after = placed("old", "web", "db", "cache"), placed("new", "db", "web")
    notes = {
        change.resource.name: [note for note in change.notes if "renamed" in note]
        for change in _impact(tmp_path, before, after).changes
        if change.verdict is Verdict.DELETED
    }
    renamed = "it seems to be renamed to new/{}: that is a delete and a create, not an update"
    assert notes == {
        "cache": [],
        "db": [renamed.format("db")],
        "web": [renamed.format("web")],
    }


_OVERLAYS = (("dev", "web"), ("prod", "web"), ("dev", "www"), ("prod", "www"))


def _named(namespace: str, name: str) -> Edit:
    """Gives a VM with a disk a name, and its disk one that begins so."""

    def edit(vm: dict[str, Any]) -> None:
        vm["metadata"] = {"name": name, "namespace": namespace}
        vm["spec"]["template"]["metadata"]["labels"]["app"] = name
        vm["spec"]["dataVolumeTemplates"][0]["metadata"]["name"] = f"{name}-root"
        _spec(vm)["volumes"] = [{"name": "root", "dataVolume": {"name": f"{name}-root"}}]

    return edit


def test_what_is_renamed_is_the_only_one_that_is_as_similar(tmp_path: Path) -> None:
    def named(*names: str) -> list[dict[str, Any]]:
        return [_edited(VM, _set("metadata", value={"name": name, "namespace": "shop"})) for name in names]

    def renamed(name: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> dict[str, str]:
        return {
            change.resource.name: note.partition(":")[0].rpartition("/")[2]
            for change in _impact(_sub(tmp_path, name), before, after).changes
            for note in change.notes
            if "renamed" in note
        }

    assert renamed("prefix", named("web", "db"), named("new-db", "new-web")) == {"db": "new-db", "web": "new-web"}
    disks = [_edited(_with_disk({"source": {"blank": {}}, "storage": _SIZE}), _named(*ref)) for ref in _OVERLAYS]
    assert renamed("overlays", disks[:2], disks[2:]) == {"web": "www"}
    assert renamed("others", named("web"), named("cache", "queue")) == {}
    vm = _with_secret(cloudInitNoCloud={"secretRef": {"name": "cloud"}})
    secret = {**_SECRET, "stringData": {"userdata": "#cloud-config"}}
    same = {**secret, "metadata": {"name": "new", "namespace": "shop"}}
    other = {**same, "stringData": {"token": "x"}}
    assert renamed("same", [secret, vm], [same, vm]) == {"cloud": "new"}
    assert renamed("other", [secret, vm], [other, vm]) == {}


@pytest.mark.parametrize(
    "annotation",
    [
        {"helm.sh/resource-policy": "keep"},
        {"argocd.argoproj.io/sync-options": "Prune=false,ServerSideApply=true"},
        {"kustomize.toolkit.fluxcd.io/prune": "disabled"},
    ],
)
def test_annotations_keep_objects_in_the_cluster(annotation: dict[str, str], tmp_path: Path) -> None:
    claim = _edited(CLAIM, _set("metadata", "annotations", value=annotation))
    change = _change(_impact(tmp_path, [VM, claim], [VM]), "PersistentVolumeClaim")
    assert change.verdict is Verdict.NOTHING
    assert not change.data_loss


def test_what_is_immutable_is_refused(tmp_path: Path) -> None:
    smaller = _edited(CLAIM, _set("spec", "accessModes", value=["ReadWriteMany"]))
    change = _change(_impact(tmp_path, [CLAIM], [smaller]), "PersistentVolumeClaim")
    assert change.verdict is Verdict.REFUSED
    assert change.fields == ("spec.accessModes",)


def test_a_secret_reaches_the_guest_at_its_next_start(tmp_path: Path) -> None:
    def edit(vm: dict[str, Any]) -> None:
        _spec(vm)["volumes"].append({"name": "init", "cloudInitNoCloud": {"secretRef": {"name": "init"}}})

    vm = _edited(VM, edit)
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "init", "namespace": "shop"}}
    before, after = (
        {**secret, "stringData": {"userdata": text}} for text in ("#cloud-config\n", "#cloud-config\na: b")
    )
    change = _change(_impact(tmp_path, [vm, before], [vm, after]), "Secret")
    assert change.next_start
    assert "shop/web" in change.message
    assert "cloud-config" not in str(change.values)


def test_nothing_is_said_of_what_is_as_it_was(tmp_path: Path) -> None:
    impact = _impact(tmp_path, [VM, CLAIM], [VM, CLAIM])
    assert impact.changes == ()
    assert impact.unchanged == 2


def _with_lan(vm: dict[str, Any]) -> None:
    _domain(vm)["devices"]["interfaces"].append({"name": "lan", "bridge": {}})
    _spec(vm)["networks"].append({"name": "lan", "multus": {"networkName": "vlan10"}})


def test_an_interface_is_plugged_and_unplugged(tmp_path: Path) -> None:
    with_lan = _edited(VM, _with_lan)
    change = _change(_impact(tmp_path, [VM], [with_lan]))
    assert {(one.path, one.what) for one in change.live} == {
        ("spec.domain.devices.interfaces[lan]", "added"),
        ("spec.networks[lan]", "added"),
    }
    absent = copy.deepcopy(with_lan)
    _domain(absent)["devices"]["interfaces"][1]["state"] = "absent"
    (tmp_path / "again").mkdir()
    change = _change(_impact(tmp_path / "again", [with_lan], [absent]))
    assert change.verdict is Verdict.LIVE
    assert not change.next_start


def test_a_removed_interface_takes_a_restart(tmp_path: Path) -> None:
    change = _change(_impact(tmp_path, [_edited(VM, _with_lan)], [VM]))
    assert change.verdict is Verdict.RESTART
    assert change.fields == ("spec.template.spec.domain.devices.interfaces", "spec.template.spec.networks")


@pytest.mark.parametrize(
    ("release", "gates", "binding", "verdict"),
    [
        ("1.7", ["LiveUpdateNADRef"], "masquerade", Verdict.RESTART),
        ("1.8", [], "masquerade", Verdict.RESTART),
        ("1.8", ["LiveUpdateNADRef"], "bridge", Verdict.LIVE),
        ("1.9", [], "bridge", Verdict.RESTART),
        ("1.9", [], "masquerade", Verdict.LIVE),
    ],
)
def test_another_network_attachment_is_live_by_release(
    release: str, gates: list[str], binding: str, verdict: Verdict, tmp_path: Path
) -> None:
    def vm(network: str) -> dict[str, Any]:
        interfaces = [{"name": "default", binding: {}}, {"name": "second", "bridge": {}}]
        networks = [{"name": "default", "pod": {}}, {"name": "second", "multus": {"networkName": network}}]
        changed = _edited(VM, _set(*_DOMAIN, "devices", "interfaces", value=interfaces))
        return _edited(changed, _set(*_TEMPLATE, "networks", value=networks))

    kubevirt = _kubevirt(developerConfiguration={"featureGates": gates})
    change = _change(_impact(tmp_path, [vm("old"), kubevirt], [vm("new"), kubevirt], target_kubevirt=release))
    assert change.verdict is verdict


def test_volumes_are_migrated_if_nothing_stays_behind(tmp_path: Path) -> None:
    def on(claim: str) -> Edit:
        def edit(vm: dict[str, Any]) -> None:
            vm["spec"]["updateVolumesStrategy"] = "Migration"
            _spec(vm)["volumes"] = [{"name": "root", "persistentVolumeClaim": {"claimName": claim}}]

        return edit

    claims = [_edited(CLAIM, _set("metadata", "name", value=name)) for name in ("old", "new")]
    change = _change(_impact(tmp_path, [_edited(VM, on("old")), *claims], [_edited(VM, on("new")), *claims]))
    assert change.verdict is Verdict.LIVE
    assert [str(one) for one in change.live] == ["spec.volumes[root] changed"]
    assert not change.notes  # the disk that moves is what keeps the guest from being migrated


def test_an_edited_template_of_a_disk_changes_nothing(tmp_path: Path) -> None:
    def sized(size: str) -> Edit:
        def edit(vm: dict[str, Any]) -> None:
            storage = {"resources": {"requests": {"storage": size}}}
            template = {"metadata": {"name": "web-root"}, "spec": {"source": {"blank": {}}, "storage": storage}}
            vm["spec"]["dataVolumeTemplates"] = [template]
            _spec(vm)["volumes"] = [{"name": "root", "dataVolume": {"name": "web-root"}}]

        return edit

    change = _change(_impact(tmp_path, [_edited(VM, sized("10Gi"))], [_edited(VM, sized("20Gi"))]))
    assert change.verdict is Verdict.NOTHING
    assert not change.next_start
    assert any("`web-root` exists and does not change" in note for note in change.notes)


def test_a_revision_that_does_not_exist_ends_the_vm_at_its_next_stop(tmp_path: Path) -> None:
    types = [_instancetype("small", 1, "1Gi")]
    vm = with_instancetype("small")
    after = _edited(vm, _set("spec", "instancetype", "revisionName", value="lost"))
    change = _change(_impact(tmp_path, [vm, *types], [after, *types]))
    assert change.never_starts
    assert change.group == "trouble"


@pytest.mark.parametrize("noun", ["instancetype", "preference"])
def test_a_matcher_of_another_kind_that_does_not_exist_makes_the_controller_fail(noun: str, tmp_path: Path) -> None:
    vm = with_instancetype("small")
    vm["spec"]["preference"] = {"name": "linux"}
    preference = {**_instancetype("linux", 1, "1Gi"), "kind": "VirtualMachineClusterPreference", "spec": {}}
    around = [_instancetype("small", 1, "1Gi"), preference]
    after = _edited(vm, _set("spec", noun, "kind", value=f"VirtualMachine{noun.title()}"))
    after = _edited(after, _set(*_TEMPLATE, "nodeSelector", value={"zone": "a"}))
    change = _change(_impact(tmp_path, [vm, *around], [after, *around]))
    assert change.verdict is Verdict.NOTHING
    assert change.controller_error.startswith(f"The {noun} ")
    assert "can't start again" in change.message


def test_an_instancetype_of_another_kind_that_conflicts_makes_the_controller_fail(tmp_path: Path) -> None:
    vm = _edited(with_instancetype("small"), _set(*_TEMPLATE, "nodeSelector", value={"zone": "a"}))
    other = {**_instancetype("small", 1, "1Gi"), "kind": "VirtualMachineInstancetype"}
    other["metadata"] = {"name": "small", "namespace": "shop"}
    other["spec"]["nodeSelector"] = {"zone": "b"}
    around = [_instancetype("small", 1, "1Gi"), other]
    after = _edited(vm, _set("spec", "instancetype", "kind", value="VirtualMachineInstancetype"))
    change = _change(_impact(tmp_path, [vm, *around], [after, *around]))
    assert change.controller_error == "The instancetype conflicts with the VM."


def test_an_inferring_vm_is_refused_at_the_next_apply(tmp_path: Path) -> None:
    labels = {"instancetype.kubevirt.io/default-instancetype": "small"}
    claim = _edited(CLAIM, _set("metadata", "labels", value=labels))

    def infer(vm: dict[str, Any]) -> None:
        vm["spec"]["instancetype"] = {"inferFromVolume": "root"}
        _spec(vm)["volumes"] = [{"name": "root", "persistentVolumeClaim": {"claimName": "data"}}]

    vm = _edited(with_instancetype("small"), infer)
    objects = [claim, _instancetype("small", 1, "1Gi")]
    after = _edited(vm, _set("metadata", "labels", value={"team": "shop"}))
    change = _change(_impact(tmp_path, [vm, *objects], [after, *objects]))
    assert change.verdict is Verdict.REFUSED
    assert any(field.startswith("spec.instancetype") for field in change.fields)


def test_what_the_cluster_never_took_is_said_of_a_deletion(tmp_path: Path) -> None:
    nameless = _edited(VM, _set("metadata", value={"namespace": "shop"}))
    assert all(change.verdict is not Verdict.DELETED for change in _impact(tmp_path, [nameless], [VM]).changes)
    (tmp_path / "again").mkdir()
    refused = _edited(VM, _set("spec", "running", value=True))
    change = _change(_impact(tmp_path / "again", [refused, CLAIM], [CLAIM]))
    assert change.verdict is Verdict.DELETED
    assert any("the cluster refused this manifest" in note for note in change.notes)


@pytest.mark.parametrize(("operator", "group"), [(True, "nothing"), (False, "restart")])
def test_the_default_network_of_hyperconverged_is_masquerade(tmp_path: Path, operator: bool, group: str) -> None:
    """The operator writes it into the KubeVirt object that is in no file: naming it changes nothing."""
    hyperconverged = {
        "apiVersion": "hco.kubevirt.io/v1beta1",
        "kind": "HyperConverged",
        "metadata": {"name": "kubevirt-hyperconverged", "namespace": "kubevirt-hyperconverged"},
        "spec": {},
    }
    around = [hyperconverged] if operator else []

    def without_network(vm: dict[str, Any]) -> None:
        del _spec(vm)["networks"], _domain(vm)["devices"]["interfaces"]

    impact = _impact(tmp_path, [_edited(VM, without_network), *around], [VM, *around], closed_world=False)
    assert _change(impact).group == group


def test_an_update_of_the_kubevirt_object_is_refused_where_a_create_is_not(tmp_path: Path) -> None:
    def kubevirt(**gates: list[str]) -> dict[str, Any]:
        metadata = {"name": "kubevirt", "namespace": "kubevirt"}
        spec = {"configuration": {"developerConfiguration": gates}}
        return {"apiVersion": "kubevirt.io/v1", "kind": "KubeVirt", "metadata": metadata, "spec": spec}

    gates = kubevirt(featureGates=["HostDisk"])
    both = kubevirt(featureGates=["HostDisk"], disabledFeatureGates=["HostDisk"])
    (change,) = _impact(tmp_path, [gates], [both]).changes
    assert change.verdict is Verdict.REFUSED
    assert "`HostDisk`" in change.message


_BAD_PATCH = {"patches": [{"resourceName": "virt-api", "resourceType": "Deployment", "patch": "x", "type": "json"}]}
_BAD_CIPHER = {"minTLSVersion": "VersionTLS12", "ciphers": ["x"]}


@pytest.mark.parametrize(
    ("spec", "verdict"),
    [
        ({"customizeComponents": _BAD_PATCH, "configuration": {}}, Verdict.REFUSED),
        ({"configuration": {"additionalGuestMemoryOverheadRatio": "0.5"}}, Verdict.REFUSED),
        ({"configuration": {"tlsConfiguration": _BAD_CIPHER}}, Verdict.NOTHING),
        ({"configuration": {}, "infra": {"nodePlacement": {"nodeSelector": {"a b": "c"}}}}, Verdict.NOTHING),
    ],
)
def test_a_fault_of_the_kubevirt_object_blocks_other_edits_unless_only_its_change_is_checked(
    spec: dict[str, Any], verdict: Verdict, tmp_path: Path
) -> None:
    before = {**_kubevirt(), "spec": spec}
    after = _edited(before, _set("spec", "configuration", "evictionStrategy", value="LiveMigrate"))
    assert _change(_impact(tmp_path, [before], [after]), "KubeVirt").verdict is verdict


def test_a_forbidden_binding_keeps_the_guest_from_starting_again(tmp_path: Path) -> None:
    vm = _edited(VM, _set(*_DOMAIN, "devices", "interfaces", value=[{"name": "default", "bridge": {}}]))
    forbidden = _kubevirt(network={"permitBridgeInterfaceOnPodNetwork": False})
    change = _change(_impact(tmp_path, [vm, _kubevirt()], [vm, forbidden]))
    assert change.verdict is Verdict.NOTHING
    assert change.next_start
    assert "can't start again" in change.message


_EVICTED = "descheduler.alpha.kubernetes.io/evict"
_HOOKS = "kubevirt.io/skip-backup-hooks"


@pytest.mark.parametrize(("release", "verdict"), [("1.6", Verdict.LIVE), ("1.7", Verdict.NOTHING)])
def test_annotations_of_vm_and_template_at_once_make_the_controller_fail(
    release: str, verdict: Verdict, tmp_path: Path
) -> None:
    after = _edited(VM, _set("spec", "template", "metadata", "annotations", value={_EVICTED: "true"}))
    after = _edited(after, _set("metadata", "annotations", value={_HOOKS: "true"}))
    after = _edited(after, _set(*_DOMAIN, "cpu", "sockets", value=4))
    change = _change(_impact(tmp_path, [VM], [after], target_kubevirt=release))
    assert change.verdict is verdict
    assert bool(change.controller_error) is (verdict is Verdict.NOTHING)


def test_a_namespace_takes_along_what_is_in_it(tmp_path: Path) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    (change,) = _impact(tmp_path, [namespace, VM, CLAIM], [VM, CLAIM]).changes
    assert change.resource.kind == "Namespace"
    assert change.verdict is Verdict.DELETED
    assert change.data_loss == ("data",)
    (note,) = change.notes
    assert note == "all objects in a namespace are deleted with it: VM `shop/web`, PersistentVolumeClaim `shop/data`"
    assert not _impact(_sub(tmp_path, "empty"), [namespace, UNKNOWN_CLASS], [UNKNOWN_CLASS]).changes


def _sub(tmp_path: Path, name: str) -> Path:
    (tmp_path / name).mkdir()
    return tmp_path / name


@pytest.mark.parametrize(("size", "verdict"), [("1Gi", Verdict.NOTHING), ("2Gi", Verdict.REFUSED)])
def test_a_datavolume_that_leaves_its_template_exists(tmp_path: Path, size: str, verdict: Verdict) -> None:
    def disk(size: str) -> dict[str, Any]:
        storage = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
        return {"metadata": {"name": "web-root"}, "spec": {"source": {"blank": {}}, "storage": storage}}

    vm = _edited(
        VM, _set("spec", "template", "spec", "volumes", value=[{"name": "root", "dataVolume": {"name": "web-root"}}])
    )
    before = _edited(vm, _set("spec", "dataVolumeTemplates", value=[disk("1Gi")]))
    alone = {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", **disk(size)}
    alone["metadata"]["namespace"] = "shop"
    changes = {change.resource.kind: change for change in _impact(tmp_path, [before], [vm, alone]).changes}
    assert changes["DataVolume"].verdict is verdict
    assert "VM `shop/web` made it" in changes["DataVolume"].notes[-1]


# Edits that the cluster refuses in part

_TWICE = {"featureGates": ["HostDisk"], "disabledFeatureGates": ["HostDisk"]}


def _overcommitted(name: str) -> dict[str, Any]:
    refused = _instancetype(name, 2, "2Gi")
    refused["spec"]["memory"]["overcommitPercent"] = 150
    return refused


def test_a_vm_is_judged_with_the_old_object_where_its_edit_is_refused(tmp_path: Path) -> None:
    more_sockets = _edited(VM, _set(*_DOMAIN, "cpu", "sockets", value=12))
    room: dict[str, Any] = {"liveUpdateConfiguration": {"maxCpuSockets": 16}}
    refused = _kubevirt(developerConfiguration=_TWICE, **room)
    impact = _impact(tmp_path, [_kubevirt(**room), VM], [refused, more_sockets])
    assert _change(impact, "KubeVirt").verdict is Verdict.REFUSED
    assert _change(impact).verdict is Verdict.LIVE
    assert _change(impact).notes == ()

    room["vmRolloutStrategy"] = "Stage"
    refused = _kubevirt(developerConfiguration=_TWICE, **room)
    impact = _impact(_sub(tmp_path, "stage"), [_kubevirt(), VM], [refused, more_sockets])
    assert "at most 8 sockets" in _change(impact).message
    assert _change(impact).notes == (
        "judged with the old KubeVirt `kubevirt/kubevirt`, because the cluster refuses that part of the edit",
    )


def test_a_vm_that_nobody_edits_does_not_change_with_a_refused_edit(tmp_path: Path) -> None:
    refused = _kubevirt(developerConfiguration=_TWICE, cpuModel="Skylake-Server")
    (change,) = _impact(tmp_path, [_kubevirt(), VM], [refused, VM]).changes
    assert change.resource.kind == "KubeVirt"


def test_a_new_object_that_is_refused_does_not_exist_for_others(tmp_path: Path) -> None:
    impact = _impact(tmp_path, [VM], [_overcommitted("small"), with_instancetype("small")])
    change = _change(impact)
    assert change.group == "trouble"
    assert change.never_starts == "the instancetype `small` does not exist."
    assert change.notes == (
        "judged without the new VirtualMachineClusterInstancetype `small`, because the cluster refuses that part of "
        "the edit",
    )


_SECRET: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cloud", "namespace": "shop"}}


def _with_secret(**volume: Any) -> dict[str, Any]:
    vm = copy.deepcopy(VM)
    _domain(vm)["devices"]["disks"].append({"name": "seed", "disk": {"bus": "virtio"}})
    _spec(vm)["volumes"].append({"name": "seed", **(volume or {"secret": {"secretName": "cloud"}})})
    return vm


def test_what_uses_an_object_is_told_of_its_deletion(tmp_path: Path) -> None:
    (change,) = _impact(tmp_path, [_SECRET, _with_secret()], [_with_secret()]).changes
    assert change.resource.kind == "Secret"
    assert change.verdict is Verdict.DELETED
    assert change.notes == ("VM `shop/web` uses it: a guest that runs continues, and can't start again",)
    optional = _with_secret(secret={"secretName": "cloud", "optional": True})
    assert not _impact(_sub(tmp_path, "optional"), [_SECRET, optional], [optional]).changes
    (other,) = _impact(_sub(tmp_path, "both"), [_SECRET, _with_secret()], [VM]).changes
    assert other.is_vm
    kept = {**_SECRET, "metadata": {**_SECRET["metadata"], "annotations": {"helm.sh/resource-policy": "keep"}}}
    (stays,) = _impact(_sub(tmp_path, "kept"), [kept, _with_secret()], [_edited(_with_secret(), _MORE)]).changes
    assert stays.is_vm
    assert stays.verdict is Verdict.LIVE
    assert not stays.never_starts


_MORE = _set(*_DOMAIN, "cpu", "sockets", value=4)


def test_the_vms_are_deleted_with_the_kubevirt_object(tmp_path: Path) -> None:
    (change,) = _impact(tmp_path, [_kubevirt(), VM], [VM], closed_world=False).changes
    assert change.group == "deleted"
    assert change.notes == ("all VMs are deleted with it: VM `shop/web`",)
    blocked = _kubevirt()
    blocked["spec"]["uninstallStrategy"] = "BlockUninstallIfWorkloadsExist"
    impact = _impact(_sub(tmp_path, "blocked"), [blocked, VM], [VM], closed_world=False)
    assert _change(impact, "KubeVirt").verdict is Verdict.REFUSED
    (change,) = _impact(_sub(tmp_path, "without"), [blocked, CLAIM], [CLAIM], closed_world=False).changes
    assert change.verdict is Verdict.DELETED


def test_a_vm_that_names_what_is_not_there_cannot_start(tmp_path: Path) -> None:
    edited = _with_secret()
    (change,) = _impact(tmp_path, [VM], [edited]).changes
    assert change.group == "trouble"
    assert change.verdict is Verdict.RESTART
    assert change.message.startswith("the guest continues to run, but can't start again: Secret `shop/cloud` is not")
    (new,) = _impact(_sub(tmp_path, "new"), [CLAIM], [CLAIM, edited]).changes
    assert new.group == "trouble"
    assert new.verdict is Verdict.CREATED
    assert new.run is None
    assert new.message.startswith("it is created, and gets stuck: Secret `shop/cloud` is not")


def test_the_disk_of_a_template_that_is_gone_is_there(tmp_path: Path) -> None:
    root = {"name": "root", "dataVolume": {"name": "web-root"}}
    vm = _edited(VM, _set("spec", "template", "spec", "volumes", value=[root]))
    storage = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    disk = {"metadata": {"name": "web-root"}, "spec": {"source": {"blank": {}}, "storage": storage}}
    before = _edited(vm, _set("spec", "dataVolumeTemplates", value=[disk]))
    change = _change(_impact(tmp_path, [before], [vm]))
    assert change.group == "nothing"
    assert change.notes == ("DataVolume `web-root` stays, and is deleted with the VM",)


def test_a_disk_that_a_vm_made_is_what_it_was_where_its_edit_is_refused(tmp_path: Path) -> None:
    root = {"name": "root", "dataVolume": {"name": "web-root"}}
    vm = _edited(VM, _set("spec", "template", "spec", "volumes", value=[root]))

    def disk(*modes: str) -> dict[str, Any]:
        storage = {"accessModes": list(modes), "resources": {"requests": {"storage": "1Gi"}}}
        return {"metadata": {"name": "web-root"}, "spec": {"source": {"blank": {}}, "storage": storage}}

    before = _edited(vm, _set("spec", "dataVolumeTemplates", value=[disk("ReadWriteMany")]))
    alone = {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", **disk("ReadWriteOnce")}
    alone["metadata"]["namespace"] = "shop"
    after = _edited(vm, _set(*_DOMAIN, "memory", "guest", value="4Gi"))
    impact = _impact(tmp_path, [before], [after, alone])
    assert _change(impact, "DataVolume").verdict is Verdict.REFUSED
    assert _change(impact).verdict is Verdict.LIVE  # it can be migrated


def test_an_instancetype_that_is_not_in_the_files_leaves_the_guest_undecided(tmp_path: Path) -> None:
    before = [_instancetype("small", 2, "2Gi"), with_instancetype("small")]
    other = with_instancetype("other")
    change = _change(_impact(tmp_path, before, [before[0], other], closed_world=False))
    assert change.group == "undecided"
    assert change.values == ()
    assert change.never_starts == ""
    named = _edited(other, _set(*_TEMPLATE, "hostname", value="web2"))
    change = _change(_impact(_sub(tmp_path, "more"), before, [before[0], named], closed_world=False))
    assert change.verdict is Verdict.RESTART
    assert change.fields == ("spec.template.spec.hostname",)


def test_the_line_is_that_of_the_first_field_that_differs(tmp_path: Path) -> None:
    disks = _domain(VM)["devices"]["disks"]
    edited = _edited(VM, _set(*_DOMAIN, "devices", "disks", value=[{**disks[0], "cache": "none"}]))
    edited["metadata"]["annotations"] = {"note": "x"}
    change = _change(_impact(tmp_path, [VM], [edited]))
    assert (tmp_path / "after" / "all.yaml").read_text().splitlines()[change.line - 1].strip(" -") == "cache: none"


def test_a_copy_that_kubevirt_made_may_exist(tmp_path: Path) -> None:
    before = [_instancetype("small", 2, "2Gi"), with_instancetype("small")]
    pinned = _edited(before[1], _set("spec", "instancetype", "revisionName", value="web-small-v1beta1-4ae1c5d0-1"))
    assert _change(_impact(tmp_path, before, [before[0], pinned])).group == "undecided"


def test_a_vm_that_has_another_instancetype_keeps_no_copy(tmp_path: Path) -> None:
    small, large = _instancetype("small", 2, "2Gi"), _instancetype("large", 4, "4Gi")
    before = [small, large, with_instancetype("small")]
    impact = _impact(tmp_path, before, [large, with_instancetype("large")])
    assert _change(impact, "VirtualMachineClusterInstancetype").notes == ()


# Pools and replica sets


def _pool(*templates: dict[str, Any], **spec: Any) -> dict[str, Any]:
    vm = copy.deepcopy(VM["spec"])
    vm["template"]["metadata"]["labels"] = {"pool": "web"}
    if templates:
        vm["dataVolumeTemplates"] = list(templates)
        vm["template"]["spec"]["volumes"] = [{"name": "root", "dataVolume": {"name": "root"}}]
    return {
        "apiVersion": "pool.kubevirt.io/v1beta1",
        "kind": "VirtualMachinePool",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"pool": "web"}},
            "virtualMachineTemplate": {"metadata": {"labels": {"pool": "web"}}, "spec": vm},
            **spec,
        },
    }


def _disk(size: str) -> dict[str, Any]:
    storage = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": size}}}
    return {"metadata": {"name": "root"}, "spec": {"source": {"blank": {}}, "storage": storage}}


_POOL_VM = ("spec", "virtualMachineTemplate", "spec")
_SOCKETS = _set(*_POOL_VM, "template", "spec", "domain", "cpu", "sockets", value=4)
_FEWER = _set("spec", "replicas", value=1)
_OPPORTUNISTIC: dict[str, Any] = {"updateStrategy": {"opportunistic": {}}}
_KEEPING = {"scaleInStrategy": {"proactive": {"statePreservation": "Offline"}}}


def _run_strategy(pool: dict[str, Any], strategy: str) -> dict[str, Any]:
    return _edited(pool, _set(*_POOL_VM, "runStrategy", value=strategy))


@pytest.mark.parametrize(
    ("pool", "edit", "group", "message"),
    [
        (_pool(), _SOCKETS, "run", "its VMs are updated, and the guests that run are restarted at once."),
        (
            _run_strategy(_pool(), "RerunOnFailure"),
            _SOCKETS,
            "run",
            "its VMs are updated, and the guests that run are stopped: their run strategy does not start them again.",
        ),
        (
            _pool(**_OPPORTUNISTIC),
            _set(*_POOL_VM, "runStrategy", value="Halted"),
            "run",
            "its VMs are updated, and the guests that run are stopped: their run strategy does not start them again.",
        ),
        (
            _run_strategy(_pool(), "Halted"),
            _set(*_POOL_VM, "runStrategy", value="Always"),
            "run",
            "its VMs are updated, and their guests start.",
        ),
        (_pool(**_OPPORTUNISTIC), _SOCKETS, "next start", "its VMs are updated, each as if it was edited."),
        (_pool(updateStrategy={"unmanaged": {}}), _SOCKETS, "nothing", "its VMs don't change."),
        (_pool(paused=True), _SOCKETS, "nothing", "it is paused, so its controller does nothing."),
        (
            _pool(_disk("1Gi")),
            _set(*_POOL_VM, "dataVolumeTemplates", value=[_disk("2Gi")]),
            "data loss",
            "its VMs are deleted and created again, since their DataVolume templates differ. "
            "The data of all its VMs is lost: claim `root-*`.",
        ),
        (_pool(), _set("spec", "replicas", value=4), "run", "2 VMs are created."),
        (_pool(), _FEWER, "run", "1 VM is deleted."),
        (
            _pool(_disk("1Gi")),
            _FEWER,
            "data loss",
            "1 VM is deleted. The data of the deleted VMs is lost: claim `root-*`.",
        ),
        (_pool(scaleInStrategy={"unmanaged": {}}), _FEWER, "nothing", "its VMs don't change."),
        (_pool(_disk("1Gi"), **_KEEPING), _FEWER, "run", "1 VM is deleted, without the disks."),
    ],
)
def test_a_pool_changes_its_vms(pool: dict[str, Any], edit: Edit, group: str, message: str, tmp_path: Path) -> None:
    (change,) = _impact(tmp_path, [pool], [_edited(pool, edit)], closed_world=False).changes
    assert (change.group, change.message) == (group, message)


def test_the_values_of_a_list_are_those_of_its_entries(tmp_path: Path) -> None:
    pool = _pool(_disk("1Gi"))
    edited = _edited(pool, _set(*_POOL_VM, "dataVolumeTemplates", value=[_disk("2Gi")]))
    (change,) = _impact(tmp_path, [pool], [edited]).changes
    assert [str(value) for value in change.values] == [
        "spec.virtualMachineTemplate.spec.dataVolumeTemplates[root].spec.storage.resources.requests.storage: 1Gi → 2Gi"
    ]

    def tolerating(*keys: str) -> dict[str, Any]:
        return _edited(VM, _set("spec", "template", "spec", "tolerations", value=[{"key": key} for key in keys]))

    change = _change(_impact(_sub(tmp_path, "tolerations"), [tolerating("a", "b")], [tolerating("c", "b")]))
    assert [str(value) for value in change.values] == ["tolerations: [{key: a}, {key: b}] → [{key: c}, {key: b}]"]


def test_a_template_of_a_disk_that_exists_creates_nothing(tmp_path: Path) -> None:
    def with_disk(vm: dict[str, Any]) -> None:
        vm["spec"]["dataVolumeTemplates"] = [_disk("1Gi")]

    on_disk = _edited(
        VM, _set("spec", "template", "spec", "volumes", value=[{"name": "root", "dataVolume": {"name": "root"}}])
    )
    disk = {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", **_disk("1Gi")}
    disk["metadata"] = {"name": "root", "namespace": "shop"}
    vm = _edited(on_disk, with_disk)
    change = _change(_impact(tmp_path, [on_disk, disk], [vm, disk]))
    assert change.notes == ("DataVolume `root` exists, so KubeVirt does not create it from the template",)
    change = _change(_impact(_sub(tmp_path, "gone"), [on_disk, disk], [vm]))
    assert change.notes == (
        "DataVolume `root` exists, and KubeVirt creates it anew from the template once it is deleted",
    )


def test_a_pool_takes_its_disks_along(tmp_path: Path) -> None:
    (change,) = _impact(tmp_path, [_pool(_disk("1Gi")), CLAIM], [CLAIM]).changes
    assert change.data_loss == ("root-*",)


def test_a_replica_set_keeps_the_guests_that_run(tmp_path: Path) -> None:
    template = {"metadata": {"labels": {"set": "web"}}, "spec": _spec(VM)}
    replicas = {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachineInstanceReplicaSet",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"set": "web"}}, "template": template},
    }
    (change,) = _impact(tmp_path, [replicas], [_edited(replicas, _set(*_DOMAIN, "cpu", "sockets", value=4))]).changes
    assert change.message == "guests that run don't change: only new replicas get the new template."
    (change,) = _impact(
        _sub(tmp_path, "fewer"), [replicas], [_edited(replicas, _set("spec", "replicas", value=0))]
    ).changes
    assert (change.message, change.run) == ("2 guests are deleted.", "stops")


def test_an_edited_secret_keeps_the_guest_from_starting(tmp_path: Path) -> None:
    secret = {**_SECRET, "stringData": {"userdata": "#cloud-config"}}
    vm = _with_secret(cloudInitNoCloud={"secretRef": {"name": "cloud"}})
    renamed = {**_SECRET, "stringData": {"user": "#cloud-config"}}
    impact = _impact(tmp_path, [secret, vm], [renamed, vm])
    assert _change(impact).group == "trouble"
    assert "has no key `userdata`" in _change(impact).message
    other = {**_SECRET, "stringData": {"userdata": "#cloud-config\nusers: []"}}
    (change,) = _impact(_sub(tmp_path, "other"), [secret, vm], [other, vm]).changes
    assert change.group == "next start"


def test_a_claim_that_a_vm_made_is_not_created(tmp_path: Path) -> None:
    vm = _edited(VM, _set("spec", "dataVolumeTemplates", value=[{**_disk("1Gi"), "metadata": {"name": "data"}}]))
    change = _change(_impact(tmp_path, [vm], [vm, CLAIM]), "PersistentVolumeClaim")
    assert change.verdict is Verdict.NOTHING
    assert change.message.startswith("it exists: VirtualMachine `shop/web` made it")


def _with_disk(template: dict[str, Any] | None = None) -> dict[str, Any]:
    vm = _edited(VM, _set(*_TEMPLATE, "volumes", value=[{"name": "root", "dataVolume": {"name": "disk"}}]))
    if template is not None:
        vm["spec"]["dataVolumeTemplates"] = [{"metadata": {"name": "disk"}, "spec": template}]
    return vm


_SIZE = {"resources": {"requests": {"storage": "1Gi"}}}
_TWO_SIZES = {"source": {"blank": {}}, "storage": _SIZE, "pvc": _SIZE}
_NO_IMAGE = {"source": {"registry": {"url": "http://example.com"}}, "storage": _SIZE}
_NO_SOURCE = {"sourceRef": {"kind": "DataSource", "name": "debian", "namespace": "shop"}, "storage": _SIZE}


@pytest.mark.parametrize("spec", [_TWO_SIZES, _NO_IMAGE])
@pytest.mark.parametrize("closed_world", [True, False])
def test_a_new_vm_does_not_start_without_its_datavolume(
    spec: dict[str, Any], closed_world: bool, tmp_path: Path
) -> None:
    other = _instancetype("small", 1, "1Gi")
    disk = {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", "spec": spec}
    disk["metadata"] = {"name": "disk", "namespace": "shop"}
    impact = _impact(tmp_path, [other], [other, _with_disk(), disk], closed_world=closed_world)
    assert _change(impact, "DataVolume").verdict is Verdict.REFUSED
    vm = _change(impact)
    assert (vm.group, vm.message, vm.fix, vm.run) == (
        "trouble",
        "it is created, and gets stuck: volume `root` uses DataVolume `shop/disk`, which is refused by the cluster. "
        "The VM does not start without it.",
        "fix the DataVolume",
        None,
    )


@pytest.mark.parametrize(("spec", "group"), [(_TWO_SIZES, "refused"), (_NO_IMAGE, "trouble"), (_NO_SOURCE, "created")])
def test_a_new_vm_does_not_start_without_its_template(spec: dict[str, Any], group: str, tmp_path: Path) -> None:
    other = _instancetype("small", 1, "1Gi")
    change = _change(_impact(tmp_path, [other], [other, _with_disk(spec)], closed_world=False))
    assert (change.group, change.run) == (group, "starts" if group == "created" else None)
    assert [note.partition(":")[0] for note in change.notes] == (
        ["the cluster must have what the files lack"] if group == "created" else []
    )


_EDITS_BY_RULES = sorted(
    case.parent
    for case in FIXTURES.glob("*/bad*/before")
    if '"effect": "rejected"' in case.parent.with_suffix(".json").read_text("utf-8")
)


@pytest.mark.parametrize("case", _EDITS_BY_RULES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_what_a_rule_about_updates_calls_refused_is_refused(case: Path) -> None:
    findings = json.loads(case.with_suffix(".json").read_text("utf-8"))["findings"]
    refused: dict[tuple[str, str], set[str]] = {}
    for finding in findings:
        if finding["effect"] == "rejected":
            resource = finding["resource"]
            refused.setdefault((resource["kind"], resource["name"]), set()).add(finding["message"])
    impact = vmlint.diff([case / "before"], [case / "after"])
    changes = {(change.resource.kind, change.resource.name): change for change in impact.of("refused")}
    assert changes.keys() == refused.keys()
    assert all(changes[key].message in messages for key, messages in refused.items())
