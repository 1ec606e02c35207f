"""A DataVolume template has changed, and its DataVolume exists already.

## What it does
Compares the DataVolume templates of VMs with those of the same name at the commit that `--changed` names.

## Why it does nothing
KubeVirt creates a DataVolume from a template only if none of its name exists. A VM that has its disk keeps it: the disk
does not grow, move to another storage class, or get another image.

## Cluster message
KubeVirt reports nothing.

## Bad
    kind: VirtualMachine
    spec:
      dataVolumeTemplates:
      - metadata: {name: web-root}
        spec:
          source: {http: {url: "https://images.example.com/fedora-42.qcow2"}}
          storage: {resources: {requests: {storage: 60Gi}}}   # was 30Gi

## Good
    kind: VirtualMachine
    spec:
      dataVolumeTemplates:
      - metadata: {name: web-root-2}
        spec:
          source: {http: {url: "https://images.example.com/fedora-42.qcow2"}}
          storage: {resources: {requests: {storage: 60Gi}}}

## How to fix
Rename the template and its volume to get a new disk, or resize the claim itself.

## Source
KubeVirt `pkg/virt-controller/watch/vm/vm.go` (handleDataVolumes).
"""

from collections.abc import Iterator

from vmlint.model.subjects import VirtualMachine, VirtualMachinePool
from vmlint.rule import Change, Effect, Fault, Meta
from vmlint.world import World

from .._updates import describe

META = Meta("VM429", effect=Effect.IGNORED, since="0.1", subject=Change)


def check(change: Change, world: World) -> Iterator[Fault]:
    old, new = change.old, change.new
    if not isinstance(old, VirtualMachine) or not isinstance(new, VirtualMachine):
        return
    if isinstance(new, VirtualMachinePool) or not change.is_update:
        return
    for path, name, _ in new.templates():
        before = old.template(name)
        if not name or before is None:
            continue
        if changed := list(change.of((*path, "spec"), (*before[0], "spec"))):
            yield META.at(
                new.at(*changed[0].path),
                f"the template of DataVolume `{name}` has changed, and KubeVirt does not update a DataVolume that "
                f"exists: {describe(changed)}.",
                fix="rename the template and its volume to get a new disk, or resize the claim of the existing disk",
            )
