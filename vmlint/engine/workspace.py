"""From paths to a world of objects: the settings, the files, the cluster that they describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from vmlint.catalog.images import catalog_of
from vmlint.catalog.operators import is_everywhere, is_operated
from vmlint.config.config import Config
from vmlint.config.file import load_for, with_folders
from vmlint.engine.load import NOTHING, Earlier, Gathered, Known, Progress, Repository, assemble, gather
from vmlint.errors import NothingToRead, UsageError
from vmlint.gitops.deployment import Deployment
from vmlint.graph.cluster import Cluster
from vmlint.kubevirt.releases import Release
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.runtime.profiling import stage
from vmlint.source.discover import STDIN, Found, discover
from vmlint.source.document import Skipped
from vmlint.source.ignore import Excluded
from vmlint.world import Settings, World
from vmlint.world.outside import GoldenImages, catalogs

if TYPE_CHECKING:
    from vmlint.source.git import Difference

__all__ = ["Gathering", "Opened", "Past", "begin", "finish", "open_world", "world_of"]


class Opened(NamedTuple):
    """What was read, with the settings that held for it.

    `world` holds all objects as they are applied; `worlds` has one for each deployment of the repository. `past` is
    there where the files are compared with a commit.
    """

    settings: Config
    repository: Repository
    world: World
    worlds: tuple[World, ...]
    past: Past | None = None

    @property
    def names(self) -> Sequence[str]:
        """The name of each world: that of its deployment."""
        return [one.name for one in self.repository.deployments] or [""]


class Past(NamedTuple):
    """What is compared with what: `difference` says which files differ; `now` is what they hold, built as `then` is."""

    difference: Difference
    then: Opened
    now: Opened


class Gathering(NamedTuple):
    """What was read and not decoded yet, with the settings that hold for it, and the paths where that was found.

    `left` is what was not read of the configurations of folders. `difference` is there where the files are compared
    with a commit.
    """

    settings: Config
    paths: Sequence[str]
    files: Gathered
    left: Sequence[Skipped] = ()
    difference: Difference | None = None


def open_world(
    paths: Sequence[str | Path],
    config: Config | None,
    overrides: Mapping[str, Any],
    *,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
    changed: str | Difference | None = None,
    instead: Mapping[str, bytes] | None = None,
) -> Opened:
    """Read the files under the paths; see `vmlint.check` for what is read and what is raised.

    With `changed`, a revision of git, the world has a past. `instead` has the contents of files that count in the place
    of those on disk.
    """
    gathering = begin(paths, config, overrides, stdin=stdin, progress=progress, changed=changed, instead=instead)
    return finish(gathering, progress)


def begin(
    paths: Sequence[str | Path],
    config: Config | None,
    overrides: Mapping[str, Any],
    *,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
    changed: str | Difference | None = None,
    instead: Mapping[str, bytes] | None = None,
) -> Gathering:
    """The first half of `open_world`: the bytes of all files."""
    given = [str(path) for path in paths]
    chosen = load_for(given) if config is None else config
    settings = chosen.replace(**overrides)
    wanted = given or list(settings.paths) or ["."]
    with stage("discover"):
        found = discover(wanted, exclude=settings.exclude, root=settings.root, dotted=settings.paths)
        settings, left = with_folders(settings, (one.name for one in found if isinstance(one, Found) and one.path))
    excluded = Excluded(settings.exclude, settings.root)
    found = [one for one in found if isinstance(one, Skipped) or not excluded(one.name)]
    if changed is not None and STDIN in wanted:
        raise UsageError("`--changed` compares files with a commit, and standard input is none: leave one of them out")
    difference = _compared(changed, wanted) if isinstance(changed, str) else changed
    with stage("read"):
        files = gather(wanted, settings, stdin=stdin, progress=progress, instead=instead, found=found)
    return Gathering(settings, wanted, files, left, difference)


def _compared(revision: str, paths: Sequence[str]) -> Difference:
    from vmlint.source.git import compare

    return compare(revision, paths)


def _before(difference: Difference, paths: Sequence[str], settings: Config) -> Earlier:
    from vmlint.engine.history import before

    return before(difference, paths, settings)


def finish(gathering: Gathering, progress: Progress | None = None, known: Known = NOTHING) -> Opened:
    """The second half of `open_world`: the cluster that the files describe, of which something may be known."""
    settings, wanted, files, left, difference = gathering
    earlier = _before(difference, wanted, settings) if difference else None
    repository = assemble(files, settings, progress=progress, earlier=earlier, known=known)
    repository = repository._replace(skipped=tuple(sorted({*repository.skipped, *left})))
    nothing = not repository.counts.documents and not repository.skipped
    excluded = Excluded(settings.exclude, settings.root)
    if nothing and not all(excluded(path, directory=Path(path).is_dir()) for path in wanted):
        raise NothingToRead(f"no YAML or JSON document under {', '.join(wanted)}")
    with stage("world"):
        opened = _opened(settings, repository)
    if difference is None or repository.past is None:
        return opened
    then, now = repository.past
    built_alike = opened if now is repository else _opened(settings, now)
    return opened._replace(past=Past(difference, _opened(settings, then), built_alike))


def world_of(repository: Repository, settings: Config) -> World:
    """The cluster of all objects as the files have them, and what the settings say of it."""
    return _Around(settings).world(repository.resources)


def _opened(settings: Config, repository: Repository) -> Opened:
    """The worlds of what was read: one for each deployment, where there are several."""
    deployments = repository.deployments
    around = _Around(settings)
    world = around.world([*(found for one in deployments for found in one.resources), *repository.around])
    if len(deployments) < 2 and not any(one.unread for one in deployments):
        return Opened(settings, repository, world, (world,))
    return Opened(settings, repository, world, tuple(around.part(one, world) for one in deployments))


class _Around:
    """What the settings say that is around every world."""

    def __init__(self, settings: Config) -> None:
        release = Release.parse(settings.target_kubevirt or "")
        self._catalogs = catalogs(settings.catalogs, release)
        images = [name for one in self._catalogs if isinstance(one, GoldenImages) for name in one.unlabelled]
        self._outside = (*settings.outside, *images)
        self._said = Settings(settings.closed_world, release)
        closed = settings.closed_world if isinstance(settings.closed_world, tuple) else ()
        self._known = frozenset((*closed, *(one.namespace for one in self._catalogs if isinstance(one, GoldenImages))))

    def _operated(self, ref: Ref) -> str:
        """Why an operator may make an object, "" where none does, or where a catalog or the user knows better."""
        if is_everywhere(ref):
            return "the cluster makes it in each namespace"
        if not is_operated(ref) or ref.namespace in self._known:
            return ""
        catalog = catalog_of(ref.namespace, ref.name)
        hint = f": `catalogs: [{catalog}]` in the configuration names its images" if catalog else ""
        return f"an operator makes what is in namespace `{ref.namespace}`{hint}"

    def world(self, resources: Sequence[Resource]) -> World:
        cluster = Cluster(resources, outside=self._outside, catalogs=self._catalogs, operated=self._operated)
        return World(cluster, self._said)

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
        return World(cluster, self._said)
