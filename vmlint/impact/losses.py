"""What disappears with an object that is deleted, and who deletes it.

Sources: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (a VM owns the DataVolumes of its templates), CDI (a DataVolume
owns its claim), Helm `pkg/kube` (resource policy), Argo CD `docs/user-guide/sync-options.md`, Flux
`kustomize-controller` (prune).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from vmlint.engine.snapshot import Snapshot
from vmlint.findings.finding import Step
from vmlint.gitops.applied import FLUX, Applied, applied, tool_objects
from vmlint.gitops.tree import Tree
from vmlint.impact.pairing import Side
from vmlint.model.access import get, sequence, text
from vmlint.model.resource import Resource, Written
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine, VirtualMachinePool
from vmlint.record import Record

__all__ = ["Keeper", "Pruner", "Pruning", "claims_lost", "kept_by", "stays"]

_CASCADE = "resources-finalizer.argocd.argoproj.io"
_SOURCES = ("path", "sourceRef", "source", "sources")
"""The fields that name the folder which a tool applies."""

_COLLECTED = "cdi.kubevirt.io/storage.deleteAfterCompletion"


class Keeper(Record):
    """An annotation by which a tool leaves an object in the cluster, and the tool."""

    annotation: str
    tool: str


_KEEPERS: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "helm.sh/resource-policy": ("Helm", lambda value: value == "keep"),
    "argocd.argoproj.io/sync-options": (
        "Argo CD",
        lambda value: bool({"Prune=false", "Delete=false"}.intersection(part.strip() for part in value.split(","))),
    ),
    "kustomize.toolkit.fluxcd.io/prune": ("Flux", lambda value: value == "disabled"),
    "kustomize.toolkit.fluxcd.io/reconcile": ("Flux", lambda value: value == "disabled"),
}


def kept_by(resource: Resource) -> Keeper | None:
    """The annotation that keeps an object from being deleted with its manifest."""
    for name, (tool, keeps) in _KEEPERS.items():
        value = resource.annotations.get(name)
        if isinstance(value, str) and keeps(value):
            return Keeper(f"{name}: {value}", tool)
    return None


def claims_lost(resource: Resource) -> tuple[str, ...]:
    """The claims that are deleted with an object; those of a pool's VMs end in the number of the VM."""
    if isinstance(resource, VirtualMachine):
        end = "-*" if isinstance(resource, VirtualMachinePool) else ""
        return tuple(dict.fromkeys(f"{name}{end}" for _, name, _ in resource.templates() if name))
    if isinstance(resource, DataVolume):
        return () if resource.annotations.get(_COLLECTED) == "true" else (resource.name,)
    return (resource.name,) if isinstance(resource, PersistentVolumeClaim) else ()


class Pruning(Record):
    """Whether the tool that applied an object deletes it when its manifest is gone; None where no tool is known, or not
    what it applies now. `fails` means that the tool's folder is gone as well, so it changes nothing."""

    tool: str
    prunes: bool | None
    step: Step | None = None
    fails: bool = False


def stays(resource: Resource, pruning: Pruning) -> bool:
    """Whether an object stays in the cluster whose manifest is gone."""
    return kept_by(resource) is not None or pruning.prunes is False


class Pruner:
    """What becomes of the objects that Flux and Argo CD applied before an edit and do not apply after it.

    Sources: Flux API v1 (KustomizationSpec: prune, deletionPolicy, suspend), Argo CD `docs/user-guide/app_deletion.md`,
    `docs/operator-manual/applicationset/Application-Deletion.md`; for a folder that is gone Flux
    `kustomization_controller.go` (build), Argo CD `util/app/path` (Path).
    """

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        self._before, self._after = (
            {f"{applied.tool.name} {applied.name}": applied for applied in _applied(snapshot)}
            for snapshot in (before, after)
        )
        self._objects = dict(tool_objects(after.repository.files))

    def of(self, side: Side) -> Pruning:
        """What the tool that applied an object before the edit does with it: as its own object is after the edit, or
        as that is deleted."""
        if tool := self._after.get(side.deployment):
            prunes = _prunes(tool)
            return _pruning(side, tool, "prunes" if prunes else "does not prune", prunes=prunes)
        tool, still = self._before.get(side.deployment), self._objects.get(side.deployment)
        if tool is not None and still is not None:
            return _without_folder(side, tool, still)
        if tool is not None:
            takes = _takes_along(tool)
            what = "is deleted, and its objects with it" if takes else "is deleted, and leaves its objects"
            return _pruning(side, tool, what, prunes=takes)
        return Pruning("", None)

    def drops(self, old: Side, new: Side) -> bool:
        """Whether a tool deletes an object that the files still have, since no tool applies it any more."""
        return new.deployment not in self._after and self.of(old).prunes is True and kept_by(new.resource) is None


def _pruning(side: Side, tool: Applied, what: str, *, prunes: bool) -> Pruning:
    document = tool.at.document
    step = Step(f"{side.deployment} {what}", document.file, document.span(tool.at.path).line)
    return Pruning(side.deployment, prunes, step)


def _without_folder(side: Side, tool: Applied, still: Written) -> Pruning:
    """What a tool does whose own object is there after the edit, and its folder is not: it fails, unless it reads
    another folder or source now."""
    spec = get(still.document.data, *still.path, "spec")
    if any(get(spec, name) != get(_spec_of(tool), name) for name in _SOURCES):
        return Pruning("", None)
    document = still.document
    step = Step(f"{side.deployment} fails: its path does not exist", document.file, document.span(still.path).line)
    return Pruning(side.deployment, prunes=False, step=step, fails=True)


def _prunes(tool: Applied) -> bool:
    """Whether a tool deletes what it applied once and its folder has no more."""
    spec = _spec_of(tool)
    if tool.tool is FLUX:
        return get(spec, "prune") is True and get(spec, "suspend") is not True
    return get(spec, "syncPolicy", "automated", "prune") is True


def _takes_along(tool: Applied) -> bool:
    """Whether the deletion of a tool's own object deletes what that applied."""
    spec, document = _spec_of(tool), tool.at.document
    if tool.tool is FLUX:
        policy = text(spec, "deletionPolicy") or "MirrorPrune"
        prunes = get(spec, "prune") is True if policy == "MirrorPrune" else policy != "Orphan"
        return prunes and get(spec, "suspend") is not True
    if text(document.data, "kind") == "ApplicationSet":
        return get(document.data, "spec", "syncPolicy", "preserveResourcesOnDeletion") is not True
    holder = get(document.data, *tool.at.path[: tool.at.path.index("spec")]) if "spec" in tool.at.path else None
    finalizers = sequence(holder, "metadata", "finalizers")
    return any(isinstance(name, str) and name.partition("/")[0] == _CASCADE for name in finalizers)


def _spec_of(tool: Applied) -> object:
    """The `spec` of an Argo CD Application, however deep the source lies in it; that of a Kustomization of Flux."""
    path = tool.at.path
    if tool.tool is FLUX:
        return get(tool.at.document.data, *path)
    while path and path[-1] != "spec":
        path = path[:-1]
    return get(tool.at.document.data, *path)


def _applied(opened: Snapshot) -> Iterator[Applied]:
    files = opened.repository.files
    yield from applied(files, Tree(files))
