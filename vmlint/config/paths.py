"""Files that a configuration names: paths, patterns of paths, and packs of rules.

A configuration comes with the files that are linted, so it names only what is in its own repository, and no code.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmlint.config.shape import TEXT, Shape, list_of
from vmlint.errors import PackError
from vmlint.packs.files import DATA, is_path, packs_at
from vmlint.source.authored import At
from vmlint.source.ignore import compiled

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["BASELINE", "GLOB", "PACKS", "PATHS", "globs", "ignore_spec"]


def _glob(text: str, at: At) -> str | None:
    try:
        if any(pattern.include is None for pattern in ignore_spec((text,)).patterns):
            at.report(f"the glob `{text}` matches no path: {_AS_GITIGNORE}")
            return None
    except ValueError:
        at.report(f"the glob `{text}` is not valid: {_AS_GITIGNORE}")
        return None
    return text


_AS_GITIGNORE = "write it as in a .gitignore, such as `charts/**/templates/`"


@cache
def ignore_spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """The matcher of patterns as in a .gitignore."""
    return compiled(patterns)


GLOB = Shape(_glob, TEXT.schema)
"""A pattern of files, as in a .gitignore."""


def globs(example: str) -> Shape:
    """A list of patterns of files, which are matched together."""
    listed = list_of(GLOB, example)

    def read(value: Any, at: At) -> tuple[str, ...]:
        patterns: tuple[str, ...] = listed.read(value, at)
        try:
            if patterns:
                ignore_spec(patterns)
        except ValueError:
            at.report(f"`{at.name}` has too many or too long globs ({len(patterns):,}): name folders instead")
            return ()
        return patterns

    return Shape(read, listed.schema)


_ANY = Shape(lambda text, _: text, TEXT.schema)


def _paths(value: Any, at: At) -> tuple[str, ...]:
    """Files and folders; globs are expanded in the order of their names."""
    texts = list_of(_ANY, f"{at.name}: [manifests]").read(value, at)
    paths: dict[str, None] = {}
    for text in texts:
        entry = at / list(value).index(text)
        if _leads_out(text, entry):
            continue
        matches = _expanded(at.folder, text)
        if not matches:
            entry.report(f"`{at.name}`: `{text}` matches no file or folder in `{_shown(at.folder)}`")
        paths.update(dict.fromkeys(match for match in matches if not _leads_out(os.path.abspath(match), entry)))  # noqa: PTH100
    return tuple(paths)


def _leads_out(text: str, at: At) -> bool:
    """Whether a path leaves the folder that it must not leave, as it is written or through a link, or is a pipe or a
    device: that is reported."""
    if at.within is None:
        return False
    written = os.path.normpath(os.path.join(os.path.abspath(at.folder), text))  # noqa: PTH100, PTH118
    real = Path(os.path.realpath(written)).is_relative_to(os.path.realpath(at.within))
    if real and Path(written).is_relative_to(os.path.abspath(at.within)):  # noqa: PTH100
        if not os.path.exists(written) or os.path.isfile(written) or os.path.isdir(written):  # noqa: PTH110, PTH112, PTH113
            return False
        at.report(f"`{text}` is neither a file nor a folder: vmlint reads nothing else")
        return True
    at.report(
        f"`{text}` leads out of `{_shown(at.within)}`: a configuration may name only files in its repository; name "
        "others on the command line"
    )
    return True


def _expanded(folder: Path, text: str) -> list[str]:
    if os.path.exists(folder / text):  # noqa: PTH110 - Path.exists raises for a name that is too long
        return [_shown(folder / text)]
    from glob import glob

    matches = glob(text, root_dir=folder, recursive=True)  # noqa: PTH207 - Path.glob raises for an absolute pattern
    return [_shown(folder / match) for match in sorted(matches) if os.path.lexists(folder / match)]


def _shown(path: Path) -> str:
    """The path from the working directory: the way files are named in reports."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)


def _baseline(value: Any, at: At) -> str:
    text = TEXT.read(value, at)
    return _shown(at.folder / text) if text and not _leads_out(text, at) else ""


def _pack(text: str, at: At) -> str | None:
    """A pack of data. The configuration may come with what is linted, and that must not bring code that runs."""
    path = at.folder / text
    if not is_path(text) and not path.exists():
        at.report(f"`{text}` would be a Python pack, and {_NO_CODE.format(text)}")
        return None
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(at.folder)):
        at.report(f"`{text}` is outside `{_shown(at.folder)}`: a configuration may name only packs in its folder")
        return None
    try:
        packs = packs_at(path)
        code = [file for file in packs if file.suffix not in DATA]
    except PackError as error:
        at.report(f"`{text}`: {error.mistakes[0].partition(': ')[2]}")
        return None
    if code:
        at.report(f"`{text}` is a Python pack, and {_NO_CODE.format(_shown(path))}")
        return None
    home = os.path.realpath(at.folder)
    if out := next((file for file in packs if not Path(os.path.realpath(file)).is_relative_to(home)), None):
        at.report(
            f"`{_shown(out)}` is a link out of `{_shown(at.folder)}`: a configuration may name only packs in its folder"
        )
        return None
    # A folder without its slash would be the name of a module.
    return f"{_shown(path)}/" if path.is_dir() else _shown(path)


_NO_CODE = (
    "a configuration can't bring code that runs: write `--rules {}` where vmlint is called, "
    "or install the pack with an entry point of the group `vmlint.rules`"
)

PATHS = Shape(_paths, list_of(_ANY, "").schema)
"""A list of files and folders."""
BASELINE = Shape(_baseline, TEXT.schema)
PACKS = list_of(Shape(_pack, TEXT.schema), "rules: [policies/vm.yaml]")
