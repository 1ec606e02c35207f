"""The real kustomize beside vmlint's own: what each makes of a tree of files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any, NamedTuple

from vmlint.config.config import Config
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import Workspace
from vmlint.gitops.build import Builder
from vmlint.gitops.tree import Tree
from vmlint.model.access import get
from vmlint.source.decode import decode_text
from vmlint.source.read import decoded

__all__ = ["KUBECTL", "Made", "in_order", "ours", "theirs"]

_BESIDE = Path(sys.executable).parent / "kubectl"
KUBECTL = str(_BESIDE) if _BESIDE.exists() else shutil.which("kubectl")
"""The kubectl of the development dependencies, else the installed one; None for none."""


class Made(NamedTuple):
    """The objects of a kustomization in the order of the output, or why there are none.

    `unsure` are the places of objects that are not wholly known; `open` means that more may be missing.
    """

    objects: list[Any]
    refused: str
    unsure: frozenset[int] = frozenset()
    open: bool = False


def in_order(data: Any) -> Any:
    """An object in which the ports of a Service have one order: kustomize sorts those that it merges in its own way."""
    ports = get(data, "spec", "ports")
    if get(data, "kind") != "Service" or not isinstance(ports, list):
        return data
    return {**data, "spec": {**data["spec"], "ports": sorted(ports, key=str)}}


def theirs(folder: Path, top: str) -> Made:
    """What `kubectl kustomize` makes of a folder."""
    command = [KUBECTL or "kubectl", "kustomize", top]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        return Made([], done.stderr.strip() or "?")
    return Made([data for document in decode_text(done.stdout, "").documents for data in [document.data]], "")


def ours(folder: Path, top: str) -> Made:
    """What vmlint makes of the same folder."""
    with chdir(folder):
        gathered = Workspace.open(RunRequest(config=Config())).files
        files = list(decoded(gathered.files))
        builder = Builder(Tree(files, gathered.beside), {}, "default")
        tree = builder._tree
        build = builder.finish(builder.build(top), tree.kustomization(top))
    if tree.kustomization(top) is None:
        return Made([], "no kustomization")
    if build.failed:
        problems = [problem for problem in build.problems if problem.code != "target-unmatched"]
        return Made([], "; ".join(f"{one.code}: {dict(one.values)} at {one.at.path}" for one in problems))
    unsure = frozenset(index for index, part in enumerate(build.parts) if part.unclear)
    return Made([part.draft.data for part in build.parts], "", unsure, bool(build.unread))
