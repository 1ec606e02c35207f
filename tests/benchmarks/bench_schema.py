"""What the schema check costs beside the parsing of the same text: run it by hand, it asserts nothing.

usage: python tests/benchmarks/bench_schema.py
"""

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from vmlint.schema.check import check
from vmlint.schema.load import schema_of
from vmlint.source.decode import decode_text

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
  namespace: apps
  labels: {app: web}
spec:
  runStrategy: Always
  dataVolumeTemplates:
  - metadata: {name: web-root}
    spec:
      sourceRef: {kind: DataSource, name: fedora, namespace: images}
      storage:
        resources: {requests: {storage: 30Gi}}
  template:
    metadata:
      labels: {kubevirt.io/domain: web}
    spec:
      domain:
        cpu: {cores: 2, sockets: 1, threads: 1}
        memory: {guest: 4Gi}
        devices:
          disks:
          - {name: root, disk: {bus: virtio}, bootOrder: 1}
          - {name: init, disk: {bus: virtio}}
          interfaces:
          - {name: default, masquerade: {}}
          rng: {}
        resources: {requests: {memory: 4Gi}}
      networks:
      - {name: default, pod: {}}
      terminationGracePeriodSeconds: 60
      volumes:
      - {name: root, dataVolume: {name: web-root}}
      - name: init
        cloudInitNoCloud:
          userData: "#cloud-config"
"""


def best(call: Callable[[], Any], rounds: int = 7, times: int = 200) -> float:
    """The best mean of some rounds, in microseconds."""
    means = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(times):
            call()
        means.append((time.perf_counter() - start) / times)
    return min(means) * 1e6


def main() -> None:
    data = decode_text(VM, "vm.yaml").documents[0].data
    schema = schema_of("kubevirt.io/v1", "VirtualMachine")
    assert schema is not None
    print(f"parse {best(lambda: decode_text(VM, 'vm.yaml').documents[0].data):8.0f} µs")
    print(f"check {best(lambda: list(check(data, schema))):8.0f} µs")
    cold = (
        "import time; s = time.perf_counter(); from vmlint.schema.load import schema_of; m = time.perf_counter();"
        "schema_of('kubevirt.io/v1', 'VirtualMachine'); e = time.perf_counter();"
        "print(f'import {1e3 * (m - s):.1f} ms, load {1e3 * (e - m):.1f} ms')"
    )
    subprocess.run([sys.executable, "-c", cold], check=True)


if __name__ == "__main__":
    main()
