"""What disappears with an object that is deleted, and who deletes it.

Sources: KubeVirt `pkg/virt-controller/watch/vm/vm.go` (a VM owns the DataVolumes of its templates), CDI (a DataVolume
owns its claim), Helm `pkg/kube` (resource policy), Argo CD `docs/user-guide/sync-options.md`, Flux
`kustomize-controller` (prune).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from vmlint.engine.snapshot import Snapshot
from vmlint.findings.finding import Step
from vmlint.gitops.applied import FLUX, Applied, applied
from vmlint.gitops.tree import Tree
from vmlint.impact.pairing import Side
from vmlint.model.access import get, text
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataVolume, PersistentVolumeClaim, VirtualMachine, VirtualMachinePool
from vmlint.record import Record

__all__ = ["Keeper", "Pruning", "claims_lost", "kept_by", "pruning", "stays"]

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
    """The claims that are deleted with an object."""
    if isinstance(resource, VirtualMachinePool):
        return ()
    if isinstance(resource, VirtualMachine):
        return tuple(dict.fromkeys(name for _, name, _ in resource.templates() if name))
    if isinstance(resource, DataVolume):
        return () if resource.annotations.get(_COLLECTED) == "true" else (resource.name,)
    return (resource.name,) if isinstance(resource, PersistentVolumeClaim) else ()


class Pruning(Record):
    """Whether the tool that applied an object deletes it when its manifest is gone; None where no tool is known."""

    tool: str
    prunes: bool | None
    step: Step | None = None


def stays(resource: Resource, pruning: Pruning) -> bool:
    """Whether an object stays in the cluster whose manifest is gone."""
    return kept_by(resource) is not None or pruning.prunes is False


def pruning(before: Snapshot) -> Callable[[Side], Pruning]:
    """Who deletes the objects of each deployment."""
    by_name = {f"{applied.tool.name} {applied.name}": applied for applied in _applied(before)}

    def answer(side: Side) -> Pruning:
        tool = by_name.get(side.deployment)
        if tool is None:
            return Pruning("", None)
        path = ("prune",) if tool.tool is FLUX else ("syncPolicy", "automated", "prune")
        spec = get(tool.at.document.data, *tool.at.path)
        if tool.tool is not FLUX and text(tool.at.document.data, "kind") in ("Application", "ApplicationSet"):
            spec = _spec_of(tool)
        prunes = get(spec, *path) is True
        document = tool.at.document
        return Pruning(
            side.deployment,
            prunes,
            Step(
                f"{side.deployment} {'prunes' if prunes else 'does not prune'}",
                document.file,
                document.span(tool.at.path).line,
            ),
        )

    return answer


def _spec_of(tool: Applied) -> object:
    """The `spec` of an Argo CD Application, however deep the source lies in it."""
    path = tool.at.path
    while path and path[-1] != "spec":
        path = path[:-1]
    return get(tool.at.document.data, *path)


def _applied(opened: Snapshot) -> Iterator[Applied]:
    files = opened.repository.files
    yield from applied(files, Tree(files))
