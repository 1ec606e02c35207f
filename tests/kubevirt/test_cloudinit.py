"""What cloud-init knows by its first line."""

from __future__ import annotations

import base64
import gzip

import pytest

from vmlint.kubevirt.cloudinit import lacks_header, unpacked

CONFIG = "packages:\n- nginx\n"


@pytest.mark.parametrize(
    "data",
    [
        f"#cloud-config\n{CONFIG}",
        f"\n  #Cloud-Config\n{CONFIG}",
        f"## template: jinja\n#cloud-config\n{CONFIG}",
        f"#cloud-config-archive\n{CONFIG}",
        f"#!/bin/sh\ncat <<END\n{CONFIG}END\n",
        f"#include\n{CONFIG}",
        f"Content-Type: multipart/mixed\nMIME-Version: 1.0\n\n{CONFIG}",
        f"${{HEADER}}\n{CONFIG}",
        f"{{{{ header }}}}\n{CONFIG}",
        "version: v1alpha1\nmachine:\n  type: worker\n",
        '{"ignition": {"version": "3.4.0"}}',
        "  packages:\n  - nginx\n",
        "users\n",
        "",
    ],
)
def test_data_that_are_not_judged(data: str) -> None:
    assert not lacks_header(data)


@pytest.mark.parametrize(
    "data",
    [
        CONFIG,
        f"# cloud-config\n{CONFIG}",
        f"# a web server\n#cloud-config\n{CONFIG}",
        f"hostname: ${{NAME}}\n{CONFIG}",
        "ssh_pwauth: true\n",
        "users:\n",
        "---\nruncmd:\n- reboot\n",
    ],
)
def test_a_cloud_config_without_its_header(data: str) -> None:
    assert lacks_header(data)


def test_data_are_unpacked() -> None:
    packed = base64.b64encode(CONFIG.encode()).decode()
    assert unpacked(packed) == CONFIG
    assert unpacked(f"{packed[:8]}\n{packed[8:]}") == CONFIG
    assert unpacked("") == ""


_PACKED = base64.b64encode(gzip.compress(b"users:", mtime=0)).decode()


@pytest.mark.parametrize("data", ["?", "abc", "${DATA}", _PACKED, "ä"])
def test_what_can_not_be_unpacked_is_nothing(data: str) -> None:
    assert unpacked(data) == ""
