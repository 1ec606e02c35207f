"""What the sizing rules share: the VMs that the proposals judge, and who gives their amounts."""

from __future__ import annotations

from vmlint.kubevirt.matching import Match
from vmlint.kubevirt.sizing import Sizing, applies, sizing
from vmlint.model.access import mapping
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Place
from vmlint.model.subjects import VirtualMachine
from vmlint.record import Record
from vmlint.rule import Effect
from vmlint.world import World

from .._effect import refusal

__all__ = ["Sized", "sized"]


class Sized(Record):
    """A VM that the proposals judge: who gives its amounts, and the instancetype that it has, if any."""

    vm: VirtualMachine
    sizing: Sizing
    match: Match | None

    @property
    def effect(self) -> Effect:
        """The webhook would see VMs, not pools: a pool's VMs are never created."""
        return refusal(self.vm)

    @property
    def whose(self) -> str:
        """The instancetype, for a message."""
        return f"instancetype `{self.match.name}`" if self.match else "the VM"

    @property
    def hops(self) -> tuple[Hop, ...]:
        """How the VM came to its instancetype, and where that is."""
        if self.match is None or self.match.resolution is None:
            return ()
        inferred = self.match.chain.hops if self.match.chain else ()
        owner = self.match.resolution.resource
        return (*inferred, Hop(f"instancetype {owner.ref.short}", owner.at("spec"))) if owner else inferred

    def at(self, path: Path) -> Place:
        """The place of a field of the template."""
        return self.vm.at(*self.vm.template_path, *path)


def sized(vm: VirtualMachine, world: World) -> Sized | None:
    """The VM with its sizing, where the proposals decide and the files say what its instancetype is."""
    match = world.vms.match(vm, Matcher.INSTANCETYPE)
    if match is not None and match.object is None:
        return None
    template = mapping(vm.data, *vm.template_path)
    instancetype = match.object if match else None
    if not applies(instancetype, template, world.settings.release):
        return None
    return Sized(vm, sizing(template, match.spec if match else None), match)
