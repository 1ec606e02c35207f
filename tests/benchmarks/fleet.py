"""The repositories that the benchmarks read: the same bytes on every run.

`fleet` is a repository of VMs as platform teams have them: golden images, instancetypes and preferences in one place,
and a file for each VM. `haystack` is a GitOps repository in which hardly anything is a VM.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["IMAGES", "PREFERENCES", "SIZES", "TEAMS", "fleet", "haystack", "repository", "shared", "vm", "write"]

_SEED = 20_26
TEAMS = 40
IMAGES = ("fedora", "rhel9", "debian", "windows", "ubuntu")
_APPS = ("web", "db", "cache", "queue", "build", "desk")
SIZES = ("small", "medium", "large", "xlarge")
PREFERENCES = ("fedora", "rhel-9", "debian", "windows-2k22", "ubuntu")

_VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: {name}
  namespace: {team}
  labels:
    app.kubernetes.io/name: {app}
    app.kubernetes.io/part-of: {team}
    tier: {tier}
{annotations}spec:
  runStrategy: {strategy}
  instancetype:
{instancetype}
  preference:
{preference}
  dataVolumeTemplates:
    - metadata:
        name: {name}-root
      spec:
        sourceRef:
          kind: DataSource
          name: {image}
          namespace: golden-images
        storage:
          resources:
            requests:
              storage: {root}Gi
{more_templates}  template:
    metadata:
      labels:
        kubevirt.io/domain: {name}
        app.kubernetes.io/name: {app}
    spec:
{placement}      domain:
        devices:
          disks:
            - name: root
              disk:
                bus: virtio
              bootOrder: 1
{more_disks}            - name: cloudinit
              disk:
                bus: virtio
          interfaces:
{interfaces}          rng: {{}}
      networks:
{networks}      terminationGracePeriodSeconds: {grace}
      volumes:
        - name: root
          dataVolume:
            name: {name}-root
{more_volumes}        - name: cloudinit
          cloudInitNoCloud:
            userData: |
              #cloud-config
              hostname: {name}
              users:
                - name: {user}
                  sudo: ALL=(ALL) NOPASSWD:ALL
                  ssh_authorized_keys:
                    - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{key} {user}@example.com
              packages: [{packages}]
"""

_TEMPLATE = """\
    - metadata:
        name: {name}-data{number}
      spec:
        source:
          blank: {{}}
        storage:
          storageClassName: {storage_class}
          resources:
            requests:
              storage: {size}Gi
"""

_GOLDEN = """\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataSource
metadata:
  name: {image}
  namespace: golden-images
spec:
  source:
    pvc:
      name: {image}-disk
      namespace: golden-images
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {image}-disk
  namespace: golden-images
  labels:
    instancetype.kubevirt.io/default-instancetype: {size}
    instancetype.kubevirt.io/default-preference: {preference}
spec:
  accessModes: [ReadWriteMany]
  volumeMode: Block
  storageClassName: ceph-rbd
  resources:
    requests:
      storage: 10Gi
"""

_SIZE = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterInstancetype
metadata:
  name: {size}
spec:
  cpu:
    guest: {cpus}
  memory:
    guest: {memory}Gi
"""

_PREFERENCE = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterPreference
metadata:
  name: {preference}
spec:
  devices:
    preferredDiskBus: virtio
    preferredInterfaceModel: virtio
    preferredRng: {{}}
  features:
    preferredAcpi: {{}}
  firmware:
    preferredEfi:
      secureBoot: false
  requirements:
    cpu:
      guest: 1
    memory:
      guest: 1Gi
"""

_STORAGE = """\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: {storage_class}
  annotations:
    storageclass.kubevirt.io/is-default-virt-class: "{default}"
provisioner: {provisioner}
allowVolumeExpansion: true
reclaimPolicy: Delete
volumeBindingMode: Immediate
"""

_NETWORK = """\
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: vlan{vlan}
  namespace: {team}
spec:
  config: '{{"cniVersion": "0.3.1", "type": "bridge", "bridge": "br{vlan}"}}'
"""


def vm(number: int) -> str:
    """The manifest of one VM.

    A team runs a handful of applications, and the VMs of an application are made of one pattern: as many disks and
    networks, the same way to run. What differs is the size, the names, the addresses, the amounts and the user data. A
    third of the VMs infer, and one in a hundred has a fault.
    """
    team = f"team-{number % TEAMS}"
    app = number // TEAMS % len(_APPS)
    pattern = random.Random(f"{_SEED} {team} {app}")
    own = random.Random(f"{_SEED} {number}")
    name = f"{_APPS[app]}-{number}"
    image = pattern.randrange(len(IMAGES))
    disks = range(1, 1 + pattern.choice((0, 0, 0, 1, 1, 2)))
    buses = [pattern.choice(("virtio", "virtio", "scsi")) for _ in disks]
    classes = [pattern.choice(("ceph-rbd", "ceph-fs")) for _ in disks]
    vlans = pattern.sample(range(4), pattern.choice((0, 0, 0, 1, 1, 2)))
    nics = [("default", "masquerade: {}", "pod: {}")]
    nics += [(f"net{vlan}", "bridge: {}", f"multus:\n            networkName: vlan{vlan}") for vlan in vlans]
    size = "gone" if number % 100 == 99 else own.choice(SIZES)
    infers = number % 3 == 0
    return _VM.format(
        name=name,
        team=team,
        app=_APPS[app],
        tier=own.choice(("gold", "silver", "bronze")),
        annotations=f"  annotations:\n    example.com/owner: user{own.randrange(500)}@example.com\n",
        strategy=pattern.choice(("Always", "Always", "RerunOnFailure", "Halted")),
        instancetype="    inferFromVolume: root" if infers else f"    name: {size}",
        preference="    inferFromVolume: root" if infers else f"    name: {PREFERENCES[image]}",
        image=IMAGES[image],
        root=own.randrange(20, 200),
        more_templates="".join(
            _TEMPLATE.format(name=name, number=disk, storage_class=storage_class, size=own.randrange(1, 999))
            for disk, storage_class in zip(disks, classes, strict=True)
        ),
        placement=f"      nodeSelector:\n        example.com/zone: zone-{own.randrange(3)}\n"
        if pattern.random() < 0.3
        else "",
        more_disks="".join(
            f"            - name: data{disk}\n              disk:\n                bus: {bus}\n"
            for disk, bus in zip(disks, buses, strict=True)
        ),
        interfaces="".join(
            f"            - name: {nic}\n              {binding}\n              macAddress: {_mac(number, index)}\n"
            for index, (nic, binding, _) in enumerate(nics)
        ),
        networks="".join(f"        - name: {nic}\n          {source}\n" for nic, _, source in nics),
        grace=pattern.choice((0, 30, 60, 180)),
        more_volumes="".join(
            f"        - name: data{disk}\n          dataVolume:\n            name: {name}-data{disk}\n"
            for disk in disks
        ),
        user=own.choice(("admin", "ops", "fedora", "cloud-user")),
        key=f"{own.getrandbits(256):064x}",
        packages=", ".join(own.sample(("qemu-guest-agent", "vim", "tmux", "podman", "nginx", "chrony"), 3)),
    )


def _mac(number: int, index: int) -> str:
    return ":".join(f"{part:02x}" for part in (2, index, *number.to_bytes(4, "big")))


def fleet(folder: Path, count: int) -> int:
    """Write a repository of so many VMs, a file each; how many bytes it has."""
    files = dict(shared())
    for number in range(count):
        files[f"vms/team-{number % TEAMS}/vm-{number}.yaml"] = vm(number)
    return write(folder, files.items())


def shared() -> Iterator[tuple[str, str]]:
    """What the VMs have in common."""
    for index, image in enumerate(IMAGES):
        size, preference = SIZES[index % len(SIZES)], PREFERENCES[index]
        yield f"images/{image}.yaml", _GOLDEN.format(image=image, size=size, preference=preference)
        yield f"preferences/{preference}.yaml", _PREFERENCE.format(preference=preference)
    for power, size in enumerate(SIZES):
        yield f"instancetypes/{size}.yaml", _SIZE.format(size=size, cpus=2**power, memory=2 ** (power + 1))
    yield (
        "storage/rbd.yaml",
        _STORAGE.format(storage_class="ceph-rbd", default="true", provisioner="openshift-storage.rbd.csi.ceph.com"),
    )
    yield (
        "storage/fs.yaml",
        _STORAGE.format(storage_class="ceph-fs", default="false", provisioner="openshift-storage.cephfs.csi.ceph.com"),
    )
    for team in range(TEAMS):
        yield (
            f"networks/team-{team}.yaml",
            "---\n".join(_NETWORK.format(team=f"team-{team}", vlan=vlan) for vlan in range(4)),
        )


_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: {team}
  labels: &labels
    app.kubernetes.io/name: {name}
spec:
  replicas: {replicas}
  selector:
    matchLabels: *labels
  template:
    metadata:
      labels: *labels
    spec:
      containers:
        - name: {name}
          image: registry.example.com/{team}/{name}:{version}
          args: ["--listen", ":8080", "--log-level={level}"]
          ports:
            - name: http
              containerPort: 8080
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
          resources:
            requests:
              cpu: {cpu}m
              memory: {memory}Mi
          volumeMounts:
            - name: config
              mountPath: /etc/{name}
      volumes:
        - name: config
          configMap:
            name: {name}
"""

_RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: {name}
  namespace: {team}
spec:
  interval: 30m
  chart:
    spec:
      chart: {name}
      version: {version}
      sourceRef:
        kind: HelmRepository
        name: charts
        namespace: flux-system
  values:
    replicaCount: {replicas}
    ingress:
      enabled: true
      hosts:
        - host: {name}.example.com
          paths: [{{path: /, pathType: Prefix}}]
    resources:
      requests: {{cpu: {cpu}m, memory: {memory}Mi}}
"""

_DASHBOARD = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: dashboard-{name}
  namespace: {team}
  labels:
    grafana_dashboard: "1"
data:
  {name}.json: |
    {{
      "title": "{name}",
      "panels": [
{panels}
      ]
    }}
"""

_PANEL = """\
        {{"id": {panel}, "type": "timeseries", "title": "panel {panel}", "gridPos": {{"h": 8, "w": 12, "x": 0, "y": 8}},
         "targets": [{{"expr": "sum(rate(http_requests_total{{job=\\"{name}\\"}}[5m])) by (code)", "refId": "A"}}]}}"""

_DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {name}s.example.com
spec:
  group: example.com
  scope: Namespaced
  names:
    kind: {kind}
    plural: {name}s
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
{properties}
"""

_PROPERTY = """\
            field{number}:
              description: The value of field {number}, which says what the controller is to do when it is set.
              type: string
              maxLength: {length}"""


def haystack(folder: Path, irrelevant: int, vms: int) -> int:
    """Write a repository of so many documents that are not KubeVirt's, and so many VMs; how many bytes it has."""
    files = dict(shared())
    for number in range(irrelevant):
        files[f"apps/team-{number % TEAMS}/{number}.yaml"] = _other(number)
    for number in range(vms):
        files[f"vms/vm-{number}.yaml"] = vm(number)
    return write(folder, files.items())


def repository(folder: Path, *, files: int, vms: int, first: int) -> int:
    """Write one of many repositories: so many files, of which so many are VMs, numbered from `first`; the networks of
    its teams are elsewhere. How many bytes it has."""
    wanted = {name: text for name, text in shared() if not name.startswith("networks/")}
    wanted |= {f"vms/vm-{number}.yaml": vm(number) for number in range(first, first + vms)}
    missing = range(first, first + max(files - len(wanted), 0))
    wanted |= {f"apps/{number}.yaml": _other(number) for number in missing}
    return write(folder, wanted.items())


def _other(number: int) -> str:
    chance = random.Random(_SEED * 7_000_003 + number)
    known = {
        "name": f"app{number}",
        "kind": f"App{number}",
        "team": f"team-{number % TEAMS}",
        "replicas": chance.randrange(1, 9),
        "version": f"1.{chance.randrange(40)}.{chance.randrange(9)}",
        "level": chance.choice(("info", "debug")),
        "cpu": chance.randrange(10, 900),
        "memory": chance.randrange(16, 4096),
    }
    kind = chance.choice(("deployment", "deployment", "release", "release", "dashboard", "definition"))
    if kind == "dashboard":
        panels = ",\n".join(_PANEL.format(panel=panel, **known) for panel in range(chance.randrange(4, 16)))
        return _DASHBOARD.format(panels=panels, **known)
    if kind == "definition":
        properties = "\n".join(_PROPERTY.format(number=one, length=one + 9) for one in range(chance.randrange(10, 60)))
        return _DEFINITION.format(properties=properties, **known)
    return (_DEPLOYMENT if kind == "deployment" else _RELEASE).format(**known)


def write(folder: Path, files: Iterable[tuple[str, str]]) -> int:
    size = 0
    for name, text in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        size += path.write_bytes(text.encode())
    return size
