"""The configuration file: where it is found, how it is read, and where each mistake stands.

`.vmlint.yaml`, `.vmlint.yml`, or the table `[tool.vmlint]` of a pyproject.toml. Relative paths in it start at its
folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmlint import registry
from vmlint.config.config import Config
from vmlint.config.settings import SETTINGS, naming
from vmlint.errors import ConfigError, PackError
from vmlint.model.spelling import nearest
from vmlint.source.authored import At, Mistake, Written, read_yaml
from vmlint.source.document import Skipped

if TYPE_CHECKING:
    from vmlint.rule import Rule

__all__ = ["NAMES", "find", "find_in", "load", "load_for", "places", "rules_for", "with_folders"]

NAMES = (".vmlint.yaml", ".vmlint.yml")
"""What a configuration file of its own is called."""
_TOML = "pyproject.toml"
_MOST_BYTES = 2**20
_TABLE = re.compile(r"^\s*\[+\s*tool\s*\.\s*vmlint\s*[].]", re.MULTILINE)


def load_for(paths: Sequence[str | Path], *, known_rules: Sequence[Rule] | None = None) -> Config:
    """The configuration that holds for paths: the file found upward from the first one, else all defaults."""
    start = next((Path(path) for path in paths if str(path) != "-"), Path())
    file = find(start)
    if file is None:
        config = Config(known_rules=None if known_rules is None else tuple(known_rules))
    else:
        config = _without_programs(load(file, known_rules=known_rules), file)
    return replace(config, per_folder=True)


def _without_programs(config: Config, file: Path) -> Config:
    """A configuration that was found, which comes with what is linted: it must not choose that programs run."""
    if not config.render:
        return config
    kept_back = Skipped(_shown(file), places(file).get("render", 0), _NO_PROGRAM)
    return replace(config, render=False, kept_back=(kept_back,))


_NO_PROGRAM = (
    "`render` is not in effect: it runs a program, and a configuration that comes with the files does not decide that; "
    "write `--render`, or name this file with `--config`"
)


def with_folders(config: Config, files: Iterable[str]) -> tuple[Config, list[Skipped]]:
    """The configuration with those of the folders that files stand in, the nearest for each file.

    What one of these says of a whole run is not read, and listed. ConfigError tells the mistakes of all of them.
    """
    if not config.per_folder:
        return config, []
    kept_back = [] if "render" in config.given else list(config.kept_back)
    own = os.path.abspath(config.file) if config.file else ""  # noqa: PTH100
    nearest_to: dict[str, str] = {}
    folders = sorted({os.path.dirname(os.path.abspath(file)) for file in files})  # noqa: PTH100, PTH120
    found = {_nearest(folder, nearest_to) for folder in folders} - {own, ""}
    read: list[Config] = []
    skipped: list[Skipped] = []
    mistakes: list[str] = []
    for name in sorted(found):
        try:
            local, left = _local(Path(name), config)
        except ConfigError as error:
            mistakes += error.mistakes
        else:
            read.append(local)
            skipped += left
    if mistakes:
        raise ConfigError(mistakes)
    return config.with_folders(read), [*kept_back, *skipped]


def _nearest(folder: str, known: dict[str, str]) -> str:
    """The nearest configuration file upward from a folder, as `find` looks for it; "" for none."""
    passed: list[str] = []
    while folder not in known:
        found, above = find_in(Path(folder)), os.path.dirname(folder)  # noqa: PTH120
        if found is not None:
            known[folder] = str(found)
        elif above == folder or os.path.exists(f"{folder}/.git"):  # noqa: PTH110
            known[folder] = ""
        else:
            passed.append(folder)
            folder = above
    known.update(dict.fromkeys(passed, known[folder]))
    return known[folder]


def _local(file: Path, run: Config) -> tuple[Config, list[Skipped]]:
    """What the configuration file of a folder says of the files there, and what it says of a whole run."""
    written = _written(file)
    shown = _shown(file)
    at = At(folder=file.parent, unknown_name=naming(run.known_rules))
    values = _values(written.data, at, local=True)
    if told := written.told(shown, at.mistakes):
        raise ConfigError(told)
    whose = f"takes it from `{run.file}`" if run.file else "has no configuration of its own"
    left = [
        Skipped(shown, written.line(Mistake((setting.key,), "", key=True)), _NOT_LOCAL.format(setting.key, whose))
        for setting in SETTINGS
        if not setting.local and isinstance(written.data, dict) and setting.key in written.data
    ]
    return _made(values, file, written), left


_NOT_LOCAL = "`{}` is not read here: it holds for a whole run, and this one {}"


def find(start: Path) -> Path | None:
    """The nearest configuration file, in the folder of `start` or above it, up to the root of the repository.

    ConfigError where a folder holds more than one.
    """
    here = Path(os.path.abspath(start))  # noqa: PTH100 - lexical: a link's target is another place
    for folder in (here, *here.parents):
        if (found := find_in(folder)) or (folder / ".git").exists():
            return found
    return None


def find_in(folder: Path) -> Path | None:
    """The configuration file of a folder itself. ConfigError where it holds more than one, or a link that leads out of
    the repository."""
    found = [folder / name for name in NAMES if (folder / name).is_file()]
    if _has_table(folder / _TOML):
        found.append(folder / _TOML)
    if len(found) > 1:
        others = " and ".join(f"`{file.name}`" for file in found[1:])
        raise ConfigError([f"{_shown(found[0])}: {others} beside it also configures vmlint: keep one"])
    for file in found:
        _check_link(file)
    return found[0] if found else None


def _check_link(file: Path) -> None:
    """ConfigError where a configuration that was found is a link to a file of the machine, which messages would
    quote."""
    if not file.is_symlink():
        return
    folder, real = Path(os.path.realpath(file.parent)), Path(os.path.realpath(file))
    root = Path(os.path.realpath(_boundary(folder)))
    if not real.is_relative_to(root) or ".git" in real.relative_to(root).parts:
        raise ConfigError(
            [f"{_shown(file)}: this link leads out of `{_shown(root)}`: copy the file, or name it with `--config`"]
        )


def _has_table(file: Path) -> bool:
    """Whether a pyproject.toml configures vmlint. Broken ones of other programs are no concern of ours."""
    try:
        text = _content(file).decode("utf-8", "replace") if file.is_file() else ""
    except OSError:
        return False
    if "vmlint" not in text:
        return False

    import tomllib

    try:
        return _table(tomllib.loads(text)) is not None
    except (tomllib.TOMLDecodeError, RecursionError):
        return _TABLE.search(text) is not None


def _table(data: dict[str, Any]) -> Any:
    tool = data.get("tool")
    return tool.get("vmlint") if isinstance(tool, dict) else None


def load(file: Path, *, known_rules: Sequence[Rule] | None = None) -> Config:
    """A file as a configuration. Names of rules are checked against `known_rules`, where they are given.

    ConfigError holds every mistake of the file, each with file and line.
    """
    written = _written(file)
    rules, wrong = _rules(written.data, At(folder=file.parent), known_rules)
    at = At(folder=file.parent, unknown_name=naming(rules), within=_boundary(file.parent))
    values = _values(written.data, at)
    told = [*written.told(_shown(file), at.mistakes), *(wrong.mistakes if wrong else ())]
    if told:
        raise ConfigError(told) from wrong
    return replace(_made(values, file, written), known_rules=rules)


def _boundary(folder: Path) -> Path:
    """What a configuration may name files of: its repository, else the working directory around it, else its folder."""
    here, above = Path.cwd(), Path(os.path.abspath(folder))  # noqa: PTH100
    root = next((one for one in (above, *above.parents) if (one / ".git").exists()), None)
    return root or (here if above.is_relative_to(here) else above)


def _made(values: dict[str, Any], file: Path, written: Written) -> Config:
    """The configuration of a file with its values; its suppressions know their lines."""
    if "ignores" in values:
        values["ignores"] = tuple(
            replace(ignore, line=written.line(Mistake(("ignores", index), "")))
            for index, ignore in enumerate(values["ignores"])
        )
    return Config(**values, root=str(file.parent), file=_shown(file))


def places(file: Path) -> dict[str, int]:
    """The line of each key of a configuration file, 0 where it can't be told. ConfigError where it can't be read."""
    written = _written(file)
    keys = written.data if isinstance(written.data, dict) else {}
    return {str(key): written.line(Mistake((key,), "", key=True)) for key in keys}


def rules_for(known: Sequence[Rule], file: Path | None) -> tuple[Rule, ...]:
    """The known rules with those of a configuration's packs; without a file, of the one that holds here.

    Nothing else of the configuration is judged: who asks which rules there are may be about to mend it.
    """
    file = find(Path()) if file is None else file
    if file is None:
        return tuple(known)
    written, at = _written(file), At(folder=file.parent)
    rules, wrong = _rules(written.data, at, known)
    if wrong or rules is None:
        raise ConfigError(
            [*Written(None, [], written.line).told(_shown(file), at.mistakes), *(wrong.mistakes if wrong else ())]
        )
    return rules


def _rules(data: Any, at: At, known: Sequence[Rule] | None) -> tuple[tuple[Rule, ...] | None, PackError | None]:
    """The known rules with those of the file's packs; None where a pack can't be read, and no name can be checked."""
    if known is None:
        return None, None
    named = data[_PACKS.key] if isinstance(data, dict) and _PACKS.key in data else ()
    packs = _PACKS.read(named, at / _PACKS.key)
    try:
        rules = registry.adding(known, packs)
    except PackError as error:
        return None, error
    return None if at.mistakes else rules, None


_PACKS = next(setting for setting in SETTINGS if setting.field == "rules")


def _written(file: Path) -> Written:
    read = _toml if file.suffix == ".toml" else _yaml
    try:
        content = _content(file)
    except OSError as error:
        raise ConfigError([f"{_shown(file)}: can't be read: {error.strerror or error}"]) from error
    if len(content) > _MOST_BYTES:
        raise ConfigError([f"{_shown(file)}: a configuration has at most {_MOST_BYTES:,} bytes, and this one has more"])
    try:
        return read(file, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError([f"{_shown(file)}:{line}: this is no UTF-8 text: save the file as UTF-8"]) from error


def _content(file: Path) -> bytes:
    """The bytes of a file, at most one more than a configuration may have."""
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES + 1)


def _values(data: Any, at: At, *, local: bool = False) -> dict[str, Any]:
    """The fields of Config that the file fills; the `local` ones alone."""
    if data is None:
        return {}
    if not isinstance(data, dict):
        at.tell("a configuration is a mapping: write `key: value` lines, such as `closed-world: true`")
        return {}
    settings = {setting.key: setting for setting in SETTINGS}
    values = {}
    for key, value in data.items():
        if (setting := settings.get(key)) is not None:
            if setting.local or not local:
                values[setting.field] = setting.read(value, at / key)
        else:
            hint = nearest(str(key), list(settings)) or f"; the keys are {', '.join(settings)}"
            (at / key).tell(f"unknown key `{key}`{hint}", key=True)
    return values


def _yaml(file: Path, text: str) -> Written:
    return read_yaml(_shown(file), text, "a configuration")


def _toml(file: Path, text: str) -> Written:
    import tomllib

    try:
        data = tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError([f"{_shown(file)}: this can't be read: it is nested too deeply"]) from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        reason = str(error).partition(" (at ")[0]
        where = f":{place[1]}" if place else ""
        raise ConfigError([f"{_shown(file)}{where}: this is no TOML: {reason}"]) from error
    if (table := _table(data)) is None:
        raise ConfigError([f"{_shown(file)}: there is no `[tool.vmlint]` in it: add the table, or name another file"])
    lines = _toml_lines(text)

    def line(mistake: Mistake) -> int:
        path = ("tool", "vmlint", *mistake.path)
        return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 0)

    return Written(table, [], line)


_TOML_KEY = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_TOML_KEYS = rf"{_TOML_KEY}(?:\s*\.\s*{_TOML_KEY})*"
_TOML_HEAD = re.compile(rf"\s*(\[\[?)\s*({_TOML_KEYS})\s*\]")
_TOML_PAIR = re.compile(rf"\s*({_TOML_KEYS})\s*=")


def _toml_lines(text: str) -> dict[tuple[str | int, ...], int]:
    """The line of each table and key that stands first on its line. A search of the text: tomllib tells no places."""
    lines: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    for number, content in enumerate(text.splitlines(), 1):
        if head := _TOML_HEAD.match(content):
            table = _toml_path(head[2])
            if head[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            lines.setdefault(table, number)
        elif pair := _TOML_PAIR.match(content):
            path = (*table, *_toml_path(pair[1]))
            for end in range(len(table) + 1, len(path) + 1):
                lines.setdefault(path[:end], number)
    return lines


def _toml_path(keys: str) -> tuple[str, ...]:
    return tuple(key.strip("\"'") for key in re.findall(_TOML_KEY, keys))


def _shown(file: Path) -> str:
    try:
        return os.path.relpath(file)
    except ValueError:  # another drive
        return str(file)
