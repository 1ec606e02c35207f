"""A repository in which names lead from file to file, and a cursor in it."""

from __future__ import annotations

from pathlib import Path

from vmlint.server.positions import Encoding
from vmlint.server.session import Folder
from vmlint.server.view import Cursor, View

__all__ = ["FILES", "cursor", "opened", "written"]

FILES = {
    ".vmlint.yaml": "closed-world: true\n",
    "sizes.yaml": """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterInstancetype
metadata:
  name: small
spec:
  cpu: {guest: 2}
  memory: {guest: 4Gi}
---
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata:
  name: large
  namespace: shop
spec:
  cpu: {guest: 8}
  memory: {guest: 32Gi}
""",
    "images.yaml": """\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataSource
metadata:
  name: fedora
  namespace: golden
spec:
  source:
    pvc: {name: fedora-disk, namespace: golden}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: fedora-disk
  namespace: golden
  labels:
    instancetype.kubevirt.io/default-instancetype: small
spec:
  accessModes: [ReadWriteMany]
  volumeMode: Block
  storageClassName: rbd
  resources: {requests: {storage: 10Gi}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: rbd
provisioner: rook-ceph.rbd.csi.ceph.com
""",
    "web.yaml": """\
# 😀 the shop
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
  namespace: shop
spec:
  runStrategy: Always
  instancetype:
    inferFromVolume: root
  dataVolumeTemplates:
  - metadata:
      name: web-root
    spec:
      sourceRef: {kind: DataSource, name: fedora, namespace: golden}
      storage:
        storageClassName: rbd
        accessModes: [ReadWriteMany]
        volumeMode: Block
        resources: {requests: {storage: 20Gi}}
  template:
    spec:
      domain:
        devices:
          disks:
          - name: root
            disk: {bus: virtio}
          interfaces:
          - name: default
            masquerade: {}
          - name: storage
            bridge: {}
      networks:
      - name: default
        pod: {}
      - name: storage
        multus: {networkName: shop/vlan7}
      volumes:
      - name: root
        dataVolume:
          name: web-root
      - name: seed
        cloudInitNoCloud:
          secretRef: {name: web-seed}
""",
    "db.yaml": """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: db
  namespace: shop
spec:
  runStrategy: Always
  template:
    spec:
      domain:
        cpu:
          sockets: 2
        memory:
          guest: 2Gi
        devices: {}
""",
    "cache.yaml": """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: cache
  namespace: shop
spec:
  running: true
  instancetype:
    kind: VirtualMachineInstancetype
    name: large
  template:
    spec:
      domain:
        devices: {}
""",
    "others.yaml": """\
apiVersion: v1
kind: Secret
metadata:
  name: web-seed
  namespace: shop
stringData:
  userdata: "#cloud-config"
---
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: vlan7
  namespace: shop
spec:
  config: '{"cniVersion": "0.3.1", "type": "bridge", "bridge": "br7"}'
""",
}


def written(folder: Path, files: dict[str, str] = FILES) -> Path:
    """Write a repository."""
    (folder / ".git").mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8", newline="")
    return folder


def opened(folder: Path, encoding: Encoding = Encoding.Utf16) -> View:
    """The view of a repository as it is on disk."""
    session = Folder(folder)
    snapshot = session.snapshot()
    assert snapshot is not None, session.trouble
    return View(session, snapshot, encoding)


def cursor(view: View, name: str, words: str, at: int = 0) -> Cursor:
    """The cursor at a text in a file, so many characters into it."""
    content = view.texts(name)
    assert content is not None
    found = view.cursor(name, content.position_at(content.content.index(words) + at))
    assert found is not None
    return found
