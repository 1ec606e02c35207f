"""The memory limit of a pod is below the guest's memory.

## What it does
Reports a VM whose `resources.limits.memory` is less than its guest memory. KubeVirt adds its own overhead to the limit,
so a limit that equals the guest memory is enough.

## Why it matters
With the rollout strategy `LiveUpdate`, the default since KubeVirt 1.6, KubeVirt accepts the VM; the node kills the
guest as soon as the guest uses more memory than the limit. With `Stage` KubeVirt refuses the VM.

## Cluster message
The node kills the guest with `OOMKilled`; with the rollout strategy `Stage`, KubeVirt's refusal contains `must be equal
to or less than the memory limit`.

## Bad
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            memory: {guest: 8Gi}
            resources:
              limits: {memory: 4Gi}

## Good
    kind: VirtualMachine
    spec:
      template:
        spec:
          domain:
            memory: {guest: 8Gi}
            resources:
              limits: {memory: 8Gi}

## How to fix
Set the limit to at least the guest memory, or remove it.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/vmi-create-admitter.go` (validateGuestMemoryLimit),
`pkg/virt-controller/services/renderresources.go` (WithMemoryOverhead).
"""

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import amount, has
from vmlint.model.access import get
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM558", effect=Effect.RISK, since="0.1", subject=Workload, fields=("limits",))

_DOMAIN = ("spec", "domain")
_GUEST = (*_DOMAIN, "memory", "guest")
_REQUEST = (*_DOMAIN, "resources", "requests", "memory")
_LIMIT = (*_DOMAIN, "resources", "limits", "memory")


def check(workload: Workload, world: World) -> Iterator[Fault]:
    written = workload.vmi_spec
    if get(written, *_LIMIT[1:]) is None or get(written, *_GUEST[1:]) is None:
        return
    if world.machine.config.live_update is False:
        return  # with Stage KubeVirt refuses the VM, which is another fault
    template = world.migration.template(workload)
    if template is None or has(template, *_DOMAIN, "memory", "hugepages") is not False:
        return
    guest, limit, request = (amount(template, *path) for path in (_GUEST, _LIMIT, _REQUEST))
    if guest is None or limit is None or request is None or not limit.value():
        return
    if guest.value() <= limit.value() or request.value() > limit.value():
        return  # a request above the limit is refused
    strategy = (
        "" if world.machine.config.live_update else "with the rollout strategy `LiveUpdate`, the default since 1.6, "
    )
    sentence = f"{strategy}KubeVirt accepts the VM, and the node kills the guest when it uses all of its memory."
    yield META.at(
        workload.at(*workload.template_path, *_LIMIT),
        f"the memory limit `{limit}` is less than the guest memory `{guest}`. {sentence[0].upper()}{sentence[1:]}",
        fix=f"raise `resources.limits.memory` to `{guest}`, or remove it",
    )
