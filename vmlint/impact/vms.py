"""What an edit does to a VM, in words and with its place in the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from vmlint.findings.finding import Step
from vmlint.findings.location import object_id, where
from vmlint.impact.model import LiveChange, ObjectChange, ValueChange, Verdict
from vmlint.impact.pairing import Pair
from vmlint.impact.refusal import newly_stuck, rejected, rejected_change
from vmlint.impact.values import effective_values, matches, shown
from vmlint.kubevirt.apply import PCI_TOPOLOGY
from vmlint.kubevirt.applying import Applying
from vmlint.kubevirt.update.controller import Synced, runs_at_once
from vmlint.kubevirt.update.differences import changed_paths
from vmlint.kubevirt.update.outcome import Failure, Live, UpdateReason
from vmlint.kubevirt.update.volumes import VOLUMES
from vmlint.model.access import get, mapping
from vmlint.model.field import Path, render
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.refusal import Refusal
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import VirtualMachine, VirtualMachinePool
from vmlint.registry.words import wrong_with_guest
from vmlint.rule import Change, Rule
from vmlint.world import World
from vmlint.world.edited import edited_path
from vmlint.world.outcome import reason_of
from vmlint.world.update import Refused, Updated, VmUpdate, update
from vmlint.world.update_phrases import failed, goes_on, restarted

__all__ = ["changed_vm", "edited_at", "runs", "stuck_vm", "value_changes", "vm_update"]

_TEMPLATE: Path = ("spec", "template")
_VMI: Path = (*_TEMPLATE, "spec")
_DATA_VOLUME = BY_GROUP_KIND["cdi.kubevirt.io", "DataVolume"]


def vm_update(pair: Pair) -> VmUpdate | None:
    """The update of a VM, where a pair is one VM before and after."""
    if pair.before is None or pair.after is None:
        return None
    old, new = pair.before.resource, pair.after.resource
    if (
        not isinstance(old, VirtualMachine)
        or not isinstance(new, VirtualMachine)
        or isinstance(new, VirtualMachinePool)
    ):
        return None
    return VmUpdate(old, new, pair.before.world, pair.after.world)


def runs(resource: Resource) -> bool:
    """Whether an object is a VM whose guest is started as soon as the VM is created."""
    is_vm = isinstance(resource, VirtualMachine) and not isinstance(resource, VirtualMachinePool)
    return is_vm and runs_at_once(mapping(resource.data, "spec"), running=False)


def changed_vm(work: VmUpdate, deployments: tuple[str, ...], rules: Sequence[Rule]) -> ObjectChange | None:
    """What becomes of a VM that is there before and after; None where nothing does."""
    old, new = work.old, work.new
    before, after = work.worlds
    change = Change(old, new, before, strict=True)
    result = update(work, lambda vm: [*rejected_change(change, after, rules), *rejected(vm, after, rules)])
    if result.refused:
        return _refused(result.refused, work, deployments)
    if result.unknown:
        known = _own_part(result, work)
        if known is None:
            return _undecided(result.unknown, work, deployments)
        result = known
    edited = old.data != new.data
    stuck = next(_stuck(result, change, after, rules), None)
    told = _updated(result, work, deployments, stuck, edited=edited)
    if edited and (earlier := next(iter(rejected(old, before, rules)), None)):
        message = f"the cluster refused the VM before as well, so it has an earlier version or none: {earlier.message}"
        told = told._replace(notes=(*told.notes, message))
    quiet = told.verdict is Verdict.NOTHING and not (
        told.next_start or told.run or told.never_starts or told.controller_error
    )
    return None if quiet and not edited else told


def stuck_vm(work: VmUpdate, deployments: tuple[str, ...], rules: Sequence[Rule]) -> ObjectChange | None:
    """What becomes of a VM that nobody edits, and that names an edited object; None where its guest can start again."""
    found = _in_template(newly_stuck(Change(work.old, work.new, work.worlds[0]), work.worlds[1], rules))
    stuck = next(found, None)
    if stuck is None:
        return None
    document, span = where(Place(work.new, stuck.path))
    runs_on = "continues to run, but can't start again" if runs(work.new) else "is stopped, and can't start"
    return ObjectChange(
        object_id(work.new),
        Verdict.NOTHING,
        f"the guest {runs_on}: {stuck.message.rstrip('.')}.",
        next_start=True,
        never_starts=stuck.message,
        fix=stuck.fix,
        file=document.file,
        line=span.line,
        deployments=deployments,
    )


def value_changes(work: VmUpdate, deployments: tuple[str, ...]) -> ObjectChange | None:
    """What a VM that nobody edits gets otherwise at its next start, since its surroundings differ; None for nothing.

    The version of the PCI topology is left out: it depends on the release that first started the guest.
    """
    topology = render(("metadata", "annotations", PCI_TOPOLOGY))
    values = tuple(value for value in effective_values(update(work), work) if value.path != topology)
    if not values:
        return None
    document, span = where(work.new.named)
    return ObjectChange(
        object_id(work.new),
        Verdict.NOTHING,
        "the guest gets the new values at its next start.",
        next_start=True,
        waiting=tuple(value.path for value in values),
        values=values,
        file=document.file,
        line=span.line,
        deployments=deployments,
    )


def _stuck(result: Updated, change: Change, world: World, rules: Sequence[Rule]) -> Iterator[Refused]:
    """What keeps the guest from starting again after the edit, by the rules about its template. What the controller
    does with instancetype, preference and DataVolume templates is in the result."""
    if result.admitted is not None:
        yield from _in_template(newly_stuck(change._replace(new=result.admitted), world, rules))


def _in_template(found: Iterable[Refused]) -> Iterator[Refused]:
    yield from (refused for refused in found if refused.path[: len(_TEMPLATE)] == _TEMPLATE)


def _refused(refused: Sequence[Refused], work: VmUpdate, deployments: tuple[str, ...]) -> ObjectChange:
    first = refused[0]
    file, line = edited_at(work.old, work.new, [reason.path for reason in refused])
    return ObjectChange(
        object_id(work.new),
        Verdict.REFUSED,
        first.message,
        fields=tuple(dict.fromkeys(render(reason.path) for reason in refused)),
        fix=first.fix,
        file=file,
        line=line,
        deployments=deployments,
    )


def _own_part(result: Updated, work: VmUpdate) -> Updated | None:
    """What the fields of the VM itself do, where what an instancetype or preference gives is not known; None where
    nobody can tell."""

    def own(paths: Sequence[Path], base: Path) -> tuple[Path, ...]:
        return tuple(path for path in paths if get(work.old.data, *base, *path) != get(work.new.data, *base, *path))

    restarts = [restart._replace(fields=own(restart.fields, _VMI)) for restart in result.synced.restarts]
    restarts = [restart for restart in restarts if restart.fields]
    if not restarts and result.running == result.stays:
        return None
    return result._replace(
        synced=result.synced._replace(restarts=tuple(restarts), live=()),
        waiting=own(result.waiting, _TEMPLATE),
        never_starts="",
        new_guest=None,
    )


def _undecided(unknown: Sequence[Matcher], work: VmUpdate, deployments: tuple[str, ...]) -> ObjectChange:
    nouns = " and ".join(matcher.noun for matcher in unknown)
    file, line = edited_at(work.old, work.new, [work.new.matcher_path(matcher) for matcher in unknown])
    return ObjectChange(
        object_id(work.new),
        Verdict.UNDECIDED,
        f"the files lack the values of the {nouns} before or after the edit, which decide what the guest gets.",
        notes=tuple(_templates(work, None)),
        chain=tuple(_chain(work)),
        file=file,
        line=line,
        deployments=deployments,
    )


def _updated(
    result: Updated, work: VmUpdate, deployments: tuple[str, ...], stuck: Refused | None, *, edited: bool
) -> ObjectChange:
    synced = result.synced
    running = result.running and result.stays
    verdict = Verdict.NOTHING
    if running and synced.restarts:
        verdict = Verdict.RESTART
    elif running and synced.live:
        verdict = Verdict.LIVE
    fields = tuple(dict.fromkeys(render((*_VMI, *path)) for restart in synced.restarts for path in restart.fields))
    never_starts = _never_starts(result) or (stuck.message if stuck else "")
    values = tuple(effective_values(result, work))
    places = [stuck.path] if stuck else []
    if synced.failure is not None:
        path = synced.failure.path
        places.append(path if path[:1] in (("spec",), ("metadata",)) else (*_VMI, *path))
    places += [path for restart in synced.restarts for path in ((*_VMI, *field) for field in restart.fields)]
    places += [(*_VMI, *change.path) for change in synced.live]
    places += [(*_TEMPLATE, *path) for path in result.waiting]
    places += [work.new.matcher_path(matcher) for matcher in Matcher]
    file, line = edited_at(work.old, work.new, places)
    run = None if result.running == result.stays else "starts" if result.stays else "stops"
    return ObjectChange(
        object_id(work.new),
        verdict,
        _message(result, verdict, run, values, never_starts, edited=edited),
        fields=fields if verdict is Verdict.RESTART else (),
        live=tuple(map(_live, synced.live)) if running else (),
        next_start=bool(result.waiting or never_starts),
        waiting=tuple(render(path) for path in result.waiting),
        run=run,
        never_starts=never_starts,
        controller_error=failed(synced.failure) if synced.failure else "",
        values=values,
        fix=stuck.fix if stuck else "",
        notes=tuple(_notes(result, work, synced)),
        chain=tuple(_chain(work)),
        file=file,
        line=line,
        deployments=deployments,
    )


def _never_starts(result: Updated) -> str:
    why = result.never_starts
    if why and result.synced.failure is not None:
        said = failed(result.synced.failure)
        return said if said.startswith("CDI") else f"{said[:1].lower()}{said[1:]}"
    if not isinstance(why, Refusal):
        return why
    return reason_of(why) if isinstance(why.code, Applying) else wrong_with_guest(why)


def _message(
    result: Updated,
    verdict: Verdict,
    run: str | None,
    values: Sequence[ValueChange],
    never_starts: str,
    *,
    edited: bool,
) -> str:
    synced = result.synced
    if never_starts:
        stopped = "stops, and can't start again" if result.running else "is stopped, and can't start"
        what = "continues to run, but can't start again" if result.running and result.stays else stopped
        return f"the guest {what}: {never_starts.rstrip('.')}."
    if synced.failure is not None:
        done = f" Before that: {_listed(synced.live)}." if synced.live and verdict is not Verdict.NOTHING else ""
        return f"{failed(synced.failure)} {goes_on(synced.failure)}{done}"
    if verdict is Verdict.RESTART:
        return restarted(synced.restarts[0], synced.guest)
    if verdict is Verdict.LIVE:
        waits = "; the rest waits for the next start" if result.waiting else ""
        return f"changed in the running guest: {_listed(synced.live)}{waits}."
    if run:
        return f"the guest {run} at once."
    if result.waiting:
        who = "the running guest keeps its values" if result.running else "the guest is stopped"
        return f"{who}, without a condition or event: the change takes effect at the next start."
    if not values and edited:
        return "no value that reaches the guest changes."
    return (
        "the guest is stopped: it gets the new values at its next start." if not result.running else "nothing changes."
    )


def _notes(result: Updated, work: VmUpdate, synced: Synced) -> Iterator[str]:
    yield from _templates(work, synced.failure)
    for matcher in result.unknown:
        yield f"the values of the {matcher.noun} before or after the edit are not in the files, so there may be more"
    waiting_for_migration = [change for change in synced.live if change.by_migration]
    moves_disks = any(change.path == VOLUMES for change in waiting_for_migration)  # so they keep it from nothing
    if waiting_for_migration and result.migratable is False and not moves_disks:
        names = ", ".join(render(("spec", *change.path)) for change in waiting_for_migration)
        yield f"the guest can't be migrated, so it never gets changes that need a migration: {names}"
    elif waiting_for_migration and result.migratable is None and not moves_disks:
        yield "the files do not determine whether the guest can be migrated: without a migration it does not get this"
    if synced.restarts and synced.live:
        yield "some of the change reaches the running guest at once, the rest waits for the restart"


def _templates(work: VmUpdate, failure: Failure | None) -> Iterator[str]:
    """What becomes of edited DataVolume templates: a DataVolume that exists is not made anew.

    Source: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (handleDataVolumes).
    """
    before, after = ({name: template for _, name, template in vm.templates()} for vm in (work.old, work.new))
    for name, template in after.items():
        if name not in before:
            ref = Ref(_DATA_VOLUME.group, _DATA_VOLUME.name, work.old.namespace, name)
            was, stays = (world.cluster.named(ref) for world in work.worlds)
            if was and stays:
                yield f"DataVolume `{name}` exists, so KubeVirt does not create it from the template"
            elif was:
                yield f"DataVolume `{name}` exists, and KubeVirt creates it anew from the template once it is deleted"
            elif failure is None or failure.why is not UpdateReason.DATA_VOLUME_REFUSED:
                yield f"DataVolume `{name}` is created in addition to the existing ones"
        elif changed := [render(path) for path in changed_paths(before[name], template)]:
            yield (
                f"DataVolume `{name}` exists and does not change: KubeVirt does not read its template again "
                f"({', '.join(changed[:3])})"
            )
    for name in before:
        if name not in after:
            yield f"DataVolume `{name}` stays, and is deleted with the VM"


def _listed(changes: Sequence[Live]) -> str:
    more = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
    return ", ".join(str(_live(change)) for change in changes[:3]) + more


def _live(change: Live) -> LiveChange:
    path = change.path if change.path[0] == "metadata" else ("spec", *change.path)
    entry = f"[{change.entry}]" if change.entry else ""
    return LiveChange(
        f"{render(path)}{entry}", change.what, shown(change.before), shown(change.after), change.by_migration
    )


def _chain(work: VmUpdate) -> Iterator[Step]:
    """What the VM gets of its matchers, before and after, where that differs."""
    for matcher, (was, now) in matches(work).items():
        if was != now:
            path = work.new.matcher_path(matcher, "name") if now else ("metadata", "name")
            document, span = where(Place(work.new, path))
            yield Step(f"{matcher.noun} {was or 'none'} → {now or 'none'}", document.file, span.line)


def edited_at(old: Resource, new: Resource, places: Sequence[Path]) -> tuple[str, int]:
    """The file and the line of an edit, see `edited_path`."""
    document, span = where(Place(new, edited_path(old.data, new.data, places)))
    return document.file, span.line
