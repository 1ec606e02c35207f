"""VMs that are alike are judged alike: what stands in for a VM gets the very verdict that the VM itself would get."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import cluster
from tests.cases import FIXTURES
from vmlint.cdi.render import Failure
from vmlint.cdi.storageworld import Overhead, StorageWorld
from vmlint.cli.fixtures import cases
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import snapshot_of
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.world import World
from vmlint.world.application import Application
from vmlint.world.disks import Disk, Written
from vmlint.world.likeness import Alike, Templates
from vmlint.world.settings import Settings

VM = """
    apiVersion: kubevirt.io/VERSION
    kind: VirtualMachine
    TOP: TOP
    metadata: {name: NAME, namespace: SPACE, labels: {app: LABEL}, annotations: {note: NOTE}}
    spec:
      runStrategy: Always
      dataVolumeTemplates:
      - metadata: {name: DISK, labels: {app: LABEL}}
        spec:
          {storage: {resources: {requests: {storage: SIZE}}}, sourceRef: {kind: DataSource, name: IMAGE WHERE} FIELD}
      template:
        metadata: {labels: {kubevirt.io/domain: LABEL}, annotations: {note: NOTE}}
        spec:
          terminationGracePeriodSeconds: GRACE
          domain:
            memory: {guest: 1Gi}
            devices:
              disks: [{name: root, disk: {bus: virtio}}]
              interfaces: [{name: default, masquerade: {}, macAddress: "MAC"}]
          networks: [{name: default, pod: {}}]
          volumes:
          - {name: root, dataVolume: {name: "CLAIM"}}
          - {name: init, cloudInitNoCloud: {userData: "DATA"}}
"""
USUAL = {
    "VERSION": "v1",
    "TOP: TOP": "status: {}",
    "FIELD": "",
    "NAME": "web",
    "SPACE": "shop",
    "LABEL": "web",
    "NOTE": "mine",
    "DISK": "web-root",
    "SIZE": "10Gi",
    "IMAGE": "fedora",
    "WHERE": "",
    "GRACE": "30",
    "MAC": "02:00:00:00:00:17",
    "CLAIM": "web-root",
    "DATA": "#cloud-config",
}
ODD = {
    "VERSION": ["v1alpha3", "v1beta9"],
    "TOP: TOP": ["colour: red", "sops: {mac: a}", "sops: {}"],
    "FIELD": [", colour: red", ", contentType: 7", ", contentType: archive"],
    "NAME": ["db", "DB", "'7'", "7", "''", "a.b", "'${NAME}'", "x" * 64, "x" * 254],
    "SPACE": ["bank", "a.b", "'7'", "7", "''", "'${SPACE}'", "x" * 64],
    "LABEL": ["db", "''", "7", "null", "a b", "'${APP}'", "x" * 64, "[a]"],
    "NOTE": ["theirs", "''", "7", "null", "'${NOTE}'", "x" * 20_000, "x" * 300_000],
    "DISK": ["db-root", "''", "7", "null", "'${DISK}'", "x" * 300],
    "SIZE": ["20Gi", "'0'", "1Ki", "-1Gi", "null", "100000Gi", "'${SIZE}'", "20GiB"],
    "IMAGE": ["debian", "gone", "''", "'${IMAGE}'"],
    "WHERE": [", namespace: shop", ", namespace: bank", ", namespace: gone", ", namespace: '${SPACE}'"],
    "GRACE": ["180", "0", "-1", "'30'", str(1 << 40)],
    "MAC": ["02-00-00-00-00-18", "02:00:00:00:00:00", "02:00", "${MAC}"],
    "CLAIM": ["db-root", "", "${CLAIM}"],
    "DATA": ["#cloud-config\\nuser: me", "", "x" * 2049],
}
OTHERS = """
    apiVersion: cdi.kubevirt.io/v1beta1
    kind: DataSource
    metadata: {name: fedora, namespace: shop}
    spec: {source: {pvc: {name: fedora}}}
    ---
    apiVersion: cdi.kubevirt.io/v1beta1
    kind: DataSource
    metadata: {name: debian, namespace: bank}
    spec: {source: {snapshot: {name: debian, namespace: gone}}}
    ---
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: local}
    provisioner: example.com/local
"""


def world(*texts: str, closed: bool = False) -> World:
    files = cluster(*((f"{number}.yaml", text) for number, text in enumerate(texts)))
    return World(files, Settings(closed))


def vm(**values: str) -> str:
    text = VM
    for word, value in {**USUAL, **values}.items():
        text = text.replace(word, value)
    return text


def verdicts(one: World) -> list[Any]:
    whole = [found for found in one.cluster.resources if not found.fragment]
    vms = [found for found in whole if isinstance(found, VirtualMachine)]
    return [
        *((str(found), one.form.refusals(found), one.storage.refusals(found), disks(found, one)) for found in whole),
        *((str(vm), one.machine.admission(vm), one.vms.conflicts(vm), one.vms.unmet(vm)) for vm in vms),
    ]


def disks(holder: Resource, one: World) -> list[Any]:
    return [(disk, outline(disk, one), source(disk, one)) for disk in one.storage.disks(holder)]


def outline(disk: Disk, one: World) -> Any:
    """What is said of a claim but for its size."""
    found = one.storage.outline(disk)
    if isinstance(found, Failure):
        return found
    unsized = [open for open in found.undecided if open.field != "resources.requests.storage"]
    return found._replace(spec={**found.spec, "resources": None}, undecided=tuple(unsized))


def source(disk: Disk, one: World) -> Any:
    return one.storage.resolve_source(disk) if disk.form in (Written.TEMPLATE, Written.DATA_VOLUME) else None


def verdicts_alone(one: World) -> list[Any]:
    """The verdicts where nothing stands in for anything else."""
    with (
        patch.object(Application, "alike", lambda self, vm: vm),
        patch.object(Templates, "alike", lambda self, template: Alike(template)),
    ):
        return verdicts(World(one.cluster, one.settings))


def stand_ins(one: World) -> set[int]:
    return {id(one.vms.alike(found)) for found in one.cluster.resources if isinstance(found, VirtualMachine)}


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.lists(st.fixed_dictionaries({}, optional={word: st.sampled_from(odd) for word, odd in ODD.items()}), max_size=4),
    st.booleans(),
)
def test_odd_values_get_the_same_verdicts_without_stand_ins(odd: list[dict[str, str]], closed: bool) -> None:
    names = [{"NAME": f"vm{number}", "DISK": f"disk{number}", "CLAIM": f"disk{number}"} for number in range(6)]
    values = [{}, *odd, {}]
    texts = [OTHERS, *(vm(**{**own, **other}) for own, other in zip(names, values, strict=False))]
    one = world(*texts, closed=closed)
    assert verdicts(one) == verdicts_alone(one)


@pytest.mark.parametrize(
    "values",
    [
        {"NAME": "db", "CLAIM": "db-root"},
        {"GRACE": "180"},
        {"MAC": "02-00-00-00-00-18"},
        {"DATA": "#cloud-config\\nuser: me"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_free_values_make_no_difference(values: dict[str, str]) -> None:
    assert len(stand_ins(world(vm(), vm(NAME="other", **values) if "NAME" not in values else vm(**values)))) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"GRACE": "-1"},
        {"GRACE": "'30'"},
        {"MAC": "02:00:00:00:00:00"},
        {"MAC": "02:00"},
        {"MAC": "${MAC}"},
        {"CLAIM": ""},
        {"CLAIM": "${CLAIM}"},
        {"DATA": ""},
        {"DATA": "x" * 2049},
    ],
    ids=lambda values: str(next(iter(values.items())))[:20],
)
def test_values_of_another_form_do(values: dict[str, str]) -> None:
    found = world(vm(NAME="web"), vm(NAME="other", **values))
    assert len(stand_ins(found)) == 2


@pytest.mark.slow
@pytest.mark.parametrize("case", cases(FIXTURES), ids=lambda case: case.relative_to(FIXTURES).as_posix())
def test_the_fixtures_get_the_same_verdicts_without_stand_ins(case: Path) -> None:
    with chdir(case):
        for one in snapshot_of(RunRequest()).worlds:
            assert verdicts(one) == verdicts_alone(one)


@pytest.mark.slow
@pytest.mark.parametrize("case", cases(FIXTURES), ids=lambda case: case.relative_to(FIXTURES).as_posix())
def test_a_guest_has_its_own_values(case: Path) -> None:
    with chdir(case):
        worlds = snapshot_of(RunRequest()).worlds
    for world in worlds:
        for vm in world.cluster.resources:
            if isinstance(vm, VirtualMachine) and not vm.fragment:
                started = world.vms.started(vm)
                refused = started.conflicts or started.refusal or started.problem
                assert world.vms.started_template(vm) == (None if refused else started.template)


def test_an_encrypted_vm_says_nothing_of_the_form_of_others() -> None:
    grace = "30\n          colour: red"
    one = world(vm(**{"GRACE": grace, "TOP: TOP": "sops: {mac: a}"}), vm(NAME="other", GRACE=grace))
    assert len(stand_ins(one)) == 1
    found = [len(one.form.refusals(vm)) for vm in one.cluster.resources if isinstance(vm, VirtualMachine)]
    assert found == [0, 1]


def test_rules_are_given_the_vm_itself() -> None:
    """What identical VMs are judged by has blank texts; no answer about a VM shows them."""
    written = vm(NAME="web", CLAIM="web-root", DATA="#cloud-config\\nuser: me", MAC="02-00-00-00-00-18")
    found = world(written, vm(NAME="other"))
    (web,) = (one for one in found.cluster.resources if isinstance(one, VirtualMachine) and one.name == "web")
    reviewed = found.vms.reviewed(web)
    assert reviewed is not None
    for template in (reviewed.template, found.vms.started(web).template, found.vms.started_template(web)):
        assert template is not None
        assert template["spec"]["volumes"] == web.vmi_spec["volumes"]
        assert template["spec"]["domain"]["devices"]["interfaces"][0]["macAddress"] == "02-00-00-00-00-18"


def test_worlds_share_what_follows_from_the_same_classes_alone() -> None:
    templates = Templates()
    ceph, nfs = {"metadata": {"name": "ceph"}}, {"metadata": {"name": "nfs"}}
    first = templates.storage(StorageWorld([ceph], {"ceph": nfs}, known={}))
    assert templates.storage(StorageWorld([ceph], {"ceph": nfs}, known={})) is first
    others = (
        StorageWorld([nfs], {"ceph": nfs}),
        StorageWorld([{**ceph}], {"ceph": nfs}),
        StorageWorld([ceph], {"nfs": nfs}),
        StorageWorld([ceph], {"ceph": nfs}, [nfs]),
        StorageWorld([ceph], {"ceph": nfs}, closed=True),
        StorageWorld([ceph], {"ceph": nfs}, overhead=Overhead("0.1")),
    )
    assert len({id(templates.storage(other)) for other in (first, *others)}) == 7
