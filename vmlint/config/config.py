"""The settings of a run: the frozen value that the engine takes, whichever file or keyword it came from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from vmlint import registry
from vmlint.config.exceptions import Ignore, Override
from vmlint.config.levels import NO_LEVELS, Levels
from vmlint.config.names import means, meant, naming
from vmlint.config.paths import ignore_spec
from vmlint.config.settings import SETTINGS, Scope
from vmlint.errors import UsageError
from vmlint.model.spelling import nearest
from vmlint.record import Record
from vmlint.rule import Effect, Level, Rule
from vmlint.source.authored import At
from vmlint.source.document import Skipped
from vmlint.source.ignore import matches

__all__ = ["Config", "Ignore", "Levels", "Override"]


class Config(Record):
    """All settings of a run. Paths are relative to the working directory.

    A rule is named by its number, a beginning of the number (`VM1`), its slug or its family.
    """

    paths: tuple[str, ...] = ()
    """The files and folders to lint where the caller names none."""
    exclude: tuple[str, ...] = ()
    """Patterns as in a .gitignore, relative to `root`, of files that are not read, not even when named."""
    context: tuple[str, ...] = ()
    """Files and folders with objects that exist in the cluster and are not linted."""
    crds: tuple[str, ...] = ()
    """Files and folders with CustomResourceDefinitions; those among the linted files count besides."""
    outside: tuple[str, ...] = ()
    """Objects that exist and are in no file: `Kind namespace/name`, or `Kind name`, with globs in each part."""
    closed_world: bool | tuple[str, ...] = False
    """Whether what is not in the files does not exist: everywhere, or in the namespaces that these globs name."""
    target_kubevirt: str | None = None
    """The release of KubeVirt that the manifests are for, as `1.8`; None judges each object by the version it names."""
    default_namespace: str = "default"
    """The namespace of an object that names none."""
    catalogs: tuple[str, ...] = ()
    """Published sets of objects that the cluster has, as `common-instancetypes@v1.5.1`."""
    render: bool = False
    """Whether kustomizations are built with the installed `kustomize` or `kubectl`."""
    select: tuple[str, ...] = ()
    """The rules to run; none named means all."""
    ignore: tuple[str, ...] = ()
    """Rules not to run, though selected."""
    levels: Levels = NO_LEVELS
    """Levels that differ from the effect's; of several names for a rule, the most specific one applies."""
    overrides: tuple[Override, ...] = ()
    """What is different for some files."""
    ignores: tuple[Ignore, ...] = ()
    """Findings that are suppressed, and counted: of a rule, on some objects or in some files, until a day."""
    baseline: str = ""
    """The file of the findings that are known, which are suppressed; "" for none."""
    rules: tuple[str, ...] = ()
    """Packs of rules in addition to the installed ones: paths, and names of modules."""
    strict: bool = False
    """Whether skipped files and documents, undecided questions and external references make the command fail."""
    unknown_fields: Literal["default", "error"] = "default"
    """The level of what strict field validation refuses, and the API server otherwise drops."""
    fail_on: Level | Literal["never"] = Level.ERROR
    """The least level of a finding that makes the command fail."""
    max_file_size: int = 16 * 2**20
    """The size in bytes above which a file is not read."""
    root: str = ""
    """The folder where `exclude` and the paths of `overrides` start; "" is the working directory."""
    file: str = ""
    """The file that this was read from; "" for none."""
    without: tuple[str, ...] = ()
    """Rules not to run in any folder, whatever its configuration says."""
    given: frozenset[str] = frozenset()
    """The settings that a keyword or an option gave, not a file: they apply in every folder."""
    per_folder: bool = False
    """Whether the configuration files of folders apply to the files in them, the nearest for each."""
    not_in_effect: Mapping[str, Skipped] = {}
    """What the file sets and does not apply, as it came with the files and was not named; by field."""
    folders: tuple[Config, ...] = ()
    """These configurations, once they are read; only what they set for files counts. Each `root` is absolute."""
    roots: Mapping[str, Config] = {}
    """The same by the folder that each applies to."""
    known_rules: tuple[Rule, ...] | None = None
    """All rules of the run; None where its packs are not read yet, and names of rules are taken as they are."""

    def replace(self, **overrides: Any) -> Config:
        """The same with some fields changed. Values may be as loose as in a file: a list, `"warning"`, `"v1.8"`.

        Names of rules are checked against `known_rules`, where they are there. UsageError names every unknown
        field and every invalid value.
        """
        readers = {setting.field: setting.keyword_shape.read for setting in SETTINGS}
        at = At(folder=Path(), unknown_name=naming(self.known_rules))
        changes: dict[str, Any] = {}
        for name, value in overrides.items():
            if name in readers:
                free = name == "target_kubevirt" and value is None
                changes[name] = None if free else readers[name](value, at / name)
            else:
                at.report(f"unknown setting `{name}`{nearest(name, list(readers))}")
        if at.mistakes:
            raise UsageError("; ".join(mistake.text for mistake in at.mistakes))
        return self._replace(**changes, given=self.given | changes.keys())

    def without_rules(self, names: Sequence[str]) -> Config:
        """The same without some rules, in every folder."""
        return self._replace(without=(*self.without, *self.replace(ignore=names).ignore))

    def with_folders(self, folders: Iterable[Config]) -> Config:
        """The same with the configurations of folders; what they exclude is excluded here, too."""
        names = {setting.field for setting in SETTINGS if setting.scope is Scope.FOLDER} & self.given
        kept = {name: getattr(self, name) for name in names}
        configs = tuple(folder._replace(**kept, without=self.without) for folder in folders)
        excluded = [] if "exclude" in names else [pattern for folder in configs for pattern in self._excluded(folder)]
        return self._holding(configs)._replace(exclude=(*self.exclude, *excluded))

    def _holding(self, folders: tuple[Config, ...]) -> Config:
        """The same with these configurations of folders; of several of one folder the first applies."""
        roots = {_place(folder.root): folder for folder in reversed(folders) if folder.root}
        return self._replace(folders=folders, roots=roots)

    def _excluded(self, folder: Config) -> Iterator[str]:
        """What a folder's configuration excludes, as patterns of this one."""
        path = os.path.relpath(folder.root, self.root or ".").replace(os.sep, "/")
        below = re.sub(r"^(\.\./?)+", "", path) or "."
        return (_moved(pattern, below, deep=True) for pattern in folder.exclude)

    def for_file(self, file: str) -> Config:
        """The configuration that applies to a file, given from the working directory: that of the nearest folder."""
        if not self.folders:
            return self
        own = _place(os.path.abspath(self.root or ".")) if self.file else ""  # noqa: PTH100
        path = os.path.abspath(file)  # noqa: PTH100 - as text: a link's target is another place
        while path != (above := os.path.dirname(path)) and above != own:  # noqa: PTH120
            if (config := self.roots.get(above)) is not None:
                return config
            path = above
        return self

    def all_rules(self) -> tuple[Rule, ...]:
        """vmlint's own rules, those of installed packs and those of `rules`. PackError names the packs' mistakes."""
        return registry.known(self.rules) if self.known_rules is None else self.known_rules

    def knowing(self, packs: Iterable[str] = ()) -> Config:
        """The same with all rules read, and those of further packs, by which names are checked from now on."""
        return self._replace(known_rules=registry.adding(self.all_rules(), packs))

    def without_known_rules(self) -> Config:
        """The same with no rules read."""
        folders = tuple(folder._replace(known_rules=None) for folder in self.folders)
        return self._holding(folders)._replace(known_rules=None)

    def excluding(self, patterns: Sequence[str]) -> Config:
        """The same with more patterns to exclude, which are relative to the working directory."""
        here = os.path.relpath(".", self.root or ".").replace(os.sep, "/")
        more = self.replace(exclude=[_moved(pattern, here) for pattern in patterns]).exclude
        return self._replace(exclude=(*self.exclude, *more))

    def without_baseline(self) -> Config:
        """The same with no finding known."""
        return self._replace(baseline="")

    def runs(self, rule: Rule) -> bool:
        """Whether the rule has to run at all: in some file it may have a level."""
        return any(config._may_run(rule) for config in (self, *self.folders))

    def _may_run(self, rule: Rule) -> bool:
        if not _chosen(self, rule) or meant(self.without, rule):
            return False
        return any(_level(layer.levels, rule) not in (None, "off") for layer in self.overrides) or (
            _level(self.levels, rule) != "off"
        )

    def level(self, rule: Rule, effect: Effect, file: str) -> Level | None:
        """The level of a finding in a file (its path from the working directory), or None where the rule is off."""
        level = self.for_file(file)._own_level(rule, effect, file)
        if level is None or self.unknown_fields == "default" or not rule.meta.strict or effect is not Effect.IGNORED:
            return level
        return Level.ERROR

    def _own_level(self, rule: Rule, effect: Effect, file: str) -> Level | None:
        if meant(self.without, rule):
            return None
        layers: list[Config | Override] = [self]
        if self.overrides:
            path = self.path_of(file)
            layers += [layer for layer in self.overrides if matches(ignore_spec(layer.paths), path)]
        if not all(_chosen(layer, rule) for layer in layers):
            return None
        levels = [level for layer in layers if (level := _level(layer.levels, rule)) is not None]
        level = levels[-1] if levels else rule.meta.level_of(effect)
        return None if level == "off" else level

    def path_of(self, file: str) -> str:
        """A file, given from the working directory, as patterns of paths see it: from `root`."""
        return os.path.relpath(file, self.root or ".").replace(os.sep, "/")


def _chosen(layer: Config | Override, rule: Rule) -> bool:
    return (not layer.select or meant(layer.select, rule)) and not meant(layer.ignore, rule)


def _level(levels: Levels, rule: Rule) -> Level | Literal["off"] | None:
    """The level of the name that is most specific to the rule: its slug before a long before a short beginning."""
    names = [name for name in levels if means(name, rule)]
    return levels[max(names, key=lambda name: _weight(name, rule))] if names else None


def _weight(name: str, rule: Rule) -> int:
    if name == rule.family:
        return 0
    return len(rule.id) if name == rule.slug else len(name)


def _place(root: str) -> str:
    """A folder as `os.path.dirname` writes it."""
    return root.rstrip("/") or "/"


def _moved(pattern: str, folder: str, *, deep: bool = False) -> str:
    """A pattern of a folder, as its parent has to write it. Without a slash but the last it fits at any depth: of the
    folder where it is `deep`, else of the parent, too."""
    bare = pattern.removeprefix("!")
    flat = "/" not in bare.rstrip("/")
    if folder == "." or (flat and not deep):
        return pattern
    escaped = "".join(f"\\{c}" if c in "\\*?[" else c for c in folder)
    return f"{'!' if bare != pattern else ''}/{escaped}/{'**/' if flat else ''}{bare.removeprefix('/')}"
