"""Made-up reports: one with something of everything, and one that a manifest's author means to do harm with."""

from __future__ import annotations

from pathlib import Path

from vmlint.findings.finding import Counts, Finding, ObjectId, Report, Skipped, Step, Undecided
from vmlint.rule import Effect, Level, Meta, Rule

_GOLDEN = Path(__file__).with_name("golden")

LABEL = "instancetype.kubevirt.io/default-instancetype"
DATABASE = "clusters/production/europe-west/vms/databases/postgres-primary.yaml"

PAGE = """The volume to infer from has no default instancetype or preference.

## What it does
Follows the volume to its claim, and looks
for the label there.

## Why it fails
There is nothing to infer.

## Bad
    kind: PersistentVolumeClaim

## Good
    kind: PersistentVolumeClaim
    metadata: {labels: {}}

## Source
KubeVirt `pkg/instancetype/infer`.
"""


def vm(name: str) -> ObjectId:
    return ObjectId("kubevirt.io/v1", "VirtualMachine", "shop", name)


def rule(number: str, slug: str, effect: Effect, page: str = PAGE) -> Rule:
    title = page.partition("\n")[0].rstrip(".")
    meta = Meta(number, effect, "0.1", object)
    return Rule(meta, slug, title, lambda: page, "inference", lambda subject, world: iter(()))


LABEL_MISSING = Finding(
    rule="VM103",
    slug="infer-label-missing",
    effect=Effect.REJECTED,
    level=Level.ERROR,
    resource=vm("web"),
    field="spec.instancetype.inferFromVolume",
    message=f"volume `root` leads to claim `golden/fedora`, which has no label `{LABEL}`.",
    fix="label the claim, or name the instancetype in the VM",
    file="vms/web.yaml",
    line=14,
    column=22,
    end_line=14,
    end_column=26,
    chain=(
        Step("volume root → DataVolume template web-root", "vms/web.yaml", 31),
        Step("template web-root → DataSource golden/fedora", "vms/web.yaml", 20),
        Step("DataSource golden/fedora → claim golden/fedora", "images/fedora.yaml", 9),
        Step("claim golden/fedora: label missing", "images/fedora.yaml", 22),
    ),
    excerpt="    inferFromVolume: root",
)

OVERRIDE = Finding(
    rule="VM210",
    slug="override-cpu",
    effect=Effect.RISK,
    level=Level.WARNING,
    resource=vm("db"),
    field="spec.template.spec.domain.cpu.sockets",
    message="`domain.cpu.sockets` stands beside the instancetype `u1.medium`. One of the two sizes the guest",
    fix="",
    file=DATABASE,
    line=102,
    column=30,
    end_line=102,
    end_column=31,
    chain=(
        Step("VM shop/db → VirtualMachineClusterInstancetype u1.medium", DATABASE, 40),
        Step("VirtualMachineClusterInstancetype u1.medium comes from the catalog", "", 0),
    ),
    excerpt='            "日本語"\t: sockets: 2 # and a comment which is far longer than what is shown of it anywhere',
)

OLD_VERSION = Finding(
    rule="VM701",
    slug="old-version",
    effect=Effect.DEPRECATED,
    level=Level.NOTE,
    resource=ObjectId("instancetype.kubevirt.io/v1alpha2", "VirtualMachineClusterPreference", "", "fedora"),
    field="apiVersion",
    message="`v1alpha2` is replaced by `v1beta1`",
    fix="write `instancetype.kubevirt.io/v1beta1`",
    file="prefs.yaml",
    line=1,
    column=13,
    end_line=1,
    end_column=46,
    excerpt="apiVersion: instancetype.kubevirt.io/v1alpha2",
)

UNREADABLE = Finding(
    rule="VM901",
    slug="unreadable",
    effect=Effect.UNREADABLE,
    level=Level.ERROR,
    resource=None,
    field="",
    message="a tab stands where blanks indent.",
    fix="indent with blanks",
    file="vms/tab.yaml",
    line=3,
    column=1,
    end_line=4,
    end_column=2,
    excerpt="\tkey: value",
)

HELM = "a Helm template: render the chart first"


REPORT = Report(
    version="0.1.0",
    findings=(OVERRIDE, OLD_VERSION, UNREADABLE, LABEL_MISSING),
    skipped=(
        *(Skipped(f"charts/{name}/templates/vm.yaml", 0, HELM) for name in "abcd"),
        Skipped("vms/list.yaml", 12, "not a mapping"),
    ),
    undecided=(
        Undecided("vms/mail.yaml", 8, vm("mail"), "the DataSource's name `${IMAGE}` holds a variable"),
        Undecided("vms/mail.yaml", 30, None, "a template expression stands for the whole document"),
    ),
    counts=Counts(files=5, documents=18, objects=12, irrelevant=4, outside=2, unknown=1),
    rules=(
        rule("VM210", "override-cpu", Effect.RISK),
        rule("VM103", "infer-label-missing", Effect.REJECTED),
        rule("VM701", "old-version", Effect.DEPRECATED, "Old.\n\nNo section."),
    ),
)


# What somebody would write to take over a terminal, a build log or a page.
EVIL = "\x1b[31m\r\n::error::pwned\n##[add-mask]x ##vso[task]y `](https://evil) {0} \u202e\ud800 %0A"

HOSTILE = Report(
    version="0.1.0",
    findings=(
        Finding(
            rule="VM103",
            slug="infer-label-missing",
            effect=Effect.REJECTED,
            level=Level.ERROR,
            resource=ObjectId(f"v1{EVIL}", f"::{EVIL}", EVIL, EVIL),
            field=EVIL,
            message=f"::error file=x::{EVIL}",
            fix=f"::warning::{EVIL}",
            file=f"::error::{EVIL},line=1",
            line=1,
            column=3,
            end_line=1,
            end_column=9,
            chain=(Step(f"::debug::{EVIL}", f"::a]{EVIL}", 2), Step(f"::debug::{EVIL}", "", 0)),
            excerpt=f"::{EVIL}",
        ),
    ),
    skipped=(Skipped(f"::{EVIL}", 0, f"::{EVIL}"),),
    undecided=(Undecided(f"::{EVIL}", 3, ObjectId("v1", f"::{EVIL}", "", EVIL), f"::{EVIL}"),),
    counts=Counts(files=1, documents=1, objects=1),
)


def golden(name: str) -> str:
    """The text of an expected output, byte for byte."""
    return (_GOLDEN / name).read_bytes().decode("utf-8")
