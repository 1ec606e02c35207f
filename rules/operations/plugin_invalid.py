"""A plugin has an expression or a socket path that KubeVirt refuses.

## What it does
Checks Plugins: the path of a sidecar's socket must not contain `..` or a double slash, and CEL expressions must parse,
as far as their strings, brackets and operators show. The meaning of an expression's names is not checked.

## Why it fails
The API server or KubeVirt's webhook refuses the object.

## Cluster message
KubeVirt's refusal contains `must be a clean path`, `invalid CEL condition expression` or `invalid CEL mutation
expression`.

## Bad
    kind: Plugin
    spec:
      domainHooks:
      - sidecar: {socketPath: /var/run/kubevirt-plugin/hook//a.sock}

## Good
    kind: Plugin
    spec:
      domainHooks:
      - sidecar: {socketPath: /var/run/kubevirt-plugin/hook/a.sock}

## How to fix
Correct the expression, or write the path without `..` and double slashes.

## Source
KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/plugin-admitter.go`.
"""

from collections.abc import Iterator

from vmlint.model.subjects import Plugin
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import operation
from ._refused import refused

META = Meta("VM008", effect=Effect.REJECTED, since="0.1", subject=Plugin, about=operation)


def check(subject: Plugin, world: World) -> Iterator[Fault]:
    return refused(META, subject, world)
