"""The same repository on two releases of KubeVirt: what an upgrade means for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vmlint.engine.analysis import analyse
from vmlint.engine.reporting import report_of
from vmlint.engine.reuse import Reuse
from vmlint.engine.snapshot import Snapshot
from vmlint.findings.finding import Finding, ObjectId
from vmlint.impact.compare import ordered
from vmlint.impact.model import Group, Impact, ObjectChange, ValueChange, Verdict
from vmlint.impact.pairing import pairs
from vmlint.impact.vms import value_changes, vm_update
from vmlint.kubevirt.releases import Behaviour, Release, behaviour
from vmlint.kubevirt.update.rollout import Rollout
from vmlint.rule import Effect
from vmlint.version import VERSION

__all__ = ["compare_releases"]

_VERDICTS = {Effect.REJECTED: Verdict.REFUSED}
_TOPICS = {
    Effect.REJECTED: Group.REFUSED,
    Effect.STUCK: Group.TROUBLE,
    Effect.UNREADABLE: Group.REFUSED,
    Effect.DEPRECATED: Group.DEPRECATED,
}
_KUBEVIRT = ObjectId("kubevirt.io/v1", "KubeVirt", "kubevirt", "kubevirt")

_BEHAVIOUR: Mapping[str, tuple[str, str, str]] = {
    "admits_missing": ("VMs whose instancetype or preference does not exist", "refused", "accepted, and not started"),
    "cpu_conflicts_by_field": (
        "fields of `domain.cpu` that conflict with an instancetype",
        "all",
        "those that the instancetype sets",
    ),
    "memory_conflicts_by_field": (
        "fields of `domain.memory` that conflict with an instancetype",
        "all",
        "those that the instancetype sets",
    ),
    "infers_from_snapshots": ("inference from VolumeSnapshots", "off", "on"),
    "guest_memory_by_default": (
        "guest memory that is not set",
        "left unset",
        "filled in from requests, limits or the page size",
    ),
    "firmware_ids_when_created": (
        "identifier of the firmware",
        "derived from the VM's name",
        "unique, and set when the VM is created, as is the serial number",
    ),
    "pci_topology_annotation": ("version of the PCI topology of new VMs", "not recorded", "recorded in an annotation"),
    "beta_gates_on": (
        "Beta feature gates",
        "off unless they are listed",
        "on unless `disabledFeatureGates` lists them",
    ),
}
"""What differs between releases where people notice it: its name, and what it was before and is since."""


def compare_releases(before: Snapshot, after: Snapshot, releases: tuple[Release, Release]) -> Impact:
    """What the repository means on the second release that it does not mean on the first: findings that appear or go,
    values of VMs that change at their next start, and defaults that change."""
    old, new = (report_of(analyse(snapshot, Reuse())) for snapshot in (before, after))
    known, current = ({_key(finding) for finding in report.findings} for report in (old, new))
    changes = [_appeared(finding) for finding in new.findings if _key(finding) not in known]
    changes += [_resolved(finding) for finding in old.findings if _key(finding) not in current]
    changes += _vms(before, after)
    changes += _defaults(before, after, releases)
    return Impact(
        f"KubeVirt {releases[0]}",
        f"KubeVirt {releases[1]}",
        changes=ordered(changes),
        unchanged=new.counts.objects - len({change.resource for change in changes}),
        assumptions=("The repository's result on each release is compared. Running guests don't change.",),
        skipped=new.skipped,
        version=VERSION,
    )


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.resource, finding.field, finding.file, finding.effect


def _appeared(finding: Finding) -> ObjectChange:
    return ObjectChange(
        finding.resource or ObjectId("", "file", "", finding.file),
        _VERDICTS.get(finding.effect, Verdict.NOTHING),
        finding.message,
        fields=(finding.field,) if finding.field else (),
        fix=finding.fix.rstrip("."),
        notes=(f"{finding.rule} {finding.slug}",),
        chain=finding.chain,
        file=finding.file,
        line=finding.line,
        topic=_TOPICS.get(finding.effect, Group.FINDING),
    )


def _resolved(finding: Finding) -> ObjectChange:
    return ObjectChange(
        finding.resource or ObjectId("", "file", "", finding.file),
        Verdict.NOTHING,
        f"no longer a finding: {finding.message}",
        fields=(finding.field,) if finding.field else (),
        notes=(f"{finding.rule} {finding.slug}",),
        file=finding.file,
        line=finding.line,
        topic=Group.RESOLVED,
    )


def _vms(before: Snapshot, after: Snapshot) -> Iterator[ObjectChange]:
    """VMs whose guests get other values when they are started on the second release."""
    for pair in pairs(before, after):
        if (work := vm_update(pair)) and pair.after and (change := value_changes(work, pair.after.deployments)):
            yield change


def _defaults(before: Snapshot, after: Snapshot, releases: tuple[Release, Release]) -> Iterator[ObjectChange]:
    old, new = (behaviour(release) for release in releases)
    values = [*_rollout(before, after, releases), *_words(old, new)]
    if values:
        yield ObjectChange(
            _KUBEVIRT,
            Verdict.NOTHING,
            "KubeVirt itself handles this differently.",
            values=tuple(values),
            topic=Group.DEFAULT,
        )


def _rollout(before: Snapshot, after: Snapshot, releases: tuple[Release, Release]) -> Iterator[ValueChange]:
    old, new = (
        Rollout.of(snapshot.world.kubevirt, release)
        for snapshot, release in zip((before, after), releases, strict=True)
    )
    if old.live_update != new.live_update:
        was, now = ("LiveUpdate" if rollout.live_update else "Stage" for rollout in (old, new))
        yield ValueChange("spec.configuration.vmRolloutStrategy", was, now, "default")
    if old.hotplugs_volumes != new.hotplugs_volumes:
        was, now = ("plugged at once" if rollout.hotplugs_volumes else "not plugged" for rollout in (old, new))
        yield ValueChange("volumes with `hotpluggable: true`", was, now, "default")


def _words(old: Behaviour, new: Behaviour) -> Iterator[ValueChange]:
    for name, (label, without, since) in _BEHAVIOUR.items():
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield ValueChange(label, without if now else since, since if now else without)
