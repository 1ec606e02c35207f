"""A cluster from YAML text, as short as a test needs it, and what rules find in worlds."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from vmlint.config.config import Config
from vmlint.engine.analysis import Analysis, analyse
from vmlint.engine.repository import Repository
from vmlint.engine.reuse import Reuse
from vmlint.engine.snapshot import Snapshot
from vmlint.findings.finding import Counts
from vmlint.graph.build import objects, resource
from vmlint.graph.cluster import Cluster
from vmlint.model.resource import Resource
from vmlint.rule import Rule
from vmlint.source.decode import decode_text
from vmlint.world import World

__all__ = ["analysed", "cluster", "resources"]

_NAMESPACE = "shop"


def resources(text: str, file: str = "all.yaml", *, linted: bool = True, fragment: bool = False) -> list[Resource]:
    """The objects of a file; those without a namespace live in `shop`. A document that can't be read fails."""
    found = []
    for document in decode_text(textwrap.dedent(text), file).documents:
        assert document.problem is None, document.problem
        for path, data in objects(document.data):
            known = resource(document, path, data, default_namespace=_NAMESPACE, linted=linted, fragment=fragment)
            assert known is not None, f"no known kind: {data['kind']}"
            found.append(known)
    return found


def cluster(*files: str | tuple[str, str], outside: Sequence[str] = ()) -> Cluster:
    """A cluster of files, each its text, or its name and text."""
    named = [file if isinstance(file, tuple) else ("all.yaml", file) for file in files]
    return Cluster([one for name, text in named for one in resources(text, name)], outside=outside)


def analysed(rules: Sequence[Rule], worlds: Sequence[World]) -> Analysis:
    """What some rules find in worlds that come from no file."""
    empty = Repository((), (), (), Counts())
    snapshot = Snapshot(Config(known_rules=tuple(rules)), empty, worlds[0], tuple(worlds))
    return analyse(snapshot, Reuse())
