"""The references of a snapshot that lead outside the repository, or that hold a variable, one by one.

A report only counts them: a list costs as much as following every reference again, so it is made when somebody asks.
"""

from __future__ import annotations

from vmlint.engine.silent import is_open
from vmlint.engine.snapshot import Snapshot
from vmlint.findings.finding import OpenReference
from vmlint.graph.links import links
from vmlint.model.field import Path

__all__ = ["open_references"]


def open_references(snapshot: Snapshot) -> tuple[OpenReference, ...]:
    """As many as the counts of a report have: each field once, in the order of kinds, names and places."""
    found: dict[tuple[str, int, Path, str], OpenReference] = {}
    for world in snapshot.worlds:
        for resource in world.cluster.resources:
            for link in links(resource) if resource.linted else ():
                resolution = world.cluster.follow(link)
                if not is_open(resolution):
                    continue
                document, path = resource.written(link.path)
                place = document.file, document.index, path, resolution.state.value
                if place not in found:
                    line = document.span(path).line
                    ref = resolution.ref
                    found[place] = OpenReference(ref.kind, ref.short, resolution.reason, document.file, line)
    return tuple(sorted(found.values()))
