"""The claims of the files, in whichever of the four ways one is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.model.access import get, mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine, VirtualMachinePool, Workload
from vmlint.record import Codes, Record

__all__ = ["Disk", "Written", "claim_name", "claims_used", "claims_written", "disks_of"]

_CLAIM = BY_GROUP_KIND["", "PersistentVolumeClaim"]


class Written(Codes):
    """What a disk's claim is written as."""

    CLAIM = "claim"
    DATA_VOLUME = "DataVolume"
    TEMPLATE = "DataVolume template"
    CLAIM_TEMPLATE = "volume claim template"


class Disk(Record):
    """A claim of the cluster, as an object writes it: the object, where the claim's body is in it, and the body.

    `name` is the name that the template or object has.
    """

    holder: Resource
    path: Path
    body: Mapping[str, Any]
    form: Written
    name: str

    @property
    def is_template(self) -> bool:
        """Whether the claim's body is a part of another object, which its controller makes the claim from."""
        return bool(self.path)

    @property
    def ref(self) -> Ref | None:
        """The identity of the claim, None where nobody knows its name yet: a pool's VM, a generated name."""
        if isinstance(self.holder, VirtualMachinePool) or not self.name:
            return None
        prefix = ""
        if self.form is Written.CLAIM_TEMPLATE or not self.is_template:
            if not text(self.holder.data, "metadata", "name"):
                return None
            prefix = f"{self.holder.name}-" if self.is_template else ""
        return Ref(_CLAIM.group, _CLAIM.name, self.holder.namespace, f"{prefix}{self.name}")

    @property
    def spec_path(self) -> Path:
        """Where the claim's spec is in the body."""
        if self.form in (Written.CLAIM, Written.CLAIM_TEMPLATE):
            return ("spec",)
        return ("spec", "pvc" if isinstance(get(self.body, "spec", "pvc"), dict) else "storage")

    @property
    def spec(self) -> Mapping[str, Any]:
        """The claim's spec, an empty mapping if it is missing."""
        spec = mapping(self.body, "spec")
        if self.form is Written.CLAIM or self.form is Written.CLAIM_TEMPLATE:
            return spec
        return claim if isinstance(claim := spec.get("pvc"), dict) else mapping(spec, "storage")

    def at(self, *path: str | int) -> Place:
        """The place of a field of the body."""
        return self.holder.at(*self.path, *path)

    def __str__(self) -> str:
        """The disk for people: what it is written as, and its name."""
        return f"{self.form.value} `{self.name}`"


def claim_name(volume: Mapping[str, Any]) -> tuple[str, str]:
    """The source of a volume that lives on a claim, and the name that it gives; empty texts for any other volume."""
    if isinstance(volume.get("dataVolume"), dict):
        return "dataVolume", text(volume, "dataVolume", "name")
    if isinstance(volume.get("persistentVolumeClaim"), dict):
        return "persistentVolumeClaim", text(volume, "persistentVolumeClaim", "claimName")
    return "", ""


def disks_of(holder: Resource) -> tuple[Disk, ...]:
    """The claim or DataVolume that an object is, or the templates that it holds."""
    return holder.once(_disks)


def _disks(holder: Resource) -> tuple[Disk, ...]:
    return tuple(_disks_of(holder))


def _disks_of(holder: Resource) -> Iterator[Disk]:
    if isinstance(holder, VirtualMachine):
        for path, name, template in holder.templates():
            yield Disk(holder, path, template, Written.TEMPLATE, name)
        for path, name, template in holder.claim_templates():
            yield Disk(holder, path, template, Written.CLAIM_TEMPLATE, name)
    elif form := _WRITTEN.get(type(holder)):
        yield Disk(holder, (), holder.data, form, holder.name)


_WRITTEN: dict[type[Resource], Written] = {DataVolume: Written.DATA_VOLUME, PersistentVolumeClaim: Written.CLAIM}


def claims_written(holder: Resource) -> tuple[tuple[Ref, Written], ...]:
    """The identities of the claims that an object writes, each once, and what they are written as."""
    return tuple({(ref, disk.form): None for disk in disks_of(holder) if (ref := disk.ref) is not None})


def claims_used(workload: Workload) -> tuple[tuple[Path, str], ...]:
    """The volumes that live on claims: where each is, and the name that it gives."""
    return tuple((path, name) for path, volume in workload.volumes() if (name := claim_name(volume)[1]))
