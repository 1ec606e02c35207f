"""The words of vmlint's own rules for a refusal, for those who show one that is no finding."""

from __future__ import annotations

from importlib import import_module

from vmlint.model.refusal import Refusal
from vmlint.registry.own import OWN

__all__ = ["wrong_with_guest"]


def wrong_with_guest(refusal: Refusal) -> str:
    """What is wrong with a VM, VirtualMachineInstance, pool or replica set that KubeVirt's admission refuses."""
    return str(import_module(f"{OWN}.machine._words").words_of(refusal).wrong)
