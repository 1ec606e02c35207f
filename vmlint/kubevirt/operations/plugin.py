"""Plugins, as far as files decide: the gate, the paths of sockets, and the syntax of expressions.

Source: KubeVirt `pkg/virt-api/webhooks/validating-webhook/admitters/plugin-admitter.go`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.reading import word
from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.operations.check import Check
from vmlint.kubevirt.operations.expression import fault_of
from vmlint.kubevirt.operations.reference import gated
from vmlint.model.access import each
from vmlint.model.field import Path
from vmlint.model.refusal import Refusal

__all__ = ["check_plugin"]


def check_plugin(data: Mapping[str, Any], gates: Gates) -> Iterator[Refusal]:
    """Why KubeVirt refuses a Plugin."""
    yield from gated(gates, ("kind",), "Plugins")
    yield from _expression(data, ("spec", "condition"))
    for index, hook in each(data, "spec", "domainHooks"):
        path = ("spec", "domainHooks", index)
        yield from _expression(data, (*path, "cel", "expression"))
        yield from _expression(data, (*path, "condition"))
        socket = word(hook, "sidecar", "socketPath")
        if socket and (clean := _clean(socket)) != socket:
            yield Refusal(
                Check.SOCKET_NOT_CLEAN, (*path, "sidecar", "socketPath"), {"value": socket, "expected": (clean,)}
            )
    for index, _ in each(data, "spec", "nodeHooks"):
        yield from _expression(data, ("spec", "nodeHooks", index, "condition"))


def _expression(data: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    expression = word(data, *path)
    if expression and (fault := fault_of(expression)) is not None:
        yield Refusal(Check.EXPRESSION_MALFORMED, path, {"flaw": fault.flaw, "token": fault.token})


def _clean(path: str) -> str:
    """The path as Go's `filepath.Clean` gives it; unlike POSIX, Go knows no root of two slashes."""
    clean = posixpath.normpath(path)
    return clean[1:] if clean.startswith("//") else clean
