"""How long decoding takes, next to libyaml's bare events: `python tests/benchmarks/bench_decode.py [files]`.

The manifests are the same on every run. Times are the best of five runs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from yaml._yaml import CParser
from yaml.events import StreamEndEvent

from vmlint.source.decode import decode

_MANIFEST = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: vm-{number}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: "web"
    app.kubernetes.io/part-of: shop
    tier: {tier}
spec:
  runStrategy: Always
  dataVolumeTemplates:
    - metadata:
        name: root-{number}
      spec:
        sourceRef:
          kind: DataSource
          name: fedora
          namespace: golden
        storage:
          accessModes: [ReadWriteMany]
          resources:
            requests:
              storage: {size}Gi
  instancetype:
    kind: VirtualMachineClusterInstancetype
    name: u1.medium
  preference:
    inferFromVolume: root
  template:
    metadata:
      labels:
        kubevirt.io/domain: vm-{number}
    spec:
      domain:
        devices:
          disks:
            - name: root
              disk:
                bus: virtio
              bootOrder: 1
            - name: cloudinit
              disk:
                bus: virtio
          interfaces:
            - name: default
              masquerade: {{}}
              macAddress: 02:00:00:00:00:{team:02d}
              ports:
                - port: 8080
                - port: 22
          rng: {{}}
        features:
          acpi:
            enabled: true
      networks:
        - name: default
          pod: {{}}
      terminationGracePeriodSeconds: 180
      volumes:
        - name: root
          dataVolume:
            name: root-{number}
        - name: cloudinit
          cloudInitNoCloud:
            userData: |
              #cloud-config
              password: fedora
              chpasswd: {{ expire: false }}
              ssh_pwauth: true
"""


def manifests(count: int) -> Iterator[bytes]:
    """VirtualMachines that differ in name, namespace and size."""
    for number in range(count):
        text = _MANIFEST.format(number=number, team=number % 40, tier=number % 3, size=10 + number % 90)
        yield text.encode()


def events(data: bytes) -> None:
    """The least that reading YAML costs here: every event, and nothing made of it."""
    following = CParser(data.decode()).get_event
    while type(following()) is not StreamEndEvent:
        pass


def seconds(action: Callable[[bytes], object], files: list[bytes]) -> float:
    """The best of five runs over all files."""

    def once() -> float:
        start = time.perf_counter()
        for data in files:
            action(data)
        return time.perf_counter() - start

    return min(once() for _ in range(5))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    files = list(manifests(count))
    bare = seconds(events, files)
    whole = seconds(lambda data: decode(data, "vm.yaml"), files)
    print(f"{count} files: events {bare / count * 1e6:.0f} µs a file, decode {whole / count * 1e6:.0f} µs a file")
    print(f"ratio {whole / bare:.2f}")


if __name__ == "__main__":
    main()
