"""The configuration file: where it is found, how it is read, and where each mistake is.

`.vmlint.yaml`, `.vmlint.yml`, or the table `[tool.vmlint]` of a pyproject.toml. Relative paths in it start at its
folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmlint import registry
from vmlint.config.config import Config
from vmlint.config.names import naming
from vmlint.config.settings import SETTINGS, Scope
from vmlint.config.toml import has_table, read_toml
from vmlint.errors import ConfigError, PackError
from vmlint.model.spelling import nearest
from vmlint.source.authored import At, Mistake, Written, read_yaml
from vmlint.source.boundary import check_read
from vmlint.source.document import Skipped

if TYPE_CHECKING:
    from vmlint.rule import Rule

__all__ = ["MARKS", "NAMES", "find", "find_in", "load", "load_for", "places", "rules_for", "with_folders"]

NAMES = (".vmlint.yaml", ".vmlint.yml")
"""What a configuration file of its own is called."""
_TOML = "pyproject.toml"
MARKS = frozenset((*NAMES, _TOML, ".git"))
"""What a folder has where a configuration may be, or where the search for one ends."""

_MOST_BYTES = 2**20


def load_for(paths: Sequence[str | Path], *, known_rules: Sequence[Rule] | None = None) -> Config:
    """The configuration that applies to paths: the file found upward from the first one, else all defaults.

    UsageError where a link leads the first path out of its repository.
    """
    start = next((str(path) for path in paths if str(path) != "-"), ".")
    check_read(start)
    file = find(Path(start))
    if file is None:
        config = Config(known_rules=None if known_rules is None else tuple(known_rules))
    else:
        config = _as_found(load(file, known_rules=known_rules), file)
    return config._replace(per_folder=True)


def _as_found(config: Config, file: Path) -> Config:
    """A configuration that was found, which comes with what is linted, without what only a named one may set."""
    defaults = Config()
    named = [setting for setting in SETTINGS if setting.scope is Scope.NAMED]
    fields = {setting.field: getattr(defaults, setting.field) for setting in named}
    changed = [setting for setting in named if getattr(config, setting.field) != fields[setting.field]]
    if not changed:
        return config
    lines = places(file)
    not_in_effect = {
        setting.field: Skipped(_shown(file), lines.get(setting.key, 0), _NOT_NAMED.format(setting.key))
        for setting in changed
    }
    return config._replace(**fields, not_in_effect=not_in_effect)


_NOT_NAMED = (
    "`{0}` is not in effect: it runs a program, and a configuration that comes with the files does not decide that; "
    "write `--{0}`, or name this file with `--config`"
)


def with_folders(config: Config, files: Iterable[str], bare: Set[str] = frozenset()) -> tuple[Config, list[Skipped]]:
    """The configuration with those of the folders that files are in, the nearest for each file.

    `bare` are folders, in full, that are known to have none of the MARKS.
    What one of these sets for a whole run is not read, and listed. ConfigError has the mistakes of all of them.
    """
    if not config.per_folder:
        return config, []
    not_in_effect = [skipped for field, skipped in config.not_in_effect.items() if field not in config.given]
    own = os.path.abspath(config.file) if config.file else ""  # noqa: PTH100
    nearest_to: dict[str, str] = {}
    here = os.getcwd()  # noqa: PTH109
    folders = {_full(folder, here) for folder in {name.rpartition("/")[0] for name in files}}
    configurations = {_nearest(folder, nearest_to, bare) for folder in folders} - {own, ""}
    read: list[Config] = []
    skipped: list[Skipped] = []
    mistakes: list[str] = []
    for name in sorted(configurations):
        try:
            local, not_read = _local(Path(name), config)
        except ConfigError as error:
            mistakes += error.mistakes
        else:
            read.append(local)
            skipped += not_read
    if mistakes:
        raise ConfigError(mistakes)
    return config.with_folders(read), [*not_in_effect, *skipped]


def _full(folder: str, here: str) -> str:
    """The full path of a folder that a name leads to; `os.path.abspath` would take it apart first."""
    if not folder or folder[0] in "./" or os.sep != "/" or here == "/":
        return os.path.abspath(folder)  # noqa: PTH100
    return f"{here}/{folder}"


def _nearest(folder: str, known: dict[str, str], bare: Set[str]) -> str:
    """The nearest configuration file upward from a folder, as `find` looks for it; "" for none."""
    passed: list[str] = []
    while folder not in known:
        if folder in bare and folder != "/":
            passed.append(folder)
            folder = folder.rpartition("/")[0] or "/"
            continue
        may_have = any(os.path.isfile(f"{folder}/{name}") for name in (*NAMES, _TOML))  # noqa: PTH113 - of thousands of folders
        file, above = find_in(Path(folder)) if may_have else None, os.path.dirname(folder)  # noqa: PTH120
        if file is not None:
            known[folder] = str(file)
        elif above == folder or os.path.exists(f"{folder}/.git"):  # noqa: PTH110
            known[folder] = ""
        else:
            passed.append(folder)
            folder = above
    known.update(dict.fromkeys(passed, known[folder]))
    return known[folder]


def _local(file: Path, run: Config) -> tuple[Config, list[Skipped]]:
    """What the configuration file of a folder sets for the files there, and what it sets for a whole run."""
    written = _written(file)
    shown = _shown(file)
    at = At(folder=file.parent, unknown_name=naming(run.known_rules))
    values = _values(written.data, at, local=True)
    if mistakes := written.messages(shown, at.mistakes):
        raise ConfigError(mistakes)
    source = f"takes it from `{run.file}`" if run.file else "has no configuration"
    not_read = [
        Skipped(shown, written.line(Mistake((setting.key,), "", key=True)), _NOT_LOCAL.format(setting.key, source))
        for setting in SETTINGS
        if setting.scope is not Scope.FOLDER and isinstance(written.data, dict) and setting.key in written.data
    ]
    return _config(values, file, written), not_read


_NOT_LOCAL = "`{}` is not read here: it applies to a whole run, and this run {}"


def find(start: Path) -> Path | None:
    """The nearest configuration file, in the folder of `start` or above it, up to the root of the repository.

    ConfigError where a folder holds more than one.
    """
    here = Path(os.path.abspath(start))  # noqa: PTH100 - lexical: a link's target is another place
    for folder in (here, *here.parents):
        if (file := find_in(folder)) or (folder / ".git").exists():
            return file
    return None


def find_in(folder: Path) -> Path | None:
    """The configuration file of a folder itself. ConfigError where it holds more than one, or a link that leads out of
    the repository."""
    files = [folder / name for name in NAMES if (folder / name).is_file()]
    if _has_table(folder / _TOML):
        files.append(folder / _TOML)
    if len(files) > 1:
        others = " and ".join(f"`{file.name}`" for file in files[1:])
        configure = "configures" if len(files) == 2 else "configure"
        raise ConfigError([f"{_shown(files[0])}: {others} also {configure} vmlint: keep one"])
    for file in files:
        _check_link(file)
    return files[0] if files else None


def _check_link(file: Path) -> None:
    """ConfigError where a configuration that was found is a link to a file of the machine, which messages would
    quote."""
    if not file.is_symlink():
        return
    folder, real = Path(os.path.realpath(file.parent)), Path(os.path.realpath(file))
    root = Path(os.path.realpath(_boundary(folder)))
    if not real.is_relative_to(root) or ".git" in real.relative_to(root).parts:
        fix = "copy the file, or name its target with `--config`"
        raise ConfigError([f"{_shown(file)}: this link leads out of `{_shown(root)}`: {fix}"])


def _has_table(file: Path) -> bool:
    """Whether a pyproject.toml configures vmlint. Broken ones of other programs do not matter."""
    try:
        text = _content(file).decode("utf-8", "replace") if file.is_file() else ""
    except OSError:
        return False
    return has_table(text)


def load(file: Path, *, known_rules: Sequence[Rule] | None = None) -> Config:
    """A file as a configuration. Names of rules are checked against `known_rules`, where they are given.

    ConfigError holds every mistake of the file, each with file and line.
    """
    written = _written(file)
    rules, pack_error = _rules(written.data, At(folder=file.parent), known_rules)
    at = At(folder=file.parent, unknown_name=naming(rules), within=_boundary(file.parent))
    values = _values(written.data, at)
    mistakes = [*written.messages(_shown(file), at.mistakes), *(pack_error.mistakes if pack_error else ())]
    if mistakes:
        raise ConfigError(mistakes) from pack_error
    return _config(values, file, written)._replace(known_rules=rules)


def _boundary(folder: Path) -> Path:
    """What a configuration may name files of: its repository, else the working directory around it, else its folder."""
    here, above = Path.cwd(), Path(os.path.abspath(folder))  # noqa: PTH100
    root = next((folder for folder in (above, *above.parents) if (folder / ".git").exists()), None)
    return root or (here if above.is_relative_to(here) else above)


def _config(values: dict[str, Any], file: Path, written: Written) -> Config:
    """The configuration of a file with its values; its suppressions know their lines."""
    if "ignores" in values:
        values["ignores"] = tuple(
            ignore._replace(line=written.line(Mistake(("ignores", index), "")))
            for index, ignore in enumerate(values["ignores"])
        )
    return Config(**values, root=str(file.parent), file=_shown(file))


def places(file: Path) -> dict[str, int]:
    """The line of each key of a configuration file, 0 where unknown. ConfigError where it can't be read."""
    written = _written(file)
    keys = written.data if isinstance(written.data, dict) else {}
    return {str(key): written.line(Mistake((key,), "", key=True)) for key in keys}


def rules_for(known: Sequence[Rule], file: Path | None) -> tuple[Rule, ...]:
    """The known rules with those of a configuration's packs; without a file, of the one that applies here.

    Nothing else of the configuration is checked: who lists the rules may be about to fix it.
    """
    file = find(Path()) if file is None else file
    if file is None:
        return tuple(known)
    written, at = _written(file), At(folder=file.parent)
    rules, pack_error = _rules(written.data, at, known)
    if pack_error or rules is None:
        mistakes = Written(None, [], written.line).messages(_shown(file), at.mistakes)
        raise ConfigError([*mistakes, *(pack_error.mistakes if pack_error else ())])
    return rules


def _rules(data: Any, at: At, known: Sequence[Rule] | None) -> tuple[tuple[Rule, ...] | None, PackError | None]:
    """The known rules with those of the file's packs; None where a pack can't be read, and no name can be checked."""
    if known is None:
        return None, None
    named = data[_PACKS.key] if isinstance(data, dict) and _PACKS.key in data else ()
    packs = _PACKS.shape.read(named, at / _PACKS.key)
    try:
        rules = registry.adding(known, packs)
    except PackError as error:
        return None, error
    return None if at.mistakes else rules, None


_PACKS = next(setting for setting in SETTINGS if setting.field == "rules")


def _written(file: Path) -> Written:
    shown = _shown(file)
    try:
        content = _content(file)
    except OSError as error:
        raise ConfigError([f"{shown}: can't be read: {error.strerror or error}"]) from error
    if len(content) > _MOST_BYTES:
        raise ConfigError([f"{shown}: the file is too large: a configuration has at most {_MOST_BYTES:,} bytes"])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError([f"{shown}:{line}: the file is not UTF-8 text: save it as UTF-8"]) from error
    return read_toml(shown, text) if file.suffix == ".toml" else read_yaml(shown, text, "a configuration")


def _content(file: Path) -> bytes:
    """The bytes of a file, at most one more than a configuration may have."""
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES + 1)


def _values(data: Any, at: At, *, local: bool = False) -> dict[str, Any]:
    """The fields of Config that the file fills; with `local` only those that a folder's configuration may set."""
    if data is None:
        return {}
    if not isinstance(data, dict):
        at.report("a configuration must be a mapping: write `key: value` lines, such as `closed-world: true`")
        return {}
    settings = {setting.key: setting for setting in SETTINGS}
    values = {}
    for key, value in data.items():
        if (setting := settings.get(key)) is not None:
            if setting.scope is Scope.FOLDER or not local:
                values[setting.field] = setting.shape.read(value, at / key)
        else:
            hint = nearest(str(key), list(settings)) or f"; the keys are {', '.join(settings)}"
            (at / key).report(f"unknown key `{key}`{hint}", key=True)
    return values


def _shown(file: Path) -> str:
    try:
        return os.path.relpath(file)
    except ValueError:  # another drive
        return str(file)
