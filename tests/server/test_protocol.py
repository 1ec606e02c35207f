"""The server as an editor talks to it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.server.client import connected

pytestmark = pytest.mark.slow

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  runStrategy: Always
  instancetype: {kind: VirtualMachineInstancetype, name: small}
  template:
    spec:
      domain:
        devices: {}
"""
SMALL = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: small, namespace: shop}
spec: {cpu: {guest: 1}, memory: {guest: 1Gi}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / ".git").mkdir(parents=True)
    (root / ".vmlint.yaml").write_text("closed-world: true\n")
    (root / "vm.yaml").write_text(VM)
    (root / "size.yaml").write_text(SMALL)
    return root


def test_findings_come_and_go_while_somebody_types(shop: Path) -> None:
    async def session() -> None:
        vm, size = shop / "vm.yaml", shop / "size.yaml"
        async with connected(shop) as client:
            client.open(vm)
            await client.until(lambda: "end" in client.stages)
            client.edit(vm, VM.replace("Always", "Sometimes"))
            await client.until(lambda: client.codes(vm) == ["run-state-invalid"])
            client.edit(vm, VM.replace("Always", "Sometimes\n  x"), 3)
            await client.until(lambda: client.codes(vm) == ["unreadable-document", "run-state-invalid"])
            client.edit(vm, VM, 4)
            await client.until(lambda: client.codes(vm) == [])
            # An edit of one file makes a finding in another one, which is not open.
            client.open(size, SMALL.replace("name: small", "name: large"))
            await client.until(lambda: "instancetype-not-found" in client.codes(vm))
            size.write_text(SMALL.replace("name: small", "name: tiny"))
            client.edit(size, SMALL)
            await client.until(lambda: client.codes(vm) == [])
            assert client.messages == []
            assert client.registered[0].method == "workspace/didChangeWatchedFiles"

    asyncio.run(session())


def test_files_and_settings_change_outside_of_the_editor(shop: Path) -> None:
    async def session() -> None:
        vm = shop / "vm.yaml"
        async with connected(shop, configuration={"files": "all"}) as client:
            await client.until(lambda: "end" in client.stages)
            (shop / "size.yaml").unlink()
            client.touch(shop / "size.yaml")
            await client.until(lambda: client.codes(vm) == ["instancetype-not-found"])
            (shop / ".vmlint.yaml").write_text("closed-world: tru\n")
            client.touch(shop / ".vmlint.yaml")
            await client.until(lambda: len(client.messages) == 1)
            assert client.codes(shop / ".vmlint.yaml") == ["configuration"]
            assert client.codes(vm) == ["instancetype-not-found"]
            (shop / ".vmlint.yaml").write_text("closed-world: true\nignore: [instancetype-not-found]\n")
            client.touch(shop / ".vmlint.yaml")
            await client.until(lambda: client.codes(vm) == [] and client.codes(shop / ".vmlint.yaml") == [])

    asyncio.run(session())
