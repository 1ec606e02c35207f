"""Machines and disks that stand inside other objects, and Helm charts: what is not looked into, and what to do."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any

from vmlint.gitops.tree import Tree
from vmlint.graph.build import objects
from vmlint.model.access import mapping, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, kind_of
from vmlint.runtime.pattern import late
from vmlint.source.discover import KUSTOMIZATION_FILES
from vmlint.source.document import Document, Skipped, SourceFile

__all__ = ["charts", "embedded"]

_GROUPS = "kubevirt.io"
_TEXTS = (BY_GROUP_KIND["", "ConfigMap"], BY_GROUP_KIND["", "Secret"])
_LOOKED_INTO = (_GROUPS, "kustomize.config.k8s.io", "kustomize.toolkit.fluxcd.io")
_HINT = "kubevirt.io/v"
_IN_TEXT = late(
    r"""^[\s"'{,]*apiVersion["']?\s*:\s*["']?(?:\w+\.)?kubevirt\.io/v\w+.*?^[\s"'{,]*kind["']?\s*:\s*["']?(\w+)""",
    re.MULTILINE | re.DOTALL,
)
_LONGEST = 100_000
"""Of a longer text only the beginning is searched."""

_OTHER_VALUES = late(r"values.+\.ya?ml")
"""Values that Helm does not read by itself, as it reads `values.yaml`; a schema of values is JSON."""

_CHART_NAME = late(r"[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?")


def embedded(document: Document) -> Iterator[Skipped]:
    """The machines and disks inside an object of another kind: in a chart's values, in a text, in a playbook."""
    if _HINT not in document.text:
        return
    data = document.data
    if _is_one(data) and _group(data).endswith(_LOOKED_INTO):
        return
    owner = text(data, "kind") or "a list" if isinstance(data, dict | list) else ""
    if not owner or posixpath.basename(document.file) in KUSTOMIZATION_FILES:
        return
    if any(_is_looked_into(entry) for _, entry in objects(data)):
        return
    inside = f"inside {owner} `{text(data, 'metadata', 'name')}`" if isinstance(data, dict) else "inside a playbook"
    for path, kind in _found(data, ()):
        if path:
            yield Skipped(document.file, document.span(path).line, f"a {kind} {inside} is not checked")


def _is_one(data: Any) -> bool:
    """Whether a document is surely one object, as nearly all are."""
    kind = text(data, "kind")
    return bool(kind) and not kind.endswith(("List", "Template"))


def _is_looked_into(data: Any) -> bool:
    kind = kind_of(text(data, "apiVersion"), text(data, "kind"))
    return _group(data).endswith(_LOOKED_INTO) or (kind is not None and kind not in _TEXTS)


def charts(files: Iterable[SourceFile], tree: Tree) -> Iterator[Skipped]:
    """How to lint each Helm chart whose templates are not read."""
    for file in files:
        if not file.file.endswith("Chart.yaml"):
            continue
        folder, base = posixpath.split(file.file)
        if base != "Chart.yaml" or not file.documents or not _has_templates(folder, tree):
            continue
        written = text(mapping(file.documents[0].data), "name")
        name = written if _CHART_NAME.fullmatch(written) else "release"
        command = ["helm", "template", name, folder or "."]
        for values in tree.files_in(folder):
            if _OTHER_VALUES.fullmatch(posixpath.basename(values)):
                command += ["--values", values]
        import shlex

        yield Skipped(file.file, 0, f"a Helm chart: lint it with `{shlex.join(command)} | vmlint check -`")


def _has_templates(folder: str, tree: Tree) -> bool:
    waiting = [posixpath.join(folder, "templates")]
    while waiting:
        here = waiting.pop()
        if any((found := tree.file(name)) and found.skipped for name in tree.files_in(here)):
            return True
        waiting += tree.folders_in(here)
    return False


def _group(data: Any) -> str:
    return text(data, "apiVersion").rpartition("/")[0]


def _found(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """The outermost machines and disks in a value; a mere reference has no spec."""
    if isinstance(data, str):
        for kind in _IN_TEXT.findall(data[:_LONGEST]) if _HINT in data else ():
            yield path, kind
    elif isinstance(data, dict):
        kind = kind_of(text(data, "apiVersion"), text(data, "kind"))
        if kind is not None and kind.group.endswith(_GROUPS) and isinstance(data.get("spec"), dict):
            yield path, kind.name
            return
        for key, value in data.items():
            yield from _found(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _found(value, (*path, index))
