"""A volume claim template is invalid.

## What it does
Checks the templates of `spec.volumeClaimTemplates`: each has a unique name, the claim's final name `<VM>-<template>` is
a DNS name of at most 253 characters, the size is set unless a VolumeCloneSource provides it, and the API server accepts
the modes and the source.

## Why it fails
The VM's controller creates the claim from the template. Two templates of one name result in only one claim, and the API
server refuses a claim with an invalid name or without a size: the VM never starts.

## Cluster message
The proposal is not released: its message is not known.

## Bad
    kind: VirtualMachine
    metadata: {name: web}
    spec:
      volumeClaimTemplates:
      - metadata: {name: Data}
        spec:
          resources: {requests: {storage: 10Gi}}

## Good
    kind: VirtualMachine
    metadata: {name: web}
    spec:
      volumeClaimTemplates:
      - metadata: {name: data}
        spec:
          resources: {requests: {storage: 10Gi}}

## How to fix
Correct the template's name, size or modes.

## Source
KubeVirt's proposal of volume claim templates; Kubernetes `pkg/apis/core/validation/validation.go`.
"""

from collections.abc import Iterator

from vmlint.cdi.check import Check, check_name
from vmlint.cdi.claim import check as check_claim
from vmlint.cdi.render import Failure, FailureReason
from vmlint.model.access import text
from vmlint.model.quantity import Quantity
from vmlint.model.subjects import VirtualMachine
from vmlint.model.unknown import is_unknown
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Disk, Written

from .._about import disks
from .._wording import in_words
from ._claims import WORDS

META = Meta(
    "VM418", effect=Effect.STUCK, since="0.1", subject=VirtualMachine, about=disks, fields=("volumeClaimTemplates",)
)

_SIZE = ("resources", "requests", "storage")
_GENERATED = 58  # the API server cuts a prefix off here, and adds five characters


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for disk in world.storage.disks(vm):
        if disk.form is not Written.CLAIM_TEMPLATE:
            continue
        name = disk.at("metadata", "name")
        first = seen.setdefault(disk.name, int(disk.path[-1])) if not is_unknown(disk.name) else disk.path[-1]
        if not disk.name:
            yield META.at(
                name,
                "the volume claim template has no name.",
                fix="set the `claimName` of a volume of the VM as its name",
            )
        elif first != disk.path[-1]:
            yield META.at(
                name,
                f"two volume claim templates have the name `{disk.name}`, so KubeVirt makes only one claim.",
                fix="give each template a name of its own",
            )
        elif wrong := _name_fault(vm, disk.name):
            yield META.at(name, wrong[0], fix=wrong[1])
        yield from _size(disk, world)
        for refusal in check_claim(disk.body, rendered=True):
            if refusal.path[0] == "spec":
                words = in_words(WORDS, refusal)
                yield META.at(disk.at(*refusal.path), f"{disk} {words.wrong}.", fix=words.fix)


def _name_fault(vm: VirtualMachine, name: str) -> tuple[str, str] | None:
    own = text(vm.data, "metadata", "name")
    prefix = own or text(vm.data, "metadata", "generateName")[:_GENERATED] + "xxxxx"
    if is_unknown(name) or is_unknown(own) or is_unknown(text(vm.data, "metadata", "generateName")):
        return None
    final = f"{prefix}-{name}"
    found = check_name({"metadata": {"name": final}})
    shown = final if own else f"{prefix.removesuffix('xxxxx')}…-{name}"
    if found and found[0].code is Check.NAME_TOO_LONG:
        message = (
            f"the claim's name, made of the VM's and the template's, has {len(final)} characters; at most 253 "
            "are allowed."
        )
        return message, "shorten the name"
    if found and not check_name({"metadata": {"name": prefix}}):
        return (
            f"the claim's name `{shown}` is not a valid DNS name.",
            "use lower-case letters, digits, `-` and `.` in the template's name",
        )
    return None


def _size(disk: Disk, world: World) -> Iterator[Fault]:
    outcome = world.storage.render(disk)
    if isinstance(outcome, Failure):
        if outcome.why is FailureReason.NO_SIZE:
            yield META.at(
                disk.at(*outcome.path),
                f"{disk} has no size; only one that a VolumeCloneSource fills can omit it.",
                fix="set `resources.requests.storage`",
            )
        return
    spec = outcome.spec.get("resources")
    requests = spec.get("requests") if isinstance(spec, dict) else None
    size = Quantity.try_parse(requests.get("storage")) if isinstance(requests, dict) else None
    if size is not None and size.sign <= 0:
        yield META.at(
            disk.at("spec", *_SIZE), f"{disk} has a size that is not more than zero.", fix="set a size, such as `10Gi`"
        )
