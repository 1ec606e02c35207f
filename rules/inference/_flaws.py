"""What the rules on a matcher's own fields share."""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.matching import Flaw, flaws
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Place
from vmlint.model.subjects import VirtualMachine

__all__ = ["flawed"]


def flawed(vm: VirtualMachine, flaw: Flaw) -> Iterator[tuple[Matcher, Place]]:
    """The matchers of the VM with that flaw, each with the field that has it."""
    for matcher in Matcher:
        stanza = vm.matcher(matcher)
        for own, path in flaws(stanza) if stanza is not None else ():
            if own is flaw:
                yield matcher, vm.at(*vm.matcher_path(matcher, *path))
