"""From a request to worlds of objects: the settings, the files, the cluster that they describe."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vmlint.catalog.operators import is_everywhere, is_operated
from vmlint.config.config import Config
from vmlint.config.file import MARKS, load_for, with_folders
from vmlint.engine.files import NOTHING, Gathered, KnownFiles, gather, whole
from vmlint.engine.repository import FilesBefore, Repository, assemble
from vmlint.engine.request import RunRequest
from vmlint.engine.reuse import Reuse
from vmlint.engine.snapshot import Comparison, Snapshot
from vmlint.errors import NothingToRead, UsageError
from vmlint.gitops.deployment import Deployment
from vmlint.gitops.deployments import plan
from vmlint.gitops.uses import NO_USES, Uses
from vmlint.graph.cluster import Cluster
from vmlint.kubevirt.releases import Release
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.record import Record
from vmlint.runtime.profiling import stage
from vmlint.source.discover import STDIN, Found, discover, name_of
from vmlint.source.document import Document, Skipped, SourceFile
from vmlint.source.ignore import Excluded
from vmlint.source.read import Raw, raw_of
from vmlint.world import World
from vmlint.world.likeness import Templates
from vmlint.world.outside import GoldenImages, catalogs
from vmlint.world.settings import Absence, Settings

if TYPE_CHECKING:
    from vmlint.source.git import Difference

__all__ = ["Workspace", "snapshot_of", "with_files", "with_objects", "world_of"]


class Workspace:
    """The files of a request as they were read, with the settings that hold for them.

    It keeps the documents that it has decoded: a snapshot after an `update` decodes only what differs. `paths` are
    those that were read, `unread` what was not read of the configurations of folders, and `difference` is there where
    the files are compared with a commit.
    """

    def __init__(
        self,
        request: RunRequest,
        settings: Config,
        paths: Sequence[str],
        files: Gathered,
        unread: Sequence[Skipped] = (),
        difference: Difference | None = None,
        decoded: _Decoded | None = None,
        known: KnownFiles = NOTHING,
    ) -> None:
        self.request = request
        self.settings = settings
        self.paths = paths
        self.files = files
        self.unread = unread
        self.difference = difference
        self._decoded = decoded or _Decoded((), (), ())
        self._known = known
        """The objects of the files as the last snapshot has them."""

    @classmethod
    def open(cls, request: RunRequest) -> Workspace:
        """Read the files of a request.

        Raises UsageError for a path that is not there, ConfigError, and what `git` raises where the files are compared
        with a revision. A file that can't be read is a document with that problem.
        """
        chosen = load_for(request.paths) if request.config is None else request.config
        settings = chosen.replace(**request.overrides)
        wanted = list(request.paths or settings.paths or ["."])
        with stage("discover"):
            found = discover(wanted, exclude=settings.exclude, root=settings.root, dotted=settings.paths, marks=MARKS)
            settings, unread = with_folders(
                settings, (one.name for one in found if isinstance(one, Found) and one.path), found.unmarked
            )
        excluded = Excluded(settings.exclude, settings.root)
        kept = [one for one in found if isinstance(one, Skipped) or not excluded(one.name)]
        if request.revision is not None and STDIN in wanted:
            raise UsageError(
                "`--changed` compares files with a commit, which is not possible for standard input: remove one "
                "of the two"
            )
        difference = _difference(request, wanted)
        with stage("read"):
            files = gather(kept, settings, request)
        return cls(request, settings, wanted, files, unread, difference)

    def update(self, file: str, content: str | bytes | None) -> Workspace:
        """The same with other content of one file, on disk or not; None takes the file away.

        `file` is a path from the working directory. A file that the request does not read changes nothing. Where a
        configuration changes, or what is ignored, open the request anew.
        """
        data = content.encode("utf-8") if isinstance(content, str) else content
        read = {raw.name for group in self.files[:3] for raw in group}
        name = shown if (shown := os.path.relpath(file).replace(os.sep, "/")) in read else self._name_of_new(file)

        def changed(raws: Sequence[Raw], *, may_add: bool) -> tuple[Raw, ...]:
            there = any(raw.name == name for raw in raws)
            if name is None or not (there or may_add):
                return tuple(raws)
            kept = [raw for raw in raws if raw.name != name]
            new = [] if data is None else raw_of([(name, Path(file), data)], self.settings.max_file_size)
            return tuple(sorted([*kept, *new], key=lambda raw: raw.name))

        linted, context, crds, *_ = self.files
        in_context, in_crds = (
            any(raw.name == name for raw in group) or (name not in read and self._is_below(file, paths))
            for group, paths in ((context, self.settings.context), (crds, self.settings.crds))
        )
        files = Gathered(
            changed(linted, may_add=not in_context),
            changed(context, may_add=in_context),
            changed(crds, may_add=in_crds),
            naming=self.files.naming,
        )
        gone = [name] if name is not None and data is None else []
        files = whole(files, self.settings, self.request, gone=gone)
        return Workspace(
            self.request,
            self.settings,
            self.paths,
            files,
            self.unread,
            self.difference,
            decoded=self._decoded,
            known=self._known,
        )

    def _name_of_new(self, file: str) -> str | None:
        """The name of a file that was not read yet, None where the request does not read it."""
        settings = self.settings
        if os.path.exists(file):  # noqa: PTH110 - a name may be too long
            found = discover(self.paths, exclude=settings.exclude, root=settings.root, dotted=settings.paths)
            same = (one.name for one in found if isinstance(one, Found) and one.path and Path(one.path).samefile(file))
            return next(same, None)
        return name_of(
            os.path.realpath(file), self.paths, exclude=settings.exclude, root=settings.root, dotted=settings.paths
        )

    def _is_below(self, file: str, paths: Sequence[str]) -> bool:
        """Whether a file that was not read yet is read for one of some paths that the settings name."""
        if not paths:
            return False
        path = os.path.realpath(file)
        return path in map(os.path.realpath, paths) or name_of(path, paths) is not None

    def compared(self, difference: Difference) -> Workspace:
        """The same files, compared with a commit, with the documents that are decoded already."""
        return Workspace(
            self.request,
            self.settings,
            self.paths,
            self.files,
            self.unread,
            difference,
            decoded=self._decoded,
            known=self._known,
        )

    def anew(self) -> Workspace:
        """The same files, none of which is decoded yet."""
        return Workspace(self.request, self.settings, self.paths, self.files, self.unread, self.difference)

    def for_release(self, release: str) -> Workspace:
        """The same files for another release of KubeVirt, with the documents that are decoded already."""
        settings = self.settings.replace(target_kubevirt=release)
        return Workspace(self.request, settings, self.paths, self.files, self.unread, decoded=self._decoded)

    def snapshot(self, reuse: Reuse | None = None) -> Snapshot:
        """The cluster that the files describe. Raises NothingToRead where there is no document at all."""
        settings, difference = self.settings, self.difference
        likeness = self.request.reuse
        known = (reuse or Reuse()).files
        before = _files_before(difference, self.paths, settings) if difference else None
        repository = assemble(
            self.files,
            settings,
            progress=self.request.progress,
            before=before,
            known=self._with_documents(known),
            reuse=self.request.reuse,
        )
        self._keep(repository)
        repository = repository._replace(skipped=tuple(sorted({*repository.skipped, *self.unread})))
        nothing = not repository.counts.documents and not repository.skipped
        excluded = Excluded(settings.exclude, settings.root)
        if nothing and not all(excluded(path, directory=Path(path).is_dir()) for path in self.paths):
            named = ", ".join("standard input" if path == STDIN else f"`{path}`" for path in self.paths)
            raise NothingToRead(f"no YAML or JSON document in {named}")
        with stage("world"):
            snapshot = _snapshot(settings, repository, likeness)._replace(
                paths=tuple(map(os.path.normpath, self.paths))
            )
        if difference is None or repository.versions is None:
            return snapshot
        then, now = repository.versions
        after = snapshot if now is repository else _snapshot(settings, now, likeness)
        return snapshot._replace(comparison=Comparison(difference, _snapshot(settings, then, likeness), after))

    def _with_documents(self, known: KnownFiles) -> KnownFiles:
        """What is known of files, and the documents of those that were decoded before and are as they were."""
        kept = {file.file: file for file in self._decoded.current(self.files.files) if file.file not in known.facts}
        built = {} if known.facts else self._known.built
        files = {**kept, **known.files}
        return known._replace(files=files, built=built, custom=self._known.custom, woken=self._known.woken)

    def _keep(self, repository: Repository) -> None:
        waiting = [one for file in repository.files for one in file.documents if one.waiting]
        self._decoded = _Decoded(self.files.files, repository.files, waiting)
        self._known = KnownFiles({}, built=repository.built, custom=repository.custom, woken=repository.woken)


class _Decoded(Record):
    """Files as they were decoded, in the order of their bytes, and the documents that were left for later."""

    raws: Sequence[Raw]
    files: Sequence[SourceFile]
    waiting: Sequence[Document]

    def current(self, raws: Sequence[Raw]) -> Iterator[SourceFile]:
        """Those of which the same bytes are among these.

        One of which a document was decoded meanwhile is decoded anew: a rule must not see more of it than in a new run.
        """
        there = {id(raw) for raw in raws}
        awake = {one.file for one in self.waiting if not one.waiting}
        for raw, file in zip(self.raws, self.files, strict=True):
            if id(raw) in there and raw.name not in awake:
                yield file


def _difference(request: RunRequest, paths: Sequence[str]) -> Difference | None:
    if not isinstance(request.revision, str):
        return request.revision

    from vmlint.source.git import compare

    return compare(request.revision, paths)


def _files_before(difference: Difference, paths: Sequence[str], settings: Config) -> FilesBefore:
    from vmlint.engine.history import before

    return before(difference, paths, settings)


def snapshot_of(request: RunRequest) -> Snapshot:
    """What the files of a request describe; raises what `Workspace.open` and `snapshot` raise."""
    return Workspace.open(request).snapshot()


def world_of(repository: Repository, settings: Config) -> World:
    """The cluster of all objects as the files have them, and what the settings say of it."""
    return _Around(settings).world(repository.resources)


def with_objects(
    snapshot: Snapshot,
    objects: Mapping[int, Resource | None],
    around: Sequence[Resource] = (),
    absent: Mapping[Ref, Absence] = {},
) -> Snapshot:
    """The snapshot with other objects in the place of some, by the id of these, None for none; with further objects
    that the cluster has, and with those that it surely lacks."""

    def replaced(deployment: Deployment) -> Deployment:
        resources = (objects.get(id(resource), resource) for resource in deployment.resources)
        return deployment._replace(resources=tuple(resource for resource in resources if resource is not None))

    repository = snapshot.repository
    repository = repository._replace(
        deployments=tuple(map(replaced, repository.deployments)), around=(*repository.around, *around)
    )
    known = snapshot.world.settings
    made = _snapshot(snapshot.settings, repository, known.likeness, {**known.absent, **absent})
    return made._replace(paths=snapshot.paths)


def with_files(snapshot: Snapshot, files: Sequence[SourceFile]) -> Snapshot:
    """The snapshot with further files that hold objects of Flux or Argo CD, and no VMs or disks: what these apply."""
    repository, settings = snapshot.repository, snapshot.settings
    linted = repository.resources[: len(repository.resources) - len(repository.around)]
    files = (*repository.files, *files)
    planned = plan(files, linted, settings.default_namespace, render=settings.render, known=repository.uses.known)
    repository = repository._replace(
        deployments=planned.deployments, problems=planned.problems, files=files, uses=planned.uses
    )
    return _snapshot(settings, repository, snapshot.world.settings.likeness)._replace(paths=snapshot.paths)


def _snapshot(
    settings: Config, repository: Repository, likeness: bool = True, absent: Mapping[Ref, Absence] = {}
) -> Snapshot:
    """The worlds of what was read: one for each deployment, where there are several."""
    deployments = repository.deployments
    around = _Around(settings, likeness=likeness, uses=repository.uses, absent=absent)
    resources = [*(resource for deployment in deployments for resource in deployment.resources), *repository.around]
    if len(deployments) < 2 and not any(deployment.unread for deployment in deployments):
        world = around.world(resources, deployments[0].tool if deployments else "")
        return Snapshot(settings, repository, world, (world,))
    world = around.world(resources)
    return Snapshot(settings, repository, world, tuple(around.part(deployment, world) for deployment in deployments))


class _Around:
    """What the settings add to every world."""

    def __init__(
        self,
        settings: Config,
        *,
        likeness: bool = True,
        uses: Uses = NO_USES,
        absent: Mapping[Ref, Absence] = {},
    ) -> None:
        release = Release.parse(settings.target_kubevirt or "")
        self._catalogs = catalogs(settings.catalogs, release)
        images = [name for each in self._catalogs if isinstance(each, GoldenImages) for name in each.unlabelled]
        self._outside = (*settings.outside, *images)
        self._settings = Settings(settings.closed_world, release, likeness, absent)
        self._templates = Templates(likeness=likeness)
        self._uses = uses
        closed = settings.closed_world if isinstance(settings.closed_world, tuple) else ()
        self._known = frozenset(
            (*closed, *(each.namespace for each in self._catalogs if isinstance(each, GoldenImages)))
        )

    def _operated(self, ref: Ref) -> str:
        """Why an operator may make an object, "" where none does, or where a catalog or the user knows better."""
        if is_everywhere(ref):
            return "the cluster makes it itself"
        if not is_operated(ref) or ref.namespace in self._known:
            return ""

        from vmlint.catalog.images import catalog_of

        catalog = catalog_of(ref.namespace, ref.name)
        hint = f": `catalogs: [{catalog}]` in the configuration names its images" if catalog else ""
        return f"an operator makes what is in namespace `{ref.namespace}`{hint}"

    def world(self, resources: Sequence[Resource], applied_by: str = "") -> World:
        cluster = Cluster(resources, outside=self._outside, catalogs=self._catalogs, operated=self._operated)
        return World(cluster, self._settings, applied_by, self._templates, self._uses)

    def part(self, deployment: Deployment, whole: World) -> World:
        """A deployment as a world of its own, beyond which the whole repository lies."""
        cluster = Cluster(
            deployment.resources,
            outside=self._outside,
            catalogs=self._catalogs,
            beyond=whole.cluster,
            unread=[unread.reason for unread in deployment.unread],
            operated=self._operated,
        )
        return World(cluster, self._settings, deployment.tool, self._templates, self._uses)
