"""The volume to infer from has no default instancetype or preference.

## What it does
Follows the volume to the claim or snapshot that it comes from, and looks for the label
`instancetype.kubevirt.io/default-instancetype` (or `…/default-preference`) there and on each DataVolume and
DataSource on the way.

## Why it fails
Without the label at the end of the chain, KubeVirt can't infer anything and refuses the VM. With the failure policy
`Ignore` it drops the matcher instead, and the VM continues without it.

## Cluster message
KubeVirt's refusal contains `unable to find required` or `label on the volume`.

## Bad
    kind: PersistentVolumeClaim
    metadata:
      name: fedora
      namespace: golden

## Good
    kind: PersistentVolumeClaim
    metadata:
      name: fedora
      namespace: golden
      labels:
        instancetype.kubevirt.io/default-instancetype: u1.medium

## How to fix
Add the label to the object at the end of the chain, or name the instancetype or preference in the VM.

## Source
KubeVirt `pkg/instancetype/infer/volume.go` (fromPVC, fromVolumeSnapshot, fromLabels).
"""

from collections.abc import Iterator

from vmlint.kubevirt.inference import End
from vmlint.model.access import text
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.world import World

from .._about import failed_inferences
from ._chain import effect_of, ended, outcome, written

META = Meta("VM103", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=failed_inferences)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault | Doubt]:
    for chain in ended(vm, world, End.UNDECIDED):
        yield META.doubt(written(vm, chain), f"which {chain.matcher.noun} is inferred: {chain.reason}")
    for chain in ended(vm, world, End.LABEL_MISSING):
        matcher = chain.matcher
        volume = text(vm.matcher(matcher), "inferFromVolume")
        annotated = chain.last is not None and any(key in chain.last.annotations for key in matcher.annotations)
        yield META.at(
            written(vm, chain),
            f"volume `{volume}` leads to {chain.subject}, which has no label `{matcher.label}`.{outcome(chain)}",
            fix=(
                "move the default from the annotations to the labels"
                if annotated
                else f"add the label to {chain.subject}, or name the {matcher.noun} in the VM"
            ),
            effect=effect_of(vm, chain, world),
        ).along(chain.hops)
