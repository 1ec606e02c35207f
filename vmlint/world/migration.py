"""Whether guests can be live-migrated, and what an eviction does to them.

Applies `kubevirt.migration` to the workloads of a world, with the claims that CDI renders for their disks, and with the
configuration of the cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from vmlint.runtime.cached import cached_property
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
    """Who sets the eviction strategy of a VM."""

    VM = "the VM"
    KUBEVIRT = "the KubeVirt object"
    HYPERCONVERGED = "the HyperConverged object"
    PLATFORM = "the default of OpenShift Virtualization on several nodes"
    NOBODY = "nobody"


class Strategy(Record):
    """The eviction strategy in effect for a workload, "" for none; who sets it, and in which object."""

    name: str
    source: Source
    holder: Resource | None = None

    @property
    def migrates(self) -> bool:
        """Whether an eviction migrates the guest."""
        return self.name in (LIVE, IF_POSSIBLE)


class Eviction(Codes):
    """What an eviction does to the guest under its strategy. A drain of its node evicts the guest."""

    ALLOWED = "allowed"
    """The guest migrates, is shut down, or is left to an external controller."""
    DENIED = "denied"
    """KubeVirt denies the eviction, so the drain hangs."""
    UNPLACED = "unplaced"
    """The migration starts and never finds a node, so the drain hangs."""


class Migration:
    """Live migration of the workloads of a world."""

    def __init__(self, world: Application, machine: Machine, storage: Storage, launch: Callable[[], Launch]) -> None:
        self._world = world
        self._launch = launch
        self._machine = machine
        self._storage = storage

    def verdict(self, workload: Workload) -> Migratability | None:
        """Whether the guest of a workload can be live-migrated, with paths in the template.

        None if the cluster refuses the workload or one of its disks, so that no guest runs.
        """
        return self._world.memo.once("migratability", workload, lambda: self._verdict(workload))

    def _verdict(self, workload: Workload) -> Migratability | None:
        template, claims = self.template(workload), self._claims(workload)
        if template is None or any(self._storage.is_refused(disk) for disk in claims.values()):
            return None
        modes = {index: self._storage.access_modes(disk) for index, disk in claims.items()}
        verdict = migratability(template, modes, self.config)
        if (quota := self._launch().no_second_pod(workload)) is not None:
            verdict = verdict._replace(obstacles=(*verdict.obstacles, quota))
        if not self._knows_default_interface and not get(workload.vmi_spec, *_INTERFACES):
            verdict = _without_default_interface(verdict)
        unknown = self._launch().unknown(workload)
        return verdict if unknown is None else _with_unknown(verdict, unknown)

    def template(self, workload: Workload) -> Mapping[str, Any] | None:
        """The whole template of a workload's guest, as it starts; None if KubeVirt refuses the workload."""
        return self._launch().template(workload)

    def giver(self, vm: VirtualMachine, path: Path) -> Origin:
        """Who sets the value at a path of the guest's template; the VM, if it sets only a part of the value too."""
        if get(vm.data, *vm.template_path, *path) is not None:
            return Origin.VM
        origins = self._world.started(vm).origin
        givers = {origin for leaf, origin in origins.items() if leaf[: len(path)] == path}
        return givers.pop() if len(givers) == 1 else Origin.VM

    def _claims(self, workload: Workload) -> Mapping[int, Disk]:
        """What writes the claims of the workload's volumes, by the volume's index."""
        claims = {int(path[-1]): self._storage.own_claim(workload, volume) for path, volume in workload.volumes()}
        return {index: disk for index, disk in claims.items() if isinstance(disk, Disk)}

    @cached_property
    def config(self) -> MigrationConfig:
        """The settings of the cluster that decide about migration."""
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
        """Whether the files decide how a guest without interfaces connects to the pod network.

        KubeVirt's default is a bridge; the HyperConverged operator sets masquerade.
        """
        return self._world.kubevirt is not None or self._world.has_operator or self._machine.is_default

    @cached_property
    def _configuration(self) -> Mapping[str, Any] | None:
        """The configuration of the KubeVirt object; empty without one, None if the files don't decide it."""
        if (kubevirt := self._world.kubevirt) is not None:
            return mapping(kubevirt, *_CONFIGURATION)
        # No default of a release registers bindings or permits devices.
        return {} if self._machine.is_default and self._machine.is_closed else None

    def strategy(self, workload: Workload) -> Strategy | None:
        """The eviction strategy in effect; None if the files don't decide it.

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
        """What an eviction does to the guest; None if the files don't decide it.

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
"""The objects that set the cluster's eviction strategy. The operator of the second writes the first."""


def _without_default_interface(verdict: Migratability) -> Migratability:
    """The verdict on a guest whose interface is a default that the files don't decide."""
    reason = "the KubeVirt object, which sets how a VM without interfaces connects, is not in the files"
    return Migratability(
        tuple(obstacle for obstacle in verdict.obstacles if obstacle.blocker is not Blocker.INTERFACE),
        (
            *(
                Question(obstacle.blocker, obstacle.path, reason)
                for obstacle in verdict.obstacles
                if obstacle.blocker is Blocker.INTERFACE
            ),
            *verdict.questions,
        ),
    )


def _with_unknown(verdict: Migratability, matcher: Matcher) -> Migratability:
    """The verdict on a guest whose instancetype or preference is not in the files: that may add devices, launch
    security, and the annotation that allows a bridge."""
    noun = matcher.noun
    certain = tuple(obstacle for obstacle in verdict.obstacles if obstacle.blocker is not Blocker.INTERFACE)
    interfaces = tuple(
        Question(
            obstacle.blocker,
            obstacle.path,
            f"the {noun}, which may allow or replace the interface, is not in the files",
        )
        for obstacle in verdict.obstacles
        if obstacle.blocker is Blocker.INTERFACE
    )
    unknown = Question(Blocker.UNKNOWN_MATCHER, ("spec",), f"the {noun} is not in the files")
    return Migratability(certain, (*interfaces, *verdict.questions, unknown))


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
    """A clause about the guest that describes an obstacle, such as `it uses …`."""
    if obstacle.blocker is Blocker.DISK:
        name, *rest = obstacle.values
        if not rest:
            return f"volume `{name}` is a file of the host that is not `shared`"
        claim, *modes = rest
        return f"volume `{name}` is on claim `{claim}`, which is `{', '.join(modes)}` and not `ReadWriteMany`"
    field = ".".join(map(str, obstacle.path[1:3])) if obstacle.path[1:2] == ("nodeSelector",) else "affinity"
    return _SENTENCES[obstacle.blocker].format(*obstacle.values, field=field)
