"""The files that kustomizations name and that are not among the given ones: an overlay alone is read with its base.

Nothing beyond the repository's root is read, nor looked at.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from pathlib import Path
from typing import Any

from vmlint.gitops.applied import is_of_no_tool, named_paths
from vmlint.gitops.fields import Reading
from vmlint.gitops.tree import Beside, beside
from vmlint.model.access import each, sequence, text
from vmlint.record import Record
from vmlint.source.decode import decode_text
from vmlint.source.discover import KUSTOMIZATION_FILES, Found, why
from vmlint.source.document import Document, Skipped, SourceFile
from vmlint.source.read import Raw, read_raw

__all__ = ["Closed", "Naming", "closed", "file_of", "root_of"]

_MOST = 20_000
"""How many files may come in through kustomizations. Real overlays name some dozens."""

_ARGO, _FLUX = b"argoproj.io", b"kustomize.toolkit.fluxcd.io"
_FOLDERS = ("resources", "bases", "components")
_MANIFESTS = ("configurations", "crds", "patchesStrategicMerge")
_PATCHES = ("patches", "patchesJson6902", "replacements")


_NAME = itemgetter(0)


class Naming(Record):
    """The paths that a file names: those of a kustomization with whether each is mere text, and those that Flux and
    Argo CD apply."""

    raw: Raw
    included: tuple[tuple[str, bool], ...]
    applied: tuple[str, ...]


class Closed(Record):
    """The files that were given and those that kustomizations name, what is known beside them, and what each of them
    names, by its name."""

    files: tuple[Raw, ...]
    beside: Beside
    naming: Mapping[str, Naming] = {}


def root_of(paths: Sequence[str], configured: str = "") -> str:
    """The folder beyond which nothing is read, in full: the top of the git repository of the first path, else the
    folder of the configuration, else the nearest that has all paths in it, the working directory if it has them."""
    here = Path.cwd()
    full = [Path(os.path.abspath(path)) for path in paths if path != "-"]  # noqa: PTH100 - links stay what they are
    for folder in (full[0], *full[0].parents) if full else (here, *here.parents):
        if os.path.exists(folder / ".git"):  # noqa: PTH110
            return str(folder)
    if configured:
        return str(Path(configured).resolve())
    if all(path.is_relative_to(here) for path in full):
        return str(here)
    return os.path.commonpath([path if os.path.isdir(path) else path.parent for path in full])  # noqa: PTH112


def file_of(
    name: str, is_text: bool, *, max_bytes: int, overlay: Mapping[str, bytes], gone: Sequence[str] = ()
) -> Raw | None:
    """A file by its name in findings, None where there is none. `overlay` counts in the place of what is on disk."""
    if name in overlay:
        return Raw(name, overlay[name])
    if name in gone or not os.path.isfile(name):  # noqa: PTH113 - Path.is_file raises for a name that is too long
        return None
    if not is_text:
        return next(read_raw([Found(name, name, True)], max_bytes=max_bytes))
    try:
        with Path(name).open("rb") as file:
            return Raw(name, file.read(max_bytes))
    except OSError as error:
        return Raw(name, b"", outcome=SourceFile(name, (), (Skipped(name, 0, why(error)),)))


def closed(
    raws: Sequence[Raw],
    root: str,
    read: Callable[[str, bool], Raw | None],
    *,
    named: Iterable[str] = (),
    excluded: Callable[[str], bool] = lambda name: False,
    before: Mapping[str, Naming] | None = None,
) -> Closed:
    """The files together with all that their kustomizations name inside the root.

    `read` reads a file by its name in findings, as a manifest or as mere text; None for one that is not there. `named`
    are the files that were named one by one: the kustomization beside such a file is read too. `excluded` files are
    there, and are not read. `before` has what files named when they were read before; that of the same content holds.
    """
    reader = _Reader(raws, root, read, excluded, before or {})
    for name in named:
        reader.folder(posixpath.dirname(name))
    reader.run()
    beside = reader.known()
    return Closed(tuple(sorted(reader.files.values(), key=_NAME)), beside, reader.naming)


class _Reader:
    def __init__(
        self,
        raws: Sequence[Raw],
        root: str,
        read: Callable[[str, bool], Raw | None],
        excluded: Callable[[str], bool],
        before: Mapping[str, Naming],
    ) -> None:
        self.naming: dict[str, Naming] = {}
        self._before = before
        self.files = {raw.name: raw for raw in raws}
        self._root = os.path.realpath(root)
        self._shown_root = root
        self._read = read
        self._excluded = excluded
        self._waiting = [
            name
            for name in self.files
            if name.endswith(KUSTOMIZATION_FILES) and posixpath.basename(name) in KUSTOMIZATION_FILES
        ]
        self._contents: dict[str, bytes] = {}
        self._absent: set[str] = set()
        self._folders: set[str] = set()
        self._outside: set[str] = set()
        self._seen: set[str] = set()
        self._given = len(raws)

    def known(self) -> Beside:
        return Beside(
            self._shown_root,
            self._contents,
            frozenset(self._absent),
            frozenset(self._folders),
            frozenset(self._outside),
            {path: self._is_here(path, file) for path, file in self._applied()},
        )

    def _applied(self) -> Iterator[tuple[str, str]]:
        """The paths that Flux and Argo CD apply, with the files that say so."""
        for raw in self.files.values():
            if _speaks_of_tools(raw):
                yield from ((path, raw.name) for path in self._named(raw).applied)

    def _named(self, raw: Raw) -> Naming:
        """What a file names, as it is known, or decoded for it."""
        known = self.naming.get(raw.name) or self._before.get(raw.name)
        if known is None or known.raw is not raw:
            known = _named(raw)
        self.naming[raw.name] = known
        return known

    def _is_here(self, path: str, file: str) -> bool:
        """Whether a path of a repository is here: seen from the root, or from a folder above the file that names it."""
        full = Path(os.path.abspath(file))  # noqa: PTH100
        roots = (
            Path(self._shown_root),
            *(parent for parent in full.parents if parent.is_relative_to(self._shown_root)),
        )
        return any(os.path.exists(root / path.lstrip("/")) for root in roots)  # noqa: PTH110

    def run(self) -> None:
        while self._waiting:
            name = self._waiting.pop()
            folder = posixpath.dirname(name)
            for path, is_text in self._named(self.files[name]).included:
                if len(self.files) + len(self._contents) - self._given > _MOST:
                    return
                self._path(beside(folder, path), is_text=is_text)

    def _path(self, path: str, *, is_text: bool) -> None:
        if is_text and path in self.files:
            self._contents[path] = self.files[path].data
        if path in self.files or path in self._seen:
            return
        self._seen.add(path)
        full = os.path.realpath(path or ".")
        if full != self._root and not full.startswith(self._root.rstrip("/") + "/"):
            self._outside.add(path)
        elif os.path.isdir(full):  # noqa: PTH112
            self.folder(path)
        elif self._excluded(path):
            return
        elif (raw := self._read(path, is_text)) is None:
            self._absent.add(path)
        elif is_text:
            if raw.outcome is None:
                self._contents[path] = raw.data
        else:
            self.files[path] = raw

    def folder(self, path: str) -> None:
        """Read the kustomization of a folder."""
        self._folders.add(path)
        for base in KUSTOMIZATION_FILES:
            name = posixpath.join(path, base)
            if name in self.files or self._excluded(name):
                continue
            if os.path.isfile(name) and (raw := self._read(name, False)) is not None:  # noqa: PTH113
                self.files[name] = raw
                self._waiting.append(name)


def _speaks_of_tools(raw: Raw) -> bool:
    data = raw.data
    return (_ARGO in data or _FLUX in data) and raw.outcome is None


def _named(raw: Raw) -> Naming:
    """What the documents of a file name, whatever the file is."""
    documents: Sequence[Document] = ()
    if raw.outcome is None:
        with suppress(UnicodeDecodeError):
            documents = decode_text(raw.data.decode(), raw.name, may_wait=is_of_no_tool).documents
    applied = tuple(one.path for one in named_paths(documents)) if _speaks_of_tools(raw) else ()
    is_kustomization = posixpath.basename(raw.name) in KUSTOMIZATION_FILES
    return Naming(raw, tuple(_included(documents)) if is_kustomization else (), applied)


def _included(documents: Sequence[Document]) -> Iterator[tuple[str, bool]]:
    """Every local path that a kustomization names, and whether its content is text in a generated object."""
    from vmlint.gitops.kustomization import is_remote

    if not documents or not isinstance(documents[0].data, dict):
        return
    data = Reading.of(documents[0].data).data
    for path, is_text in _paths(data):
        if path and "\n" not in path and "\0" not in path and not posixpath.isabs(path) and not is_remote(path):
            yield path, is_text


def _paths(data: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    for field in (*_FOLDERS, *_MANIFESTS):
        for entry in sequence(data, field):
            if isinstance(entry, str):
                yield entry, False
    for field in _PATCHES:
        for _, entry in each(data, field):
            yield text(entry, "path"), False
    yield text(data, "openapi", "path"), True
    for field in ("configMapGenerator", "secretGenerator"):
        for _, entry in each(data, field):
            yield from ((path, True) for path in _generated_from(entry))


def _generated_from(entry: Mapping[str, Any]) -> Iterator[str]:
    from vmlint.gitops.generated_data import NotGenerated, sources

    with suppress(NotGenerated):
        for _, _, path in sources(entry):
            yield path
