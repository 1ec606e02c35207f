"""What the rules on refused workloads share: the faults made of what admission says."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.apply import Origin
from vmlint.model.access import get
from vmlint.model.chain import Hop
from vmlint.model.field import render
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine, VirtualMachineInstanceReplicaSet, VirtualMachinePool, Workload
from vmlint.rule import Doubt, Effect, Fault, Fix, Meta
from vmlint.world import World
from vmlint.world.machine import Refusal

__all__ = ["refused"]

_MATCHERS = {Origin.INSTANCETYPE: Matcher.INSTANCETYPE, Origin.PREFERENCE: Matcher.PREFERENCE}


def refused(meta: Meta, workload: Workload, world: World, *subjects: str) -> Iterator[Fault | Doubt]:
    """What admission says of the workload under these names."""
    for refusal in world.machine.admission(workload):
        cause = refusal.cause
        if cause.subject not in subjects:
            continue
        place = workload.at(*cause.path)
        if workload.patched and get(workload.data, *cause.path) is None:
            yield meta.doubt(place, f"whether a kustomization fixes this: {cause.message.rstrip('.')}")
        elif cause.gate is not None:
            known = world.machine.gates.stage(cause.gate) is not None
            unsaid = f"whether the feature gate `{cause.gate}` is on" if known else f"what KubeVirt's `{cause.gate}` is"
            yield meta.doubt(place, f"{unsaid}: {cause.message.rstrip('.')}")
        else:
            message = f"{cause.message}{_after(workload, refusal.effect)}"
            fault = meta.at(place, message, fix=cause.fix, effect=refusal.effect)
            fault = fault.along(_hops(workload, refusal, world))
            yield fault.mended(Fix.SAFE, *cause.edits) if cause.edits and refusal.origin is Origin.VM else fault


def _hops(workload: Workload, refusal: Refusal, world: World) -> tuple[Hop, ...]:
    """How the value came into the field, where it does not stand there."""
    if refusal.origin is Origin.VM:
        return ()
    shown = "" if isinstance(refusal.value, dict | list) else f": {refusal.value}"
    given = f"{render(refusal.cause.path[len(workload.vmi_path) :])}{shown}"
    matcher = _MATCHERS.get(refusal.origin)
    match = world.vms.match(workload, matcher) if matcher and isinstance(workload, VirtualMachine) else None
    if match is None or match.resolution is None:
        return (Hop(f"KubeVirt's default: {given}", None),)
    ref, owner = match.resolution.ref, match.resolution.resource
    source = f", from {owner.document.file}" if owner and not owner.document.text else ""
    hops = match.chain.hops if match.chain else ()
    return (*hops, Hop(f"{ref.kind} {ref.short} gives {given}{source}", owner.at("spec") if owner else None))


def _after(workload: Workload, effect: Effect) -> str:
    """What comes of a workload that is accepted nevertheless."""
    if effect is not Effect.STUCK:
        return ""
    if isinstance(workload, VirtualMachinePool):
        return " KubeVirt accepts the pool, and none of its VMs starts."
    if isinstance(workload, VirtualMachineInstanceReplicaSet):
        return " KubeVirt accepts the replica set and refuses its VirtualMachineInstances."
    return " KubeVirt accepts the VM and refuses its VirtualMachineInstance, so the VM never starts."
