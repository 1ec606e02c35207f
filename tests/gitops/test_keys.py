"""Keys that kustomize can't write, as the installed kustomize finds them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.gitops.kustomize import KUBECTL
from vmlint.gitops.keys import key_without_text
from vmlint.source.decode import decode_text

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  {key}: b\n"
NO_TEXT = (
    "8080",
    "1.5",
    "1e3",
    ".5",
    "08",
    "+1",
    "1_000",
    "0x1f",
    "0o17",
    "0b1",
    ".inf",
    "true",
    "FALSE",
    "2026-01-01",
    "2028-02-29",
    "1e-400",
    "0xffffffffffffffff",
    "123456789012345678901234567890",
)
TEXT = (
    '"8080"',
    "on",
    "yes",
    "y",
    "1a",
    "v1",
    "1.2.3",
    "10.0.0.1",
    "12:30",
    "2026-13-45",
    "2026-02-29",
    "a-1",
    "trues",
    "-a",
    ".",
    "7e12345",
    "0x1ffffffffffffffff",
    "0x_",
)


@pytest.mark.parametrize("key", [*NO_TEXT, *TEXT])
def test_a_key_is_text_or_not(key: str) -> None:
    (document,) = decode_text(CONFIG_MAP.format(key=key), "a.yaml").documents
    assert key_without_text(document) == (("data", key) if key in NO_TEXT else None)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a:\n- b: {c: 1, 7: d}\n", ("a", 0, "b", "7")),
        ("a:\n  - 8: b\n", ("a", 0, "8")),
        ("a: |\n  8: b\n", None),
        ("a: &b {c: d}\n", None),
        ("a: 'x\n\n  8: b'\n", None),
    ],
)
def test_a_key_is_found_anywhere_but_in_a_text(text: str, path: object) -> None:
    (document,) = decode_text(text, "a.yaml").documents
    assert key_without_text(document) == path


@pytest.mark.slow
@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
@pytest.mark.parametrize("key", [*NO_TEXT, *TEXT])
def test_kustomize_finds_the_same(tmp_path: Path, key: str) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]", "utf-8")
    (tmp_path / "a.yaml").write_text(CONFIG_MAP.format(key=key), "utf-8")
    done = subprocess.run([str(KUBECTL), "kustomize", str(tmp_path)], capture_output=True, check=False, timeout=60)
    assert (done.returncode == 0) is (key in TEXT)
