"""Builds the archives of the kubectl plugin, and the manifest with which krew installs them.

    python -m tools.kubectl dist/vmlint-X.Y.Z-py3-none-any.whl --repository https://github.com/acme/vmlint --to out

An archive holds vmlint, its pinned dependencies for each version of Python, and a script that finds a Python of the
user's machine. Python comes with no archive. Run this with the oldest Python that vmlint supports: what is written in
Python alone is the same for all versions, and pip chooses it for the version that runs.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("linux", "amd64"): ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64"),
    ("linux", "arm64"): ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64"),
    ("darwin", "amd64"): ("macosx_13_0_x86_64",),
    ("darwin", "arm64"): ("macosx_14_0_arm64",),
}
"""The systems and processors, as krew calls them, with the tags of the wheels that run there."""

_BUILD_ONLY = ("setuptools",)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--repository", required=True, help="such as https://github.com/acme/vmlint")
    parser.add_argument("--to", type=Path, default=Path("dist-kubectl"))
    arguments = parser.parse_args()
    arguments.to.mkdir(parents=True, exist_ok=True)
    archives = {platform: archive(arguments.wheel, platform, arguments.to) for platform in PLATFORMS}
    text = manifest(arguments.wheel, arguments.repository.rstrip("/"), archives)
    (arguments.to / "vmlint.yaml").write_text(text, "utf-8")


def archive(wheel: Path, platform: tuple[str, str], folder: Path, pythons: Iterable[str] = PYTHONS) -> Path:
    """Writes the archive of a platform into a folder: the same bytes for the same wheels.

    CalledProcessError where pip finds no wheel for the platform; RuntimeError under a newer Python than the oldest.
    """
    if f"{sys.version_info[0]}.{sys.version_info[1]}" != PYTHONS[0]:
        raise RuntimeError(f"run this with Python {PYTHONS[0]}")
    own = ROOT / "packaging" / "krew" / "kubectl-vmlint"
    files = {"kubectl-vmlint": own.read_bytes(), "LICENSE": (ROOT / "LICENSE").read_bytes()}
    for python in pythons:
        for name, data in _dependencies(platform, python):
            files[f"lib/{name}"] = data
    files |= {f"lib/common/{name}": data for name, data in _contents(wheel)}
    target = folder / f"kubectl-vmlint-{'-'.join(platform)}.tar.gz"
    target.write_bytes(_packed(files))
    return target


def _dependencies(platform: tuple[str, str], python: str) -> Iterable[tuple[str, bytes]]:
    """The files of all wheels for one Python, below `common` or below the name of the Python they are compiled for."""
    with tempfile.TemporaryDirectory() as folder:
        tags = [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
        words = ["-m", "pip", "download", "-qq", "--no-deps", "--require-hashes", "--only-binary=:all:", *tags]
        words += ["--python-version", python, "--implementation", "cp", "--dest", folder]
        subprocess.run([sys.executable, *words, "-r", str(ROOT / "ci" / "requirements.txt")], check=True)
        for wheel in sorted(Path(folder).iterdir()):
            if wheel.name.partition("-")[0] not in _BUILD_ONLY:
                below = "common" if wheel.name.endswith("-none-any.whl") else f"cp{python.replace('.', '')}"
                yield from ((f"{below}/{name}", data) for name, data in _contents(wheel))


def _contents(wheel: Path) -> Iterable[tuple[str, bytes]]:
    """The files of a wheel. ValueError for one whose files do not all belong beside each other."""
    with zipfile.ZipFile(wheel) as opened:
        for name in sorted(opened.namelist()):
            top = name.partition("/")[0]
            if top.endswith(".data") or ".." in Path(name).parts or name.startswith("/"):
                raise ValueError(f"{wheel.name} has files that go elsewhere: {name}")
            if not name.endswith("/"):
                yield name, opened.read(name)


def _packed(files: Mapping[str, bytes]) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as opened:
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            entry.mode = 0o755 if name == "kubectl-vmlint" or name.endswith(".so") else 0o644
            opened.addfile(entry, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), mtime=0)


def manifest(wheel: Path, repository: str, archives: Mapping[tuple[str, str], Path]) -> str:
    """The manifest for krew, with the checksums of the archives where a release of the repository has them."""
    match = re.fullmatch(r"vmlint-([\w.]+)-py3-none-any\.whl", wheel.name)
    if match is None:
        raise ValueError(f"not a wheel of vmlint: {wheel.name}")
    text = (ROOT / "packaging" / "krew" / "vmlint.yaml").read_text("utf-8")
    text = text.replace("{{version}}", match[1]).replace("{{repository}}", repository)
    platforms = [
        {
            "selector": {"matchLabels": {"os": system, "arch": processor}},
            "uri": f"{repository}/releases/download/v{match[1]}/{file.name}",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "bin": "kubectl-vmlint",
        }
        for (system, processor), file in archives.items()
    ]
    written = yaml.safe_dump({"platforms": platforms}, sort_keys=False, width=200)
    lines = text.partition("\n")[2].replace("  platforms: []\n", "")
    return lines + "".join(f"  {line}\n" for line in written.splitlines())


if __name__ == "__main__":
    main()
