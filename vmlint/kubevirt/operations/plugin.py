"""Plugins, as far as files decide: the gate, the paths of sockets, and the syntax of expressions.

Source: KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/plugin-admitter.go`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import word
from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.operations.cause import Cause, Check
from vmlint.kubevirt.operations.expression import fault_of
from vmlint.kubevirt.operations.reference import gated
from vmlint.model.access import each
from vmlint.model.field import Path

__all__ = ["check_plugin"]


def check_plugin(data: Mapping[str, Any], gates: Gates) -> Iterator[Cause]:
    """Why KubeVirt refuses a Plugin."""
    yield from gated(gates, ("kind",), "Plugins")
    yield from _expression(data, ("spec", "condition"))
    for index, hook in each(data, "spec", "domainHooks"):
        path = ("spec", "domainHooks", index)
        yield from _expression(data, (*path, "cel", "expression"))
        yield from _expression(data, (*path, "condition"))
        socket = word(hook, "sidecar", "socketPath")
        if socket and (clean := _clean(socket)) != socket:
            yield Cause((*path, "sidecar", "socketPath"), Check.SOCKET_NOT_CLEAN, socket, (clean,))
    for index, _ in each(data, "spec", "nodeHooks"):
        yield from _expression(data, ("spec", "nodeHooks", index, "condition"))


def _expression(data: Mapping[str, Any], path: Path) -> Iterator[Cause]:
    expression = word(data, *path)
    if expression and (fault := fault_of(expression)):
        yield Cause(path, Check.EXPRESSION_MALFORMED, fault)


def _clean(path: str) -> str:
    """The path as Go's `filepath.Clean` gives it; unlike POSIX, Go knows no root of two slashes."""
    clean = posixpath.normpath(path)
    return clean[1:] if clean.startswith("//") else clean
