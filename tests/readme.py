"""The parts of the README that are made from the project: `python -m tests.accept` writes them anew.

A part stands between `<!-- name -->` and `<!-- /name -->`.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from itertools import groupby
from pathlib import Path

import vmlint
from tests.docs import about_family
from tests.history import commit
from vmlint.cli import main
from vmlint.registry import rules
from vmlint.report import text

__all__ = ["README", "filled"]

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PACK = ROOT / "fixtures" / "packs" / "house.yaml"
SAMPLE = "infer-label-missing"
SAMPLE_LABEL = "instancetype.kubevirt.io/default-instancetype"
COMMANDS = {
    "trace": ("vmlint trace fixtures/quickstart --vm shop/web",),
    "expand": ("vmlint expand fixtures/quickstart --vm shop/cache --explain", "grep -v '# VM$'"),
    "customize": ("vmlint customize u1.medium --name u1.mysize --vcpus 4 --memory 4Gi",),
    "fix": ("vmlint check fixtures/running-deprecated/bad --diff",),
    "house": ("vmlint check fixtures/quickstart --rules fixtures/packs/house.yaml --select HOUSE002",),
    "create-pvc": ("vmlint create-pvc --name scratch --size 10Gi --from fixtures/quickstart",),
}
"""The commands that the README shows with what they print; what they are piped into is for people."""


def filled(readme: str) -> str:
    """The README with its parts as they have to be."""
    parts = {
        "sample": _sample(),
        "changed": _changed(),
        "rules": _rules(),
        "fixes": _fixes(),
        "pack": f"```yaml\n{PACK.read_text('utf-8')}```\n",
        "new": _begun(),
        **{name: _shown(*words) for name, words in COMMANDS.items()},
    }
    for name, part in parts.items():
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        readme = mark.sub(lambda found, part=part: f"{found[1]}{part}{found[2]}", readme)  # type: ignore[misc]
    return readme


def _sample() -> str:
    with chdir(ROOT):
        report = vmlint.check(["fixtures/quickstart"], select=[SAMPLE])
    said = text.render(report, quiet=True).strip("\n")
    return f"```console\n$ vmlint check fixtures/quickstart\n{said}\n…\n```\n"


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


def _rules() -> str:
    lines = ["| family | rules | what they are about |", "|---|---|---|"]
    for family, members in groupby(rules(), key=lambda rule: rule.family):
        first, *_, last = listed = list(members)
        link = f"[{family}](docs/rules/README.md#{family})"
        lines.append(f"| {link} | {len(listed)}: {first.id} to {last.id} | {about_family(family).rstrip('.')} |")
    return "\n".join(lines) + "\n"


def _fixes() -> str:
    lines = ["| rule | name | fix | fault |", "|---|---|---|---|"]
    lines += [
        f"| {rule.id} | [{rule.slug}](docs/rules/{rule.slug}.md) | {rule.meta.fix} | {rule.title} |"
        for rule in rules()
        if rule.meta.fix
    ]
    return "\n".join(lines) + "\n"
