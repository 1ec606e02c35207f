"""Kustomizations built by the real tool, for what only it can tell.

The tool is given a copy of the files that a kustomization names, in a folder of its own, and no option that would have
it run a plugin, a function or Helm. A kustomization that names anything on the network, or outside the files that were
read, is not given to it. A kustomization is written anew from what was checked here, so that another reader of YAML
finds nothing else in it; and the tool runs without network and without git (`sandbox`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vmlint.errors import UsageError
from vmlint.gitops import sandbox
from vmlint.gitops.build import HASH
from vmlint.gitops.draft import Draft
from vmlint.gitops.kustomization import Kustomization, is_remote
from vmlint.gitops.made import Build, Unread
from vmlint.gitops.part import Part
from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.gitops.tree import Tree, beside
from vmlint.graph.build import objects
from vmlint.model.access import each, mapping, sequence, text
from vmlint.model.field import Path as Field
from vmlint.model.kinds import kind_of
from vmlint.model.resource import Written
from vmlint.source.decode import decode_text
from vmlint.source.program import installed

__all__ = ["Renderer"]

_MOST_BYTES = 64 * 2**20
_MOST_SHOWN = 400
_TOOLS = (("kustomize", "build"), ("kubectl", "kustomize"))

_FOLDERS = ("resources", "bases", "components")
_INLINE = "patchesStrategicMerge"
_FILES = ("crds", "configurations", _INLINE)
_OTHER_PROGRAMS = ("generators", "transformers", "validators", "helmCharts", "helmChartInflationGenerator")
_ELSEWHERE = re.compile(
    r"^[/~]|://|[?\\]|^[^/]*[:@]|^(?:[\w-]+\.)*(?:github|gitlab|bitbucket|googleapis|amazonaws)\.(?:com|org)(?:/|$)|"
    r"(?:^|/)_git/|\.git(?:/|$)|[\0-\x1f]",
    re.IGNORECASE,
)
"""What some release of kustomize fetches, or may look for outside the folder: addresses with and without a scheme, as
`git@host:path`, `git::…`, `github.com/…` and `…/repo.git/…` (`RepoSpec`, and go-getter before it)."""
_HASHED = re.compile(r"-[a-z0-9]{10}$")
_NOISE = re.compile(r"^#? ?Warning: .*$\n?", re.MULTILINE)
_LOGGED = re.compile(r'^[A-Z]\d{4} \S+ +\d+ \S+\] "command failed" err=(?:<(.*)>|"(.*)")$', re.DOTALL)


class _Refused(Exception):  # noqa: N818 - it never leaves this module
    """Why a kustomization is not given to the tool."""

    def __init__(self, reason: str, at: Written) -> None:
        self.reason = reason
        self.at = at


class _Missing(_Refused):
    """What a kustomization names is not there at all: its tool fails too."""


class Renderer:
    """Builds kustomizations with the installed tool. Raises UsageError where there is none."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def render(self, folder: str, build: Build) -> Build:
        """What the tool makes of a folder's kustomization; what it can't be given stays as it was understood."""
        kustomization = self._tree.kustomization(folder)
        if kustomization is None:
            return build
        try:
            closure = list(self._closure(kustomization))
            files: dict[str, bytes | None] = {
                name: None for kustomization in closure for name in self._files(kustomization)
            }
            files |= {kustomization.file: _as_read(kustomization) for kustomization in closure}
            _bound(files, kustomization)
        except _Missing as missing:
            return _without_result(build, _failed(missing.at, missing.reason))
        except _Refused as refused:
            build.embedded.append(Unread(f"not rendered: {refused.reason}", refused.at))
            return build
        result = self._run(kustomization, files)
        if isinstance(result, BuildProblem):
            return _without_result(build, result)
        return _read(result, kustomization, build)

    def _closure(self, top: Kustomization) -> Iterator[Kustomization]:
        """The kustomization and all that it includes. Raises _Refused for what leads elsewhere."""
        waiting, known = [top], {top.folder}
        while waiting:
            kustomization = waiting.pop()
            _check(kustomization)
            yield kustomization
            for field in _FOLDERS:
                for index, entry in enumerate(sequence(kustomization.data, field)):
                    path = beside(kustomization.folder, entry) if isinstance(entry, str) else ""
                    below = self._tree.kustomization(path)
                    if below is not None and self._tree.file(path) is None:
                        if path not in known:
                            known.add(path)
                            waiting.append(below)
                    elif self._tree.file(path) is None:
                        at = kustomization.at(field, index)
                        if isinstance(entry, str) and not is_remote(entry) and not os.path.lexists(path):
                            raise _Missing(f"`{entry}` does not exist", at)
                        raise _Refused(f"`{entry}` is not among the files that were read", at)

    def _files(self, kustomization: Kustomization) -> Iterator[str]:
        """The further files that a kustomization names: those that were read, and those of its own folder."""
        for written, _ in _named(kustomization):
            name = beside(kustomization.folder, written)
            if written and (self._tree.file(name) is not None or _lies_in(name, kustomization.folder)):
                yield name

    def _run(self, kustomization: Kustomization, files: Mapping[str, bytes | None]) -> str | BuildProblem:
        """The tool's output. It sees a copy of the files alone."""
        top = os.path.commonpath([_full(name) for name in files])
        if kustomization.file in files and len(files) == 1:
            top = str(Path(top).parent)
        with tempfile.TemporaryDirectory(prefix="vmlint-") as made:
            copy = Path(made).resolve() / "files"
            for name, content in sorted(files.items()):
                _copy(name, content, copy / os.path.relpath(_full(name), top))
            folder = copy / os.path.relpath(_full(kustomization.folder or "."), top)
            try:
                done = sandbox.run(_tool(), str(folder))
            except subprocess.TimeoutExpired as error:
                return _failed(kustomization.at(), f"it does not end within {error.timeout:.0f} seconds")
            except sandbox.TooLong as error:
                return _failed(kustomization.at(), str(error))
            except OSError as error:
                return _failed(kustomization.at(), str(error.strerror or error))
        if done.returncode:
            message = _NOISE.sub("", done.stderr.decode("utf-8", "replace")).strip()
            logged = _LOGGED.match(message)  # some builds of kubectl log the error instead of printing it
            message = (logged[1] or logged[2]).strip() if logged else message.removeprefix("error: ")
            reason = re.sub(r"\s+", " ", message.replace(f"{copy}/", "").replace(str(copy), "."))
            return _failed(kustomization.at(), reason[:_MOST_SHOWN])
        return done.stdout.decode("utf-8", "replace")


def _without_result(build: Build, problem: BuildProblem) -> Build:
    build.problems.append(problem)
    build.failed = True
    return build


def _failed(at: Written, reason: str) -> BuildProblem:
    return BuildProblem(BuildCode.TOOL, at, values={"reason": reason})


def _tool() -> Sequence[str]:
    for program, *words in _TOOLS:
        if found := installed(program):
            return [found, *words]
    raise UsageError("rendering needs `kustomize` or `kubectl`, and neither is installed: remove `--render`")


def _as_read(kustomization: Kustomization) -> bytes:
    """A kustomization as it was understood, in JSON: the tool is to read what was checked, and nothing else."""
    try:
        written = json.dumps(kustomization.data, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise _Refused("it contains a value that JSON does not support", kustomization.at()) from None
    # YAML refuses these, even in quotes.
    text = re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", written)
    return text.encode("utf-8", "replace")


def _check(kustomization: Kustomization) -> None:
    """Refuse what would have the tool run another program, or leave the files."""
    for clash in kustomization.reading.clashes if kustomization.reading else ():
        raise _Refused(f"`{clash.field}` appears twice in it", Written(kustomization.document, clash.path))
    for field in _OTHER_PROGRAMS:
        if kustomization.data.get(field):
            raise _Refused(f"`{field}` would run other programs", kustomization.at(field))
    for name, at in _named(kustomization):
        if _ELSEWHERE.search(name):
            raise _Refused(f"`{name}` is on the network, or outside the repository", at)


def _bound(files: Mapping[str, bytes | None], kustomization: Kustomization) -> None:
    size = 0
    for name, content in files.items():
        try:
            size += Path(_full(name)).stat().st_size if content is None else len(content)
        except (OSError, ValueError):
            continue
    if size > _MOST_BYTES:
        reason = f"its files have {size:,} bytes; the maximum is {_MOST_BYTES:,}"
        raise _Refused(reason, kustomization.at())


def _named(kustomization: Kustomization) -> Iterator[tuple[str, Written]]:
    """Every path that a kustomization names."""
    for field in (*_FOLDERS, *_FILES):
        for index, entry in enumerate(sequence(kustomization.data, field)):
            if isinstance(entry, str) and not (field == _INLINE and _is_inline(entry)):
                yield entry, kustomization.at(field, index)
    for patch in (*kustomization.patches, *kustomization.operations):
        yield patch.path, patch.at
    for index, entry in each(kustomization.data, "replacements"):
        yield text(entry, "path"), kustomization.at("replacements", index)
    for value in mapping(kustomization.data, "openapi").values():
        yield value if isinstance(value, str) else "", kustomization.at("openapi")
    for _, at, entry in kustomization.generated():
        for field in ("files", "envs"):
            for name in sequence(entry, field):
                if isinstance(name, str):
                    yield name.partition("=")[2] if field == "files" and "=" in name else name, at
        yield text(entry, "env"), at


def _is_inline(entry: str) -> bool:
    """Whether an entry of `patchesStrategicMerge` is a patch itself. An address has no line break and no space."""
    return "\n" in entry.strip() or re.match(r"\s*(?:\{|[\w$-]+:\s)", entry) is not None


def _full(name: str) -> str:
    return os.path.abspath(name)  # noqa: PTH100 - links stay what they are


def _lies_in(name: str, folder: str) -> bool:
    """Whether a path is a regular file below a folder, without any link on the way, and not git's."""
    if ".git" in name.split("/"):
        return False
    try:
        home = Path(_full(folder or ".")).resolve(strict=True)
        file = Path(_full(name)).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return False
    plain = home / os.path.relpath(_full(name), _full(folder or "."))
    return file == plain and file.is_relative_to(home) and file.is_file()


def _copy(name: str, content: bytes | None, target: Path) -> None:
    """Copy a file, or write another content in its place; what can't be copied the tool will miss."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            shutil.copyfile(_full(name), target)
        else:
            target.write_bytes(content)
    except (OSError, ValueError):
        return


# From the tool's output back to the files


def _read(output: str, kustomization: Kustomization, build: Build) -> Build:
    """The objects of the tool's output, each field at the place that wrote it as far as it can be told."""
    known = {_key(part): part for part in build.parts}
    rendered = Build()
    rendered.patches, rendered.files, rendered.embedded = build.patches, build.files, build.embedded
    rendered.references, rendered.problems = build.references, build.problems
    for document in decode_text(output, kustomization.file).documents:
        for _, data in objects(document.data):
            kind = kind_of(text(data, "apiVersion"), text(data, "kind"))
            if kind is not None:
                part = Part(kind, Draft(data, kustomization.at()))
                origin = known.get(_key(part))
                rendered.parts.append(_followed(part, origin, kustomization) if origin else part)
    found = {_key(part) for part in rendered.parts}
    # Objects of other kinds than the tool's output is searched for stay as they are.
    rendered.parts += (part for key, part in known.items() if key not in found and kind_of(*_type(part)) is None)
    return rendered


def _type(part: Part) -> tuple[str, str]:
    return text(part.draft.data, "apiVersion"), part.kind.name


def _key(part: Part) -> tuple[str, str, str, str]:
    name = part.name
    if not part.kind.group:
        name = name.removesuffix(f"-{HASH}") if name.endswith(f"-{HASH}") else _HASHED.sub("", name)
    return part.kind.group, part.kind.name, part.namespace, name


def _followed(part: Part, origin: Part, kustomization: Kustomization) -> Part:
    """The rendered object with the places of the one that was understood; what differs, the kustomization wrote."""
    draft = Draft(part.draft.data, origin.draft.own, origin.draft.parts)
    for path in _differences(part.draft.data, origin.draft.data, ()):
        if path not in draft.parts:
            draft.parts[path] = kustomization.at("replacements")
    followed = origin.copy()
    followed.draft, followed.hashed, followed.unclear = draft, False, ""
    return followed


def _differences(now: Any, before: Any, path: Field) -> Iterator[Field]:
    """The fields in which an object differs from another one, the least deep ones."""
    if isinstance(now, Mapping) and isinstance(before, Mapping):
        for key, value in now.items():
            if key not in before:
                yield (*path, key)
            else:
                yield from _differences(value, before[key], (*path, key))
    elif isinstance(now, list) and isinstance(before, list) and len(now) == len(before):
        for index, (candidate, other) in enumerate(zip(now, before, strict=True)):
            yield from _differences(candidate, other, (*path, index))
    elif now != before:
        yield path
