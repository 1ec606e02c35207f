"""A default instancetype or preference is on the DataVolume template, where inference does not look.

## What it does
Looks at the labels of the DataVolume template that a VM infers from.

## Why it does nothing
For a DataVolume template in the VM, KubeVirt follows the template's source and never reads the template's metadata. The
label must be on the DataSource, claim or snapshot that the template takes its disk from.

## Cluster message
KubeVirt reports nothing about the label; its refusal of the VM contains `unable to find required`.

## Bad
    spec:
      instancetype:
        inferFromVolume: root
      dataVolumeTemplates:
      - metadata:
          name: web-root
          labels:
            instancetype.kubevirt.io/default-instancetype: u1.medium

## Good
    kind: DataSource
    metadata:
      labels:
        instancetype.kubevirt.io/default-instancetype: u1.medium

## How to fix
Move the label to the DataSource, claim or snapshot that the template takes its disk from.

## Source
KubeVirt `pkg/instancetype/infer/volume.go` (fromDataVolume).
"""

from collections.abc import Iterator

from vmlint.kubevirt.inference import End
from vmlint.model.access import mapping, text
from vmlint.model.matcher import Matcher
from vmlint.model.subjects import VirtualMachine
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import inferences

META = Meta("VM107", effect=Effect.IGNORED, since="0.1", subject=VirtualMachine, about=inferences)


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    if not any(mapping(template, "metadata", "labels") for _, _, template in vm.templates()):
        return
    for matcher in Matcher:
        chain = world.vms.infer(vm, matcher)
        if chain is None:
            continue
        wanted = text(vm.matcher(matcher), "inferFromVolume")
        volume = next((volume for _, volume in vm.volumes() if volume.get("name") == wanted), {})
        found = vm.template(text(volume, "dataVolume", "name"))
        if found is None:
            continue
        path, template = found
        value = mapping(template, "metadata", "labels").get(matcher.label)
        if value is None or (chain.end is End.FOUND and chain.name == value):
            continue
        instead = f" `{chain.name}` is inferred from the template's source." if chain.end is End.FOUND else ""
        yield META.at(
            vm.at(*path, "metadata", "labels", matcher.label),
            f"the label of the template names {matcher.noun} `{value}`, and inference does not read labels of "
            f"templates.{instead}",
            fix="label the DataSource, claim or snapshot that the template takes its disk from, "
            f"or name the {matcher.noun} in the VM",
        ).along(chain.hops)
