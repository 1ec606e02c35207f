"""The disk to infer from has a source without labels.

## What it does
Follows the volume to its DataVolume, template or DataSource, and checks that its source is a claim, a snapshot or a
DataSource.

## Why it fails
A downloaded, uploaded or pulled image (`http`, `registry`, `blank`, `upload`, …) has no labels to read, and KubeVirt
does not follow a `sourceRef` of another kind than `DataSource`. KubeVirt refuses the VM; with the failure policy
`Ignore` it drops the matcher instead. It never reads the labels of a DataVolume template itself.

## Cluster message
KubeVirt's refusal contains `DataVolumeSource is not supported`, `unable to infer defaults from DataVolumeSourceRef` or
`unable to infer defaults from DataSource`.

## Bad
    spec:
      instancetype:
        inferFromVolume: root
      dataVolumeTemplates:
      - metadata: {name: web-root}
        spec:
          source:
            registry: {url: "docker://quay.io/containerdisks/fedora"}

## Good
    spec:
      instancetype:
        inferFromVolume: root
      dataVolumeTemplates:
      - metadata: {name: web-root}
        spec:
          sourceRef: {kind: DataSource, name: fedora, namespace: golden}

## How to fix
Take the disk from a DataSource, claim or snapshot that has the label, or name the instancetype or preference.

## Source
KubeVirt `pkg/instancetype/infer/volume.go` (fromDataVolumeSpec, fromDataVolumeSourceRef, fromDataSource).
"""

from collections.abc import Iterator

from vmlint.kubevirt.inference import End
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import failed_inferences
from ._chain import effect_of, ended, outcome, written

META = Meta("VM104", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=failed_inferences)

_ENDS = (End.SOURCE_UNSUPPORTED, End.REF_UNSUPPORTED, End.DATA_SOURCE_UNSUPPORTED)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for chain in ended(vm, world, *_ENDS):
        yield META.at(
            written(vm, chain),
            f"no {chain.matcher.noun} can be inferred from {chain.subject}: {chain.reason}.{outcome(chain)}",
            fix=f"name the {chain.matcher.noun} in the VM, or take the disk from a labelled claim or DataSource",
            effect=effect_of(vm, chain, world),
        ).along(chain.hops)
