"""An object between the volume and its labels does not exist.

## What it does
Follows the volume hop by hop, and reports the first object that is not in the repository, the context or a catalog.

## Why it fails
KubeVirt reads each object on the way from the API server, and refuses the VM with the server's answer. The failure
policy `Ignore` does not apply to it.

## Cluster message
KubeVirt's refusal contains `not found`.

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

## How to fix
Correct the name or the namespace of the reference. If the object exists in the cluster, declare it: `outside:` in the
configuration, or a folder with `--context`.

## Source
KubeVirt `pkg/instancetype/infer/volume.go`: any error of a lookup is returned as it is.
"""

from collections.abc import Iterator

from vmlint.graph.resolution import Resolution
from vmlint.kubevirt.inference import Chain, End
from vmlint.model.access import text
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import failed_inferences
from .._remedy import or_else, remedy
from ._chain import effect_of, ended, written

_DATA_SOURCE = BY_GROUP_KIND["cdi.kubevirt.io", "DataSource"]
_NOUN = {"PersistentVolumeClaim": "claim", "VolumeSnapshot": "snapshot"}

META = Meta("VM105", effect=Effect.REJECTED, since="0.1", subject=VirtualMachine, about=failed_inferences)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for chain in ended(vm, world, End.OBJECT_MISSING):
        if (resolution := chain.resolution) is None:
            continue
        stanza = vm.matcher(chain.matcher)
        effect = effect_of(vm, chain, world)
        lost = f": {resolution.reason}" if resolution.reason else ", which is not in the repository"
        forgiven = text(stanza, "inferFromVolumeFailurePolicy") != "Ignore"
        policy = "" if forgiven else " The failure policy `Ignore` does not cover a missing object."
        yield META.at(
            written(vm, chain),
            f"no {chain.matcher.noun} can be inferred: volume `{text(stanza, 'inferFromVolume')}` leads to "
            f"{chain.subject}{lost}.{policy}",
            fix=_fix(vm, chain, resolution, world, effect),
            effect=effect,
        ).along(chain.hops)


def _fix(vm: VirtualMachine, chain: Chain, lost: Resolution, world: World, effect: Effect) -> str:
    if vm.template(lost.ref.name):
        return f"write `dataVolume: {{name: {lost.ref.name}}}` in the volume, so that the template's source is read"
    if lost.nowhere:
        return or_else(world.suggest(lost.ref), "write the object's name and namespace")
    # What is in the VM's own namespace is named without one, unless a DataSource is.
    crosses = lost.ref.namespace != vm.namespace or lost.ref[:2] == _DATA_SOURCE[:2]
    fix = remedy(lost.ref, _NOUN.get(lost.ref.kind, lost.ref.kind), world, crosses=crosses)
    return fix if effect is Effect.UNRESOLVED else f"{fix}; or name the {chain.matcher.noun} in the VM"
