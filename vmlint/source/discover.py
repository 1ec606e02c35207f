"""Paths to the files that are read: always the same ones in the same order, whatever the order of the file system."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence, Set
from operator import itemgetter
from pathlib import Path

from vmlint.errors import UsageError
from vmlint.record import Record
from vmlint.source.boundary import check_read
from vmlint.source.document import Skipped
from vmlint.source.ignore import Excluded, Ignored

__all__ = [
    "BASELINE_FILE",
    "ENDINGS",
    "KUSTOMIZATION_FILES",
    "STDIN",
    "STDIN_NAME",
    "Files",
    "Found",
    "discover",
    "name_of",
    "path_of",
    "why",
]

ENDINGS = (".yaml", ".yml", ".json")
"""What a file's name ends with, in any case, to be read from a directory."""

KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""The names that kustomize looks for in a folder. Source: kustomize `api/konfig/general.go`."""

BASELINE_FILE = ".vmlint-baseline.json"
"""The usual name of the file of known findings, which is no manifest."""

STDIN = "-"
"""The path that means standard input."""

STDIN_NAME = "<stdin>"
"""What findings call standard input."""


class Found(Record):
    """A file to read: its name in findings, its path (None for standard input), whether the user named it."""

    name: str
    path: str | None
    named: bool


class Files(list[Found | Skipped]):
    """What `discover` has found. `unmarked` are the directories, in full, in which it saw none of the marks."""

    unmarked: Set[str] = frozenset()


class _Place(Record):
    """A file or directory: its path, the same in full (which patterns match), and the name to show."""

    path: str
    full: str
    name: str

    def inside(self) -> _Place:
        """What stands before the names in a directory."""
        name = "" if self.name == "." else f"{self.name.rstrip('/')}/"
        path = os.path.join(self.path, "")  # noqa: PTH118 - Paths would cost more than all the rest of the walk
        return _Place(path, "/" if self.full == "/" else f"{self.full}/", name)


def discover(
    paths: Iterable[str],
    *,
    exclude: Sequence[str] = (),
    root: str = "",
    dotted: Iterable[str] = (),
    marks: Set[str] = frozenset(),
) -> Files:
    """The files under the paths, each once, and what could not be followed or listed; sorted by name.

    A file that is named is read whatever its ending. Of a directory, everything below it that ends in `.yaml`, `.yml`
    or `.json` is read, except for a baseline, for folders whose name begins with a dot (those of editors and tools),
    for what a `.gitignore` names (those above the directory count, up to the repository's root), and for links that
    lead outside the paths, which are listed as skipped. A folder with a dot is read where it is one of the paths, or
    where a path of `dotted` is in it. `exclude` holds patterns as in a `.gitignore`, relative to `root` ("": the
    working directory); they leave out named files too. `marks` are names in lower case that tell directories apart.

    Raises UsageError for a path that does not exist, or that a link leads out of its repository.
    """
    paths = tuple(dict.fromkeys(paths))
    named = [(path, _mode(path)) for path in paths]
    roots = [Path(path).resolve() for path, _ in named if path != STDIN]
    walk = _Walk(Excluded(exclude, root), roots, _dot_folders([*paths, *dotted]), marks)
    for path, mode in named:
        walk.add(path, mode)
    return walk.result()


def name_of(
    path: str, paths: Iterable[str], *, exclude: Sequence[str] = (), root: str = "", dotted: Iterable[str] = ()
) -> str | None:
    """The name that `discover` would give a file which is not there now, or None if it would not find it.

    `path` is absolute, without links in it; the rest is as in `discover`. A `.gitignore` has no effect.
    """
    excluded = Excluded(exclude, root)
    base = path.rpartition("/")[2]
    if base == BASELINE_FILE or (not base.lower().endswith(ENDINGS) and base not in KUSTOMIZATION_FILES):
        return None
    paths = tuple(paths)
    allowed = _dot_folders([*paths, *dotted])
    for given in paths:
        top = Path(given).resolve()
        if top != Path(path) and Path(path).is_relative_to(top):
            below = Path(path).relative_to(top).as_posix()
            if not _dot_folders([path], below=top.as_posix()) <= allowed:
                return None
            shown = _shown(given)
            name = below if shown == "." else f"{shown.rstrip('/')}/{below}"
            return None if excluded(name) else _as_name(name)
    return None


def _dot_folders(paths: Iterable[str], *, below: str = "") -> frozenset[str]:
    """The folders with a dot in front of their names that some paths lead through or to, in full."""
    found: set[str] = set()
    for path in paths:
        folder = os.path.abspath(path)  # noqa: PTH100
        while folder != (above := os.path.dirname(folder)) and folder != below:  # noqa: PTH120
            if os.path.basename(folder).startswith("."):  # noqa: PTH119
                found.add(folder)
            folder = above
    return frozenset(found)


def why(error: Exception) -> str:
    """The operating system's text for an error, without the number and the path."""
    return (getattr(error, "strerror", None) or str(error)).lower()


def _mode(path: str) -> int:
    if path == STDIN:
        return 0
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - Path("") is the working directory
    except FileNotFoundError:
        raise UsageError(f"no such file or folder: `{path}`") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"`{path}` can't be read: {why(error)}") from None
    check_read(path)
    return mode


def _shown(path: str) -> str:
    """Relative to the working directory if it is below it, else as it was given; with `/` between the parts."""
    full = Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps `..`
    here = Path.cwd()
    if full.is_relative_to(here):
        return full.relative_to(here).as_posix()
    return Path(os.path.normpath(path)).as_posix()


def _as_name(path: str) -> str:
    """The name of a file by its path: its bytes as UTF-8, whatever the system's encoding of names.

    Bytes that are not UTF-8 become lone surrogates, so that no two files have one name; reports show them escaped.
    """
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "surrogateescape")


def path_of(name: str) -> str:
    """The path to open a file by, from the name that findings have for it."""
    return name if name.isascii() else os.fsdecode(name.encode("utf-8", "surrogateescape"))


class _Walk:
    def __init__(self, excluded: Excluded, roots: Sequence[Path], dotted: Set[str], marks: Set[str]) -> None:
        self._excluded = excluded
        self._dotted = dotted
        self._marks = marks
        self._unmarked: set[str] = set()
        self._roots = roots
        self._files: dict[str, Found] = {}
        self._skipped: dict[str, Skipped] = {}
        self._links: list[_Place] = []

    def result(self) -> Files:
        self._follow_links()
        files = Files([*self._files.values(), *self._skipped.values()])
        files.sort(key=itemgetter(0))
        files.unmarked = self._unmarked
        return files

    def add(self, given: str, mode: int) -> None:
        """Take in one path that the user named."""
        if given == STDIN:
            self._files[STDIN] = Found(STDIN_NAME, None, True)
            return
        place = _Place(given, Path(os.path.abspath(given)).as_posix(), _shown(given))  # noqa: PTH100
        directory = stat.S_ISDIR(mode)
        if self._excluded(place.name, directory=directory):
            return
        if directory:
            self._directory(place)
        else:
            self._keep(place, named=True)

    def _keep(self, place: _Place, *, named: bool = False) -> None:
        if named or place.full not in self._files:
            self._files[place.full] = Found(_as_name(place.name), place.path, named)

    def _skip(self, place: _Place, reason: str) -> None:
        self._skipped[place.full] = Skipped(_as_name(place.name), 0, reason)

    def _directory(self, top: _Place) -> None:
        waiting = [(top, Ignored.above(top.full))]
        while waiting:
            directory, ignored = waiting.pop()
            try:
                with os.scandir(directory.path) as entries:
                    listed = list(entries)
            except OSError as error:
                self._skip(directory, f"the folder can't be read: {why(error)}")
                continue
            names = [entry.name.lower() for entry in listed]
            if ".gitignore" in names:
                ignored = ignored.inside(directory.full)
            if self._marks.isdisjoint(names):
                self._unmarked.add(directory.full)
            above = directory.inside()
            asks = bool(ignored) or bool(self._excluded)
            for entry, lowered in zip(listed, names, strict=True):
                name = entry.name
                is_directory = _is_directory(entry)
                if is_directory:
                    if name.startswith(".") and (name == ".git" or above.full + name not in self._dotted):
                        continue
                elif name == BASELINE_FILE or (not lowered.endswith(ENDINGS) and name not in KUSTOMIZATION_FILES):
                    continue
                place = _Place(above.path + name, above.full + name, above.name + name)
                if asks and (
                    ignored(place.full, directory=is_directory) or self._excluded(place.name, directory=is_directory)
                ):
                    continue
                if entry.is_symlink():
                    self._link(place)
                elif is_directory:
                    waiting.append((place, ignored))
                elif entry.is_file():
                    self._keep(place)
                else:
                    self._skip(place, "not a regular file")

    def _link(self, place: _Place) -> None:
        """A link within the paths is left to the walk, which comes to its target anyway; so loops end by themselves."""
        try:
            target = Path(place.path).resolve(strict=True)
        except (OSError, RuntimeError):
            self._skip(place, "a broken link")
            return
        if not any(target.is_relative_to(root) for root in self._roots):
            self._skip(place, "a link to a target outside the given paths; name the target to include it")
        elif target.is_file():
            self._links.append(place._replace(path=str(target)))

    def _follow_links(self) -> None:
        """Read through a link what the walk did not come to: its target has another ending, or is ignored."""
        if not self._links:
            return
        known = {str(Path(found.path).resolve()) for found in self._files.values() if found.path}
        for place in sorted(self._links, key=lambda link: link.full):
            if place.path not in known:
                known.add(place.path)
                self._keep(place)


def _is_directory(entry: os.DirEntry[str]) -> bool:
    """Whether the entry is a directory or a link to one."""
    try:
        return entry.is_dir()
    except OSError:
        return False
