"""What the cluster has after an edit though no file has it any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vmlint.engine.snapshot import Snapshot
from vmlint.impact.pairing import Pair, made_spec
from vmlint.impact.removal import Pruner
from vmlint.impact.unapplied import Unapplied
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, VirtualMachine, VirtualMachinePool

__all__ = ["remains"]

_DATA_VOLUME = BY_GROUP_KIND["cdi.kubevirt.io", "DataVolume"]


def remains(found: Iterable[Pair], after: Snapshot, pruner: Pruner, unapplied: Unapplied) -> Iterator[Resource]:
    """Objects whose manifests are gone and that no tool deletes, those whose manifests can't be applied, and the
    DataVolumes of templates that are gone from VMs, which KubeVirt deletes with the VM."""
    for old, new in found:
        if old is not None and new is None and (unapplied.keeps(old) or not pruner.of(old).deletes):
            resource = old.resource
            yield type(resource)(
                resource.kind,
                resource.ref,
                resource.data,
                resource.document,
                prefix=resource.prefix,
                linted=False,
                parts=resource.parts,
            )
        elif old is not None and new is not None and isinstance(old.resource, VirtualMachine):
            yield from _disks(old.resource, new.resource, after)


def _disks(old: VirtualMachine, new: Resource, after: Snapshot) -> Iterator[DataVolume]:
    if isinstance(old, VirtualMachinePool) or not isinstance(new, VirtualMachine):
        return
    kept = {name for _, name, _ in new.templates()}
    for path, name, template in old.templates():
        ref = Ref(_DATA_VOLUME.group, _DATA_VOLUME.name, old.namespace, name)
        if name in kept or after.world.cluster.named(ref):
            continue
        data = {
            "apiVersion": "cdi.kubevirt.io/v1beta1",
            "kind": _DATA_VOLUME.name,
            "metadata": {"name": name, "namespace": old.namespace},
            "spec": made_spec(template),
        }
        yield DataVolume(_DATA_VOLUME, ref, data, old.document, prefix=(*old.prefix, *path), linted=False)
