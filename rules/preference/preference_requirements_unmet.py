"""The VM has less than its preference requires.

## What it does
Compares the requirements of the preference (vCPUs, memory, architecture) with those of the VM, with its instancetype
and KubeVirt's defaults applied.

## Why it fails
KubeVirt refuses the VM, and its message names the first requirement that is not met. Without an instancetype only some
fields count towards the vCPUs, depending on the preferred topology: for `sockets`, the default, only
`domain.cpu.sockets` counts, so that `cores: 8` adds nothing.

## Cluster message
KubeVirt's refusal contains `failure checking preference requirements`, `insufficient CPU resources` or `insufficient
Memory resources`.

## Bad
    spec:
      preference: {name: windows.11}      # requires 2 vCPUs and 4Gi
      template:
        spec:
          domain:
            cpu: {cores: 2}
            memory: {guest: 4Gi}

## Good
    spec:
      preference: {name: windows.11}
      template:
        spec:
          domain:
            cpu: {sockets: 2}
            memory: {guest: 4Gi}

## How to fix
Choose an instancetype that is large enough, or raise the field that counts: without an instancetype
`domain.cpu.sockets` for the topology `sockets`.

## Source
KubeVirt `pkg/instancetype/preference/requirements`.
"""

from collections.abc import Iterator

from vmlint.kubevirt.matching import Match
from vmlint.model.chain import Hop
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Place
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.outcome import reason_of

from .._about import unmet
from .._effect import refusal

META = Meta("VM304", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=unmet)

_FIXES = {
    "cpu": "use a larger instancetype, or give the VM more vCPUs",
    "memory": "use a larger instancetype, or give the VM more memory",
    "architecture": "set the architecture that the preference requires, or use another preference",
}


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    found = world.vms.unmet(vm)
    preference = world.vms.match(vm, Matcher.PREFERENCE)
    if found is None or preference is None:
        return
    resource = found.values["resource"]
    hop = Hop(f"preference {preference.name}: requires {found.values['required']}", _place(preference, resource))
    yield META.at(
        vm.at(*vm.vm_path, *found.path[1:]),
        f"{reason_of(found).replace('the preference', f'preference `{preference.name}`', 1)}.",
        fix=_FIXES[resource],
        effect=refusal(vm),
    ).along((*(preference.chain.hops if preference.chain else ()), hop))


def _place(preference: Match, resource: str) -> Place | None:
    owner = preference.resolution.resource if preference.resolution else None
    return owner.at("spec", "requirements", resource) if owner else None
