"""Whole repositories by chance: objects that refer to each other by the same few names, and whatever deploys them.

Most of a repository is as KubeVirt, CDI, kustomize, Flux and Argo CD want it; any value may be another one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from .case import Case
from .mutation import VALUES

__all__ = ["drawn", "repositories"]

Made = st.SearchStrategy[Any]

_NAMES = st.sampled_from(("web", "db", "root", "fedora", "u1.medium", "shop", "x", "${APP}", "", "a/b", "é\x1b[1m"))
_NAMESPACES = st.sampled_from(("shop", "golden-images", "default", "${NS}", ""))
_FOLDERS = ("", "base", "base/vms", "overlays/prod", "overlays/test", "components/ha", "charts/web/templates", "flux")
_PATHS = st.sampled_from(
    (
        *(
            "vm.yaml",
            "more.yaml",
            "disks.json",
            "../base",
            "../../base",
            ".",
            "..",
            "base",
            "overlays/prod",
            "/etc/passwd",
        ),
        *(
            "../../components/ha",
            "vms",
            "https://example.org/x?ref=1",
            "missing.yaml",
            "../" * 40,
            "patch.yaml",
            "\0",
            "~",
        ),
    )
)
_AMOUNTS = st.sampled_from(("1", "2Gi", "512Mi", "1.5", "-1Gi", "0", "x", 1, 0, -1, 2**70, "1e400", "64Ki", None))
_JUNK = st.sampled_from(VALUES)


def _or_junk(made: Made) -> Made:
    """The value; one time in twenty something else."""
    return st.integers(0, 19).flatmap(lambda dice: _JUNK if dice == 7 else made)


def _some(required: dict[str, Made], **optional: Made) -> Made:
    """A mapping in which any value may be junk."""
    return st.fixed_dictionaries(
        {key: _or_junk(value) for key, value in required.items()},
        optional={key.rstrip("_"): _or_junk(value) for key, value in optional.items()},
    )


def _few(made: Made) -> Made:
    return st.lists(_or_junk(made), max_size=3)


def _one_of(*words: Any) -> Made:
    return st.sampled_from(words)


_LABELS = st.dictionaries(
    _one_of(
        *(
            f"instancetype.kubevirt.io/default-{what}{kind}"
            for what in ("instancetype", "preference")
            for kind in ("", "-kind")
        ),
        *("app", "kubevirt.io/vm", "vmlint.dev/ignore", "kustomize.toolkit.fluxcd.io/substitute"),
    ),
    _one_of("u1.medium", "fedora", "VirtualMachineInstancetype", "VM1, VM2", "all", "disabled", "x", ""),
    max_size=3,
)
_METADATA = _some({"name": _NAMES}, namespace=_NAMESPACES, labels=_LABELS, annotations=_LABELS, generateName=_NAMES)
_REFERENCE = _some(
    {"name": _NAMES},
    kind=_one_of("DataSource", "PersistentVolumeClaim", "VolumeSnapshot", "VirtualMachineInstancetype", "x"),
    namespace=_NAMESPACES,
    apiGroup=_one_of("cdi.kubevirt.io", "", "snapshot.storage.k8s.io"),
)
_MATCHER = _some(
    {},
    name=_NAMES,
    kind=_one_of("VirtualMachineInstancetype", "VirtualMachineClusterInstancetype", "virtualmachinepreference", "x"),
    inferFromVolume=_NAMES,
    inferFromVolumeFailurePolicy=_one_of("Ignore", "Reject", "x"),
    revisionName=_NAMES,
)
_CLAIM = _some(
    {},
    storageClassName=_NAMES,
    accessModes=_few(_one_of("ReadWriteOnce", "ReadWriteMany", "x")),
    volumeMode=_one_of("Block", "Filesystem", "x"),
    resources=_some({}, requests=st.dictionaries(_one_of("storage", "x"), _AMOUNTS, max_size=2)),
    dataSource=_REFERENCE,
    dataSourceRef=_REFERENCE,
    volumeName=_NAMES,
)
_SOURCE = _some(
    {},
    pvc=_REFERENCE,
    snapshot=_REFERENCE,
    http=_some({"url": _one_of("http://x/y", "x", "http://[::", "ftp://")}, secretRef=_NAMES),
    registry=_some({"url": _one_of("docker://x", "x")}, pullMethod=_one_of("node", "pod")),
    blank=st.just({}),
    upload=st.just({}),
)
_DISK_SPEC = _some(
    {}, pvc=_CLAIM, storage=_CLAIM, source=_SOURCE, sourceRef=_REFERENCE, contentType=_one_of("kubevirt", "archive")
)
_DEVICES = _some(
    {},
    disks=_few(
        _some(
            {"name": _NAMES},
            disk=_some({}, bus=_one_of("virtio", "sata", "x")),
            cdrom=st.just({}),
            lun=st.just({}),
            bootOrder=_AMOUNTS,
        )
    ),
    interfaces=_few(
        _some(
            {"name": _NAMES},
            masquerade=st.just({}),
            bridge=st.just({}),
            macAddress=_one_of("02:00:00:00:00:01", "x"),
            model=_one_of("virtio", "x"),
        )
    ),
    gpus=_few(_some({"name": _NAMES, "deviceName": _NAMES})),
    inputs=_few(_some({"name": _NAMES}, type=_one_of("tablet", "x"), bus=_one_of("usb", "x"))),
    tpm=_some({}, persistent=st.booleans()),
)
_VOLUME = _some(
    {"name": _NAMES},
    dataVolume=_some({"name": _NAMES}),
    persistentVolumeClaim=_some({"claimName": _NAMES}),
    containerDisk=_some({"image": _NAMES}),
    cloudInitNoCloud=_some(
        {},
        userData=_one_of("#cloud-config", "x", "a" * 3000),
        userDataBase64=_one_of("eA==", "!"),
        secretRef=_some({"name": _NAMES}),
    ),
    emptyDisk=_some({"capacity": _AMOUNTS}),
    configMap=_some({"name": _NAMES}),
)
_DOMAIN = _some(
    {"devices": _DEVICES},
    cpu=_some(
        {},
        cores=_AMOUNTS,
        sockets=_AMOUNTS,
        threads=_AMOUNTS,
        maxSockets=_AMOUNTS,
        model=_NAMES,
        realtime=_some({}, mask=_one_of("0-3", "^1", "x")),
        numa=st.just({}),
    ),
    memory=_some({}, guest=_AMOUNTS, maxGuest=_AMOUNTS, hugepages=_some({}, pageSize=_AMOUNTS)),
    resources=_some(
        {},
        requests=st.dictionaries(_one_of("memory", "cpu"), _AMOUNTS, max_size=2),
        limits=st.dictionaries(_one_of("memory", "cpu"), _AMOUNTS, max_size=2),
    ),
    firmware=_some({}, bootloader=_some({}, efi=_some({}, secureBoot=st.booleans()), bios=st.just({})), uuid=_NAMES),
    features=_some(
        {},
        hyperv=_some({}, synic=st.just({}), spinlocks=_some({}, spinlocks=_AMOUNTS)),
        smm=_some({}, enabled=st.booleans()),
    ),
    machine=_some({}, type=_one_of("q35", "pc", "x")),
    ioThreadsPolicy=_one_of("auto", "x"),
)
_GUEST = _some(
    {"domain": _DOMAIN},
    volumes=_few(_VOLUME),
    networks=_few(_some({"name": _NAMES}, pod=st.just({}), multus=_some({"networkName": _NAMES}))),
    evictionStrategy=_one_of("LiveMigrate", "x"),
    architecture=_one_of("amd64", "arm64", "s390x", "x"),
    terminationGracePeriodSeconds=_AMOUNTS,
    affinity=_JUNK,
    livenessProbe=_some({}, httpGet=_JUNK, tcpSocket=_JUNK, exec=_JUNK),
    accessCredentials=_few(_JUNK),
    dnsConfig=_some({}, nameservers=_few(_NAMES), searches=_few(_NAMES)),
)
_TEMPLATE = _some({"spec": _GUEST}, metadata=_METADATA)
_POLICY = _some(
    {},
    cpu=_some(
        {"guest": _AMOUNTS},
        maxSockets=_AMOUNTS,
        isolateEmulatorThread=st.booleans(),
        preferredCPUTopology=_one_of("preferSockets", "spread", "x"),
        spreadOptions=_some({}, across=_one_of("CoresThreads", "x"), ratio=_AMOUNTS),
    ),
    memory=_some({"guest": _AMOUNTS}, overcommitPercent=_AMOUNTS, maxGuest=_AMOUNTS),
    devices=_some(
        {}, preferredDiskBus=_NAMES, preferredInterfaceModel=_NAMES, preferredAutoattachInputDevice=st.booleans()
    ),
    requirements=_some({}, cpu=_some({"guest": _AMOUNTS}), memory=_some({"guest": _AMOUNTS}), architecture=_NAMES),
    ioThreadsPolicy=_NAMES,
    annotations=_LABELS,
    volumes=_some({}, preferredStorageClassName=_NAMES),
    firmware=_some({}, preferredEfi=_JUNK, preferredUseEfi=_JUNK),
)
_RUN = _one_of("Always", "Manual", "Halted", "x")

_KINDS: tuple[tuple[str, tuple[str, ...], Made], ...] = (
    (
        "kubevirt.io/v1",
        ("VirtualMachine", "VirtualMachine", "VirtualMachineInstance", "VirtualMachineInstanceReplicaSet"),
        _some(
            {"template": _TEMPLATE},
            instancetype=_MATCHER,
            preference=_MATCHER,
            dataVolumeTemplates=_few(_some({"metadata": _METADATA, "spec": _DISK_SPEC})),
            runStrategy=_RUN,
            running=st.booleans(),
            selector=_some({"matchLabels": _LABELS}),
            replicas=_AMOUNTS,
        ),
    ),
    (
        "pool.kubevirt.io/v1beta1",
        ("VirtualMachinePool",),
        _some(
            {"virtualMachineTemplate": _some({"spec": _some({"template": _TEMPLATE}, instancetype=_MATCHER)})},
            selector=_some({"matchLabels": _LABELS}),
        ),
    ),
    (
        "instancetype.kubevirt.io/v1beta1",
        tuple(f"VirtualMachine{scope}{what}" for scope in ("", "Cluster") for what in ("Instancetype", "Preference")),
        _POLICY,
    ),
    ("cdi.kubevirt.io/v1beta1", ("DataVolume",), _DISK_SPEC),
    ("cdi.kubevirt.io/v1beta1", ("DataSource", "VolumeImportSource", "VolumeCloneSource"), _some({"source": _SOURCE})),
    (
        "cdi.kubevirt.io/v1beta1",
        ("DataImportCron",),
        _some(
            {
                "schedule": _one_of("0 0 * * *", "x", "*/0 * * * *"),
                "managedDataSource": _NAMES,
                "template": _some({"spec": _DISK_SPEC}),
            }
        ),
    ),
    (
        "cdi.kubevirt.io/v1beta1",
        ("StorageProfile",),
        _some({}, claimPropertySets=_few(_some({}, accessModes=_few(_NAMES), volumeMode=_NAMES)), cloneStrategy=_NAMES),
    ),
    ("v1", ("PersistentVolumeClaim",), _CLAIM),
    ("v1", ("ConfigMap", "Secret", "Namespace"), st.just({})),
    ("storage.k8s.io/v1", ("StorageClass",), st.just({})),
    (
        "snapshot.storage.k8s.io/v1",
        ("VolumeSnapshot",),
        _some({"source": _some({"persistentVolumeClaimName": _NAMES})}),
    ),
    ("apiextensions.k8s.io/v1", ("CustomResourceDefinition",), _JUNK),
    (
        "kustomize.toolkit.fluxcd.io/v1",
        ("Kustomization",),
        _some(
            {"path": _PATHS},
            targetNamespace=_NAMESPACES,
            patches=_few(_JUNK),
            components=_few(_PATHS),
            postBuild=_some(
                {},
                substitute=st.dictionaries(_one_of("APP", "NS"), _NAMES),
                substituteFrom=_few(_some({"kind": _one_of("ConfigMap", "Secret"), "name": _NAMES})),
            ),
        ),
    ),
    (
        "argoproj.io/v1alpha1",
        ("Application",),
        _some(
            {"source": _some({"path": _PATHS}, directory=_some({}, recurse=st.booleans()), kustomize=_JUNK)},
            destination=_some({"namespace": _NAMESPACES}),
            sources=_few(_some({"path": _PATHS})),
        ),
    ),
    (
        "argoproj.io/v1alpha1",
        ("ApplicationSet",),
        _some(
            {
                "generators": _few(
                    _some(
                        {},
                        list=_some({"elements": _few(_LABELS)}),
                        git=_some(
                            {"directories": _few(_some({"path": _one_of("overlays/*", "*", "**", "[", "{{x}}")}))}
                        ),
                    )
                ),
                "template": _some(
                    {
                        "metadata": _METADATA,
                        "spec": _some({"source": _some({"path": _one_of("{{path}}", "{{.path.path}}", "base")})}),
                    }
                ),
            }
        ),
    ),
)


def _object(version: str, kinds: tuple[str, ...], spec: Made) -> Made:
    return _some(
        {"apiVersion": _one_of(version), "kind": _one_of(*kinds), "metadata": _METADATA, "spec": spec},
        data=st.dictionaries(_one_of("APP", "userdata", "x"), _NAMES, max_size=2),
        provisioner=_NAMES,
    )


_OBJECT = st.one_of([_object(*kind) for kind in _KINDS])
_HELD = st.one_of(
    _OBJECT,
    _OBJECT,
    _OBJECT,
    _some({"apiVersion": st.just("v1"), "kind": st.just("List"), "items": _few(_OBJECT)}),
    _some(
        {
            "apiVersion": st.just("template.openshift.io/v1"),
            "kind": st.just("Template"),
            "metadata": _METADATA,
            "objects": _few(_OBJECT),
        },
        parameters=_few(_some({"name": _one_of("APP", "NS")}, value=_NAMES)),
    ),
)

_OPERATION = _some(
    {
        "op": _one_of("add", "remove", "replace", "test", "move", "copy", "x"),
        "path": _one_of(
            "/spec/running",
            "/spec/template/spec/volumes/-",
            "/metadata/name",
            "/spec/dataVolumeTemplates/0",
            "/",
            "",
            "x",
            "/a~1b/~0",
            "/spec/template/spec/volumes/0",
        ),
    },
    value=_JUNK,
    from_=_one_of("/spec", "/metadata/labels", "/"),
)
_TARGET = _some(
    {},
    kind=_one_of("VirtualMachine", ".*", "(", "(a+)+$", "(?P<x>"),
    name=_one_of("web", "w.*", "[", "(a|a)*b"),
    labelSelector=_one_of("app=x", "app in (x", "!app", "(((", ","),
)
_PATCH = st.one_of(
    _some({}, path=_PATHS, target=_TARGET),
    st.builds(
        lambda operations, target: {"patch": json.dumps(operations, default=str), "target": target},
        _few(_OPERATION),
        _TARGET,
    ),
    st.builds(
        lambda held, target: {"patch": _dumped([held]).decode("utf-8", "replace"), "target": target}, _OBJECT, _TARGET
    ),
)
_KUSTOMIZATION = _some(
    {"resources": _few(_PATHS)},
    kind=_one_of("Kustomization", "Component"),
    apiVersion=_one_of("kustomize.config.k8s.io/v1beta1", "kustomize.config.k8s.io/v1alpha1", "x"),
    bases=_few(_PATHS),
    components=_few(_PATHS),
    patches=_few(_PATCH),
    patchesStrategicMerge=_few(_PATHS),
    patchesJson6902=_few(_PATCH),
    namespace=_NAMESPACES,
    namePrefix=_NAMES,
    nameSuffix=_NAMES,
    commonLabels=_LABELS,
    labels=_few(_some({"pairs": _LABELS})),
    configMapGenerator=_few(
        _some({"name": _NAMES}, files=_few(_PATHS), literals=_few(_NAMES), behavior=_one_of("merge", "create"))
    ),
    replacements=_few(
        _some(
            {
                "targets": _few(
                    _some(
                        {"select": _TARGET},
                        fieldPaths=_few(_one_of("spec.running", "a.[name=x].b", "", "..", "spec.template.*")),
                    )
                )
            },
            path=_PATHS,
        )
    ),
    configurations=_few(_PATHS),
    helmCharts=_few(_JUNK),
    transformers=_few(_PATHS),
    openapi=_some({"path": _PATHS}),
)

_SETTING = _some(
    {},
    exclude=_few(_one_of("base/", "*.json", "!x", "[", "**")),
    context=_few(_one_of("base", "flux")),
    outside=_few(_one_of("DataSource golden-images/*", "Secret *", "StorageClass ceph-*")),
    select=_few(_one_of("inference", "VM2", "hygiene")),
    ignore=_few(_one_of("storage", "VM7")),
    levels=st.dictionaries(_one_of("VM1", "api"), _one_of("error", "off", "note"), max_size=2),
    target=st.just({"kubevirt": "1.6"}),
)
_COMMENTS = _one_of(
    *(
        "# vmlint: ignore[VM5] x",
        "# vmlint: ignore-file[all]",
        "# vmlint: ignore[",
        "# vmlint:",
        "# vmlint: ignore[infer-label-missing, x]",
    ),
    *("# Source: web/templates/vm.yaml", "# ::error::x", "#"),
)
_FILE_NAMES = _one_of("vm.yaml", "more.yaml", "disks.json", "patch.yaml", "values.yaml", "é\x1b[31m ##[error]x.yaml")


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes what is meant twice with an anchor, as people do."""


def _dumped(documents: list[Any]) -> bytes:
    text = yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return str(text).encode("utf-8", "surrogatepass")


@st.composite
def _manifests(draw: Callable[[Made], Any]) -> bytes:
    documents = draw(st.lists(_HELD, min_size=1, max_size=4))
    if draw(_one_of(*range(5))) == 3:
        return "".join(json.dumps(document, default=str) for document in documents).encode()
    lines = _dumped(documents).split(b"\n")
    for comment in draw(st.lists(_COMMENTS, max_size=2)):
        lines.insert(draw(st.integers(0, min(len(lines), 40))), comment.encode())
    return b"\n".join(lines)


@st.composite
def repositories(draw: Callable[[Made], Any]) -> Case:
    """A repository: some folders of manifests, kustomizations in some of them, at times a configuration."""
    files: dict[str, bytes] = {}
    for folder in draw(st.lists(_one_of(*_FOLDERS), min_size=1, max_size=4, unique=True)):
        for name in draw(st.lists(_FILE_NAMES, min_size=1, max_size=2, unique=True)):
            files[f"{folder}/{name}".lstrip("/")] = draw(_manifests())
        if draw(st.booleans()):
            files[f"{folder}/kustomization.yaml".lstrip("/")] = _dumped([draw(_KUSTOMIZATION)])
    if draw(_one_of(*range(4))) == 2:
        files[".vmlint.yaml"] = _dumped([draw(_SETTING)])
    if draw(_one_of(*range(8))) == 2:
        files["charts/web/Chart.yaml"] = b"name: web\n"
    return files


def drawn(number: int, start: int) -> list[Case]:
    """Repositories from a seed."""
    cases: list[Case] = []

    @seed(start)
    @settings(
        max_examples=number,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(repositories())
    def collect(case: Case) -> None:
        cases.append(case)

    collect()
    return cases
