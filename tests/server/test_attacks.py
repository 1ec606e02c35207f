"""What a hostile repository tries against somebody who opens it in an editor."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lsprotocol import types
from markdown_it import MarkdownIt

from tests.server.repository import cursor, opened
from vmlint.server.hover import hover
from vmlint.server.session import Folder

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec: {runStrategy: Always, template: {spec: {domain: {memory: {guest: 1Gi}, devices: {}}}}}
"""
_EVIL = (
    r"x`` ` ![a](https://evil.example/a) ![b][c] [click](command:x) \\[d](https://evil.example/d) "
    r"<img src=https://evil.example/e> <https://evil.example/f> &lt;`"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "r/.git").mkdir(parents=True)
    (tmp_path / "r/vm.yaml").write_text(VM, "utf-8")
    (tmp_path / "secret.yaml").write_text(VM.replace("Always", "Secret"), "utf-8")
    return tmp_path / "r"


def reported(folder: Folder) -> str:
    return str(folder.check().findings)


@pytest.mark.parametrize("name", ["vm.yaml", "new.yaml", "folder/secret.yaml"])
def test_a_link_that_appears_is_not_followed_out_of_the_folder(root: Path, name: str) -> None:
    folder = Folder(root)
    assert reported(folder) == "{}"
    (root / "vm.yaml").unlink()
    (root / "vm.yaml").symlink_to("../secret.yaml")
    (root / "new.yaml").symlink_to("../secret.yaml")
    (root / "folder").symlink_to("..")
    folder.touched([name])
    assert "Secret" not in reported(folder)
    assert folder.text(name) is None


@pytest.mark.parametrize("name", ["vm.yaml", "new.yaml"])
def test_nobody_waits_for_a_pipe_that_appears(root: Path, name: str) -> None:
    folder = Folder(root)
    folder.check()
    (root / name).unlink(missing_ok=True)
    os.mkfifo(root / name)
    folder.touched([name])
    assert reported(folder) == "{}"
    folder.opened(name, "")


def test_a_file_that_grows_is_read_no_further_than_files_are(root: Path) -> None:
    folder = Folder(root, overrides={"max_file_size": 1000})
    folder.check()
    (root / "vm.yaml").write_text(VM + "#" * 10_000, "utf-8")
    folder.touched(["vm.yaml"])
    assert "larger than" in reported(folder)
    assert len(folder.text("vm.yaml") or "") <= 1001


def test_values_are_no_pictures_and_links_of_a_hover(root: Path) -> None:
    name = "a](https:evil) ![](x <b>.yaml"
    quoted = _EVIL.replace("'", "''")
    (root / name).write_text(
        f"""\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {{name: small, namespace: shop}}
spec: {{cpu: {{guest: 2, model: '{quoted}'}}, memory: {{guest: '{quoted}'}}}}
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataVolume
metadata: {{name: '{quoted}', namespace: shop}}
spec: {{source: {{blank: {{}}}}, storage: {{resources: {{requests: {{storage: '{quoted}'}}}}}}}}
""",
        "utf-8",
    )
    (root / "vm.yaml").write_text(
        f"""\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: '{quoted}', namespace: shop}}
spec:
  runStrategy: Halted
  instancetype: {{name: small, kind: VirtualMachineInstancetype}}
  template:
    spec:
      domain: {{devices: {{disks: [{{name: d, disk: {{bus: virtio}}}}]}}}}
      volumes: [{{name: d, dataVolume: {{name: '{quoted}'}}}}]
""",
        "utf-8",
    )
    view = opened(root)
    for file, words in (("vm.yaml", "small"), ("vm.yaml", "domain"), ("vm.yaml", "x`` "), (name, "small")):
        found = hover(view, cursor(view, file, words))
        assert found is not None, words
        assert isinstance(found.contents, types.MarkupContent)
        for token in MarkdownIt("commonmark").parse(found.contents.value):
            for one in (token, *(token.children or ())):
                assert one.type not in ("image", "html_inline", "html_block"), found.contents.value
                assert str(one.attrGet("href") or "file:").startswith("file:"), found.contents.value
