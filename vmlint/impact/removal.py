"""What becomes of the objects that Flux and Argo CD applied before an edit and do not apply after it.

Sources: Flux `kustomize-controller` `internal/controller/kustomization_controller.go` (prune, finalize,
finalizerShouldDeleteResources, build), Argo CD `gitops-engine/pkg/sync/sync_context.go` (pruneObject),
`pkg/apis/application/v1alpha1/types.go` (IsAutomatedSyncEnabled, CascadedDeletion),
`applicationset_types.go` (AllowDelete), `applicationset/utils/utils.go` (RenderTemplateParams),
`docs/operator-manual/applicationset/Application-Deletion.md`, `util/app/path` (Path).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from vmlint.engine.snapshot import Snapshot
from vmlint.findings.finding import Step
from vmlint.gitops.applied import FLUX, Applied, applied, tool_objects
from vmlint.gitops.tree import Tree
from vmlint.impact.keepers import SYNC_OPTIONS, Deleter, kept_by
from vmlint.impact.pairing import Side, told_apart
from vmlint.model.access import get, mapping, sequence, text
from vmlint.model.ref import Ref
from vmlint.model.resource import Written
from vmlint.record import Record
from vmlint.runtime.cached import cached_property
from vmlint.source.discover import KUSTOMIZATION_FILES

__all__ = ["Pruner", "Removal", "tools_of"]

_CASCADE = "resources-finalizer.argocd.argoproj.io"
_FORCED = "kustomize.toolkit.fluxcd.io/force"
_SOURCES = ("path", "sourceRef", "source", "sources")
"""The fields that name the folder which a tool applies."""

_KEEPS_APPLICATIONS = ("create-only", "create-update")
"""The policies under which an ApplicationSet does not delete an Application that it no longer generates."""


class Removal(Record):
    """What becomes of an object whose manifest is gone.

    `stays` is why the object stays in the cluster, as a clause, "" where it is deleted, and `until` another one about
    how long. `tool` is the tool that applied it, "" where none is known. `suspended` means that all this happens only
    after that is resumed.
    """

    stays: str = ""
    until: str = ""
    tool: str = ""
    step: Step | None = None
    suspended: bool = False
    cascades: bool = False
    """The object of the tool is deleted, and takes along what it applied."""

    @property
    def deletes(self) -> bool:
        """Whether the object is deleted at once."""
        return not (self.stays or self.suspended)


class Pruner:
    """The tools of a repository before and after an edit, and what they do with objects that the files have no more."""

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        self._before = before
        self._relative, self._relative_after = before.relative, after.relative
        self._after = tools_of(after)
        self._kustomizations = {
            after.relative(folder or ".")
            for folder, _, name in (file.file.rpartition("/") for file in after.repository.files)
            if name in KUSTOMIZATION_FILES
        }
        self.objects = dict(tool_objects(after.repository.files))
        """The objects of tools after the edit, whatever they apply."""

    @cached_property
    def _tools_before(self) -> Mapping[str, Applied]:
        return tools_of(self._before)

    @cached_property
    def _written_before(self) -> AbstractSet[tuple[str, Ref]]:
        """The objects as the files have them before the edit, each with its file."""
        resources = self._before.repository.resources
        return {(self._relative(resource.document.file), resource.ref) for resource in resources}

    def of(self, side: Side) -> Removal:
        """What becomes of an object that was applied before the edit, and is not applied after it."""
        return self.removal(side.deployment, side.resource.data)

    def removal(self, deployment: str, data: Mapping[str, Any]) -> Removal:
        """What becomes of an object that this deployment applied, and does not apply any more."""
        kind = text(data, "kind")
        before, after = self._tools_before.get(deployment), self._after.get(deployment)
        if after is not None:
            return _pruned(deployment, before, after, data)
        if before is None:
            return Removal(_kept(data, Deleter(flux=True, argo=True)))
        if (still := self.objects.get(before.deployment)) is not None:
            return _without_folder(deployment, before, still, kind)
        return self._taken_along(deployment, before, data)

    def drops(self, old: Side, new: Side) -> bool:
        """Whether an object is deleted that the files still have: no tool applies it any more, the one that does from
        now on is suspended, or its file is there and the kustomization that had it does not include it any more."""
        removal = self.of(old)
        if not removal.deletes or old.deployment == new.deployment:
            return False
        if new.deployment in self._after:
            return bool(removal.tool) and self.suspends(new.deployment)
        if removal.tool:
            return True
        files = self._relative(old.resource.document.file), self._relative_after(new.resource.document.file)
        return not new.deployment and files[0] == files[1] and self.still_applies(old)

    def leaves_out(self, new: Side | None) -> bool:
        """Whether an object is new only as its file is not included any more by the kustomization beside it."""
        if new is None or new.deployment:
            return False
        resource = new.resource
        file = resource.document.file
        if self._relative_after(file.rpartition("/")[0] or ".") not in self._kustomizations:
            return False
        return (self._relative_after(file), resource.ref) in self._written_before

    def still_applies(self, side: Side) -> bool:
        """Whether what applied an object before the edit surely does something about it after it: a tool, or a
        kustomization that is still there."""
        if side.deployment in self._tools_before:
            return True
        return bool(side.deployment) and self._relative(side.deployment) in self._kustomizations

    def moves(self, old: Side, new: Side) -> bool:
        """Whether one tool prunes an object that another one applies from now on."""
        if old.deployment == new.deployment or new.deployment not in self._after:
            return False
        return old.deployment in self._tools_before and self.of(old).deletes

    def forces(self, side: Side) -> str:
        """The setting by which a tool deletes an object whose update is refused, and creates it anew; "" for none.

        Sources: Flux `fluxcd/pkg` `ssa/manager_apply.go` (shouldForceApply, ApplyAllStaged), `ssa/errors/immutable.go`
        (IsImmutableError); Argo CD `docs/user-guide/sync-options.md` (Force).
        """
        tool = self._after.get(side.deployment)
        data = side.resource.data
        written = text(data, "metadata", "annotations", _FORCED) or text(data, "metadata", "labels", _FORCED)
        if written.lower() == "enabled" and (tool is None or tool.tool is FLUX):
            return f"{_FORCED}: {written}"
        if tool is None:
            return ""
        if tool.tool is FLUX:
            return "force: true" if get(_spec_of(tool), "force") is True else ""
        options = text(data, "metadata", "annotations", SYNC_OPTIONS)
        return f"{SYNC_OPTIONS}: {options}" if "Force=true" in map(str.strip, options.split(",")) else ""

    def suspends(self, deployment: str) -> bool:
        """Whether a tool is suspended before and after the edit, or new and suspended, so it applies nothing."""
        before, after = self._tools_before.get(deployment), self._after.get(deployment)
        return after is not None and _is_suspended(after) and (before is None or _is_suspended(before))

    def suspends_now(self, deployment: str) -> bool:
        """Whether the edit suspends a tool, which may apply the rest of the edit before or not."""
        after = self._after.get(deployment)
        return after is not None and _is_suspended(after) and not self.suspends(deployment)

    @property
    def resumed(self) -> Sequence[str]:
        """The tools that the edit resumes."""
        return [
            name
            for name, tool in self._after.items()
            if (before := self._tools_before.get(name)) and _is_suspended(before) and not _is_suspended(tool)
        ]

    def _taken_along(self, deployment: str, tool: Applied, data: Mapping[str, Any]) -> Removal:
        """What becomes of an object with the deletion of the object of its tool."""
        kind = text(data, "kind")
        is_flux = tool.tool is FLUX
        if self._is_kept_by_its_set(tool):
            stays, step = f"the ApplicationSet does not delete {deployment}", _step(deployment, tool, "stays")
            return Removal(stays, _as_it_is(kind), deployment, step)
        if not _takes_along(tool):
            stays, step = f"{deployment} leaves its objects", _step(deployment, tool, "is deleted without its objects")
            return Removal(stays, _by_hand(kind), deployment, step)
        stays = _kept(data, Deleter(flux=is_flux, argo=not is_flux, cascades=True))
        step = _step(deployment, tool, "is deleted, and its objects with it")
        return Removal(stays, "", deployment, step, cascades=True)

    def _is_kept_by_its_set(self, tool: Applied) -> bool:
        """Whether an Application stays that its ApplicationSet does not generate any more."""
        written = self.objects.get(tool.own_name) if tool.own_name != tool.deployment else None
        if written is None:
            return False
        policy = text(written.document.data, *written.path, "spec", "syncPolicy", "applicationsSync")
        return policy in _KEEPS_APPLICATIONS


def tools_of(snapshot: Snapshot) -> Mapping[str, Applied]:
    """The tools that apply folders of a repository, by the names of their deployments, in the order of these."""
    files = snapshot.repository.files
    tools = list(applied(files, Tree(files)))
    return dict(zip(told_apart(tool.deployment for tool in tools), tools, strict=True))


def _pruned(deployment: str, before: Applied | None, after: Applied, data: Mapping[str, Any]) -> Removal:
    """What a tool whose own object is there after the edit does with an object that left its folder."""
    spec, kind = _spec_of(after), text(data, "kind")
    is_flux = after.tool is FLUX
    was_suspended = before is not None and _is_suspended(before)
    if _is_suspended(after) and not was_suspended and before is not None and _differ(spec, _spec_of(before)):
        stays = f"{deployment} is suspended by the same edit"
        return Removal(stays, _as_it_is(kind), deployment, _step(deployment, after, "is suspended"))
    prunes = get(spec, "prune") is True if is_flux else _prunes_by_itself(spec)
    if not prunes:
        stays = f"{deployment} does not prune"
        return Removal(stays, _by_hand(kind), deployment, _step(deployment, after, "does not prune"))
    stays = _kept(data, Deleter(flux=is_flux, argo=not is_flux))
    suspended = _is_suspended(after) and was_suspended
    step = _step(deployment, after, "prunes")
    return Removal(stays, "", deployment, step, suspended=suspended and not stays)


def _by_hand(kind: str) -> str:
    return f"the {kind} stays until it is deleted by hand"


def _as_it_is(kind: str) -> str:
    return f"the {kind} stays as it is"


def _prunes_by_itself(spec: object) -> bool:
    automated = mapping(spec, "syncPolicy", "automated")
    return automated.get("prune") is True and automated.get("enabled") is not False


def _kept(data: Mapping[str, Any], deleter: Deleter) -> str:
    """Why an annotation keeps an object, as a clause; "" where none does."""
    keeper = kept_by(data, deleter)
    if keeper is None:
        return ""
    if keeper.confirms:
        return f"Argo CD does not delete the {text(data, 'kind')} before somebody confirms it: `{keeper.annotation}`"
    return f"`{keeper.annotation}` keeps the {text(data, 'kind')} in the cluster"


def _step(deployment: str, tool: Applied, what: str) -> Step:
    document = tool.at.document
    return Step(f"{deployment} {what}", document.file, document.span(tool.at.path).line)


def _without_folder(deployment: str, tool: Applied, still: Written, kind: str) -> Removal:
    """What a tool does whose own object is there after the edit, and its folder is not: it fails, unless it reads
    another folder or source now."""
    document = still.document
    if _differ(get(document.data, *still.path, "spec"), _spec_of(tool)):
        return Removal()
    stays = f"{deployment} fails without its folder"
    step = Step(f"{deployment} fails: its path does not exist", document.file, document.span(still.path).line)
    return Removal(stays, _as_it_is(kind), deployment, step)


def _differ(spec: object, other: object) -> bool:
    """Whether two specs of a tool name different folders."""
    return any(get(spec, name) != get(other, name) for name in _SOURCES)


def _takes_along(tool: Applied) -> bool:
    """Whether the deletion of a tool's own object deletes what that applied."""
    spec = _spec_of(tool)
    if tool.tool is FLUX:
        policy = text(spec, "deletionPolicy") or "MirrorPrune"
        prunes = get(spec, "prune") is True if policy == "MirrorPrune" else policy != "Orphan"
        return prunes and not _is_suspended(tool)
    holder: object = tool.own_object
    if text(holder, "kind") == "ApplicationSet":
        preserves = get(holder, "spec", "syncPolicy", "preserveResourcesOnDeletion") is True
        holder = get(holder, "spec", "template")
        if not sequence(holder, "metadata", "finalizers"):
            return not preserves
    finalizers = sequence(holder, "metadata", "finalizers")
    return any(isinstance(name, str) and name.partition("/")[0] == _CASCADE for name in finalizers)


def _is_suspended(tool: Applied) -> bool:
    return tool.tool is FLUX and get(_spec_of(tool), "suspend") is True


def _spec_of(tool: Applied) -> object:
    """The `spec` of an Argo CD Application, however deep the source lies in it; that of a Kustomization of Flux."""
    path = tool.at.path
    if tool.tool is FLUX:
        return get(tool.at.document.data, *path)
    while path and path[-1] != "spec":
        path = path[:-1]
    return get(tool.at.document.data, *path)
