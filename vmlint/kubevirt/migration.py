"""Can a guest be migrated live, and what keeps it from it?

virt-handler sets the condition LiveMigratable of a running guest and names the first reason alone; here all are listed.
A guest that has the condition may still have nowhere to go: a node selector or required affinity that leaves one node.
What only the cluster knows is a `Question`, but for one: nodes are taken to expose a host CPU model, as all that run
the node labeller do.

Sources: KubeVirt `pkg/virt-handler/vm.go` (calculateLiveMigrationCondition, checkVolumesForMigration,
vmiContainsNonMigratablePCIHostDevices), `pkg/network/vmispec/interface.go` (VerifyVMIMigratable), `pkg/util/amd64.go`,
`pkg/util/s390x.go`, `pkg/virt-controller/watch/topology/tsc.go`, of the tags v1.0.0 to v1.9.0 and of the main branch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import UNDECIDED, flag, has, look, word
from vmlint.kubevirt.gates import GateState
from vmlint.kubevirt.releases import NEWEST, Release
from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record

__all__ = ["Blocker", "Migratability", "MigrationConfig", "Obstacle", "Question", "migratability", "only_host"]

_DOMAIN = ("spec", "domain")
_DEVICES = (*_DOMAIN, "devices")
_SECURITY = (*_DOMAIN, "launchSecurity")
_HOSTNAME = "kubernetes.io/hostname"
_ALLOW_BRIDGE = "kubevirt.io/allow-pod-bridge-network-live-migration"
_BINDINGS = ("masquerade", "passtBinding", "bridge", "binding", "sriov", "slirp", "macvtap", "passt")


class Blocker(Codes):
    """What keeps a guest from being migrated. The values are the reasons of the condition, where there is one."""

    INTERFACE = "InterfaceNotLiveMigratable"
    HOST_DEVICE = "HostDeviceNotLiveMigratable"
    SEV = "SEVNotLiveMigratable"
    TDX = "TDXNotLiveMigratable"
    SECURE_EXECUTION = "SecureExecutionNotLiveMigratable"
    VIRTIOFS = "VirtIOFSNotLiveMigratable"
    RESERVATION = "PersistentReservationNotLiveMigratable"
    ISOLATED_EMULATOR = "DedicatedCPUNotLiveMigratable"
    TSC_FREQUENCY = "NoTSCFrequencyNotLiveMigratable"
    HYPERV_PASSTHROUGH = "HypervPassthroughNotLiveMigratable"
    DISK = "DisksNotLiveMigratable"
    NODE = "OneNode"
    """The guest has the condition, and its migration finds no second node."""
    QUOTA = "Quota"
    """Likewise: the namespace has no room for a second launcher pod."""
    UNKNOWN_GIFTS = "UnknownGifts"
    """What an instancetype or a preference gives is not known."""

    @property
    def in_condition(self) -> bool:
        """Whether the condition LiveMigratable shows it, so that evictions respect it."""
        return self not in (Blocker.NODE, Blocker.QUOTA)


class Obstacle(Record):
    """One thing that keeps a guest from being migrated: where it is in the template, and the names that matter.

    `values` are those of an interface's name and its binding, of a device, of a volume, its claim and the claim's
    modes, or of a host.
    """

    blocker: Blocker
    path: Path
    values: tuple[str, ...] = ()


class Question(Record):
    """What the files don't decide: which obstacle may be there, where, and why nobody can tell."""

    blocker: Blocker
    path: Path
    reason: str


class Migratability(Record):
    """Whether a guest can be migrated: every obstacle, and every open question."""

    obstacles: tuple[Obstacle, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def migratable(self) -> bool | None:
        """None where the files don't decide it."""
        if self.obstacles:
            return False
        return None if self.questions else True

    @property
    def condition(self) -> bool | None:
        """The state of the condition LiveMigratable; None where the files don't decide it."""
        if any(obstacle.blocker.in_condition for obstacle in self.obstacles):
            return False
        return None if any(question.blocker.in_condition for question in self.questions) else True


class MigrationConfig(Record):
    """What a cluster's configuration has to do with migration."""

    bindings: Mapping[str, bool] | None = None
    """The registered network bindings, and whether each can be migrated; None where they are not known."""
    mediated: frozenset[str] | None = None
    """The resource names of the permitted mediated devices, likewise."""
    vgpu: GateState = GateState.UNKNOWN
    """The gate VGPULiveMigration."""
    release: Release = NEWEST


Modes = Mapping[int, tuple[str, ...] | None]
"""The access modes of the claims of volumes, by the volume's index; None or absent where they are not known."""


def migratability(template: Mapping[str, Any], modes: Modes, config: MigrationConfig) -> Migratability:
    """What keeps a guest from being migrated, in the order in which KubeVirt looks.

    `template` is the whole `spec.template`, as the guest starts: with instancetype, preference and defaults applied.
    """
    found = [obstacle for check in _CHECKS for obstacle in check(template, config)]
    found += [*_disks(template, modes), *_node(template)]
    return Migratability(
        tuple(obstacle for obstacle in found if isinstance(obstacle, Obstacle)),
        tuple(obstacle for obstacle in found if isinstance(obstacle, Question)),
    )


_Found = Iterator[Obstacle | Question]


def _interface(template: Mapping[str, Any], config: MigrationConfig) -> _Found:
    """The interface on the pod network; what secondary networks have is all the same."""
    path = (*_DEVICES, "interfaces")
    interfaces, networks = look(template, *path), look(template, "spec", "networks")
    if interfaces is UNDECIDED or networks is UNDECIDED:
        yield Question(Blocker.INTERFACE, path, "the networks contain a variable")
        return
    pod = next(
        (
            name
            for _, network in each(template, "spec", "networks")
            if has(network, "pod")
            for name in (word(network, "name"),)
        ),
        "",
    )
    if not interfaces or not pod:
        return
    for index, interface in each(template, *path):
        if word(interface, "name") == pod:
            yield from _bound(template, (*path, index), interface, config)
            return


def _bound(template: Mapping[str, Any], path: Path, interface: Mapping[str, Any], config: MigrationConfig) -> _Found:
    """Whether an interface's binding to the pod network can be migrated."""
    release = config.release
    binding = next((known for known in _BINDINGS if interface.get(known) is not None), None)
    if binding is None or binding == "masquerade" or (binding == "passtBinding" and release.serves((1, 8))):
        return
    if binding == "bridge" and _ALLOW_BRIDGE in mapping(template, "metadata", "annotations"):
        return
    plugin = text(interface, "binding", "name")
    if binding == "binding" and release.serves((1, 2)):
        if config.bindings is None or is_unknown(plugin):
            reason = f"the KubeVirt object that may register the network binding `{plugin}` is not in the files"
            yield Question(Blocker.INTERFACE, path, reason)
            return
        if config.bindings.get(plugin):
            return
    yield Obstacle(Blocker.INTERFACE, (*path, binding), (text(interface, "name"), plugin or binding))


def _host_devices(template: Mapping[str, Any], config: MigrationConfig) -> _Found:
    for index, device in each(template, *_DEVICES, "hostDevices"):
        yield Obstacle(Blocker.HOST_DEVICE, (*_DEVICES, "hostDevices", index), (_device(device),))
    gpus = [*each(template, *_DEVICES, "gpus")]
    if len(gpus) != 1 or not config.release.serves((1, 9)):
        for index, gpu in gpus:
            yield Obstacle(Blocker.HOST_DEVICE, (*_DEVICES, "gpus", index), (_device(gpu),))
        return
    index, gpu = gpus[0]
    path, name = (*_DEVICES, "gpus", index), text(gpu, "deviceName")
    if config.vgpu is GateState.OFF or (config.mediated is not None and name not in config.mediated):
        yield Obstacle(Blocker.HOST_DEVICE, path, (_device(gpu),))
    elif config.vgpu is GateState.UNKNOWN or config.mediated is None or is_unknown(name):
        reason = f"GPU `{_device(gpu)}` can be migrated if it is a mediated device and the gate VGPULiveMigration is on"
        yield Question(Blocker.HOST_DEVICE, path, reason)


def _device(device: Mapping[str, Any]) -> str:
    return text(device, "deviceName") or text(device, "name")


def _security(template: Mapping[str, Any], config: MigrationConfig) -> _Found:
    if not has(template, *_SECURITY):
        return
    sev = next((kind for kind in ("sev", "snp") if has(template, *_SECURITY, kind)), None)
    if sev is not None:
        yield Obstacle(Blocker.SEV, (*_SECURITY, sev), (sev.upper(),))
    elif has(template, *_SECURITY, "tdx") and config.release.serves((1, 7)):
        yield Obstacle(Blocker.TDX, (*_SECURITY, "tdx"))
    if text(template, "spec", "architecture") == "s390x" and config.release.serves((1, 6)):
        yield Obstacle(Blocker.SECURE_EXECUTION, _SECURITY)


def _virtiofs(template: Mapping[str, Any], config: MigrationConfig) -> _Found:
    """Filesystems of the host's; since 1.5 they can be migrated."""
    if config.release.serves((1, 5)):
        return
    for index, filesystem in each(template, *_DEVICES, "filesystems"):
        if has(filesystem, "virtiofs"):
            yield Obstacle(Blocker.VIRTIOFS, (*_DEVICES, "filesystems", index), (text(filesystem, "name"),))


def _reservation(template: Mapping[str, Any], config: MigrationConfig) -> _Found:
    """SCSI reservations; since 1.9 they can be migrated."""
    if config.release.serves((1, 9)):
        return
    for index, disk in each(template, *_DEVICES, "disks"):
        if flag(disk, "lun", "reservation"):
            yield Obstacle(
                Blocker.RESERVATION, (*_DEVICES, "disks", index, "lun", "reservation"), (text(disk, "name"),)
            )


def _emulator(template: Mapping[str, Any], config: MigrationConfig) -> _Found:
    """An emulator thread with a CPU of its own, up to 1.0."""
    if config.release.serves((1, 1)):
        return
    if all(flag(template, *_DOMAIN, "cpu", field) for field in ("dedicatedCpuPlacement", "isolateEmulatorThread")):
        yield Obstacle(Blocker.ISOLATED_EMULATOR, (*_DOMAIN, "cpu", "isolateEmulatorThread"))


def _tsc(template: Mapping[str, Any], config: MigrationConfig) -> _Found:
    """Hyper-V's reenlightenment, which is on where it is there and not switched off; invtsc pins the frequency."""
    path = (*_DOMAIN, "features", "hyperv", "reenlightenment")
    features = (feature for _, feature in each(template, *_DOMAIN, "cpu", "features"))
    fixed = any(
        text(feature, "name") == "invtsc" and text(feature, "policy") in ("require", "force") for feature in features
    )
    if not fixed and has(template, *path) and flag(template, *path, "enabled", default=True):
        yield Question(
            Blocker.TSC_FREQUENCY, path, "Hyper-V reenlightenment needs nodes that expose the frequency of their clock"
        )


def _passthrough(template: Mapping[str, Any], config: MigrationConfig) -> _Found:
    path = (*_DOMAIN, "features", "hypervPassthrough", "enabled")
    if config.release.serves((1, 3)) and flag(template, *path):
        yield Obstacle(Blocker.HYPERV_PASSTHROUGH, path)


_CHECKS = (_interface, _host_devices, _security, _virtiofs, _reservation, _emulator, _tsc, _passthrough)


def _disks(template: Mapping[str, Any], modes: Modes) -> _Found:
    """Volumes that live on one node. All that hold no claim and no file of the host are copied along."""
    for index, volume in each(template, "spec", "volumes"):
        path, name = ("spec", "volumes", index), text(volume, "name")
        source = next((kind for kind in ("persistentVolumeClaim", "dataVolume", "hostDisk") if has(volume, kind)), None)
        if source == "hostDisk" and flag(volume, source, "shared") is False:
            yield Obstacle(Blocker.DISK, (*path, source), (name,))
        if source is None or source == "hostDisk":
            continue
        claim, own = text(volume, source, "claimName" if source != "dataVolume" else "name"), modes.get(index)
        if own is None:
            yield Question(Blocker.DISK, (*path, source), f"the access modes of claim `{claim}` are not in the files")
        elif "ReadWriteMany" not in own:
            yield Obstacle(Blocker.DISK, (*path, source), (name, claim, *own))


def _node(template: Mapping[str, Any]) -> _Found:
    if found := only_host(mapping(template, "spec")):
        path, host = found
        yield Obstacle(Blocker.NODE, ("spec", *path), (host,))


def only_host(spec: Mapping[str, Any]) -> tuple[Path, str] | None:
    """The one node to which a VMI's `spec` pins the guest, and the field that does; None where several may be left."""
    if host := text(spec, "nodeSelector", _HOSTNAME):
        return ("nodeSelector", _HOSTNAME), host
    path = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    remaining: set[str] = set()
    for term in sequence(spec, *path):
        hosts = _hosts(term)
        if hosts is None:
            return None
        remaining |= hosts
    return (path, remaining.pop()) if len(remaining) == 1 else None


def _hosts(term: Any) -> set[str] | None:
    """The nodes that a term leaves; None where it does not name them."""
    named = [
        {value for value in sequence(entry, "values") if isinstance(value, str)}
        for section, key in (("matchExpressions", _HOSTNAME), ("matchFields", "metadata.name"))
        for _, entry in each(term, section)
        if text(entry, "key") == key and text(entry, "operator") == "In" and isinstance(get(entry, "values"), list)
    ]
    return set.intersection(*named) if named else None
