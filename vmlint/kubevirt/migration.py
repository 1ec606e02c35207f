"""Whether a guest can be live-migrated, and what prevents it.

virt-handler sets the condition LiveMigratable of a running guest and names only the first reason; here all are listed.
A guest that has the condition may still have nowhere to go: a node selector or required affinity may leave one node.
What only the cluster knows is a `Question`, with one exception: all nodes are assumed to expose a host CPU model, as
those with the node labeller do.

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
    """What prevents a live migration. The values are the reasons of the condition LiveMigratable, if it has one."""

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
    """The guest has the condition, but its migration finds no second node."""
    QUOTA = "Quota"
    """The guest has the condition, but a quota of the namespace refuses a second launcher pod."""
    UNKNOWN_MATCHER = "UnknownMatcher"
    """The files don't have the instancetype or the preference, which may add what prevents a migration."""

    @property
    def in_condition(self) -> bool:
        """Whether the condition LiveMigratable shows it, so that it decides about evictions."""
        return self not in (Blocker.NODE, Blocker.QUOTA)


class Obstacle(Record):
    """One thing that prevents a live migration: its path in the template, and the names for a message.

    `values` are the name of an interface and its binding, the name of a device, the name of a volume, its claim and the
    claim's access modes, or the name of a node.
    """

    blocker: Blocker
    path: Path
    values: tuple[str, ...] = ()


class Question(Record):
    """An obstacle that the files don't decide: its path in the template, and the reason."""

    blocker: Blocker
    path: Path
    reason: str


class Migratability(Record):
    """Whether a guest can be live-migrated: all obstacles, and all open questions."""

    obstacles: tuple[Obstacle, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def migratable(self) -> bool | None:
        """None if the files don't decide it."""
        if self.obstacles:
            return False
        return None if self.questions else True

    @property
    def condition(self) -> bool | None:
        """The status of the condition LiveMigratable; None if the files don't decide it."""
        if any(obstacle.blocker.in_condition for obstacle in self.obstacles):
            return False
        return None if any(question.blocker.in_condition for question in self.questions) else True


class MigrationConfig(Record):
    """The settings of a cluster that decide about migration."""

    bindings: Mapping[str, bool] | None = None
    """The registered network bindings, and whether each can be migrated; None if they are unknown."""
    mediated: frozenset[str] | None = None
    """The resource names of the permitted mediated devices; None if they are unknown."""
    vgpu: GateState = GateState.UNKNOWN
    """The state of the feature gate VGPULiveMigration."""
    release: Release = NEWEST


Modes = Mapping[int, tuple[str, ...] | None]
"""The access modes of the claims of volumes, by the volume's index; None or absent if they are unknown."""


def migratability(template: Mapping[str, Any], modes: Modes, config: MigrationConfig) -> Migratability:
    """What prevents a guest from being live-migrated, in the order of KubeVirt's checks.

    `template` is the whole `spec.template` of the guest: with instancetype, preference and defaults applied.
    """
    results = [result for check in _CHECKS for result in check(template, config)]
    results += [*_disks(template, modes), *_node(template)]
    return Migratability(
        tuple(result for result in results if isinstance(result, Obstacle)),
        tuple(result for result in results if isinstance(result, Question)),
    )


_Results = Iterator[Obstacle | Question]


def _interface(template: Mapping[str, Any], config: MigrationConfig) -> _Results:
    """The interface on the pod network; secondary networks don't matter."""
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


def _bound(template: Mapping[str, Any], path: Path, interface: Mapping[str, Any], config: MigrationConfig) -> _Results:
    """What the binding of the interface on the pod network prevents."""
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


def _host_devices(template: Mapping[str, Any], config: MigrationConfig) -> _Results:
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
        needs = "must be a mediated device, and the feature gate `VGPULiveMigration` on"
        reason = f"GPU `{_device(gpu)}` {needs}"
        yield Question(Blocker.HOST_DEVICE, path, reason)


def _device(device: Mapping[str, Any]) -> str:
    return text(device, "deviceName") or text(device, "name")


def _security(template: Mapping[str, Any], config: MigrationConfig) -> _Results:
    if not has(template, *_SECURITY):
        return
    sev = next((kind for kind in ("sev", "snp") if has(template, *_SECURITY, kind)), None)
    if sev is not None:
        yield Obstacle(Blocker.SEV, (*_SECURITY, sev), (sev.upper(),))
    elif has(template, *_SECURITY, "tdx") and config.release.serves((1, 7)):
        yield Obstacle(Blocker.TDX, (*_SECURITY, "tdx"))
    if text(template, "spec", "architecture") == "s390x" and config.release.serves((1, 6)):
        yield Obstacle(Blocker.SECURE_EXECUTION, _SECURITY)


def _virtiofs(template: Mapping[str, Any], config: MigrationConfig) -> _Results:
    """Filesystems shared by virtiofs; KubeVirt can migrate them since 1.5."""
    if config.release.serves((1, 5)):
        return
    for index, filesystem in each(template, *_DEVICES, "filesystems"):
        if has(filesystem, "virtiofs"):
            yield Obstacle(Blocker.VIRTIOFS, (*_DEVICES, "filesystems", index), (text(filesystem, "name"),))


def _reservation(template: Mapping[str, Any], config: MigrationConfig) -> _Results:
    """SCSI persistent reservations; KubeVirt can migrate them since 1.9."""
    if config.release.serves((1, 9)):
        return
    for index, disk in each(template, *_DEVICES, "disks"):
        if flag(disk, "lun", "reservation"):
            yield Obstacle(
                Blocker.RESERVATION, (*_DEVICES, "disks", index, "lun", "reservation"), (text(disk, "name"),)
            )


def _emulator(template: Mapping[str, Any], config: MigrationConfig) -> _Results:
    """An emulator thread on a dedicated CPU; KubeVirt can migrate it since 1.1."""
    if config.release.serves((1, 1)):
        return
    if all(flag(template, *_DOMAIN, "cpu", field) for field in ("dedicatedCpuPlacement", "isolateEmulatorThread")):
        yield Obstacle(Blocker.ISOLATED_EMULATOR, (*_DOMAIN, "cpu", "isolateEmulatorThread"))


def _tsc(template: Mapping[str, Any], config: MigrationConfig) -> _Results:
    """Hyper-V reenlightenment, which is on unless `enabled` is false.

    A guest with the CPU feature invtsc does not even start on nodes without a TSC frequency.
    """
    path = (*_DOMAIN, "features", "hyperv", "reenlightenment")
    features = (feature for _, feature in each(template, *_DOMAIN, "cpu", "features"))
    fixed = any(
        text(feature, "name") == "invtsc" and text(feature, "policy") in ("require", "force") for feature in features
    )
    if not fixed and has(template, *path) and flag(template, *path, "enabled", default=True):
        yield Question(
            Blocker.TSC_FREQUENCY, path, "Hyper-V reenlightenment needs nodes that expose their TSC frequency"
        )


def _passthrough(template: Mapping[str, Any], config: MigrationConfig) -> _Results:
    path = (*_DOMAIN, "features", "hypervPassthrough", "enabled")
    if config.release.serves((1, 3)) and flag(template, *path):
        yield Obstacle(Blocker.HYPERV_PASSTHROUGH, path)


_CHECKS = (_interface, _host_devices, _security, _virtiofs, _reservation, _emulator, _tsc, _passthrough)


def _disks(template: Mapping[str, Any], modes: Modes) -> _Results:
    """Volumes that only one node has. KubeVirt copies volumes without a claim or a host file with the guest."""
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


def _node(template: Mapping[str, Any]) -> _Results:
    if pinned := only_host(mapping(template, "spec")):
        path, host = pinned
        yield Obstacle(Blocker.NODE, ("spec", *path), (host,))


def only_host(spec: Mapping[str, Any]) -> tuple[Path, str] | None:
    """The field that pins a VMI to one node, and the node; None if several nodes may match."""
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
    """The nodes that a term allows; None if it does not name nodes."""
    named = [
        {value for value in sequence(entry, "values") if isinstance(value, str)}
        for section, key in (("matchExpressions", _HOSTNAME), ("matchFields", "metadata.name"))
        for _, entry in each(term, section)
        if text(entry, "key") == key and text(entry, "operator") == "In" and isinstance(get(entry, "values"), list)
    ]
    return set.intersection(*named) if named else None
