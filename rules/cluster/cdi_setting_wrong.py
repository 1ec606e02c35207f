"""A setting of the CDI object has no effect, or stops every import.

## What it does
Reports feature gates that CDI does not have, insecure registries that are not written as a host, a storage class for
scratch space that does not exist in a closed world, and pod requests above their limits.

## Why it matters
CDI's webhook accepts any CDI object. CDI ignores an unknown gate or class, compares registries only with hosts, and
can't create a pod whose requests exceed its limits: every import, upload and clone then waits without end.

## Cluster message
Kubernetes refuses the importer pod with `must be less than or equal to memory limit`. CDI reports nothing about the
other settings.

## Bad
    kind: CDI
    spec:
      config:
        featureGates: [ClaimAdoption]
        podResourceRequirements:
          requests: {memory: 1Gi}

## Good
    kind: CDI
    spec:
      config:
        featureGates: [DataVolumeClaimAdoption]
        podResourceRequirements:
          requests: {memory: 1Gi}
          limits: {memory: 2Gi}

## How to fix
Correct the name, write a registry as `host` or `host:port`, or raise the limit to at least the request.

## Source
CDI `pkg/feature-gates/feature-gates.go`, `pkg/controller/config-controller.go` (reconcileStorageClass,
reconcileDefaultPodResourceRequirements), `pkg/controller/import-controller.go` (IsInsecureTLS).
"""

from collections.abc import Iterator, Mapping

from vmlint.cdi.config import ConfigFlaw, check_config
from vmlint.graph.resolution import State
from vmlint.model.access import mapping, text
from vmlint.model.ref import Ref
from vmlint.model.refusal import Refusal
from vmlint.model.subjects import CDI
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._remedy import declare, or_else
from .._wording import Wording, Words, in_words

META = Meta("VM054", effect=Effect.IGNORED, since="0.1", subject=CDI)


def _gate(refusal: Refusal) -> Words:
    gate, meant = refusal.values["gate"], refusal.values["meant"]
    return Words(
        f"CDI has no feature gate `{gate}`, so listing it has no effect.", f"write `{meant}`" if meant else "remove it"
    )


def _registry(refusal: Refusal) -> Words:
    registry, host = refusal.values["registry"], refusal.values["host"]
    return Words(
        f"`insecureRegistries` contains `{registry}`, which is not a host, so it matches no registry.",
        f"write `{host}`" if host else "write the host, with its port",
    )


WORDS: Mapping[ConfigFlaw, Wording] = {
    ConfigFlaw.GATE_UNKNOWN: _gate,
    ConfigFlaw.REGISTRY_NOT_A_HOST: _registry,
    ConfigFlaw.REQUEST_ABOVE_LIMIT: Words(
        "CDI's worker pods request `{request}` of {resource}, more than their limit `{limit}`. The API server "
        "refuses them, so every import, upload and clone stays pending.",
        "set the request and the limit of {resource}, the request not above the limit",
    ),
}


def check(cdi: CDI, world: World) -> Iterator[Fault]:
    config = mapping(cdi.data, "spec", "config")
    for refusal in check_config(config):
        words, effect = in_words(WORDS, refusal), Effect.IGNORED if refusal.by is None else Effect.STUCK
        yield META.at(cdi.at("spec", "config", *refusal.path), words.wrong, fix=words.fix, effect=effect)
    name = text(config, "scratchSpaceStorageClass")
    ref = Ref("storage.k8s.io", "StorageClass", "", name)
    if name and world.closed(ref) and world.cluster.resolve(ref, cdi).state is State.MISSING:
        near = world.suggest(ref)
        yield META.at(
            cdi.at("spec", "config", "scratchSpaceStorageClass"),
            f"storage class `{name}` does not exist, so CDI uses the disk's own class for scratch space.",
            fix=or_else(near, f"name a storage class of the cluster, or declare it: {declare(ref)}"),
        )
