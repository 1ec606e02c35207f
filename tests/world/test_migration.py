"""Who asks for migration, and what an eviction then does to a guest."""

from __future__ import annotations

from textwrap import indent

import pytest

from tests.build import cluster
from vmlint.kubevirt.migration import Blocker
from vmlint.kubevirt.releases import Release
from vmlint.model.subjects import Workload
from vmlint.world import World
from vmlint.world.migration import Eviction, Source
from vmlint.world.settings import Settings

PINNED = "nodeSelector: {kubernetes.io/hostname: one}"
MASQUERADE = "{devices: {interfaces: [{name: default, masquerade: {}}]}}"
POD = "networks: [{name: default, pod: {}}]"


def vm(*spec: str, domain: str = MASQUERADE, asks: str = "") -> str:
    return f"""
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: web, namespace: shop}}
spec:
  runStrategy: Always
{indent(asks, "  ")}
  template:
    spec:
      domain: {domain}
{indent(chr(10).join((POD, *spec)), "      ")}
"""


def kubevirt(configuration: str, name: str = "kubevirt") -> str:
    return f"""
apiVersion: kubevirt.io/v1
kind: KubeVirt
metadata: {{name: {name}, namespace: kubevirt}}
spec: {{configuration: {configuration}}}
"""


HYPERCONVERGED = """
apiVersion: hco.kubevirt.io/v1beta1
kind: HyperConverged
metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}
spec: {%s}
"""


def world(*texts: str, settings: Settings | None = None) -> tuple[Workload, World]:
    made = World(cluster(*texts), settings or Settings())
    (guest,) = (one for one in made.cluster.resources if isinstance(one, Workload))
    return guest, made


@pytest.mark.parametrize(
    ("texts", "settings", "name", "source"),
    [
        ((vm("evictionStrategy: None"), kubevirt("{evictionStrategy: LiveMigrate}")), None, "None", Source.VM),
        ((vm(), kubevirt("{evictionStrategy: LiveMigrate}")), None, "LiveMigrate", Source.KUBEVIRT),
        ((vm(), kubevirt("{}")), None, "", Source.NOBODY),
        ((vm(), HYPERCONVERGED % "evictionStrategy: None"), None, "None", Source.HYPERCONVERGED),
        ((vm(), HYPERCONVERGED % ""), None, "LiveMigrate", Source.PLATFORM),
        ((vm(),), Settings(closed=True), "", Source.NOBODY),
        ((vm(),), Settings(release=Release(1, 8)), "", Source.NOBODY),
    ],
)
def test_the_strategy_in_effect(texts: tuple[str, ...], settings: Settings, name: str, source: Source) -> None:
    guest, made = world(*texts, settings=settings)
    strategy = made.migration.strategy(guest)
    assert strategy is not None
    assert (strategy.name, strategy.source) == (name, source)


@pytest.mark.parametrize(
    "texts",
    [
        (vm(),),
        (vm("evictionStrategy: ${STRATEGY}"),),
        (vm(), kubevirt("{}"), kubevirt("{evictionStrategy: LiveMigrate}", "other")),
        (vm(), kubevirt("{evictionStrategy: '${STRATEGY}'}")),
    ],
)
def test_a_strategy_that_nobody_knows(texts: tuple[str, ...]) -> None:
    guest, made = world(*texts)
    assert made.migration.strategy(guest) is None
    assert made.migration.eviction(guest) is None


SEV = "{launchSecurity: {sev: {}}, devices: {interfaces: [{name: default, masquerade: {}}]}}"


@pytest.mark.parametrize(
    ("text", "eviction"),
    [
        (vm("evictionStrategy: LiveMigrate"), Eviction.ALLOWED),
        (vm("evictionStrategy: LiveMigrate", domain=SEV), Eviction.DENIED),
        (vm("evictionStrategy: LiveMigrateIfPossible", domain=SEV), Eviction.ALLOWED),
        (vm("evictionStrategy: External", domain=SEV), Eviction.ALLOWED),
        (vm("evictionStrategy: None", PINNED), Eviction.ALLOWED),
        (vm("evictionStrategy: LiveMigrate", PINNED), Eviction.UNPLACED),
        (vm("evictionStrategy: LiveMigrateIfPossible", PINNED), Eviction.UNPLACED),
        (vm("evictionStrategy: LiveMigrateIfPossible", PINNED, domain=SEV), Eviction.ALLOWED),
        (vm("evictionStrategy: LiveMigrate", "volumes: [{name: a, dataVolume: {name: lost}}]"), None),
    ],
)
def test_what_an_eviction_does(text: str, eviction: Eviction | None) -> None:
    guest, made = world(text)
    assert made.migration.eviction(guest) is eviction


def test_an_unknown_instancetype_leaves_the_interface_open_and_nothing_else() -> None:
    bridge = "{launchSecurity: {sev: {}}, devices: {interfaces: [{name: default, bridge: {}}]}}"
    guest, made = world(vm(domain=bridge, asks="instancetype: {name: lost, kind: VirtualMachineInstancetype}"))
    verdict = made.migration.verdict(guest)
    assert verdict is not None
    assert [one.blocker for one in verdict.obstacles] == [Blocker.SEV]
    assert [one.blocker for one in verdict.questions] == [Blocker.INTERFACE, Blocker.UNKNOWN_MATCHER]


def test_a_guest_that_is_refused_has_no_verdict() -> None:
    small = """
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: small, namespace: shop}
spec: {cpu: {guest: 2}, memory: {guest: 1Gi}}
"""
    text = vm(domain="{memory: {guest: 1Gi}}", asks="instancetype: {name: small, kind: VirtualMachineInstancetype}")
    guest, made = world(text, small)
    assert made.migration.verdict(guest) is None


@pytest.mark.parametrize(
    ("registered", "migratable"), [("{}", False), ("{passt: {}}", False), ("{passt: {migration: {}}}", True)]
)
def test_network_bindings_of_the_kubevirt_object(registered: str, migratable: bool) -> None:
    plugin = "{devices: {interfaces: [{name: default, binding: {name: passt}}]}}"
    guest, made = world(vm(domain=plugin), kubevirt(f"{{network: {{binding: {registered}}}}}"))
    verdict = made.migration.verdict(guest)
    assert verdict is not None
    assert verdict.migratable is migratable


QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: lab, namespace: shop}
spec: {hard: {requests.memory: %s}}
"""


@pytest.mark.parametrize(("memory", "migratable"), [("1Gi", True), ("2Gi", False), ("3Gi", True)])
def test_a_quota_with_room_for_one_pod_and_not_for_two(memory: str, migratable: bool) -> None:
    """A pod of about 1.3Gi: where there is no room for one, the guest does not start at all."""
    small = "{memory: {guest: 1Gi}, devices: {interfaces: [{name: default, masquerade: {}}]}}"
    guest, made = world(vm("evictionStrategy: LiveMigrate", domain=small), QUOTA % memory)
    verdict = made.migration.verdict(guest)
    assert verdict is not None
    assert verdict.migratable is migratable
    assert [bound.name for bound, _ in made.launch.exceeded(guest)] == (["requests.memory"] if memory == "1Gi" else [])
