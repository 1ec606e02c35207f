"""The parts of the README and of pages under `docs/` that are made from the project, by `python -m tools.accept`.

A part is between `<!-- name -->` and `<!-- /name -->`.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from itertools import groupby
from pathlib import Path

from tests.history import commit
from tools.docs import about_family
from vmlint.cli import main
from vmlint.registry import rules

__all__ = ["README", "filled", "filled_pages"]

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PACK = ROOT / "fixtures" / "packs" / "house.yaml"
SAMPLE_LABEL = "instancetype.kubevirt.io/default-instancetype"
COMMANDS = {
    "trace": ("vmlint trace fixtures/quickstart --vm shop/web",),
    "expand": ("vmlint expand fixtures/quickstart --vm shop/cache --explain", "grep -v '# VM$'"),
    "customize": ("vmlint customize u1.medium --name u1.mysize --vcpus 4 --memory 4Gi",),
    "fix": ("vmlint check fixtures/running-deprecated/bad --diff",),
    "house": ("vmlint check fixtures/quickstart --rules fixtures/packs/house.yaml --select HOUSE002",),
    "create-pvc": ("vmlint create-pvc --name scratch --size 10Gi --from fixtures/quickstart",),
}
"""The commands that pages show with what they print; what they are piped into is for people."""


def filled_pages() -> dict[Path, str]:
    """The README and the pages written by hand, each with its parts as they have to be."""
    made = {README: filled(README.read_text("utf-8"), "docs/rules/")}
    for page in sorted((ROOT / "docs").glob("*.md")):
        text = page.read_text("utf-8")
        if _MARK.search(text):
            made[page] = filled(text, "rules/")
    return made


_MARK = re.compile(r"(<!-- ([a-z-]+) -->\n).*?(<!-- /\2 -->)", re.DOTALL)


def filled(text: str, to_rules: str) -> str:
    """The text with its parts as they have to be; `to_rules` leads from it to the folder of the rules' pages.

    KeyError for a part that nobody makes.
    """
    return _MARK.sub(lambda mark: f"{mark[1]}{_part(mark[2], to_rules)}{mark[3]}", text)


@cache
def _part(name: str, to_rules: str) -> str:
    if name in COMMANDS:
        return _shown(*COMMANDS[name])
    makers: dict[str, Callable[[], str]] = {
        "sample": _sample,
        "changed": _changed,
        "rules": lambda: _rules(to_rules),
        "fixes": lambda: _fixes(to_rules),
        "pack": lambda: f"```yaml\n{PACK.read_text('utf-8')}```\n",
        "new": _begun,
    }
    return makers[name]()


def _sample() -> str:
    """The first finding, as the command prints it."""
    command = "vmlint check fixtures/quickstart"
    first = _shown(command).partition("\n\n")[0]
    return f"{first}\n…\n```\n"


def _changed() -> str:
    """The sample's repository, in which a label is gone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "fixtures/quickstart", folder, dirs_exist_ok=True)
        commit(folder, {})
        claim = folder / "images/debian/claim.yaml"
        kept = [line for line in claim.read_text("utf-8").splitlines(keepends=True) if SAMPLE_LABEL not in line]
        claim.write_text("".join(kept), "utf-8")
        return _shown("vmlint check --changed --select inference", folder=folder)


def _begun() -> str:
    """A rule that is begun in an empty folder, its code, and the run of its cases."""
    with tempfile.TemporaryDirectory() as name, redirect_stderr(io.StringIO()):
        folder = Path(name)
        begun = _shown("vmlint new rule disk-unapproved", folder=folder)
        tested = _shown("vmlint test policies/", folder=folder)
        code = (folder / "policies/disk_unapproved.py").read_text("utf-8").rpartition('"""\n')[2].strip()
    console = begun.removesuffix("```\n") + tested.partition("\n")[2]
    return f"{console}\n```python\n{code}\n```\n"


def _shown(command: str, pipe: str = "", *, folder: Path = ROOT) -> str:
    out = io.StringIO()
    with chdir(folder), redirect_stdout(out):
        main(shlex.split(command)[1:])
    unwanted = re.fullmatch(r"grep -v '(.*)'", pipe)
    lines = [line for line in out.getvalue().splitlines() if not (unwanted and re.search(unwanted[1], line))]
    said = "\n".join(lines)
    return f"```console\n$ {' | '.join(filter(None, (command, pipe)))}\n{said}\n```\n"


def _rules(to_rules: str) -> str:
    lines = ["| family | rules | what they are about |", "|---|---|---|"]
    for family, members in groupby(rules(), key=lambda rule: rule.family):
        first, *_, last = listed = list(members)
        link = f"[{family}]({to_rules}README.md#{family})"
        lines.append(f"| {link} | {len(listed)}: {first.id} to {last.id} | {about_family(family).rstrip('.')} |")
    return "\n".join(lines) + "\n"


def _fixes(to_rules: str) -> str:
    lines = ["| rule | name | fix | fault |", "|---|---|---|---|"]
    lines += [
        f"| {rule.id} | [{rule.slug}]({to_rules}{rule.slug}.md) | {rule.meta.fix} | {rule.title} |"
        for rule in rules()
        if rule.meta.fix
    ]
    return "\n".join(lines) + "\n"
