"""Writes where vmlint is published into the tree, before a release is built: RELEASING.md.

The package gets the addresses for links in reports, its metadata `[project.urls]`, the README links that work on a
package index, and the examples that people copy the name of the repository in the place of OWNER.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]

_LINKS = "vmlint/report/links.py"
_VERSION = "vmlint/version.py"
_PROJECT = "pyproject.toml"
_EXAMPLES = ("README.md", "SECURITY.md", ".github/CODEOWNERS", "ci/vmlint.gitlab-ci.yml", "docs/ci.md")

# The comment that tells people to replace OWNER, up to what else it tells them.
_TOLD = re.compile(r"  +# replace OWNER(?:: [^;\n]*)?(?:; )?")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repository", required=True, help="such as https://github.com/acme/vmlint")
    parser.add_argument("--documentation", required=True, help="such as https://acme.github.io/vmlint")
    arguments = parser.parse_args()
    write(ROOT, arguments.repository.rstrip("/"), arguments.documentation.rstrip("/"))


def write(root: Path, repository: str, documentation: str) -> None:
    """Writes both addresses into the tree at `root`. ValueError for one that is not https, and where they are there."""
    for address in (repository, documentation):
        if not re.fullmatch(r"https://[\w.-]+(/[\w.-]+)*", address):
            raise ValueError(f"not an https address: {address}")
    version = _found(r'^VERSION = "(.+)"$', root / _VERSION)
    _replace(root / _LINKS, 'DOCUMENTATION: Final[str] = ""', f'DOCUMENTATION: Final[str] = "{documentation}"')
    _replace(root / _LINKS, 'REPOSITORY: Final[str] = ""', f'REPOSITORY: Final[str] = "{repository}"')
    _replace(
        root / _PROJECT, "[project.scripts]\n", f"{_urls(repository, documentation, version)}\n[project.scripts]\n"
    )
    name = urlsplit(repository).path.strip("/")
    for file in _EXAMPLES:
        text = (root / file).read_text("utf-8")
        text = _TOLD.sub(_rest, text).replace("OWNER/vmlint", name).replace("OWNER", name.partition("/")[0])
        text = re.sub(r" \(replace [^)]*\)", "", text)
        (root / file).write_text(absolute(text, repository, version) if file == "README.md" else text, "utf-8")


def absolute(readme: str, repository: str, version: str) -> str:
    """The README with links that work anywhere: to the files of this version. It shows no pictures."""
    return re.sub(r"\]\((?!https?:|#)([^)\s]+)\)", rf"]({repository}/blob/v{version}/\1)", readme)


def _rest(found: re.Match[str]) -> str:
    """What stays of a comment that told more than to replace OWNER."""
    return "   # " if found[0].endswith("; ") else ""


def _urls(repository: str, documentation: str, version: str) -> str:
    rows = {
        "Documentation": documentation,
        "Source": repository,
        "Changelog": f"{repository}/blob/v{version}/CHANGELOG.md",
        "Issues": f"{repository}/issues",
    }
    return "\n".join(("[project.urls]", *(f'{name} = "{address}"' for name, address in rows.items()), ""))


def _found(pattern: str, file: Path) -> str:
    found = re.search(pattern, file.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise ValueError(f"{file} has no line {pattern}")
    return found[1]


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{file} has no `{old.strip()}`: are the addresses written already?")
    file.write_text(text.replace(old, new), "utf-8")


if __name__ == "__main__":
    main()
