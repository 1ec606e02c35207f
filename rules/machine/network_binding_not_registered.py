"""An interface uses a network binding that is not registered.

## What it does
Compares the binding plugins of interfaces with those that the KubeVirt object in the files registers under
`spec.configuration.network.binding`.

## Why it fails
KubeVirt accepts the VM but does not create its launcher pod: the guest never starts.

## Cluster message
An event contains `unable to find the network binding plugin`.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            devices:
              interfaces:
              - name: default
                binding: {name: macvtab}
    # and a KubeVirt object that registers macvtap

## Good
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            devices:
              interfaces:
              - name: default
                binding: {name: macvtap}

## How to fix
Correct the name, or register the binding in `spec.configuration.network.binding` of the KubeVirt object.

## Source
KubeVirt `pkg/network/multus/annotation.go` (newBindingPluginAnnotationData).
"""

from collections.abc import Iterator
from difflib import get_close_matches

from vmlint.kubevirt.permitted import registered_bindings, unregistered_bindings
from vmlint.model.access import mapping
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import configured
from ._start import never_starts

META = Meta("VM557", effect=Effect.STUCK, since="0.1", subject=Workload, about=configured, fields=("binding",))


def check(workload: Workload, world: World) -> Iterator[Fault]:
    if (kubevirt := world.kubevirt) is None:
        return
    registered = registered_bindings(mapping(kubevirt, "spec", "configuration"))
    if registered is None:
        return
    template = {"spec": workload.vmi_spec}  # only the VM itself names a binding plugin
    for path, name in unregistered_bindings(template, registered):
        near = get_close_matches(name, sorted(registered), 1)
        yield META.at(
            workload.at(*workload.template_path, *path),
            f"network binding `{name}` is not registered in the KubeVirt object. KubeVirt never creates the "
            "launcher pod.",
            fix=f"write `{near[0]}`"
            if near
            else f"register `{name}` under `spec.configuration.network.binding` of the KubeVirt object",
            effect=never_starts(workload),
        )
