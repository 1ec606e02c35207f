"""Reports as text and back: nothing of them is lost."""

from __future__ import annotations

from vmlint.cache.reports import packed, unpacked
from vmlint.findings.finding import (
    Counts,
    FileFix,
    Finding,
    ObjectId,
    Report,
    Skipped,
    Stale,
    Step,
    Suppressed,
    Undecided,
)
from vmlint.model.effect import Effect, Level
from vmlint.model.suppression import Source
from vmlint.registry import rules
from vmlint.rule import Fix
from vmlint.source.edit import Move, Put, Quote, Remove

VM = ObjectId("kubevirt.io/v1", "VirtualMachine", "shop", "web")
PATH = ("spec", "volumes", 0)


def finding(resource: ObjectId | None = VM, chain: tuple[Step, ...] = (), file_fix: FileFix | None = None) -> Finding:
    return Finding(
        rule="VM101",
        slug="slug",
        effect=Effect.RISK,
        level=Level.NOTE,
        resource=resource,
        field="spec.volumes[0]",
        message="a `message` – \ud800 \x1b",
        fix="do this",
        file="vm\n.yaml",
        line=1,
        column=2,
        end_line=3,
        end_column=4,
        chain=chain,
        excerpt="\tname: web",
        file_fix=file_fix,
    )


def test_all_of_a_report_comes_back() -> None:
    edits = (
        Put(PATH, {"a": [1, 2.5, None, "x"]}),
        Move(PATH, (*PATH, "a")),
        Remove(PATH),
        Remove(PATH, True),
        Quote(PATH),
    )
    report = Report(
        version="1",
        findings=(
            finding(),
            finding(None, (Step("one", "", 0), Step("two", "b.yaml", 7))),
            finding(file_fix=FileFix("vm.yaml", 2, edits, Fix.UNSAFE, "an alias")),
        ),
        skipped=(Skipped("a.yaml", 3, "a template"),),
        undecided=(Undecided("b.yaml", 1, VM, "why"), Undecided("c.yaml", 2, None, "")),
        counts=Counts(1, 2, 3, 4, 5, 6),
        rules=rules()[2:5],
        suppressed=(Suppressed(finding(), Source.ANNOTATION, "known", "b.yaml", 1),),
        stale=(Stale("VM101", "VM web", "spec", 2),),
        baseline="base.json",
    )
    assert unpacked(packed(report), rules()) == report


def test_a_report_of_rules_that_are_gone_is_none() -> None:
    assert unpacked(packed(Report("1", rules=rules()[:2])), rules()[1:]) is None
