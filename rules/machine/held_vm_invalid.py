"""KubeVirt refuses a VM that another object will create.

## What it does
Checks the VMs inside Cluster API's KubevirtMachineTemplates and KubevirtMachines, and inside VirtualMachineTemplates,
as if they existed: with the values of the template's parameters, the volume that Cluster API's provider adds, and
KubeVirt's defaults. A parameter without a value decides nothing.

## Why it matters
The API server accepts the object. The fault appears when the cluster is scaled or a VM is created from the template:
KubeVirt refuses each VM, or it never starts.

## Cluster message
The refusal of the VM that is created later, such as `must have exactly one binding method` or `no memory requested`.

## Bad
    kind: VirtualMachineTemplate
    spec:
      parameters: [{name: NAME, required: true}]
      virtualMachine:
        metadata: {name: "${NAME}"}
        spec:
          runStrategy: Always
          template:
            spec:
              domain:
                memory: {guest: 1Gi}
                devices:
                  interfaces: [{name: default}]

## Good
    kind: VirtualMachineTemplate
    spec:
      parameters: [{name: NAME, required: true}]
      virtualMachine:
        metadata: {name: "${NAME}"}
        spec:
          runStrategy: Always
          template:
            spec:
              domain:
                memory: {guest: 1Gi}
                devices:
                  interfaces: [{name: default, masquerade: {}}]
              networks: [{name: default, pod: {}}]

## How to fix
Correct the VM inside the template.

## Source
kubernetes-sigs/cluster-api-provider-kubevirt `pkg/kubevirt/utils.go`; kubevirt/virt-template `template/processor.go`;
KubeVirt `pkg/virt-api/webhooks`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.model.field import Path
from vmlint.model.subjects import VirtualMachineTemplate, VMHolder
from vmlint.rule import Doubt, Effect, Fault, Meta
from vmlint.schema.code import Outcome, SchemaKind, kind_of, outcome_of
from vmlint.world import World

from .._wording import in_words
from ..api._words import WORDS as FORM_WORDS
from ._words import words_of

META = Meta("VM576", effect=Effect.STUCK, since="0.1", subject=VMHolder)

_FORMS = frozenset(SchemaKind) - {SchemaKind.NAME, SchemaKind.VERSION, SchemaKind.DEPRECATED, SchemaKind.PROPOSAL}


def check(holder: VMHolder, world: World) -> Iterator[Fault | Doubt]:
    vm = world.embedded.vm(holder)
    if vm is None:
        return
    template = isinstance(holder, VirtualMachineTemplate)
    after = "No VM can be made of the template" if template else "KubeVirt refuses the VM of each machine"
    reported: set[Path] = set()
    for form in world.form.refusals(vm):
        kind = kind_of(form)
        # Cluster API's schema drops unknown fields; the conversion of a template refuses them.
        refused = outcome_of(form) is Outcome.REFUSED or (template and kind is SchemaKind.UNKNOWN)
        dropped = kind is SchemaKind.UNKNOWN and not template
        if kind in _FORMS and (refused or dropped):
            reported.add(form.path)
            then = "Nothing uses it" if dropped else after
            effect = Effect.IGNORED if dropped else META.effect
            place = holder.at(*holder.embedded_path, *form.path)._replace(key=kind is SchemaKind.UNKNOWN)
            words = in_words(FORM_WORDS, form)
            yield META.at(place, f"{words.wrong}. {then}.", fix=words.fix, effect=effect)
    for refusal, effect, *_ in world.machine.admission(vm):
        place, words = holder.at(*holder.embedded_path, *refusal.path), words_of(refusal)
        if refusal.gate is not None:
            yield META.doubt(place, f"what KubeVirt's `{refusal.gate}` is: {words.wrong.rstrip('.')}")
        elif refusal.path not in reported:
            then = after if effect is Effect.REJECTED else "The guest of each VM never starts"
            yield META.at(place, f"{words.wrong} {then}.", fix=words.fix)
