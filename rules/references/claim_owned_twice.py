"""Two objects create the same claim.

## What it does
Reports a template of a VM whose claim has the name of a DataVolume, of a claim, or of another VM's template in the
namespace. A claim that is meant to be adopted (CDI's annotations `storage.prePopulated`, `storage.populatedFor` or
`allowClaimAdoption`, or a `volumeName`) and a VM that changes to other volumes (`updateVolumesStrategy`) are skipped.

## Why it matters
Only one claim of a name can exist. The VM uses the DataVolume or claim that it finds, whatever its own template
contains, and deletes it together with itself. Two VMs run on the same disk, and the deletion of one removes the disk of
the other.

## Cluster message
KubeVirt reports nothing.

## Bad
    kind: DataVolume
    metadata: {name: web-root}
    ---
    kind: VirtualMachine
    metadata: {name: web}
    spec:
      dataVolumeTemplates:
      - metadata: {name: web-root}

## Good
    kind: VirtualMachine
    metadata: {name: web}
    spec:
      template:
        spec:
          volumes:
          - name: root
            dataVolume: {name: web-root}    # the DataVolume, without a template

## How to fix
Remove the template and keep the volume, or rename one of the two.

## Source
KubeVirt `pkg/virt-controller/watch/vm/vm.go` (handleDataVolumes), `pkg/controller/controller_ref_manager.go`
(ClaimMatchedDataVolumes), `pkg/storage/types/dv.go`.
"""

from collections.abc import Iterator

from vmlint.model.access import mapping, text
from vmlint.model.chain import Hop
from vmlint.model.subjects import VirtualMachine
from vmlint.model.unknown import is_unknown
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk, Written

from .._about import contested
from .._disks import together

META = Meta("VM802", effect=Effect.RISK, since="0.1", subject=VirtualMachine, about=contested)

_ADOPTED = (
    "cdi.kubevirt.io/storage.prePopulated",
    "cdi.kubevirt.io/storage.populatedFor",
    "cdi.kubevirt.io/allowClaimAdoption",
)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for disk in world.storage.disks(vm):
        ref = disk.ref
        if ref is None or is_unknown(ref.name):
            continue
        owners = world.storage.owners(ref)
        if (other := next((owner for owner in owners if owner is not disk and _rivals(disk, owner)), None)) is None:
            continue
        whose = "" if other.holder is vm else f" of VM `{other.holder.name}`" if other.is_template else ""
        what = other.form.value if other.form is not Written.CLAIM else "claim"
        yield META.at(
            disk.at("metadata", "name"),
            f"{disk} creates claim `{ref.name}`, and so does a {what}{whose}. {_after(disk, other)}.",
            fix=_fix(disk, other),
            effect=Effect.IGNORED if other.holder is vm else Effect.RISK,
        ).along([Hop(f"{other.holder.ref} → claim {ref.short}", other.at("metadata", "name"))])


def _rivals(disk: Disk, other: Disk) -> bool:
    """Whether the other is the one to be named beside a disk; of two templates the later one speaks."""
    if any(_is_adopted(disk) for disk in (disk, other)) or _migrates(disk) or _migrates(other):
        return False
    if other.holder is disk.holder:
        both_claims = disk.form is Written.CLAIM_TEMPLATE and other.form is Written.CLAIM_TEMPLATE
        return other.path < disk.path and not both_claims
    if not together(disk.holder, other.holder):
        return False
    return not other.is_template or _order(other) < _order(disk)


def _is_adopted(disk: Disk) -> bool:
    """Whether a claim is meant to be taken over: CDI's annotations say so, or it is bound to a volume that is there, as
    one that was restored after a disaster."""
    annotations = mapping(disk.body, "metadata", "annotations")
    return any(mark in annotations for mark in _ADOPTED) or bool(disk.spec.get("volumeName"))


def _migrates(disk: Disk) -> bool:
    """Whether the VM changes over to other volumes, which are made before its templates name them."""
    holder = disk.holder
    return isinstance(holder, VirtualMachine) and bool(text(holder.vm_spec, "updateVolumesStrategy"))


def _order(disk: Disk) -> tuple[str, int, str]:
    document = disk.holder.document
    return document.file, document.index, disk.holder.name


def _after(disk: Disk, other: Disk) -> str:
    if other.holder is disk.holder:
        return "Only the first of the two takes effect"
    if Written.CLAIM_TEMPLATE in (disk.form, other.form):
        return "They share one claim, or KubeVirt never makes the second"
    if other.is_template:
        return "Both VMs get the same disk, and KubeVirt deletes it with the first VM that is deleted"
    return "The VM takes over the existing object, ignores the template, and deletes the disk with the VM"


def _fix(disk: Disk, other: Disk) -> str:
    if other.holder is disk.holder or other.is_template:
        return "give each template its own name"
    return "remove the template and keep the volume, or rename one of the two"
