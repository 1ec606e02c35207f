"""The way from the volume to its labels leads to an object that is not there.

## What it does
Follows the volume hop by hop, and reports the first object that neither the repository nor the context nor a catalog
holds.

## Why it fails
KubeVirt asks the API server for each object on the way, and refuses the VM with the server's "not found". The failure
policy `Ignore` does not forgive it. When the object lives in the cluster all the same, declare it: `outside:` in the
configuration, or a folder with `--context`.

## Bad
    spec:
      dataVolumeTemplates:
      - metadata: {name: web-root}
        spec:
          sourceRef: {kind: DataSource, name: fedroa, namespace: golden}

## Good
    spec:
      dataVolumeTemplates:
      - metadata: {name: web-root}
        spec:
          sourceRef: {kind: DataSource, name: fedora, namespace: golden}

## Source
KubeVirt `pkg/instancetype/infer/volume.go`: any error of a lookup is returned as it is.
"""

from collections.abc import Iterator

from vmlint.kubevirt.inference import End
from vmlint.model.access import text
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from ._chain import effect_of, ended, written

META = Meta("VM105", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for chain in ended(vm, world, End.OBJECT_MISSING):
        resolution = chain.resolution
        if resolution is None:
            continue
        matcher = chain.matcher
        volume = text(vm.matcher(matcher), "inferFromVolume")
        near = world.suggest(resolution.ref)
        uncovered = text(vm.matcher(matcher), "inferFromVolumeFailurePolicy") == "Ignore"
        policy = " The failure policy `Ignore` does not forgive a missing object." if uncovered else ""
        effect = effect_of(vm, chain, world)
        where = "is in no cluster" if resolution.nowhere else "is not in the repository"
        yield META.at(
            written(vm, chain),
            f"the {matcher.noun} is inferred from volume `{volume}`, which leads to {chain.subject}, and that {where}."
            f"{policy}",
            fix=(
                f"did you mean `{near}`?"
                if near
                else "write the namespace of the object"
                if resolution.nowhere
                else f"add {chain.subject}, or declare it as living outside"
                if effect is Effect.UNRESOLVED
                else f"add {chain.subject}, or name the {matcher.noun} in the VM"
            ),
            effect=effect,
        ).along(chain.hops)
