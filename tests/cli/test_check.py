"""`vmlint check`: options to configuration, report to places, findings to exit codes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from vmlint.rule import Level

from .conftest import Engine, Run

SEE = " (see `vmlint check --help`)\n"


def test_the_working_directory_is_the_default(run: Run, engine: Engine) -> None:
    assert run("check")[0] == 0
    assert (engine.paths, engine.stdin) == (["."], None)


def test_the_paths_of_the_configuration_come_before_that(run: Run, engine: Engine) -> None:
    Path("manifests").mkdir()
    Path("pyproject.toml").write_text('[tool.vmlint]\npaths = ["manifests"]\n')
    run("check")
    assert engine.paths == ["manifests"]
    run("check", "other")
    assert engine.paths == ["other"]


def test_options_and_paths_stand_in_any_order(run: Run, engine: Engine) -> None:
    run("check", "a", "--quiet", "b", "--format", "json", "c")
    assert engine.paths == ["a", "b", "c"]


def test_what_is_behind_two_dashes_is_a_path(run: Run, engine: Engine, tmp_path: Path) -> None:
    assert run("check", "a", "--", "-d", "--output=x", "-", "--quiet")[0] == 0
    assert engine.paths == ["a", "./-d", "./--output=x", "-", "./--quiet"]
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("words", "changed", "paths"),
    [
        ([], None, ["."]),
        (["--changed"], "HEAD", ["."]),
        (["--changed", "--quiet", "a"], "HEAD", ["a"]),
        (["a", "--changed"], "HEAD", ["a"]),
        (["--changed=main", "a"], "main", ["a"]),
        (["--changed", "main", "a"], "main", ["a"]),
        (["--changed", "--", "a"], "HEAD", ["a"]),
        (["--changed=HEAD", "--changed=main", "."], "main", ["."]),
    ],
)
def test_changed_takes_what_follows_as_the_revision(
    run: Run, engine: Engine, words: list[str], changed: str | None, paths: list[str]
) -> None:
    assert run("check", *words)[0] == 0
    assert (engine.changed, engine.paths) == (changed, paths)


def test_standard_input(run: Run, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"kind: VirtualMachine"))
    monkeypatch.setattr(sys, "stdin", stdin)
    run("check", "-")
    assert (engine.paths, engine.stdin) == (["-"], stdin.buffer)


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (["--closed-world"], "closed_world", True),
        (["--target", "v1.8.1"], "target_kubevirt", "1.8"),
        (["--default-namespace", "team"], "default_namespace", "team"),
        (["--select", "VM1,storage", "--select", "vm401"], "select", ("VM1", "storage", "vm401")),
        (["--ignore", "label-missing, shared-disk"], "without", ("label-missing", "shared-disk")),
        (["--exclude", "*.bak", "--exclude", "x/"], "exclude", ("*.bak", "x/")),
        (["--context", "."], "context", (".",)),
        (["--crds", "."], "crds", (".",)),
        (["--fail-on", "never"], "fail_on", "never"),
        (["--fail-on", "note"], "fail_on", Level.NOTE),
    ],
)
def test_an_option_is_a_setting(run: Run, engine: Engine, words: list[str], field: str, value: Any) -> None:
    code, _, err = run("check", *words)
    assert (code, err) == (0, "")
    assert getattr(engine.config, field) == value


def test_options_stand_over_the_configuration_file(run: Run, engine: Engine) -> None:
    Path("context").mkdir()
    Path("pyproject.toml").write_text(
        '[tool.vmlint]\nselect = ["storage"]\nignore = ["VM101"]\nexclude = ["old/"]\ncontext = ["context"]\n'
        'default-namespace = "a"\nfail-on = "note"\n'
    )
    run(
        "check", "--select", "inference", "--ignore", "VM401", "--exclude", "x/", "--context", ".", "--fail-on", "error"
    )
    config = engine.config
    assert (config.select, config.ignore, config.without) == (("inference",), ("VM101",), ("VM401",))
    assert (config.exclude, config.context) == (("old/", "x/"), ("context", "."))
    assert (config.default_namespace, config.fail_on, config.file) == ("a", Level.ERROR, "pyproject.toml")


def test_a_named_configuration_file(run: Run, engine: Engine) -> None:
    Path("pyproject.toml").write_text('[tool.vmlint]\ndefault-namespace = "a"\n')
    Path("other.toml").write_text('[tool.vmlint]\ndefault-namespace = "b"\n')
    run("check", "--config", "other.toml")
    assert engine.config.default_namespace == "b"
    code, _, err = run("check", "--config", "none.toml")
    assert (code, err) == (
        2,
        "none.toml: can't be read: No such file or directory\nvmlint check: a mistake in the configuration\n",
    )


def test_names_of_rules_in_the_configuration_are_checked(run: Run) -> None:
    Path("pyproject.toml").write_text('[tool.vmlint]\nignore = ["lable-missing"]\n')
    code, _, err = run("check")
    assert (code, err.splitlines()[0]) == (
        2,
        "pyproject.toml:2: no rule or family is called `lable-missing`; did you mean `label-missing`?",
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--formt", "json"], "unknown option `--formt`; did you mean `--format`?" + SEE),
        (["--zzz=1"], "unknown option `--zzz`" + SEE),
        (["-z"], "unknown option `-z`" + SEE),
        (["--output"], "`--output` needs a value" + SEE),
        (["--quiet=1"], "`--quiet` takes no value" + SEE),
        (["-q", "-v"], "`--verbose` and `--quiet` exclude each other" + SEE),
        (
            ["--format", "sarf"],
            "`--format`: must be text, concise, json, sarif, github, gitlab, junit or markdown, not `sarf`; "
            "did you mean `sarif`?" + SEE,
        ),
        (
            ["--fail-on", "errors"],
            "`--fail-on`: must be error, warning, note or never, not `errors`; did you mean `error`?" + SEE,
        ),
        (
            ["--report", "json"],
            "`--report`: `json` names no file: write `FORMAT=FILE`, such as `json=report.json`" + SEE,
        ),
        (
            ["--report", "yaml=x"],
            "`--report`: must be text, concise, json, sarif, github, gitlab, junit or markdown, not `yaml`" + SEE,
        ),
        (["--select", "VM9"], "no rule or family is called `VM9`; `vmlint rules` lists them\n"),
        (["--select", ","], "`--select` needs the name of a rule or family\n"),
        (["--target", "new"], "`new` is not a release of KubeVirt: write one such as `1.8`, or `main`\n"),
        (["--context", "none"], "`context`: `none` matches no file or folder in `.`\n"),
        (
            ["--exclude", "!"],
            "the glob `!` is not valid: write it as in a .gitignore, such as `charts/**/templates/`\n",
        ),
        (["--output", ""], "can't write a report to a file without a name\n"),
        (["--output", "."], "can't write `.`: it is a folder; name a file in it\n"),
        (["--output", "none/x"], "can't write `none/x`: the folder `none` does not exist; create it first\n"),
        (
            ["--output", "x", "--report", "json=x"],
            "two reports would go to `x`: name another file for one of them\n",
        ),
        (
            ["--select", "VM101", "--ignore", "inference"],
            "no rule runs: every selected rule is also ignored or off\n",
        ),
    ],
)
def test_a_usage_error_is_one_line(run: Run, engine: Engine, words: list[str], message: str) -> None:
    assert run("check", *words) == (2, "", f"vmlint check: {message}")
    assert engine.paths == []


@pytest.mark.parametrize(
    ("level", "fail_on", "code"),
    [
        (Level.ERROR, "error", 1),
        (Level.WARNING, "error", 0),
        (Level.WARNING, "warning", 1),
        (Level.NOTE, "warning", 0),
        (Level.NOTE, "note", 1),
        (Level.ERROR, "never", 0),
    ],
)
def test_the_exit_code_follows_the_level(run: Run, engine: Engine, level: Level, fail_on: str, code: int) -> None:
    engine.finds(level)
    assert run("check", "--fail-on", fail_on)[0] == code


def test_text_goes_to_standard_output_without_colour(run: Run, engine: Engine) -> None:
    engine.finds(Level.ERROR)
    code, out, err = run("check")
    assert (code, err) == (1, "")
    assert out.startswith("vm.yaml:3:1  error  VM401 shared-disk")
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("words", "listed"),
    [([], False), (["-v"], True), (["-v", "--format", "json"], False), (["--format", "json"], False)],
)
def test_external_references_are_asked_for_by_verbose_text(
    run: Run, engine: Engine, words: list[str], listed: bool
) -> None:
    run("check", *words)
    assert engine.references is listed


def test_quiet_leaves_the_summary_out(run: Run, engine: Engine) -> None:
    assert run("check")[1] != ""
    assert run("check", "--quiet")[1] == ""


@pytest.mark.parametrize("format", ["text", "json", "sarif", "github"])
def test_every_format_can_go_to_a_file(run: Run, engine: Engine, format: str) -> None:
    engine.finds(Level.ERROR)
    shown = run("check", "--format", format)[1]
    assert shown
    assert run("check", "--format", format, "--output", "report") == (1, "", "")
    assert Path("report").read_text() == shown


def test_further_reports_go_beside(run: Run, engine: Engine) -> None:
    engine.finds(Level.ERROR)
    code, out, _ = run("check", "--report", "json=a.json", "--report", "sarif=b.sarif")
    assert (code, out[:7]) == (1, "vm.yaml")
    assert json.loads(Path("a.json").read_text())["findings"][0]["rule"] == "VM401"
    assert json.loads(Path("b.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "VM401"


def test_a_file_that_can_no_longer_be_written_is_reported(run: Run, engine: Engine) -> None:
    engine.before = lambda progress: Path("report").mkdir()
    assert run("check", "--output", "report") == (2, "", "vmlint check: can't write `report`: Is a directory\n")


def test_colour_when_asked_for(run: Run, engine: Engine) -> None:
    engine.finds(Level.ERROR)
    assert "\x1b[" in run("check", "--color", "always")[1]


def test_colour_is_for_terminals_that_want_it(run: Run, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.finds(Level.ERROR)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("vmlint.cli.output.is_terminal", lambda stream: stream is not None)
    assert "\x1b[" in run("check")[1]
    assert "\x1b[" not in run("check", "--color", "never")[1]
    run("check", "--output", "report")
    assert "\x1b[" not in Path("report").read_text()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("check")[1]


def test_the_engine_may_report_its_progress(run: Run, engine: Engine) -> None:
    engine.before = lambda progress: progress("reading", 1, 0)
    assert run("check")[0] == 0


@pytest.mark.parametrize("format", ["gitlab", "junit", "markdown"])
def test_reports_of_build_services(run: Run, engine: Engine, format: str) -> None:
    engine.finds(Level.ERROR)
    code, out, err = run("check", "--format", format)
    assert (code, err) == (1, "")
    assert "VM401 shared-disk" in out


def test_statistics(run: Run, engine: Engine) -> None:
    engine.finds(Level.ERROR)
    assert run("check", "--statistics", "--quiet")[1].startswith("rules    1  VM401 shared-disk · risk\n")
    counted = json.loads(run("check", "--statistics", "--format", "json")[1])
    assert counted["statistics"]["rules"][0]["count"] == 1
    assert "statistics" not in json.loads(run("check", "--format", "json")[1])


def test_statistics_of_a_format_that_has_none(run: Run, engine: Engine) -> None:
    said = "vmlint check: `--statistics` counts in text and json, and neither is written\n"
    assert run("check", "--statistics", "--format", "sarif") == (2, "", said)
    assert run("check", "--statistics", "--format", "sarif", "--report", "json=counts.json")[0] == 0
