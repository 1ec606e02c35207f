"""The program `git`, which is asked about a repository and never reads that repository's configuration.

A configuration can name programs in dozens of keys, and each release adds some: filters, hooks, file system monitors,
external diffs, pagers, `include`. So git gets another folder in the place of `.git`: it holds links to the objects and
references, a copy of the index, and a configuration written here, of a few keys that are plain values.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from vmlint.errors import UsageError
from vmlint.source.program import installed

__all__ = ["Git", "opened"]

_VALUES = re.compile(
    rb"core\.(?:autocrlf|eol|filemode|symlinks|ignorecase|precomposeunicode|trustctime|checkstat)"
    rb"|extensions\.(?:objectformat|refstorage|worktreeconfig)"
    rb"|branch\..*\.(?:remote|merge)|remote\..*\.fetch",
    re.DOTALL,
)
"""The keys that are kept: how files compare with what git holds, and what `@{upstream}` means."""
_SETTINGS = """\
[core]
	repositoryFormatVersion = 1
	bare = false
	quotePath = false
	fsmonitor = false
	hooksPath = /dev/null
[protocol]
	allow = never
"""
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OBJECTS = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
"""Where a hook's caller keeps objects that are not yet the repository's."""
_SHARED = ("objects", "refs", "packed-refs", "shallow", "reftable")
_MOST_BYTES = 2**20
_SECONDS = 600


class Git:
    """The program, at the top of a working tree."""

    def __init__(self, root: str, environment: dict[str, str]) -> None:
        self.root = root
        self._environment = environment

    def lines(self, *words: str, given: bytes = b"") -> list[str]:
        """The lines of an answer, none where git fails."""
        done = self._call(words, given)
        return done.stdout.decode("utf-8", "replace").splitlines() if done.returncode == 0 else []

    def ask(self, *words: str) -> str:
        """The answer in one line, "" where git has none."""
        return next(iter(self.lines(*words)), "")

    def run(self, *words: str, given: bytes = b"") -> bytes:
        """The output of a command. UsageError with git's own words where it fails."""
        done = self._call(words, given)
        if done.returncode:
            raise UsageError(_failed(words[0], done))
        return done.stdout

    def _call(self, words: Sequence[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
        return _git(("-C", self.root, *words), given, self._environment)


def _git(words: Sequence[str], given: bytes, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    program = installed("git") or "git"
    command = (program, "--no-pager", *words)
    try:
        return subprocess.run(command, input=given, capture_output=True, env=environment, check=False, timeout=_SECONDS)
    except OSError as error:
        raise UsageError(f"`--changed` can't run `{program}`: {error.strerror or error}") from error
    except subprocess.TimeoutExpired:
        raise UsageError(f"`--changed`: `git` does not end within {_SECONDS} seconds") from None


def _failed(command: str, done: subprocess.CompletedProcess[bytes]) -> str:
    said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    return f"`--changed`: `git {command}` failed: {said or f'exit code {done.returncode}'}"


@contextmanager
def opened(folder: str) -> Iterator[Git]:
    """Git, for the repository that a folder lies in. UsageError where there is none.

    As for git itself, GIT_DIR, GIT_WORK_TREE and GIT_INDEX_FILE name another: a hook has them.
    """
    if installed("git") is None:
        raise UsageError("`--changed` needs the program `git`, which is not installed")
    root, own = _located(folder)
    shared = _shared_folder(own)
    if own != shared and (shared / "reftable").exists():
        raise UsageError("`--changed` can't read a linked working tree whose references are a reftable")
    with tempfile.TemporaryDirectory(prefix="vmlint-git-") as made:
        stand_in = Path(made)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment |= {"HOME": made, "XDG_CONFIG_HOME": made}
        for name in _OBJECTS:
            if paths := os.environ.get(name):
                environment[name] = os.pathsep.join(map(os.path.abspath, paths.split(os.pathsep)))
        environment |= {**_ENVIRONMENT, "GIT_DIR": made, "GIT_WORK_TREE": root}
        _link(own, shared, stand_in)
        _copy(Path(os.environ.get("GIT_INDEX_FILE") or own / "index"), stand_in / "index", most=None)
        _distrust_times(stand_in / "index")
        (stand_in / "config").write_bytes(_SETTINGS.encode() + _kept(own, shared))
        yield Git(root, environment)


# Where the repository is


def _located(folder: str) -> tuple[str, Path]:
    """The top of the working tree, and its folder of git."""
    if named := os.environ.get("GIT_DIR"):
        return os.path.realpath(os.environ.get("GIT_WORK_TREE") or "."), Path(os.path.realpath(named))
    here = Path(os.path.realpath(folder))
    for above in (here, *here.parents):
        if (found := _folder_of(above / ".git")) is not None:
            return str(above), found
    raise UsageError(f"`--changed` compares with a commit, and `{folder}` is not in a git repository")


def _folder_of(entry: Path) -> Path | None:
    """The folder that `.git` is, or names as a file; None where it is nothing of the kind."""
    try:
        if entry.is_file():
            named = _text(entry).removeprefix("gitdir:").strip()
            entry = entry.parent / named
        return Path(os.path.realpath(entry)) if (entry / "HEAD").exists() or (entry / "HEAD").is_symlink() else None
    except (OSError, ValueError):
        return None


def _shared_folder(own: Path) -> Path:
    """What a linked working tree has in common with the others."""
    named = os.environ.get("GIT_COMMON_DIR") or _text(own / "commondir").strip()
    return Path(os.path.realpath(own / named)) if named else own


def _text(file: Path) -> str:
    """The text of a small file of git; "" where there is none."""
    return _content(file).decode("utf-8", "surrogateescape")


def _content(file: Path, most: int | None = _MOST_BYTES) -> bytes:
    """A regular file, "" for anything else: nobody waits for what comes out of a pipe."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return b""
        with file.open("rb") as opened:
            return opened.read(-1 if most is None else most)
    except (OSError, ValueError):
        return b""


# What is in its place


def _link(own: Path, shared: Path, stand_in: Path) -> None:
    for name in _SHARED:
        if (shared / name).exists():
            (stand_in / name).symlink_to(shared / name)
    for name in ("objects", "refs"):
        (stand_in / name).mkdir(exist_ok=True)
    (stand_in / "logs").mkdir()
    (stand_in / "info").mkdir()
    for inner, file in (("logs/refs", shared), ("logs/HEAD", own)):
        if (file / inner).exists():
            (stand_in / inner).symlink_to(file / inner)
    _copy(shared / "info" / "attributes", stand_in / "info" / "attributes")
    with suppress(OSError):
        for found in own.iterdir():
            if found.name.startswith("sharedindex."):  # parts of an index that is split
                (stand_in / found.name).symlink_to(found)
            elif found.name.endswith("_HEAD"):
                _copy(found, stand_in / found.name)
    head = own / "HEAD"
    text = f"ref: {head.readlink()}\n".encode() if head.is_symlink() else _content(head)
    (stand_in / "HEAD").write_bytes(text)


def _copy(file: Path, target: Path, most: int | None = _MOST_BYTES) -> None:
    if content := _content(file, most):
        target.write_bytes(content)
        shutil.copystat(file, target)  # git knows by the time of the index what may have changed since


_MOST_COMPARED = 2**21
"""The bytes of an index (of some 20,000 files) up to which git compares the files themselves."""


def _distrust_times(index: Path) -> None:
    """Let git compare what the files hold: a file that a script replaces within a second by one of the same size may
    have the very times and the very number that the index knows. Git does so for files younger than the index."""
    with suppress(OSError):
        if index.stat().st_size <= _MOST_COMPARED:
            os.utime(index, (1, 1))


# What is kept of the configuration


def _kept(own: Path, shared: Path) -> bytes:
    """The plain values of the user's and the repository's configuration, to be written behind the settings."""
    found = [*_listed("--includes"), *_read(shared / "config")]
    if any(key == b"extensions.worktreeconfig" and value == b"true" for key, value in found):
        found += _read(own / "config.worktree")
    return b"".join(_written(key, value) for key, value in found if not key.startswith(b"extensions.worktree"))


def _read(file: Path) -> list[tuple[bytes, bytes]]:
    """The values in one file; what it includes is not read."""
    return _listed("--no-includes", "--file", str(file)) if _content(file, 1) else []


def _listed(*words: str) -> list[tuple[bytes, bytes]]:
    environment = {**os.environ, "GIT_DIR": os.devnull, "LC_ALL": "C"}
    environment.pop("GIT_WORK_TREE", None)
    done = _git(("-C", "/", "config", "--null", "--list", *words), b"", environment)
    entries = done.stdout.split(b"\0")[:-1] if done.returncode == 0 else []
    pairs = ((key, value if equals else b"true") for key, equals, value in (one.partition(b"\n") for one in entries))
    return [(key, value) for key, value in pairs if _VALUES.fullmatch(key)]


def _written(key: bytes, value: bytes) -> bytes:
    section, _, rest = key.partition(b".")
    middle, dot, name = rest.rpartition(b".")
    head = b'[%s "%s"]' % (section, _escaped(middle)) if dot else b"[%s]" % section
    return b'%s\n\t%s = "%s"\n' % (head, name, _escaped(value).replace(b"\n", rb"\n"))


def _escaped(text: bytes) -> bytes:
    return text.replace(b"\\", rb"\\").replace(b'"', rb"\"")
