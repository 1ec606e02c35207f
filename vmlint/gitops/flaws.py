"""What kustomize refuses in the file of a kustomization itself, whatever is beside it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from vmlint.gitops.field_types import FieldFault, faults, is_empty
from vmlint.gitops.kustomization import Kustomization
from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.gitops.tree import Tree
from vmlint.model.access import get, sequence, text
from vmlint.model.field import Path
from vmlint.model.resource import Written
from vmlint.source.document import Document

__all__ = ["flaw", "flaws", "misplaced"]


def flaws(kustomization: Kustomization, tree: Tree) -> Iterator[BuildProblem]:
    """What kustomize refuses in the file itself."""
    folder, document = kustomization.folder, kustomization.document

    def problem(code: BuildCode, path: Path = (), *, key: bool = False, **values: str) -> BuildProblem:
        return BuildProblem(code, Written(document, path), folder, values, key)

    if second := tree.second_file(folder):
        yield problem(BuildCode.SEVERAL_FILES, name=posixpath.basename(document.file), other=posixpath.basename(second))
        return
    if document.problem is not None:
        yield problem(BuildCode.OBJECT_INVALID, reason=document.problem.reason)
        return
    data = document.data
    if data is None or (isinstance(data, dict) and is_empty(data)):
        yield problem(BuildCode.EMPTY)
        return
    any_fault = False
    for fault in faults(data):
        any_fault = True
        yield flaw(document, fault, folder)
    if any_fault:
        return
    kind, version = text(kustomization.data, "kind") or "Kustomization", text(kustomization.data, "apiVersion")
    if kind not in ("Kustomization", "Component"):
        yield problem(BuildCode.INVALID, ("kind",), reason=f"`{kind}` is neither `Kustomization` nor `Component`")
    wanted = f"kustomize.config.k8s.io/{'v1alpha1' if kind == 'Component' else 'v1beta1'}"
    if version and version != wanted:
        yield problem(
            BuildCode.INVALID, ("apiVersion",), reason=f"a {kind} has the version `{wanted}`, not `{version}`"
        )


def flaw(document: Document, fault: FieldFault, folder: str) -> BuildProblem:
    """A field of a kustomization or of a configuration that kustomize does not take."""
    at = Written(document, fault.path)
    if fault.expected:
        values = {
            "field": ".".join(map(str, fault.path)),
            "expected": fault.expected,
            "value": _shown(get(document.data, *fault.path)),
        }
        return BuildProblem(BuildCode.WRONG_TYPE, at, folder, values)
    values = {"field": str(fault.path[-1]), "known": " ".join(fault.known)}
    return BuildProblem(BuildCode.UNKNOWN_FIELD, at, folder, values, key=True)


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def misplaced(kustomization: Kustomization) -> Iterator[str]:
    """What a kustomization lists under keys that kustomize does not know, such as `resource`."""
    data = kustomization.document.data
    for fault in faults(data) if isinstance(data, dict) else ():
        if not fault.expected and len(fault.path) == 1:
            yield from (entry for entry in sequence(data, *fault.path) if isinstance(entry, str))
