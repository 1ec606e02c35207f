"""What a report depends on, as one name: vmlint's own files, the settings, the rules, and every byte that was read."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType

from vmlint.cache.store import Store
from vmlint.config.config import Config
from vmlint.digest import blake2b
from vmlint.engine.workspace import Workspace
from vmlint.packs.files import DATA
from vmlint.registry import OWN
from vmlint.rule import Rule
from vmlint.source.read import Raw

__all__ = ["Contents", "build_id", "content_of", "contents_of", "folder_key", "run_key", "scope_of"]

_SIZE = 16
"""Bytes of a digest. Nobody attacks here: whoever can write a repository can have its report anyway."""


def content_of(data: bytes) -> bytes:
    """What stands for the bytes of a file."""
    return blake2b(data, digest_size=_SIZE).digest()


Contents = tuple[dict[str, str], ...]
"""What stands for the bytes of each file, by its name: of linted files, of the context, of those with definitions; and
for what is known of other paths that kustomizations name."""


def contents_of(workspace: Workspace) -> Contents:
    groups, beside = workspace.files[:3], workspace.files.beside
    values = [
        {raw.name: f"{content_of(raw.data).hex()} {raw.chart} {raw.named} {_outcome(raw)}" for raw in group}
        for group in groups
    ]
    paths = {f"content {name}": content_of(data).hex() for name, data in sorted(beside.contents.items())}
    for what, names in (("absent", beside.absent), ("folder", beside.folders), ("outside", beside.outside)):
        paths |= {f"{what} {name}": "" for name in sorted(names)}
    paths |= {f"applied {path}": str(is_here) for path, is_here in sorted(beside.applied.items())}
    return *values, {**paths, "root": beside.root}


def run_key(scope: bytes, workspace: Workspace, contents: Contents) -> str:
    """The name of a run: its scope, what was left out, and the names and bytes of its files."""
    return _key(scope, workspace, contents)


def folder_key(scope: bytes, workspace: Workspace, contents: Contents) -> str:
    """The name of all runs over the linted files of a folder, whatever these hold."""
    return _key(scope, workspace, (*contents[1:], {"": os.getcwd()}))  # noqa: PTH109 - half the time of Path.cwd


def _key(scope: bytes, workspace: Workspace, contents: Contents) -> str:
    digest = blake2b(scope, digest_size=_SIZE)
    _add(digest, *workspace.unread)
    for group in contents:
        _add(digest, len(group))
        for name, content in group.items():
            _add(digest, name, content)
    return digest.hexdigest()


def scope_of(settings: Config, paths: Iterable[str], build: str, today: datetime.date) -> bytes | None:
    """What a report depends on besides the files that are read; None where somebody's code does that can't be found.

    The day matters where a suppression ends on one.
    """
    digest = blake2b(digest_size=_SIZE)
    _add(digest, build, *paths)
    # The rules stand by themselves below.
    ends = any(ignore.until for one in (settings, *settings.folders) for ignore in one.ignores)
    _add(digest, *_written(settings), today if ends else "")
    rules = settings.all_rules()
    _add(digest, *(f"{rule.id} {rule.pack}" for rule in rules))
    try:
        for pack in sorted({rule.pack for rule in rules if rule.pack}):
            for file in _files_of_pack(next(rule for rule in rules if rule.pack == pack)):
                _add(digest, file, content_of(file.read_bytes()))
        if settings.baseline:
            _add(digest, content_of(Path(settings.baseline).read_bytes()))
    except (OSError, LookupError):
        return None
    return digest.digest()


def _written(settings: Config) -> Iterator[str]:
    """What settings say, the same in every process: without the rules, and the sets in an order."""
    for one in (settings, *settings.folders):
        for field, value in one._replace(known_rules=None, folders=(), roots={})._asdict().items():
            yield f"{field}={sorted(value) if isinstance(value, frozenset) else value!r}"


def _outcome(raw: Raw) -> object:
    """What became of a file instead of its bytes."""
    if raw.outcome is None:
        return ""
    return [*raw.outcome.skipped, *(document.problem for document in raw.outcome.documents)]


def _add(digest: blake2b, *parts: object) -> None:
    """More of what counts, each part with its length: no two lists give the same bytes."""
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)


def _files_of_pack(rule: Rule) -> Iterator[Path]:
    """The files that hold the rules of a pack: itself where it is data, else the modules of its package, and of the
    folder that it is named by. LookupError where its code can't be found."""
    pack = Path(rule.pack)
    if pack.suffix in DATA:
        yield pack
        return
    if pack.exists():
        yield from sorted((pack if pack.is_dir() else pack.parent).rglob("*.py"))
    inner = next((one for one in getattr(rule.check, "args", ()) if isinstance(one, Rule)), rule)
    if not isinstance(inner.check, FunctionType):
        if pack.exists():
            return
        raise LookupError(f"the path of the code of {inner.slug}")
    module = sys.modules[inner.check.__module__]
    parts = module.__name__.split(".")
    if len(parts) == 1:
        yield Path(module.__file__ or "")
        return
    # A pack that is named by its path lies in a package that vmlint made up around it.
    top = sys.modules[".".join(parts[: 2 if parts[0].startswith("vmlint_pack_") else 1])]
    for folder in top.__path__:
        yield from sorted(Path(folder).rglob("*.py"))


# vmlint itself


def build_id(store: Store) -> str:
    """What stands for vmlint's own code and data, whatever version it calls itself: the bytes of its files.

    They are read once; as long as their sizes and times stay what they are, the store knows the answer.
    """
    files = sorted(_own_files())
    at = blake2b(digest_size=_SIZE)
    for path, size, changed in files:
        _add(at, path, size, changed)
    if known := store.get("build", at.hexdigest()):
        return known.decode("ascii", "replace")
    digest = blake2b(digest_size=_SIZE)
    _add(digest, sys.version, *_libraries())
    for path, _, _ in files:
        _add(digest, os.path.basename(path), content_of(Path(path).read_bytes()))  # noqa: PTH119
    store.put("build", at.hexdigest(), digest.hexdigest().encode())
    return digest.hexdigest()


def _own_files() -> Iterator[tuple[str, int, int]]:
    """Every file of the packages `vmlint` and `vmlint.rules`: path, size, time of the last change."""
    waiting = list(dict.fromkeys(folder for name in ("vmlint", OWN) for folder in import_module(name).__path__))
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        waiting.append(entry.path)
                elif entry.name.endswith((".py", ".json")):
                    status = entry.stat()
                    yield entry.path, status.st_size, status.st_mtime_ns


def _libraries() -> Iterator[str]:
    """The libraries that decide what a manifest says."""
    import yaml
    from yaml._yaml import get_version_string

    yield yaml.__version__
    yield get_version_string()
