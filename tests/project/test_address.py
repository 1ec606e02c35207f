"""What a release writes into the tree: where it is published. Before that, no text pretends to know."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from vmlint.report import links
from vmlint.version import VERSION

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://git.example.com/acme/vmlint"
SITE = "https://docs.example.com/vmlint"
FILES = (
    "README.md",
    "SECURITY.md",
    "pyproject.toml",
    ".github/CODEOWNERS",
    "ci/vmlint.gitlab-ci.yml",
    "docs/ci.md",
    "tools/address.py",
    "vmlint/version.py",
    "vmlint/report/links.py",
)
PEOPLE_COPY_FROM = sorted(
    file
    for pattern in ("*.md", "*.yml", "docs/*.md", "ci/*", ".github/**/*", "packaging/**/*")
    for file in ROOT.glob(pattern)
    if file.is_file()
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def address(tree: Path, repository: str = REPOSITORY, documentation: str = SITE) -> subprocess.CompletedProcess[str]:
    words = [
        sys.executable,
        str(tree / "tools/address.py"),
        "--repository",
        repository,
        "--documentation",
        documentation,
    ]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_the_tree_knows_no_address() -> None:
    assert (links.DOCUMENTATION, links.REPOSITORY) == ("", "")
    assert "urls" not in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_each_line_with_a_placeholder_asks_to_replace_it() -> None:
    placeholder = re.compile(r"(?<![A-Z_])OWNER(?![A-Z_])")
    lines = [line for file in PEOPLE_COPY_FROM for line in file.read_text("utf-8").splitlines()]
    with_placeholder = [line for line in lines if placeholder.search(line)]
    assert with_placeholder
    assert [line for line in with_placeholder if "replace OWNER" not in line] == []


def test_a_release_has_addresses_and_no_placeholder(tree: Path) -> None:
    done = address(tree)
    assert done.returncode == 0, done.stderr
    for name in FILES:
        text = (tree / name).read_text("utf-8")
        assert name.startswith("tools") or "OWNER" not in text, name
    project = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["urls"]["Documentation"] == SITE
    assert project["scripts"]["vmlint"] == "vmlint.__main__:main"
    written = (tree / "vmlint/report/links.py").read_text("utf-8")
    assert f'DOCUMENTATION: Final[str] = "{SITE}"' in written
    assert f'REPOSITORY: Final[str] = "{REPOSITORY}"' in written
    assert "- uses: acme/vmlint@" in (tree / "docs/ci.md").read_text("utf-8")


def test_links_of_the_readme_work_on_a_package_index(tree: Path) -> None:
    address(tree)
    targets = re.findall(r"\]\(([^)]+)\)", (tree / "README.md").read_text("utf-8"))
    assert len(targets) > 20
    assert [target for target in targets if not target.startswith(f"{REPOSITORY}/blob/v{VERSION}/")] == []


def test_it_writes_only_once_and_only_addresses(tree: Path) -> None:
    assert address(tree, documentation='https://a" + evil() + "').returncode != 0
    assert address(tree).returncode == 0
    again = address(tree)
    assert again.returncode != 0
    assert "written already" in again.stderr
