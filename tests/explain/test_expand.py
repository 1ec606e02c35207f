"""`vmlint.expand`: VMs as KubeVirt would run them."""

from __future__ import annotations

import io
import textwrap
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vmlint
from vmlint import Config
from vmlint.errors import NothingToRead, UsageError
from vmlint.explain.expand import Expanded
from vmlint.kubevirt.defaults import ClusterConfig
from vmlint.report.manifest import manifest
from vmlint.world.outcome import Trouble


def expand(*documents: str | dict[str, Any], **overrides: Any) -> list[Expanded]:
    """The expansion of a repository of some documents, each YAML or a manifest."""
    texts = [textwrap.dedent(one) if isinstance(one, str) else manifest(one) for one in documents]
    return vmlint.expand(["-"], Config(), stdin=io.BytesIO("\n---\n".join(texts).encode()), **overrides)


def only(*documents: str | dict[str, Any], **overrides: Any) -> Expanded:
    (found,) = expand(*documents, **overrides)
    return found


def origins(found: Expanded) -> dict[str, str]:
    """Who gives the values of the template's spec, but for the VM's own."""
    start = ("spec", "template", "spec")
    return {
        ".".join(map(str, path[len(start) :])): str(giver)
        for path, giver in found.origin.items()
        if path[: len(start)] == start and str(giver) != "VM"
    }


def vm(spec: str = "", domain: str = "{devices: {}}", *, volumes: str = "[]", kind: str = "VirtualMachine") -> str:
    return f"""\
apiVersion: kubevirt.io/v1
kind: {kind}
metadata: {{name: web, namespace: shop, labels: {{app: web}}}}
spec:
  runStrategy: Always
{textwrap.indent(textwrap.dedent(spec), "  ")}
  template:
    spec:
      domain: {domain}
      volumes: {volumes}
"""


SMALL = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: small, namespace: shop}
spec: {cpu: {guest: 2}, memory: {guest: 1Gi}}
"""
BUS = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachinePreference
metadata: {name: bus, namespace: shop}
spec:
  devices: {preferredDiskBus: sata}
  cpu: {preferredCPUTopology: cores}
  volumes: {preferredStorageClassName: fast}
"""
USES_SMALL = "instancetype: {kind: VirtualMachineInstancetype, name: small}"
USES_BUS = "preference: {kind: VirtualMachinePreference, name: bus}"
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: disk
  namespace: shop
  labels:
    instancetype.kubevirt.io/default-instancetype: small
    instancetype.kubevirt.io/default-instancetype-kind: VirtualMachineInstancetype
"""
DISK = "[{name: root, persistentVolumeClaim: {claimName: disk}}]"


def test_instancetype_preference_and_defaults_are_applied() -> None:
    found = only(vm(f"{USES_SMALL}\n{USES_BUS}", volumes=DISK), SMALL, BUS)
    assert str(found.resource) == "VirtualMachine shop/web"
    assert (found.file, found.line, found.problem) == ("<stdin>", 1, None)
    assert found.data["metadata"]["labels"] == {"app": "web"}
    assert set(found.data["spec"]) == {"runStrategy", "template"}
    domain = found.data["spec"]["template"]["spec"]["domain"]
    assert domain["cpu"] == {"cores": 2, "sockets": 1, "threads": 1}
    assert domain["memory"] == {"guest": "1Gi"}
    assert domain["devices"]["disks"] == [{"name": "root", "disk": {"bus": "sata"}}]
    said = origins(found)
    assert said["domain.cpu.cores"] == said["domain.memory.guest"] == "instancetype shop/small"
    assert said["domain.devices.disks.0.disk.bus"] == "preference shop/bus"
    assert said["domain.devices.disks.0.name"] == said["architecture"] == "default"
    assert "volumes.0.name" not in said


def test_what_the_vm_does_not_write_is_not_its_own() -> None:
    said = origins(only(vm()))
    assert said["domain.resources"] == said["domain.firmware"] == said["domain.machine.type"] == "default"


def test_null_is_the_vm_s_own() -> None:
    found = only(vm().replace("labels: {app: web}", "labels: null"))
    assert (found.data["metadata"]["labels"], str(found.origin["metadata", "labels"])) == (None, "VM")


def test_every_value_has_a_giver() -> None:
    found = only(vm(f"{USES_SMALL}\n{USES_BUS}", volumes=DISK), SMALL, BUS)
    assert found.origin[("kind",)].origin == "VM"
    commented = manifest(found.data, dict.fromkeys(found.origin, "!")).splitlines()
    assert all(line.endswith((":", "# !")) for line in commented)


def test_a_matcher_that_infers() -> None:
    found = only(vm("instancetype: {inferFromVolume: root}", volumes=DISK), SMALL, CLAIM)
    assert found.problem is None
    assert found.data["spec"]["template"]["spec"]["domain"]["cpu"]["sockets"] == 2
    assert origins(found)["domain.cpu.sockets"] == "instancetype shop/small"


def test_under_ignore_an_inferred_instancetype_removes_the_memory() -> None:
    policy = "instancetype: {inferFromVolume: root, inferFromVolumeFailurePolicy: Ignore}"
    found = only(vm(policy, "{devices: {}, memory: {guest: 8Gi}}", volumes=DISK), SMALL, CLAIM)
    assert found.problem is None
    assert found.data["spec"]["template"]["spec"]["domain"]["memory"] == {"guest": "1Gi"}


def test_under_ignore_a_matcher_that_infers_nothing_is_dropped() -> None:
    policy = "instancetype: {inferFromVolume: root, inferFromVolumeFailurePolicy: Ignore}"
    found = only(vm(policy, volumes="[{name: root, containerDisk: {image: x}}]"))
    assert found.problem is None
    assert "instancetype" not in found.data["spec"]


def test_the_catalog() -> None:
    found = only(vm("instancetype: {name: u1.medium}"))
    assert origins(found)["domain.memory.guest"] == "instancetype u1.medium"


def test_the_preferred_storage_class_is_in_the_templates() -> None:
    template = "dataVolumeTemplates: [{metadata: {name: d}, spec: {storage: {}, source: {blank: {}}}}]"
    found = only(vm(f"{USES_BUS}\n{template}"), BUS)
    path = ("spec", "dataVolumeTemplates", 0, "spec", "storage", "storageClassName")
    assert found.data["spec"]["dataVolumeTemplates"][0]["spec"]["storage"]["storageClassName"] == "fast"
    assert str(found.origin[path]) == "preference shop/bus"


def test_a_pool() -> None:
    pool = """\
    apiVersion: pool.kubevirt.io/v1beta1
    kind: VirtualMachinePool
    metadata: {name: pool, namespace: shop}
    spec:
      replicas: 2
      virtualMachineTemplate:
        spec:
          instancetype: {kind: VirtualMachineInstancetype, name: small}
          template: {spec: {domain: {devices: {}}}}
    """
    found = only(pool, SMALL)
    assert (found.problem, found.data["spec"]["replicas"]) == (None, 2)
    inner = found.data["spec"]["virtualMachineTemplate"]["spec"]
    assert (set(inner), inner["template"]["spec"]["domain"]["memory"]) == ({"template"}, {"guest": "1Gi"})
    path = ("spec", "virtualMachineTemplate", "spec", "template", "spec", "domain", "cpu", "sockets")
    assert str(found.origin[path]) == "instancetype shop/small"


def test_the_eviction_strategy_of_the_kubevirt_object() -> None:
    kubevirt = """\
        apiVersion: kubevirt.io/v1
        kind: KubeVirt
        metadata: {name: kubevirt, namespace: kubevirt}
        spec: {configuration: {evictionStrategy: LiveMigrate}}
        """
    plain = only(vm(), kubevirt)
    assert plain.data["spec"]["template"]["spec"]["evictionStrategy"] == "LiveMigrate"
    assert origins(plain)["evictionStrategy"] == "default"
    assert "evictionStrategy" not in only(vm()).data["spec"]["template"]["spec"]


def source(name: str, architecture: str = "", refers: str = "") -> str:
    labels = f"labels: {{template.kubevirt.io/architecture: {architecture}}}" if architecture else ""
    refers = f"dataSource: {{name: {refers}, namespace: shop}}" if refers else ""
    return f"""\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataSource
metadata: {{name: {name}, namespace: shop, {labels}}}
spec: {{source: {{{refers}}}}}
"""


@pytest.mark.parametrize(
    ("sources", "kind", "architecture"),
    [
        ([source("one", "arm64")], "DataSource", "arm64"),
        ([source("one", "arm64")], "datasource", "arm64"),
        ([source("one", "arm64")], "Image", "amd64"),
        ([source("one", "riscv64")], "DataSource", "amd64"),
        ([source("one", "riscv64"), source("two", "s390x")], "DataSource", "s390x"),
        ([source("one", refers="end"), source("end", "arm64")], "DataSource", "arm64"),
        ([source("one", "s390x", refers="end"), source("end", "arm64")], "DataSource", "arm64"),
        ([source("one", "arm64", refers="gone")], "DataSource", "amd64"),
        ([source("one", "arm64", refers="gone"), source("two", "s390x")], "DataSource", "s390x"),
        ([source("one", refers="end"), source("end", refers="far"), source("far", "arm64")], "DataSource", "amd64"),
    ],
)
def test_the_architecture_of_the_sources(sources: list[str], kind: str, architecture: str) -> None:
    templates = "\n".join(
        f"- {{metadata: {{name: {name}}}, spec: {{storage: {{}}, sourceRef: {{kind: {kind}, name: {name}}}}}}}"
        for name in ("one", "two")
    )
    found = next(one for one in expand(vm(f"dataVolumeTemplates:\n{templates}"), *sources))
    assert found.guest["architecture"] == architecture


def test_what_the_hyperconverged_object_sets() -> None:
    operator = """\
        apiVersion: hco.kubevirt.io/v1beta1
        kind: HyperConverged
        metadata: {name: kubevirt-hyperconverged, namespace: kubevirt-hyperconverged}
        spec: {evictionStrategy: LiveMigrate}
        """
    assert only(vm(), operator).data["spec"]["template"]["spec"]["evictionStrategy"] == "LiveMigrate"
    another = operator.replace("name: kubevirt-hyperconverged", "name: another")
    assert "evictionStrategy" not in only(vm(), operator, another).data["spec"]["template"]["spec"]
    config = ClusterConfig.of(None, {"spec": {"higherWorkloadDensity": {"memoryOvercommitPercentage": 150}}})
    assert (config.memory_overcommit, config.interface) == (150, "masquerade")
    assert ClusterConfig.of(None, {}).eviction_strategy == "None"


def test_a_release_fills_in_other_defaults() -> None:
    old, new = only(vm(), target_kubevirt="1.3"), only(vm())
    assert "annotations" not in old.data["spec"]["template"].get("metadata", {})
    assert new.data["spec"]["template"]["metadata"]["annotations"] == {"kubevirt.io/pci-topology-version": "v3"}


LOST = "the instancetype VirtualMachineClusterInstancetype"


@pytest.mark.parametrize(
    ("documents", "trouble", "reason"),
    [
        (
            [vm("instancetype: {name: u1.medum}")],
            Trouble.MISSING,
            f"{LOST} `u1.medum` is not in the repository, the context or a catalog; did you mean `u1.medium`?",
        ),
        (
            [vm("instancetype: {name: small}"), SMALL],
            Trouble.MISSING,
            f"{LOST} `small` does not exist, only the namespaced `shop/small` is: "
            "write `kind: VirtualMachineInstancetype`",
        ),
        (
            [vm("instancetype: {name: x, kind: Flavor}")],
            Trouble.MISSING,
            "the instancetype has the kind `Flavor`; it must be `VirtualMachineClusterInstancetype` or "
            "`VirtualMachineInstancetype`",
        ),
        (
            [vm("instancetype: {name: '${SIZE}'}")],
            Trouble.UNDECIDED,
            f"{LOST} `${{SIZE}}` can't be resolved: the name contains a variable",
        ),
        (
            [vm("instancetype: {name: u1.medium, kind: '${KIND}'}")],
            Trouble.UNDECIDED,
            "the kind of the instancetype contains a variable",
        ),
        (
            [vm("instancetype: {kind: x}")],
            Trouble.REFUSED,
            "`spec.instancetype` has neither `name` nor `inferFromVolume`",
        ),
        (
            [vm("instancetype: {inferFromVolume: root}")],
            Trouble.REFUSED,
            "no instancetype can be inferred: the VM has no volume `root`",
        ),
        (
            [vm("instancetype: {inferFromVolume: root}", volumes=DISK)],
            Trouble.MISSING,
            "no instancetype can be inferred: claim `shop/disk` does not exist",
        ),
        (
            [vm("instancetype: {inferFromVolume: root}", volumes=DISK), CLAIM],
            Trouble.MISSING,
            "the inferred instancetype VirtualMachineInstancetype `shop/small` is not in the repository, the context "
            "or a catalog",
        ),
        (
            [vm(USES_SMALL, "{devices: {}, cpu: {cores: 4}, memory: {guest: 1Gi}}"), SMALL],
            Trouble.REFUSED,
            "the VM sets what its instancetype sets: `spec.template.spec.domain.cpu.cores`, "
            "`spec.template.spec.domain.memory.guest`",
        ),
        (
            [vm("instancetype: {name: a}\npreference: {name: b}")],
            Trouble.MISSING,
            f"{LOST} `a` is not in the repository, the context or a catalog; the preference "
            "VirtualMachineClusterPreference `b` is not in the repository, the context or a catalog",
        ),
    ],
)
def test_why_a_vm_is_not_expanded(documents: list[str], trouble: Trouble, reason: str) -> None:
    found = only(*documents)
    assert found.problem == (trouble, reason)
    matcher = found.data["spec"]["instancetype"]
    assert matcher
    assert found.data["spec"]["template"]["spec"]["architecture"] == "amd64"


def test_in_a_closed_world_a_lost_hop_refuses_the_vm() -> None:
    found = only(vm("instancetype: {inferFromVolume: root}", volumes=DISK), closed_world=True)
    assert found.problem is not None
    assert found.problem.trouble is Trouble.REFUSED


def test_what_lives_outside_without_content_is_undecided() -> None:
    found = only(vm("preference: {name: mine}"), outside=["VirtualMachineClusterPreference mine"])
    assert found.problem == (
        Trouble.UNDECIDED,
        "the content of the preference VirtualMachineClusterPreference `mine` is not in the files: declared as "
        "external "
        "to the repository",
    )


def test_requirements_that_are_not_met() -> None:
    wants = BUS.replace("volumes: {preferredStorageClassName: fast}", "requirements: {cpu: {guest: 4}}")
    found = only(vm(f"{USES_SMALL}\n{USES_BUS}"), SMALL, wants)
    assert found.problem is not None
    assert found.problem.trouble is Trouble.REFUSED
    assert found.data["spec"]["template"]["spec"]["domain"]["cpu"]["cores"] == 2


def test_the_context_is_not_expanded(tmp_path: Any) -> None:
    (tmp_path / "a.yaml").write_text(vm(USES_SMALL))
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "b.yaml").write_text(f"{vm()}---\n{SMALL}")
    (found,) = vmlint.expand([tmp_path / "a.yaml"], context=[str(tmp_path / "context")])
    assert found.problem is None


def test_errors_are_those_of_check(tmp_path: Any) -> None:
    with pytest.raises(NothingToRead):
        vmlint.expand([tmp_path])
    with pytest.raises(UsageError):
        only(vm(), nonsense=1)


def test_nothing_is_expanded_but_vms() -> None:
    assert expand(SMALL, BUS, CLAIM) == []


# Small repositories of any content: every field may be there, and may be nonsense.


def fields(required: dict[str, Any] | None = None, /, **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required or {}, optional=optional)


NONSENSE = st.sampled_from([None, "", [], {}, 0, True, "x", [None], {"a": None}, "${VAR}", -1, 1.5])
COUNT = st.one_of(st.integers(0, 8), st.sampled_from(["${CPUS}", None, True, -1]))
AMOUNT = st.sampled_from(["1Gi", "1024Mi", "0", 2, "1.5G", "${MEMORY}", None, "x"])


def perhaps(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(*[strategy] * 15, NONSENSE)


RESOURCES = fields(cpu=AMOUNT, memory=AMOUNT)
CPU = fields(cores=COUNT, sockets=COUNT, threads=COUNT, guest=COUNT, model=st.just("host-model"), maxSockets=COUNT)
DISKS = st.lists(
    fields({"name": st.sampled_from(["root", "init"])}, disk=fields(bus=st.just("scsi")), cdrom=fields()), max_size=2
)
DEVICES = fields(
    disks=perhaps(DISKS),
    interfaces=perhaps(st.lists(fields(name=st.just("default"), bridge=fields(), model=st.just("e1000")), max_size=1)),
    autoattachPodInterface=st.booleans(),
    tpm=fields(),
    rng=perhaps(fields()),
)
DOMAIN = fields(
    devices=perhaps(DEVICES),
    cpu=perhaps(CPU),
    memory=perhaps(fields(guest=AMOUNT, hugepages=fields(pageSize=AMOUNT))),
    resources=perhaps(fields(requests=perhaps(RESOURCES), limits=perhaps(RESOURCES))),
    machine=perhaps(fields(type=st.sampled_from(["q35", "virt", ""]))),
    firmware=perhaps(fields(bootloader=fields(bios=fields(), efi=fields()))),
    features=perhaps(fields(acpi=fields(), smm=perhaps(fields(enabled=st.booleans())))),
    unknown=NONSENSE,
)
VOLUMES = st.lists(
    st.one_of(
        st.just({"name": "root", "persistentVolumeClaim": {"claimName": "disk"}}),
        st.just({"name": "root", "dataVolume": {"name": "d"}}),
        st.just({"name": "init", "containerDisk": {"image": "quay.io/x"}}),
    ),
    max_size=2,
)
TEMPLATE = fields(
    spec=perhaps(
        fields(
            domain=perhaps(DOMAIN),
            volumes=perhaps(VOLUMES),
            networks=perhaps(st.just([{"name": "default", "pod": {}}])),
            architecture=st.sampled_from(["amd64", "arm64", "", "${ARCH}"]),
            terminationGracePeriodSeconds=COUNT,
            nodeSelector=perhaps(fields(a=st.just("b"))),
        )
    ),
    metadata=perhaps(fields(annotations=perhaps(fields(a=st.just("vm"))), labels=perhaps(fields(a=st.just("b"))))),
)


def matcher(noun: str, *catalog: str) -> st.SearchStrategy[Any]:
    return perhaps(
        st.one_of(
            fields({"name": st.just("own"), "kind": st.just(f"VirtualMachine{noun}")}),
            fields({"name": st.sampled_from(catalog)}),
            fields(
                {"inferFromVolume": st.sampled_from(["root", "init"])},
                inferFromVolumeFailurePolicy=st.sampled_from(["Ignore", "Reject"]),
            ),
        )
    )


MACHINE = fields(
    {
        "apiVersion": st.just("kubevirt.io/v1"),
        "kind": st.just("VirtualMachine"),
        "metadata": st.just({"name": "web", "namespace": "shop"}),
        "spec": perhaps(
            fields(
                {
                    "template": perhaps(TEMPLATE),
                    "instancetype": matcher("Instancetype", "u1.medium", "cx1.large", "o1.small"),
                    "preference": matcher("Preference", "fedora", "windows.11.virtio", "alpine"),
                },
                runStrategy=st.just("Always"),
                dataVolumeTemplates=perhaps(
                    st.just([{"metadata": {"name": "d"}, "spec": {"storage": {}, "source": {"blank": {}}}}])
                ),
            )
        ),
    }
)


def sizing(kind: str, version: str, spec: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return fields(
        {
            "apiVersion": st.just(f"instancetype.kubevirt.io/{version}"),
            "kind": st.just(f"VirtualMachine{kind}"),
            "metadata": st.just({"name": "own", "namespace": "shop"}),
            "spec": perhaps(spec),
        }
    )


OTHERS = st.tuples(
    sizing(
        "Instancetype",
        "v1beta1",
        fields(
            cpu=perhaps(fields(guest=COUNT, maxSockets=COUNT, dedicatedCPUPlacement=st.booleans())),
            memory=perhaps(fields(guest=AMOUNT, overcommitPercent=COUNT)),
            ioThreadsPolicy=st.just("auto"),
            annotations=perhaps(fields(a=st.just("instancetype"))),
        ),
    ),
    sizing(
        "Preference",
        "v1beta1",
        fields(
            cpu=perhaps(
                fields(
                    preferredCPUTopology=st.sampled_from(["cores", "threads", "spread", "any", "x"]),
                    preferredCPUFeatures=perhaps(st.just([{"name": "vmx"}])),
                )
            ),
            devices=perhaps(
                fields(
                    preferredDiskBus=st.just("sata"),
                    preferredTPM=fields(),
                    preferredInterfaceMasquerade=fields(),
                    preferredAutoattachPodInterface=st.booleans(),
                )
            ),
            firmware=perhaps(fields(preferredEfi=fields(secureBoot=st.booleans()))),
            machine=perhaps(fields(preferredMachineType=st.just("pc-q35-9"))),
            features=perhaps(fields(preferredAcpi=fields(enabled=st.booleans()))),
            clock=perhaps(fields(preferredClockOffset=fields(utc=fields()), preferredTimer=fields(hpet=fields()))),
            preferredArchitecture=st.sampled_from(["arm64", "amd64"]),
            volumes=perhaps(st.just({"preferredStorageClassName": "fast"})),
        ),
    ),
    st.just(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {
                "name": "disk",
                "namespace": "shop",
                "labels": {
                    "instancetype.kubevirt.io/default-instancetype": "own",
                    "instancetype.kubevirt.io/default-instancetype-kind": "VirtualMachineInstancetype",
                    "instancetype.kubevirt.io/default-preference": "fedora",
                },
            },
        }
    ),
)
RELEASES = st.sampled_from([None, None, "1.0", "1.3", "1.6", "1.8", "1.9"])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(MACHINE, OTHERS, RELEASES)
def test_expanding_an_expanded_vm_changes_nothing(
    machine: dict[str, Any], others: tuple[dict[str, Any], ...], release: str | None
) -> None:
    first = only(machine, *others, target_kubevirt=release)
    if first.problem is not None:
        return
    second = only(first.data, *others, target_kubevirt=release)
    assert second.problem is None
    assert second.data == first.data


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(MACHINE, OTHERS)
def test_the_vm_keeps_what_it_says_itself(machine: dict[str, Any], others: tuple[dict[str, Any], ...]) -> None:
    found = only(machine, *others)
    for path, giver in found.origin.items():
        if giver.origin == "VM":
            written: Any = machine
            stands: Any = found.data
            for step in path:
                written, stands = written[step], stands[step]
            assert (written is None) == (stands is None)
