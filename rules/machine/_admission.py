"""What the rules on refused workloads share: the faults made of the refusals of admission."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission import subject_of
from vmlint.kubevirt.apply import Origin
from vmlint.model.access import get
from vmlint.model.chain import Hop
from vmlint.model.field import render
from vmlint.model.matcher import Matcher
from vmlint.model.refusal import Refuser
from vmlint.model.subjects import VirtualMachine, VirtualMachineInstanceReplicaSet, VirtualMachinePool, Workload
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.world import World
from vmlint.world.machine import WorkloadVerdict

from ._words import words_of

__all__ = ["refused"]

_MATCHERS = {Origin.INSTANCETYPE: Matcher.INSTANCETYPE, Origin.PREFERENCE: Matcher.PREFERENCE}


def refused(meta: Meta, workload: Workload, world: World, *subjects: str) -> Iterator[Fault | Doubt]:
    """What admission reports for the workload under these names."""
    for verdict in world.machine.admission(workload):
        refusal = verdict.refusal
        if subject_of(refusal) not in subjects:
            continue
        place, words = workload.at(*refusal.path), words_of(refusal)
        if workload.patched and get(workload.data, *refusal.path) is None:
            yield meta.doubt(place, f"whether a kustomization fixes this: {words.wrong.rstrip('.')}")
        elif refusal.gate is not None:
            known = world.machine.gates.stage(refusal.gate) is not None
            question = (
                f"whether the feature gate `{refusal.gate}` is on" if known else f"what KubeVirt's `{refusal.gate}` is"
            )
            yield meta.doubt(place, f"{question}: {words.wrong.rstrip('.')}")
        else:
            message = f"{words.wrong}{_after(workload, verdict)}"
            fault = meta.at(place, message, fix=words.fix, effect=verdict.effect)
            fault = fault.along(_hops(workload, verdict, world))
            if words.edits is not None and verdict.origin is Origin.VM:
                fault = fault.with_fix(Fix.SAFE, *words.edits(refusal))
            yield fault


def _hops(workload: Workload, verdict: WorkloadVerdict, world: World) -> tuple[Hop, ...]:
    """How the value came into the field, where it is not written there."""
    if verdict.origin is Origin.VM:
        return ()
    shown = "" if isinstance(verdict.value, dict | list) else f": {verdict.value}"
    detail = f"{render(verdict.refusal.path[len(workload.vmi_path) :])}{shown}"
    matcher = _MATCHERS.get(verdict.origin)
    match = world.vms.match(workload, matcher) if matcher and isinstance(workload, VirtualMachine) else None
    if match is None or match.resolution is None:
        return (Hop(f"KubeVirt's default: {detail}", None),)
    ref, owner = match.resolution.ref, match.resolution.resource
    source = f", from {owner.document.file}" if owner and not owner.document.text else ""
    hops = match.chain.hops if match.chain else ()
    return (*hops, Hop(f"{ref.kind} {ref.short} gives {detail}{source}", owner.at("spec") if owner else None))


def _after(workload: Workload, verdict: WorkloadVerdict) -> str:
    """What comes of a workload that is accepted nevertheless."""
    if verdict.effect is not Effect.STUCK:
        return ""
    if verdict.refusal.by is Refuser.NODE:
        return " KubeVirt accepts it, and the guest never starts."
    if isinstance(workload, VirtualMachinePool):
        return " KubeVirt accepts the pool, and none of its VMs starts."
    if isinstance(workload, VirtualMachineInstanceReplicaSet):
        return " KubeVirt accepts the replica set and refuses its VirtualMachineInstances."
    return " KubeVirt accepts the VM and refuses its VirtualMachineInstance, so the VM never starts."
