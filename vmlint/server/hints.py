"""What is shown behind a field without being written: the instancetype or preference that a VM infers, and its size."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from vmlint.kubevirt.matching import MatchOutcome
from vmlint.model.access import mapping
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.server.names import size_of
from vmlint.server.view import View
from vmlint.world import World

__all__ = ["hints"]


def hints(view: View, name: str, there: types.Range) -> list[types.InlayHint]:
    """The hints in a range of a file, one for each field, of all deployments that it is in."""
    found: dict[tuple[int, int], list[str]] = {}
    for document in view.documents(name):
        for world, vm in view.objects(document):
            for matcher, label in _labels(vm, world):
                assert isinstance(vm, VirtualMachine)
                spelled = view.spelled(vm, vm.matcher_path(matcher, "inferFromVolume"))
                shown = view.range(spelled) if spelled.document is document else None
                if shown is not None and there.start.line <= shown.end.line <= there.end.line:
                    labels = found.setdefault((shown.end.line, shown.end.character), [])
                    if label not in labels:
                        labels.append(label)
    return [
        types.InlayHint(types.Position(*place), " / ".join(labels), padding_left=True)
        for place, labels in sorted(found.items())
    ]


def _labels(vm: Resource, world: World) -> Iterator[tuple[Matcher, str]]:
    """What the matchers of a VM infer, in a few words."""
    if not isinstance(vm, VirtualMachine) or vm.fragment:
        return
    for matcher in Matcher:
        chain = world.vms.infer(vm, matcher)
        match = world.vms.match(vm, matcher) if chain is not None else None
        if chain is None or match is None or not chain.name:
            continue
        size = size_of(mapping(match.object, "spec"))
        known = match.outcome is MatchOutcome.USED
        label = f"{chain.name}, {size}" if size else chain.name
        yield matcher, f"→ {label}" if known else f"→ {label}, not in the files"
