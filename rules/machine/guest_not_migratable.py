"""A VM must be migrated when its node is drained, but it can't be.

## What it does
Checks each workload whose eviction strategy requires live migration; the strategy may come from the KubeVirt or
HyperConverged object of the cluster. Reports in one finding everything that prevents the migration: the interface on
the pod network, claims that are not `ReadWriteMany`, host devices and GPUs, launch security, Hyper-V passthrough, a
node selector or required affinity that allows only one node, and a quota without room for a second pod.

## Why it matters
With `LiveMigrate`, KubeVirt denies the eviction of a guest that can't be migrated: draining its node hangs until the VM
is stopped. A guest that is pinned to its node also blocks the drain with `LiveMigrateIfPossible`, because its migration
begins and never finds a node. Otherwise `LiveMigrateIfPossible` shuts the guest down, and is not reported. A
HyperConverged object without a strategy sets `LiveMigrate` only on clusters of several nodes: this is undecided.

## Cluster message
The guest's condition `LiveMigratable` is `False`; the drain prints `not live-migratable`, and events contain `cannot
migrate VMI`.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          evictionStrategy: LiveMigrate
          domain:
            devices:
              interfaces:
              - name: default
                bridge: {}
          networks:
          - name: default
            pod: {}

## Good
    kind: VirtualMachine
    spec:
      template:
        spec:
          evictionStrategy: LiveMigrate
          domain:
            devices:
              interfaces:
              - name: default
                masquerade: {}
          networks:
          - name: default
            pod: {}

## How to fix
Use storage and networks that can migrate, or set `evictionStrategy: LiveMigrateIfPossible` or `None`.

## Source
KubeVirt `pkg/virt-handler/vm.go` (calculateLiveMigrationCondition), `pkg/util/migrations/migrations.go`
(VMIEvictionStrategy), `pkg/virt-api/webhooks/validating-webhook/admitters/pod-eviction-admitter.go` (admitLauncherPod).
"""

from collections.abc import Iterator, Mapping

from vmlint.cdi.render import Rendered
from vmlint.kubevirt.apply import Origin
from vmlint.kubevirt.migration import Blocker, Migratability, Obstacle
from vmlint.model.chain import Hop
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk
from vmlint.world.migration import LIVE, Eviction, Source, Strategy, phrase

from .._about import migrates
from .._disks import hops

META = Meta("VM555", effect=Effect.RISK, since="0.1", subject=Workload, about=migrates)

_FIXES: Mapping[Blocker, str] = {
    Blocker.INTERFACE: "use `masquerade: {}` on the pod network",
    Blocker.DISK: "use `accessModes: [ReadWriteMany]` on storage that supports it",
    Blocker.NODE: "let the VM run on more than one node",
    Blocker.QUOTA: "raise the quota to twice what the pod requests",
}
_HOST_FILE = "set `shared: true` if all nodes have the same file there"


_BY_PLATFORM = (
    "whether a node drain has to migrate the guest, which can't be live-migrated: HyperConverged "
    "sets `evictionStrategy: LiveMigrate` by default on a cluster of several nodes"
)


def check(workload: Workload, world: World) -> Iterator[Fault | Doubt]:
    migration = world.migration
    strategy = migration.strategy(workload)
    if strategy is None or (eviction := migration.eviction(workload)) is Eviction.ALLOWED:
        return
    if (verdict := migration.verdict(workload)) is None:
        return
    if strategy.source is Source.PLATFORM:
        if verdict.obstacles:
            obstacle = verdict.obstacles[0]
            yield META.doubt(workload.at(*workload.template_path, *obstacle.path), _BY_PLATFORM)
        return
    if eviction is None:
        if strategy.name == LIVE or verdict.obstacles:
            question = verdict.questions[0]
            place = workload.at(*workload.template_path, *question.path)
            yield META.doubt(place, f"whether the guest can be live-migrated: {question.reason}")
        return
    reasons = "; ".join(phrase(obstacle) + _origin(workload, obstacle, world) for obstacle in verdict.obstacles)
    if eviction is Eviction.DENIED:
        message = (
            f"the guest can't be live-migrated, and {_asks(strategy)}: {reasons}. KubeVirt denies its eviction, so "
            "a drain of its node hangs until somebody stops the VM."
        )
    else:
        message = (
            f"the guest has nowhere to migrate to, and {_asks(strategy)}: {reasons}. A drain of its node starts "
            "a migration that finds no node, and hangs until somebody stops the VM."
        )
    place = workload.at(*workload.template_path, *verdict.obstacles[0].path)
    yield META.at(place, message, fix=_fix(verdict, eviction)).along(_hops(workload, strategy, verdict, world))


def _asks(strategy: Strategy) -> str:
    if strategy.source is Source.VM:
        return f"`evictionStrategy: {strategy.name}` requires it"
    holder = f"{strategy.holder.ref.kind} `{strategy.holder.name}`" if strategy.holder else "the cluster"
    return f"`evictionStrategy: {strategy.name}` of {holder} requires it"


def _origin(workload: Workload, obstacle: Obstacle, world: World) -> str:
    """Who gives the obstacle, where it is not the VM."""
    if not isinstance(workload, VirtualMachine):
        return ""
    origin = world.migration.giver(workload, obstacle.path)
    return " by default" if origin is Origin.DEFAULT else "" if origin is Origin.VM else f" (from its {origin})"


def _fix(verdict: Migratability, eviction: Eviction) -> str:
    known = dict.fromkeys(
        _HOST_FILE if obstacle.path[-1] == "hostDisk" else _FIXES[obstacle.blocker]
        for obstacle in verdict.obstacles
        if obstacle.blocker in _FIXES
    )
    lasting = any(obstacle.blocker not in _FIXES for obstacle in verdict.obstacles)
    give_up = (
        "set `evictionStrategy: LiveMigrateIfPossible`, with which a drain shuts the guest down"
        if eviction is Eviction.DENIED and all(obstacle.blocker.in_condition for obstacle in verdict.obstacles)
        else "set `evictionStrategy: None`, with which a drain shuts the guest down"
    )
    return give_up if lasting else ", ".join((*known, f"or {give_up}"))


def _hops(workload: Workload, strategy: Strategy, verdict: Migratability, world: World) -> Iterator[Hop]:
    """A line for the object that asks, and one for each obstacle, with the way to the modes of a claim."""
    if strategy.holder is not None and strategy.source in (Source.KUBEVIRT, Source.HYPERCONVERGED):
        path = ("spec", "configuration") if strategy.source is Source.KUBEVIRT else ("spec",)
        text = f"{strategy.holder.ref.kind} {strategy.holder.name}: evictionStrategy {strategy.name}"
        yield Hop(text, strategy.holder.at(*path, "evictionStrategy"))
    several = len(verdict.obstacles) > 1
    for obstacle in verdict.obstacles:
        if several:
            clause = phrase(obstacle).replace("`", "")
            yield Hop(clause, workload.at(*workload.template_path, *obstacle.path))
        if obstacle.blocker is Blocker.DISK:
            volume = dict(enumerate(volume for _, volume in workload.volumes())).get(int(obstacle.path[2]))
            disk = world.storage.own_claim(workload, volume or {})
            if isinstance(disk, Disk) and isinstance(outcome := world.storage.outline(disk), Rendered):
                yield from hops(disk, outcome, world)
