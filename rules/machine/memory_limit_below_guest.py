"""The memory limit of a pod is below the guest's memory.

## What it does
Reports a VM whose `resources.limits.memory` is less than its guest memory. The memory that KubeVirt needs besides the
guest's is added to the limit, so a limit that equals the guest memory is enough.

## Why it matters
With the rollout strategy `LiveUpdate`, the default since KubeVirt 1.6, the VM is accepted; the node kills the guest for
want of memory when it fills what it has. With `Stage` KubeVirt refuses the VM.

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

META = Meta("VM558", effect=Effect.RISK, since="0.2", subject=Workload)

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
