"""Can the guests of the files be migrated, and does anybody ask for it?

`kubevirt/migration` meets the workloads of the files, the claims that CDI renders for their disks, and the objects that
configure the cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from vmlint.kubevirt.apply import Origin
from vmlint.kubevirt.migration import Blocker, Migratability, MigrationConfig, Obstacle, Question, migratability
from vmlint.kubevirt.releases import NEWEST
from vmlint.model.access import each, get, mapping, text
from vmlint.model.field import Path
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine, Workload
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record
from vmlint.world.application import Application
from vmlint.world.disks import Disk
from vmlint.world.machine import Machine
from vmlint.world.storage import Storage

if TYPE_CHECKING:
    from vmlint.world.launch import Launch

__all__ = ["LIVE", "Eviction", "Migration", "Source", "Strategy", "phrase"]

LIVE = "LiveMigrate"
IF_POSSIBLE = "LiveMigrateIfPossible"
_GPU_GATE = "VGPULiveMigration"
_CONFIGURATION = ("spec", "configuration")
_INTERFACES = ("domain", "devices", "interfaces")


class Source(Codes):
    """Who gives a VM its eviction strategy."""

    VM = "the VM"
    KUBEVIRT = "the KubeVirt object"
    HYPERCONVERGED = "the HyperConverged object"
    PLATFORM = "the default of OpenShift Virtualization on several nodes"
    NOBODY = "nobody"


class Strategy(Record):
    """The eviction strategy in effect for a workload, "" for none; who gives it, and the object that does."""

    name: str
    source: Source
    holder: Resource | None = None

    @property
    def migrates(self) -> bool:
        """Whether an eviction is to migrate the guest."""
        return self.name in (LIVE, IF_POSSIBLE)


class Eviction(Codes):
    """What an eviction of the guest does, as far as its strategy decides: a drain of its node evicts it."""

    ALLOWED = "allowed"
    """It is shut down or left to somebody else, or it moves."""
    DENIED = "denied"
    """KubeVirt denies it, so the drain hangs."""
    UNPLACED = "unplaced"
    """A migration begins and never finds a node, so the drain hangs."""


class Migration:
    """The workloads of a world, as migration sees them."""

    def __init__(self, world: Application, machine: Machine, storage: Storage, launch: Callable[[], Launch]) -> None:
        self._world = world
        self._launch = launch
        self._machine = machine
        self._storage = storage

    def verdict(self, workload: Workload) -> Migratability | None:
        """Whether the guest of a workload can be migrated: paths lead from the template's root.

        None where KubeVirt refuses the workload, so that there is no guest.
        """
        return self._world.memo.once("migratability", workload, lambda: self._verdict(workload))

    def _verdict(self, workload: Workload) -> Migratability | None:
        template = self.template(workload)
        if template is None:
            return None
        found = migratability(template, self._modes(workload), self.config)
        if (short := self._launch().no_second_pod(workload)) is not None:
            found = found._replace(obstacles=(*found.obstacles, short))
        if not self._knows_default_interface and not get(workload.vmi_spec, *_INTERFACES):
            found = _without_default_interface(found)
        lost = self._launch().unknown(workload)
        return found if lost is None else _with_unknown(found, lost)

    def template(self, workload: Workload) -> Mapping[str, Any] | None:
        """The whole template of the guest that a workload makes, as it starts; None where it is refused before."""
        return self._launch().template(workload)

    def giver(self, vm: VirtualMachine, path: Path) -> Origin:
        """Who gives the value at a path of the guest's template: the VM too where it writes a part of the value."""
        if get(vm.data, *vm.template_path, *path) is not None:
            return Origin.VM
        origins = self._world.started(vm).origin
        found = {origin for leaf, origin in origins.items() if leaf[: len(path)] == path}
        return found.pop() if len(found) == 1 else Origin.VM

    def _modes(self, workload: Workload) -> Mapping[int, tuple[str, ...] | None]:
        """The access modes of the claims on which the workload's volumes live."""
        storage = self._storage
        owned = {int(path[-1]): storage.own_claim(workload, volume) for path, volume in workload.volumes()}
        return {index: storage.access_modes(disk) for index, disk in owned.items() if isinstance(disk, Disk)}

    @cached_property
    def config(self) -> MigrationConfig:
        """What the cluster's configuration has to do with migration."""
        configuration = self._configuration
        release = self._world.settings.release or NEWEST
        if configuration is None:
            return MigrationConfig(release=release, vgpu=self._machine.gates.state(_GPU_GATE))
        plugins = get(configuration, "network", "binding")
        devices = mapping(configuration, "permittedHostDevices")
        return MigrationConfig(
            bindings={name: bool(get(plugin, "migration") is not None) for name, plugin in mapping(plugins).items()},
            mediated=frozenset(text(device, "resourceName") for _, device in each(devices, "mediatedDevices")),
            vgpu=self._machine.gates.state(_GPU_GATE),
            release=release,
        )

    @cached_property
    def _knows_default_interface(self) -> bool:
        """Whether the files say how a guest without interfaces connects to the pod network.

        KubeVirt's default is a bridge, and that of the HyperConverged operator is masquerade.
        """
        return self._world.kubevirt is not None or self._world.has_operator or self._machine.is_default

    @cached_property
    def _configuration(self) -> Mapping[str, Any] | None:
        """The configuration of the KubeVirt object; empty where there is none, None where that is not known."""
        if (kubevirt := self._world.kubevirt) is not None:
            return mapping(kubevirt, *_CONFIGURATION)
        # What a cluster registers and permits is no default of a release.
        return {} if self._machine.is_default and self._machine.is_closed else None

    def strategy(self, workload: Workload) -> Strategy | None:
        """The eviction strategy in effect; None where the files don't say.

        Source: KubeVirt `pkg/util/migrations/migrations.go` (VMIEvictionStrategy).
        """
        if own := text(workload.vmi_spec, "evictionStrategy"):
            return None if is_unknown(own) else Strategy(own, Source.VM, workload)
        return self._default_strategy

    @cached_property
    def _default_strategy(self) -> Strategy | None:
        for kind, path, source in _CONFIGURED:
            objects = self._world.cluster.of_kind(kind)
            if len(objects) > 1:
                return None
            for holder in objects:
                name = text(holder.data, *path)
                if is_unknown(name):
                    return None
                if not name and source is Source.HYPERCONVERGED:
                    return Strategy(LIVE, Source.PLATFORM, holder)
                return Strategy(name, source if name else Source.NOBODY, holder)
        return Strategy("", Source.NOBODY) if self._machine.is_default else None

    def eviction(self, workload: Workload) -> Eviction | None:
        """What an eviction of the guest does; None where the files don't decide it.

        Source: KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/pod-eviction-admitter.go`.
        """
        strategy = self.strategy(workload)
        if strategy is None:
            return None
        if not strategy.migrates or (verdict := self.verdict(workload)) is None:
            return Eviction.ALLOWED
        if verdict.condition is False:
            return Eviction.DENIED if strategy.name == LIVE else Eviction.ALLOWED
        if verdict.obstacles and (verdict.condition or strategy.name == LIVE):
            return Eviction.UNPLACED
        return Eviction.ALLOWED if verdict.migratable else None


_CONFIGURED = (
    ("KubeVirt", (*_CONFIGURATION, "evictionStrategy"), Source.KUBEVIRT),
    ("HyperConverged", ("spec", "evictionStrategy"), Source.HYPERCONVERGED),
)
"""The objects that give the cluster's eviction strategy. The operator of the second writes the first."""


def _without_default_interface(found: Migratability) -> Migratability:
    """The verdict on a guest whose interface comes from a default that only the cluster knows."""
    reason = "the KubeVirt object, which sets how a VM without interfaces connects, is not in the files"
    return Migratability(
        tuple(obstacle for obstacle in found.obstacles if obstacle.blocker is not Blocker.INTERFACE),
        (
            *(
                Question(obstacle.blocker, obstacle.path, reason)
                for obstacle in found.obstacles
                if obstacle.blocker is Blocker.INTERFACE
            ),
            *found.questions,
        ),
    )


def _with_unknown(found: Migratability, matcher: Matcher) -> Migratability:
    """The verdict on a guest of which an instancetype or preference is not known: it may give devices and launch
    security, and an annotation that allows a bridge."""
    noun = matcher.noun
    sure = tuple(obstacle for obstacle in found.obstacles if obstacle.blocker is not Blocker.INTERFACE)
    open_ones = tuple(
        Question(
            obstacle.blocker,
            obstacle.path,
            f"the {noun}, which may allow or replace the interface, is not in the files",
        )
        for obstacle in found.obstacles
        if obstacle.blocker is Blocker.INTERFACE
    )
    instancetype_plan = Question(Blocker.UNKNOWN_GIFTS, ("spec",), f"the {noun} is not in the files")
    return Migratability(sure, (*open_ones, *found.questions, instancetype_plan))


_SENTENCES: Mapping[Blocker, str] = {
    Blocker.INTERFACE: "interface `{0}` connects to the pod network with `{1}`",
    Blocker.HOST_DEVICE: "it has the host device `{0}`",
    Blocker.SEV: "it uses `launchSecurity` with {0}",
    Blocker.TDX: "it uses `launchSecurity` with TDX",
    Blocker.SECURE_EXECUTION: "it uses `launchSecurity` on s390x (Secure Execution)",
    Blocker.VIRTIOFS: "it shares filesystem `{0}` by virtiofs, which KubeVirt can migrate since 1.5",
    Blocker.RESERVATION: "disk `{0}` uses a SCSI persistent reservation",
    Blocker.ISOLATED_EMULATOR: "it isolates its emulator thread on dedicated CPUs",
    Blocker.HYPERV_PASSTHROUGH: "it uses `hypervPassthrough`",
    Blocker.NODE: "`{field}` pins it to the node `{0}`",
    Blocker.QUOTA: "ResourceQuota `{0}` has no room for a second pod: {1}",
}


def phrase(obstacle: Obstacle) -> str:
    """The obstacle as a clause about the guest, for messages: `it uses …`."""
    if obstacle.blocker is Blocker.DISK:
        name, *rest = obstacle.values
        if not rest:
            return f"volume `{name}` is a file of the host that is not `shared`"
        claim, *modes = rest
        return f"volume `{name}` is on claim `{claim}`, which is `{', '.join(modes)}` and not `ReadWriteMany`"
    field = ".".join(map(str, obstacle.path[1:3])) if obstacle.path[1:2] == ("nodeSelector",) else "affinity"
    return _SENTENCES[obstacle.blocker].format(*obstacle.values, field=field)
