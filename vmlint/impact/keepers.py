"""The annotations by which Flux, Argo CD and Helm leave an object in the cluster.

Sources: Flux `kustomize-controller` `internal/controller/kustomization_controller.go` (deleteObjects) and `fluxcd/pkg`
`ssa/utils/meta.go` (AnyInMetadata), Argo CD `gitops-engine/pkg/sync/sync_context.go` (pruneObject,
objRequiresPruneConfirmation) and `controller/appcontroller.go` (shouldBeDeleted), Helm `pkg/kube` (resource policy).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.model.access import text
from vmlint.record import Record

__all__ = ["SYNC_OPTIONS", "Deleter", "Keeper", "kept_by"]

_FLUX = "kustomize.toolkit.fluxcd.io"
SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
_RESOURCE_POLICY = "helm.sh/resource-policy"


class Deleter(Record):
    """How an object would be deleted: by which tools, and whether together with the object of the tool that applied it,
    in place of by a sync that does not find its manifest."""

    flux: bool
    argo: bool
    cascades: bool = False


class Keeper(Record):
    """An annotation by which a tool leaves an object in the cluster, or waits until somebody confirms its deletion."""

    annotation: str
    confirms: bool = False


def kept_by(data: Mapping[str, Any], deleter: Deleter) -> Keeper | None:
    """The annotation that keeps an object from being deleted with its manifest."""
    return next(_keepers(data, deleter), None)


def _keepers(data: Mapping[str, Any], deleter: Deleter) -> Iterator[Keeper]:
    is_known = deleter.flux != deleter.argo
    if text(data, "metadata", "annotations", _RESOURCE_POLICY) == "keep" and (
        not is_known or (deleter.argo and deleter.cascades)
    ):
        yield Keeper(f"{_RESOURCE_POLICY}: keep")
    if deleter.argo:
        options = text(data, "metadata", "annotations", SYNC_OPTIONS)
        values = [part.strip() for part in options.split(",")]
        named = ("Prune", "Delete") if not is_known else ("Delete",) if deleter.cascades else ("Prune",)
        if any(f"{name}=false" in values for name in named):
            yield Keeper(f"{SYNC_OPTIONS}: {options}")
        if "Prune=confirm" in values or ("Delete=confirm" in values and "Delete" in named):
            yield Keeper(f"{SYNC_OPTIONS}: {options}", confirms=True)
    if deleter.flux:
        for name, value in (("prune", "disabled"), ("reconcile", "disabled"), ("ssa", "ignore")):
            for holder in ("annotations", "labels"):
                written = text(data, "metadata", holder, f"{_FLUX}/{name}")
                if written.lower() == value:
                    yield Keeper(f"{_FLUX}/{name}: {written}")
