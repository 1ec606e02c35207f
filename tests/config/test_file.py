"""The configuration file: found, read, and every mistake reported with its line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from vmlint.config.config import Config, Override
from vmlint.config.file import find, load, load_for
from vmlint.errors import ConfigError
from vmlint.rule import Effect, Level, Meta, Rule

RULES = tuple(
    Rule(Meta(id, Effect.REJECTED, "0.1", object), slug, "A title", lambda: "A title.", family, lambda *_: iter(()))
    for id, slug, family in (("VM103", "label-missing", "inference"), ("VM401", "shared-disk", "storage"))
)

Write = Callable[[str, str], Path]


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: str, text: str | bytes = "") -> Path:
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def mistakes(file: Path) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load(file, known_rules=RULES)
    return list(error.value.mistakes)


YAML = """\
paths: [apps, "clusters/*"]
exclude: ["charts/**/templates/"]
context: [platform]
outside:
  - DataSource golden-images/*
  - StorageClass fast
closed-world: [team-*]
target: {kubevirt: "1.8"}
default-namespace: team
catalogs: [common-instancetypes@v1.5.1]
select: [inference, storage]
ignore: [VM401]
levels:
  label-missing: warning
  VM4: off
overrides:
  - paths: [legacy/]
    ignore: [inference]
  - paths: ["*.test.yaml"]
    levels: {VM1: note}
fail-on: warning
max-file-size: 1Mi
"""

TOML = """\
[project]
name = "manifests"

[tool.vmlint]
paths = ["apps", "clusters/*"]
exclude = ["charts/**/templates/"]
context = ["platform"]
outside = ["DataSource golden-images/*", "StorageClass fast"]
closed-world = ["team-*"]
target.kubevirt = "1.8"
default-namespace = "team"
catalogs = ["common-instancetypes@v1.5.1"]
select = ["inference", "storage"]
ignore = ["VM401"]
fail-on = "warning"
max-file-size = "1Mi"

[tool.vmlint.levels]
label-missing = "warning"
VM4 = "off"

[[tool.vmlint.overrides]]
paths = ["legacy/"]
ignore = ["inference"]

[[tool.vmlint.overrides]]
paths = ["*.test.yaml"]
levels.VM1 = "note"
"""


@pytest.mark.parametrize(("file", "text"), [(".vmlint.yaml", YAML), (".vmlint.yml", YAML), ("pyproject.toml", TOML)])
def test_every_setting(repository: Path, file: str, text: str) -> None:
    for folder in ("apps", "clusters/b", "clusters/a", "platform"):
        Path(folder).mkdir(parents=True)
    assert load(write(file, text), known_rules=RULES)._replace(known_rules=None) == Config(
        paths=("apps", "clusters/a", "clusters/b"),
        exclude=("charts/**/templates/",),
        context=("platform",),
        outside=("DataSource golden-images/*", "StorageClass fast"),
        closed_world=("team-*",),
        target_kubevirt="1.8",
        default_namespace="team",
        catalogs=("common-instancetypes@v1.5.1",),
        select=("inference", "storage"),
        ignore=("VM401",),
        levels={"label-missing": Level.WARNING, "VM4": "off"},
        overrides=(
            Override(("legacy/",), ignore=("inference",)),
            Override(("*.test.yaml",), levels={"VM1": Level.NOTE}),
        ),
        fail_on=Level.WARNING,
        max_file_size=2**20,
        root=".",
        file=file,
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "{}\n", "null\n"])
def test_an_empty_file_is_all_defaults(text: str) -> None:
    assert load(write(".vmlint.yaml", text)) == Config(root=".", file=".vmlint.yaml")


def test_a_byte_order_mark_and_windows_lines_are_fine() -> None:
    file = write(".vmlint.yaml", b"\xef\xbb\xbfselect: [storage]\r\nignore: [VM9]\r\n")
    assert mistakes(file) == [".vmlint.yaml:2: no rule or family is called `VM9`; `vmlint rules` lists them"]


def test_it_is_found_upward_from_the_first_path() -> None:
    write("apps/.vmlint.yaml", "default-namespace: apps\n")
    write("pyproject.toml", '[tool.vmlint]\ndefault-namespace = "root"\n')
    write("apps/web/vm.yaml")
    write("infra/pyproject.toml", '[project]\nname = "no configuration"\n')
    assert load_for(["apps/web/vm.yaml", "infra"]).default_namespace == "apps"
    assert load_for(["infra", "apps"]).default_namespace == "root"
    assert load_for(["-"]).default_namespace == "root"
    assert load_for([]).default_namespace == "root"
    assert load_for(["none/at/all"]).default_namespace == "root"


def test_the_search_stops_at_the_root_of_the_repository(repository: Path) -> None:
    write(".vmlint.yaml", "default-namespace: outer\n")
    (repository / "inner/.git").mkdir(parents=True)
    assert load_for(["inner"]) == Config(per_folder=True)
    write("inner/.git/hooks")
    write("worktree/.git", "gitdir: elsewhere\n")
    assert find(Path("worktree/apps")) is None


def test_paths_start_at_the_file(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(".vmlint.yaml", "paths: [apps/a]\ncontext: [platform]\nexclude: [/apps/b]\n")
    Path("apps/a").mkdir(parents=True)
    Path("platform").mkdir()
    monkeypatch.chdir("apps")
    config = load_for([])
    assert (config.paths, config.context, config.file) == (("a",), ("../platform",), "../.vmlint.yaml")
    assert (config.exclude, config.root) == (("/apps/b",), str(repository))


@pytest.mark.parametrize(
    ("files", "reported"),
    [
        ((".vmlint.yaml", ".vmlint.yml"), ".vmlint.yaml: `.vmlint.yml` also configures vmlint: keep one"),
        ((".vmlint.yml", "pyproject.toml"), ".vmlint.yml: `pyproject.toml` also configures vmlint: keep one"),
        (
            (".vmlint.yaml", ".vmlint.yml", "pyproject.toml"),
            ".vmlint.yaml: `.vmlint.yml` and `pyproject.toml` also configure vmlint: keep one",
        ),
    ],
)
def test_two_files_in_one_folder_are_a_mistake(files: tuple[str, ...], reported: str) -> None:
    for file in files:
        write(file, "[tool.vmlint]\n")
    with pytest.raises(ConfigError) as error:
        find(Path())
    assert error.value.mistakes == (reported,)


def test_every_mistake_of_a_yaml_file_has_its_line() -> None:
    text = """\
# comment
closed_world: true
exclude:
  - charts/
  - "[a"
  - 3
target:
  kubevirt: 1.10
  cdi: x
select: VM1
ignore: [infrence, VM103]
levels:
  storage: of
  inference: off
  lable-missing: note
overrides:
- paths: [a]
  ignore: nope
- ignore: [zzzzzz]
- legacy/
fail-on: never
fail-on: error
paths: [none/*]
outside:
max-file-size: 16 MB
nonsense: 1
"""
    glob = "write it as in a .gitignore, such as `charts/**/templates/`"
    keys = (
        "paths, exclude, context, crds, outside, closed-world, target, default-namespace, catalogs, render, select, "
        "ignore, levels, overrides, ignores, baseline, rules, fail-on, strict, unknown-fields, max-file-size"
    )
    reported = [
        "2: unknown key `closed_world`; did you mean `closed-world`?",
        f"5: the glob `[a` matches no path: {glob}",
        "6: an entry of `exclude` must be text, not a number",
        '8: `kubevirt: 1.1` is a number, in which 1.10 and 1.1 are the same: write it in quotes, `kubevirt: "1.8"`',
        "9: unknown key `cdi` in `target`: the only key is `kubevirt`",
        "10: `select` must be a list, not text: write `select: [inference, storage]`",
        "11: no rule or family is called `infrence`; did you mean `inference`?",
        "13: the level of `storage` must be error, warning, note or off, not `of`; did you mean `off`?",
        "15: no rule or family is called `lable-missing`; did you mean `label-missing`?",
        "18: `ignore` must be a list, not text: write `ignore: [hygiene]`",
        "19: an entry of `overrides` must have the key `paths`: add `paths: [legacy/]`",
        "19: no rule or family is called `zzzzzz`; `vmlint rules` lists them",
        "20: an entry of `overrides` must be a mapping: write `{paths: [legacy/], ignore: [hygiene]}`",
        "22: `fail-on` appears twice, first in line 21: keep one",
        "23: `paths`: `none/*` matches no file or folder in `.`",
        '24: `outside` must be a list, not nothing: write `outside: ["DataSource golden-images/*"]`',
        "25: `16 MB` is not a valid size: write a number of bytes or a quantity, such as `max-file-size: 16Mi`",
        f"26: unknown key `nonsense`; the keys are {keys}",
    ]
    assert mistakes(write(".vmlint.yaml", text)) == [f".vmlint.yaml:{line}" for line in reported]


def test_every_mistake_of_a_toml_file_has_its_line() -> None:
    text = """\
[project]
exclude = 1

[tool.vmlint]
closed_world = true
exclude = [
  "[a",
]
target.kubevirt = 1.8
"fail-on" = "x"

[[tool.vmlint.overrides]]
paths = ["a"]

[[tool.vmlint.overrides]]
paths = ["a"]
ignore = ["zzzzzz"]

[tool.vmlint.levels]
"storage" = "of"
"""
    reported = [
        "5: unknown key `closed_world`; did you mean `closed-world`?",
        "6: the glob `[a` matches no path: write it as in a .gitignore, such as `charts/**/templates/`",
        '9: `kubevirt: 1.8` is a number, in which 1.10 and 1.1 are the same: write it in quotes, `kubevirt: "1.8"`',
        "10: `fail-on` must be error, warning, note or never, not `x`",
        "17: no rule or family is called `zzzzzz`; `vmlint rules` lists them",
        "20: the level of `storage` must be error, warning, note or off, not `of`; did you mean `off`?",
    ]
    assert mistakes(write("pyproject.toml", text)) == [f"pyproject.toml:{line}" for line in reported]


def test_a_key_in_the_middle_of_a_toml_line_has_the_line_of_its_table() -> None:
    file = write("pyproject.toml", 'tool.vmlint.target = {kubevirt = "x"}\n')
    assert mistakes(file) == ["pyproject.toml:1: `x` is not a release of KubeVirt: write one such as `1.8`, or `main`"]
    file = write("pyproject.toml", 'tool = {vmlint = {target = {kubevirt = "x"}}}\n')
    assert mistakes(file) == ["pyproject.toml:1: `x` is not a release of KubeVirt: write one such as `1.8`, or `main`"]


@pytest.mark.parametrize(
    ("file", "text", "reported"),
    [
        (
            ".vmlint.yaml",
            b"- a\n",
            "1: a configuration must be a mapping: write `key: value` lines, such as `closed-world: true`",
        ),
        (".vmlint.yaml", b"a: 1\n---\nb: 1\n", "3: a second document begins here: a configuration is a single one"),
        (".vmlint.yaml", b"a: 1\nb: \xff\n", "2: the file is not UTF-8 text: save it as UTF-8"),
        ("pyproject.toml", b"[tool.vmlint]\na = \n", "2: the file is not valid TOML: Invalid value"),
        (
            "pyproject.toml",
            b"tool.vmlint = 1\n",
            "1: a configuration must be a mapping: write `key: value` lines, such as `closed-world: true`",
        ),
    ],
)
def test_what_is_no_configuration_at_all(file: str, text: bytes, reported: str) -> None:
    assert mistakes(write(file, text)) == [f"{file}:{reported}"]


@pytest.mark.parametrize("text", ["a: [\n", "a: *none\n", "a: b: c\n", "\ta: 1\n", "select: [{{ .Values.rules }}]\n"])
def test_broken_yaml_is_reported_with_its_line(text: str) -> None:
    assert [reported.split(":")[:2] for reported in mistakes(write(".vmlint.yaml", text))] in (
        [[".vmlint.yaml", "1"]],
        [[".vmlint.yaml", "2"]],
    )


@pytest.mark.parametrize("text", ["tool = 1\n", "[tool]\nother = 1\n", "vmlint = 1\n"])
def test_a_toml_file_without_the_table_is_reported_where_it_is_named_and_else_passed_over(text: str) -> None:
    assert mistakes(write("pyproject.toml", text)) == [
        "pyproject.toml: the table `[tool.vmlint]` is missing: add it, or name another file"
    ]
    assert find(Path()) is None


@pytest.mark.parametrize(
    "text", ["tool.vmlint.ignore = []\n", "[tool]\nvmlint = {}\n", "[ tool . vmlint ]\n", "[tool.vmlint.levels]\n"]
)
def test_a_table_may_be_spelt_in_many_ways(text: str) -> None:
    write("pyproject.toml", text)
    assert load_for([]) == Config(root=str(Path().absolute()), file="pyproject.toml", per_folder=True)


def test_broken_toml_is_reported_where_it_configures_vmlint() -> None:
    write("pyproject.toml", "[tool.other]\na = # vmlint\n")
    assert find(Path()) is None
    write("pyproject.toml", "[tool.vmlint]\na =\n")
    with pytest.raises(ConfigError, match=r"^pyproject.toml:2: the file is not valid TOML: "):
        load_for([])


def test_a_file_that_can_not_be_read_is_reported() -> None:
    assert mistakes(Path("none.yaml")) == ["none.yaml: can't be read: No such file or directory"]
    Path("folder.yaml").mkdir()
    assert mistakes(Path("folder.yaml")) == ["folder.yaml: can't be read: Is a directory"]


def test_names_of_rules_are_taken_as_they_are_without_known_rules() -> None:
    assert load(write(".vmlint.yaml", "select: [zzz]\n")).select == ("zzz",)


@pytest.mark.parametrize("key", ["context: [{}]", "crds: [{}]", "paths: [{}]", "baseline: {}"])
@pytest.mark.parametrize(
    "path",
    ["/etc/hosts", "../outside", "apps/../../outside", "'../*'", "/etc/*", "'apps/*/../../../outside'", "link/a.yaml"],
)
def test_a_configuration_names_nothing_outside_its_repository(repository: Path, key: str, path: str) -> None:
    inner = repository / "inner"
    (inner / ".git").mkdir(parents=True)
    write("outside/a.yaml")
    write("inner/apps/deep/b.yaml")
    (inner / "link").symlink_to(repository / "outside")
    reported = (
        f"`{path.strip(chr(39))}` leads out of `inner`: a configuration may name only files in its repository; name "
        "others on the command line"
    )
    assert mistakes(write("inner/.vmlint.yaml", key.format(path))) == [f"inner/.vmlint.yaml:1: {reported}"]


@pytest.mark.parametrize("key", ["context: [{}]", "crds: [{}]", "paths: [{}]", "baseline: {}"])
def test_a_configuration_names_no_pipe(repository: Path, key: str) -> None:
    os.mkfifo(repository / "pipe.yaml")
    reported = "`pipe.yaml` is neither a file nor a folder: vmlint reads nothing else"
    assert mistakes(write(".vmlint.yaml", key.format("pipe.yaml"))) == [f".vmlint.yaml:1: {reported}"]


def test_a_configuration_may_name_all_of_its_repository() -> None:
    write("cluster/a.yaml")
    write("apps/.vmlint.yaml", f"context: [../cluster, {Path.cwd()}/cluster/a.yaml]\nbaseline: ../known.json\n")
    config = load_for(["apps"])
    assert (config.context, config.baseline) == (("cluster", "cluster/a.yaml"), "known.json")


def test_without_a_repository_the_working_directory_is_the_boundary(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / ".git").rmdir()
    write("cluster/a.yaml")
    file = write("apps/.vmlint.yaml", "context: [../cluster]\n").absolute()
    assert load(file).context == ("cluster",)
    monkeypatch.chdir("apps")
    assert mistakes(file)[0].startswith(".vmlint.yaml:1: `../cluster` leads out of `.`: ")


def test_a_configuration_that_is_too_large_or_too_deep_is_refused() -> None:
    assert mistakes(write(".vmlint.yaml", "# x\n" * 300_000)) == [
        ".vmlint.yaml: the file is too large: a configuration has at most 1,048,576 bytes"
    ]
    deep = write("pyproject.toml", "[tool.vmlint]\nselect = " + "[" * 100_000)
    assert mistakes(deep) == ["pyproject.toml: the file can't be read: it is nested too deeply"]
