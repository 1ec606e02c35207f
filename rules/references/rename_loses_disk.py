"""A kustomization renames a disk, and the VM's template creates an empty one instead.

## What it does
Reports a template of `dataVolumeTemplates` whose claim or DataVolume is in the files too, but is applied under another
name: by `namePrefix`, `nameSuffix` or a patch.

## Why it matters
A template adopts the claim with its name. kustomize renames the claim but not the template, so CDI does not find the
claim and creates a new disk. The VM starts on it, without the data of the renamed claim.

## Cluster message
Nothing reports it: the VM starts on an empty disk.

## Bad
    # base: PersistentVolumeClaim `web-root`, and a VM with the template and the volume `web-root`
    namespace: dr
    nameSuffix: -dr
    resources: [../base]

## Good
    namespace: dr
    resources: [../base]

## How to fix
Rename the template and its volume too, by a patch, or do not rename the disk.

## Source
kustomize `api/internal/konfig/builtinpluginconsts/namereference.go`; CDI
`pkg/controller/datavolume/controller-base.go` (a DataVolume adopts the claim of its name).
"""

from collections.abc import Iterator

from vmlint.model.chain import Hop
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Place
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import renamed

META = Meta("VM840", effect=Effect.RISK, since="0.1", subject=VirtualMachine, about=renamed)

_DATA_VOLUME = BY_GROUP_KIND["cdi.kubevirt.io", "DataVolume"]
_FIELDS = ("namePrefix", "nameSuffix")


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for path, name, _ in vm.templates():
        moved = world.cluster.moved(Ref(_DATA_VOLUME.group, _DATA_VOLUME.name, vm.namespace, name))
        if moved is None or moved.renamed is None or moved.name == name or moved.namespace != vm.namespace:
            continue
        field = next((f"`{step}` of " for step in moved.renamed.by.path if step in _FIELDS), "")
        fault = META.at(
            vm.at(*path),
            f"the template `{name}` creates a new disk, so the VM starts without the data of {moved.ref.kind} "
            f"`{name}`. {field}`{moved.renamed.by.document.file}` applies it as `{moved.ref.short}`, and kustomize "
            "does not update the template's name.",
            fix=f"write `{moved.name}` in the template and its volume by a patch, or do not rename the disk",
        )
        yield fault.along((Hop(f"{moved.ref.kind} `{name}` is applied as `{moved.ref.short}`", Place(moved, _NAME)),))


_NAME = ("metadata", "name")
