"""Whole objects to begin with. `${1:…}` are places to fill in, as editors know them."""

from __future__ import annotations

from vmlint.record import Record

__all__ = ["SNIPPETS", "Snippet"]


class Snippet(Record):
    """A text with places to fill in: its name in the list of completions, and what it is."""

    label: str
    detail: str
    body: str


_SIZED = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: ${1:vm}
spec:
  runStrategy: ${2|Always,Halted,Manual,RerunOnFailure|}
  instancetype:
    name: ${3:u1.medium}
  preference:
    name: ${4:fedora}
  dataVolumeTemplates:
  - metadata:
      name: ${1:vm}-root
    spec:
      sourceRef:
        kind: DataSource
        name: ${5:fedora}
        namespace: ${6:golden-images}
      storage:
        resources:
          requests:
            storage: ${7:30Gi}
  template:
    spec:
      domain:
        devices:
          interfaces:
          - name: default
            masquerade: {}
      networks:
      - name: default
        pod: {}
      volumes:
      - name: root
        dataVolume:
          name: ${1:vm}-root
$0"""

_INFERRED = (
    _SIZED.replace("    name: ${3:u1.medium}", "    inferFromVolume: root")
    .replace("    name: ${4:fedora}", "    inferFromVolume: root")
    .replace("${5:", "${3:")
    .replace("${6:", "${4:")
    .replace("${7:", "${5:")
)

_DATA_VOLUME = """\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataVolume
metadata:
  name: ${1:disk}
spec:
  source:
    registry:
      url: docker://${2:quay.io/containerdisks/fedora:latest}
  storage:
    resources:
      requests:
        storage: ${3:30Gi}
$0"""

_DATA_SOURCE = """\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataSource
metadata:
  name: ${1:fedora}
  labels:
    instancetype.kubevirt.io/default-instancetype: ${2:u1.medium}
    instancetype.kubevirt.io/default-preference: ${3:fedora}
spec:
  source:
    pvc:
      name: ${1:fedora}
      namespace: ${4:golden-images}
$0"""

_INSTANCETYPE = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterInstancetype
metadata:
  name: ${1:small}
spec:
  cpu:
    guest: ${2:2}
  memory:
    guest: ${3:4Gi}
$0"""

SNIPPETS = (
    Snippet("vm-instancetype", "a VM with an instancetype and a preference, on a disk from a DataSource", _SIZED),
    Snippet("vm-inferred", "a VM whose instancetype and preference come from its disk", _INFERRED),
    Snippet("datavolume", "a disk from a container image", _DATA_VOLUME),
    Snippet("datasource", "a DataSource with a default instancetype and preference", _DATA_SOURCE),
    Snippet("instancetype", "an instancetype with vCPUs and memory", _INSTANCETYPE),
)
"""In the order in which they are offered."""
