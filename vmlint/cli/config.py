"""`vmlint config`: show the configuration that is in effect, or the schema of configuration files."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vmlint.cli.arguments import Parser, one_of
from vmlint.cli.exits import PLAIN_EXITS, Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import encoding, say, write
from vmlint.cli.reading import add_files, add_judging, judged_config, paths_of
from vmlint.errors import UsageError

if TYPE_CHECKING:
    from vmlint.config.config import Config
    from vmlint.config.settings import Setting

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "`show` prints the configuration that a run of `vmlint check` with the same paths and options uses: each "
    "value, and "
    "whether it comes from a file (with the line), an option or the default. Paths are relative to the working "
    "directory. Configurations of subfolders are listed. `schema` prints the JSON Schema of configuration files."
)
_EXAMPLES = (
    ("vmlint config show", "the configuration of the working directory"),
    ("vmlint config show apps/ --select storage", "the configuration of a run with these paths and options"),
    ("vmlint config show --format json", "for programs"),
    ("vmlint config schema > vmlint.schema.json", "for an editor"),
)


def make_parser() -> Parser:
    parser = Parser("config", _DESCRIPTION, _EXAMPLES, PLAIN_EXITS)
    done = parser.add_argument_group("what is done")
    done.add_argument(
        "action",
        nargs="?",
        metavar="show|schema",
        type=one_of("show", "schema"),
        help=("show the configuration in effect, or the schema"),
    )
    add_files(parser.add_argument_group("what would be read"))
    add_judging(parser.add_argument_group("how it would be judged"))
    shown = parser.add_argument_group("what is shown")
    shown.add_argument(
        "--format",
        metavar="FORMAT",
        type=one_of("yaml", "json"),
        default="yaml",
        help="of show: yaml (the default) or json",
    )
    add_options(shown, "--help")
    return parser


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    if arguments.action is None:
        raise UsageError("name an action: `vmlint config show` or `vmlint config schema`")
    if arguments.action == "schema":
        from vmlint.config.schema import schema
        from vmlint.registry import rules

        write(json.dumps(schema(rules()), indent=2, ensure_ascii=False) + "\n")
        return Exit.CLEAN
    _show(arguments)
    return Exit.CLEAN


def _show(arguments: Namespace) -> None:
    from vmlint.config.settings import SETTINGS

    config = judged_config(arguments)
    values = {setting.key: _written(setting, config) for setting in SETTINGS}
    origins = _origins(config)
    folders = list(_folders(config, paths_of(arguments, config)))
    if arguments.format == "json":
        shown = {key: {"value": value, "origin": origins[key]} for key, value in values.items()}
        write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    else:
        write("".join(_commented(key, value, origins[key]) for key, value in values.items()))
    for line in folders:
        say(line)


def _commented(key: str, value: Any, origin: str) -> str:
    """A setting as YAML, with its origin behind the first line."""
    from vmlint.report.manifest import manifest

    first, line_break, rest = manifest({key: value}, encoding=encoding(sys.stdout)).partition("\n")
    return f"{first:<28}# {origin}{line_break}{rest}"


def _written(setting: Setting, config: Config) -> Any:
    """A setting as a file would have it."""
    value = getattr(config, setting.field)
    if setting.key == "target":
        return {"kubevirt": value} if value else {}
    if setting.key == "ignore":
        value = (*value, *config.without)
    return _plain(value)


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {name: _plain(inner) for name, inner in value._asdict().items() if inner and name != "line"}
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, bool | int) else str(value)


def _origins(config: Config) -> dict[str, str]:
    """Who gives each setting: the file, an option, both where an option adds, or nobody."""
    from vmlint.config.config import Config
    from vmlint.config.file import load, places
    from vmlint.config.settings import SETTINGS

    file = Path(config.file)
    before = load(file, known_rules=config.known_rules) if config.file else Config()
    lines = places(file) if config.file else {}
    origins = {}
    for setting in SETTINGS:
        line = lines.get(setting.key)
        written = [f"{config.file}:{line}" if line else config.file] if line is not None else []
        was, now = _written(setting, before), _written(setting, config)
        if now != was:
            adds = isinstance(now, list) and now[: len(was)] == was
            written = [*(written if adds else []), f"--{setting.key}"]
        if setting.field in config.not_in_effect and setting.field not in config.given:
            line = config.not_in_effect[setting.field].line
            written = [f"not in effect in {config.file}:{line}, as `--config` does not name the file"]
        origins[setting.key] = " and ".join(written) or "default"
    return origins


def _folders(config: Config, paths: Sequence[str]) -> Iterator[str]:
    """A line for each configuration that applies to a folder below."""
    from vmlint.config.file import with_folders
    from vmlint.source.discover import Found, discover

    found = discover(paths, exclude=config.exclude, root=config.root, dotted=config.paths)
    folders, _ = with_folders(config, (one.name for one in found if isinstance(one, Found) and one.path))
    for folder in folders.folders:
        yield f"for files in `{os.path.relpath(folder.root)}` and below, `{folder.file}` applies"
