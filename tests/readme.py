"""The parts of the README that are made from the project: `python -m tests.accept` writes them anew.

A part stands between `<!-- name -->` and `<!-- /name -->`.
"""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import vmlint
from tests.cases import inside
from vmlint.registry import rules
from vmlint.report import text

__all__ = ["README", "filled"]

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
SAMPLE = "infer-label-missing"


def filled(readme: str) -> str:
    """The README with its parts as they have to be."""
    for name, part in (("sample", _sample()), ("rules", _rules())):
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        readme = mark.sub(lambda found, part=part: f"{found[1]}{part}{found[2]}", readme)  # type: ignore[misc]
    return readme


def _sample() -> str:
    with inside(ROOT):
        report = vmlint.check(["fixtures/quickstart"], select=[SAMPLE])
    said = text.render(report, quiet=True).strip("\n")
    return f"```console\n$ vmlint check fixtures/quickstart\n{said}\n…\n```\n"


def _rules() -> str:
    lines = ["| rule | name | effect | fault |", "|---|---|---|---|"]
    for family, members in groupby(rules(), key=lambda rule: rule.family):
        lines.append(f"| | **{family}** | | |")
        lines += [f"| {rule.id} | {rule.slug} | {rule.meta.effect} | {rule.title} |" for rule in members]
    return "\n".join(lines) + "\n"
