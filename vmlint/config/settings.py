"""What each setting may hold: one row each, for configuration files and for keyword arguments alike.

A reader takes a value of any type. It gives back the value as `Config` holds it, or tells what is wrong with it and
gives back something harmless: all mistakes are told at once, and a configuration with a mistake is never used.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from vmlint.errors import PackError
from vmlint.model.kinds import KINDS
from vmlint.model.spelling import nearest
from vmlint.packs.files import DATA, is_path, packs_at
from vmlint.rule import Level
from vmlint.source.authored import At, kind_of_value, wrong
from vmlint.source.ignore import compiled

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from vmlint.rule import Rule

__all__ = [
    "SETTINGS",
    "Ignore",
    "Levels",
    "Override",
    "Setting",
    "ignore_spec",
    "means",
    "meant",
    "naming",
    "unknown_name",
]

Levels = Mapping[str, Level | Literal["off"]]
"""From a rule's name to the level of its findings."""


@dataclass(frozen=True, slots=True)
class Override:
    """What is different for the findings in some files. It can only narrow: a rule that is not chosen stays off.

    `paths` are patterns as in a .gitignore. `select` keeps only these rules (none named: all of them), `ignore`
    takes rules away, `levels` changes levels. Of several overrides that fit a file, each narrows further and the last
    level holds.
    """

    paths: tuple[str, ...]
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    levels: Levels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ignore:
    """Findings that are not wanted: those of a rule, on the objects and in the files that the patterns mean.

    An empty pattern means all. `until` is the last day on which this holds; `line` is its line in the configuration
    file, 0 where there is none.
    """

    rule: str
    object: str = ""
    path: str = ""
    reason: str = ""
    until: datetime.date | None = None
    line: int = 0


# Names of rules


def means(name: str, rule: Rule) -> bool:
    """Whether a name in `select`, `ignore` or `levels` means the rule: its number or the beginning of it (with at
    least one digit), its slug, or its family."""
    number = name.upper()
    return name in (rule.slug, rule.family) or (number[-1:].isdigit() and rule.id.startswith(number))


def meant(names: Sequence[str], rule: Rule) -> bool:
    """Whether one of the names means the rule."""
    return any(means(name, rule) for name in names)


def unknown_name(name: str, rules: Sequence[Rule]) -> str:
    """What is wrong with a name that means no rule; "" where it means one."""
    if any(means(name, rule) for rule in rules):
        return ""
    # Of numbers, any is like any other.
    known = [] if name[-1:].isdigit() else [word for rule in rules for word in (rule.slug, rule.family)]
    return f"no rule or family is called `{name}`{nearest(name, known) or '; `vmlint rules` lists them'}"


def naming(rules: Sequence[Rule] | None) -> Callable[[str], str] | None:
    """`unknown_name` for these rules, None where they are not known."""
    return None if rules is None else lambda name: unknown_name(name, rules)


def _check_name(name: str, at: At, *, key: bool = False) -> None:
    if at.unknown_name is not None and (problem := at.unknown_name(name)):
        at.tell(problem, key=key)


# Readers


_Reader = Callable[[Any, At], Any]


def _each(entry: Callable[[str, At], str | None], example: str) -> _Reader:
    """A reader of a list of strings; an entry's reader gives the entry back as it is held, or None after a mistake."""

    def read(value: Any, at: At) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            wrong(at, "a list", example, value)
            return ()
        found = []
        for index, text in enumerate(value):
            if not isinstance(text, str):
                (at / index).tell(f"an entry of `{at.name}` must be text, not {kind_of_value(text)}")
            elif not text.strip():
                (at / index).tell(f"an entry of `{at.name}` is empty: take it out")
            elif (held := entry(text, at / index)) is not None:
                found.append(held)
        return tuple(found)

    return read


def _rule_name(text: str, at: At) -> str:
    _check_name(text, at)
    return text


def _file_glob(text: str, at: At) -> str | None:
    try:
        if any(pattern.include is None for pattern in ignore_spec((text,)).patterns):
            at.tell(f"the glob `{text}` can match nothing: write it as in a .gitignore, such as `charts/**/templates/`")
            return None
    except ValueError:
        at.tell(f"the glob `{text}` can't be read: write it as in a .gitignore, such as `charts/**/templates/`")
        return None
    return text


@cache
def ignore_spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """The matcher of patterns as in a .gitignore."""
    return compiled(patterns)


def _file_globs(example: str) -> _Reader:
    """A reader of a list of globs of files, which are matched together."""
    listed = _each(_file_glob, example)

    def read(value: Any, at: At) -> tuple[str, ...]:
        found: tuple[str, ...] = listed(value, at)
        try:
            if found:
                ignore_spec(found)
        except ValueError:
            at.tell(f"the {len(found):,} globs of `{at.name}` are too many, or too long: name folders in their place")
            return ()
        return found

    return read


def _name_glob(text: str, at: At) -> str | None:
    """A glob for names, as `fnmatch` reads it."""
    if re.search(r"\[[^\]]*$", text):
        at.tell(f"the glob `{text}` has a `[` that is never closed")
        return None
    return text


def _paths(value: Any, at: At) -> tuple[str, ...]:
    """Files and folders; globs are spread out in the order of their names."""
    listed: _Reader = _each(lambda text, _: text, f"{at.name}: [manifests]")
    found: dict[str, None] = {}
    for text in listed(value, at):
        entry = at / list(value).index(text)
        if _leads_out(text, entry):
            continue
        matches = _spread(at.folder, text)
        if not matches:
            entry.tell(f"`{text}` matches no file or folder in `{_shown(at.folder)}`")
        found.update(dict.fromkeys(match for match in matches if not _leads_out(os.path.abspath(match), entry)))  # noqa: PTH100
    return tuple(found)


def _leads_out(text: str, at: At) -> bool:
    """Whether a path leaves the folder that it must not leave, as it is written or through a link, or is a pipe or a
    device: that is told."""
    if at.within is None:
        return False
    written = os.path.normpath(os.path.join(os.path.abspath(at.folder), text))  # noqa: PTH100, PTH118
    real = Path(os.path.realpath(written)).is_relative_to(os.path.realpath(at.within))
    if real and Path(written).is_relative_to(os.path.abspath(at.within)):  # noqa: PTH100
        if not os.path.exists(written) or os.path.isfile(written) or os.path.isdir(written):  # noqa: PTH110, PTH112, PTH113
            return False
        at.tell(f"`{text}` is neither a file nor a folder: nobody waits for what may come out of it")
        return True
    at.tell(
        f"`{text}` leads out of `{_shown(at.within)}`: a configuration names files of its own repository, and others "
        "are named on the command line"
    )
    return True


def _spread(folder: Path, text: str) -> list[str]:
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


_NAMESPACED = {kind.name: kind.namespaced for kind in KINDS}


def _outside(text: str, at: At) -> str | None:
    """A pattern of objects, as `Cluster` matches it: a kind, one space, `namespace/name` or a name."""
    words = text.split()
    if len(words) != 2 or words[1].count("/") > 1 or not all(words[1].split("/")):
        at.tell(
            f"`{text}` names no object: write `Kind namespace/name`, such as `DataSource golden-images/*`, "
            "or `Kind name` for a kind without namespace"
        )
        return None
    kind, name = words
    if _NAMESPACED.get(kind) is True and "/" not in name:
        at.tell(f"a {kind} lives in a namespace: write `{kind} */{name}`, or name the namespace")
        return None
    if _NAMESPACED.get(kind) is False and "/" in name:
        at.tell(f"a {kind} lives in no namespace: write `{kind} {name.partition('/')[2]}`")
        return None
    if kind not in _NAMESPACED:
        from difflib import get_close_matches

        if like := get_close_matches(kind, _NAMESPACED, n=1, cutoff=0.9):
            at.tell(f"no kind is called `{kind}`; did you mean `{like[0]}`?")
            return None
    return f"{kind} {name}" if _name_glob(kind, at) and _name_glob(name, at) else None


_closed_namespaces = _each(_name_glob, "closed-world: [team-*]")


def _closed_world(value: Any, at: At) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        return _closed_namespaces(value, at)  # type: ignore[no-any-return]
    wrong(at, "true, false or a list of namespaces", "closed-world: true", value)
    return False


def _render(value: Any, at: At) -> bool:
    if isinstance(value, bool):
        return value
    wrong(at, "true or false", "render: true", value)
    return False


def _flag(value: Any, at: At) -> bool:
    if isinstance(value, bool):
        return value
    wrong(at, "true or false", f"{at.name}: true", value)
    return False


def _unknown_fields(value: Any, at: At) -> Literal["default", "error"]:
    if value in ("default", "error"):
        return value  # type: ignore[no-any-return]
    at.tell(f"`{at.name}` must be default or error: write `unknown-fields: error`")
    return "default"


def _release(value: Any, at: At) -> str | None:
    example = f'{at.name}: "1.8"'
    if isinstance(value, int | float) and not isinstance(value, bool):
        at.tell(
            f"`{at.name}: {value}` is a number, in which 1.10 and 1.1 are the same: write it in quotes, `{example}`"
        )
        return None
    if not isinstance(value, str):
        wrong(at, "a release in quotes", example, value)
        return None
    if value == "main":
        return value
    found = re.fullmatch(r"v?(\d{1,4})\.(\d{1,4})(\.\d+)?([-+][\w.+-]+)?", value, re.ASCII)
    if found is None:
        at.tell(f"`{value}` is no release of KubeVirt, such as `1.8`, nor its branch `main`")
        return None
    from vmlint.kubevirt.releases import RELEASES

    line = int(found[1]), int(found[2])
    if line not in RELEASES:
        known = ", ".join(f"{major}.{minor}" for major, minor in reversed(RELEASES))
        at.tell(f"KubeVirt `{value}` is not a release that vmlint knows: write one of {known}")
        return None
    return f"{line[0]}.{line[1]}"


def _target(value: Any, at: At) -> str | None:
    if not isinstance(value, dict):
        wrong(at, "a mapping", 'target: {kubevirt: "1.8"}', value)
        return None
    for key in value:
        if key != "kubevirt":
            (at / str(key)).tell(f"unknown key `{key}` in `target`: only `kubevirt` is known", key=True)
    return _release(value["kubevirt"], at / "kubevirt") if "kubevirt" in value else None


def _namespace(value: Any, at: At) -> str:
    example = "default-namespace: my-team"
    if not isinstance(value, str):
        wrong(at, "the name of a namespace", example, value)
    elif not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", value):
        at.tell(f"`{value}` is not a valid namespace: use lower-case letters, digits and `-`, such as `my-team`")
    else:
        return value
    return ""


def _catalog(text: str, at: At) -> str | None:
    from vmlint.catalog.images import IMAGES
    from vmlint.catalog.instancetypes import versions

    if text in IMAGES:
        return text
    known = [*(f"common-instancetypes@v{version}" for version in reversed(versions())), *IMAGES]
    name, _, version = text.partition("@")
    full = f"{name}@v{version.removeprefix('v')}"
    if full not in known:
        at.tell(f"there is no catalog `{text}`{nearest(text, known) or f'; the newest is `{known[0]}`'}")
        return None
    return full


def _pack(text: str, at: At) -> str | None:
    """A pack of data. The configuration may come with what is linted, and that must not bring code that runs."""
    path = at.folder / text
    if not is_path(text) and not path.exists():
        at.tell(f"`{text}` would be a Python pack, and {_NO_CODE.format(text)}")
        return None
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(at.folder)):
        at.tell(f"`{text}` lies outside `{_shown(at.folder)}`: a configuration names packs of its own folder")
        return None
    try:
        packs = packs_at(path)
        code = [found for found in packs if found.suffix not in DATA]
    except PackError as error:
        at.tell(f"`{text}`: {error.mistakes[0].partition(': ')[2]}")
        return None
    if code:
        at.tell(f"`{text}` is a Python pack, and {_NO_CODE.format(_shown(path))}")
        return None
    home = os.path.realpath(at.folder)
    if out := next((found for found in packs if not Path(os.path.realpath(found)).is_relative_to(home)), None):
        at.tell(
            f"`{_shown(out)}` is a link out of `{_shown(at.folder)}`: a configuration names packs of its own folder"
        )
        return None
    # A folder without its slash would be the name of a module.
    return f"{_shown(path)}/" if path.is_dir() else _shown(path)


_NO_CODE = (
    "a configuration can't bring code that runs: write `--rules {}` where vmlint is called, "
    "or install the pack with an entry point of the group `vmlint.rules`"
)


def _levels(value: Any, at: At) -> Levels:
    if not isinstance(value, dict):
        wrong(at, "a mapping from rules to levels", "levels: {hygiene: note}", value)
        return {}
    levels: dict[str, Level | Literal["off"]] = {}
    for name, written in value.items():
        entry = at / str(name)
        _check_name(str(name), entry, key=True)
        if (level := _word(written, entry, f"the level of `{name}`", "off")) is not None:
            levels[str(name)] = level  # type: ignore[assignment]
    return levels


def _fail_on(value: Any, at: At) -> Level | Literal["never"]:
    return _word(value, at, "`fail-on`", "never") or Level.ERROR  # type: ignore[return-value]


def _word(value: Any, at: At, what: str, none: str) -> Level | str | None:
    """A level, or the word for none at all."""
    if value is False and none == "off":  # a YAML parser makes false of an unquoted `off`
        return none
    words = [*(level.value for level in reversed(Level)), none]
    if isinstance(value, str) and value in words:
        return none if value == none else Level(value)
    shown = f"`{value}`" if isinstance(value, str) else kind_of_value(value)
    hint = nearest(value, words) if isinstance(value, str) else ""
    at.tell(f"{what} must be {', '.join(words[:-1])} or {words[-1]}, not {shown}{hint}")
    return None


def _size(value: Any, at: At) -> int:
    from vmlint.model.quantity import Quantity

    example = "max-file-size: 16Mi"
    if isinstance(value, bool) or not isinstance(value, int | str):
        wrong(at, "a size", example, value)
        return 0
    try:
        size = Quantity.parse(str(value)).value()
    except ValueError:
        at.tell(f"`{value}` is no size: write a number of bytes or a quantity, as `{example}`")
        return 0
    if size <= 0:
        at.tell(f"`max-file-size` must be above zero: write `{example}`")
    return size


def _override(value: Any, at: At) -> Override | None:
    if isinstance(value, Override):
        return value
    if not isinstance(value, dict):
        at.tell("an entry of `overrides` must be a mapping: write `{paths: [legacy/], ignore: [hygiene]}`")
        return None
    for key in value:
        if key not in _OVERRIDE:
            (at / str(key)).tell(f"unknown key `{key}` in `overrides`{nearest(str(key), list(_OVERRIDE))}", key=True)
    if "paths" not in value:
        at.tell("this entry of `overrides` says not for which files: add `paths: [legacy/]`")
    return Override(
        **{"paths": (), **{key: read(value[key], at / key) for key, read in _OVERRIDE.items() if key in value}}
    )


def _overrides(value: Any, at: At) -> tuple[Override, ...]:
    if not isinstance(value, list | tuple):
        wrong(at, "a list", "overrides: [{paths: [legacy/], ignore: [hygiene]}]", value)
        return ()
    read = [_override(entry, at / index) for index, entry in enumerate(value)]
    return tuple(entry for entry in read if entry is not None)


_select = _each(_rule_name, "select: [inference, storage]")
_ignore = _each(_rule_name, "ignore: [hygiene]")
_OVERRIDE: dict[str, _Reader] = {
    "paths": _file_globs("paths: [legacy/]"),
    "select": _select,
    "ignore": _ignore,
    "levels": _levels,
}


def _text(value: Any, at: At) -> str:
    if isinstance(value, str) and value.strip():
        return value
    wrong(at, "a text", f"{at.name}: …", value)
    return ""


def _ignored_rule(value: Any, at: At) -> str:
    return _rule_name(text, at) if (text := _text(value, at)) else ""


def _ignored_object(value: Any, at: At) -> str:
    return (_outside(text, at) or "") if (text := _text(value, at)) else ""


def _ignored_path(value: Any, at: At) -> str:
    return (_file_glob(text, at) or "") if (text := _text(value, at)) else ""


def _day(value: Any, at: At) -> datetime.date | None:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):  # TOML knows days
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            at.tell(f"`{value}` is no day of the calendar")
            return None
    wrong(at, "a day", f"{at.name}: 2030-12-31", value)
    return None


_IGNORE: dict[str, _Reader] = {
    "rule": _ignored_rule,
    "object": _ignored_object,
    "path": _ignored_path,
    "reason": _text,
    "until": _day,
}


def _ignore_entry(value: Any, at: At) -> Ignore | None:
    if isinstance(value, Ignore):
        return value
    if not isinstance(value, dict):
        at.tell("an entry of `ignores` must be a mapping: write `{rule: infer-label-missing, object: …, reason: …}`")
        return None
    for key in value:
        if key not in _IGNORE:
            (at / str(key)).tell(f"unknown key `{key}` in `ignores`{nearest(str(key), list(_IGNORE))}", key=True)
    if "rule" not in value:
        at.tell("this entry of `ignores` names no rule: add `rule: infer-label-missing`")
    read = {key: reader(value[key], at / key) for key, reader in _IGNORE.items() if key in value}
    return Ignore(**{"rule": "", **read})


def _ignores(value: Any, at: At) -> tuple[Ignore, ...]:
    if not isinstance(value, list | tuple):
        wrong(at, "a list", "ignores: [{rule: infer-label-missing, path: legacy/}]", value)
        return ()
    read = [_ignore_entry(entry, at / index) for index, entry in enumerate(value)]
    return tuple(entry for entry in read if entry is not None)


def _baseline(value: Any, at: At) -> str:
    text = _text(value, at)
    return _shown(at.folder / text) if text and not _leads_out(text, at) else ""


class Setting(NamedTuple):
    """A key of the file, the field of `Config` that it fills, how the file's value and a keyword's value are read.

    `local` says that the configuration of a folder may have it for the files there; others are for a whole run.
    """

    key: str
    field: str
    read: _Reader
    read_keyword: _Reader
    local: bool = False


def _row(key: str, read: _Reader, *, local: bool = False) -> Setting:
    return Setting(key, key.replace("-", "_"), read, read, local)


SETTINGS: tuple[Setting, ...] = (
    _row("paths", _paths),
    _row("exclude", _file_globs('exclude: ["charts/**/templates/"]'), local=True),
    _row("context", _paths),
    _row("crds", _paths),
    _row("outside", _each(_outside, 'outside: ["DataSource golden-images/*"]')),
    _row("closed-world", _closed_world),
    Setting("target", "target_kubevirt", _target, _release),
    _row("default-namespace", _namespace),
    _row("catalogs", _each(_catalog, "catalogs: [common-instancetypes@v1.5.1]")),
    _row("render", _render),
    _row("select", _select, local=True),
    _row("ignore", _ignore, local=True),
    _row("levels", _levels, local=True),
    _row("overrides", _overrides, local=True),
    _row("ignores", _ignores, local=True),
    _row("baseline", _baseline),
    _row("rules", _each(_pack, "rules: [policies/vm.yaml]")),
    _row("fail-on", _fail_on),
    _row("strict", _flag),
    _row("unknown-fields", _unknown_fields),
    _row("max-file-size", _size),
)
