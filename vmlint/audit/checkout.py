"""The files of a repository, written into a task's folder and nowhere else.

Whatever a source is, its files come through one writer: it takes regular files, folders and links that stay inside,
and bounds their number and size. What git knows is read from its objects, so that no hook and no filter runs.
"""

from __future__ import annotations

import os
import re
import stat
import tarfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import IO

from vmlint.audit.fetching import clone, remote_commit
from vmlint.audit.task import Limits, Task
from vmlint.errors import UsageError
from vmlint.record import Record
from vmlint.source.boundary import check_read
from vmlint.source.discover import ENDINGS, KUSTOMIZATION_FILES
from vmlint.source.git import FILE_MODES, contents, entries
from vmlint.source.git_program import Git, opened

__all__ = ["Checkout", "Identity", "SourceError", "at_commit", "check_location", "checkout", "identity"]

_LINK = "120000"
_BATCH = 32 * 2**20
"""The bytes of blobs that are read from git at once."""
_CHUNK = 2**20
_NAMED = b"kubevirt.io/v"
"""What a manifest of KubeVirt or CDI contains."""
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MOST_FOLDERS = 250
"""How deep folders may lie in each other: what walks and deletes a tree calls itself for each level."""


class SourceError(Exception):
    """Why a source can't be read: a sentence without its full stop."""


class Identity(Record):
    """What the files of a repository are known by: a commit, or a hash of them; and their bytes, 0 where unknown."""

    content: str
    size: int = 0


def identity(task: Task, folder: Path) -> Identity:
    """The state of a repository, as cheaply as its kind allows. `folder` is for what git fetches.

    Raises SourceError where the source can't be read.
    """
    check_location(task)
    with _explained():
        if task.kind == "folder":
            return _hash_of(_entries_of(Path(task.location)), task.limits)
        if task.kind == "archive":
            return Identity(_digest(Path(task.location)), Path(task.location).stat().st_size)
        if task.kind == "url":
            return Identity(remote_commit(task.location, task.revision, task.protocols, folder))
        with _git(task) as git:
            return Identity(_commit(git, task.revision))


class Checkout(Record):
    """The files of a repository: their root, their identity, the paths of files that a partial clone lacks, and the
    bytes of the manifests that name KubeVirt or CDI."""

    root: Path
    identity: Identity
    absent: tuple[str, ...] = ()
    manifests: int = 0


def checkout(task: Task, folder: Path) -> Checkout:
    """The repository's files, written below `folder`.

    Raises SourceError where the source can't be read or exceeds a limit.
    """
    check_location(task)
    writer = _Writer(folder / "repository", task.limits)
    with _explained():
        if task.kind == "folder":
            content = _hash_of(_entries_of(Path(task.location)), task.limits, writer)
            return Checkout(writer.finish(), content, manifests=writer.manifests)
        if task.kind == "archive":
            before = _digest(Path(task.location))
            _unpack(Path(task.location), writer, task.strip)
            return Checkout(writer.finish(), Identity(before, writer.size), manifests=writer.manifests)
        with _repository(task, folder) as git:
            commit = _commit(git, "HEAD" if task.kind == "url" else task.revision)
            absent = _write_commit(git, commit, writer)
            return Checkout(writer.finish(), Identity(commit, writer.size), absent, writer.manifests)


def at_commit(task: Task, folder: Path, commit: str) -> Path | None:
    """The files of another commit, written below `folder`; None where the repository does not have it."""
    writer = _Writer(folder / "before", task.limits)
    with _explained(), _repository(task, folder, fetched=commit) as git:
        if not _COMMIT.fullmatch(commit) or not git.ask("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}"):
            return None
        _write_commit(git, commit, writer)
        return writer.finish()


def check_location(task: Task) -> None:
    """SourceError where a link leads a source out of the repository that it is in: whoever wrote that repository must
    not choose what an audit reads."""
    with _explained():
        if task.kind != "url":
            check_read(task.location)


@contextmanager
def _explained() -> Iterator[None]:
    """Let what goes wrong with a source be a SourceError."""
    try:
        yield
    except UsageError as error:
        raise SourceError(str(error).replace("`--changed`: ", "").replace("`--changed`", "git")) from error
    except (OSError, tarfile.TarError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise SourceError(f"the source can't be read: {reason}") from error


# Git


@contextmanager
def _repository(task: Task, folder: Path, fetched: str = "") -> Iterator[Git]:
    """Git for a task's repository, which is cloned below the folder where it is elsewhere."""
    if task.kind != "url":
        with _git(task) as git:
            yield git
        return
    bare = folder / "clone.git"
    if not bare.exists() or fetched:
        clone(task.location, task.revision, task.protocols, bare, commit=fetched)
    with _bare(bare) as git:
        yield git


@contextmanager
def _git(task: Task) -> Iterator[Git]:
    if not Path(task.location).is_dir():
        raise SourceError(f"the folder `{task.location}` does not exist on this machine")
    if task.kind == "mirror":
        with _bare(Path(task.location)) as git:
            yield git
        return
    with _environment({}), opened(task.location) as git:
        if git.root != os.path.realpath(task.location):  # its own `.git` is broken, and a folder above has another
            raise SourceError(f"the folder `{task.location}` is not a clone that git can read")
        yield git


@contextmanager
def _bare(folder: Path) -> Iterator[Git]:
    """Git for a bare repository."""
    with _environment({"GIT_DIR": str(folder), "GIT_WORK_TREE": str(folder)}), opened(str(folder)) as git:
        yield git


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """The variables that name a repository, in the place of those that the audit was started with. Only one repository
    at a time is read by a process."""
    kept = {name: os.environ.pop(name, None) for name in _LOCATING}
    os.environ |= wanted
    try:
        yield
    finally:
        for name, value in kept.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


_LOCATING = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
)


def _commit(git: Git, revision: str) -> str:
    name = revision or "HEAD"
    commit = "" if name.startswith("-") else git.ask("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if not commit:
        raise SourceError(f"the repository has no revision `{name}`")
    return commit


def _write_commit(git: Git, commit: str, writer: _Writer) -> tuple[str, ...]:
    """Write the files of a commit; the paths of those that a partial clone lacks, which are written empty.

    SourceError where it lacks a file that vmlint would read.
    """
    absent: list[str] = []
    batch: dict[str, str] = {}
    links: dict[str, str] = {}
    size = 0

    def flush() -> None:
        for path, data in contents(batch, writer.limits.size, git.root, commit).items():
            writer.file(path, [data])
        batch.clear()

    for entry in entries(git.run("ls-tree", "-r", "-l", "-z", "--full-tree", commit)):
        about, _, path = entry.partition("\t")
        mode, _, blob, length = about.split()
        if mode == _LINK:
            links[path] = blob
        elif mode in FILE_MODES and not length.isdigit():
            if path.lower().endswith(ENDINGS) or path.rpartition("/")[2] in KUSTOMIZATION_FILES:
                raise SourceError(f"this clone lacks `{path}`, and nothing is fetched: clone without `--filter`")
            writer.admit(0)
            writer.file(path, ())
            absent.append(path)
        elif mode in FILE_MODES:
            writer.admit(int(length))
            batch[path] = blob
            size += int(length)
            if size > _BATCH:
                flush()
                size = 0
    flush()
    for path, data in contents(links, 4096, git.root, commit).items():
        writer.link(path, os.fsdecode(data))
    return tuple(absent)


# Folders and archives


class _Entry(Record):
    """A file or link of a folder, by its path from the folder's root."""

    path: str
    at: str
    target: str | None
    size: int

    def chunks(self) -> Iterator[bytes]:
        """The bytes of a regular file, as many as it had when it was listed."""
        descriptor = os.open(self.at, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            yield from _read(file, self.size)


def _entries_of(root: Path) -> Iterator[_Entry]:
    """The regular files and links below a folder but for git's own, in the order of their paths."""
    if not root.is_dir():
        raise SourceError(f"the folder `{root}` does not exist on this machine")
    for folder, names, files in os.walk(root):
        linked = [name for name in names if os.path.islink(f"{folder}/{name}")]  # noqa: PTH114
        names[:] = sorted(name for name in names if name != ".git" and name not in linked)
        if names:
            _check_depth(os.path.relpath(folder, root).count(os.sep) + 1)
        for name in sorted([*files, *linked]):
            full = f"{folder}/{name}"
            path = os.path.relpath(full, root).replace(os.sep, "/")
            about = os.lstat(full)
            if stat.S_ISLNK(about.st_mode):
                yield _Entry(path, full, str(Path(full).readlink()), 0)
            elif stat.S_ISREG(about.st_mode) and name != ".git":
                yield _Entry(path, full, None, about.st_size)


def _hash_of(found: Iterable[_Entry], limits: Limits, writer: _Writer | None = None) -> Identity:
    """The hash of some files, and their bytes; with a writer they are written, too, as they are hashed."""
    whole = blake2b(digest_size=20)
    size = 0
    for number, entry in enumerate(sorted(found), 1):
        size += entry.size
        _check(number, size, limits)
        one = blake2b(digest_size=20)
        if entry.target is not None:
            one.update(os.fsencode(entry.target))
            if writer:
                writer.link(entry.path, entry.target)
        elif writer:
            writer.admit(entry.size)
            writer.file(entry.path, _hashed(entry.chunks(), one))
        else:
            deque(_hashed(entry.chunks(), one), maxlen=0)
        name = os.fsencode(entry.path)
        whole.update(b"%d:%s:%d:" % (len(name), name, entry.target is not None))
        whole.update(one.digest())
    return Identity(whole.hexdigest(), size)


def _hashed(chunks: Iterable[bytes], digest: blake2b) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _digest(file: Path) -> str:
    digest = blake2b(digest_size=20)
    with file.open("rb") as opened_file:
        while chunk := opened_file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _unpack(file: Path, writer: _Writer, strip: int) -> None:
    """The regular files and links of a tar archive. Anything else in it, such as a device, is passed over."""
    with tarfile.open(file, "r|*") as archive:
        for member in archive:
            parts = PurePosixPath(member.name).parts
            path = "/".join(parts[strip:])
            if not path or member.name.startswith("/") or ".." in parts:
                continue
            if member.issym():
                writer.link(path, member.linkname)
            elif member.isreg():
                writer.admit(member.size)
                if (content := archive.extractfile(member)) is not None:
                    writer.file(path, _read(content, member.size))
            else:
                writer.admit(0)


def _read(file: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0 and (chunk := file.read(min(_CHUNK, size))):
        size -= len(chunk)
        yield chunk


def _check(number: int, size: int, limits: Limits) -> None:
    if number > limits.files:
        raise SourceError(f"the repository has more than {limits.files:,} files, the limit `files` of the audit")
    if size > limits.size:
        raise SourceError(f"the repository has more than {limits.size:,} bytes, the limit `size` of the audit")


def _check_depth(folders: int) -> None:
    if folders > _MOST_FOLDERS:
        raise SourceError(f"the repository has more than {_MOST_FOLDERS} folders in each other")


class _Writer:
    """Writes files below one folder. Links come last, so that no file is written through one."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self.root = root
        self.limits = limits
        self.size = 0
        self.manifests = 0
        self._number = 0
        self._folders: set[str] = set()
        self._links: dict[str, str] = {}
        root.mkdir(parents=True)
        (root / ".git").mkdir()  # the root of the repository: no configuration above it applies

    def admit(self, size: int) -> None:
        """Count a file. SourceError where there are more, or more bytes, than the limits allow."""
        if size < 0:  # an archive may hold any number there, and one below zero would give room for others
            raise SourceError("the archive has a file with a size below zero")
        self._number += 1
        self.size += size
        _check(self._number, self.size, self.limits)

    def file(self, path: str, chunks: Iterable[bytes]) -> None:
        """Write one regular file; one of a name that leads out of the folder is passed over."""
        if (name := self._inside(path)) is None:
            return
        self._links.pop(name, None)
        folder = os.path.dirname(name)  # noqa: PTH120
        if folder not in self._folders:
            os.makedirs(f"{self.root}/{folder}", exist_ok=True)  # noqa: PTH103
            self._folders.add(folder)
        with open(f"{self.root}/{name}", "wb") as file:  # noqa: PTH123
            size, named = 0, False
            for chunk in chunks:
                file.write(chunk)
                size += len(chunk)
                named = named or _NAMED in chunk
        if named and name.lower().endswith(ENDINGS):
            self.manifests += size

    def link(self, path: str, target: str) -> None:
        """Remember a link."""
        self.admit(0)
        if (name := self._inside(path)) is not None and "\0" not in target:
            self._links[name] = target

    def finish(self) -> Path:
        """Make the links that stay inside, and give the root."""
        made = []
        root = os.path.realpath(self.root)
        for name, target in self._links.items():
            at = self.root / name
            if os.path.isabs(target) or at.exists() or at.is_symlink():  # noqa: PTH117
                continue
            if os.path.realpath(at.parent) != os.path.join(root, *name.split("/")[:-1]):  # noqa: PTH118
                continue  # its folder is a link, which may lead anywhere
            with suppress(OSError):
                at.parent.mkdir(parents=True, exist_ok=True)
                at.symlink_to(target)
                made.append(at)
        for at in made:
            real = os.path.realpath(at)
            if not real.startswith(f"{root}{os.sep}") or ".git" in Path(real[len(root) :]).parts:
                at.unlink()
        return self.root

    def _inside(self, path: str) -> str | None:
        parts = PurePosixPath(path).parts
        bad = any(part in ("..", ".git") or "\0" in part or "\\" in part for part in parts)
        if bad or not parts or path.startswith("/"):
            return None
        _check_depth(len(parts) - 1)
        return "/".join(parts)
