"""Config: changing it, and what it says of rules and files."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from vmlint.config.config import Config, Override
from vmlint.errors import UsageError
from vmlint.rule import Effect, Level, Meta, Rule


def rule(id: str, slug: str, family: str) -> Rule:
    return Rule(
        Meta(id, Effect.REJECTED, "0.1", object), slug, "A title", lambda: "A title.", family, lambda *_: iter(())
    )


LABEL = rule("VM103", "infer-label-missing", "inference")
DISK = rule("VM401", "shared-disk", "storage")


@pytest.mark.parametrize(
    ("name", "given", "held"),
    [
        ("closed_world", True, True),
        ("closed_world", ["team-*"], ("team-*",)),
        ("target_kubevirt", "1.8", "1.8"),
        ("target_kubevirt", "v1.8.2", "1.8"),
        ("target_kubevirt", "v1.10.0-rc.1", "1.10"),
        ("target_kubevirt", "main", "main"),
        ("target_kubevirt", None, None),
        ("default_namespace", "team", "team"),
        ("catalogs", ["common-instancetypes@1.5.1"], ("common-instancetypes@v1.5.1",)),
        ("outside", ["DataSource golden/*", "StorageClass  fast"], ("DataSource golden/*", "StorageClass fast")),
        ("levels", {"VM1": "warning", "storage": "off"}, {"VM1": Level.WARNING, "storage": "off"}),
        ("levels", {"VM1": False}, {"VM1": "off"}),
        ("fail_on", "never", "never"),
        ("fail_on", Level.NOTE, Level.NOTE),
        ("max_file_size", "1Mi", 2**20),
        ("max_file_size", 1000, 1000),
        ("overrides", [{"paths": ["a/"], "ignore": ["VM1"]}], (Override(("a/",), ignore=("VM1",)),)),
        ("overrides", [Override(("a/",))], (Override(("a/",)),)),
    ],
)
def test_keywords_may_be_as_loose_as_a_file(name: str, given: Any, held: Any) -> None:
    assert getattr(Config().replace(**{name: given}), name) == held


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"closed-world": True}, "unknown setting `closed-world`; did you mean `closed_world`?"),
        (
            {"closed_world": "yes"},
            "`closed_world` must be true, false or a list of namespaces, not text: write `closed-world: true`",
        ),
        ({"closed_world": ["team-["]}, "the glob `team-[` has a `[` without its `]`"),
        ({"target_kubevirt": "latest"}, "`latest` is not a release of KubeVirt: write one such as `1.8`, or `main`"),
        (
            {"target_kubevirt": 1.1},
            "`target_kubevirt: 1.1` is a number, in which 1.10 and 1.1 are the same: "
            'write it in quotes, `target_kubevirt: "1.8"`',
        ),
        (
            {"default_namespace": "Team"},
            "`Team` is not a valid namespace: use lower-case letters, digits and `-`, such as `my-team`",
        ),
        (
            {"catalogs": ["common-instancetypes"]},
            "no catalog is called `common-instancetypes`; did you mean `common-instancetypes@v1.7.0`?",
        ),
        (
            {"outside": ["golden/fedora"]},
            "`golden/fedora` is not a valid object pattern: write `Kind namespace/name`, such as `DataSource "
            "golden-images/*`, or `Kind name` for a kind without namespace",
        ),
        (
            {"outside": ["DataSource *"]},
            "the kind DataSource is namespaced: write `DataSource */*`, or name the namespace",
        ),
        ({"outside": ["StorageClass a/fast"]}, "the kind StorageClass has no namespace: write `StorageClass fast`"),
        ({"outside": ["DataSorce a/b"]}, "no kind is called `DataSorce`; did you mean `DataSource`?"),
        ({"fail_on": "eror"}, "`fail-on` must be error, warning, note or never, not `eror`; did you mean `error`?"),
        ({"levels": {"VM1": True}}, "the level of `VM1` must be error, warning, note or off, not true or false"),
        (
            {"max_file_size": "16MB"},
            "`16MB` is not a valid size: write a number of bytes or a quantity, such as `max-file-size: 16Mi`",
        ),
        ({"max_file_size": 0}, "`max_file_size` must be above zero: write `max-file-size: 16Mi`"),
        ({"max_file_size": True}, "`max_file_size` must be a size, not true or false: write `max-file-size: 16Mi`"),
        ({"exclude": "a"}, None),
        ({"exclude": ["!"]}, "the glob `!` is not valid: write it as in a .gitignore, such as `charts/**/templates/`"),
        (
            {"exclude": ["[a"]},
            "the glob `[a` matches no path: write it as in a .gitignore, such as `charts/**/templates/`",
        ),
        (
            {"exclude": [f"**/a{number}*b*/**/c" for number in range(5000)]},
            "`exclude` has too many or too long globs (5,000): name folders instead",
        ),
        (
            {"exclude": [1, " "]},
            "an entry of `exclude` must be text, not a number; an entry of `exclude` is empty: remove it",
        ),
        (
            {"overrides": [{"ignore": ["VM1"]}]},
            "an entry of `overrides` must have the key `paths`: add `paths: [legacy/]`",
        ),
        (
            {"overrides": [{"paths": ["a"], "level": {}}]},
            "unknown key `level` in `overrides`; did you mean `levels`?",
        ),
    ],
)
def test_a_senseless_keyword_says_what_to_write(given: dict[str, Any], message: str | None) -> None:
    with pytest.raises(UsageError) as error:
        Config().replace(**given)
    assert message is None or str(error.value) == message


@pytest.mark.parametrize(
    "name", ["paths", "exclude", "context", "crds", "outside", "catalogs", "select", "ignore", "overrides"]
)
@pytest.mark.parametrize("value", [None, True, 3, 1.5, "text", {"a": 1}, [None], [[]], [{}], [True], [0]])
def test_strange_values_are_reported_and_nothing_else_is_raised(name: str, value: Any) -> None:
    with pytest.raises(UsageError):
        Config().replace(**{name: value})


@pytest.mark.parametrize("value", [None, True, 3, "text", [], [1], {1: 2}, {"a": None}, {None: []}])
def test_levels_of_strange_types_are_reported(value: Any) -> None:
    with pytest.raises(UsageError):
        Config().replace(levels=value)


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(UsageError) as error:
        Config().replace(fail_on="x", target_kubevirt="y", nonsense=1)
    assert str(error.value).count(";") == 2


def test_paths_are_spread_out_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b/vm.yaml", "a/vm.yaml", "c/other.txt", "[x]/vm.yaml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("")
    assert Config().replace(context=["*/vm.yaml", "c", "[x]"]).context == (
        "[x]/vm.yaml",
        "a/vm.yaml",
        "b/vm.yaml",
        "c",
        "[x]",
    )
    with pytest.raises(UsageError, match=r"`context`: `d/\*` matches no file or folder in `\.`"):
        Config().replace(context=["d/*"])


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b", "/nonexistent/**"])
def test_a_path_that_no_system_has_matches_nothing(path: str) -> None:
    with pytest.raises(UsageError, match="matches no file or folder"):
        Config().replace(paths=[path])


@pytest.mark.parametrize("name", ["VM103", "vm103", "VM1", "VM10", "infer-label-missing", "inference"])
def test_a_rule_has_many_names(name: str) -> None:
    config = Config(select=(name,))
    assert (config.runs(LABEL), config.runs(DISK)) == (True, False)


@pytest.mark.parametrize("name", ["VM", "V", "M103", "infer", "VM1034", "Inference"])
def test_and_no_others(name: str) -> None:
    assert not Config(select=(name,)).runs(LABEL)


def test_all_rules_run_by_default_at_the_level_of_the_effect() -> None:
    assert Config().runs(LABEL)
    assert Config().level(LABEL, Effect.REJECTED, "a.yaml") is Level.ERROR
    assert Config().level(LABEL, Effect.UNRESOLVED, "a.yaml") is Level.WARNING


def test_what_is_ignored_does_not_run_though_selected() -> None:
    config = Config(select=("VM103",), ignore=("inference",))
    assert not config.runs(LABEL)
    assert config.level(LABEL, Effect.REJECTED, "a.yaml") is None


def test_the_most_exact_name_gives_the_level() -> None:
    config = Config(levels={"VM103": Level.NOTE, "inference": Level.ERROR, "VM1": "off"})
    assert config.level(LABEL, Effect.REJECTED, "a.yaml") is Level.NOTE
    config = Config(levels={"infer-label-missing": Level.NOTE, "VM10": "off"})
    assert config.level(LABEL, Effect.REJECTED, "a.yaml") is Level.NOTE
    config = Config(levels={"VM10": Level.NOTE, "VM1": Level.ERROR, "inference": "off"})
    assert config.level(LABEL, Effect.REJECTED, "a.yaml") is Level.NOTE


def test_off_is_no_level() -> None:
    config = Config(levels={"inference": "off"})
    assert not config.runs(LABEL)
    assert config.level(LABEL, Effect.REJECTED, "a.yaml") is None


def test_an_override_narrows_in_its_files_alone() -> None:
    config = Config(
        overrides=(
            Override(("legacy/",), ignore=("inference",)),
            Override(("*.test.yaml",), select=("storage",), levels={"storage": Level.NOTE}),
        )
    )
    assert config.runs(LABEL)
    assert config.level(LABEL, Effect.REJECTED, "apps/vm.yaml") is Level.ERROR
    assert config.level(LABEL, Effect.REJECTED, "legacy/vm.yaml") is None
    assert config.level(LABEL, Effect.REJECTED, "apps/vm.test.yaml") is None
    assert config.level(DISK, Effect.REJECTED, "apps/vm.test.yaml") is Level.NOTE
    assert config.level(DISK, Effect.REJECTED, "legacy/vm.yaml") is Level.ERROR


def test_an_override_can_give_a_level_to_a_rule_that_is_off_elsewhere() -> None:
    config = Config(levels={"VM103": "off"}, overrides=(Override(("strict/",), levels={"VM103": Level.ERROR}),))
    assert config.runs(LABEL)
    assert config.level(LABEL, Effect.REJECTED, "apps/vm.yaml") is None
    assert config.level(LABEL, Effect.REJECTED, "strict/vm.yaml") is Level.ERROR


def test_the_paths_of_overrides_start_at_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "apps").mkdir()
    monkeypatch.chdir(tmp_path / "apps")
    config = Config(root=str(tmp_path), overrides=(Override(("/apps/legacy/",), ignore=("VM1",)),))
    assert config.level(LABEL, Effect.REJECTED, "legacy/vm.yaml") is None
    assert config.level(LABEL, Effect.REJECTED, "vm.yaml") is Level.ERROR


def test_further_exclusions_are_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a[b]").mkdir()
    monkeypatch.chdir(tmp_path / "a[b]")
    config = Config(root=str(tmp_path), exclude=("vendor/",)).excluding(["*.bak", "x/*.yaml", "!/keep.yaml", "old/"])
    assert config.exclude == ("vendor/", "*.bak", r"/a\[b]/x/*.yaml", r"!/a\[b]/keep.yaml", "old/")
    assert Config().excluding(["x/*.yaml"]).exclude == ("x/*.yaml",)


def test_a_configuration_can_be_sent_to_a_worker() -> None:
    config = Config(levels={"VM1": "off"}, overrides=(Override(("a",), levels={"VM1": Level.NOTE}),))
    assert pickle.loads(pickle.dumps(config)) == config
