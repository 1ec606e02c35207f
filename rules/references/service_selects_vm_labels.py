"""A Service selects labels that the VM has, but its guest's pod does not have.

## What it does
Reports a Service whose selector matches the labels of a VM of its name, or names the VM, where no VM template in the
namespace has all of these labels. `commonLabels` of a kustomization adds labels to the selector of each Service, and
not to the templates of VMs.

## Why it does nothing
A Service selects pods. The pod of a guest has the labels of `spec.template.metadata`, not those of the VM.

## Cluster message
Nothing reports it: the Service has no endpoints.

## Bad
    kind: VirtualMachine
    metadata: {name: web, labels: {app: web}}
    ---
    kind: Service
    metadata: {name: web}
    spec:
      selector: {app: web}

## Good
    kind: VirtualMachine
    metadata: {name: web}
    spec:
      template:
        metadata: {labels: {app: web}}
    ---
    kind: Service
    metadata: {name: web}
    spec:
      selector: {app: web}

## How to fix
Add the labels to `spec.template.metadata.labels` of the VM. In a kustomization, replace `commonLabels` with `labels`,
which leaves selectors as they are, or add the field in a file of `configurations`.

## Source
KubeVirt `pkg/virt-controller/services/template.go` (podLabels); kustomize
`api/internal/konfig/builtinpluginconsts/commonlabels.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vmlint.model.chain import Hop
from vmlint.model.subjects import Service
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.services import selector_of

META = Meta("VM872", effect=Effect.IGNORED, since="0.1", subject=Service)


def check(service: Service, world: World) -> Iterator[Fault]:
    if not selector_of(service) or service.patched or world.services.selected(service):
        return
    for vm, missing in world.services.mistaken(service):
        # Pods of other objects may have such labels too; none has the name of a VM.
        if vm.patched or vm.name not in (service.name, *selector_of(service).values()):
            continue
        if any(refusal.path[:3] == ("spec", "template", "metadata") for refusal in world.form.refusals(vm)):
            continue  # the labels of the template are there, but not in their place
        selector = selector_of(service)
        place, own = service.at("spec", "selector"), "them"
        if len(missing) < len(selector):
            first, own = next(iter(missing)), f"`{_shown(missing)}`"
            place = service.at("spec", "selector", first)
        added = all(_is_added(service, key) for key in missing)
        yield META.at(
            place,
            f"no launcher pod has the labels `{_shown(selector)}`: VM `{vm.name}` has {own} in its own metadata, not "
            "in its template. The Service has no endpoints.",
            fix=_ADDED if added else "move the labels to `spec.template.metadata.labels` of the VM",
        ).along([Hop(f"{vm.ref}: labels", vm.at("metadata", "labels"))])
        return


_ADDED = (
    "leave selectors as they are with `labels` in place of `commonLabels` or `includeSelectors`, or name "
    "`spec/template/metadata/labels` of VMs in a file of `configurations`"
)


def _shown(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in labels.items())


def _is_added(service: Service, key: str) -> bool:
    """Whether a kustomization adds a label to the selector."""
    document, path = service.written(("spec", "selector", key))
    return document is not service.document and path[:1] in (("commonLabels",), ("labels",))
