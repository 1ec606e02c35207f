"""The extension for Visual Studio Code: its manifest, its types, and its package."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from vmlint.config.settings import SETTINGS
from vmlint.server.actions import FIX_ALL
from vmlint.server.lenses import DIFF, EXPAND
from vmlint.server.options import Options
from vmlint.version import VERSION

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors" / "vscode"
MANIFEST: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text("utf-8"))
PROPERTIES: dict[str, Any] = MANIFEST["contributes"]["configuration"]["properties"]


def test_the_extension_has_the_version_of_vmlint() -> None:
    assert MANIFEST["version"] == re.sub(r"[^0-9.].*", "", VERSION)


def test_a_workspace_can_not_name_a_program() -> None:
    assert PROPERTIES["vmlint.server.path"]["scope"] == "machine"


def test_an_untrusted_workspace_sets_nothing() -> None:
    trust = MANIFEST["capabilities"]["untrustedWorkspaces"]
    assert trust["supported"] == "limited"
    assert sorted(trust["restrictedConfigurations"]) == sorted(PROPERTIES)


def test_the_server_knows_the_settings_of_the_extension() -> None:
    """With its defaults the client sends what the server takes, and nothing that it complains about."""
    sent = {name.removeprefix("vmlint."): row["default"] for name, row in PROPERTIES.items()}
    assert Options.of(sent) == Options(overrides={})
    sent |= {"files": "all", "hints": False, "lenses": False, "settings": {"closed-world": True}}
    options = Options.of(sent)
    assert (options.all_files, options.hints, options.lenses, options.mistakes) == (True, False, False, ())
    assert options.overrides == {next(one.field for one in SETTINGS if one.key == "closed-world"): True}


def test_every_command_is_there_and_documented() -> None:
    source = (EXTENSION / "src" / "extension.ts").read_text("utf-8")
    readme = (EXTENSION / "README.md").read_text("utf-8")
    for command in MANIFEST["contributes"]["commands"]:
        assert f'"{command["command"]}":' in source
        assert f"{command['category']}: {command['title']}" in readme
    for name in PROPERTIES:
        assert f"`{name}`" in readme or name.startswith("vmlint.trace")


def test_the_client_and_the_server_mean_the_same_commands() -> None:
    source = (EXTENSION / "src" / "extension.ts").read_text("utf-8")
    assert {EXPAND, DIFF} == set(re.findall(r'"(vmlint\.\w+)": "', source))
    assert f'kind: "{FIX_ALL}"' in source


def test_the_lock_names_no_registry_but_the_public_one() -> None:
    packages = json.loads((EXTENSION / "package-lock.json").read_text("utf-8"))["packages"]
    addresses = [row["resolved"] for row in packages.values() if "resolved" in row]
    assert all(address.startswith("https://registry.npmjs.org/") for address in addresses)
    without = [name for name, row in packages.items() if name and "integrity" not in row]
    assert without == []


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the extension with its dependencies; nothing of these runs while they are installed."""
    if shutil.which("npm") is None or _major("node") < 20:
        pytest.skip("needs node 20 and npm")
    root = tmp_path_factory.mktemp("extension")
    shutil.copy(ROOT / "LICENSE", root)
    copy = root / "editors" / "vscode"
    shutil.copytree(EXTENSION, copy, ignore=shutil.ignore_patterns("node_modules", "dist", "*.vsix"))
    installed = _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], copy)
    if installed.returncode and re.search("ENOTFOUND|ETIMEDOUT|ECONNREFUSED|EAI_AGAIN", installed.stderr):
        pytest.skip("needs a registry of npm packages")
    assert installed.returncode == 0, installed.stderr
    return copy


@pytest.mark.slow
def test_the_types_are_right(extension: Path) -> None:
    checked = _run(["npm", "run", "--silent", "check"], extension)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
def test_the_package_holds_what_it_needs_and_no_more(extension: Path) -> None:
    built = _run(["npm", "run", "--silent", "package"], extension)
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(extension / "vmlint.vsix") as package:
        names = set(package.namelist())
        assert json.loads(package.read("extension/package.json"))["version"] == MANIFEST["version"]
        bundle = package.read("extension/dist/extension.js").decode("utf-8")
    assert names == {
        "[Content_Types].xml",
        "extension.vsixmanifest",
        "extension/LICENSE.txt",
        "extension/dist/extension.js",
        "extension/package.json",
        "extension/readme.md",
    }
    # All that is left to load are VS Code itself and parts of Node.
    loaded = set(re.findall(r'require\("([^"]+)"\)', bundle))
    node = json.loads(_run(["node", "-p", "JSON.stringify(require('module').builtinModules)"], extension).stdout)
    assert {name for name in loaded if name.removeprefix("node:") not in node} == {"vscode"}


def _run(command: Iterable[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CI": "1", "NO_COLOR": "1"}
    return subprocess.run([*command], cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _major(program: str) -> int:
    """The first number of a program's version, 0 where it is not there."""
    if shutil.which(program) is None:
        return 0
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+", version)
    return int(found[0]) if found else 0
