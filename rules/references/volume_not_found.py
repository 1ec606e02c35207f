"""A volume's disk is not in the repository.

## What it does
Looks for the DataVolume or claim that a volume names: as an object, as a template of the VM, or as the product of
another object. Volumes that are plugged in while the VM runs are skipped.

## Why it matters
KubeVirt accepts a VM whose claim is missing, and the VM waits for the claim. Claims are often made outside of the
repository: by hand, by an upload or by another tool.

## Cluster message
The VM's `printableStatus` is `ErrorPvcNotFound`; events contain `FailedPvcNotFound`.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          volumes:
          - name: root
            dataVolume: {name: web-rooot}

## Good
    kind: DataVolume
    metadata: {name: web-root}
    ---
    kind: VirtualMachine
    spec:
      template:
        spec:
          volumes:
          - name: root
            dataVolume: {name: web-root}

## How to fix
Correct the name. If the object exists in the cluster, declare it: `outside:` in the configuration, or a folder with
`--context`.

## Source
KubeVirt `pkg/virt-controller/watch/vmi/storage.go`, `pkg/storage/types/pvc.go`.
"""

from collections.abc import Iterator

from vmlint.graph.resolution import Resolution, State
from vmlint.model.access import get, text
from vmlint.model.harvester import claims_of
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.subjects import Workload
from vmlint.model.unknown import may_be
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import claim_name

from .._about import lost_links
from .._disks import meant_template
from .._remedy import absence, remedy
from ._missing import astray

_CLAIM = BY_GROUP_KIND["", "PersistentVolumeClaim"]

META = Meta("VM803", effect=Effect.STUCK, since="0.1", subject=Workload, about=lost_links)


def check(vm: Workload, world: World) -> Iterator[Fault | Doubt]:
    refs: set[Ref] = set()
    harvester = claims_of(vm.data)
    if harvester is not None and (harvester.wrong or not harvester.decided):
        return  # which claims there are is not known, and a rule of its own reports that
    for path, volume in vm.volumes():
        found = world.storage.own_claim(vm, volume)
        if not isinstance(found, Resolution) or found.state is not State.MISSING:
            continue
        if found.ref in refs or found.ref in world.vms.inferred_missing:  # the family of inference speaks of the latter
            continue
        source, name = claim_name(volume)
        own = [disk.name for disk in world.storage.disks(vm)]
        if get(volume, source, "hotpluggable") is True or any(may_be(other, name) for other in own):
            continue
        refs.add(found.ref)
        if meant_template(vm, name, world):
            continue  # the rule on templates that no volume uses speaks of the misspelt name
        field = (*path, source, "name" if source == "dataVolume" else "claimName")
        noun = "DataVolume" if source == "dataVolume" else "claim"
        claim = found.ref._replace(group=_CLAIM.group, kind=_CLAIM.name)  # that of the DataVolume, if it names one
        if not world.closed(found.ref) and (other := astray(found.ref, vm, world) or astray(claim, vm, world)):
            reason = f"`{other.short}` may be the one, as some objects have no namespace"
            yield META.doubt(vm.at(*field), f"whether {noun} `{found.ref.short}` exists: {reason}")
            continue
        effect = world.effect_of_missing(found.ref, META.effect)
        yield META.at(
            vm.at(*field),
            f"volume `{text(volume, 'name')}` uses {noun} `{found.ref.short}`, which {absence(found.ref, world)}. "
            "The VM does not start without it.",
            fix=remedy(found.ref, noun, world),
            effect=effect,
        )
