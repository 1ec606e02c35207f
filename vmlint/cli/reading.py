"""What every command that reads a repository has in common: its options, and the configuration that they make."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from vmlint.cli.arguments import comma_separated, one_of
from vmlint.cli.options import add_options
from vmlint.cli.output import encoding, say
from vmlint.cli.progress import Progress
from vmlint.errors import UsageError
from vmlint.source.boundary import check_read

if TYPE_CHECKING:
    from vmlint.cache import Cache
    from vmlint.config.config import Config
    from vmlint.engine.snapshot import Snapshot
    from vmlint.model.crash import Crash
    from vmlint.rule import Rule

__all__ = [
    "add_cache",
    "add_cache_folder",
    "add_cluster",
    "add_config",
    "add_files",
    "add_judging",
    "add_packs",
    "all_rules",
    "cache_folder",
    "cache_of",
    "complain",
    "config_of",
    "judged_config",
    "opened",
    "paths_of",
    "rules_of",
    "say_crashes",
    "say_unread",
    "stdin_of",
]


def add_files(group: argparse._ActionsContainer) -> None:
    """PATH, and which files are read."""
    group.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders; `-` is standard input (default: `paths`, else `.`)"
    )
    add_options(group, "--config", "--exclude", "--context", "--crds", "--render")


def add_cluster(group: argparse._ActionsContainer) -> None:
    """What the cluster is that the files are for."""
    add_options(group, "--closed-world", "--target", "--default-namespace")


def add_packs(group: argparse._ActionsContainer) -> None:
    """Which rules there are besides vmlint's own."""
    group.add_argument(
        "--rules",
        metavar="PACK",
        action="append",
        default=[],
        help="further rules: a YAML or Python file, a folder, or an installed module (repeatable); Python is run",
    )
    group.add_argument(
        "--no-plugins", action="store_true", help="skip rules of installed packages (entry points `vmlint.rules`)"
    )


def add_judging(group: argparse._ActionsContainer) -> None:
    """How findings are judged, and for which cluster."""
    group.add_argument(
        "--strict",
        action="store_true",
        default=None,
        help="fail for what was skipped or left undecided, and for external references, as for errors",
    )
    group.add_argument(
        "--select",
        metavar="RULES",
        type=comma_separated,
        action="append",
        help="run only these rules: numbers, prefixes of numbers, names or families, separated by commas (repeatable)",
    )
    group.add_argument(
        "--ignore", metavar="RULES", type=comma_separated, action="append", help="skip these rules (repeatable)"
    )
    add_packs(group)
    add_cluster(group)
    group.add_argument(
        "--fail-on",
        metavar="LEVEL",
        type=one_of("error", "warning", "note", "never"),
        help="exit with 1 for findings of error (the default), warning or note and above, or never",
    )
    group.add_argument(
        "--baseline", metavar="FILE", help="suppress the findings in this file, which `vmlint baseline write` writes"
    )


def add_cache(group: argparse._ActionsContainer) -> None:
    """What is kept for the next run."""
    group.add_argument(
        "--no-cache", action="store_true", help="do not read or write the cache (see `vmlint cache --help`)"
    )
    add_cache_folder(group)


def add_cache_folder(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        "--cache-dir", metavar="DIR", help="the cache folder (default: VMLINT_CACHE_DIR, else the user's cache folder)"
    )


def cache_of(arguments: Namespace) -> Cache | None:
    """The cache that the options allow."""
    if arguments.no_cache:
        return None
    from vmlint.cache import Cache

    return Cache(cache_folder(arguments))


def cache_folder(arguments: Namespace) -> Path | None:
    """The folder that the option names; None where it is not given."""
    if arguments.cache_dir == "":
        raise UsageError("`--cache-dir` needs the name of a folder")
    return Path(arguments.cache_dir) if arguments.cache_dir is not None else None


def rules_of(arguments: Namespace) -> tuple[Rule, ...]:
    """vmlint's own rules, and those of the packs that are installed or that the options name."""
    from vmlint import registry

    return registry.known(arguments.rules, plugins=not arguments.no_plugins)


def add_config(group: argparse._ActionsContainer) -> None:
    add_options(group, "--config")


def all_rules(arguments: Namespace) -> tuple[Rule, ...]:
    """The same with the rules of the configuration's packs, for commands that read no manifests."""
    from vmlint.config.file import rules_for

    if arguments.config is not None:
        check_read(arguments.config)
    return rules_for(rules_of(arguments), Path(arguments.config) if arguments.config is not None else None)


def config_of(arguments: Namespace, *, known_rules: Sequence[Rule] | None = None, **settings: Any) -> Config:
    """The configuration file's settings, with the options and the further settings over them; None is no setting.

    Where `known_rules` are given, names of rules are checked against them and those of the configuration's packs.
    """
    from vmlint.config import file as configfile

    if arguments.config is not None:
        check_read(arguments.config)
        config = configfile.load(Path(arguments.config), known_rules=known_rules)
    else:
        config = configfile.load_for(arguments.paths, known_rules=known_rules)
    given: dict[str, Any] = {
        "closed_world": arguments.closed_world,
        "target_kubevirt": arguments.target,
        "default_namespace": arguments.default_namespace,
        "render": arguments.render,
        **settings,
    }
    changed = {name: value for name, value in given.items() if value is not None}
    config = config.replace(**changed)
    more = config.replace(context=arguments.context, crds=arguments.crds)
    added = config._replace(context=(*config.context, *more.context), crds=(*config.crds, *more.crds))
    return added.excluding(arguments.exclude)


def judged_config(arguments: Namespace) -> Config:
    """The configuration file's settings, with the options of `add_judging` and all others over them."""
    select = _names("--select", arguments.select)
    config = config_of(
        arguments,
        known_rules=rules_of(arguments),
        fail_on=arguments.fail_on,
        strict=arguments.strict,
        select=select,
        baseline=arguments.baseline,
    )
    ignored = _names("--ignore", arguments.ignore) or []
    config = config.without_rules(ignored)
    if not any(config.runs(rule) for rule in config.all_rules()):
        where = f" (with `{config.file}`)" if config.file else ""
        raise UsageError(f"no rule runs: every selected rule is also ignored or off{where}")
    return config


def _names(option: str, given: Iterable[list[str]] | None) -> list[str] | None:
    """The names of a repeated option; None where it is not given."""
    if given is None:
        return None
    names = [name for group in given for name in group]
    if not names:
        raise UsageError(f"`{option}` needs the name of a rule or family")
    return names


def paths_of(arguments: Namespace, config: Config) -> Sequence[str]:
    """What is read: the paths of the command line, else of the configuration, else the working directory."""
    return arguments.paths or config.paths or (".",)


def stdin_of(paths: Sequence[str]) -> BinaryIO | None:
    """Standard input, where it is one of the paths."""
    return sys.stdin.buffer if "-" in paths else None


def opened(arguments: Namespace, *, known_rules: Sequence[Rule] | None = None) -> Snapshot:
    """The world of the files that the command line names; `known_rules` for what is judged in it."""
    config = config_of(arguments, known_rules=known_rules)

    from vmlint.engine.request import RunRequest
    from vmlint.engine.workspace import snapshot_of

    paths = paths_of(arguments, config)
    with Progress(sys.stderr) as progress:
        return snapshot_of(RunRequest.of(paths, config, stdin=stdin_of(paths), progress=progress))


def say_crashes(crashes: Sequence[Crash], *, verbose: bool = False) -> None:
    """Tells of faults in vmlint itself or in packs of rules, with their tracebacks if they are wanted."""
    import os

    from vmlint.report.untrusted import visible

    traced = verbose or os.environ.get("VMLINT_DEBUG") == "1"
    for one in crashes:
        say(visible(f"{one.pack or 'vmlint'}: internal error: {one}"))
        for line in one.trace.splitlines() if traced else ():
            say(visible(line))
    if not all(one.pack for one in crashes):
        hint = "" if traced else " and the traceback that `vmlint check --verbose` shows"
        say(f"This is a fault in vmlint: please report it with the output of `vmlint --version`, the manifest{hint}.")


def say_unread(files: Snapshot) -> bool:
    """Reports what of the files could not be read; whether there is a document that kubectl would refuse."""
    broken = [document for document in files.repository.documents if document.problem]
    for document in broken:
        if problem := document.problem:
            complain(document.file, problem.line, f"not read: {problem.reason}")
    if skipped := len(files.repository.skipped):
        say(f"{skipped} skipped: `vmlint check` lists {'them' if skipped > 1 else 'it'} with the reason")
    return bool(broken)


def complain(file: str, line: int, text: str) -> None:
    """Tells of a place in the files, on standard error."""
    from vmlint.report.layout import Page
    from vmlint.report.wording import place, sentence

    say(Page(None, encoding(sys.stderr)).show(f"{place(file, line)}: {sentence(text)}"))
