"""What a kustomization says of a file: the kind that a patch is for, and the namespace that objects end up in."""

from __future__ import annotations

import posixpath
from collections import Counter

from vmlint.engine.snapshot import Snapshot
from vmlint.gitops.kustomization import Kustomization
from vmlint.model.access import text
from vmlint.model.kinds import Kind
from vmlint.source.discover import KUSTOMIZATION_FILES

__all__ = ["namespace_around", "patched_kind"]


def patched_kind(name: str, snapshot: Snapshot | None) -> str:
    """The kind of what a file patches, by the target that a kustomization gives it; "" where none does."""
    for file in snapshot.repository.files if snapshot is not None else ():
        folder, base = posixpath.split(file.file)
        if base not in KUSTOMIZATION_FILES:
            continue
        for document in file.documents:
            written = None if document.waiting else Kustomization(document, folder)
            for entry in (*written.patches, *written.operations) if written is not None else ():
                path = posixpath.normpath(posixpath.join(folder, entry.path)) if entry.path else ""
                if path == name and (kind := text(entry.target, "kind")):
                    return kind
    return ""


def namespace_around(name: str, kind: Kind, own_name: str, snapshot: Snapshot) -> str:
    """The namespace in which an object without one ends up: that of the object as it is applied, else of its folder."""
    folder = posixpath.dirname(name)
    near: Counter[str] = Counter()
    for one in snapshot.world.cluster.resources:
        written = one.renamed.ref.name if one.renamed else one.ref.name
        if one.document.file == name and one.kind == kind and written == own_name:
            return one.namespace
        if one.namespace and posixpath.dirname(one.document.file) == folder:
            near[one.namespace] += 1
    return near.most_common(1)[0][0] if near else snapshot.settings.default_namespace
