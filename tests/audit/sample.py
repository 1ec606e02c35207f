"""Small repositories of VMs, and workers that answer in this process: what the tests of audits share."""

from __future__ import annotations

import os
import tarfile
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.history import write
from vmlint.audit.cluster import Answer, Request, Workers
from vmlint.audit.tables import packed
from vmlint.audit.work import perform

__all__ = ["INSTANCETYPE", "LARGE", "Here", "archive", "here", "vm"]

LARGE = "a: " + "x" * 12 * 2**20 + "\n"
"""A manifest that is read, and that takes more memory than a process has left."""

INSTANCETYPE = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: small, namespace: shop}
spec: {cpu: {guest: 2}, memory: {guest: 4Gi}}
"""


def vm(name: str, *, run_strategy: str = "Always", instancetype: str = "small", bus: str = "virtio") -> str:
    """A VM with an instancetype; its bus may be one that KubeVirt refuses."""
    return textwrap.dedent(f"""\
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata: {{name: {name}, namespace: shop}}
        spec:
          runStrategy: {run_strategy}
          instancetype: {{name: {instancetype}, kind: VirtualMachineInstancetype}}
          template:
            spec:
              domain:
                devices:
                  disks: [{{name: root, disk: {{bus: {bus}}}}}]
                  interfaces: [{{name: default, masquerade: {{}}}}]
              networks: [{{name: default, pod: {{}}}}]
              volumes: [{{name: root, containerDisk: {{image: registry.example.com/fedora:42}}}}]
        """)


def archive(file: Path, files: dict[str, str]) -> None:
    """A tar archive of some files."""
    folder = file.parent / f"{file.name}.files"
    write(folder, files)
    with tarfile.open(file, "w:gz") as made:
        for name in files:
            made.add(folder / name, name)


class Here(Workers):
    """Workers that do everything in this process, one request after the other. `asked` are the requests."""

    def __init__(self, folder: Path, number: int = 1) -> None:
        self.asked: list[Request] = []
        self._folder = folder
        self._number = number
        self._waiting: list[Request] = []

    @property
    def number(self) -> int:
        return self._number

    def answers(self, requests: Sequence[Request]) -> Iterator[Answer]:
        self._waiting += requests
        while self._waiting:
            request = self._waiting.pop()  # the last first: the order must not matter
            self.asked.append(request)
            yield self.answer(request)

    def answer(self, request: Request) -> Answer:
        folder = self._folder / str(len(self.asked))
        folder.mkdir(parents=True)
        before = Path.cwd()
        try:
            content = perform({"task": request.task.plain(), "do": request.do, "folder": str(folder), **request.more})
        finally:
            os.chdir(before)
        tables = content.pop("tables", None)
        about: dict[str, Any] = {"until": content.get("until")}
        return Answer(request, content, b"" if tables is None else packed(tables, about))

    def add(self, request: Request) -> None:
        self._waiting.append(request)

    def stop(self) -> None:
        self._waiting.clear()

    def did(self, what: str) -> list[str]:
        """The names of the repositories of which something was asked, sorted."""
        return sorted(request.task.name for request in self.asked if request.do == what)


@contextmanager
def here(team: Here) -> Iterator[Here]:
    yield team
