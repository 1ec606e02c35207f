"""A setting of the CDI object has no effect, or stops every import.

## What it does
Reports feature gates that CDI does not have, insecure registries that are not written as a host, a storage class for
scratch space that does not exist in a closed world, and requests of the pods that fill disks above their limits.

## Why it matters
CDI's webhook accepts any CDI object. It ignores a gate or class that it does not know, compares registries with hosts
alone, and can't make a pod whose requests exceed its limits: every import, upload and clone then waits for ever.

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

## Source
CDI `pkg/feature-gates/feature-gates.go`, `pkg/controller/config-controller.go` (reconcileStorageClass,
reconcileDefaultPodResourceRequirements), `pkg/controller/import-controller.go` (IsInsecureTLS).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from vmlint.cdi.config import ConfigFlaw, check_config
from vmlint.graph.resolution import State
from vmlint.model.access import mapping, text
from vmlint.model.ref import Ref
from vmlint.model.subjects import CDI
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM054", effect=Effect.IGNORED, since="0.2", subject=CDI)


class _Words(NamedTuple):
    message: str
    fix: str
    effect: Effect = Effect.IGNORED


def _gate(gate: str, meant: str) -> _Words:
    return _Words(
        f"CDI has no feature gate `{gate}`, so listing it has no effect.", f"write `{meant}`" if meant else "remove it"
    )


_WORDS: Mapping[ConfigFlaw, Callable[..., _Words]] = {
    ConfigFlaw.GATE_UNKNOWN: _gate,
    ConfigFlaw.REGISTRY_NOT_A_HOST: lambda registry, host: _Words(
        f"`insecureRegistries` contains `{registry}`, which is not a host, so it matches no registry.",
        f"write `{host}`" if host else "write the host, with its port",
    ),
    ConfigFlaw.REQUEST_ABOVE_LIMIT: lambda resource, request, limit: _Words(
        f"CDI's worker pods request `{request}` of {resource}, more than their limit `{limit}`. The API server "
        "refuses them, so every import, upload and clone stays pending.",
        f"set the request and the limit of {resource}, the request not above the limit",
        Effect.STUCK,
    ),
}


def check(cdi: CDI, world: World) -> Iterator[Fault]:
    config = mapping(cdi.data, "spec", "config")
    for cause in check_config(config):
        words = _WORDS[cause.flaw](*cause.values)
        yield META.at(cdi.at("spec", "config", *cause.path), words.message, fix=words.fix, effect=words.effect)
    name = text(config, "scratchSpaceStorageClass")
    ref = Ref("storage.k8s.io", "StorageClass", "", name)
    if name and world.closed(ref) and world.cluster.resolve(ref, cdi).state is State.MISSING:
        near = world.suggest(ref)
        yield META.at(
            cdi.at("spec", "config", "scratchSpaceStorageClass"),
            f"storage class `{name}` does not exist, so CDI uses the disk's own class for scratch space.",
            fix=f"write `{near}`" if near else "name a storage class of the cluster",
        )
